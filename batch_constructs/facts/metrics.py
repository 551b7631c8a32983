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
    """Not of service jobs."""
    RUNNABLE_TO_STARTING = "JobAttemptRunnableToStartingDuration"
    """The wait for capacity; not of service jobs."""
    STARTING_TO_RUNNING = "JobAttemptStartingToRunningDuration"
    """Most of it is the image."""
    EXECUTION = "JobAttemptExecutionDuration"
    ATTEMPT = "JobAttemptDuration"
    """From STARTING to its end."""
    SCHEDULED = "JobsMovedToScheduled"
    """Of service jobs only, as are the following."""
    SUBMITTED_TO_SCHEDULED = "JobSubmittedToFirstScheduledDuration"
    RUNNABLE_TO_SCHEDULED = "JobAttemptRunnableToScheduledDuration"
    SCHEDULED_TO_STARTING = "JobAttemptScheduledToStartingDuration"
    PREEMPTED = "JobsPreempted"

    @property
    def is_duration(self) -> bool:
        """Whether it is a time, in milliseconds; else it is a count."""
        return self.value.endswith("Duration")
