"""Container Insights of environments on Amazon ECS."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from aws_cdk.assertions import Match, Template

from batch_constructs import (
    BatchServiceRole,
    ContainerInsights,
    Ec2ComputeEnvironment,
    FargateComputeEnvironment,
    SpotComputeEnvironment,
    UnmanagedComputeEnvironment,
)
from batch_constructs.testing import assert_no_findings

if TYPE_CHECKING:
    from aws_cdk import Stack
    from aws_cdk import aws_ec2 as ec2

ENVIRONMENT = "AWS::Batch::ComputeEnvironment"
KINDS = [
    pytest.param(kind, id=kind.__name__)
    for kind in (
        Ec2ComputeEnvironment,
        SpotComputeEnvironment,
        FargateComputeEnvironment,
        UnmanagedComputeEnvironment,
    )
]


def make(kind: Any, stack: Stack, vpc: ec2.IVpc, **arguments: Any) -> Any:
    where = {} if kind is UnmanagedComputeEnvironment else {"vpc": vpc}
    return kind(stack, "Environment", **where, **arguments)


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_on_ecs_takes_them(kind: Any, stack: Stack, vpc: ec2.IVpc) -> None:
    """AWS supports them in managed EC2, managed Fargate and unmanaged ECS environments."""
    make(kind, stack, vpc, container_insights=ContainerInsights.ENHANCED)
    expected = {"EcsSettings": {"ContainerInsights": "ENHANCED"}}
    Template.from_stack(stack).has_resource_properties(ENVIRONMENT, expected)


@pytest.mark.parametrize("kind", KINDS)
def test_left_out_they_are_the_accounts(kind: Any, stack: Stack, vpc: ec2.IVpc) -> None:
    """Omitted is not DISABLED: the account's ECS setting applies."""
    make(kind, stack, vpc)
    Template.from_stack(stack).has_resource_properties(ENVIRONMENT, {"EcsSettings": Match.absent()})


@pytest.mark.parametrize("kind", KINDS)
def test_a_service_role_may_set_them(kind: Any, stack: Stack, vpc: ec2.IVpc) -> None:
    """A service role needs ``ecs:UpdateCluster``, or the environment becomes INVALID when the setting changes."""
    role = BatchServiceRole(stack, "Role")
    make(kind, stack, vpc, service_role=role, container_insights=ContainerInsights.DISABLED)
    role.allow_container_insights()
    [policy] = Template.from_stack(stack).find_resources("AWS::IAM::Policy").values()
    [statement] = policy["Properties"]["PolicyDocument"]["Statement"]
    assert statement["Action"] == "ecs:UpdateCluster"
    assert statement["Resource"] != "*"
    # Another rule reports that a service role rules out updates in place.
    assert_no_findings(stack, warnings=True, ignore=["UPD-04"])


def test_a_role_without_the_right_is_told_of(stack: Stack, vpc: ec2.IVpc) -> None:
    """The rights of a role in this app are known, so a missing one is reported (IAM-16)."""
    from aws_cdk import aws_iam as iam

    role = iam.Role(stack, "Role", assumed_by=iam.ServicePrincipal("batch.amazonaws.com"))
    environment = FargateComputeEnvironment(
        stack, "Environment", vpc=vpc, service_role=role, container_insights=ContainerInsights.ENABLED
    )
    assert environment.cfn.ecs_settings is not None
    with pytest.raises(AssertionError, match=r"IAM-16.*needs ecs:UpdateCluster"):
        assert_no_findings(stack, warnings=True)


def test_the_service_linked_role_needs_nothing(stack: Stack, vpc: ec2.IVpc) -> None:
    """The service-linked role has the right itself."""
    make(FargateComputeEnvironment, stack, vpc, container_insights=ContainerInsights.ENABLED)
    assert not Template.from_stack(stack).find_resources("AWS::IAM::Policy")
