"""Tells whether a job can ever run behind a queue, and if not, why.

The checks go step by step: is there an environment for the kind of job, has an instance type its architecture, enough
GPUs, enough vCPUs, enough memory, and can an environment grow enough. Each rule reports only its own step, so that a job gets
only the first thing to change. If anything is unknown, the job may run.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

from batch_constructs.assembly.fit.hosts import allowed_in, architecture_of, names_in
from batch_constructs.assembly.fit.needs import Need, needs_of, own_needs
from batch_constructs.assembly.template import Unknown, is_known, is_one_of
from batch_constructs.assembly.template.memo import once
from batch_constructs.assembly.template.resources import NodeRange
from batch_constructs.facts import instance_types, memory

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from batch_constructs.assembly.template.resources import ComputeEnvironment, JobDefinition, Submission


class Obstacle(IntEnum):
    """The reasons why a job cannot run, in the order of the steps."""

    KIND = 0
    """No environment is of the definition's kind."""
    ARCHITECTURE = 1
    """No allowed instance type has the job's processor architecture (ECS Managed Instances)."""
    GPUS = 2
    VCPUS = 3
    MEMORY = 4
    LIMIT = 5
    """No environment can grow to the vCPUs of the job."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Misfit:
    """The reason why a job can never run: the failed step, what the job needs there, and an explanation."""

    obstacle: Obstacle
    why: str
    need: Need | None = None


@once
def misfit_of(submission: Submission) -> Misfit | None:
    """Return the reason why a submitted job can never run; ``None`` if it may run."""
    definition, queue = submission.definition, submission.queue
    if definition is None or queue is None or not queue.environments or not queue.sees_all_environments:
        return None
    return misfit(definition, queue.environments, needs_of(definition, submission))


def misfit(
    definition: JobDefinition,
    environments: Sequence[ComputeEnvironment],
    needs: Iterable[Need] | None = None,
) -> Misfit | None:
    """Return the reason why jobs of a definition can run in none of the environments; ``None`` if they may run.

    Args:
        definition: the definition of the jobs.
        environments: all environments that may run them.
        needs: the needs of the jobs, one for each kind of host. By default those of a job without overrides.
    """
    wanted = kind_of_jobs(definition)
    kinds = [kind_of_environment(environment) for environment in environments]
    if wanted is None or None in kinds:
        return None
    suitable = [e for e, kind in zip(environments, kinds, strict=True) if kind == wanted]
    if not suitable:
        others = " and ".join(dict.fromkeys(kind for kind in kinds if kind))
        return Misfit(
            obstacle=Obstacle.KIND, why=f"is for {wanted}, but there are only {others} environments"
        )
    if wanted == "MANAGED_INSTANCES" and (found := _misfit_of_architecture(definition, suitable)):
        return found
    for need in own_needs(definition) if needs is None else needs:
        if found := _misfit_of_need(need, suitable, wanted):
            return found
    return None


def _misfit_of_architecture(
    definition: JobDefinition, environments: Sequence[ComputeEnvironment]
) -> Misfit | None:
    names = [name for environment in environments for name in allowed_in(environment) or ("",)]
    wanted = architecture_of(definition)
    if wanted is None or not all(map(instance_types.has_facts, names)):
        return None
    if wanted in instance_types.architectures_of(names):
        return None
    allowed = ", ".join(dict.fromkeys(names))
    return Misfit(obstacle=Obstacle.ARCHITECTURE, why=f"is for {wanted.upper()}, which none of {allowed} has")


def _hosts_of(need: Need, environment: ComputeEnvironment, kind: str) -> tuple[str, ...] | None:
    """Return the types and families on which a job may run; ``None`` if one is unknown, empty on Fargate."""
    if kind != "MANAGED_INSTANCES":
        return _hosts(environment) if kind in {"EC2", "EKS"} else ()
    names = allowed_in(environment)
    wanted = None if isinstance(need.unit, NodeRange) else architecture_of(need.unit)
    if names is None or wanted is None or not all(map(instance_types.has_facts, names)):
        return None
    types = (type_ for name in names for type_ in instance_types.members(name))
    return tuple(type_.name for type_ in types if wanted in type_.architectures)


@once
def doubt_of(submission: Submission) -> Misfit | None:
    """Return the reason why a submitted job probably never runs; ``None`` if it may run, or certainly cannot."""
    definition, queue = submission.definition, submission.queue
    if definition is None or queue is None or not queue.environments or not queue.sees_all_environments:
        return None
    if misfit_of(submission) is not None:
        return None
    return _doubt(definition, queue.environments, needs_of(definition, submission))


def doubt(definition: JobDefinition, environments: Sequence[ComputeEnvironment]) -> Misfit | None:
    """Return the reason why jobs of a definition probably get too little memory in each of the environments.

    ``None`` if they may run, or certainly cannot.

    Args:
        definition: the definition of the jobs, which are submitted without overrides.
        environments: all environments that may run them.
    """
    if misfit(definition, environments) is not None:
        return None
    return _doubt(definition, environments, own_needs(definition))


def _doubt(
    definition: JobDefinition, environments: Sequence[ComputeEnvironment], needs: Iterable[Need]
) -> Misfit | None:
    kind = kind_of_jobs(definition)
    if kind not in {"EC2", "EKS"}:
        return None
    suitable = [environment for environment in environments if kind_of_environment(environment) == kind]
    for need in needs:
        names = _names_for(need, [_hosts(environment) for environment in suitable])
        if names and (
            why := memory.why_none_likely_fits(
                names, need.vcpus, need.memory_mib, need.gpus, need.orchestration
            )
        ):
            return Misfit(obstacle=Obstacle.MEMORY, why=why, need=need)
    return None


def _names_for(need: Need, hosts: Sequence[tuple[str, ...] | None]) -> tuple[str, ...] | None:
    """Return the instance types that may run a job, or ``None`` if there may be others."""
    if None in hosts:
        return None
    if need.instance_type is not None:
        return (need.instance_type,)
    return tuple(dict.fromkeys(name for host in hosts for name in host or ()))


def _misfit_of_need(need: Need, environments: Sequence[ComputeEnvironment], kind: str) -> Misfit | None:
    hosts = [_hosts_of(need, environment, kind) for environment in environments]
    names = _names_for(need, hosts) if kind != "FARGATE" else None
    if names is not None:
        steps = (
            (Obstacle.GPUS, 0.0, 0.0),
            (Obstacle.VCPUS, need.vcpus, 0.0),
            (Obstacle.MEMORY, need.vcpus, need.memory_mib),
        )
        for obstacle, vcpus, mib in steps:
            if why := memory.why_none_fits(names, vcpus, mib, need.gpus, need.orchestration):
                return Misfit(obstacle=obstacle, why=why, need=need)
    if isinstance(need.unit, NodeRange):
        return None
    limits = [environment.compute_resources.max_vcpus for environment in environments]
    numbers = [limit for limit in limits if is_known(limit)]
    if len(numbers) < len(limits) or not _exceeds(need, list(zip(hosts, numbers, strict=True))):
        return None
    why = f"MaxvCpus is at most {max(numbers)}"
    return Misfit(obstacle=Obstacle.LIMIT, why=why, need=need)


def _exceeds(need: Need, environments: list[tuple[tuple[str, ...] | None, int]]) -> bool:
    """Return whether each environment with instances for the job is too small for it."""
    return all(
        # A MaxvCpus of 0 gets its own finding, CE-08.
        0 < limit < need.vcpus
        or (
            names
            and need.instance_type is None
            and memory.why_none_fits(names, need.vcpus, need.memory_mib, need.gpus, need.orchestration)
        )
        for names, limit in environments
    )


_hosts = once(names_in)


@once
def kind_of_jobs(definition: JobDefinition) -> str | None:
    """Return ``EC2``, ``EKS``, ``FARGATE`` or ``MANAGED_INSTANCES``; ``None`` if it is unknown."""
    units = [definition.eks_properties, definition.container_properties, definition.ecs_properties]
    units += [unit for r in definition.node_properties.node_range_properties for unit in (r.eks_properties,)]
    if any(isinstance(unit.node, Unknown) for unit in units):
        return None
    if definition.eks_properties.present or any(unit.present for unit in units[3:]):
        return "EKS"
    platform = definition.platform
    return platform if is_known(platform) else None


@once
def kind_of_environment(environment: ComputeEnvironment) -> str | None:
    """Return ``EC2``, ``EKS``, ``FARGATE`` or ``MANAGED_INSTANCES``; ``None`` if it is unknown."""
    resources = environment.compute_resources
    if is_one_of(environment.eks, True):
        return "EKS"
    if isinstance(environment.eks, Unknown):
        return None
    if resources.fargate:
        return "FARGATE"
    if is_one_of(resources.type, "ECS_MANAGED_INSTANCES"):
        return "MANAGED_INSTANCES"
    return "EC2" if resources.ec2 or is_one_of(environment.type_, "UNMANAGED") else None
