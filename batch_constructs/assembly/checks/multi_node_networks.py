"""Security groups of the nodes of multi-node parallel jobs, and idle instances for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch_constructs.assembly.checks import Finding, Severity, rule
from batch_constructs.assembly.checks._networks import environments_for
from batch_constructs.assembly.template import Unknown, is_known, is_one_of
from batch_constructs.assembly.template.members import linked
from batch_constructs.assembly.template.resources.job_definitions import JobDefinition
from batch_constructs.assembly.template.resources.networks import (
    DefaultGroupRestriction,
    SecurityGroup,
    SecurityGroupEgress,
    SecurityGroupIngress,
    Vpc,
)
from batch_constructs.assembly.template.resources.submissions import Submission

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_constructs.assembly.template import BatchModel
    from batch_constructs.assembly.template.resources import ComputeEnvironment

CHAPTER = "Multi-node Parallel Jobs"

ERROR, WARNING = Severity.ERROR, Severity.WARNING


def _multi_node_on(environment: ComputeEnvironment, batch: BatchModel) -> list[JobDefinition]:
    """Return the definitions of multi-node jobs on ECS that run in an environment.

    These are the ones whose submissions lead there, or, if nothing submits jobs, those of a stack without other jobs.
    """
    if not environment.compute_resources.ec2 or not is_one_of(environment.eks, False):
        return []
    definitions = batch.of(JobDefinition)
    submitted = {each.definition for each in batch.of(Submission)}
    only = all(each.multi_node for each in definitions)
    return [
        each
        for each in definitions
        if each.multi_node and (only or each in submitted) and environment in environments_for(each, batch)
    ]


@rule(
    "MNP-14",
    severity=ERROR,
    remedy="give the environment security groups that allow traffic from themselves; if network interfaces of a launch "
    "template exclude this, keep the rules of the VPC's default group (restrict_default_security_group=False)",
    prevents="nodes that cannot reach each other: the groups of a launch template do not apply to them",
)
def nodes_reach_each_other(environment: ComputeEnvironment, batch: BatchModel) -> Iterator[Finding]:
    """Nodes must allow traffic from each other: in the environment's groups, or in the VPC's default group."""
    definitions = _multi_node_on(environment, batch)
    resources = environment.compute_resources
    if not definitions or isinstance(resources.node, Unknown) or batch.networks.any_group_may_be_open:
        return
    name = definitions[0].label
    if resources.raw("SecurityGroupIds") is None:
        yield from _in_default_group(environment, name, batch)
        return
    groups = list(resources.security_groups)
    certain = resources.security_groups.complete and not any(each.conditional for each in groups)
    if certain and groups and not any(_lets_in(group, groups, batch) for group in groups):
        names = ", ".join(group.label for group in groups)
        message = f"nodes of {name} belong to {names}, which must allow traffic from itself, got no such rule"
        yield Finding(resources, message, at="SecurityGroupIds", severity=WARNING)


def _in_default_group(environment: ComputeEnvironment, name: str, batch: BatchModel) -> Iterator[Finding]:
    resources = environment.compute_resources
    subject = f"nodes of {name} belong to the default group of the VPC"
    subnets = resources.subnets
    vpc = subnets[0].vpc if subnets else None
    if vpc is None:
        message = (
            f"{subject}, whose rules are not in the template, because the environment has no security groups"
        )
        yield Finding(resources, message, severity=WARNING)
    elif any(each.vpc is vpc for each in batch.of(DefaultGroupRestriction)) and not _is_opened(vpc, batch):
        message = f"{subject}, and {vpc.label} must keep the rules of that group, got all of them removed"
        yield Finding(resources, message)


def _is_opened(vpc: Vpc, batch: BatchModel) -> bool:
    """Return whether separate rules allow traffic into the default group of a VPC and out of it."""
    return all(
        any(linked(each, each.raw("GroupId"), Vpc) is vpc for each in batch.of(kind))
        for kind in (SecurityGroupIngress, SecurityGroupEgress)
    )


def _lets_in(group: SecurityGroup, groups: list[SecurityGroup], batch: BatchModel) -> bool:
    """Return whether a group allows traffic from one of the groups or from addresses, or may do so."""
    if not group.ingress.complete:
        return True
    for each in batch.networks.ingress(group):
        peer = each.raw("SourceSecurityGroupId")
        source = linked(each, peer, SecurityGroup)
        if peer is None or source is None or source in groups:
            return True
    return False


@rule(
    "MNP-15",
    chapter="Compute Environments",
    severity=WARNING,
    remedy="set MinvCpus to 0, or keep it in an environment for single-node jobs",
    prevents="instances that cost money and are never used: each multi-node job starts new ones",
)
def kept_vcpus_are_of_use(environment: ComputeEnvironment, batch: BatchModel) -> Iterator[Finding]:
    """MinvCpus should be 0 where multi-node jobs run: only single-node jobs use the capacity that it keeps."""
    kept = environment.compute_resources.min_vcpus
    if not is_known(kept) or not kept:
        return
    for definition in _multi_node_on(environment, batch)[:1]:
        message = (
            f"{definition.label} is multi-node and cannot use the capacity that MinvCpus keeps, got {kept}"
        )
        yield Finding(environment.compute_resources, message, at="MinvCpus")
