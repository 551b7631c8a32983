"""A tag on an environment would replace it at each change, so it is dropped with a warning."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
import pytest
from aws_cdk import Tags
from aws_cdk.assertions import Annotations, Match

import batch_constructs as bc

if TYPE_CHECKING:
    from collections.abc import Callable


def warnings(stack: cdk.Stack) -> list[str]:
    """Return the warnings about tags that synth prints, with the constructs that they name."""
    found = Annotations.from_stack(stack).find_warning("*", Match.string_like_regexp("^the tag "))
    return [f"{each.id}: {each.entry.data}" for each in found]


def ec2(stack: cdk.Stack, **more: Any) -> bc.Ec2ComputeEnvironment:
    network = bc.BatchNetwork(stack, "Network")
    return bc.Ec2ComputeEnvironment(stack, "Capacity", vpc=network.vpc, **more)


def fargate(stack: cdk.Stack) -> bc.FargateComputeEnvironment:
    return bc.FargateComputeEnvironment(stack, "Capacity", vpc=bc.BatchNetwork(stack, "Network").vpc)


def managed(stack: cdk.Stack) -> bc.ManagedInstancesComputeEnvironment:
    return bc.ManagedInstancesComputeEnvironment(stack, "Capacity", vpc=bc.BatchNetwork(stack, "Network").vpc)


def unmanaged(stack: cdk.Stack) -> bc.UnmanagedComputeEnvironment:
    return bc.UnmanagedComputeEnvironment(stack, "Capacity")


@pytest.mark.parametrize(
    ("make", "where"),
    [
        (ec2, "instance_tags={'team': 'x'} puts it on the instances and their disks"),
        (fargate, "tag the job definition"),
        (managed, "capacity_tags={'team': 'x'} puts it on the capacity provider"),
        (unmanaged, "put it on the instances that you start"),
    ],
)
def test_a_tag_on_an_environment_is_told_with_its_place(make: Callable[[cdk.Stack], Any], where: str) -> None:
    """The warning is at the construct, with the argument that works; also for a tag on the resource below it."""
    for below in (False, True):
        stack = cdk.Stack(cdk.App(), "Stack")
        environment = make(stack)
        Tags.of(environment.cfn if below else environment).add("team", "x")
        [warning] = warnings(stack)
        assert warning.startswith("/Stack/Capacity: the tag 'team' does not reach the environment")
        assert where in warning


def test_tags_of_everything_are_kept_off_without_a_word() -> None:
    """Tags of the stack reach queues and definitions, so dropping them from environments needs no warning."""
    stack = cdk.Stack(cdk.App(), "Stack")
    Tags.of(stack).add("team", "x")
    ec2(stack)
    assert warnings(stack) == []


def test_a_tag_that_its_instances_have_is_not_missed() -> None:
    """No warning if the instances have the tag by argument, ``tag_instances`` or ``tag_costs``."""
    stack = cdk.Stack(cdk.App(), "Stack")
    environment = ec2(stack, instance_tags={"team": "x"})
    environment.tag_instances({"stage": "prod"})
    for key in ("team", "stage"):
        Tags.of(environment).add(key, "x")
    bc.tag_costs(environment, {"cost": "lab"}, compute_environments=[environment])
    assert warnings(stack) == []
    bc.tag_costs(environment, {"lost": "lab"})
    assert "'lost'" in warnings(stack)[0]


def test_an_environment_from_a_document_tells_it_too() -> None:
    """It warns whether or not the document has tags of its own."""
    for tags in ({}, {"tags": {"a": "b"}}):
        stack = cdk.Stack(cdk.App(), "Stack")
        document = {
            "computeEnvironmentName": "x",
            "type": "UNMANAGED",
            "serviceRole": "arn:aws:iam::111122223333:role/r",
        }
        environment = bc.UnmanagedComputeEnvironment.from_cli_json(stack, "Capacity", {**document, **tags})
        Tags.of(environment).add("team", "x")
        assert len(warnings(stack)) == 1
