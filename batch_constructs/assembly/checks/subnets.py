"""Checks that subnets have enough IP addresses for an environment."""

from __future__ import annotations

from ipaddress import IPv4Network
from math import ceil
from typing import TYPE_CHECKING

from batch_constructs.assembly.checks import Finding, Severity, rule
from batch_constructs.assembly.template import is_known
from batch_constructs.facts import endpoints, fargate, instance_types

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_constructs.assembly.template.resources import ComputeResources, Subnet

CHAPTER = "Tutorial: Creating a VPC with Public and Private Subnets for Your Compute Environments"


@rule(
    "NET-08",
    severity=Severity.WARNING,
    remedy="add subnets or larger ones, or lower MaxvCpus",
    prevents="an environment that runs out of IP addresses",
)
def addresses_for_all(resources: ComputeResources) -> Iterator[Finding]:
    """Subnets must have an IP address for each instance or task, even if only the largest ones are started."""
    most, subnets = resources.max_vcpus, resources.subnets
    vcpus = _largest(resources)
    if not is_known(most) or not vcpus or not subnets or not subnets.complete:
        return
    sizes = [_addresses(subnet) for subnet in subnets]
    addresses = sum(size for size in sizes if size is not None)
    needed = ceil(most / vcpus)
    if None not in sizes and needed > addresses:
        message = f"MaxvCpus {most} needs at least {needed} IP addresses, got {addresses} in the environment's subnets"
        fix = f"set MaxvCpus to {int(addresses * vcpus)} or less, or add subnets with {needed - addresses} more addresses"
        yield Finding(resources, message, at="MaxvCpus", fix=fix)


def _largest(resources: ComputeResources) -> float:
    """Return the vCPUs of the largest instance or task; 0 if they are unknown."""
    if resources.fargate:
        return max(fargate.SIZES)
    types = resources.instance_types
    if (
        not resources.ec2
        or not types.complete
        or not all(is_known(t) and instance_types.has_facts(t) for t in types)
    ):
        return 0
    return max(
        (member.vcpus for name in types if is_known(name) for member in instance_types.members(name)),
        default=0,
    )


def _addresses(subnet: Subnet) -> int | None:
    """Return the number of usable addresses of a subnet; ``None`` if its range is unknown."""
    block = subnet.cidr_block
    if not is_known(block):
        return None
    try:
        return IPv4Network(block, strict=False).num_addresses - endpoints.RESERVED_ADDRESSES
    except ValueError:
        return None
