"""Policies that depend on tags, and the one for SageMaker jobs, as a simulator of IAM decides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import pytest
from aws_cdk import aws_iam as iam

from batch_constructs import (
    SageMakerJobQueue,
    allow_manage_sagemaker_jobs,
    allow_set_capacity_tags,
    allow_submit_job_with_tags,
    deny_set_capacity_tags,
)
from tests.permissions.simulator import (
    ALLOWED,
    DENIED,
    FORBIDDEN,
    Request,
    batch_arn,
    concrete,
    decide,
    policy_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from aws_cdk import CfnElement, Stack

QUEUE, DEFINITION = batch_arn("job-queue/nightly"), batch_arn("job-definition/align")
ENVIRONMENT = batch_arn("compute-environment/spot")
JOB = batch_arn("service-job/1b3f")


def policy(stack: Stack, *statements: iam.PolicyStatement) -> Any:
    document = stack.resolve(iam.PolicyDocument(statements=list(statements), minimize=False))
    return concrete(document, {})


def test_tags_of_queue_and_definition_decide(stack: Stack) -> None:
    """AWS's example: a queue with Environment=dev and a definition with Project=calc, by its revision only."""
    statements = allow_submit_job_with_tags(
        queue_tags={"Environment": "dev"}, definition_tags={"Project": "calc"}
    )

    def submit(resource: str, tag: str, value: str) -> Request:
        return Request("batch:SubmitJob", resource, {f"aws:ResourceTag/{tag}": value})

    assert decide(
        policy(stack, *statements),
        submit(QUEUE, "Environment", "dev"),
        submit(QUEUE, "Environment", "prod"),
        submit(f"{DEFINITION}:3", "Project", "calc"),
        submit(f"{DEFINITION}:3", "Project", "other"),
        submit(DEFINITION, "Project", "calc"),
    ) == [ALLOWED, DENIED, ALLOWED, DENIED, DENIED]


@pytest.mark.parametrize(
    ("queue_tags", "definition_tags", "message"),
    [
        ({}, {"a": "b"}, "queue_tags must name at least one tag"),
        ({"a": "b"}, {}, "definition_tags must name at least one tag"),
        ({"aws:a": "b"}, {"a": "b"}, "aws:a"),
    ],
)
def test_fails_when_no_tag_would_decide(
    queue_tags: dict[str, str], definition_tags: dict[str, str], message: str
) -> None:
    """Fails if every queue or definition would match, or none could."""
    with pytest.raises(ValueError, match=message):
        allow_submit_job_with_tags(queue_tags=queue_tags, definition_tags=definition_tags)


def test_some_capacity_tags_are_allowed(stack: Stack) -> None:
    """AWS's example: CostCenter with one of two values, Team optionally, and no other key."""
    statement = allow_set_capacity_tags({"CostCenter": ["engineering", "ops"]}, optional=["Team"])
    [document] = policy(stack, statement)["Statement"]
    assert document["Action"] == "batch:SetCapacityTags"
    assert document["Condition"] == {
        "StringEquals": {"aws:RequestTag/CostCenter": ["engineering", "ops"]},
        "ForAllValues:StringEquals": {"aws:TagKeys": ["CostCenter", "Team"]},
    }
    assert "Condition" not in policy(stack, allow_set_capacity_tags())["Statement"][0]


def test_capacity_tags_can_be_denied_alone(stack: Stack) -> None:
    """Creating and changing environments stays allowed."""
    everything = iam.PolicyStatement(actions=["batch:*"], resources=["*"])
    assert decide(
        policy(stack, everything, deny_set_capacity_tags()),
        Request("batch:SetCapacityTags", ENVIRONMENT),
        Request("batch:CreateComputeEnvironment", ENVIRONMENT),
    ) == [FORBIDDEN, ALLOWED]


def test_fails_when_a_required_capacity_tag_has_no_value() -> None:
    """Fails if no value is allowed, or if the letters of a string would count as values."""
    with pytest.raises(ValueError, match="must list the values that the tag may have"):
        allow_set_capacity_tags({"CostCenter": []})
    with pytest.raises(ValueError, match="must be a list of strings, got 'ops'"):
        allow_set_capacity_tags({"CostCenter": "ops"})


def test_who_manages_sagemaker_jobs_may_make_the_service_linked_role(stack: Stack) -> None:
    """No other role, and these training roles may be passed to SageMaker only."""
    training = iam.Role.from_role_arn(stack, "Training", "arn:aws:iam::123456789012:role/train")
    document = policy(stack, *allow_manage_sagemaker_jobs(training_roles=[training]))
    roles = "arn:aws:iam::123456789012:role"
    service = "sagemaker-queuing.batch.amazonaws.com"
    own = f"{roles}/aws-service-role/{service}/AWSServiceRoleForAWSBatchWithSagemaker"
    assert decide(
        document,
        Request("batch:CreateServiceEnvironment", batch_arn("service-environment/gpus")),
        Request("iam:CreateServiceLinkedRole", own, {"iam:AWSServiceName": service}),
        Request("iam:CreateServiceLinkedRole", own, {"iam:AWSServiceName": "ecs.amazonaws.com"}),
        Request("iam:PassRole", f"{roles}/train", {"iam:PassedToService": "sagemaker.amazonaws.com"}),
        Request("iam:PassRole", f"{roles}/train", {"iam:PassedToService": "ec2.amazonaws.com"}),
        Request("iam:PassRole", f"{roles}/admin", {"iam:PassedToService": "sagemaker.amazonaws.com"}),
    ) == [ALLOWED, ALLOWED, DENIED, ALLOWED, DENIED, DENIED]
    with pytest.raises(ValueError, match="at least one training role"):
        allow_manage_sagemaker_jobs(training_roles=[])


@pytest.mark.parametrize(("asked", "decided"), [("5", ALLOWED), ("6", DENIED)])
def test_priorities_may_be_changed_up_to_a_highest_one(
    stack: Stack, synth: Callable[[], dict[str, dict[str, Any]]], asked: str, decided: str
) -> None:
    """UpdateServiceJob has a key for the priority, and none for the queue (sagemaker-python-sdk#5659)."""
    queue = SageMakerJobQueue.from_job_queue_arn(stack, "Queue", batch_arn("job-queue/training"))
    who = iam.Role(stack, "Who", assumed_by=iam.AccountRootPrincipal())
    queue.grant_update_service_jobs(who, maximum_scheduling_priority=5)
    document = policy_of(synth(), stack.get_logical_id(cast("CfnElement", who.node.default_child)))
    assert decide(
        document,
        Request("batch:UpdateServiceJob", JOB, {"batch:SchedulingPriority": asked}),
        Request("batch:TerminateServiceJob", JOB),
    ) == [decided, DENIED]


def test_priorities_may_be_changed_at_will_by_default(
    stack: Stack, synth: Callable[[], dict[str, dict[str, Any]]]
) -> None:
    """Fails if the maximum is invalid."""
    queue = SageMakerJobQueue.from_job_queue_arn(stack, "Queue", batch_arn("job-queue/training"))
    who = iam.Role(stack, "Who", assumed_by=iam.AccountRootPrincipal())
    queue.grant_update_service_jobs(who)
    document = policy_of(synth(), stack.get_logical_id(cast("CfnElement", who.node.default_child)))
    assert decide(document, Request("batch:UpdateServiceJob", JOB)) == [ALLOWED]
    with pytest.raises(ValueError, match="maximum_scheduling_priority must be from 0 to 9,999"):
        queue.grant_update_service_jobs(who, maximum_scheduling_priority=10_000)


def test_who_reads_a_service_queue_sees_its_shares_and_jobs_and_ends_none(
    stack: Stack, synth: Callable[[], dict[str, dict[str, Any]]]
) -> None:
    """The snapshot and the shares are limited to this queue."""
    arn = batch_arn("job-queue/training")
    queue = SageMakerJobQueue.from_job_queue_arn(stack, "Queue", arn)
    who = iam.Role(stack, "Who", assumed_by=iam.AccountRootPrincipal())
    queue.grant_read(who)
    assert decide(
        policy_of(synth(), stack.get_logical_id(cast("CfnElement", who.node.default_child))),
        Request("batch:GetJobQueueSnapshot", arn),
        Request("batch:DescribeQuotaShare", f"{arn}/quota-share/team"),
        Request("batch:DescribeQuotaShare", batch_arn("job-queue/other/quota-share/team")),
        Request("batch:DescribeServiceJob", "*"),
        Request("batch:TerminateServiceJob", JOB),
    ) == [ALLOWED, ALLOWED, DENIED, ALLOWED, DENIED]
