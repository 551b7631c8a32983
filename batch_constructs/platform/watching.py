"""The monitoring of a platform: alerts, metrics, alarms, a dashboard, a budget."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch_constructs._border.tokens import known
from batch_constructs.monitoring.alerts_base import check_receivers
from batch_constructs.monitoring.receivers import chats_in
from batch_constructs.platform.batch_alerts import BatchAlerts
from batch_constructs.platform.receivers import Receivers, of_notices

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aws_cdk import aws_sns as sns
    from aws_cdk.interfaces.aws_batch import IComputeEnvironmentRef, IJobQueueRef
    from constructs import Construct
    from jsii import Number

    from batch_constructs._border.problems import Problems
    from batch_constructs.monitoring.alarms import BatchAlarms
    from batch_constructs.monitoring.budget import BatchBudget
    from batch_constructs.monitoring.dashboard import BatchDashboard
    from batch_constructs.monitoring.job_metrics import JobMetrics
    from batch_constructs.monitoring.receivers import AlertTarget

__all__ = ["PlatformWatch", "check_tags", "check_watch"]


def check_watch(
    problems: Problems,
    *,
    alerts: bool,
    emails: Sequence[str],
    topic: sns.ITopic | sns.Topic | None,
    targets: Sequence[AlertTarget],
    alarms: bool,
    monthly_budget: Number | None,
) -> None:
    """Add a problem for invalid receivers, for receivers that get nothing, and for a budget without receivers."""
    check_receivers(problems, emails, targets)
    notice_targets = of_notices(targets)
    named = bool(emails) or topic is not None or bool(targets)
    problems.check(
        alerts or alarms or not named or monthly_budget is not None,
        "emails, topic and targets get alerts, alarms and the budget, got none of these: leave them out",
    )
    problems.check(
        alerts or len(notice_targets) == len(targets),
        "only chats, SmsTarget and HttpsTarget get alarms and the budget, other targets get alerts only, got alerts=False: "
        "leave the others out, or alerts on",
    )
    problems.check(
        monthly_budget is None or alerts or bool(emails) or topic is not None or bool(notice_targets),
        "monthly_budget needs receivers, got alerts=False and neither emails nor topic nor targets",
    )
    problems.check(
        monthly_budget is None
        or topic is None
        or all(each.may_listen(topic) for each in chats_in(notice_targets)),
        "monthly_budget has one topic, and a chat listens to one of its own stack only, got topic in another stack: "
        "leave topic out, or make the chat in the stack of the topic",
    )
    problems.check(
        monthly_budget is None or not known(monthly_budget) or monthly_budget > 0,
        f"monthly_budget must be more than 0, got {monthly_budget}",
    )


def check_tags(problems: Problems, tags: Mapping[str, str] | None) -> None:
    """Add a problem for empty tags and for tags that AWS would refuse."""
    if tags is not None:
        problems.check(len(tags) > 0, "cost_tags must name at least one, or be omitted")
        problems.tags("cost_tags", tags)


class PlatformWatch:
    """The monitoring of a platform and its parts."""

    alerts: BatchAlerts | None
    """The alerts; ``None`` if they are off."""

    metrics: JobMetrics | None
    """The metrics that AWS does not publish; ``None`` unless requested."""

    alarms: BatchAlarms | None
    """The alarms; ``None`` unless requested."""

    dashboard: BatchDashboard | None
    """The dashboard; ``None`` if it is off."""

    budget: BatchBudget | None
    """The monthly budget; ``None`` unless requested."""

    def _watch(
        self,
        scope: Construct,
        *,
        queues: Mapping[str, IJobQueueRef],
        compute_environments: Sequence[IComputeEnvironmentRef],
        alerts: bool,
        emails: Sequence[str],
        topic: sns.ITopic | sns.Topic | None,
        targets: Sequence[AlertTarget],
        detailed_metrics: bool,
        alarms: bool,
        dashboard: bool,
        monthly_budget: Number | None,
        cost_tags: Mapping[str, str],
    ) -> None:
        job_queues = list(queues.values())
        self.alerts = self.metrics = self.alarms = self.dashboard = self.budget = None
        receivers = Receivers(emails=emails, topic=topic, targets=of_notices(targets))
        if alerts:
            self.alerts = BatchAlerts(
                scope,
                "Alerts",
                job_queues=job_queues,
                compute_environments=compute_environments,
                emails=emails,
                topic=topic,
                targets=targets,
            )
            receivers = receivers.subscribed(self.alerts.topic)
        if monthly_budget is not None:
            receivers.let_chats_listen()
        # Imported here, since each loads modules of the CDK that the others do not need.
        if detailed_metrics:
            from batch_constructs.monitoring.job_metrics import JobMetrics  # noqa: PLC0415

            self.metrics = JobMetrics(
                scope, "Metrics", job_queues=job_queues, compute_environments=compute_environments
            )
        sized = compute_environments if self.metrics is not None else ()
        if alarms:
            self.alarms = self._alarms(scope, job_queues, sized, receivers)
            if self.alarms.topic is not None:
                receivers = receivers.subscribed(self.alarms.topic)
        if dashboard:
            self.dashboard = self._dashboard(scope, queues, sized)
        if monthly_budget is not None:
            from batch_constructs.monitoring.budget import BatchBudget  # noqa: PLC0415

            budget_receivers = receivers.of_budget()
            self.budget = BatchBudget(
                scope,
                "Budget",
                monthly_limit=monthly_budget,
                tags=cost_tags,
                emails=budget_receivers.emails,
                topic=budget_receivers.topic,
                targets=budget_receivers.targets,
            )

    def _dashboard(
        self,
        scope: Construct,
        queues: Mapping[str, IJobQueueRef],
        compute_environments: Sequence[IComputeEnvironmentRef],
    ) -> BatchDashboard:
        from batch_constructs.monitoring.dashboard import BatchDashboard  # noqa: PLC0415

        return BatchDashboard(
            scope,
            "Dashboard",
            job_queues=list(queues.values()),
            compute_environments=compute_environments,
            metrics=self.metrics,
            free_only=self.metrics is None,
            alarms=self.alarms,
            titles=list(queues),
        )

    def _alarms(
        self,
        scope: Construct,
        job_queues: Sequence[IJobQueueRef],
        compute_environments: Sequence[IComputeEnvironmentRef],
        receivers: Receivers,
    ) -> BatchAlarms:
        from batch_constructs.monitoring.alarms import BatchAlarms  # noqa: PLC0415
        from batch_constructs.monitoring.thresholds import ANY  # noqa: PLC0415

        return BatchAlarms(
            scope,
            "Alarms",
            job_queues=job_queues,
            compute_environments=compute_environments,
            metrics=self.metrics,
            emails=receivers.emails,
            topic=receivers.topic,
            targets=receivers.targets,
            # Alerts already report each failure.
            failed=ANY if self.alerts is None else None,
        )
