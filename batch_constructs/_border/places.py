"""The stacks, Regions and accounts of constructs."""

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

# The attributes with the ARNs of resources of AWS Batch. The ``env`` of the CDK's imports does not have the ARN's Region.
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
    """A Region and an account; ``None`` if known only at deploy time."""

    region: str | None = None
    account: str | None = None


def place_of(resource: object) -> Place:
    """Return the Region and account of a resource, as far as they are known at synth.

    Args:
        resource: A construct of any library, created or imported, or an ARN.
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
    """Return the Region of a resource if it is known and differs from that of the scope's stack.

    Args:
        scope: A construct or a role.
        resource: The resource.
    """
    region = place_of(resource).region
    asker: Any = scope
    here = Stack.of(asker).region if region is not None and hasattr(scope, "node") else None
    return None if region == here else region


def place_in_arn(arn: str) -> Place:
    """Return the Region and account in a literal ARN.

    Args:
        arn: The ARN; the result for a plain name is empty.
    """
    parts = arn.split(":")
    if len(parts) < 6 or parts[0] != "arn":
        return Place()
    return Place(_known(parts[3]), _known(parts[4]))


def resource_behind(token: str) -> IConstruct | None:
    """Return the resource that a string refers to; ``None`` if it refers to none.

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
    """Add a problem for each resource in another Region or account than the scope's stack.

    AWS Batch, EventBridge and CloudWatch use only resources of their own Region and account. The CDK would pass the
    names by custom resources, and the error would show only at run time. Stacks without an explicit Region or account, and
    resources whose Region or account is unknown, pass.

    Args:
        problems: Where to add them.
        scope: Where the new construct belongs.
        name: The argument with the resources.
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
    """Return the address that identifies a construct's stack; Python may have several objects for one stack."""
    return Stack.of(construct).node.addr


def same_stack(one: IConstruct, other: IConstruct) -> bool:
    """Return whether two constructs belong to one stack."""
    return stack_address(one) == stack_address(other)


def role_beside(construct: Construct, role: iam.IRole) -> iam.IRole:
    """Return a role whose new rights become a separate policy in the stack of a construct.

    A right names its resource. In the role's stack, it would make that stack depend on the resource's stack, which
    is a circle if the resource depends on the role's stack, for example for its network.

    Args:
        construct: The construct that needs the rights.
        role: The role that gets them.
    """
    made: Any = role
    if not isinstance(made, iam.Role) or same_stack(construct, role):
        return role
    there: Any = construct.node.try_find_child("RoleElsewhere")
    beside: iam.IRole = there or iam.Role.from_role_name(construct, "RoleElsewhere", role.role_name)
    return beside
