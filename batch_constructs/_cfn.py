"""The seam to the CDK: pseudo parameters and IAM parts that every construct needs, asked of jsii once a process."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from aws_cdk import Aws
from aws_cdk import aws_iam as iam

if TYPE_CHECKING:
    from collections.abc import Mapping


@cache
def partition() -> str:
    """``aws``, ``aws-cn``…, as a token."""
    return Aws.PARTITION


@cache
def account() -> str:
    """The account of the stack, as a token."""
    return Aws.ACCOUNT_ID


@cache
def region() -> str:
    """The Region of the stack, as a token."""
    return Aws.REGION


def arn(service: str, resource: str) -> str:
    """The ARN of a resource in the stack's own account and Region."""
    return f"arn:{partition()}:{service}:{region()}:{account()}:{resource}"


@cache
def managed_policy(name: str) -> iam.IManagedPolicy:
    """An AWS managed policy; it holds no state, so that one object serves every role."""
    return iam.ManagedPolicy.from_aws_managed_policy_name(name)


@cache
def service_principal(service: str) -> iam.ServicePrincipal:
    """A service that may take a role, with no condition."""
    return iam.ServicePrincipal(service)


def guarded_principal(service: str, conditions: Mapping[str, object]) -> iam.ServicePrincipal:
    """A service that may take a role only under conditions (the confused-deputy guard)."""
    return iam.ServicePrincipal(service, conditions=dict(conditions))
