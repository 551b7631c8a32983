"""Where constructs stand: in which stack, Region and account."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aws_cdk import Reference, Stack, Tokenization
from aws_cdk import aws_iam as iam
from constructs import Construct

from batch_constructs._border.tokens import known

if TYPE_CHECKING:
    from collections.abc import Iterable

    from constructs import IConstruct

    from batch_constructs._border.problems import Problems

__all__ = [
    "Place",
    "check_place",
    "place_in_arn",
    "place_of",
    "region_elsewhere",
    "resource_behind",
    "role_beside",
    "same_stack",
    "stack_address",
]

# Where the resources of AWS Batch have their ARNs. The CDK's own imports do not tell the Region in them by ``env``.
_ARNS = (
    ("job_queue_ref", "job_queue_arn"),
    ("compute_environment_ref", "compute_environment_arn"),
    ("job_definition_ref", "job_definition_arn"),
    ("scheduling_policy_ref", "scheduling_policy_arn"),
    ("service_environment_ref", "service_environment_arn"),
    ("consumable_resource_ref", "consumable_resource_arn"),
)


@dataclass(frozen=True, slots=True)
class Place:
    """A Region and an account; ``None`` for what only the deploy knows."""

    region: str | None = None
    account: str | None = None


def place_of(resource: object) -> Place:
    """Return where a resource is, as far as it is known while Python runs.

    Args:
        resource: A construct, made or imported by any library, or an ARN.
    """
    arn = resource if isinstance(resource, str) else _arn_of(resource)
    if arn is not None and known(arn):
        return place_in_arn(arn)
    if isinstance(resource, str):
        resource = resource_behind(resource)
    env: Any = getattr(resource, "env", None)
    if env is None and isinstance(resource, Construct):
        env = Stack.of(resource)
    return Place() if env is None else Place(_known(env.region), _known(env.account))


def region_elsewhere(scope: object, resource: object) -> str | None:
    """Return the Region of a resource where it is known, and not that of the stack of a scope.

    Args:
        scope: Who asks, such as a construct or a role.
        resource: What it asks about.
    """
    region = place_of(resource).region
    asker: Any = scope
    here = Stack.of(asker).region if region is not None and hasattr(scope, "node") else None
    return None if region == here else region


def place_in_arn(arn: str) -> Place:
    """Return the Region and account that a literal ARN names.

    Args:
        arn: The ARN; of a plain name nothing is known.
    """
    parts = arn.split(":")
    if len(parts) < 6 or parts[0] != "arn":
        return Place()
    return Place(_known(parts[3]), _known(parts[4]))


def resource_behind(token: str) -> IConstruct | None:
    """Return the resource whose attribute a string holds; ``None`` if it holds none.

    Args:
        token: The string, such as an ARN.
    """
    first: Any = Tokenization.reverse_string(token).first_token
    return first.target if first is not None and Reference.is_reference(first) else None


def _arn_of(resource: object) -> str | None:
    for reference, member in _ARNS:
        found = getattr(resource, reference, None)
        if found is not None:
            arn: str = getattr(found, member)
            return arn
    return None


def _known(value: str) -> str | None:
    return value if value and known(value) else None


def check_place(
    problems: Problems,
    scope: IConstruct,
    name: str,
    resources: Iterable[object],
    *,
    region: bool = True,
    account: bool = True,
) -> None:
    """Note resources of another Region or account than the stack of a scope.

    AWS Batch, EventBridge and CloudWatch use resources of their own Region and account only. The CDK would pass the
    names on by custom resources, and everything would look right until it runs. Stacks without a Region or an account
    of their own, and resources of which these are not known, pass.

    Args:
        problems: Where to note them.
        scope: Where the new construct belongs.
        name: The argument that named them.
        resources: Constructs or ARNs.
        region: Whether the Region must be the same.
        account: Whether the account must be the same.
    """
    given = [each for each in resources if each is not None]
    stack = Stack.of(scope) if given else None
    if stack is None:
        return
    homes = {
        "Region": _known(stack.region) if region else None,
        "account": _known(stack.account) if account else None,
    }
    if not any(homes.values()):
        return
    for each in given:
        place = place_of(each)
        for word, there in (("Region", place.region), ("account", place.account)):
            home = homes[word]
            problems.check(
                home is None or there in {None, home},
                f"{name} must be in the {word} of the stack {stack.node.id!r}, {home}, got {_name(each)} in {there}: "
                "make both in one",
            )


def _name(resource: object) -> str:
    construct: Any = resource
    return repr(construct.node.path if hasattr(resource, "node") else getattr(resource, "text", resource))


def stack_address(construct: IConstruct) -> str:
    """Return what tells the stack of a construct from others, which Python's objects of a stack do not."""
    return Stack.of(construct).node.addr


def same_stack(one: IConstruct, other: IConstruct) -> bool:
    """Return whether two constructs belong to one stack."""
    return stack_address(one) == stack_address(other)


def role_beside(construct: Construct, role: iam.IRole) -> iam.IRole:
    """Return a role whose new rights are written into the stack of a construct, as a policy of their own.

    A right names the resource that it is about. In the stack of the role it would make that stack need the
    resource's, which is a circle where the resource needs the role's stack, such as for its network.

    Args:
        construct: What needs the rights.
        role: Who gets them.
    """
    made: Any = role
    if not isinstance(made, iam.Role) or same_stack(construct, role):
        return role
    there: Any = construct.node.try_find_child("RoleElsewhere")
    beside: iam.IRole = there or iam.Role.from_role_name(construct, "RoleElsewhere", role.role_name)
    return beside
