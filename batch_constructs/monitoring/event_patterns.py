"""Patterns for further events of AWS Batch, rendered without the CDK."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from batch_constructs._border.arguments import checked
from batch_constructs._border.problems import Problems
from batch_constructs._border.tokens import known
from batch_constructs.facts import events as facts
from batch_constructs.monitoring.pattern_base import EventPattern, Filter, arns, blocked, check_reasons

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk.interfaces.aws_batch import IJobQueueRef

__all__ = [
    "ApiCallPattern",
    "JobQueueBlockedPattern",
]

_EVENT_NAME = re.compile(r"[A-Z][A-Za-z]+")


@checked
@dataclass(frozen=True, slots=True, kw_only=True)
class JobQueueBlockedPattern(EventPattern):
    """The event that a job at the head of its queue cannot start and blocks all behind it.

    Attributes:
        job_queues: The queues (any kind of construct), or their ARNs. By default all of the account and Region.
        reasons: Prefixes of the reason: members of `BlockedReason` or strings. By default any.
        ignore_reasons: Prefixes of reasons that are left out. By default none.

    Raises:
        ValueError: both kinds of reasons, or a pattern longer than EventBridge accepts.

    Guide: AWS Batch Events; Troubleshooting AWS Batch (jobs stuck in RUNNABLE).
    """

    job_queues: Sequence[IJobQueueRef | str] = ()
    reasons: Sequence[str] = ()
    ignore_reasons: Sequence[str] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "job_queues", arns(self.job_queues))
        problems = Problems()
        check_reasons(problems, self.reasons, self.ignore_reasons)
        self.raise_if_any(problems)

    def to_dict(self) -> dict[str, Any]:
        """Return the pattern as EventBridge writes it, for ``CfnRule``, ``EventTriggeredJob``, or your own tests."""
        return blocked(facts.QUEUE_BLOCKED, arns(self.job_queues), self.reasons, self.ignore_reasons)


@checked
@dataclass(frozen=True, slots=True, kw_only=True)
class ApiCallPattern(EventPattern):
    """Calls of the API of AWS Batch, as CloudTrail reports them. The account needs a trail for it.

    Calls that only read (``Describe…``, ``List…``, ``Get…``) come only to a rule in the state
    ``ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS``.

    Attributes:
        event_names: The actions. AWS Batch has names of their own for actions on up to 50 jobs at once, although these need
            no rights of their own: ``["TerminateJob", "TerminateJobs", "CancelJob", "CancelJobs"]`` are all ways to end a
            job. By default all actions.
        failed_only: Whether to match only calls that AWS refused; by default all calls.

    Raises:
        ValueError: a name that is not one of an action, or a pattern longer than EventBridge accepts.

    Guide: Logging AWS Batch API Calls with AWS CloudTrail.
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
        """Return the pattern as EventBridge writes it, for ``CfnRule``, ``EventTriggeredJob``, or your own tests."""
        detail = Filter(eventSource=[facts.API_EVENT_SOURCE])
        detail.one_of("eventName", self.event_names)
        if self.failed_only:
            detail["errorCode"] = [{"exists": True}]
        return detail.of(facts.API_CALL)
