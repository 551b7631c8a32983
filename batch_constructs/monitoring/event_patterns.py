"""Which other events of AWS Batch to hear: patterns for rules, rendered without the CDK."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from batch_constructs._arguments import checked
from batch_constructs._problems import Problems
from batch_constructs._tokens import known
from batch_constructs.facts import events as facts
from batch_constructs.facts.vocabulary import SERVICE_JOB_SCHEDULED, JobStatus
from batch_constructs.monitoring._pattern_parts import Filter, arns, but_not, starting_with
from batch_constructs.monitoring.job_pattern import EventPattern

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk.interfaces.aws_batch import IJobQueueRef

__all__ = [
    "ApiCallPattern",
    "JobQueueBlockedPattern",
    "ServiceJobPattern",
    "ServiceJobQueueBlockedPattern",
]

_EVENT_NAME = re.compile(r"[A-Z][A-Za-z]+")


@checked
@dataclass(frozen=True, slots=True, kw_only=True)
class JobQueueBlockedPattern(EventPattern):
    """A job at the head of its queue cannot start, and holds up all behind it.

    Guide: AWS Batch Events; Troubleshooting AWS Batch (jobs stuck in RUNNABLE).

    Attributes:
        job_queues: Which queues, of any make, or their ARNs. By default all of the account and Region.
        reasons: How the reason begins: members of `BlockedReason` or a text. By default any.
        ignore_reasons: How the reason must not begin. By default it may be any.

    Raises:
        ValueError: both kinds of reasons, or a pattern longer than EventBridge takes.
    """

    job_queues: Sequence[IJobQueueRef | str] = ()
    reasons: Sequence[str] = ()
    ignore_reasons: Sequence[str] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "job_queues", arns(self.job_queues))
        problems = Problems()
        problems.check(
            not (self.reasons and self.ignore_reasons),
            "reasons and ignore_reasons exclude each other: a field has one filter",
        )
        self.raise_if_any(problems)

    def to_dict(self) -> dict[str, Any]:
        """As EventBridge writes it: for ``CfnRule``, ``EventTriggeredJob``, or a test of your own."""
        detail = Filter()
        detail.one_of("jobQueue", self.job_queues)
        detail.one_of("statusReason", starting_with(self.reasons))
        if self.ignore_reasons:
            detail["statusReason"] = but_not([f"{reason}*" for reason in self.ignore_reasons])
        return detail.of(facts.QUEUE_BLOCKED)


@checked
@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceJobPattern(EventPattern):
    """Changes of a service job's state: SageMaker training jobs that AWS Batch queues.

    Guide: Service jobs (newer than the table of contents).

    Attributes:
        statuses: The states to hear of, ``"SCHEDULED"`` among them. By default all.
        job_queues: Whose jobs: queues of any make, or their ARNs. By default all of the account and Region.
        job_name_prefixes: How the jobs' names begin. By default all.

    Raises:
        ValueError: a state that service jobs do not have, or a pattern longer than EventBridge takes.
    """

    statuses: Sequence[JobStatus | str] = ()
    job_queues: Sequence[IJobQueueRef | str] = ()
    job_name_prefixes: Sequence[str] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "job_queues", arns(self.job_queues))
        states = [*(status.value for status in JobStatus), SERVICE_JOB_SCHEDULED]
        problems = Problems()
        for status in self.statuses:
            problems.check(
                status in states, f"statuses must be among {', '.join(states)}, got {str(status)!r}"
            )
        self.raise_if_any(problems)

    def to_dict(self) -> dict[str, Any]:
        """As EventBridge writes it: for ``CfnRule``, ``EventTriggeredJob``, or a test of your own."""
        detail = Filter()
        detail.one_of("status", [str(status) for status in self.statuses])
        detail.one_of("jobQueue", self.job_queues)
        detail.one_of("jobName", starting_with(self.job_name_prefixes))
        return detail.of(facts.SERVICE_JOB_STATE_CHANGE)


@checked
@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceJobQueueBlockedPattern(EventPattern):
    """A service job at the head of its queue cannot start.

    Guide: Service jobs (newer than the table of contents).

    Attributes:
        job_queues: Which queues, of any make, or their ARNs. By default all of the account and Region.

    Raises:
        ValueError: a pattern longer than EventBridge takes.
    """

    job_queues: Sequence[IJobQueueRef | str] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "job_queues", arns(self.job_queues))
        self.raise_if_any(Problems())

    def to_dict(self) -> dict[str, Any]:
        """As EventBridge writes it: for ``CfnRule``, ``EventTriggeredJob``, or a test of your own."""
        detail = Filter()
        detail.one_of("jobQueue", self.job_queues)
        return detail.of(facts.SERVICE_QUEUE_BLOCKED)


@checked
@dataclass(frozen=True, slots=True, kw_only=True)
class ApiCallPattern(EventPattern):
    """Calls of the API of AWS Batch, as CloudTrail reports them. The account needs a trail for it.

    Calls that only read (``Describe…``, ``List…``, ``Get…``) come only to a rule in the state
    ``ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS``.

    Guide: Logging AWS Batch API Calls with AWS CloudTrail.

    Attributes:
        event_names: Which actions: ``"TerminateJob"``. By default all.
        failed_only: Whether only calls that AWS refused; by default all calls.

    Raises:
        ValueError: a name that is no action's, or a pattern longer than EventBridge takes.
    """

    event_names: Sequence[str] = ()
    failed_only: bool = False

    def __post_init__(self) -> None:
        problems = Problems()
        for name in self.event_names:
            problems.check(
                not known(name) or _EVENT_NAME.fullmatch(name) is not None,
                f"event_names must be actions such as TerminateJob, without a service, got {name!r}",
            )
        self.raise_if_any(problems)

    def to_dict(self) -> dict[str, Any]:
        """As EventBridge writes it: for ``CfnRule``, ``EventTriggeredJob``, or a test of your own."""
        detail = Filter(eventSource=[facts.API_EVENT_SOURCE])
        detail.one_of("eventName", self.event_names)
        if self.failed_only:
            detail["errorCode"] = [{"exists": True}]
        return detail.of(facts.API_CALL)
