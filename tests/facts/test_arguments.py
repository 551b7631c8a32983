"""The arguments of the constructs, by the members of a template."""

from __future__ import annotations

import inspect

import pytest

import batch_constructs
from batch_constructs.facts import arguments
from batch_constructs.facts._data import load
from tests.test_members import of_schema

CLASSES = load("arguments.json")["classes"]


@pytest.mark.parametrize("name", CLASSES)
def test_each_argument_is_one_of_the_class(name: str) -> None:
    """A class takes each argument that the data names for it."""
    taken = set(inspect.signature(getattr(batch_constructs, name).__init__).parameters)
    named = {word for text in CLASSES[name]["members"].values() for word in text.split(", ")}
    assert named <= taken


@pytest.mark.parametrize("name", [name for name in CLASSES if "::Batch::" in CLASSES[name]["type"]])
def test_each_member_is_one_of_the_type(name: str) -> None:
    """CloudFormation's schema has each member."""
    members = set(CLASSES[name]["members"]) - {"JobQueue"}
    assert members <= of_schema(CLASSES[name]["type"])


def test_a_member_below_a_structure_has_its_argument() -> None:
    """The argument of the nearest structure counts; other types and classes have none."""
    kind = "AWS::Batch::ComputeEnvironment"
    assert arguments.argument("SpotComputeEnvironment", kind, "ComputeResources.MaxvCpus") == "max_vcpus"
    path = "ComputeResources.LaunchTemplate.Overrides.TargetInstanceTypes"
    assert arguments.argument("SpotComputeEnvironment", kind, path) == "launch_template_overrides"
    assert arguments.argument("SpotComputeEnvironment", kind, "Nothing.Known") == ""
    assert arguments.argument("SpotComputeEnvironment", "AWS::EC2::SecurityGroup", "Tags") == ""
    assert arguments.argument("Own", kind, "ComputeResources.MaxvCpus") == ""


def test_the_source_is_dated() -> None:
    """The day says when the signatures were read."""
    assert arguments.metadata() == ("the signatures of the constructs", "2026-12-01")
