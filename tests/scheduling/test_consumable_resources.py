"""Consumable resources, their use in jobs, and the rights to use them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_iam as iam

import batch_constructs as bc
from batch_constructs.testing import assert_no_findings

if TYPE_CHECKING:
    from collections.abc import Callable


def test_there_are_so_many(stack, only) -> None:
    """By default a job returns its quantity."""
    bc.ConsumableResource(stack, "Licences", total_quantity=40)
    assert only("AWS::Batch::ConsumableResource") == {"ResourceType": "REPLENISHABLE", "TotalQuantity": 40}


def test_what_is_used_up(stack, only) -> None:
    """A total of 0 is possible: somebody adds more later."""
    bc.ConsumableResource(
        stack, "Calls", total_quantity=0, replenishable=False, consumable_resource_name="calls"
    )
    assert only("AWS::Batch::ConsumableResource") == {
        "ConsumableResourceName": "calls",
        "ResourceType": "NON_REPLENISHABLE",
        "TotalQuantity": 0,
    }


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"total_quantity": -1}, "total_quantity must be at least 0"),
        ({"total_quantity": 1, "consumable_resource_name": "?"}, "consumable_resource_name must be"),
    ],
)
def test_what_aws_refuses_is_refused_before(stack, arguments, message) -> None:
    """Fails, and adds nothing to the tree."""
    with pytest.raises(ValueError, match=message):
        bc.ConsumableResource(stack, "Licences", **arguments)
    assert not stack.node.children


def test_an_arn_of_something_else_is_refused(stack) -> None:
    """An imported resource needs its ARN."""
    with pytest.raises(ValueError, match="consumable_resource_arn must look like"):
        bc.ConsumableResource.from_consumable_resource_arn(stack, "Theirs", "licences")


def test_who_submits_may_use_what_the_job_consumes(synth) -> None:
    """Pain 14 (aws-cdk#33862), with resources: queue, definition, its revisions, and the licences; nothing else."""
    stack = cdk.Stack(cdk.App(), "Stack")
    vpc = bc.BatchNetwork(stack, "Network").vpc
    queue = bc.JobQueue(
        stack, "Queue", compute_environments=[bc.SpotComputeEnvironment(stack, "Spot", vpc=vpc)]
    )
    licences = bc.ConsumableResource(stack, "Licences", total_quantity=40)
    job = bc.Ec2JobDefinition(stack, "Job", image="busybox", vcpus=1, memory=cdk.Size.mebibytes(512))
    job.consume(licences, quantity=2)
    who = iam.Role(stack, "Who", assumed_by=iam.AccountRootPrincipal())
    queue.grant_submit_job(who, job)
    buyer = iam.Role(stack, "Buyer", assumed_by=iam.AccountRootPrincipal())
    licences.grant_update(buyer)
    assert_no_findings(stack, warnings=True)
    stage = cdk.Stage.of(stack)
    assert stage is not None
    template = stage.synth(force=True).get_stack_by_name("Stack").template["Resources"]
    statements = {
        name[:3]: each["Properties"]["PolicyDocument"]["Statement"][0]
        for name, each in template.items()
        if each["Type"] == "AWS::IAM::Policy"
    }
    [definition] = [each for each in template.values() if each["Type"] == "AWS::Batch::JobDefinition"]
    arn = {"Fn::GetAtt": [next(n for n in template if n.startswith("Licences")), "ConsumableResourceArn"]}
    assert definition["Properties"]["ConsumableResourceProperties"] == {
        "ConsumableResourceList": [{"ConsumableResource": arn, "Quantity": 2}]
    }
    assert statements["Who"]["Resource"][-1] == arn
    assert len(statements["Who"]["Resource"]) == 4
    assert statements["Buy"] == {
        "Action": ["batch:DescribeConsumableResource", "batch:UpdateConsumableResource"],
        "Effect": "Allow",
        "Resource": arn,
    }


def test_more_than_there_is_is_found_at_synth() -> None:
    """A job that needs 41 of 40 licences would wait for ever."""
    stack = cdk.Stack(cdk.App(), "Stack")
    licences = bc.ConsumableResource(stack, "Licences", total_quantity=40)
    job = bc.Ec2JobDefinition(stack, "Job", image="busybox", vcpus=1, memory=cdk.Size.mebibytes(512))
    job.consume(licences, quantity=41)
    with pytest.raises(AssertionError, match="CR-05"):
        assert_no_findings(stack, warnings=True)


def allowed(template: dict[str, Any], role: str) -> str:
    """Return the resources in the policies of a role."""
    return str(
        [
            each["Properties"]["PolicyDocument"]
            for each in template.values()
            if each["Type"] == "AWS::IAM::Policy"
            and any(name["Ref"].startswith(role) for name in each["Properties"]["Roles"])
        ]
    )


@pytest.mark.parametrize("way", ["grant", "schedule", "event", "message"])
@pytest.mark.parametrize("later", [False, True])
def test_every_way_to_submit_has_the_right_to_what_the_job_consumes(
    stack: cdk.Stack, synth: Callable[[], dict[str, dict[str, Any]]], way: str, later: bool
) -> None:
    """Also if it is added later: AWS Batch refuses a job whose submitter may not use it."""
    licences = bc.ConsumableResource(stack, "Licences", total_quantity=40)
    queue = bc.JobQueue.from_job_queue_arn(stack, "Queue", "arn:aws:batch:eu-west-1:123456789012:job-queue/a")
    job = bc.Ec2JobDefinition(
        stack,
        "Job",
        image="busybox",
        vcpus=1,
        memory=cdk.Size.mebibytes(512),
        consumes=None if later else {licences: 2},
    )
    wanted: dict[str, Any] = {"job_queue": queue, "job_definition": job}
    match way:
        case "grant":
            queue.grant_submit_job(iam.Role(stack, "Way", assumed_by=iam.AccountRootPrincipal()), job)
        case "schedule":
            bc.ScheduledJob(stack, "Way", schedule="rate(1 day)", **wanted)
        case "event":
            bc.EventTriggeredJob(stack, "Way", event_pattern={"source": ["aws.ecr"]}, **wanted)
        case "message":
            bc.QueuedJob(stack, "Way", **wanted)
    if later:
        job.consume(licences, quantity=2)
    assert stack.get_logical_id(licences.cfn) in allowed(synth(), "Way")


def test_what_nodes_consume_is_granted_too(
    stack: cdk.Stack, synth: Callable[[], dict[str, dict[str, Any]]]
) -> None:
    """A group of nodes has its own resources."""
    licences = bc.ConsumableResource(stack, "Licences", total_quantity=40)
    group = bc.NodeGroup(
        nodes=2, image="busybox", vcpus=1, memory=cdk.Size.mebibytes(512), consumes={licences: 1}
    )
    job = bc.MultiNodeParallelJobDefinition(stack, "Job", node_groups=[group])
    assert list(job.consumes) == [licences]
    queue = bc.JobQueue.from_job_queue_arn(stack, "Queue", "arn:aws:batch:eu-west-1:123456789012:job-queue/a")
    queue.grant_submit_job(iam.Role(stack, "Way", assumed_by=iam.AccountRootPrincipal()), job)
    assert stack.get_logical_id(licences.cfn) in allowed(synth(), "Way")
