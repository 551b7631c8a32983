"""Update the facts about members of resources: ``python -m batch_constructs.facts.regenerate_schemas``.

The source are the registry schemas of CloudFormation in cfn-lint. The same input gives the same bytes.
"""

from __future__ import annotations

import gzip
import json
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from batch_constructs.facts._data import FOLDER
from batch_constructs.facts.regenerate_requests import OPERATIONS
from batch_constructs.facts.schemas import DATA_FILE

if TYPE_CHECKING:
    from batch_constructs.facts.requests import MemberType


def content() -> dict[str, Any]:
    """Return the content of the data file."""
    # Development tools, which only this command needs.
    from cfnlint.data.schemas import __file__ as schemas  # noqa: PLC0415
    from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER as MANAGER  # noqa: PLC0415

    version = Path(schemas).with_name("version.json").read_text(encoding="utf-8")
    structures: dict[str, Any] = {}
    for resource in sorted(OPERATIONS.values()):
        schema = MANAGER.get_resource_schema("us-east-1", f"AWS::Batch::{resource}").schema
        _Reading(schema, structures).structure(f"AWS::Batch::{resource}", schema)
    return {
        "source": f"CloudFormation registry schemas, as in cfn-lint {metadata.version('cfn-lint')}",
        "date": json.loads(version)["schema_date"][:10],
        "command": "python -m batch_constructs.facts.regenerate_schemas",
        "structures": dict(sorted(structures.items())),
    }


class _Reading:
    """One schema, whose structures are added to a dictionary by the names of resource and definition."""

    def __init__(self, schema: dict[str, Any], structures: dict[str, Any]) -> None:
        self._schema = schema
        self._type = schema["typeName"]
        self._structures = structures

    def structure(self, name: str, node: dict[str, Any]) -> str:
        """Add a structure, and those that are inside of it."""
        if name not in self._structures:
            found = self._structures[name] = {"members": {}, "required": sorted(node.get("required") or ())}
            found["members"] = {
                member: self._kind(child, f"{name}.{member}") for member, child in node["properties"].items()
            }
        return name

    def _kind(self, node: dict[str, Any], name: str) -> MemberType:
        if reference := node.get("$ref"):
            definition = reference.rpartition("/")[2]
            name, node = f"{self._type}.{definition}", self._schema["definitions"][definition]
        match node.get("type"):
            case "array":
                inner = self._kind(node["items"], name)
                assert isinstance(inner, str), f"{name} is a list of lists"
                return [inner]
            case "object" if node.get("properties"):
                return self.structure(name, node)
            case "object":
                return "map"
            case ["object", "string"] | None:
                return "json"
            case str(scalar):
                return scalar
        raise ValueError(f"{name} has an unknown type: {node.get('type')}")


def main() -> None:
    """Run the command."""
    path = FOLDER / DATA_FILE
    facts = content()
    text = json.dumps(facts, separators=(",", ":"))
    path.write_bytes(gzip.compress(text.encode(), mtime=0))
    print(f"{path}: {len(facts['structures'])} structures, {facts['source']}, {facts['date']}")  # noqa: T201


if __name__ == "__main__":
    main()
