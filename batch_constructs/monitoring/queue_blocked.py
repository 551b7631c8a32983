"""Alerts about jobs that do not start: while they block their queue, and when its time limit has cancelled them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch_constructs._arguments import checked
from batch_constructs._problems import Problems
from batch_constructs.facts.events import TIME_LIMIT_REASON, BlockedReason
from batch_constructs.facts.vocabulary import JobStatus
from batch_constructs.monitoring.alerts_base import AlertRule, AlertsBase, check_receivers, check_watched
from batch_constructs.monitoring.event_patterns import JobQueueBlockedPattern, ServiceJobQueueBlockedPattern
from batch_constructs.monitoring.job_pattern import ArrayJobs, JobPattern
from batch_constructs.monitoring.messages import about_a_job

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk import aws_sns as sns
    from aws_cdk.interfaces.aws_batch import IJobQueueRef
    from constructs import Construct

    from batch_constructs.monitoring.receivers import AlertTarget

__all__ = ["JobQueueBlockedAlerts", "StuckJobAlerts"]

_WHAT_TO_DO = (
    "CAPACITY: AWS has no such instance now; allow more instance types and zones, or on-demand capacity.",
    "MISCONFIGURATION: no environment can take the job, or its template does not go with its instance types.",
    "ACTION_REQUIRED: all environments are INVALID; their status reason says why.",
    "To let the next job pass, cancel this one, or give the queue a JobStateTimeLimit.",
)


@checked
class JobQueueBlockedAlerts(AlertsBase):
    """Somebody hears of it when the job at the head of a queue cannot start and holds up all others.

    The message has the reason that AWS Batch found, and what to do about each.

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
        include_service_jobs: bool = False,
        emails: Sequence[str] = (),
        topic: sns.ITopic | sns.Topic | None = None,
        targets: Sequence[AlertTarget] = (),
    ) -> None:
        """Create the rule, its dead-letter queue, and an encrypted topic unless one is given.

        Args:
            scope: Where the alerts belong.
            id: Their name in that scope.
            job_queues: Which queues: ours, the L2's, an L1 or an imported one. By default all queues of the account
                and Region.
            reasons: For which reasons. By default for all.
            ignore_reasons: For which reasons not. By default for all. ``BlockedReason.of_environments()`` leaves
                those to `ComputeEnvironmentAlerts`.
            include_service_jobs: Whether queues of SageMaker jobs alert as well, whatever the reason; by default no.
            emails: Who gets a mail. Each must confirm the subscription that AWS sends. By default nobody.
            topic: Where to publish, as in `JobFailureAlerts`. By default a topic of its own.
            targets: Who else hears of it, as in `JobFailureAlerts`. By default nobody.

        Raises:
            ValueError: an address is no email address, or is given twice; both kinds of reasons are given.
        """
        problems = Problems()
        check_receivers(problems, emails, targets)
        check_watched(problems, scope, topic, job_queues=job_queues)
        problems.check(
            not (reasons and ignore_reasons), "reasons and ignore_reasons exclude each other, got both"
        )
        problems.raise_if_any()
        message = about_a_job(
            "A job blocks its queue since <time>.", *_WHAT_TO_DO, lines=["It is RUNNABLE and cannot start."]
        )
        rules = [
            AlertRule(
                id="Resource",
                description="Job queues of AWS Batch that a job blocks",
                pattern=JobQueueBlockedPattern(
                    job_queues=job_queues, reasons=reasons, ignore_reasons=ignore_reasons
                ).to_dict(),
                message=message,
            )
        ]
        if include_service_jobs:
            rules.append(
                AlertRule(
                    id="ServiceJobs",
                    description="Job queues of AWS Batch that a service job blocks",
                    pattern=ServiceJobQueueBlockedPattern(job_queues=job_queues).to_dict(),
                    message=message,
                )
            )
        super().__init__(scope, id, rules=rules, emails=emails, topic=topic, targets=targets)


@checked
class StuckJobAlerts(AlertsBase):
    """Somebody hears of it when a job was RUNNABLE for too long, and a time limit of its queue has cancelled it.

    The queue needs such limits: ``job_state_time_limits=`` of `JobQueue`. There is no event about a job that only
    waits for its turn. Such a job has failed, so that `JobFailureAlerts` report it, too, unless told
    ``ignore_reasons=["Canceled by JobStateTimeLimit*"]``.

    Guide: Troubleshooting AWS Batch (jobs stuck in RUNNABLE); Job Queue Parameters (``jobStateTimeLimitActions``).
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        job_queues: Sequence[IJobQueueRef] = (),
        emails: Sequence[str] = (),
        topic: sns.ITopic | sns.Topic | None = None,
        targets: Sequence[AlertTarget] = (),
    ) -> None:
        """Create the rule, its dead-letter queue, and an encrypted topic unless one is given.

        Args:
            scope: Where the alerts belong.
            id: Their name in that scope.
            job_queues: Which queues: ours, the L2's, an L1 or an imported one. By default all queues of the account
                and Region.
            emails: Who gets a mail. Each must confirm the subscription that AWS sends. By default nobody.
            topic: Where to publish, as in `JobFailureAlerts`. By default a topic of its own.
            targets: Who else hears of it, as in `JobFailureAlerts`. By default nobody.

        Raises:
            ValueError: an address is no email address, or is given twice.
        """
        problems = Problems()
        check_receivers(problems, emails, targets)
        check_watched(problems, scope, topic, job_queues=job_queues)
        problems.raise_if_any()
        pattern = JobPattern(
            statuses=[JobStatus.FAILED],
            job_queues=job_queues,
            array_jobs=ArrayJobs.NO_CHILDREN,
            reason_prefixes=[TIME_LIMIT_REASON],
        )
        rule = AlertRule(
            id="Resource",
            description="Jobs of AWS Batch that never started, and were cancelled",
            pattern=pattern.to_dict(),
            message=about_a_job(
                "Job <job> never started, and was cancelled at <time>.",
                *_WHAT_TO_DO[:2],
                "It is not tried again: submit it anew when the cause is gone.",
            ),
        )
        super().__init__(scope, id, rules=[rule], emails=emails, topic=topic, targets=targets)
