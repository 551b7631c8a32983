"""Update the list prices: ``python -m batch_constructs.facts.regenerate_prices FILE...``.

The files are the generated tables of karpenter-provider-aws, ``pkg/providers/pricing/zz_generated.pricing_*.go``
(Apache-2.0). The same input gives the same bytes. With ``--from-account REGION`` the Price List API is asked instead, and
its answer is printed for ``batch-constructs rehearse --prices FILE``: the credentials of boto3 need ``pricing:GetProducts``.
"""

from __future__ import annotations

import gzip
import json
import re
import sys
from pathlib import Path
from typing import Any

from batch_constructs.facts._data import FOLDER
from batch_constructs.facts.prices import DATA_FILE, US_EAST_1

_DATE = re.compile(r"// generated at ([0-9]{4}-[0-9]{2}-[0-9]{2})T")
_ITEM = re.compile(r'"([a-z]{2}(?:-[a-z]+)+-[0-9])": \{|"([a-z0-9-]+\.[a-z0-9-]+)": ([0-9.]+)')


def table(texts: list[str]) -> dict[str, object]:
    """Return the content of the data file: source, date, and the prices by Region and instance type."""
    regions: dict[str, dict[str, float]] = {}
    for text in texts:
        region = ""
        for name, instance_type, price in _ITEM.findall(text):
            if name:
                region = name
            elif float(price):
                regions.setdefault(region, {})[instance_type] = round(float(price), 6)
    dates = {found[1] for text in texts if (found := _DATE.search(text))}
    return {
        "source": "karpenter-provider-aws, generated tables of On-Demand prices (Linux), Apache-2.0",
        "date": min(dates),
        "regions": {name: dict(sorted(prices.items())) for name, prices in sorted(regions.items())},
    }


def from_account(region: str, client: Any = None) -> dict[str, list[Any]]:
    """Return the answer of the Price List API for On-Demand Linux instances of a Region, all pages of it.

    Args:
        region: The Region.
        client: A boto3 client for ``pricing``; by default a new one, with the credentials of the environment.
    """
    if client is None:
        import boto3  # noqa: PLC0415 - an extra

        # The Price List API has few endpoints; this one knows all Regions.
        client = boto3.client("pricing", region_name=US_EAST_1)
    wanted = {
        "regionCode": region,
        "operatingSystem": "Linux",
        "tenancy": "Shared",
        "preInstalledSw": "NA",
        "capacitystatus": "Used",
    }
    filters = [{"Type": "TERM_MATCH", "Field": name, "Value": value} for name, value in wanted.items()]
    pages = client.get_paginator("get_products").paginate(ServiceCode="AmazonEC2", Filters=filters)
    return {"PriceList": [product for page in pages for product in page["PriceList"]]}


def main(arguments: list[str]) -> int:
    """Write the data file from the generated tables, or print the prices of a Region."""
    if arguments[:1] == ["--from-account"]:
        sys.stdout.write(json.dumps(from_account(arguments[1])))
        return 0
    content = table([Path(path).read_text("utf-8") for path in arguments])
    text = json.dumps(content, separators=(",", ":"), sort_keys=True)
    (FOLDER / DATA_FILE).write_bytes(gzip.compress(text.encode(), mtime=0))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
