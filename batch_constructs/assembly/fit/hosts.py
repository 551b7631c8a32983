"""The instance types on which a job can run, as far as they are certain."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch_constructs.assembly.template import is_known, is_one_of, literals
from batch_constructs.assembly.template.resources import JobDefinition
from batch_constructs.facts import instance_types

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_constructs.assembly.template import Unknown
    from batch_constructs.assembly.template.resources import (
        ComputeEnvironment,
        Container,
        JobContainer,
        JobQueue,
        NodeRange,
        PodContainer,
    )
    from batch_constructs.assembly.template.resources.submissions import Submission


def names_in(environment: ComputeEnvironment) -> tuple[str, ...] | None:
    """Return all instance types, families and bundles of an environment on EC2; ``None`` if one of them is unknown."""
    resources = environment.compute_resources
    if (
        is_one_of(environment.type_, "UNMANAGED")
        or not resources.ec2
        or not resources.instance_types.complete
    ):
        return None
    names = literals(resources.instance_types)
    return tuple(names) if names and len(names) == len(resources.instance_types) else None


def allowed_in(environment: ComputeEnvironment) -> tuple[str, ...] | None:
    """Return all instance types and families that an environment on ECS Managed Instances may use; ``None`` for any."""
    template = environment.compute_resources.managed_instances_provider.instance_launch_template
    allowed = template.instance_requirements.allowed_instance_types
    names = literals(allowed)
    return tuple(names) if allowed.complete and names and len(names) == len(allowed) else None


def names_behind(queue: JobQueue) -> tuple[str, ...] | None:
    """Return all instance types, families and bundles behind a queue; ``None`` if there may be others."""
    environments = queue.environments
    if not environments or not queue.sees_all_environments:
        return None
    names: list[str] = []
    for environment in environments:
        found = () if environment.compute_resources.fargate else names_in(environment)
        if found is None:
            return None
        names += found
    return tuple(dict.fromkeys(names)) or None


def hosts_behind(queue: JobQueue) -> tuple[str, ...] | None:
    """Return `names_behind`, or ``None`` also if the facts do not know one of the types."""
    names = names_behind(queue)
    return names if names is not None and all(map(instance_types.has_facts, names)) else None


def type_of(node_range: NodeRange) -> str | None:
    """Return the instance type that a range of nodes asks for, if it is known."""
    names = literals([*node_range.instance_types, node_range.container.instance_type])
    return names[0] if names else None


def job_container(unit: JobDefinition | NodeRange) -> JobContainer:
    """Return the container of a definition or of a range with a single container."""
    return unit.container_properties if isinstance(unit, JobDefinition) else unit.container


def containers_of(unit: JobDefinition | NodeRange) -> Iterator[Container]:
    """Yield the containers on Amazon ECS that run together in a job, or on each node of a range."""
    if not (container := job_container(unit)).absent:
        yield container
    for task in unit.ecs_properties.task_properties:
        yield from task.containers


def pod_containers_of(unit: JobDefinition | NodeRange) -> Iterator[PodContainer]:
    """Yield the containers on Amazon EKS that run together."""
    yield from unit.eks_properties.pod_properties.containers


def pod_amount(container: PodContainer, name: str) -> str | Unknown | None:
    """Return the amount that a container of a pod asks for: its request, else its limit, as Kubernetes counts it."""
    for amounts in (container.resources.requests, container.resources.limits):
        if amounts is not None:
            value = amounts.get(name) if isinstance(amounts, dict) else amounts
            if value is not None:
                return value
    return None


def architecture_of(definition: JobDefinition) -> instance_types.Architecture | None:
    """Return the processor architecture of jobs on ECS Managed Instances, by default x86_64; ``None`` if it is unknown."""
    words = [task.runtime_platform.cpu_architecture for task in definition.ecs_properties.task_properties]
    word = words[0] if len(words) == 1 else None
    if len(words) != 1 or not (word is None or is_known(word)):
        return None
    return next((each for each in _ARCHITECTURES if each.upper() == (word or "X86_64")), None)


_ARCHITECTURES = (instance_types.Architecture.X86_64, instance_types.Architecture.ARM64)


def least_gpus(unit: JobDefinition | NodeRange) -> int:
    """Return the least number of GPUs that a job, or each node of a range, needs."""
    asked = [container.requirement("GPU") for container in containers_of(unit)]
    asked += [pod_amount(container, "nvidia.com/gpu") for container in pod_containers_of(unit)]
    return sum(map(_count, asked))


def submitted_gpus(submission: Submission) -> int:
    """Return the least number of GPUs that a submitted job needs on one host; 0 if it may need none."""
    definition = submission.definition
    others = (
        submission.ecs_properties_override,
        submission.eks_properties_override,
        submission.node_overrides,
    )
    if definition is None or not all(override.absent for override in others):
        return 0
    ranges = definition.node_properties.node_range_properties
    if definition.multi_node:
        return max(map(least_gpus, ranges), default=0)
    asked = submission.container_overrides.requirement("GPU")
    return least_gpus(definition) if asked is None else _count(asked)


def _count(value: str | Unknown | None) -> int:
    return int(value) if is_known(value) and value.isdecimal() and len(value) < 10 else 0
