"""Where constructs stand: in which stack, Region and account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aws_cdk import Stack
from aws_cdk import aws_iam as iam

if TYPE_CHECKING:
    from constructs import Construct, IConstruct

__all__ = ["role_beside", "same_stack", "stack_address"]


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
