"""List prices in US dollars, with their source, date and Region; what has no price here is reported as missing.

EC2: On-Demand, Linux, shared tenancy, of the table that karpenter-provider-aws generates from the Price List API.
"""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from batch_constructs.facts._data import load

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator, Mapping

DATA_FILE = "prices.json.gz"
US_EAST_1 = "us-east-1"

LEAST_SECONDS = 60
"""Seconds that an instance or a task costs at least. Source: pricing pages of Amazon EC2 and AWS Fargate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FargatePrice:
    """The prices of one hour on Fargate, on demand: of a vCPU, of a GB of memory, and of a GB of storage beyond 20."""

    vcpu: float
    memory_gb: float
    storage_gb: float


FARGATE = {
    "X86_64": FargatePrice(vcpu=0.04048, memory_gb=0.004445, storage_gb=0.000111),
    "ARM64": FargatePrice(vcpu=0.03238, memory_gb=0.00356, storage_gb=0.000111),
}
"""Linux on Fargate in us-east-1, by processor. Source: AWS Fargate pricing, quoted in 2026-03."""

IDLE_PER_HOUR: Mapping[str, float] = {
    "AWS::EC2::NatGateway": 0.045,
    "AWS::EC2::VPCEndpoint": 0.01,
    "AWS::KMS::Key": 1 / 730,
}
"""Resources that cost the same whether jobs run or not, in us-east-1; an endpoint counts once a subnet, a key is 1 dollar
a month. Source: pricing pages of Amazon VPC, AWS PrivateLink and AWS KMS, quoted in 2026-06."""


class UnreadablePricesError(ValueError):
    """A file of prices that is neither CSV nor an answer of the Price List API; the message names the line."""


@dataclass(frozen=True, slots=True)
class Prices:
    """The price of an hour of each instance type in one Region.

    Attributes:
        region: The Region.
        source: Where the prices come from, with the date.
        per_hour: US dollars an hour, by instance type.
        fargate: The prices of Fargate by processor; empty where they are not known.
        idle: What resources cost an hour whether jobs run or not, by type; empty where it is not known.
    """

    region: str
    source: str
    per_hour: Mapping[str, float] = field(default_factory=dict)
    fargate: Mapping[str, FargatePrice] = field(default_factory=dict)
    idle: Mapping[str, float] = field(default_factory=dict)

    def of(self, instance_type: str) -> float | None:
        """Return the price of an hour of an instance type, or ``None`` if it is not known."""
        return self.per_hour.get(instance_type)


@cache
def _data() -> dict[str, Any]:
    return load(DATA_FILE)


def regions() -> tuple[str, ...]:
    """Return the Regions with prices."""
    return tuple(_data()["regions"])


@cache
def in_region(region: str) -> Prices:
    """Return the list prices of a Region; there are none for most Regions."""
    data = _data()
    found = data["regions"].get(region, {})
    if region != US_EAST_1:
        return Prices(region, f"list prices, {region}, {data['date']}", found)
    return Prices(region, f"list prices, {region}, {data['date']}", found, FARGATE, IDLE_PER_HOUR)


def from_file(path: str | os.PathLike[str], region: str) -> Prices:
    """Return the prices of a file.

    Args:
        path: A CSV file with the columns ``instance_type,usd_per_hour``, or the JSON that ``aws pricing get-products
            --service-code AmazonEC2`` prints.
        region: The Region that the prices are for.

    Raises:
        UnreadablePricesError: The file is neither.
        OSError: It cannot be read.
    """
    text = Path(path).read_text("utf-8")
    found = dict(_of_products(path, text, region) if text.lstrip().startswith("{") else _of_csv(path, text))
    listed = in_region(region)
    return Prices(region, f"{Path(path).name}, {region}", found, listed.fargate, listed.idle)


def _of_csv(path: str | os.PathLike[str], text: str) -> Iterator[tuple[str, float]]:
    for number, row in enumerate(csv.reader(text.splitlines()), start=1):
        if not row or row[0].startswith("#") or (number == 1 and row[-1].strip() == "usd_per_hour"):
            continue
        try:
            name, price = row
            yield name.strip(), float(price)
        except ValueError:
            raise UnreadablePricesError(
                f"{path}:{number}: a line must be INSTANCE_TYPE,USD_PER_HOUR, got {','.join(row)!r}"
            ) from None


def _of_products(path: str | os.PathLike[str], text: str, region: str) -> Iterator[tuple[str, float]]:
    """Yield type and price of each product of Linux on shared hosts in the Region, as the Price List API has them."""
    try:
        products = [
            json.loads(each) if isinstance(each, str) else each for each in json.loads(text)["PriceList"]
        ]
    except (ValueError, KeyError) as error:
        raise UnreadablePricesError(f"{path} must have PriceList, as GetProducts answers: {error}") from None
    for product in products:
        attributes = product.get("product", {}).get("attributes", {})
        wanted = {
            "regionCode": region,
            "operatingSystem": "Linux",
            "tenancy": "Shared",
            "preInstalledSw": "NA",
            "capacitystatus": "Used",
        }
        if "instanceType" not in attributes or any(
            attributes.get(name) != value for name, value in wanted.items()
        ):
            continue
        for term in product.get("terms", {}).get("OnDemand", {}).values():
            for dimension in term["priceDimensions"].values():
                if dimension["unit"] == "Hrs":
                    yield attributes["instanceType"], float(dimension["pricePerUnit"]["USD"])
