"""Update the facts about updates: ``python -m batch_constructs.facts.regenerate_updates``.

The sources are the registry schemas in cfn-lint (create-only properties) and botocore's model of the
Batch API (infrastructure updates). The same input gives the same bytes.
"""

from __future__ import annotations

import json
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from batch_constructs.facts._data import FOLDER
from batch_constructs.facts.updates import DATA_FILE

if TYPE_CHECKING:
    from collections.abc import Iterator

# The types of Batch, then those that they refer to: replacing a security group changes the environments that use it.
TYPES = (
    *(
        f"AWS::Batch::{name}"
        for name in (
            "ComputeEnvironment",
            "ConsumableResource",
            "JobDefinition",
            "JobQueue",
            "QuotaShare",
            "SchedulingPolicy",
            "ServiceEnvironment",
        )
    ),
    "AWS::EC2::LaunchTemplate",
    "AWS::EC2::PlacementGroup",
    "AWS::EC2::SecurityGroup",
    "AWS::EC2::Subnet",
    "AWS::EC2::VPC",
    "AWS::ECR::Repository",
    "AWS::EFS::AccessPoint",
    "AWS::EFS::FileSystem",
    "AWS::EKS::Cluster",
    "AWS::IAM::InstanceProfile",
    "AWS::IAM::Role",
    "AWS::Logs::LogGroup",
    "AWS::S3::Bucket",
    "AWS::SSM::Parameter",
    "AWS::SecretsManager::Secret",
)

_NEEDS_UPDATE = "requires an infrastructure update"
_MAX_DEPTH = 12


def content() -> dict[str, Any]:
    """Return the content of the data file."""
    # Development tools, which only this command needs.
    from cfnlint.data.schemas import __file__ as schemas  # noqa: PLC0415
    from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER as MANAGER  # noqa: PLC0415

    version = Path(schemas).with_name("version.json").read_text(encoding="utf-8")
    types = {name: _facts(MANAGER.get_resource_schema("us-east-1", name).schema) for name in TYPES}
    source = (
        f"CloudFormation registry schemas, as in cfn-lint {metadata.version('cfn-lint')}; "
        f"AWS Batch API, ComputeResourceUpdate, as in botocore {metadata.version('botocore')}"
    )
    return {
        "source": source,
        "date": json.loads(version)["schema_date"][:10],
        "command": "python -m batch_constructs.facts.regenerate_updates",
        "infrastructure": sorted(_infrastructure()),
        "types": types,
    }


def _facts(schema: dict[str, Any]) -> dict[str, list[str]]:
    return {
        "create_only": _dotted(schema.get("createOnlyProperties")),
        "conditional": _dotted(schema.get("conditionalCreateOnlyProperties")),
        "unordered": sorted(p for p, node in _nodes(schema) if node.get("insertionOrder") is False),
        "any_case": sorted(p for p, node in _nodes(schema) if "enumCaseInsensitive" in node),
    }


def _dotted(pointers: list[str] | None) -> list[str]:
    return sorted(pointer.removeprefix("/properties/").replace("/", ".") for pointer in pointers or ())


def _nodes(schema: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every property with its path; the elements of a list have the list's path."""
    waiting: list[tuple[str, dict[str, Any], int]] = [("", schema, 0)]
    while waiting:
        path, node, depth = waiting.pop()
        if reference := node.get("$ref"):
            node = schema["definitions"].get(reference.rpartition("/")[2], {})
        if path:
            yield path, node
        if depth < _MAX_DEPTH:
            members = node.get("properties") or {}
            waiting += [(f"{path}.{name}".strip("."), child, depth + 1) for name, child in members.items()]
            if isinstance(items := node.get("items"), dict):
                waiting.append((path, items, depth + 1))


def _infrastructure() -> Iterator[str]:
    from botocore.loaders import Loader  # noqa: PLC0415 - as above

    shapes = Loader().load_service_model("batch", "service-2")["shapes"]
    for name, member in shapes["ComputeResourceUpdate"]["members"].items():
        if _NEEDS_UPDATE in member.get("documentation", ""):
            yield f"ComputeResources.{name[0].upper()}{name[1:]}"


def main() -> None:
    """Run the command."""
    path = FOLDER / DATA_FILE
    facts = content()
    path.write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")
    print(f"{path}: {len(facts['types'])} resource types, {facts['source']}, {facts['date']}")  # noqa: T201


if __name__ == "__main__":
    main()
