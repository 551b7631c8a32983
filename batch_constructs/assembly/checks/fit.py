"""Checks that jobs can run: their needs against the environments of their queue.

The family FIT is this project's own: FIT-01 kind of environment, FIT-02 vCPUs, FIT-03 sizes on Fargate after an
override, FIT-04 queues that accept no jobs, FIT-05 definitions that no environment of the assembly can run, FIT-25
architectures on ECS Managed Instances. GPUs are GPU-05, memory is MEM-02, all nodes together MNP-13.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch_constructs.assembly.checks import Finding, Severity, rule
from batch_constructs.assembly.fit import Misfit, Obstacle, doubt, doubt_of, misfit, misfit_of
from batch_constructs.assembly.fit.hosts import allowed_in, hosts_behind, names_in
from batch_constructs.assembly.fit.misfits import kind_of_environment
from batch_constructs.assembly.template import is_known, is_one_of, known_or_none
from batch_constructs.assembly.template.memo import once
from batch_constructs.assembly.template.resources import JobQueue
from batch_constructs.facts import fargate
from batch_constructs.facts.memory import likely_memory_mib, types_that_fit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_constructs.assembly.template import BatchModel
    from batch_constructs.assembly.template.resources import ComputeEnvironment, JobDefinition, Submission

CHAPTER = "Troubleshooting AWS Batch"

ERROR, WARNING = Severity.ERROR, Severity.WARNING
_STUCK = "jobs that wait in RUNNABLE forever"


@rule(
    "FIT-01",
    severity=ERROR,
    remedy="set PlatformCapabilities to the kind of the queue's environments, or submit to another queue",
    prevents="ClientException: the job definition's platform does not fit the queue's environments",
)
def kinds_agree(submission: Submission) -> Iterator[Finding]:
    """A job must be submitted to a queue with environments of its kind: EC2, Fargate, Managed Instances or Amazon EKS."""
    found, definition = misfit_of(submission), submission.definition
    # MNP-01 checks the environments of multi-node parallel jobs.
    if found and found.obstacle is Obstacle.KIND and definition is not None and not definition.multi_node:
        message = f"{definition.label} {found.why} behind {_queue(submission)}"
        yield Finding(submission, message, at="JobQueue")


@rule(
    "FIT-25",
    chapter="Amazon ECS Managed Instances",
    severity=ERROR,
    remedy="allow instance types of the job's architecture, or set RuntimePlatform.CpuArchitecture",
    prevents="ResourceInitializationError: No available instance types were able to satisfy the task and placement "
    "constraints",
)
def architectures_agree(submission: Submission) -> Iterator[Finding]:
    """Some allowed instance type on ECS Managed Instances must have the processor architecture of the job."""
    found, definition = misfit_of(submission), submission.definition
    if found and found.obstacle is Obstacle.ARCHITECTURE and definition is not None:
        yield Finding(submission, f"{definition.label} {found.why} behind {_queue(submission)}")


@rule(
    "FIT-02",
    severity=ERROR,
    remedy="ask for fewer vCPUs, or give the environment larger instance types",
    prevents=_STUCK,
)
def instances_have_so_many_vcpus(submission: Submission) -> Iterator[Finding]:
    """Some instance type behind the queue must have as many vCPUs as the job asks for."""
    yield from _found(submission, Obstacle.VCPUS)


@rule(
    "MEM-02",
    chapter="Compute Resource Memory Management",
    severity=ERROR,
    remedy="ask for less memory than an instance registers, or give the environment larger instance types",
    prevents=_STUCK,
)
def instances_have_so_much_memory(submission: Submission) -> Iterator[Finding]:
    """Some instance type behind the queue must have the job's memory in addition to what the host reserves."""
    yield from _found(submission, Obstacle.MEMORY)
    # The memory that hosts register was measured for some types only, and varies with the image.
    if (found := doubt_of(submission)) is not None:
        yield Finding(
            submission, _sentence(submission, found), severity=WARNING, fix=_less_memory(submission, found)
        )


@rule(
    "CE-17",
    severity=ERROR,
    remedy="raise MaxvCpus to at least the vCPUs of the largest job",
    prevents="MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE",
)
def environments_may_grow_so_far(submission: Submission) -> Iterator[Finding]:
    """MaxvCpus of some environment of the queue must be enough for the job."""
    yield from _found(submission, Obstacle.LIMIT)


def _found(submission: Submission, obstacle: Obstacle) -> Iterator[Finding]:
    found = misfit_of(submission)
    if found is None or found.obstacle is not obstacle:
        return
    yield Finding(submission, _sentence(submission, found), fix=_fix(submission, found))


def _fix(submission: Submission, found: Misfit) -> str:
    """Return the remedy with the job's numbers; empty if they are unknown."""
    need = found.need
    if need is None:
        return ""
    match found.obstacle:
        case Obstacle.LIMIT:
            return f"raise MaxvCpus of an environment to at least {need.vcpus:g}"
        case Obstacle.VCPUS:
            return f"allow an instance type with at least {need.vcpus:g} vCPUs, or ask for fewer"
        case Obstacle.MEMORY:
            return _less_memory(submission, found)
    return ""


def _less_memory(submission: Submission, found: Misfit) -> str:
    """Return the remedy with the memory that a job probably gets behind the queue; empty if it is unknown."""
    queue, need = submission.queue, found.need
    names = None if queue is None else hosts_behind(queue)
    if need is None or names is None:
        return ""
    large_enough = types_that_fit(names, need.vcpus, 0, need.gpus, need.orchestration)
    most = max((likely_memory_mib(each, need.orchestration) for each in large_enough), default=0)
    return f"ask for at most {most:,} MiB, or allow larger instance types" if most else ""


def _sentence(submission: Submission, found: Misfit) -> str:
    name = submission.definition.label if submission.definition is not None else ""
    words = found.need.words if found.need is not None else ""
    return f"{name} asks for {words}, but behind {_queue(submission)} {found.why}"


def _queue(submission: Submission) -> str:
    return submission.queue.label if submission.queue is not None else ""


@rule(
    "FIT-03",
    severity=ERROR,
    remedy="override vCPUs and memory together, with one of Fargate's sizes",
    prevents="ClientException: Fargate resource requirements are invalid",
)
def override_is_a_size_of_fargate(submission: Submission) -> Iterator[Finding]:
    """An override of a job on Fargate must result in one of Fargate's pairs of vCPUs and memory."""
    definition, overrides = submission.definition, submission.container_overrides
    if definition is None or not definition.fargate or not overrides.present:
        return
    asked = [overrides.requirement(kind) for kind in ("VCPU", "MEMORY")]
    container = definition.container_properties
    own = [container.amount(kind) for kind in ("VCPU", "MEMORY")]
    vcpus, memory = (new if new is not None else old for new, old in zip(asked, own, strict=True))
    overridden = any(is_known(value) for value in asked)
    if overridden and is_known(vcpus) and is_known(memory) and (why := fargate.why_invalid(vcpus, memory)):
        yield Finding(
            overrides,
            f"{why} ({definition.label} with the override)",
            at="ResourceRequirements",
            fix=fargate.remedy(vcpus, memory),
        )


@rule(
    "FIT-04",
    severity=ERROR,
    remedy="enable the queue and one of its environments, or submit to another queue",
    prevents="ClientException: the queue is disabled, or accepts only service jobs",
)
def queue_takes_jobs(submission: Submission) -> Iterator[Finding]:
    """A job must be submitted to a queue that accepts it: enabled, with an enabled environment, and not for SageMaker."""
    queue = submission.queue
    if queue is None:
        return
    name = queue.label
    if is_one_of(queue.job_queue_type, "SAGEMAKER_TRAINING"):
        yield Finding(submission, f"{name} accepts only service jobs of SageMaker, got a job", at="JobQueue")
    elif is_one_of(queue.state, "DISABLED"):
        yield Finding(
            submission, f"{name} accepts no jobs, because it is DISABLED", at="JobQueue", severity=WARNING
        )
    elif (
        queue.environments
        and queue.sees_all_environments
        and all(is_one_of(environment.state, "DISABLED") for environment in queue.environments)
    ):
        message = f"{name} runs no jobs, because all its environments are DISABLED"
        yield Finding(submission, message, at="JobQueue", severity=WARNING)


@rule(
    "FIT-05",
    severity=WARNING,
    remedy="add an environment for such jobs to a queue, or ask for less; ignore this rule if the queue is in no template",
    prevents=_STUCK,
)
def some_environment_could_run_it(definition: JobDefinition, batch: BatchModel) -> Iterator[Finding]:
    """A definition that nothing in the assembly submits must fit an environment of the assembly."""
    environments = _all_environments(batch)
    if not environments or batch.submissions.of(definition) or definition.multi_node:
        return
    found = misfit(definition, environments) or doubt(definition, environments)
    if found is None:
        return
    if found.need is None:
        message = f"{definition.label} {found.why} behind the queues of the assembly"
    else:
        message = f"{definition.label} asks for {found.need.words}, but behind the queues of the assembly {found.why}"
    yield Finding(definition, message)


@once
def _all_environments(batch: BatchModel) -> tuple[ComputeEnvironment, ...]:
    """Return one environment of each kind behind the queues of an assembly; none if a queue may have others."""
    queues = batch.of(JobQueue)
    if not all(queue.sees_all_environments and queue.present for queue in queues):
        return ()
    found = [environment for queue in queues for environment in queue.environments]
    # Many stacks have the same environments, so one of each kind is enough.
    different = {
        (kind_of_environment(e), names_in(e), allowed_in(e), known_or_none(e.compute_resources.max_vcpus)): e
        for e in found
    }
    return tuple(different.values())
