"""``rehearse`` in a test of one's own: a stack, a plan as a dict, and figures to assert."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
import pytest

import batch_constructs as bc
from batch_constructs.rehearsal import NoScheduleError, PlanError
from batch_constructs.testing import rehearse

if TYPE_CHECKING:
    from pathlib import Path

PLAN: dict[str, Any] = {
    "submissions": [{"definition": "Align", "array": 20}, {"definition": "Report", "depends_on": ["Align"]}],
    "durations": {"Align": "lognormal(mean 10m, p95 25m)", "Report": 60},
}


@pytest.fixture
def platform() -> cdk.Stack:
    """Return a stack with a queue on demand and two jobs."""
    stack = cdk.Stack(cdk.App(), "Night")
    network = bc.BatchNetwork(stack, "Network")
    pool = bc.Ec2ComputeEnvironment(
        stack, "Pool", vpc=network.vpc, instance_types=["c7i.xlarge"], max_vcpus=16
    )
    bc.JobQueue(stack, "Queue", compute_environments=[pool])
    for name in ("Align", "Report"):
        bc.Ec2JobDefinition(stack, name, image="busybox", vcpus=1, memory=cdk.Size.mebibytes(512))
    return stack


def test_a_stack_and_a_plan_give_figures(platform: cdk.Stack) -> None:
    """Twenty jobs on four hosts: all succeed, within an hour, for less than a dollar."""
    result = rehearse(platform, PLAN)
    assert result.queues[0].succeeded == 21
    assert result.makespan < 3_600
    assert result.cost is not None
    assert result.cost < 1


def test_a_plan_in_a_file(platform: cdk.Stack, tmp_path: Path) -> None:
    """The same plan in YAML gives the same result."""
    (tmp_path / "plan.yaml").write_text(
        "submissions: [{definition: Align, array: 20}, {definition: Report, depends_on: [Align]}]\n"
        "durations: {Align: 'lognormal(mean 10m, p95 25m)', Report: 60}\n"
    )
    assert rehearse(platform, tmp_path / "plan.yaml").makespan == rehearse(platform, PLAN).makespan


def test_prices_of_ones_own(platform: cdk.Stack, tmp_path: Path) -> None:
    """A price that is ten times as high makes the night ten times as expensive."""
    (tmp_path / "prices.csv").write_text("c7i.xlarge,1.785\n")
    expensive = rehearse(platform, PLAN, prices=tmp_path / "prices.csv").cost
    assert expensive == pytest.approx(10 * (rehearse(platform, PLAN).cost or 0))


def test_a_plan_that_makes_no_sense_is_refused(platform: cdk.Stack) -> None:
    """The message says what is wrong."""
    with pytest.raises(PlanError, match="there is no job definition 'Aling' in the template"):
        rehearse(platform, {"submissions": [{"definition": "Aling"}]})


def test_a_stack_without_schedules_needs_a_plan(platform: cdk.Stack) -> None:
    """An empty plan plays the template's own schedules, of which there are none."""
    with pytest.raises(NoScheduleError):
        rehearse(platform, {"durations": {"*": 60}})
