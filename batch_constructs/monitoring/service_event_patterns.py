"""Patterns for events about service jobs, rendered without the CDK."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from batch_constructs._border.arguments import checked
from batch_constructs._border.problems import Problems
from batch_constructs.facts import events as facts
from batch_constructs.facts.events import PreemptionPhase
from batch_constructs.facts.vocabulary import SERVICE_JOB_SCHEDULED, JobStatus
from batch_constructs.monitoring.pattern_base import (
    EventPattern,
    Filter,
    arns,
    blocked,
    but_not,
    check_reasons,
    starting_with,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk.interfaces.aws_batch import IJobQueueRef

__all__ = ["ServiceJobPattern", "ServiceJobPreemptionPattern", "ServiceJobQueueBlockedPattern"]

_STATES = (*(status.value for status in JobStatus), SERVICE_JOB_SCHEDULED)


def _check_statuses(problems: Problems, statuses: Sequence[str]) -> None:
    for status in statuses:
        problems.check(status in _STATES, f"statuses must be among {', '.join(_STATES)}, got {str(status)!r}")


@checked
@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceJobPattern(EventPattern):
    """Changes of a service job's state: SageMaker training jobs that AWS Batch queues.

    Attributes:
        statuses: The states, including ``"SCHEDULED"``. By default all.
        job_queues: Queues of the jobs (any kind of construct), or their ARNs. By default all of the account and Region.
        job_name_prefixes: Prefixes of the jobs' names. By default all.
        reason_prefixes: Prefixes of the status reason. Those of SageMaker begin with ``"Received status from SageMaker: "``,
            those of a time limit with ``"Terminated by JobStateTimeLimit action"``. By default any.
        ignore_reasons: Jobs whose status reason is one of these are left out. ``*`` matches anything. By default none is.

    Raises:
        ValueError: a state that service jobs do not have, both kinds of reasons, or a pattern longer than EventBridge accepts.

    Guide: Service jobs (newer than the table of contents).
    """

    statuses: Sequence[JobStatus | str] = ()
    job_queues: Sequence[IJobQueueRef | str] = ()
    job_name_prefixes: Sequence[str] = ()
    reason_prefixes: Sequence[str] = ()
    ignore_reasons: Sequence[str] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "job_queues", arns(self.job_queues))
        problems = Problems()
        _check_statuses(problems, self.statuses)
        problems.check(
            "" not in self.job_name_prefixes, "job_name_prefixes must not be empty, got an empty one"
        )
        problems.check(
            not (self.reason_prefixes and self.ignore_reasons),
            "reason_prefixes and ignore_reasons exclude each other: a field has one filter",
        )
        self.raise_if_any(problems)

    def to_dict(self) -> dict[str, Any]:
        """Return the pattern as EventBridge writes it, for ``CfnRule``, ``EventTriggeredJob``, or your own tests."""
        detail = Filter()
        detail.one_of("status", [str(status) for status in self.statuses])
        detail.one_of("jobQueue", self.job_queues)
        detail.one_of("jobName", starting_with(self.job_name_prefixes))
        detail.one_of("statusReason", starting_with(self.reason_prefixes))
        if self.ignore_reasons:
            detail["statusReason"] = [*but_not(self.ignore_reasons), {"exists": False}]
        return detail.of(facts.SERVICE_JOB_STATE_CHANGE)


@checked
@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceJobQueueBlockedPattern(EventPattern):
    """The event that a service job at the head of its queue cannot start and blocks all behind it.

    Unlike the event about compute jobs, it does not have the queue among its ``resources``; filter by ``detail.jobQueue``.

    Attributes:
        job_queues: The queues (any kind of construct), or their ARNs. By default all of the account and Region.
        reasons: Prefixes of the reason: members of `BlockedReason.of_service_queues`, or strings. By default any.
        ignore_reasons: Prefixes of reasons that are left out. By default none.

    Raises:
        ValueError: both kinds of reasons, a reason that only queues of compute jobs have, or a pattern longer than
            EventBridge accepts.

    Guide: Service jobs (newer than the table of contents).
    """

    job_queues: Sequence[IJobQueueRef | str] = ()
    reasons: Sequence[str] = ()
    ignore_reasons: Sequence[str] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "job_queues", arns(self.job_queues))
        problems = Problems()
        check_reasons(problems, self.reasons, self.ignore_reasons)
        strange = [
            str(each)
            for each in self.reasons
            if isinstance(each, facts.BlockedReason) and each not in facts.BlockedReason.of_service_queues()
        ]
        problems.check(
            not strange,
            f"reasons must be those of service queues, got {', '.join(strange)}: "
            "take BlockedReason.of_service_queues()",
        )
        self.raise_if_any(problems)

    def to_dict(self) -> dict[str, Any]:
        """Return the pattern as EventBridge writes it, for ``CfnRule``, ``EventTriggeredJob``, or your own tests."""
        return blocked(facts.SERVICE_QUEUE_BLOCKED, arns(self.job_queues), self.reasons, self.ignore_reasons)


@checked
@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceJobPreemptionPattern(EventPattern):
    """The events about service jobs that AWS Batch stops to make room for others, if quota shares lend or preempt.

    The events name the job, but neither its queue nor its quota share, so a pattern cannot filter by these.

    Attributes:
        phases: Start or completion of a preemption. By default both.
        statuses: The states of the job: ``RUNNABLE`` if it waits again, ``FAILED`` if it was preempted more often than
            ``preemption_retries`` of its request allow. By default any.

    Raises:
        ValueError: a state that service jobs do not have.

    Guide: Service job preemption events (newer than the table of contents).
    """

    phases: Sequence[PreemptionPhase] = ()
    statuses: Sequence[JobStatus | str] = ()

    def __post_init__(self) -> None:
        problems = Problems()
        _check_statuses(problems, self.statuses)
        self.raise_if_any(problems)

    def to_dict(self) -> dict[str, Any]:
        """Return the pattern as EventBridge writes it, for ``CfnRule``, ``EventTriggeredJob``, or your own tests."""
        detail = Filter()
        detail.one_of("status", [str(status) for status in self.statuses])
        return detail.of(*(PreemptionPhase(each).value for each in self.phases or PreemptionPhase))
