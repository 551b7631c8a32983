"""Alerts about service jobs that AWS Batch stops to make room for others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch_constructs._border.arguments import checked
from batch_constructs._border.problems import Problems
from batch_constructs.facts.events import PreemptionPhase
from batch_constructs.monitoring.alerts_base import AlertRule, AlertsBase, check_receivers, check_watched
from batch_constructs.monitoring.event_fields import PreemptionEventField
from batch_constructs.monitoring.messages import AlertMessage
from batch_constructs.monitoring.service_event_patterns import ServiceJobPreemptionPattern

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk import aws_sns as sns
    from constructs import Construct

    from batch_constructs.facts.vocabulary import JobStatus
    from batch_constructs.monitoring.receivers import AlertTarget

__all__ = ["ServiceJobPreemptionAlerts"]


@checked
class ServiceJobPreemptionAlerts(AlertsBase):
    """Alerts about service jobs that AWS Batch preempts, because their quota share borrowed or a higher priority came.

    Only queues with a `QuotaSharePolicy` preempt. The events name the job, but neither its queue nor its quota share, so
    the alerts cover all queues of the account and Region. For one queue, use `BatchAlarms` with ``preemptions=``.

    Guide: Service job preemption events (newer than the table of contents).
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        phases: Sequence[PreemptionPhase] = (PreemptionPhase.COMPLETED,),
        statuses: Sequence[JobStatus | str] = (),
        emails: Sequence[str] = (),
        topic: sns.ITopic | sns.Topic | None = None,
        targets: Sequence[AlertTarget] = (),
    ) -> None:
        """Create the rule, its dead-letter queue, and an encrypted topic unless one is given.

        Args:
            scope: Where the alerts belong.
            id: Their name in that scope.
            phases: The events that alert, at least one. By default completed preemptions: one message each,
                with the reason and the lost attempts.
            statuses: The states of the job that alert: ``RUNNABLE`` if it waits again, ``FAILED`` if it is not tried again.
                By default any.
            emails: Addresses that get an email. Each must confirm the subscription that AWS sends. By default none.
            topic: Where to publish, as in `JobFailureAlerts`. By default a topic of its own.
            targets: Who else is notified, as in `JobFailureAlerts`. By default nobody.

        Raises:
            ValueError: an address is no email address, or is given twice; no phase is given; a state that service jobs do
                not have.
        """
        problems = Problems()
        check_receivers(problems, emails, targets)
        check_watched(problems, scope, topic)
        problems.check(len(phases) > 0, "phases must name at least one, or nothing alerts")
        with problems:
            pattern = ServiceJobPreemptionPattern(phases=phases, statuses=statuses)
        rule = AlertRule(
            id="Resource",
            description="Service jobs of AWS Batch that were preempted",
            pattern=pattern.to_dict(),
            message=_MESSAGE,
        )
        super().__init__(scope, id, rules=[rule], emails=emails, topic=topic, targets=targets)


_MESSAGE = AlertMessage(
    title="A service job is preempted at <time>.",
    # The only value that both events have.
    reason="status",
    lines=[
        "Service job: <job>",
        "It is now: <status>",
        "Reason: <started><completed>",
        "Attempts that it has lost so: <attempts>",
        "In the service: <resource>",
    ],
    steps=[
        "RUNNABLE: it waits for capacity again. FAILED: preemption_retries of its request are used up; submit it anew.",
        "Less of it: raise the capacity_limits of its quota share, or the job's priority by UpdateServiceJob.",
    ],
    paths={
        "time": PreemptionEventField.TIME,
        "job": PreemptionEventField.JOB_ARN,
        "status": PreemptionEventField.STATUS,
        "started": PreemptionEventField.STATUS_REASON,
        "completed": PreemptionEventField.LAST_REASON,
        "attempts": PreemptionEventField.ATTEMPTS,
        "resource": PreemptionEventField.SERVICE_RESOURCE,
    },
)
