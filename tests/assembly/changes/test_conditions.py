"""Conditions, mappings and defaults that change behind expressions that do not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from batch_constructs.assembly.changes import Kind, plan
from batch_constructs.assembly.template import read
from batch_constructs.assembly.template.outcomes import outcomes

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from batch_constructs.assembly.changes import Change

    Planned = Callable[..., dict[str, Change]]

STAGE = {"Ref": "Stage"}
PROD = {"Fn::Equals": [STAGE, "prod"]}
ROW = {"Fn::FindInMap": ["Stages", STAGE, "spot"]}
FIXED_ROW = {"Fn::FindInMap": ["Stages", "prod", "spot"]}


def template(
    condition: Any,
    *,
    stage: str = "test",
    prod: str = "no",
    test: str = "no",
    more: dict[str, Any] | None = None,
    **resource: Any,
) -> dict[str, Any]:
    """Return a queue that exists under a condition C, and another one with a priority that follows C."""
    queue = {"Type": "AWS::Batch::JobQueue", "Properties": {"Priority": 1, **resource}}
    follower = {"Type": "AWS::Batch::JobQueue", "Properties": {"Priority": {"Fn::If": ["C", 1, 2]}}}
    return {
        "Parameters": {"Stage": {"Type": "String", "Default": stage}},
        "Mappings": {"Stages": {"prod": {"spot": prod}, "test": {"spot": test}}},
        "Conditions": {"C": condition, **(more or {})},
        "Resources": {"Queue": {"Condition": "C", **queue}, "Follower": follower},
    }


@pytest.mark.parametrize(
    ("old", "new", "kind", "at_least", "cause"),
    [
        # A mapping under fixed keys is certain.
        (
            template({"Fn::Equals": [FIXED_ROW, "yes"]}),
            template({"Fn::Equals": [FIXED_ROW, "yes"]}, prod="yes"),
            Kind.CREATED,
            Kind.CREATED,
            "mapping Stages",
        ),
        (
            template({"Fn::Not": [{"Fn::Equals": [FIXED_ROW, "yes"]}]}),
            template({"Fn::Not": [{"Fn::Equals": [FIXED_ROW, "yes"]}]}, prod="yes"),
            Kind.DELETED,
            Kind.DELETED,
            "mapping Stages",
        ),
        # A mapping under a parameter depends on the row.
        (
            template({"Fn::Equals": [ROW, "yes"]}),
            template({"Fn::Equals": [ROW, "yes"]}, prod="yes"),
            Kind.CREATED,
            Kind.UNCHANGED,
            "mapping Stages",
        ),
        # A default decides only where nothing was chosen.
        (
            template(PROD),
            template(PROD, stage="prod"),
            Kind.CREATED,
            Kind.UNCHANGED,
            "parameter Stage (default test -> prod)",
        ),
        (
            template(PROD, stage="prod"),
            template(PROD),
            Kind.DELETED,
            Kind.UNCHANGED,
            "parameter Stage (default prod -> test)",
        ),
        # Through another condition, with Fn::And, Fn::Or and Fn::Not.
        (
            template(
                {"Fn::And": [{"Condition": "D"}, {"Fn::Not": [{"Fn::Equals": [STAGE, "x"]}]}]},
                more={"D": PROD},
            ),
            template(
                {"Fn::And": [{"Condition": "D"}, {"Fn::Not": [{"Fn::Equals": [STAGE, "x"]}]}]},
                more={"D": PROD},
                stage="prod",
            ),
            Kind.CREATED,
            Kind.UNCHANGED,
            "parameter Stage (default test -> prod)",
        ),
        # The definition itself.
        (
            template(PROD),
            template({"Fn::Or": [PROD, {"Fn::Equals": [STAGE, "test"]}]}),
            Kind.CREATED,
            Kind.UNCHANGED,
            "condition C",
        ),
    ],
)
def test_what_a_condition_decides_follows_its_inputs(
    planned: Planned, old: Any, new: Any, kind: Kind, at_least: Kind, cause: str
) -> None:
    """A mapping with fixed keys changes a condition for certain, a default or another definition perhaps."""
    changes = planned(old, new)
    queue, [priority] = changes["Queue"], changes["Follower"].properties
    assert (queue.kind, queue.at_least, priority.certain) == (kind, at_least, kind is at_least)
    assert queue.hint == f"whether it exists depends on {cause}"
    assert priority.cause == cause


@pytest.mark.parametrize(
    ("old", "new"),
    [
        # Another way to say the same.
        (template(PROD), template({"Fn::Not": [{"Fn::Not": [PROD]}]})),
        (template(PROD), template({"Fn::Equals": ["prod", STAGE]})),
        (template({"Fn::Equals": ["a", "a"]}), template({"Fn::Equals": ["b", "b"]})),
        # A cell of the mapping that the condition does not read.
        (
            template({"Fn::Equals": [{"Fn::FindInMap": ["Stages", "test", "spot"]}, "yes"]}),
            template({"Fn::Equals": [{"Fn::FindInMap": ["Stages", "test", "spot"]}, "yes"]}, prod="yes"),
        ),
        # A default that makes no difference to the condition.
        (template(PROD), template(PROD, stage="other")),
        # A condition that never holds.
        (template({"Fn::Equals": ["a", "b"]}), template({"Fn::Equals": ["a", "b"]}, JobQueueName="new")),
    ],
)
def test_a_condition_with_the_same_answer_changes_nothing(planned: Planned, old: Any, new: Any) -> None:
    """A condition is compared by its answers, not by its text."""
    assert planned(old, new) == {}


def test_a_row_that_is_new_changes_no_other(planned: Planned) -> None:
    """A stack that reads a mapping by a parameter keeps its row when another row is added."""
    old, new = (template({"Fn::Equals": [ROW, "yes"]}) for _ in range(2))
    new["Mappings"]["Stages"]["new"] = {"spot": "yes"}
    assert planned(old, new) == {}


def test_rows_that_swap_their_values_may_be_another_value(planned: Planned) -> None:
    """A mapping is compared by its cells: rows may change although the set of values stays."""
    old = template(PROD, prod="1", test="2")
    new = template(PROD, prod="1", test="1")
    old["Mappings"]["Stages"]["x"] = new["Mappings"]["Stages"]["x"] = {"spot": "2"}
    for each in (old, new):
        each["Resources"] = {"Queue": {"Type": "AWS::Batch::JobQueue", "Properties": {"Priority": ROW}}}
    [priority] = planned(old, new)["Queue"].properties
    assert (priority.certain, priority.cause) == (False, "mapping Stages")


def test_a_default_of_a_plain_parameter_may_be_followed(planned: Planned) -> None:
    """A value by parameter may follow a new default: stacks keep the old value unless somebody passes another."""
    old, new = template(PROD, JobQueueName=STAGE), template(PROD, stage="live", JobQueueName=STAGE)
    [name] = planned(old, new)["Queue"].properties
    assert (name.certain, name.cause) == (False, "parameter Stage (default test -> live)")


NESTED = """
Parameters: {Spot: {Type: String, Default: "%s"}}
Conditions: {IsSpot: !Equals [!Ref Spot, "yes"]}
Resources:
  Queue: {Type: AWS::Batch::JobQueue, Condition: IsSpot, Properties: {Priority: 1}}
"""
ROOT = """
Parameters: {Spot: {Type: String, Default: "%s"}}
Resources:
  Inner: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: inner.yaml, Parameters: {%s}}}
"""


@pytest.mark.parametrize(
    ("inner", "outer", "arguments", "expected"),
    [
        # Nobody passes it, so its default is its value.
        (("no", "yes"), ("x", "x"), "", (Kind.CREATED, Kind.CREATED)),
        # The parent passes it, so its default means nothing.
        (("no", "yes"), ("x", "x"), 'Spot: "no"', None),
        (("no", "yes"), ("x", "x"), "Spot: !Ref Spot", None),
        # The parent's default is passed on.
        (("x", "x"), ("no", "yes"), "Spot: !Ref Spot", (Kind.CREATED, Kind.UNCHANGED)),
    ],
)
def test_a_nested_stack_gets_its_parameters_from_its_parent(
    tmp_path: Path, inner: Any, outer: Any, arguments: str, expected: Any
) -> None:
    """A default of a nested stack is certain if its parent passes nothing, and counts for nothing if it does."""
    models = []
    for side in (0, 1):
        folder = tmp_path / str(side)
        folder.mkdir()
        (folder / "inner.yaml").write_text(NESTED % inner[side])
        (folder / "root.yaml").write_text(ROOT % (outer[side], arguments))
        models.append(read(folder))
    found = [(change.kind, change.at_least) for change in plan(*models)]
    assert found == ([expected] if expected else [])


def test_conditions_that_exclude_each_other_never_hold_together(tmp_path: Path) -> None:
    """Conditions are tried with every value that they mention, and with one that they do not."""
    file = tmp_path / "template.yaml"
    file.write_text(
        """
Parameters: {Stage: {Type: String}, Zones: {Type: CommaDelimitedList}}
Conditions:
  Prod: !Equals [!Ref Stage, prod]
  Test: !Equals [!Ref Stage, test]
  NotProd: !Not [!Condition Prod]
  Zoned: !Not [!Equals [!Join ["", !Ref Zones], ""]]
Resources: {}
"""
    )
    [stack] = read(file).stacks
    assert outcomes(stack, "Prod", stack, "Test") == {(True, False), (False, True), (False, False)}
    assert outcomes(stack, "Prod", stack, "NotProd") == {(True, False), (False, True)}
    assert outcomes(stack, "Prod", stack, None) == {(True, True), (False, True)}
    assert outcomes(stack, "Zoned", stack, "Zoned") == {(True, True), (False, False)}
    assert len(outcomes(stack, "Prod", stack, "Zoned")) == 4


def test_a_mapping_of_which_another_one_chooses_the_row(planned: Planned) -> None:
    """Both mappings are compared: the one that chooses the row, and the row."""

    def by_two(chosen: str, size: int) -> dict[str, Any]:
        row = {"Fn::FindInMap": ["Chosen", "all", "row"]}
        priority = {"Fn::FindInMap": ["Sizes", row, "priority"]}
        return {
            "Mappings": {
                "Chosen": {"all": {"row": chosen}},
                "Sizes": {"small": {"priority": 1}, "large": {"priority": size}},
            },
            "Resources": {"Queue": {"Type": "AWS::Batch::JobQueue", "Properties": {"Priority": priority}}},
        }

    assert planned(by_two("small", 5), by_two("small", 6)) == {}
    for old, new, cause in (
        (by_two("small", 5), by_two("large", 5), "mapping Chosen"),
        (by_two("large", 5), by_two("large", 6), "mapping Sizes"),
    ):
        [priority] = planned(old, new)["Queue"].properties
        assert (priority.certain, priority.cause) == (True, cause)


def test_an_image_by_another_path_of_the_parameter_store_may_be_another(planned: Planned) -> None:
    """A new default path, such as that of Amazon Linux 2023, may give another image, which replaces the environment."""

    def template_of(system: str) -> dict[str, Any]:
        path = f"/aws/service/ecs/optimized-ami/{system}/recommended/image_id"
        resources = {"Type": "EC2", "AllocationStrategy": "BEST_FIT_PROGRESSIVE", "ImageId": {"Ref": "Image"}}
        return {
            "Parameters": {
                "Image": {"Type": "AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>", "Default": path}
            },
            "Resources": {
                "Env": {
                    "Type": "AWS::Batch::ComputeEnvironment",
                    "Properties": {"Type": "MANAGED", "ComputeResources": resources},
                }
            },
        }

    change = planned(template_of("amazon-linux-2"), template_of("amazon-linux-2023"))["Env"]
    assert (change.kind, change.at_least) == (Kind.REPLACED, Kind.UNCHANGED)
    assert change.properties[0].cause.startswith(
        "parameter Image (default /aws/service/ecs/optimized-ami/amazon-linux-2/"
    )
