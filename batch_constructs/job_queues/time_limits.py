"""Time limits for jobs that block their queue.

Guide: Job States.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aws_cdk import Duration

from batch_constructs._border.arguments import checked
from batch_constructs._border.problems import Problems
from batch_constructs.facts import limits
from batch_constructs.facts.vocabulary import TimeLimitReason

if TYPE_CHECKING:
    from collections.abc import Iterable

    from batch_constructs.facts.vocabulary import TimeLimitAction

__all__ = ["JobStateTimeLimit", "TimeLimitReason", "check_reasons", "time_limit_actions"]


@checked
@dataclass(frozen=True, slots=True, kw_only=True)
class JobStateTimeLimit:
    """A time limit after which a job at the head of its queue is cancelled, so that it no longer blocks the others.

    Attributes:
        reason: The reason why the job is stuck.
        max_time: How long it may block the queue for that reason, 10 minutes to 24 hours.

    Raises:
        ValueError: the time is out of its range.

    Guide: Job Queue Parameters (``jobStateTimeLimitActions``); Troubleshooting AWS Batch (jobs stuck in RUNNABLE).
    """

    reason: TimeLimitReason
    max_time: Duration

    def __post_init__(self) -> None:
        problems = Problems()
        problems.within("max_time", self.max_time.to_seconds(), limits.JOB_STATE_TIME_LIMIT_SECONDS)
        problems.raise_if_any()

    @classmethod
    def for_misconfigurations(cls, max_time: Duration | None = None) -> tuple[JobStateTimeLimit, ...]:
        """Return limits that cancel jobs that can never run, such as those too large for the environments.

        Args:
            max_time: How long it may block the queue, 10 minutes to 24 hours. By default one hour, the time to
                raise the limits of an environment.

        Raises:
            ValueError: the time is out of its range.
        """
        return cls._for(_NEVER_RUN, max_time or Duration.hours(1))

    @classmethod
    def for_insufficient_capacity(cls, max_time: Duration | None = None) -> JobStateTimeLimit:
        """Return a limit that cancels jobs for which AWS has no capacity.

        Args:
            max_time: How long it may block the queue, 10 minutes to 24 hours. By default 24 hours, since AWS may have
                capacity at night.

        Raises:
            ValueError: the time is out of its range.
        """
        return cls(reason=TimeLimitReason.CAPACITY, max_time=max_time or Duration.hours(24))

    @classmethod
    def for_service_jobs(cls, max_time: Duration | None = None) -> tuple[JobStateTimeLimit, ...]:
        """Return limits that end training jobs that can never run: larger than the service environment, or than their quota.

        Args:
            max_time: How long it may block the queue, 10 minutes to 24 hours. By default one hour.

        Raises:
            ValueError: the time is out of its range.
        """
        return cls._for(_NEVER_RUN_IN_A_SERVICE, max_time or Duration.hours(1))

    @classmethod
    def _for(cls, reasons: Iterable[TimeLimitReason], max_time: Duration) -> tuple[JobStateTimeLimit, ...]:
        return tuple(cls(reason=reason, max_time=max_time) for reason in reasons)


_NEVER_RUN = (
    TimeLimitReason.MAX_RESOURCE,
    TimeLimitReason.JOB_RESOURCE_REQUIREMENT,
    TimeLimitReason.INSTANCE_CONFIGURATION,
)
_NEVER_RUN_IN_A_SERVICE = (TimeLimitReason.SERVICE_MAX_RESOURCE, TimeLimitReason.QUOTA_MANAGEMENT_LIMIT)


def check_reasons(problems: Problems, limits: Iterable[JobStateTimeLimit], *, service_jobs: bool) -> None:
    """Add a problem for reasons that are given twice, and for those that never occur in this kind of queue.

    Args:
        problems: Where to add problems.
        limits: The limits of the queue.
        service_jobs: Whether the queue has service jobs, not compute jobs.
    """
    reasons = [limit.reason for limit in limits]
    problems.check(
        len(set(reasons)) == len(reasons),
        "job_state_time_limits must have different reasons, got one twice",
    )
    fitting = TimeLimitReason.of_queue(service_jobs=service_jobs)
    kind, method = (
        ("service jobs", "for_service_jobs") if service_jobs else ("compute jobs", "for_misconfigurations")
    )
    for reason in reasons:
        problems.check(
            reason in fitting,
            f"job_state_time_limits must have reasons that occur in a queue of {kind}, got {reason.name}: "
            f"take JobStateTimeLimit.{method}()",
        )


def time_limit_actions(limits: Iterable[JobStateTimeLimit], action: TimeLimitAction) -> list[dict[str, Any]]:
    """Return the ``jobStateTimeLimitActions`` of a queue.

    Args:
        limits: The limits of the queue.
        action: What happens to the jobs.
    """
    return [
        {
            "action": action.value,
            "state": "RUNNABLE",
            "reason": each.reason.value,
            "maxTimeSeconds": each.max_time.to_seconds(),
        }
        for each in limits
    ]
