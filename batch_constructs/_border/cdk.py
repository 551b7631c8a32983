"""The seam to the CDK: what every construct needs, asked of jsii once a process, and structs that cross lightly."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar, cast

from aws_cdk import Aws, Stack
from aws_cdk import aws_iam as iam

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from aws_cdk.interfaces import ResourceEnvironment

P = ParamSpec("P")
T = TypeVar("T")


def struct(kind: Callable[P, T], *_: P.args, **members: P.kwargs) -> T:
    """A struct of an L1 that has only the members that are given.

    At the border jsii reads every member that a struct names, and builds the type of each anew while it does: half a
    millisecond for the members that a launch template could have. Of the type checker's help nothing is lost.

    Args:
        kind: Its class.
        _: None; structs take keywords.
        members: What it holds; ``None`` is left out.
    """
    given = {name: value for name, value in members.items() if value is not None}
    made = cast("Any", kind)(**given)
    # A jsii without this map would be no faster than before, and nothing else.
    if names := getattr(made, "__jsii_name_mapping__", None):
        made.__jsii_name_mapping__ = {name: names[name] for name in given}
    return cast("T", made)


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


def arn(service: str, resource: str, env: ResourceEnvironment | None = None) -> str:
    """The ARN of a resource in the stack's own account and Region, or in another place."""
    where = f"{region()}:{account()}" if env is None else f"{env.region}:{env.account}"
    return f"arn:{partition()}:{service}:{where}:{resource}"


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


def data_of(thing: object) -> dict[str, Any]:
    """Return the data that an object of the CDK holds, such as the options of a log driver; nothing if it holds more.

    Its members are not its class's: the CDK resolves it as it resolves what stands in a template.

    Args:
        thing: No construct.
    """
    try:
        found = Stack().resolve(thing)
    except RuntimeError:
        return {}
    return found if isinstance(found, dict) else {}
