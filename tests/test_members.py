"""Which members of CloudFormation and of requests no typed argument sets: computed, and compared with the page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from docs import build_members
from tests.every_argument import requests, templates
from tests.once import folder_of_run, once

if TYPE_CHECKING:
    from collections.abc import Iterator

BATCH = "AWS::Batch::"


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """The paths of all members that constructs and requests with every argument write."""
    return dict(once(folder_of_run(tmp_path_factory), "members", _written))


def _written() -> dict[str, list[str]]:
    found: dict[str, set[str]] = {}
    for template in templates():
        for resource in template["Resources"].values():
            if resource["Type"].startswith(BATCH):
                found.setdefault(resource["Type"], set()).update(paths(resource["Properties"]))
    for operation, made in zip(("SubmitJob", "SubmitServiceJob"), requests(), strict=True):
        found[operation] = {path for request in made for path in paths(request)}
    return {owner: sorted(members) for owner, members in found.items()}


def paths(value: Any, path: str = "") -> Iterator[str]:
    """The paths in a document, without indexes. The keys of maps come too, and are no members of a schema."""
    for each in value if isinstance(value, list) else [value]:
        for member, inner in each.items() if isinstance(each, dict) else ():
            here = f"{path}.{member}" if path else member
            yield here
            yield from paths(inner, here)


def of_schema(kind: str) -> set[str]:
    """Return all members that CloudFormation's registry lets a template write."""
    from cfnlint.schema import PROVIDER_SCHEMA_MANAGER

    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", kind).schema
    read_only = {
        each.removeprefix("/properties/").replace("/*/", "/").replace("/", ".")
        for each in schema.get("readOnlyProperties", ())
    }
    return set(_below(schema, schema, "", ())) - read_only


def _below(schema: dict[str, Any], node: dict[str, Any], path: str, above: tuple[str, ...]) -> Iterator[str]:
    if (reference := node.get("$ref")) is not None:
        if reference in above:
            return
        above, node = (*above, reference), schema["definitions"][reference.rpartition("/")[2]]
    if "items" in node:
        yield from _below(schema, node["items"], path, above)
    for name, inner in node.get("properties", {}).items():
        here = f"{path}.{name}" if path else name
        yield here
        yield from _below(schema, inner, here, above)


def of_operation(operation: str) -> set[str]:
    """Return all members of a request, as botocore's model has them."""
    import boto3

    model = boto3.client("batch", region_name="eu-west-1").meta.service_model
    return set(_inside(model.operation_model(operation).input_shape, "", ()))


def _inside(shape: Any, path: str, above: tuple[str, ...]) -> Iterator[str]:
    if shape.type_name == "list":
        yield from _inside(shape.member, path, above)
    elif shape.type_name == "structure" and shape.name not in above:
        for name, inner in shape.members.items():
            here = f"{path}.{name}" if path else name
            yield here
            yield from _inside(inner, here, (*above, shape.name))


def test_all_resources_and_submissions_are_looked_at(written: dict[str, list[str]]) -> None:
    """Each resource type of AWS Batch in the registry is made, and each operation that submits."""
    from cfnlint.schema import PROVIDER_SCHEMA_MANAGER

    types = {
        each for each in PROVIDER_SCHEMA_MANAGER.get_resource_types("us-east-1") if each.startswith(BATCH)
    }
    assert types <= set(written)
    assert {"SubmitJob", "SubmitServiceJob"} <= set(written)


def test_the_list_of_members_without_an_argument_is_the_difference(written: dict[str, list[str]]) -> None:
    """A new member of AWS fails here until it has an argument or a reason; a reason that is not needed fails, too."""
    unset = {
        owner: sorted((of_schema(owner) if "::" in owner else of_operation(owner)) - set(members))
        for owner, members in written.items()
    }
    listed = {owner: sorted(members) for owner, members in build_members.reasons().items()}
    assert {owner: members for owner, members in unset.items() if members} == listed


def test_each_has_a_reason() -> None:
    """And the page shows it."""
    page = build_members.page()
    for owner, members in build_members.reasons().items():
        assert f"## {owner}" in page
        assert all(f"| `{member}` | {reason} |" in page and reason for member, reason in members.items())


def test_a_schema_is_walked_to_its_end() -> None:
    """Deep members are among those that are compared."""
    deep = "NodeProperties.NodeRangeProperties.EksProperties.PodProperties.InitContainers.SecurityContext.RunAsUser"
    assert deep in of_schema("AWS::Batch::JobDefinition")
    assert "EksConfiguration.AccessEntry.Status" not in of_schema("AWS::Batch::ComputeEnvironment")
    assert "eksPropertiesOverride.podProperties.containers.resources" in of_operation("SubmitJob")
