"""Says why a job can never run: on AWS by the rules of ``check``, and here by the size of this machine."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from batch_constructs.assembly.fit import Obstacle, misfit
from batch_constructs.assembly.fit.needs import Need, own_needs
from batch_constructs.assembly.template.resources import JobDefinition, JobQueue
from batch_constructs.local.engine import blocking

if TYPE_CHECKING:
    from batch_constructs.assembly.fit import Misfit
    from batch_constructs.assembly.template.resources import ComputeEnvironment
    from batch_constructs.local.engine import Work
    from batch_constructs.local.plan import Plan
    from batch_constructs.local.session import Session

RULES = {
    Obstacle.KIND: "FIT-01",
    Obstacle.ARCHITECTURE: "FIT-25",
    Obstacle.GPUS: "GPU-05",
    Obstacle.VCPUS: "FIT-02",
    Obstacle.MEMORY: "MEM-02",
    Obstacle.LIMIT: "CE-17",
}
"""The rule that reports each obstacle."""


def obstacle(session: Session, job_id: str) -> str:
    """Return why a job can never run: what it wants, what there is, and the rule that says so; empty if it can.

    Args:
        session: The local Batch with its template.
        job_id: The job.
    """
    batch = session.batch
    record = batch.jobs[job_id]
    queue = batch.engine.queues.get(record.job.work.queue)
    if queue is None:  # it was deleted, so that the job has ended
        return ""
    environments = queue.environments
    reason = blocking.reason(record.job.work, environments, batch.engine.consumables)
    if not reason or reason == blocking.INSUFFICIENT_CAPACITY:
        return ""
    definition = record.definition_arn.rpartition("/")[2].partition(":")[0]
    found = on_aws(session.plan, definition, record.job.work)
    if found is not None:
        return f"{record.name} can never run: {sentence(found)} ({RULES[found.obstacle]}; {reason})"
    if reason != blocking.JOB_REQUIREMENT:
        return f"{record.name} can never run: {reason}"
    needs = record.job.work.nodes or (record.job.work.need,)
    vcpus, memory, gpus = (max(getattr(need, name) for need in needs) for name in ("vcpus", "memory", "gpus"))
    place = max(environments, key=lambda each: each.max_vcpus)
    offered = place.largest
    has = f"{offered.vcpus:g} vCPUs, {offered.memory:,} MiB, {offered.gpus} GPUs" if offered else "no host"
    return (
        f"{record.name} can never run here: it wants {vcpus:g} vCPUs, {memory:,} MiB, {gpus} GPUs, and this machine offers "
        f"{has}: start with --vcpus {vcpus:g} --memory {memory} to pretend that it is larger"
    )


def sentence(found: Misfit) -> str:
    """Return what a job asks for, and why it gets none of it."""
    return f"it asks for {found.need.words}, but {found.why}" if found.need else f"it {found.why}"


def on_aws(plan: Plan, definition_name: str, work: Work) -> Misfit | None:
    """Return what ``check`` finds about a job, with what it reserves after its overrides.

    Args:
        plan: The template.
        definition_name: The name of its job definition.
        work: The job.
    """
    identities, model = plan.identities, plan.model
    definition = next(
        (each for each in model.of(JobDefinition) if identities.name(each) == definition_name), None
    )
    queue = next((each for each in model.of(JobQueue) if identities.name(each) == work.queue), None)
    if definition is None or queue is None or not queue.sees_all_environments:
        return None
    environments: tuple[ComputeEnvironment, ...] = queue.environments
    return misfit(definition, environments, [_with_overrides(each, work) for each in own_needs(definition)])


def _with_overrides(need: Need, work: Work) -> Need:
    if work.nodes:
        return need
    wanted = work.need
    return replace(need, vcpus=wanted.vcpus, memory_mib=wanted.memory, gpus=wanted.gpus)
