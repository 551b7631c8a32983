"""Checks of an environment's network and security groups, before anything is made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aws_cdk import Reference, Tokenization
from aws_cdk import aws_ec2 as ec2

from batch_constructs._border.places import check_place
from batch_constructs._border.tokens import known

if TYPE_CHECKING:
    from collections.abc import Sequence

    from constructs import Construct

    from batch_constructs._border.problems import Problems

__all__ = ["check_network"]


def check_network(
    problems: Problems,
    scope: Construct,
    vpc: ec2.IVpc,
    vpc_subnets: ec2.SubnetSelection | None,
    security_groups: Sequence[ec2.ISecurityGroup] | None,
) -> None:
    """Add a problem for a network or groups of another Region, and for groups or subnets of another VPC.

    Networks may be shared between accounts, so only the Region must be the same.

    Args:
        problems: Where to add it.
        scope: Where the environment belongs.
        vpc: The environment's network.
        vpc_subnets: Its subnets, if they are selected.
        security_groups: Its security groups, if they are given.
    """
    check_place(problems, scope, "vpc", [vpc], account=False)
    check_place(problems, scope, "security_groups", security_groups or (), account=False)
    named = (vpc_subnets.subnets if vpc_subnets is not None else None) or ()
    for argument, members in (("security_groups", security_groups or ()), ("vpc_subnets", named)):
        for each in members:
            home = _vpc_of(each)
            if home is not None and _differ(home, vpc.vpc_id):
                problems.add(
                    f"{argument} must belong to the environment's VPC, {vpc.node.path!r}, got {each.node.path!r} of "
                    "another one: AWS Batch makes such an environment INVALID"
                )


def _vpc_of(member: ec2.ISecurityGroup | ec2.ISubnet) -> str | None:
    """Return the id of the VPC that a group or a subnet was made in; ``None`` for an imported one."""
    made: Any = member
    if not isinstance(made, ec2.SecurityGroup | ec2.Subnet):
        return None
    cfn: Any = (
        made.node.default_child if isinstance(made, ec2.SecurityGroup) else made.node.find_child("Subnet")
    )
    vpc_id: str | None = cfn.vpc_id
    return vpc_id


def _differ(one: str, other: str) -> bool:
    """Return whether two ids are certain to mean two networks."""
    if one == other:
        return False
    if known(one) and known(other):
        return True
    # A network of this app and one that exists already are different.
    first, second = _network_behind(one), _network_behind(other)
    return first is not None and second is not None and first != second


def _network_behind(vpc_id: str) -> str | None:
    """Return the id if it is literal, else the path of the network that it refers to."""
    if known(vpc_id):
        return vpc_id
    token: Any = Tokenization.reverse_string(vpc_id).first_token
    if token is None or not Reference.is_reference(token) or not isinstance(token.target, ec2.CfnVPC):
        return None
    path: str = token.target.node.path
    return path
