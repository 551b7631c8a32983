"""Security groups of the nodes of multi-node parallel jobs, and idle instances for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch_constructs.assembly.checks import Finding, Severity, rule
from batch_constructs.assembly.checks._networks import environments_for
from batch_constructs.assembly.proofs import Question, Verdict
from batch_constructs.assembly.reach import End, Traffic, inside, meet
from batch_constructs.assembly.template import Unknown, is_known, is_one_of
from batch_constructs.assembly.template.resources.job_definitions import JobDefinition
from batch_constructs.assembly.template.resources.submissions import Submission

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_constructs.assembly.proofs import Answer
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


_PORTS = Traffic(0, 65_535)


def _meeting(environment: ComputeEnvironment, batch: BatchModel) -> Answer | None:
    """Return whether the nodes in an environment reach each other; ``None`` if no multi-node jobs run there.

    The groups of a launch template do not apply to them: without groups of the environment they are in the default group.
    """
    resources = environment.compute_resources
    definitions = _multi_node_on(environment, batch)
    if not definitions or isinstance(resources.node, Unknown):
        return None
    nodes = End(label="nodes", where=resources, at="SecurityGroupIds", groups=resources.security_groups)
    return meet(batch, inside(batch, nodes, *resources.subnets), _PORTS)


def _asks(environment: ComputeEnvironment, batch: BatchModel) -> Iterator[Question]:
    if (answer := _meeting(environment, batch)) is not None:
        yield Question(f"can nodes in {environment.label} reach each other at any TCP port?", answer)


@rule(
    "MNP-14",
    severity=ERROR,
    remedy="give the environment security groups that allow traffic from themselves; if network interfaces of a launch "
    "template exclude this, keep the rules of the VPC's default group (restrict_default_security_group=False)",
    prevents="nodes that cannot reach each other: the groups of a launch template do not apply to them",
    asks=_asks,
)
def nodes_reach_each_other(environment: ComputeEnvironment, batch: BatchModel) -> Iterator[Finding]:
    """Nodes must allow traffic from each other: in the environment's groups, or in the VPC's default group."""
    answer, resources = _meeting(environment, batch), environment.compute_resources
    if answer is None:
        return
    name, hop = _multi_node_on(environment, batch)[0].label, answer.because
    default = resources.raw("SecurityGroupIds") is None
    if answer.verdict is Verdict.NO and hop is not None:
        message = f"nodes of {name} do not reach each other: {hop.place} {hop.says}"
        severity = ERROR if default else WARNING
        yield Finding(
            resources, message, at="" if default else "SecurityGroupIds", severity=severity, proof=answer
        )
    elif default and (not resources.subnets or resources.subnets[0].vpc is None):
        message = f"nodes of {name} belong to the default group of the VPC, whose rules are not in the template, because the environment has no security groups"
        yield Finding(resources, message, severity=WARNING)


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
