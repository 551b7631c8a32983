"""Outgoing traffic that the security groups of compute resources allow."""

from __future__ import annotations

from ipaddress import ip_network
from typing import TYPE_CHECKING

from batch_constructs.assembly.checks import Finding, Severity, rule
from batch_constructs.assembly.template import Unknown, is_known, is_none_of, is_one_of
from batch_constructs.assembly.template.members import linked
from batch_constructs.assembly.template.networks import endpoint_service
from batch_constructs.assembly.template.resources.networks import (
    SecurityGroup,
    SecurityGroupEgress,
    Vpc,
    VpcEndpoint,
)
from batch_constructs.facts import endpoints

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_constructs.assembly.template import BatchModel
    from batch_constructs.assembly.template.resources import ComputeResources
    from batch_constructs.assembly.template.resources.networks import SecurityGroupRule

    Egress = SecurityGroupRule | SecurityGroupEgress

CHAPTER = "Compute Environments"


@rule(
    "NET-09",
    severity=Severity.ERROR,
    remedy="allow outgoing TCP port 443 to 0.0.0.0/0, or to the group of the VPC endpoints and to the prefix list of S3",
    prevents="instances that never register, so that jobs wait in RUNNABLE, and images that are never pulled",
)
def groups_allow_https_out(resources: ComputeResources, batch: BatchModel) -> Iterator[Finding]:
    """Security groups of compute resources must allow outgoing traffic on port 443, to Amazon ECS, ECR and S3."""
    groups = _groups(resources)
    rules = None if groups is None else _rules(groups, batch)
    if groups is None or rules is None:
        return
    names = " and ".join(group.label for group in groups)
    https = [each for each in rules if _may_be_https(each)]
    if not https:
        message = f"AWS services need outgoing port {endpoints.HTTPS_PORT}, which {names} does not allow"
        yield Finding(resources, message, at="SecurityGroupIds")
        return
    if all(_stays_in_vpc(each) for each in https) and not _has_s3_endpoint(batch):
        message = f"image layers are in Amazon S3, and {names} allows outgoing port {endpoints.HTTPS_PORT} within the VPC only"
        yield Finding(resources, message, at="SecurityGroupIds", severity=Severity.WARNING)


def _groups(resources: ComputeResources) -> list[SecurityGroup] | None:
    """Return the groups of instances or tasks; ``None`` if one of them may be unknown."""
    if isinstance(resources.node, Unknown):
        return None
    lists = [resources.security_groups]
    if resources.raw("SecurityGroupIds") is None:
        lists = []
        for _, template in resources.template_uses:
            if template is None or not template.data.network_interfaces.complete:
                return None
            lists.append(template.data.security_groups)
            lists += [each.groups for each in template.data.network_interfaces]
    groups = list(dict.fromkeys(group for each in lists for group in each))
    certain = all(each.complete for each in lists) and not any(group.conditional for group in groups)
    return groups if groups and certain else None


def _rules(groups: list[SecurityGroup], batch: BatchModel) -> list[Egress] | None:
    """Return the outgoing rules of the groups; ``None`` if they allow everything, or may do so."""
    if any(
        each.group is None and isinstance(each.group_id, Unknown) for each in batch.of(SecurityGroupEgress)
    ):
        return None
    # EC2 adds a rule that allows all outgoing traffic to a group without inline outgoing rules.
    if not all(group.egress and group.egress.complete for group in groups):
        return None
    return [each for group in groups for each in batch.networks.egress(group)]


def _may_be_https(egress: Egress) -> bool:
    if is_none_of(egress.protocol, "-1", "tcp", "6") or is_one_of(egress.cidr_ip, "255.255.255.255/32"):
        return False
    low, high = egress.from_port, egress.to_port
    if is_one_of(egress.protocol, "-1") or not is_known(low) or not is_known(high):
        return True
    return low is None or high is None or low <= endpoints.HTTPS_PORT <= high


def _stays_in_vpc(egress: Egress) -> bool:
    """Return whether a rule certainly leads to a group or to addresses of the VPC."""
    if linked(egress, egress.raw("DestinationSecurityGroupId"), SecurityGroup) is not None:
        return True
    if linked(egress, egress.raw("CidrIp"), Vpc) is not None:
        return True
    cidr = egress.cidr_ip
    if not is_known(cidr) or not cidr:
        return False
    try:
        return ip_network(cidr, strict=False).is_private
    except ValueError:
        return False


def _has_s3_endpoint(batch: BatchModel) -> bool:
    """Return whether the rules may lead to an interface endpoint of S3."""
    return any(
        endpoint_service(each) in {"s3", None} and not is_one_of(each.endpoint_type, "GATEWAY", None)
        for each in batch.of(VpcEndpoint)
    )
