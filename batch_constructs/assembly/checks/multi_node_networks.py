"""What the nodes of multi-node parallel jobs belong to, and what an environment keeps for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch_constructs.assembly.checks import Finding, Severity, rule
from batch_constructs.assembly.checks._networks import environments_for
from batch_constructs.assembly.template import Unknown, is_one_of, known
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

ERROR, WARNING = Severity.ERROR, Severity.WARNING
_CHAPTER = "Multi-node Parallel Jobs"


def _multi_node_on(environment: ComputeEnvironment, batch: BatchModel) -> list[JobDefinition]:
    """The definitions of multi-node jobs on ECS that run in an environment.

    Those whose submissions lead there. Where nothing submits them, those of a stack that has no other jobs.
    """
    if not environment.compute_resources.ec2 or not is_one_of(environment.eks, False):
        return []
    definitions = batch.of(JobDefinition)
    submitted = {id(each.definition) for each in batch.of(Submission)}
    only = all(each.multi_node for each in definitions)
    return [
        each
        for each in definitions
        if each.multi_node
        and (only or id(each) in submitted)
        and environment in environments_for(each, batch)
    ]


@rule(
    "MNP-14",
    chapter=_CHAPTER,
    severity=ERROR,
    remedy="name security groups in the environment that let themselves in, or, where network interfaces of a launch "
    "template exclude them, keep the rules of the VPC's default group (restrict_default_security_group=False)",
    prevents="nodes that do not hear each other: the groups of a launch template do not count for them",
)
def nodes_hear_each_other(environment: ComputeEnvironment, batch: BatchModel) -> Iterator[Finding]:
    """Nodes must be let in by each other: they belong to the environment's groups, else to the VPC's default group."""
    definitions = _multi_node_on(environment, batch)
    resources = environment.compute_resources
    if not definitions or isinstance(resources.node, Unknown) or batch.networks.strays_in:
        return
    name = definitions[0].label
    if resources.raw("SecurityGroupIds") is None:
        yield from _in_default_group(environment, name, batch)
        return
    groups = list(resources.security_groups)
    certain = resources.security_groups.complete and not any(each.conditional for each in groups)
    if certain and groups and not any(_lets_in(group, groups, batch) for group in groups):
        names = ", ".join(group.label for group in groups)
        message = f"nodes of {name} belong to {names}, which must let itself in, got no such rule"
        yield Finding(resources, message, at="SecurityGroupIds", severity=WARNING)


def _in_default_group(environment: ComputeEnvironment, name: str, batch: BatchModel) -> Iterator[Finding]:
    resources = environment.compute_resources
    subject = f"nodes of {name} belong to the default group of the VPC"
    subnets = resources.subnets
    vpc = subnets[0].vpc if subnets else None
    if vpc is None:
        message = f"{subject}, whose rules this template does not show, since the environment names none"
        yield Finding(resources, message, severity=WARNING)
    elif any(each.vpc is vpc for each in batch.of(DefaultGroupRestriction)) and not _is_opened(vpc, batch):
        message = f"{subject}, and {vpc.label} must leave that group its rules, got all of them removed"
        yield Finding(resources, message)


def _is_opened(vpc: Vpc, batch: BatchModel) -> bool:
    """Whether rules of their own let something into the default group of a VPC, and out of it."""
    return all(
        any(linked(each, each.raw("GroupId"), Vpc) is vpc for each in batch.of(kind))
        for kind in (SecurityGroupIngress, SecurityGroupEgress)
    )


def _lets_in(group: SecurityGroup, groups: list[SecurityGroup], batch: BatchModel) -> bool:
    """Whether a group lets in one of the groups or some addresses, or may do so."""
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
    prevents="instances that are paid all day and never used: each multi-node job starts new ones",
)
def kept_vcpus_are_of_use(environment: ComputeEnvironment, batch: BatchModel) -> Iterator[Finding]:
    """MinvCpus should be 0 where multi-node jobs run: what it keeps is for single-node jobs only."""
    kept = environment.compute_resources.min_vcpus
    if not known(kept) or not kept:
        return
    for definition in _multi_node_on(environment, batch)[:1]:
        message = f"{definition.label} is multi-node and uses nothing of what MinvCpus keeps, got {kept}"
        yield Finding(environment.compute_resources, message, at="MinvCpus")
