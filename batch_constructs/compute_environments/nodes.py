"""The Availability Zone and the security group of nodes of multi-node jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import Annotations
from aws_cdk import aws_ec2 as ec2

from batch_constructs._border.tokens import known

if TYPE_CHECKING:
    from constructs import Construct
    from jsii import Number

    from batch_constructs._border.problems import Problems
    from batch_constructs.launch_templates.capacity_reservations import CapacityReservation
    from batch_constructs.networking import Placement

__all__ = ["check_one_zone", "default_group", "warn_of_nodes"]

# The CDK's name of the custom resource that removes the rules of a VPC's default group.
_RESTRICTION = "RestrictDefaultSecurityGroupCustomResource"


def default_group(scope: Construct, vpc: ec2.IVpc) -> ec2.ISecurityGroup:
    """Return the default security group of a VPC.

    Args:
        scope: Where the reference belongs.
        vpc: The network.

    Raises:
        ValueError: the VPC is imported, and its default group is unknown.
    """
    if not isinstance(vpc, ec2.Vpc):
        raise ValueError(  # noqa: TRY004 - the class is right, and the group is unknown
            f"node_connections needs a VPC that is made in this app, got {vpc.node.path!r}, imported: take "
            'ec2.SecurityGroup.from_lookup_by_name(scope, id, "default", vpc).connections'
        )
    return ec2.SecurityGroup.from_security_group_id(
        scope,
        "NodeSecurityGroup",
        vpc.vpc_default_security_group,
        # If its rules were removed it lets nothing out, and then rules for it have an effect.
        allow_all_outbound=not _is_restricted(vpc),
    )


def warn_of_nodes(environment: Construct, vpc: ec2.IVpc, min_vcpus: Number) -> None:
    """Warn of nodes that cannot reach each other, and of vCPUs that are kept without use.

    Args:
        environment: The environment.
        vpc: Its network.
        min_vcpus: The vCPUs that it keeps.
    """
    if _is_restricted(vpc):
        Annotations.of(environment).add_warning_v2(
            "batch-constructs:nodesCannotTalk",
            "nodes of multi-node jobs belong to the default security group of the VPC, since EC2 refuses security groups "
            "of an environment together with network interfaces, and the rules of that group are removed: "
            "give the VPC restrict_default_security_group=False, or open the group by node_connections",
        )
    if known(min_vcpus) and min_vcpus > 0:
        Annotations.of(environment).add_warning_v2(
            "batch-constructs:keptForNothing",
            f"min_vcpus={min_vcpus} keeps instances, at their full price, that multi-node jobs never use: AWS Batch "
            "starts new instances for each of them; leave min_vcpus at 0 unless single-node jobs run here",
        )


def check_one_zone(
    problems: Problems,
    subnets: Placement,
    selection: ec2.SubnetSelection | None,
    reservation: CapacityReservation | None,
) -> None:
    """Add a problem if the subnets are in several zones: a cluster placement group is in one.

    Args:
        problems: Where to add it.
        subnets: The subnets that were found.
        selection: The selection of the user, if there is one.
        reservation: The capacity reservation, if there is one; its zone counts.
    """
    several = len(subnets.subnet_ids) > 1
    problems.check(
        selection is None or not several,
        "vpc_subnets must select one subnet, since the instances are in one Availability Zone, got "
        f"{len(subnets.subnet_ids)}: add availability_zones or name it by subnets",
    )
    problems.check(
        selection is not None or reservation is None or not several,
        "vpc_subnets must be given with capacity_reservation, which has one Availability Zone, and the network has "
        f"{len(subnets.subnet_ids)} subnets: select the one in its zone",
    )


def _is_restricted(vpc: ec2.IVpc) -> bool:
    return isinstance(vpc, ec2.Vpc) and vpc.node.try_find_child(_RESTRICTION) is not None
