"""Costs of a rehearsal: by the second at list prices, and said to be missing where there is no price."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from batch_constructs.facts import prices
from batch_constructs.facts.prices import FARGATE, UnreadablePricesError, from_file, in_region
from batch_constructs.local.plan import plan
from batch_constructs.rehearsal import parse_plan, rehearse
from tests.rehearsal.conftest import resources

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from batch_constructs.rehearsal import Rehearsal

ONE = "submissions: [{definition: Job, at: 10}]\ndurations: {'*': 1h}\n"
C7I = 0.1785


def test_an_instance_costs_its_price_from_launch_to_end(rehearsed: Callable[..., Rehearsal]) -> None:
    """The vCPU-hours that an environment had, at a quarter of the price of four vCPUs."""
    result = rehearsed(ONE)
    assert in_region("us-east-1").of("c7i.xlarge") == C7I
    assert result.cost == pytest.approx(result.environments[0].vcpu_hours / 4 * C7I)
    assert result.prices == "list prices, us-east-1, 2026-07-20"


def test_spot_costs_the_part_that_the_plan_states(rehearsed: Callable[..., Rehearsal]) -> None:
    """With spot_price 30% an hour costs 30 % of the On-Demand price."""
    found = resources(environment={"Type": "SPOT"})
    environment = rehearsed(ONE + "spot_price: 30%", found).environments[0]
    assert environment.on_demand_cost is not None
    assert environment.cost == pytest.approx(0.3 * environment.on_demand_cost)


def test_spot_without_a_stated_price_has_none(rehearsed: Callable[..., Rehearsal]) -> None:
    """A price that nobody has stated is not guessed; the On-Demand price is there as an upper bound."""
    result = rehearsed(ONE, resources(environment={"Type": "SPOT"}))
    assert (result.cost, result.queues[0].cost) == (None, None)
    assert result.environments[0].on_demand_cost
    assert result.missing == (
        "the price of Spot capacity: add 'spot_price: 35%' for a part of the On-Demand price",
    )


def test_a_region_without_prices_says_which_type_lacks_one(rehearsed: Callable[..., Rehearsal]) -> None:
    """The list has few Regions; the sentence names the option that gives prices."""
    result = rehearsed(ONE, region="eu-central-1")
    assert result.cost is None
    assert result.missing[0] == (
        "the price of c7i.xlarge in eu-central-1: add --prices FILE with lines like c7i.xlarge,1.23"
    )


def test_a_task_costs_its_vcpus_and_its_memory(rehearsed: Callable[..., Rehearsal]) -> None:
    """One vCPU and 2 GB for an hour and 45 s of start."""
    found = resources()
    found["Pool"]["Properties"]["ComputeResources"] = {"Type": "FARGATE", "MaxvCpus": 4, "Subnets": ["s"]}
    job = found["Job"]["Properties"]
    job["PlatformCapabilities"] = ["FARGATE"]
    job["ContainerProperties"]["ResourceRequirements"][1]["Value"] = "2048"
    price = FARGATE["X86_64"]
    assert rehearsed(ONE, found).cost == pytest.approx((price.vcpu + 2 * price.memory_gb) * 3_645 / 3_600)


def test_each_queue_bears_its_part(rehearsed: Callable[..., Rehearsal]) -> None:
    """Two queues on one environment share its costs by the vCPUs that their jobs used, idle time included."""
    found = resources()
    found["Other"] = {**found["Queue"]}
    text = (
        "submissions:\n- {definition: Job, queue: Queue, name: a, at: 10}\n"
        "- {definition: Job, queue: Other, name: b, at: 10}\ndurations: {a: 1h, b: 3h}"
    )
    result = rehearsed(text, found)
    one, three = result.queue("Queue").cost, result.queue("Other").cost
    assert one
    assert three
    assert three / one == pytest.approx(3, rel=0.02)
    assert one + three == pytest.approx(result.cost)


def test_the_network_costs_the_same_when_nothing_runs(rehearsed: Callable[..., Rehearsal]) -> None:
    """A NAT gateway, an interface endpoint in two subnets and a key: 32.85 + 14.60 + 1 dollars a month."""
    found = resources() | {
        "Nat": {"Type": "AWS::EC2::NatGateway", "Properties": {"SubnetId": "subnet-1"}},
        "Logs": {
            "Type": "AWS::EC2::VPCEndpoint",
            "Properties": {"VpcEndpointType": "Interface", "SubnetIds": ["a", "b"], "ServiceName": "x"},
        },
        "S3": {
            "Type": "AWS::EC2::VPCEndpoint",
            "Properties": {"VpcEndpointType": "Gateway", "ServiceName": "s3"},
        },
        "Key": {"Type": "AWS::KMS::Key", "Properties": {}},
    }
    assert rehearsed(ONE, found).idle_per_month == pytest.approx(32.85 + 14.60 + 1)


def test_prices_of_a_csv_file(write: Callable[..., Path], tmp_path: Path) -> None:
    """A file of one's own replaces the list."""
    file = tmp_path / "prices.csv"
    file.write_text("instance_type,usd_per_hour\n# negotiated\nc7i.xlarge,1.00\n")
    found = from_file(file, "eu-central-1")
    result = rehearse(plan(write(resources()), region="eu-central-1"), parse_plan(ONE), prices=found)
    assert result.cost == pytest.approx(result.environments[0].vcpu_hours / 4)
    assert result.prices == "prices.csv, eu-central-1"


def test_prices_of_the_price_list_api(tmp_path: Path) -> None:
    """Only Linux on shared hosts counts, in the Region that is asked for."""

    def product(region: str, system: str, price: str) -> str:
        attributes = {
            "instanceType": "c7i.xlarge",
            "regionCode": region,
            "operatingSystem": system,
            "tenancy": "Shared",
            "preInstalledSw": "NA",
            "capacitystatus": "Used",
        }
        dimension = {"unit": "Hrs", "pricePerUnit": {"USD": price}}
        terms = {"OnDemand": {"t": {"priceDimensions": {"d": dimension}}}}
        return json.dumps({"product": {"attributes": attributes}, "terms": terms})

    file = tmp_path / "products.json"
    answers = [
        product("eu-west-1", "Linux", "0.2"),
        product("eu-west-1", "Windows", "9"),
        product("us-east-1", "Linux", "8"),
    ]
    file.write_text(json.dumps({"PriceList": answers}))
    assert from_file(file, "eu-west-1").per_hour == {"c7i.xlarge": 0.2}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("c7i.xlarge;1", "prices.csv:1: a line must be INSTANCE_TYPE,USD_PER_HOUR, got 'c7i.xlarge;1'"),
        ("{}", "must have PriceList"),
    ],
)
def test_a_file_that_is_no_list_of_prices(tmp_path: Path, text: str, sentence: str) -> None:
    """The message names the line, or what is missing."""
    file = tmp_path / "prices.csv"
    file.write_text(text)
    with pytest.raises(UnreadablePricesError) as error:
        from_file(file, "us-east-1")
    assert sentence in str(error.value)


def test_the_list_has_prices_of_nearly_all_types() -> None:
    """Of the types in the facts fewer than one in twenty has no price: newest ones, Macs, and blocks of capacity."""
    from batch_constructs.facts import instance_types

    names = instance_types.names()
    missing = [name for name in names if in_region(prices.US_EAST_1).of(name) is None]
    assert len(missing) / len(names) < 0.05
