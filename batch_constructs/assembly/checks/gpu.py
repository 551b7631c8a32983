"""GPUs: the number that a job asks for, and the instances that have them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch_constructs.assembly.checks import Finding, Severity, rule
from batch_constructs.assembly.checks._images import batch_chooses
from batch_constructs.assembly.fit.hosts import hosts_behind, least_gpus, submitted_gpus, type_of
from batch_constructs.assembly.template import is_known, is_one_of, literals
from batch_constructs.assembly.template.memo import once
from batch_constructs.assembly.template.resources import (
    ComputeResources,
    JobDefinition,
    NodeRange,
    Submission,
)
from batch_constructs.facts import gpus, instance_types, limits, memory

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_constructs.assembly.template import BatchModel
    from batch_constructs.assembly.template.resources.containers import ResourceRequirement

CHAPTER = "GPU Jobs"

ERROR, WARNING = Severity.ERROR, Severity.WARNING


@rule("GPU-01", severity=ERROR, remedy="run the job on EC2, or leave out the GPU")
def no_gpu_on_fargate(definition: JobDefinition) -> Iterator[Finding]:
    """A job on Fargate cannot ask for a GPU."""
    if not definition.fargate:
        return
    tasks = definition.ecs_properties.task_properties
    for container in (definition.container_properties, *(c for task in tasks for c in task.containers)):
        for requirement in container.resource_requirements:
            if is_one_of(requirement.type, "GPU"):
                yield Finding(requirement, "Fargate has no GPUs, got a requirement of type GPU", at="Type")


@rule("GPU-02", severity=ERROR, remedy="write a whole number of at least 1, or leave out the GPU")
def gpu_count(requirement: ResourceRequirement) -> Iterator[Finding]:
    """A job must ask for a whole number of GPUs, at least 1."""
    value = requirement.value
    if not is_one_of(requirement.type, "GPU") or not is_known(value):
        return
    if not (value.isdecimal() and len(value) < 10 and limits.GPUS.contains(int(value))):
        message = f"the value of GPU must be a whole number, {limits.GPUS.words}, got {value}"
        yield Finding(requirement, message, at="Value")


@rule(
    "GPU-03",
    severity=ERROR,
    remedy="choose instance types with NVIDIA GPUs and an x86_64 processor, such as g6 or p5; g5g needs an image of "
    "your own",
    prevents="jobs that wait in RUNNABLE: Batch assigns no other GPUs",
)
def gpus_are_schedulable(
    where: ComputeResources | NodeRange | Submission, batch: BatchModel
) -> Iterator[Finding]:
    """A job with GPUs must run on NVIDIA GPUs; with Arm processors, this needs your own image or user data."""
    if isinstance(where, ComputeResources):
        # Jobs without GPUs may run there. AWS documents how.
        if not _some_job_asks_for_gpus(batch):
            return
        for listed in literals(where.instance_types):
            if why := gpus.why_unschedulable(listed, own_image=not _has_no_own_driver(where)):
                message = f"Batch gives jobs no GPUs of {why}"
                yield Finding(where, message, at="InstanceTypes", severity=WARNING)
    elif isinstance(where, NodeRange):
        name = type_of(where)
        if name is not None and least_gpus(where) and (why := gpus.why_unschedulable(name)):
            # The node range does not show whether the environment has its own image.
            certain = gpus.why_unschedulable(name, own_image=True)
            yield Finding(where, f"Batch gives jobs no GPUs of {why}", severity=ERROR if certain else WARNING)
    else:
        yield from _only_unschedulable(where)


@once
def _some_job_asks_for_gpus(batch: BatchModel) -> bool:
    """Return whether a definition or a submission of the assembly asks for a GPU."""
    units: list[JobDefinition | NodeRange] = []
    for definition in batch.of(JobDefinition):
        units += [definition, *definition.node_properties.node_range_properties]
    return any(map(least_gpus, units)) or any(map(submitted_gpus, batch.of(Submission)))


def _has_no_own_driver(resources: ComputeResources) -> bool:
    """Return whether instances certainly have neither an image nor user data that could add a driver."""
    templates = [template for _, template in resources.template_uses if template is not None]
    return batch_chooses(resources) and all(template.data.user_data is None for template in templates)


def _only_unschedulable(submission: Submission) -> Iterator[Finding]:
    """Add a problem if a job asks for GPUs and its queue has only GPUs that Batch cannot assign."""
    needed, queue = submitted_gpus(submission), submission.queue
    names = hosts_behind(queue) if needed and queue is not None else None
    if queue is None or submission.definition is None or names is None:
        return
    fitting = {t.name for name in names for t in instance_types.members(name) if t.gpu_count >= needed}
    own_image = not all(
        _has_no_own_driver(environment.compute_resources) for environment in queue.environments
    )
    reasons = {gpus.why_unschedulable(fit, own_image=own_image) for fit in fitting}
    if reasons and None not in reasons:
        why = " and ".join(sorted(reason for reason in reasons if reason))
        message = f"{submission.definition.label} asks for {_gpus(needed)}, and {queue.label} has only {why}"
        yield Finding(submission, message)


@rule(
    "GPU-04",
    severity=WARNING,
    remedy="create a separate environment and queue for the types with GPUs",
    prevents="jobs with GPUs that wait in RUNNABLE, because other jobs use the instances",
)
def gpu_types_are_separate(resources: ComputeResources) -> Iterator[Finding]:
    """An environment for jobs with GPUs should have only instance types with GPUs."""
    with_gpus, without = [], []
    for name in dict.fromkeys(literals(resources.instance_types)):
        counts = {type_.gpu_count > 0 for type_ in instance_types.members(name)}
        with_gpus += [name] if counts == {True} else []
        without += [name] if counts == {False} else []
    if with_gpus and without:
        message = f"types with GPUs ({', '.join(with_gpus)}) should be in a separate environment, got {', '.join(without)} as well"
        yield Finding(resources, message, at="InstanceTypes")


@rule(
    "GPU-05",
    severity=ERROR,
    remedy="ask for at most as many GPUs as an instance has, or choose larger types",
    prevents="jobs that wait in RUNNABLE forever",
)
def instances_have_so_many_gpus(where: NodeRange | Submission) -> Iterator[Finding]:
    """Some instance type for the job must have as many GPUs as all its containers together ask for."""
    if isinstance(where, NodeRange):
        name, needed = type_of(where), least_gpus(where)
        type_ = instance_types.find(name) if name is not None else None
        if type_ is not None and needed > type_.gpu_count:
            message = f"each node asks for {_gpus(needed)}, and {type_.name} has {type_.gpu_count}"
            fix = f"ask for at most {_gpus(type_.gpu_count)}, or name a type with at least {needed}"
            yield Finding(where, message, fix=fix)
        return
    needed, queue, definition = submitted_gpus(where), where.queue, where.definition
    names = hosts_behind(queue) if needed and queue is not None else None
    if queue is None or definition is None or names is None:
        return
    if why := memory.why_none_fits(names, 0, 0, gpus=needed):
        message = f"{definition.label} asks for {_gpus(needed)}, but behind {queue.label} {why}"
        yield Finding(
            where, message, fix=f"allow an instance type with at least {_gpus(needed)}, or ask for fewer"
        )


def _gpus(count: int) -> str:
    return f"{count} GPU{'' if count == 1 else 's'}"
