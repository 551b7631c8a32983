"""Members that CloudFormation does not have, and loops that nobody can expand."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import pytest

from batch_constructs.assembly.changes import Kind, Risk, plan
from batch_constructs.assembly.template import model_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from batch_constructs.assembly.changes import Change

    Planned = Callable[..., dict[str, Change]]

QUEUE: dict[str, Any] = {
    "Type": "AWS::Batch::JobQueue",
    "Properties": {"Priority": 1, "ComputeEnvironmentOrder": [{"Order": 1, "ComputeEnvironment": "env"}]},
}


def with_members(**members: Any) -> dict[str, Any]:
    """Return a template with a queue that has more members."""
    queue = copy.deepcopy(QUEUE)
    queue["Properties"].update(members)
    return {"Resources": {"Queue": queue}}


@pytest.mark.parametrize(
    ("members", "kind", "at_least", "risk", "words"),
    [
        ({"Prority": 2}, Kind.REFUSED, Kind.REFUSED, Risk.FAILS, "did you mean 'Priority'?"),
        ({"priority": 2}, Kind.REFUSED, Kind.REFUSED, Risk.FAILS, "in other capitals"),
        ({"Tags": [{"Key": "a"}]}, Kind.REFUSED, Kind.REFUSED, Risk.FAILS, "must be a mapping"),
        # It may be newer than the schema.
        ({"Sharding": 2}, Kind.REFUSED, Kind.IN_PLACE, Risk.MAY_FAIL, "has no Sharding"),
    ],
)
def test_a_member_that_cloudformation_does_not_have_is_refused(
    planned: Planned, members: Any, kind: Kind, at_least: Kind, risk: Risk, words: str
) -> None:
    """An unknown member, or one of a wrong shape, is no change in place: the deployment fails."""
    change = planned(with_members(), with_members(**members))["Queue"]
    assert (change.kind, change.at_least) == (kind, at_least)
    [problem] = change.problems
    assert problem.risk is risk
    assert words in problem.message


def test_an_unknown_member_that_goes_or_stays_is_no_problem(planned: Planned) -> None:
    """Removing it is what the remedy says; an unchanged resource is not sent to AWS."""
    change = planned(with_members(Prority=2), with_members())["Queue"]
    assert (change.kind, change.problems) == (Kind.IN_PLACE, ())
    assert planned(with_members(Prority=2), with_members(Prority=2)) == {}


def test_a_new_or_replaced_resource_with_an_unknown_member_is_refused(planned: Planned) -> None:
    """A creation with an unknown member fails as well."""
    created = planned({"Resources": {}}, with_members(Prority=2))["Queue"]
    assert [problem.risk for problem in created.problems] == [Risk.FAILS]
    replaced = planned(with_members(), with_members(JobQueueName="a", Prority=2))["Queue"]
    assert [problem.risk for problem in replaced.problems if not problem.loss] == [Risk.FAILS]


def looped(collection: Any, names: str = "a,b", priority: int = 1) -> dict[str, Any]:
    """Return a template with a queue for each element of a collection."""
    queue = copy.deepcopy(QUEUE)
    queue["Properties"]["Priority"] = priority
    return {
        "Transform": "AWS::LanguageExtensions",
        "Parameters": {"Names": {"Type": "CommaDelimitedList", "Default": names}},
        "Resources": {"Fn::ForEach::Queues": ["Name", collection, {"Queue${Name}": queue}]},
    }


def test_a_loop_over_a_list_is_compared_by_its_resources() -> None:
    """Each resource of the loop has its change; an element that goes is deleted."""
    changes = plan(model_of(looped(["A", "B"])), model_of(looped(["A"], priority=2)))
    assert {change.logical_id: change.kind for change in changes} == {
        "QueueA": Kind.IN_PLACE,
        "QueueB": Kind.DELETED,
    }


def test_a_loop_over_a_parameter_may_follow_its_default() -> None:
    """The resources of such a loop are known only at the deployment, which may use the new default."""
    names = {"Ref": "Names"}
    [change] = plan(model_of(looped(names)), model_of(looped(names, names="a")))
    assert change.problems[0].message == (
        "the loop may follow parameter Names (default a,b -> a), and the resources that it creates are not compared"
    )
    assert plan(model_of(looped(names)), model_of(looped(names))) == ()


def test_resources_that_an_unread_loop_may_create_are_not_said_to_go() -> None:
    """A list that becomes a parameter may have the same elements, so nothing is deleted or created for certain."""
    listed, open_ = model_of(looped(["A", "B"])), model_of(looped({"Ref": "Names"}))
    for old, new, kind, hint in (
        (listed, open_, Kind.DELETED, "it may stay: a loop that is not read may create it"),
        (open_, listed, Kind.CREATED, "it may exist already: a loop that is not read may create it"),
    ):
        found = {change.logical_id: change for change in plan(old, new)}
        assert (found["QueueA"].kind, found["QueueA"].at_least) == (kind, Kind.UNCHANGED)
        assert found["QueueA"].hint == hint
