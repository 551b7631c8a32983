"""The metrics of jobs that AWS publishes for free. Guide: Using CloudWatch Metrics with AWS Batch.

AWS Batch publishes them since 2026-10-06, by queue only and on a best-effort basis: a job that ends at once may leave
out a state. Read on 2026-11-28 in the page "Using CloudWatch Metrics with AWS Batch" of the user guide.
"""

from __future__ import annotations

from enum import StrEnum

NAMESPACE = "AWS/Batch"
QUEUE_DIMENSION = "JobQueueName"

OWN_NAMESPACE = "BatchConstructs"
"""The namespace of metrics of this library, which AWS does not publish."""
OWN_QUEUE, OWN_DEFINITION, OWN_ENVIRONMENT = "JobQueue", "JobDefinition", "ComputeEnvironment"
"""The dimensions of metrics of this library."""


class QueueMetric(StrEnum):
    """The metrics that AWS Batch publishes for each job queue: counts, and durations in milliseconds.

    Children of arrays count, their parent does not; submitting the parent counts all children. A multi-node job counts
    once.

    Guide: Using CloudWatch Metrics with AWS Batch (newer than the table of contents).
    """

    SUBMITTED = "JobsSubmitted"
    PENDING = "JobsMovedToPending"
    RUNNABLE = "JobsMovedToRunnable"
    """Counts each attempt."""
    STARTING = "JobsMovedToStarting"
    RUNNING = "JobsMovedToRunning"
    SUCCEEDED = "JobsMovedToSucceeded"
    FAILED = "JobsMovedToFailed"
    """Includes cancelled and terminated jobs."""
    CANCELLED = "JobsCancelled"
    """Jobs that were cancelled before they ran."""
    TERMINATED = "JobsTerminated"
    RETRIED = "JobsRetried"
    SUBMITTED_TO_RUNNABLE = "JobSubmittedToRunnableDuration"
    """The time of dependencies."""
    SUBMITTED_TO_STARTING = "JobSubmittedToFirstStartingDuration"
    """Compute jobs only."""
    RUNNABLE_TO_STARTING = "JobAttemptRunnableToStartingDuration"
    """The wait for capacity; compute jobs only."""
    STARTING_TO_RUNNING = "JobAttemptStartingToRunningDuration"
    """Mostly the time to pull the image."""
    EXECUTION = "JobAttemptExecutionDuration"
    ATTEMPT = "JobAttemptDuration"
    """From STARTING to the end of the attempt."""
    SCHEDULED = "JobsMovedToScheduled"
    """Service jobs only, like the following metrics."""
    SUBMITTED_TO_SCHEDULED = "JobSubmittedToFirstScheduledDuration"
    RUNNABLE_TO_SCHEDULED = "JobAttemptRunnableToScheduledDuration"
    """The wait for capacity of service jobs."""
    SCHEDULED_TO_STARTING = "JobAttemptScheduledToStartingDuration"
    PREEMPTED = "JobsPreempted"
    """Only if the queue has a `QuotaSharePolicy`."""

    @classmethod
    def of_queue_wait(cls, *, service_jobs: bool | None) -> QueueMetric:
        """Return the metric of the wait for capacity.

        Args:
            service_jobs: Whether the queue has service jobs; ``None``, for unknown, counts as no.
        """
        return cls.RUNNABLE_TO_SCHEDULED if service_jobs else cls.RUNNABLE_TO_STARTING

    @classmethod
    def of_time_to_start(cls, *, service_jobs: bool | None) -> QueueMetric:
        """Return the metric of the time from submission to the first start.

        Args:
            service_jobs: Whether the queue has service jobs; ``None``, for unknown, counts as no.
        """
        return cls.SUBMITTED_TO_SCHEDULED if service_jobs else cls.SUBMITTED_TO_STARTING

    def exists_for(self, *, service_jobs: bool) -> bool:
        """Return whether AWS publishes the metric for queues of this kind.

        Args:
            service_jobs: Whether the queue has service jobs, not compute jobs.
        """
        return self not in (_COMPUTE_JOBS_ONLY if service_jobs else _SERVICE_JOBS_ONLY)

    @property
    def is_duration(self) -> bool:
        """Return whether it is a time in milliseconds; otherwise it is a count."""
        return self.value.endswith("Duration")


_COMPUTE_JOBS_ONLY = frozenset({QueueMetric.SUBMITTED_TO_STARTING, QueueMetric.RUNNABLE_TO_STARTING})
_SERVICE_JOBS_ONLY = frozenset(
    {
        QueueMetric.SCHEDULED,
        QueueMetric.SUBMITTED_TO_SCHEDULED,
        QueueMetric.RUNNABLE_TO_SCHEDULED,
        QueueMetric.SCHEDULED_TO_STARTING,
        QueueMetric.PREEMPTED,
    }
)
