"""Update the facts about requests: ``python -m batch_constructs.facts.regenerate_requests``.

The sources are botocore's model of the Batch API, and the registry schemas in cfn-lint, which have the members that
CloudFormation supports. The same input gives the same bytes.
"""

from __future__ import annotations

import json
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from batch_constructs.facts._data import FOLDER
from batch_constructs.facts.requests import DATA_FILE, MemberType

if TYPE_CHECKING:
    from collections.abc import Iterator

OPERATIONS = {
    "CreateComputeEnvironment": "ComputeEnvironment",
    "CreateConsumableResource": "ConsumableResource",
    "CreateJobQueue": "JobQueue",
    "CreateQuotaShare": "QuotaShare",
    "CreateSchedulingPolicy": "SchedulingPolicy",
    "CreateServiceEnvironment": "ServiceEnvironment",
    "RegisterJobDefinition": "JobDefinition",
}
_SCALARS = {
    "string": "string",
    "integer": "integer",
    "long": "integer",
    "float": "number",
    "double": "number",
    "boolean": "boolean",
}


def content() -> dict[str, Any]:
    """Return the content of the data file."""
    # Development tools, which only this command needs.
    import botocore.session  # noqa: PLC0415
    from cfnlint.data.schemas import __file__ as schemas  # noqa: PLC0415
    from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER as MANAGER  # noqa: PLC0415

    model = botocore.session.get_session().get_service_model("batch")
    version = Path(schemas).with_name("version.json").read_text(encoding="utf-8")
    requests, structures, names = {}, {}, {}
    required: dict[str, set[str]] = {}
    for operation, resource in OPERATIONS.items():
        shape = model.operation_model(operation).input_shape
        schema = MANAGER.get_resource_schema("us-east-1", f"AWS::Batch::{resource}").schema
        lacking = []
        for path, owner, name, needed in _compared(shape, schema, schema, ""):
            member = path.rpartition(".")[2]
            if name is None:
                lacking.append(path)
            elif name != member[0].upper() + member[1:]:
                names[member] = name
            if needed:
                required.setdefault(owner, set()).add(member)
        requests[operation] = {
            "structure": shape.name,
            "resource_type": f"AWS::Batch::{resource}",
            "name_member": _name_member(shape, resource),
            "lacking": sorted(lacking),
        }
        structures.update(_structures(shape))
    for owner, members in required.items():
        structures[owner] = {
            "required": sorted(members.union(structures[owner].get("required", ()))),
            "members": structures[owner]["members"],
        }
    return {
        "source": (
            f"AWS Batch API, as in botocore {metadata.version('botocore')}; "
            f"CloudFormation registry schemas, as in cfn-lint {metadata.version('cfn-lint')}"
        ),
        "date": json.loads(version)["schema_date"][:10],
        "command": "python -m batch_constructs.facts.regenerate_requests",
        "requests": requests,
        "property_names": dict(sorted(names.items())),
        "structures": dict(sorted(structures.items())),
    }


def _name_member(shape: Any, resource: str) -> str:
    own = f"{resource[0].lower()}{resource[1:]}Name"
    return own if own in shape.members else "name"


def _structures(shape: Any) -> dict[str, dict[str, Any]]:
    """Return a structure and all structures in it."""
    found: dict[str, dict[str, Any]] = {}
    todo = [shape]
    while todo:
        each = todo.pop()
        if each.type_name == "list":
            todo.append(each.member)
        elif each.type_name == "structure" and each.name not in found:
            members = {name: _type(member) for name, member in each.members.items()}
            required = {"required": sorted(each.required_members)} if each.required_members else {}
            found[each.name] = {**required, "members": members}
            todo.extend(each.members.values())
    return found


def _type(shape: Any) -> MemberType:
    match shape.type_name:
        case "list":
            inner = _type(shape.member)
            assert isinstance(inner, str), f"{shape.name} is a list of lists"
            return [inner]
        case "map":
            assert shape.value.type_name == "string", f"{shape.name} is no map of strings"
            return "map"
        case "structure":
            return str(shape.name)
        case scalar:
            return _SCALARS[scalar]


def _compared(
    shape: Any, node: dict[str, Any], schema: dict[str, Any], path: str
) -> Iterator[tuple[str, str, str | None, bool]]:
    """Yield each member: its path without indexes, its structure, its name in CloudFormation, and if that requires it."""
    node = _resolved(node, schema)
    if shape.type_name == "list":
        yield from _compared(shape.member, node["items"], schema, path)
    if shape.type_name != "structure":
        return
    properties = {name.casefold(): name for name in node["properties"]}
    for member, inner in shape.members.items():
        here = f"{path}.{member}" if path else member
        name = properties.get(member.casefold())
        yield here, shape.name, name, name in node.get("required", ())
        if name is not None:
            yield from _compared(inner, node["properties"][name], schema, here)


def _resolved(node: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in node:
        name = node["$ref"].rpartition("/")[2]
        node = schema["definitions"][name]
    return node


def main() -> None:
    """Run the command."""
    path = FOLDER / DATA_FILE
    facts = content()
    path.write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")
    print(f"{path}: {len(facts['structures'])} structures, {facts['source']}, {facts['date']}")  # noqa: T201


if __name__ == "__main__":
    main()
