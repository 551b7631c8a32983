"""Security groups of compute resources."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch_constructs.assembly.checks import Finding, Severity, rule
from batch_constructs.assembly.reach import places_of
from batch_constructs.assembly.template import is_known, is_one_of
from batch_constructs.assembly.template.resources.networks import SecurityGroup
from batch_constructs.facts import endpoints

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_constructs.assembly.template import BatchModel
    from batch_constructs.assembly.template.resources import (
        ComputeEnvironment,
        ComputeResources,
        SecurityGroupIngress,
    )
    from batch_constructs.assembly.template.resources.networks import SecurityGroupRule, Vpc

CHAPTER = "Compute Environments"


@rule(
    "NET-01",
    severity=Severity.WARNING,
    remedy="leave out the rule: compute resources need no incoming traffic; AWS Systems Manager opens shells without it",
    prevents="instances that anybody on the internet can try to log in to",
)
def no_ssh_from_anywhere(resources: ComputeResources, batch: BatchModel) -> Iterator[Finding]:
    """Compute resources should not allow SSH from the whole internet."""
    for group in _groups(resources):
        for each in batch.networks.ingress(group):
            # AWS ignores the address before /0: 10.0.0.0/0 is everything.
            source = next(
                (cidr for cidr in (each.cidr_ip, each.cidr_ipv6) if is_known(cidr) and cidr.endswith("/0")),
                None,
            )
            if source is not None and _opens_ssh(each):
                message = f"{group.label} allows {source} on port {endpoints.SSH_PORT}, which AWS Batch does not need"
                yield Finding(each, message)


@rule(
    "NET-14",
    severity=Severity.ERROR,
    remedy="create the security group in the VPC of the subnets (VpcId)",
    prevents="INVALID: the security group and the subnet belong to different networks",
)
def groups_are_in_the_vpc(environment: ComputeEnvironment, batch: BatchModel) -> Iterator[Finding]:
    """The security groups and the subnets of an environment must be in the same VPC."""
    end = places_of(environment, batch)[0].end
    if end.vpc is None:
        return
    for group in end.groups:
        if isinstance(group, SecurityGroup) and (there := _other_vpc(group, end.vpc)):
            message = f"{group.label} must be in {end.vpc.label}, like the subnets, got {there}"
            yield Finding(environment.compute_resources, message, at=end.at)


def _other_vpc(group: SecurityGroup, vpc: Vpc) -> str:
    """Return the name of a group's VPC if it is certainly another one; else an empty string."""
    if group.vpc is not None:
        return "" if group.vpc is vpc else group.vpc.label
    if group.vpc_id is None:
        return "the default VPC"
    return group.vpc_id if is_known(group.vpc_id) else ""


def _groups(resources: ComputeResources) -> Iterator[SecurityGroup]:
    yield from resources.security_groups
    for _, template in resources.template_uses:
        if template is not None:
            yield from template.data.security_groups
            for interface in template.data.network_interfaces:
                yield from interface.groups


def _opens_ssh(ingress: SecurityGroupRule | SecurityGroupIngress) -> bool:
    low, high = ingress.from_port, ingress.to_port
    if is_one_of(ingress.protocol, "-1"):
        return True
    tcp = is_one_of(ingress.protocol, "tcp", "6")
    return tcp and is_known(low) and is_known(high) and low <= endpoints.SSH_PORT <= high
