"""Values of the CDK that every construct needs, read from Node.js once per process."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from aws_cdk import Aws, Stack
from aws_cdk import aws_iam as iam

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aws_cdk.interfaces import ResourceEnvironment


@cache
def partition() -> str:
    """Return the partition, such as ``aws`` or ``aws-cn``, as a token."""
    return Aws.PARTITION


@cache
def account() -> str:
    """Return the account of the stack, as a token."""
    return Aws.ACCOUNT_ID


@cache
def region() -> str:
    """Return the Region of the stack, as a token."""
    return Aws.REGION


def arn(service: str, resource: str, env: ResourceEnvironment | None = None) -> str:
    """Return the ARN of a resource in the stack's account and Region, or in those of ``env``."""
    where = f"{region()}:{account()}" if env is None else f"{env.region}:{env.account}"
    return f"arn:{partition()}:{service}:{where}:{resource}"


@cache
def managed_policy(name: str) -> iam.IManagedPolicy:
    """Return an AWS managed policy; it has no state, so all roles share one object."""
    return iam.ManagedPolicy.from_aws_managed_policy_name(name)


@cache
def service_principal(service: str) -> iam.ServicePrincipal:
    """Return the principal of a service that may assume a role, without conditions."""
    return iam.ServicePrincipal(service)


def guarded_principal(service: str, conditions: Mapping[str, object]) -> iam.ServicePrincipal:
    """Return the principal of a service that may assume a role only under conditions (against confused deputies)."""
    return iam.ServicePrincipal(service, conditions=dict(conditions))


def data_of(thing: object) -> dict[str, Any]:
    """Return the data of an object of the CDK, such as the options of a log driver; empty if it has no plain data.

    The CDK resolves the object as in a template, since the members of its class are not readable in Python.

    Args:
        thing: The object, not a construct.
    """
    try:
        found = Stack().resolve(thing)
    except RuntimeError:
        return {}
    return found if isinstance(found, dict) else {}
