"""Values of the CDK that every construct needs, read from Node.js once per process, and structs that are fast to pass."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar, cast

from aws_cdk import Aws, Stack
from aws_cdk import aws_iam as iam

from batch_constructs._border.seam import list_members

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from aws_cdk.interfaces import ResourceEnvironment

P = ParamSpec("P")
T = TypeVar("T")


def struct(kind: Callable[P, T], *_: P.args, **members: P.kwargs) -> T:
    """Return a struct of an L1 that lists only the given members.

    When jsii passes a struct to Node.js, it reads every member that the struct could have, and evaluates its type: half a
    millisecond for a launch template. Type checkers still check the call.

    Args:
        kind: The class of the struct.
        _: Nothing: structs take keywords only.
        members: Its members; ``None`` is left out.
    """
    given = {name: value for name, value in members.items() if value is not None}
    made = cast("Any", kind)(**given)
    list_members(made, given)
    return cast("T", made)


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
