"""List prices: what the shipped file has, and where it comes from."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import boto3
from botocore.stub import Stubber

from batch_constructs.facts import prices
from batch_constructs.facts.regenerate_prices import from_account, main, table

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

TABLE = """// generated at 2026-07-20T13:44:30Z for us-east-1
	"us-east-1": {
		// c7i family
		"c7i.large": 0.089250, "c7i.xlarge": 0.178500,
		"free.large": 0.000000,
	},
	"us-gov-west-1": {
		"c7i.large": 0.107100,
	},
"""


def test_a_generated_table_is_read() -> None:
    """Prices by Region; a price of 0 is none."""
    found = table([TABLE])
    assert found["date"] == "2026-07-20"
    assert found["regions"] == {
        "us-east-1": {"c7i.large": 0.08925, "c7i.xlarge": 0.1785},
        "us-gov-west-1": {"c7i.large": 0.1071},
    }


def test_the_oldest_table_dates_the_file() -> None:
    """Readers must not take an old price for a new one."""
    assert table([TABLE, TABLE.replace("2026-07", "2025-01")])["date"] == "2025-01-20"


def test_a_region_says_what_it_has_no_prices_for() -> None:
    """Fargate and idle resources have prices in us-east-1 only; most Regions have none at all."""
    here, gov, there = map(prices.in_region, ("us-east-1", "us-gov-west-1", "eu-west-3"))
    assert here.of("c7i.large") == 0.08925
    assert set(here.fargate) == {"X86_64", "ARM64"}
    assert gov.of("c7i.large")
    assert (gov.fargate, gov.idle) == ({}, {})
    assert there.of("c7i.large") is None
    assert prices.regions() == ("us-east-1", "us-gov-east-1", "us-gov-west-1")


def test_the_price_list_of_an_account_can_be_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """All pages are asked for, and the printed answer is a file for ``--prices``."""
    attributes = {
        "instanceType": "c7i.large",
        "regionCode": "eu-west-3",
        "operatingSystem": "Linux",
        "tenancy": "Shared",
        "preInstalledSw": "NA",
        "capacitystatus": "Used",
    }

    def product(name: str, price: str) -> str:
        term = {"priceDimensions": {"d": {"unit": "Hrs", "pricePerUnit": {"USD": price}}}}
        found = {
            "product": {"attributes": attributes | {"instanceType": name}},
            "terms": {"OnDemand": {"t": term}},
        }
        return json.dumps(found)

    client: Any = boto3.client("pricing", "us-east-1", aws_access_key_id="k", aws_secret_access_key="s")
    filters = [
        {"Type": "TERM_MATCH", "Field": name, "Value": value}
        for name, value in attributes.items()
        if name != "instanceType"
    ]
    asked = {"ServiceCode": "AmazonEC2", "Filters": filters}
    with Stubber(client) as stub:
        stub.add_response("get_products", {"PriceList": [product("a.large", "1")], "NextToken": "n"}, asked)
        stub.add_response(
            "get_products", {"PriceList": [product("b.large", "2")]}, asked | {"NextToken": "n"}
        )
        answer = from_account("eu-west-3", client)
    monkeypatch.setattr(
        "batch_constructs.facts.regenerate_prices.from_account",
        lambda region: answer if region == "eu-west-3" else {},
    )
    assert main(["--from-account", "eu-west-3"]) == 0
    file = tmp_path / "prices.json"
    file.write_text(capsys.readouterr().out)
    assert prices.from_file(file, "eu-west-3").per_hour == {"a.large": 1.0, "b.large": 2.0}
