"""Update the facts about instance types: ``python -m batch_constructs.facts.regenerate``.

The source is moto's copy of EC2's DescribeInstanceTypes, or with ``--from-account`` the user's own account, which
also has types that are newer than this release. The same input gives the same bytes.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
from datetime import UTC, date, datetime
from importlib import metadata, util
from pathlib import Path
from typing import TYPE_CHECKING, Any

from batch_constructs.facts._data import FOLDER
from batch_constructs.facts._instance_type import Architecture, Hypervisor, InterfaceType, UsageClass
from batch_constructs.facts.instance_types import DATA_FILE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    Described = Mapping[str, Any]
    """One element of ``InstanceTypes`` in the response of DescribeInstanceTypes."""


def _known(words: Iterable[str], enum: type[Architecture | InterfaceType | UsageClass]) -> list[str]:
    # A value that EC2 adds later must not prevent the rest of the update.
    values = {member.value for member in enum}
    return [word for word in words if word in values]


def _gpus(described: Described) -> list[dict[str, Any]]:
    return [
        {
            "count": gpu.get("LogicalGpuCount", gpu["Count"]),
            "physical_count": gpu["Count"],
            "manufacturer": gpu["Manufacturer"],
            "model": gpu["Name"],
            "memory_mib": gpu["MemoryInfo"]["SizeInMiB"],
        }
        for gpu in described.get("GpuInfo", {}).get("Gpus", [])
    ]


def _neuron_devices(described: Described) -> list[dict[str, Any]]:
    return [
        {
            "count": device["Count"],
            "cores": device["CoreInfo"]["Count"],
            "model": device["Name"],
            "memory_mib": device["MemoryInfo"]["SizeInMiB"],
        }
        for device in described.get("NeuronInfo", {}).get("NeuronDevices", [])
    ]


def _network_cards(described: Described) -> list[list[Any]]:
    return [
        [
            card["NetworkCardIndex"],
            card["MaximumNetworkInterfaces"],
            # Older responses have no list: every card accepts plain interfaces.
            _known(card.get("InterfaceTypes", ["interface"]), InterfaceType),
        ]
        for card in described["NetworkInfo"]["NetworkCards"]
    ]


def _instance_store(described: Described) -> dict[str, Any] | None:
    storage = described.get("InstanceStorageInfo")
    if storage is None:
        return None
    return {
        "total_gb": storage["TotalSizeInGB"],
        "disk_count": sum(disk["Count"] for disk in storage["Disks"]),
        "disk_type": storage["Disks"][0]["Type"],
        "nvme": storage["NvmeSupport"] != "unsupported",
    }


def _facts(described: Described) -> dict[str, Any]:
    network = described["NetworkInfo"]
    hypervisor = described.get("Hypervisor")
    return {
        "vcpus": described["VCpuInfo"]["DefaultVCpus"],
        "memory_mib": described["MemoryInfo"]["SizeInMiB"],
        "architectures": _known(described["ProcessorInfo"]["SupportedArchitectures"], Architecture),
        "gpus": _gpus(described),
        "neuron_devices": _neuron_devices(described),
        "network_cards": _network_cards(described),
        "max_efa_interfaces": network.get("EfaInfo", {}).get("MaximumEfaInterfaces", 0),
        "ipv4_per_interface": network["Ipv4AddressesPerInterface"],
        "instance_store": _instance_store(described),
        "hypervisor": hypervisor if hypervisor in {member.value for member in Hypervisor} else None,
        "bare_metal": described["BareMetal"],
        "current_generation": described["CurrentGeneration"],
        "usage_classes": sorted(_known(described["SupportedUsageClasses"], UsageClass)),
        "placement_strategies": sorted(
            described.get("PlacementGroupInfo", {}).get("SupportedStrategies", [])
        ),
    }


def table(types: Iterable[Described], *, names: Iterable[str] = (), source: str, day: str) -> dict[str, Any]:
    """Return the content of the data file.

    Args:
        types: The response of DescribeInstanceTypes, in any order.
        names: All types of EC2, whether or not ``types`` describes them.
        source: One line about the source of ``types``.
        day: The day of ``types``, ``YYYY-MM-DD``.
    """
    facts = {described["InstanceType"]: _facts(described) for described in types}
    ordered = sorted(
        facts,
        key=lambda name: (name.partition(".")[0], facts[name]["vcpus"], facts[name]["memory_mib"], name),
    )
    columns: dict[str, dict[str, int]] = {}
    families: dict[str, dict[str, list[int]]] = {}
    for name in ordered:
        family, _, size = name.partition(".")
        families.setdefault(family, {})[size] = [
            (values := columns.setdefault(column, {})).setdefault(json.dumps(value), len(values))
            for column, value in facts[name].items()
        ]
    return {
        "source": source,
        "date": day,
        "command": "python -m batch_constructs.facts.regenerate",
        "columns": {column: [json.loads(value) for value in values] for column, values in columns.items()},
        "families": families,
        "names_only": sorted(set(names) - set(facts)),
    }


def encode(content: Mapping[str, Any]) -> bytes:
    """Return the bytes of the data file, which do not depend on the time or the machine."""
    return gzip.compress(json.dumps(content, separators=(",", ":")).encode(), mtime=0)


def from_moto() -> tuple[list[Described], str]:
    """Return all types that the installed moto knows, and a line about the source.

    Raises:
        FileNotFoundError: moto is not installed.
    """
    spec = util.find_spec("moto")
    if spec is None or spec.origin is None:
        raise FileNotFoundError(
            "moto is not installed: pip install moto, or read your account with --from-account"
        )
    path = Path(spec.origin).parent / "ec2" / "resources" / "instance_types.json.gz"
    described = json.loads(gzip.decompress(path.read_bytes()))
    return list(described.values()), f"DescribeInstanceTypes, as in moto {metadata.version('moto')}"


def from_account(region: str | None, profile: str | None) -> tuple[list[Described], str]:
    """Return all types that are offered to the account in the Region, and a line about the source.

    Args:
        region: The Region; ``None`` for that of the profile or the environment.
        profile: The profile; ``None`` for that of the environment.

    Raises:
        ImportError: boto3 is not installed.
        ConnectionError: no Region, no credentials, no permission, no network.
    """
    # Only this function needs boto3.
    import boto3  # noqa: PLC0415
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415

    try:
        client = boto3.Session(region_name=region, profile_name=profile).client("ec2")
        pages = client.get_paginator("describe_instance_types").paginate()
        types = [described for page in pages for described in page["InstanceTypes"]]
    except (BotoCoreError, ClientError) as error:
        raise ConnectionError(f"EC2 did not answer DescribeInstanceTypes: {error}") from error
    return types, f"DescribeInstanceTypes in {client.meta.region_name}"


def names_in_botocore() -> tuple[str, ...]:
    """Return every instance type in the installed botocore, of any Region."""
    from botocore.loaders import Loader  # noqa: PLC0415 - comes with moto and with boto3

    model = Loader().load_service_model("ec2", "service-2")
    return tuple(model["shapes"]["InstanceType"]["enum"])


def write(content: dict[str, Any], path: Path) -> None:
    """Write the data file, unless only the day would change.

    So a second run changes nothing, and the day remains that of the last change.
    """
    if path.exists():
        old = json.loads(gzip.decompress(path.read_bytes()))
        if old | {"date": content["date"]} == content:
            content["date"] = old["date"]
            return
    path.write_bytes(encode(content))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m batch_constructs.facts.regenerate", description=__doc__)
    parser.add_argument(
        "--from-account", action="store_true", help="ask EC2 through boto3 instead of moto's copy"
    )
    parser.add_argument("--region", help="with --from-account: the region to ask")
    parser.add_argument("--profile", help="with --from-account: the profile of the credentials")
    parser.add_argument(
        "--date", type=date.fromisoformat, help="the day of new data, YYYY-MM-DD; default: today"
    )
    parser.add_argument(
        "--output", type=Path, default=FOLDER / DATA_FILE, help="default: the file of this package"
    )
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return 0 if the file is up to date, 2 if the source did not answer."""
    options = _parser().parse_args(arguments)
    try:
        types, source = from_account(options.region, options.profile) if options.from_account else from_moto()
    except (ImportError, OSError) as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 2
    day = options.date or datetime.now(tz=UTC).date()
    content = table(types, names=names_in_botocore(), source=source, day=day.isoformat())
    write(content, options.output)
    print(f"{options.output}: {len(types)} instance types, {source}, {content['date']}")  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
