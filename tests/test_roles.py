"""The roles: exactly their trust and rights."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import pytest

from batch_constructs import BatchServiceRole, EcsInstanceRole, ExecutionRole, JobRole, SpotFleetRole

if TYPE_CHECKING:
    from collections.abc import Callable

    from aws_cdk import CfnElement, Stack

THIS_ACCOUNT = {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}


def trust(role: dict[str, Any]) -> dict[str, Any]:
    [statement] = role["AssumeRolePolicyDocument"]["Statement"]
    assert statement["Action"] == "sts:AssumeRole"
    found: dict[str, Any] = statement
    return found


def policies(role: dict[str, Any]) -> list[str]:
    return [arn["Fn::Join"][1][-1].rpartition("policy/")[2] for arn in role.get("ManagedPolicyArns", [])]


@pytest.mark.parametrize(
    ("construct", "service", "policy"),
    [
        (EcsInstanceRole, "ec2.amazonaws.com", ["service-role/AmazonEC2ContainerServiceforEC2Role"]),
        (SpotFleetRole, "spotfleet.amazonaws.com", ["service-role/AmazonEC2SpotFleetTaggingRole"]),
        (BatchServiceRole, "batch.amazonaws.com", ["service-role/AWSBatchServiceRole"]),
        (ExecutionRole, "ecs-tasks.amazonaws.com", []),
        (JobRole, "ecs-tasks.amazonaws.com", []),
    ],
)
def test_a_role_trusts_one_service_and_has_the_guides_policy(
    stack: Stack, only: Callable[[str], dict[str, Any]], construct: Any, service: str, policy: list[str]
) -> None:
    """One service can assume each role, which has one managed policy of the guide or none."""
    construct(stack, "Role")
    role = only("AWS::IAM::Role")
    assert trust(role)["Principal"] == {"Service": service}
    assert policies(role) == policy


@pytest.mark.parametrize("construct", [ExecutionRole, JobRole])
def test_roles_of_jobs_are_taken_for_this_account_only(
    stack: Stack, only: Callable[[str], dict[str, Any]], construct: Any
) -> None:
    """Another account cannot make ECS assume the role of a job."""
    construct(stack, "Role")
    assert trust(only("AWS::IAM::Role"))["Condition"] == THIS_ACCOUNT


def test_the_service_role_is_guarded_against_the_confused_deputy(
    stack: Stack, only: Callable[[str], dict[str, Any]]
) -> None:
    """AWS Batch may assume it for environments and for jobs of this account (both are needed)."""
    BatchServiceRole(stack, "Role")
    condition = trust(only("AWS::IAM::Role"))["Condition"]
    assert condition["StringEquals"] == THIS_ACCOUNT["StringEquals"]
    ends = [arn["Fn::Join"][1][-1] for arn in condition["ArnLike"]["aws:SourceArn"]]
    assert ends == [":compute-environment/*", ":job/*"]


def test_instance_role_brings_an_unnamed_profile(stack: Stack, only: Callable[[str], dict[str, Any]]) -> None:
    """Pain 26 (named profiles block a second stack): the instance profile has no name, and holds the role."""
    role = EcsInstanceRole(stack, "Role")
    profile = only("AWS::IAM::InstanceProfile")
    assert profile == {"Roles": [{"Ref": stack.get_logical_id(cast("CfnElement", role.node.default_child))}]}


def test_execution_role_may_use_what_it_is_given(stack: Stack, only: Callable[[str], dict[str, Any]]) -> None:
    """Rights go to the named log groups and repositories only; the token of ECR has no resource in IAM."""
    from aws_cdk import aws_ecr as ecr
    from aws_cdk import aws_logs as logs

    log_group = logs.LogGroup.from_log_group_name(stack, "Logs", "/jobs")
    repository = ecr.Repository.from_repository_name(stack, "Images", "align")
    ExecutionRole(stack, "Role", log_groups=[log_group], repositories=[repository])
    statements = only("AWS::IAM::Policy")["PolicyDocument"]["Statement"]
    wildcards = [each["Action"] for each in statements if each["Resource"] == "*"]
    assert wildcards == ["ecr:GetAuthorizationToken"]
    assert ["logs:CreateLogStream", "logs:PutLogEvents"] in [each["Action"] for each in statements]


@pytest.mark.parametrize(
    ("image", "repository"),
    [
        (
            "123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/align:1.2",
            ":ecr:eu-west-1:123456789012:repository/team/align",
        ),
        (
            "123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn/align@sha256:ab",
            ":ecr:cn-north-1:123456789012:repository/align",
        ),
        ("public.ecr.aws/docker/library/busybox:1", None),
        ("busybox", None),
    ],
)
def test_pull_rights_follow_the_images_address(
    stack: Stack, synth: Callable[[], dict[str, dict[str, Any]]], image: str, repository: str | None
) -> None:
    """An image in ECR brings the right to pull from its repository; an image elsewhere brings none."""
    ExecutionRole(stack, "Role").allow_pull(image)
    found = [each for each in synth().values() if each["Type"] == "AWS::IAM::Policy"]
    if repository is None:
        assert found == []
    else:
        pull = found[0]["Properties"]["PolicyDocument"]["Statement"][0]
        assert pull["Resource"]["Fn::Join"][1][-1] == repository
        assert "ecr:BatchGetImage" in pull["Action"]
