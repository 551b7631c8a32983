"""Behaviour that all kinds of definition share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from batch_constructs import (
    Ec2JobDefinition,
    FargateJobDefinition,
    JobQueue,
    MultiNodeParallelJobDefinition,
    NodeGroup,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from aws_cdk import Stack

DEFINITION = "AWS::Batch::JobDefinition"
KINDS = ["EC2", "Fargate", "multi-node"]


def define(
    stack: Stack, kind: str
) -> Ec2JobDefinition | FargateJobDefinition | MultiNodeParallelJobDefinition:
    """Define the smallest job of a kind."""
    from aws_cdk import Size

    size: dict[str, Any] = {"image": "busybox", "vcpus": 1, "memory": Size.gibibytes(2)}
    if kind == "EC2":
        return Ec2JobDefinition(stack, "Job", **size)
    if kind == "Fargate":
        return FargateJobDefinition(stack, "Job", **size)
    return MultiNodeParallelJobDefinition(stack, "Job", node_groups=[NodeGroup(nodes=2, **size)])


@pytest.mark.parametrize("kind", KINDS)
def test_a_deploy_leaves_running_work_its_revision(
    stack: Stack, only: Callable[[str], dict[str, Any]], kind: str
) -> None:
    """Pain 13 (aws-cdk#9144, aws-cdk#36011, terraform-provider-aws#36824): old revisions of every kind stay."""
    define(stack, kind)
    assert only(DEFINITION)["ResourceRetentionPolicy"] == {"SkipDeregisterOnUpdate": True}


@pytest.mark.parametrize("kind", KINDS)
def test_who_may_submit_may_submit_any_revision(
    stack: Stack, synth: Callable[[], dict[str, dict[str, Any]]], kind: str
) -> None:
    """Pain 14 (aws-cdk#25574, aws-cdk#37214): the grant covers the name and all revisions."""
    from aws_cdk import aws_iam as iam

    submitter = iam.Role.from_role_arn(stack, "Submitter", "arn:aws:iam::123456789012:role/submitter")
    queue_arn = "arn:aws:batch:eu-west-1:123456789012:job-queue/nightly"
    definition = define(stack, kind)
    JobQueue.from_job_queue_arn(stack, "Queue", queue_arn).grant_submit_job(submitter, definition)
    policies = [each["Properties"] for each in synth().values() if each["Type"] == "AWS::IAM::Policy"]
    [policy] = [each["PolicyDocument"] for each in policies if each["Roles"] == ["submitter"]]
    queue, name, revisions = policy["Statement"][0]["Resource"]
    revision = {"Ref": stack.get_logical_id(definition.cfn)}
    without_revision = {"Fn::Select": [5, {"Fn::Split": [":", revision]}]}
    assert queue == queue_arn
    assert name["Fn::Join"][1][-1] == without_revision
    assert revisions["Fn::Join"][1][-2:] == [without_revision, ":*"]


@pytest.mark.parametrize("kind", KINDS)
def test_output_is_forgotten(stack: Stack, only: Callable[[str], dict[str, Any]], kind: str) -> None:
    """Pain 17 (calcloud#56): each definition has its own log group, which keeps output for a month."""
    define(stack, kind)
    assert only("AWS::Logs::LogGroup")["RetentionInDays"] == 30


@pytest.mark.parametrize("kind", KINDS)
def test_tags_propagate(stack: Stack, only: Callable[[str], dict[str, Any]], kind: str) -> None:
    """Pain 27 (containers-roadmap#2794, aws-cdk#26336): cost reports use the tags of the job."""
    define(stack, kind)
    assert only(DEFINITION)["PropagateTags"] is True
