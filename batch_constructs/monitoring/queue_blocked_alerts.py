"""Alerts about jobs that do not start: while they block their queue, and when a time limit has cancelled them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch_constructs._border.arguments import checked
from batch_constructs._border.problems import Problems
from batch_constructs.facts.events import SERVICE_TIME_LIMIT_REASON, TIME_LIMIT_REASON, BlockedReason
from batch_constructs.facts.vocabulary import JobStatus
from batch_constructs.monitoring.alerts_base import AlertRule, AlertsBase, check_receivers, check_watched
from batch_constructs.monitoring.blocked_advice import advice, service_advice
from batch_constructs.monitoring.event_patterns import JobQueueBlockedPattern
from batch_constructs.monitoring.job_pattern import ArrayJobs, JobPattern
from batch_constructs.monitoring.messages import about_a_job, about_a_service_job
from batch_constructs.monitoring.queue_kinds import heard_queues, names_of
from batch_constructs.monitoring.service_event_patterns import (
    ServiceJobPattern,
    ServiceJobQueueBlockedPattern,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk import aws_sns as sns
    from aws_cdk.interfaces.aws_batch import IJobQueueRef
    from constructs import Construct

    from batch_constructs.monitoring.receivers import AlertTarget

__all__ = ["JobQueueBlockedAlerts", "StuckJobAlerts"]

_NOT_AGAIN = "It is not tried again: submit it anew when the cause is gone."


@checked
class JobQueueBlockedAlerts(AlertsBase):
    """Alerts about a job at the head of a queue that cannot start and blocks all others.

    The message has the reason that AWS Batch found, and what to do about it. Queues of service jobs alert if they are
    in ``job_queues``.

    Guide: Troubleshooting AWS Batch (jobs stuck in RUNNABLE); AWS Batch Events.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        job_queues: Sequence[IJobQueueRef] = (),
        reasons: Sequence[BlockedReason] = (),
        ignore_reasons: Sequence[BlockedReason] = (),
        include_service_jobs: bool | None = None,
        emails: Sequence[str] = (),
        topic: sns.ITopic | sns.Topic | None = None,
        targets: Sequence[AlertTarget] = (),
    ) -> None:
        """Create the rule, its dead-letter queue, and an encrypted topic unless one is given.

        Args:
            scope: Where the alerts belong.
            id: Their name in that scope.
            job_queues: The queues: ours, the L2's, an L1 or an imported one. By default all queues of the account
                and Region.
            reasons: The reasons that alert. A queue alerts only for reasons of its kind: see
                `BlockedReason.of_service_queues`. By default all.
            ignore_reasons: The reasons that do not alert. By default all alert. ``BlockedReason.of_environments()`` leaves
                these to `ComputeEnvironmentAlerts`.
            include_service_jobs: Whether queues of SageMaker jobs alert as well. By default only those in
                ``job_queues``, if their kind is known. An imported queue is known if
                `SageMakerJobQueue.from_job_queue_arn` refers to it.
            emails: Addresses that get an email. Each must confirm the subscription that AWS sends. By default none.
            topic: Where to publish, as in `JobFailureAlerts`. By default a topic of its own.
            targets: Who else is notified, as in `JobFailureAlerts`. By default nobody.

        Raises:
            ValueError: an address is no email address, or is given twice; both kinds of reasons are given; a queue in
                ``job_queues`` whose events would never alert.
        """
        problems = Problems()
        check_receivers(problems, emails, targets)
        check_watched(problems, scope, topic, job_queues=job_queues)
        heard = heard_queues(problems, job_queues, include_service_jobs=include_service_jobs)
        of_jobs, of_services = BlockedReason.of_job_queues(), BlockedReason.of_service_queues()
        hears_jobs = heard.compute is not None and bool(not reasons or _among(of_jobs, reasons))
        hears_services = heard.service is not None and bool(not reasons or _among(of_services, reasons))
        for kind, queues, hears in (
            ("compute", heard.compute, hears_jobs),
            ("service", heard.service, hears_services),
        ):
            problems.check(
                hears or not queues,
                f"reasons must hold one that queues of {kind} jobs have, or {names_of(queues or ())} never alerts, "
                f"got {', '.join(reasons)}",
            )
        problems.check(
            hears_jobs or hears_services or bool(job_queues),
            f"reasons hold none of compute jobs, got {', '.join(reasons)}: give include_service_jobs=True",
        )
        problems.check(
            not (reasons and ignore_reasons), "reasons and ignore_reasons exclude each other, got both"
        )
        problems.raise_if_any()
        rules = []
        if hears_jobs:
            pattern = JobQueueBlockedPattern(
                job_queues=heard.compute or (),
                reasons=_among(of_jobs, reasons),
                ignore_reasons=ignore_reasons,
            )
            rules.append(_blocks_jobs(pattern, _reported(of_jobs, reasons, ignore_reasons)))
        if hears_services:
            service_pattern = ServiceJobQueueBlockedPattern(
                job_queues=heard.service or (),
                reasons=_among(of_services, reasons),
                ignore_reasons=_among(of_services, ignore_reasons),
            )
            rules.append(
                _blocks_service_jobs(service_pattern, _reported(of_services, reasons, ignore_reasons))
            )
        super().__init__(scope, id, rules=rules, emails=emails, topic=topic, targets=targets)


def _among(kind: Sequence[BlockedReason], reasons: Sequence[BlockedReason]) -> list[BlockedReason]:
    """Return the reasons that a kind of queue has, and unknown ones."""
    return [each for each in reasons if each in kind or each not in set(BlockedReason)]


def _reported(
    kind: Sequence[BlockedReason], reasons: Sequence[BlockedReason], ignored: Sequence[BlockedReason]
) -> list[BlockedReason]:
    return [each for each in kind if (not reasons or each in reasons) and each not in ignored]


def _blocks_jobs(pattern: JobQueueBlockedPattern, reported: Sequence[BlockedReason]) -> AlertRule:
    return AlertRule(
        id="Resource",
        description="Job queues of AWS Batch that a job blocks",
        pattern=pattern.to_dict(),
        message=about_a_job(
            "A job blocks its queue since <time>.",
            *advice(reported),
            lines=["It is RUNNABLE and cannot start."],
        ),
    )


def _blocks_service_jobs(
    pattern: ServiceJobQueueBlockedPattern, reported: Sequence[BlockedReason]
) -> AlertRule:
    return AlertRule(
        id="ServiceJobs",
        description="Job queues of AWS Batch that a service job blocks",
        pattern=pattern.to_dict(),
        message=about_a_service_job(
            "A service job blocks its queue since <time>.",
            *service_advice(reported),
            lines=["It is RUNNABLE and cannot start."],
        ),
    )


@checked
class StuckJobAlerts(AlertsBase):
    """Alerts about jobs that were RUNNABLE for too long, so that a time limit of their queue has ended them.

    The queue needs such limits: ``job_state_time_limits=`` of `JobQueue` and `SageMakerJobQueue`. AWS Batch sends no event
    about a job that only waits for its turn. The job has failed, so `JobFailureAlerts` report it as well, unless they have
    ``ignore_reasons=["Canceled by JobStateTimeLimit*"]``; for service jobs the reason begins with "Terminated by".

    Guide: Troubleshooting AWS Batch (jobs stuck in RUNNABLE); Job Queue Parameters (``jobStateTimeLimitActions``).
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        job_queues: Sequence[IJobQueueRef] = (),
        include_service_jobs: bool | None = None,
        emails: Sequence[str] = (),
        topic: sns.ITopic | sns.Topic | None = None,
        targets: Sequence[AlertTarget] = (),
    ) -> None:
        """Create the rule, its dead-letter queue, and an encrypted topic unless one is given.

        Args:
            scope: Where the alerts belong.
            id: Their name in that scope.
            job_queues: The queues: ours, the L2's, an L1 or an imported one. By default all queues of the account
                and Region.
            include_service_jobs: Whether queues of SageMaker jobs alert as well, as in `JobQueueBlockedAlerts`. By default
                only those in ``job_queues``.
            emails: Addresses that get an email. Each must confirm the subscription that AWS sends. By default none.
            topic: Where to publish, as in `JobFailureAlerts`. By default a topic of its own.
            targets: Who else is notified, as in `JobFailureAlerts`. By default nobody.

        Raises:
            ValueError: an address is no email address, or is given twice; a queue in ``job_queues`` whose events would never
                alert.
        """
        problems = Problems()
        check_receivers(problems, emails, targets)
        check_watched(problems, scope, topic, job_queues=job_queues)
        heard = heard_queues(problems, job_queues, include_service_jobs=include_service_jobs)
        problems.raise_if_any()
        rules = []
        if heard.compute is not None:
            rules.append(_stuck_jobs(heard.compute))
        if heard.service is not None:
            rules.append(_stuck_service_jobs(heard.service))
        super().__init__(scope, id, rules=rules, emails=emails, topic=topic, targets=targets)


def _stuck_jobs(job_queues: Sequence[IJobQueueRef]) -> AlertRule:
    pattern = JobPattern(
        statuses=[JobStatus.FAILED],
        job_queues=job_queues,
        array_jobs=ArrayJobs.NO_CHILDREN,
        reason_prefixes=[TIME_LIMIT_REASON],
    )
    limited = [each for each in BlockedReason.of_job_queues() if each.can_be_limited]
    return AlertRule(
        id="Resource",
        description="Jobs of AWS Batch that never started, and were cancelled",
        pattern=pattern.to_dict(),
        message=about_a_job(
            "Job <job> never started, and was cancelled at <time>.",
            *advice(limited, blocks=False),
            _NOT_AGAIN,
        ),
    )


def _stuck_service_jobs(job_queues: Sequence[IJobQueueRef]) -> AlertRule:
    pattern = ServiceJobPattern(
        statuses=[JobStatus.FAILED], job_queues=job_queues, reason_prefixes=[SERVICE_TIME_LIMIT_REASON]
    )
    return AlertRule(
        id="ServiceJobs",
        description="Service jobs of AWS Batch that never started, and were terminated",
        pattern=pattern.to_dict(),
        message=about_a_service_job(
            "Service job <job> never started, and was terminated at <time>.",
            *service_advice(BlockedReason.of_service_queues(), blocks=False),
            _NOT_AGAIN,
        ),
    )
