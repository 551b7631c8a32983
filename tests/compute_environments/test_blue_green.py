"""Two environments behind a queue, swapped in three deploys."""

from __future__ import annotations

import aws_cdk as cdk
import pytest

import batch_constructs as bc
from batch_constructs.assembly.changes import Kind, plan
from batch_constructs.assembly.template import read
from batch_constructs.testing import assert_no_findings
from batch_constructs.testing.synthesis import synthesized


def step(number: int) -> cdk.Stack:
    """Return the stack at each of the steps in the docstring of the class."""
    stack = cdk.Stack(cdk.App(), "Stack")
    vpc = bc.BatchNetwork(stack, "Network").vpc
    old = bc.Ec2ComputeEnvironment(stack, "Blue", vpc=vpc, instance_types=["c5"]) if number < 3 else None
    new = bc.SpotComputeEnvironment(stack, "Green", vpc=vpc, instance_types=["c7i"]) if number > 1 else None
    capacity = bc.BlueGreen(stack, "Capacity", blue=old, green=new, live="green" if number == 2 else None)
    bc.JobQueue(stack, "Queue", compute_environments=capacity.compute_environments)
    return stack


def changes(old: cdk.Stack, new: cdk.Stack):
    return {each.logical_id[:4]: each for each in plan(read(synthesized(old)), read(synthesized(new)))}


def test_the_second_deploy_drains_the_first_slot() -> None:
    """Pain 2 (terraform-provider-aws#13221): green comes first in the queue, blue is disabled, nothing is deleted."""
    found = changes(step(1), step(2))
    assert found["Gree"].kind is Kind.CREATED
    assert found["Queu"].kind is Kind.IN_PLACE
    assert [each.path for each in found["Blue"].properties] == ["State"]
    assert found["Blue"].kind in {Kind.IN_PLACE, Kind.SCALING_UPDATE}
    assert not any(each.problems for each in found.values())


def test_the_third_deploy_removes_it() -> None:
    """The queue drops it first, since CloudFormation's clean-up waits for that."""
    found = changes(step(2), step(3))
    assert found["Blue"].kind is Kind.DELETED
    assert found["Queu"].kind is Kind.IN_PLACE
    assert not any(each.problems for each in found.values())


@pytest.mark.parametrize("number", [1, 2, 3])
def test_each_step_passes_the_rules(number: int) -> None:
    """A disabled environment behind another one is no finding."""
    assert_no_findings(step(number))


def test_the_live_slot_comes_first(stack, vpc, synth) -> None:
    """Only the environment that is not live is disabled, and going back works the same way."""
    blue = bc.Ec2ComputeEnvironment(stack, "Blue", vpc=vpc)
    green = bc.Ec2ComputeEnvironment(stack, "Green", vpc=vpc)
    capacity = bc.BlueGreen(stack, "Capacity", blue=blue, green=green, live="blue")
    assert capacity.compute_environments == [blue, green]
    assert (capacity.live, capacity.draining) == (blue, green)
    environments = {k: v for k, v in synth().items() if v["Type"] == "AWS::Batch::ComputeEnvironment"}
    assert {key[:4]: each["Properties"]["State"] for key, each in environments.items()} == {
        "Blue": "ENABLED",
        "Gree": "DISABLED",
    }


def test_one_slot_needs_no_word(stack, vpc) -> None:
    """With one slot, ``live`` may be omitted, and an imported environment may be live."""
    arn = "arn:aws:batch:eu-west-1:111122223333:compute-environment/theirs"
    theirs = bc.Ec2ComputeEnvironment.from_compute_environment_arn(stack, "Theirs", arn)
    assert bc.BlueGreen(stack, "A", green=theirs).compute_environments == [theirs]
    own = bc.Ec2ComputeEnvironment(stack, "Own", vpc=vpc)
    with pytest.raises(
        ValueError, match="the slot that is not live must hold an environment of this library"
    ):
        bc.BlueGreen(stack, "B", blue=theirs, green=own, live="green")


def test_what_cannot_be_is_refused(stack, vpc) -> None:
    """Fails at the caller's line, with nothing in the tree."""
    one = bc.Ec2ComputeEnvironment(stack, "One", vpc=vpc, compute_environment_name="same")
    two = bc.Ec2ComputeEnvironment(stack, "Two", vpc=vpc, compute_environment_name="same")
    before = len(stack.node.children)
    for arguments, message in (
        ({}, "blue or green must be given"),
        ({"blue": one, "live": "green"}, "live must name a slot that is given"),
        ({"blue": one, "green": one, "live": "blue"}, "must be two environments"),
        ({"blue": one, "green": two, "live": "blue"}, "must not share a name, got 'same' twice"),
        ({"blue": one, "green": two}, "live must say which slot"),
    ):
        with pytest.raises(ValueError, match=message):
            bc.BlueGreen(stack, "Capacity", **arguments)
    assert len(stack.node.children) == before
