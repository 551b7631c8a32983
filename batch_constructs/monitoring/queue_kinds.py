"""The kind of a queue, if it is known: for compute jobs or for service jobs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aws_cdk import aws_batch as batch

from batch_constructs._border.tokens import known
from batch_constructs.facts.vocabulary import ServiceEnvironmentType
from batch_constructs.job_queues.metrics import QueueMetrics

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk.interfaces.aws_batch import IJobQueueRef

    from batch_constructs._border.problems import Problems

__all__ = ["HeardQueues", "has_service_jobs", "heard_queues", "names_of", "service_queues"]


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardQueues:
    """The queues whose events alert.

    Attributes:
        compute: Queues of compute jobs; an empty list means all, ``None`` means none.
        service: Queues of service jobs; an empty list means all, ``None`` means none.
    """

    compute: Sequence[IJobQueueRef] | None
    service: Sequence[IJobQueueRef] | None


def has_service_jobs(job_queue: IJobQueueRef) -> bool | None:
    """Return whether the jobs of a queue are service jobs; ``None`` if it is unknown, as for an imported queue.

    Args:
        job_queue: The queue: ours, the L2's, an L1 or an imported one.
    """
    if isinstance(job_queue, QueueMetrics):
        return job_queue.has_service_jobs
    if isinstance(job_queue, batch.JobQueue):
        return False
    if isinstance(job_queue, batch.CfnJobQueue):
        kind = job_queue.job_queue_type
        if kind is not None:
            return kind == ServiceEnvironmentType.SAGEMAKER_TRAINING if known(kind) else None
        return job_queue.service_environment_order is not None
    return None


def service_queues(job_queues: Sequence[IJobQueueRef]) -> list[IJobQueueRef]:
    """Return the queues that are known to have service jobs."""
    return [each for each in job_queues if has_service_jobs(each)]


def names_of(job_queues: Sequence[IJobQueueRef]) -> str:
    """Return the names of queues for a message: the paths of their constructs."""
    return ", ".join(each.node.path for each in job_queues)


def heard_queues(
    problems: Problems, job_queues: Sequence[IJobQueueRef], *, include_service_jobs: bool | None
) -> HeardQueues:
    """Return the queues whose events alert, and add a problem if a rule would never match.

    Args:
        problems: Where to add problems.
        job_queues: The queues of the call; empty for all.
        include_service_jobs: The argument of the call.
    """
    if not job_queues:
        return HeardQueues(compute=(), service=() if include_service_jobs else None)
    kinds = {each: has_service_jobs(each) for each in job_queues}
    service = [each for each, kind in kinds.items() if kind]
    problems.check(
        include_service_jobs is not False or not service,
        f"include_service_jobs=False leaves out {names_of(service)}: leave the argument or the queue out",
    )
    problems.check(
        not include_service_jobs or any(kind is not False for kind in kinds.values()),
        f"include_service_jobs needs a queue that has service jobs, got {names_of(job_queues)}: leave it out",
    )
    if include_service_jobs:
        # An imported queue may have either kind.
        service = [each for each, kind in kinds.items() if kind is not False]
    return HeardQueues(
        compute=[each for each, kind in kinds.items() if not kind] or None, service=service or None
    )
