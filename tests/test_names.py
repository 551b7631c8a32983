"""Every name that the package writes as a string exists: in an AWS API, in CloudFormation, in Python, or in a short list.

A misspelt member is dropped or never found in silence, and a misspelt argument makes a message that helps nobody.
"""

from __future__ import annotations

import ast
import re
from enum import Enum
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from botocore import xform_name
from botocore.loaders import Loader
from cfnlint.schema import PROVIDER_SCHEMA_MANAGER

import batch_constructs as bc

if TYPE_CHECKING:
    from collections.abc import Iterator

    from syrupy.assertion import SnapshotAssertion

PACKAGE = Path(__file__).parents[1] / "batch_constructs"
OTHERS = Path(__file__).with_name("other_names.txt")

SERVICES = """autoscaling batch budgets chatbot cloudformation cloudtrail cloudwatch ec2 ecr ecs efs eks events fsx guardduty iam
kms lambda logs pricing s3 sagemaker scheduler secretsmanager sns sqs ssm stepfunctions sts""".split()  # noqa: SIM905
TYPE = re.compile(r"AWS::[A-Za-z0-9]+(::[A-Za-z0-9]+)+")
ACTION = re.compile(r"[a-z0-9-]+:([A-Z][A-Za-z]+)(\*?)")
WORD = re.compile(r"[A-Z][a-zA-Z0-9]*[a-z][a-zA-Z0-9]*|[a-z]+[A-Z][a-zA-Z0-9]*|[A-Za-z0-9]+(_[A-Za-z0-9]+)+")


@cache
def of_apis() -> frozenset[str]:
    """Return the names of operations, shapes, members and values in the APIs, beginning with either case."""
    loader, found = Loader(), set()
    for service in SERVICES:
        model = loader.load_service_model(service, "service-2")
        found.update(model["operations"])
        found.update(map(xform_name, model["operations"]))
        for name, shape in model["shapes"].items():
            found.update((name, *shape.get("members", ()), *shape.get("enum", ())))
    return frozenset(found | {each[:1].swapcase() + each[1:] for each in found})


@cache
def of_cloudformation() -> tuple[frozenset[str], frozenset[str]]:
    """Return the resource types of CloudFormation, and the members of those that jobs have to do with."""
    types = frozenset(PROVIDER_SCHEMA_MANAGER.get_resource_types("us-east-1"))
    members: set[str] = set()
    for name in types:
        if name.split("::")[1].lower() in SERVICES:
            nodes = [PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", name).schema]
            for node in nodes:
                if isinstance(node, dict):
                    members.update(node.get("properties", ()))
                    nodes += node.values()
                elif isinstance(node, list):
                    nodes += node
    return types, frozenset(members)


def modules() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        yield str(path.relative_to(PACKAGE)), ast.parse(path.read_text("utf-8"))


@cache
def identifiers() -> frozenset[str]:
    """Return the names of everything in the package, and of the arguments that it passes."""
    found = set()
    for _, tree in modules():
        for node in ast.walk(tree):
            for name in ("id", "arg", "attr", "name", "asname"):
                if isinstance(value := getattr(node, name, None), str):
                    found.add(value)
    return frozenset(found)


def strings(tree: ast.Module) -> Iterator[str]:
    """Yield the string constants of a module that are not docstrings."""
    docs = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs:
            yield node.value


def others() -> frozenset[str]:
    """Return the names of the list: of AWS where no schema has them, and of other formats."""
    lines = OTHERS.read_text("utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


def unknown() -> dict[str, str]:
    """Return the names that exist nowhere, with a module that writes them."""
    apis, (types, members) = of_apis(), of_cloudformation()
    known = apis | members | identifiers()
    found: dict[str, str] = {}
    for module, tree in modules():
        for text in strings(tree):
            if TYPE.fullmatch(text):
                if text not in types:
                    found[text] = module
            elif action := ACTION.fullmatch(text):
                if not (
                    action[1] in apis or (action[2] and any(each.startswith(action[1]) for each in apis))
                ):
                    found[text] = module
            elif WORD.fullmatch(text) and text not in known:
                found[text] = module
    return found


def test_every_name_in_a_string_exists() -> None:
    """A new one is in the APIs, the schemas or the code, or has to be added to the list on purpose."""
    assert {name: module for name, module in unknown().items() if name not in others()} == {}


def test_the_list_of_other_names_has_no_more_than_it_must() -> None:
    """A name that is used no longer, or that the schemas have by now, is not in the list."""
    assert sorted(others() - unknown().keys()) == []


def test_the_list_is_sorted_within_its_groups() -> None:
    """So that nobody adds a name twice."""
    groups = re.split(r"^#.*\n", OTHERS.read_text("utf-8"), flags=re.MULTILINE)
    assert [group for group in groups if group.split() != sorted(set(group.split()))] == []


def test_the_vocabulary_is_not_empty() -> None:
    """A judge that knows nothing would list everything."""
    assert "ComputeEnvironmentOrder" in of_cloudformation()[1]
    assert {"SubmitJob", "jobQueue", "JobQueue"} <= of_apis()
    assert "AWS::Batch::JobQueue" in of_cloudformation()[0]


def test_the_values_of_public_enumerations_change_on_purpose_only(snapshot: SnapshotAssertion) -> None:
    """Users write them, and templates contain them."""
    values = {
        name: {member.name: str(member.value) for member in found}
        for name in bc.__all__
        if isinstance(found := getattr(bc, name), type) and issubclass(found, Enum)
    }
    assert values == snapshot
