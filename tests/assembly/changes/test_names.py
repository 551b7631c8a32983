"""Names that a deployment finds taken, because CloudFormation creates before it deletes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from batch_constructs.assembly.changes import Risk, plan
from batch_constructs.assembly.template import model_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from batch_constructs.assembly.changes import Change

    Planned = Callable[..., dict[str, Change]]

CONDITIONS = {
    "Prod": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]},
    "Other": {"Fn::Not": [{"Condition": "Prod"}]},
    "Large": {"Fn::Equals": [{"Ref": "Size"}, "large"]},
}


def queues(**entries: dict[str, Any]) -> dict[str, Any]:
    """Return a template with queues; each has properties, and optionally Condition or DeletionPolicy."""
    return {
        "Parameters": {name: {"Type": "String"} for name in ("Project", "Stage", "Size")},
        "Conditions": CONDITIONS,
        "Resources": {
            name: {
                "Type": "AWS::Batch::JobQueue",
                **{key: entry[key] for key in entry if key in ("Condition", "DeletionPolicy")},
                "Properties": {
                    key: entry[key] for key in entry if key not in ("Condition", "DeletionPolicy")
                },
            }
            for name, entry in entries.items()
        },
    }


def named(name: Any, **more: Any) -> dict[str, Any]:
    """Return a queue with a name."""
    return {"Priority": 1, "JobQueueName": name, **more}


def risks(change: Change) -> list[Risk]:
    """Return the risks except losses."""
    return [problem.risk for problem in change.problems if not problem.loss]


@pytest.mark.parametrize(
    ("name", "risk"),
    [
        ("jobs", Risk.FAILS),
        ({"Fn::Sub": "${AWS::StackName}-${AWS::Region}"}, Risk.FAILS),
        ({"Fn::ImportValue": "queue-name"}, Risk.FAILS),
        ({"Fn::Join": ["-", [{"Fn::ImportValue": "project"}, "jobs"]]}, Risk.FAILS),
        # An update may pass another value.
        ({"Ref": "Project"}, Risk.MAY_FAIL),
        ({"Fn::Sub": "${Project}-jobs"}, Risk.MAY_FAIL),
        ({"Fn::Join": ["-", [{"Ref": "Project"}, "jobs"]]}, Risk.MAY_FAIL),
        ({"Fn::ImportValue": {"Fn::Sub": "${Project}-name"}}, Risk.MAY_FAIL),
    ],
)
def test_a_rename_that_keeps_its_name_finds_it_taken(planned: Planned, name: Any, risk: Risk) -> None:
    """A kept name is taken for certain, unless a parameter may give it another value."""
    changes = planned(queues(Old=named(name)), queues(New=named(name)))
    assert risks(changes["New"]) == [risk]
    assert changes["New"].problems[0].remedy == "keep the logical id Old, or change or remove JobQueueName"
    assert risks(planned(queues(Old=named(name)), queues(New=named("other")))["New"]) == []


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("Prod", "Other", []),
        ("Prod", "Prod", [Risk.MAY_FAIL]),
        ("Prod", "Large", [Risk.MAY_FAIL]),
        (None, "Prod", [Risk.MAY_FAIL]),
    ],
)
def test_conditions_that_exclude_each_other_keep_a_name_free(
    planned: Planned, before: str | None, after: str, expected: list[Risk]
) -> None:
    """A name is taken only if the old queue may exist where the new one is created."""
    old = named("jobs", **({"Condition": before} if before else {}))
    changes = planned(queues(Old=old), queues(New=named("jobs", Condition=after)))
    assert risks(changes["New"]) == expected


def test_two_queues_cannot_swap_their_names(planned: Planned) -> None:
    """A queue is replaced for its new name, which the other one has until it is deleted."""
    changes = planned(queues(A=named("a"), B=named("b")), queues(A=named("b"), B=named("a")))
    assert [risks(changes[name]) for name in "AB"] == [[Risk.FAILS], [Risk.FAILS]]
    assert "'b' is still taken by B, which is deleted only afterwards" in changes["A"].problems[0].message


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (queues(Old=named("jobs", DeletionPolicy="Retain")), queues(New=named("jobs"))),
        (queues(Old=named("jobs")), queues(Old=named("jobs"), New=named("jobs"))),
    ],
)
def test_a_name_of_a_queue_that_stays_is_taken_for_ever(planned: Planned, old: Any, new: Any) -> None:
    """A retained queue keeps its name, and so does one that stays in the template."""
    [problem] = planned(old, new)["New"].problems
    assert problem.risk is Risk.FAILS
    assert problem.message == "its name 'jobs' is still taken by Old, which stays"
    assert problem.remedy == "change or remove JobQueueName"


def test_a_name_of_an_import_is_taken_across_stacks() -> None:
    """An expression of literals and imports is the same name in each stack of the Region."""
    name = {"Fn::Sub": ["${Project}-jobs", {"Project": {"Fn::ImportValue": "project"}}]}
    full, empty = queues(Jobs=named(name)), queues()
    changes = plan(model_of(full, empty), model_of(empty, full))
    assert [risk for change in changes for risk in risks(change)] == [Risk.MAY_FAIL]
    by_stack = queues(Jobs=named({"Fn::Sub": "${AWS::StackName}-jobs"}))
    changes = plan(model_of(by_stack, empty), model_of(empty, by_stack))
    assert [risk for change in changes for risk in risks(change)] == []
