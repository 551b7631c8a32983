"""What AWS publishes of jobs for nothing. Chapter: Using CloudWatch Metrics with AWS Batch.

AWS Batch does so since 2026-10-06, by queue only, and as well as it can: a job that ends at once may leave out a state.
Read on 2026-11-28 in the page "Using CloudWatch Metrics with AWS Batch" of the user guide.
"""

from __future__ import annotations

from enum import StrEnum

NAMESPACE = "AWS/Batch"
QUEUE_DIMENSION = "JobQueueName"

OWN_NAMESPACE = "BatchConstructs"
"""Of metrics of this library: what AWS does not publish."""
OWN_QUEUE, OWN_DEFINITION, OWN_ENVIRONMENT = "JobQueue", "JobDefinition", "ComputeEnvironment"
"""The dimensions of these."""


class QueueMetric(StrEnum):
    """What AWS Batch publishes of each job queue: counts, and durations in milliseconds.

    Children of arrays count, their parent does not, save that submitting it counts them all; of a multi-node job the
    whole counts once.

    Guide: Using CloudWatch Metrics with AWS Batch (newer than the table of contents).
    """

    SUBMITTED = "JobsSubmitted"
    PENDING = "JobsMovedToPending"
    RUNNABLE = "JobsMovedToRunnable"
    """For each attempt."""
    STARTING = "JobsMovedToStarting"
    RUNNING = "JobsMovedToRunning"
    SUCCEEDED = "JobsMovedToSucceeded"
    FAILED = "JobsMovedToFailed"
    """Cancelled and terminated ones included."""
    CANCELLED = "JobsCancelled"
    """Before they ran."""
    TERMINATED = "JobsTerminated"
    RETRIED = "JobsRetried"
    SUBMITTED_TO_RUNNABLE = "JobSubmittedToRunnableDuration"
    """What dependencies took."""
    SUBMITTED_TO_STARTING = "JobSubmittedToFirstStartingDuration"
    """Of compute jobs only."""
    RUNNABLE_TO_STARTING = "JobAttemptRunnableToStartingDuration"
    """The wait for capacity, of compute jobs only."""
    STARTING_TO_RUNNING = "JobAttemptStartingToRunningDuration"
    """Most of it is the image."""
    EXECUTION = "JobAttemptExecutionDuration"
    ATTEMPT = "JobAttemptDuration"
    """From STARTING to its end."""
    SCHEDULED = "JobsMovedToScheduled"
    """Of service jobs only, as are the following."""
    SUBMITTED_TO_SCHEDULED = "JobSubmittedToFirstScheduledDuration"
    RUNNABLE_TO_SCHEDULED = "JobAttemptRunnableToScheduledDuration"
    """The wait for capacity, of service jobs."""
    SCHEDULED_TO_STARTING = "JobAttemptScheduledToStartingDuration"
    PREEMPTED = "JobsPreempted"
    """Only where the queue has a `QuotaSharePolicy`."""

    @classmethod
    def of_queue_wait(cls, *, service_jobs: bool | None) -> QueueMetric:
        """Return the metric of the wait for capacity.

        Args:
            service_jobs: Whether the queue has service jobs; ``None``, if nobody knows, counts as no.
        """
        return cls.RUNNABLE_TO_SCHEDULED if service_jobs else cls.RUNNABLE_TO_STARTING

    @classmethod
    def of_time_to_start(cls, *, service_jobs: bool | None) -> QueueMetric:
        """Return the metric of the time from submission to the first start.

        Args:
            service_jobs: Whether the queue has service jobs; ``None``, if nobody knows, counts as no.
        """
        return cls.SUBMITTED_TO_SCHEDULED if service_jobs else cls.SUBMITTED_TO_STARTING

    def exists_for(self, *, service_jobs: bool) -> bool:
        """Return whether AWS publishes it for queues of this kind.

        Args:
            service_jobs: Whether the queue has service jobs, not compute jobs.
        """
        return self not in (_COMPUTE_JOBS_ONLY if service_jobs else _SERVICE_JOBS_ONLY)

    @property
    def is_duration(self) -> bool:
        """Whether it is a time, in milliseconds; else it is a count."""
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
