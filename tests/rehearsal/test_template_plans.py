"""Plans that a template has by itself: schedules, and state machines that submit jobs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from batch_constructs.local.plan import plan
from batch_constructs.rehearsal import NoScheduleError, RehearsalPlan, parse_plan, rehearse
from tests.rehearsal.conftest import resources

if TYPE_CHECKING:
    from collections.abc import Callable

    from batch_constructs.rehearsal import Rehearsal

GOLDEN = Path(__file__).parents[1] / "golden"


def scheduled(target: dict[str, Any], expression: str = "rate(8 hours)") -> dict[str, Any]:
    """Return a template with a schedule of EventBridge Scheduler."""
    schedule = {"Name": "nightly", "ScheduleExpression": expression, "Target": target}
    return resources() | {"Nightly": {"Type": "AWS::Scheduler::Schedule", "Properties": schedule}}


def machine(states: dict[str, Any], start: str) -> dict[str, Any]:
    """Return a template with a scheduled state machine."""
    found = scheduled({"Arn": {"Ref": "Machine"}}, "cron(0 22 * * ? *)")
    definition = json.dumps({"StartAt": start, "States": states})
    return found | {
        "Machine": {
            "Type": "AWS::StepFunctions::StateMachine",
            "Properties": {"DefinitionString": definition},
        }
    }


def submit(name: str, wait: str = "", **more: Any) -> dict[str, Any]:
    parameters = {"JobName": name, "JobDefinition": "Job", "JobQueue": "Queue"}
    return {
        "Type": "Task",
        "Resource": f"arn:aws:states:::batch:submitJob{wait}",
        "Parameters": parameters | more.pop("members", {}),
        **more,
    }


def test_a_schedule_is_a_plan(rehearsed: Callable[..., Rehearsal]) -> None:
    """Every eight hours from the start: three submissions in a day, of the array that the schedule submits."""
    request = {"JobName": "n", "JobDefinition": "Job", "JobQueue": "Queue", "ArrayProperties": {"Size": 5}}
    target = {"Arn": "arn:aws:scheduler:::aws-sdk:batch:submitJob", "Input": json.dumps(request)}
    result = rehearsed("durations: {Job: 10m}", scheduled(target))
    assert (result.queues[0].jobs, result.queues[0].succeeded) == (15, 15)


def test_a_rule_with_a_schedule_is_a_plan(rehearsed: Callable[..., Rehearsal]) -> None:
    """A rule of EventBridge names definition and queue in its target."""
    target = {
        "Arn": {"Fn::GetAtt": ["Queue", "JobQueueArn"]},
        "Id": "t",
        "BatchParameters": {"JobName": "n", "JobDefinition": {"Ref": "Job"}},
    }
    rule = {"ScheduleExpression": "cron(0 3 * * ? *)", "Targets": [target]}
    found = resources() | {"Rule": {"Type": "AWS::Events::Rule", "Properties": rule}}
    result = rehearsed("durations: {'*': 60}", found)
    assert (result.queues[0].jobs, result.first) == (1, 3 * 3_600)


def test_a_state_machine_makes_jobs_depend_on_each_other(rehearsed: Callable[..., Rehearsal]) -> None:
    """The second job names the first one's id, and runs after it."""
    states = {
        "First": submit("a", Next="Second"),
        "Second": submit("b", members={"DependsOn": [{"JobId.$": "$.First.JobId"}]}, End=True),
    }
    result = rehearsed("durations: {'*': 10m}", machine(states, "First"))
    first, second = result.runs
    assert (first.label, second.label) == ("nightly/First", "nightly/Second")
    assert second.runnable == first.ended


def test_an_awaited_job_is_waited_for(rehearsed: Callable[..., Rehearsal]) -> None:
    """A state that waits (.sync) lets the next state begin when its job has ended."""
    states = {"First": submit("a", ".sync", Next="Second"), "Second": submit("b", ".sync", End=True)}
    first, second = rehearsed("durations: {'*': 10m}", machine(states, "First")).runs
    assert second.runnable == first.ended


def test_branches_run_side_by_side(rehearsed: Callable[..., Rehearsal]) -> None:
    """A Parallel state submits its branches at once, and what follows waits for all of them."""
    branches = [
        {"StartAt": name, "States": {name: submit(name, ".sync", End=True)}} for name in ("Left", "Right")
    ]
    states = {
        "Both": {"Type": "Parallel", "Branches": branches, "Next": "Last"},
        "Last": submit("c", ".sync", End=True),
    }
    left, right, last = sorted(
        rehearsed("durations: {'*': 10m}", machine(states, "Both")).runs, key=lambda r: r.ended
    )
    assert left.runnable == pytest.approx(right.runnable, abs=0.1)
    assert last.runnable == max(left.ended, right.ended)


@pytest.mark.parametrize("name", ["array_workflow", "monte_carlo", "protein_folding", "scheduled_etl"])
def test_chains_of_the_examples_play_to_their_end(name: str) -> None:
    """JobChain state machines of the published examples, the array workflow's 10,000 children among them."""
    (file,) = GOLDEN.glob(f"{name}.*.template.json")
    result = rehearse(plan(file), RehearsalPlan())
    assert sum(queue.succeeded for queue in result.queues) > 1
    assert [(queue.left, queue.failed) for queue in result.queues] == [(0, 0)] * len(result.queues)


def test_a_chain_that_nothing_schedules_is_played_once(rehearsed: Callable[..., Rehearsal]) -> None:
    """A state machine that people start by hand is a plan, too."""
    found = machine({"Only": submit("a", End=True)}, "Only")
    del found["Nightly"]
    assert [each.label for each in rehearsed("durations: {'*': 60}", found).runs] == ["Machine/Only"]


def test_a_template_without_schedules_asks_for_a_plan(rehearsed: Callable[..., Rehearsal]) -> None:
    """There is nothing to rehearse, and the message says what to write."""
    with pytest.raises(
        NoScheduleError, match="no schedule or state machine of the template submits jobs: add"
    ):
        rehearsed("durations: {'*': 60}")


def test_a_schedule_that_submits_nothing_is_named(rehearsed: Callable[..., Rehearsal]) -> None:
    """A schedule of a function cannot be rehearsed; the message names it."""
    target = {"Arn": "arn:aws:lambda:us-east-1:123456789012:function:f"}
    with pytest.raises(NoScheduleError, match="Nightly submit none that can be read"):
        rehearsed("durations: {'*': 60}", scheduled(target))


def test_durations_of_a_plan_without_submissions_count(rehearsed: Callable[..., Rehearsal]) -> None:
    """The plan gives durations, and the template gives the rest."""
    request = {"JobName": "n", "JobDefinition": "Job", "JobQueue": "Queue"}
    target = {"Arn": "arn:aws:scheduler:::aws-sdk:batch:submitJob", "Input": json.dumps(request)}
    result = rehearsed("durations: {Job: 33m}", scheduled(target, "cron(0 5 * * ? *)"))
    assert result.runs[0].ended - result.runs[0].running == 33 * 60
    assert parse_plan("durations: {Job: 33m}").submissions == ()


def test_many_levels_of_branches_are_planned_at_once(rehearsed: Callable[..., Rehearsal]) -> None:
    """Twelve Parallel states of four branches: each waits for the one before, and nothing is looked at twice."""

    def level(number: int) -> dict[str, Any]:
        branches = [
            {"StartAt": f"{number}-{each}", "States": {f"{number}-{each}": submit("j", ".sync", End=True)}}
            for each in range(4)
        ]
        following = {"Next": f"Level{number + 1}"} if number < 11 else {"End": True}
        return {"Type": "Parallel", "Branches": branches, **following}

    states = {f"Level{number}": level(number) for number in range(12)}
    result = rehearsed("durations: {'*': 10}", machine(states, "Level0"))
    assert result.queues[0].succeeded == 48
