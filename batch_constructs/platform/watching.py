"""What watches a platform, wherever it stands: alerts, metrics, alarms, a dashboard."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch_constructs.monitoring.alerts_base import check_receivers
from batch_constructs.platform.alerts import BatchAlerts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aws_cdk import aws_sns as sns
    from aws_cdk.interfaces.aws_batch import IComputeEnvironmentRef, IJobQueueRef
    from constructs import Construct

    from batch_constructs._problems import Problems
    from batch_constructs.monitoring.alarms import BatchAlarms
    from batch_constructs.monitoring.dashboard import BatchDashboard
    from batch_constructs.monitoring.job_metrics import JobMetrics
    from batch_constructs.monitoring.receivers import AlertTarget

__all__ = ["PlatformWatch", "check_watch"]


def check_watch(
    problems: Problems,
    *,
    alerts: bool,
    emails: Sequence[str],
    topic: sns.ITopic | sns.Topic | None,
    targets: Sequence[AlertTarget],
) -> None:
    """Note receivers that are none, and those that would hear nothing."""
    check_receivers(problems, emails, targets)
    problems.check(
        alerts or not (emails or targets or topic is not None),
        "emails, targets and topic hear of alerts, got alerts=False: leave them out, or alerts on",
    )


class PlatformWatch:
    """Who hears what, and what there is to see."""

    alerts: BatchAlerts | None
    """Who hears what; ``None`` if they are off."""

    metrics: JobMetrics | None
    """What AWS publishes no metrics of; ``None`` unless asked for."""

    alarms: BatchAlarms | None
    """Which states alarm; ``None`` unless asked for."""

    dashboard: BatchDashboard | None
    """How all is doing, on one page; ``None`` if it is off."""

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
    ) -> None:
        job_queues = list(queues.values())
        self.alerts = self.metrics = self.alarms = self.dashboard = None
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
        # Each brings parts of the CDK that others have no use for.
        if detailed_metrics:
            from batch_constructs.monitoring.job_metrics import JobMetrics  # noqa: PLC0415

            self.metrics = JobMetrics(
                scope, "Metrics", job_queues=job_queues, compute_environments=compute_environments
            )
        sized = compute_environments if self.metrics is not None else ()
        if alarms:
            self.alarms = self._alarms(scope, job_queues, sized)
        if dashboard:
            from batch_constructs.monitoring.dashboard import BatchDashboard  # noqa: PLC0415

            self.dashboard = BatchDashboard(
                scope,
                "Dashboard",
                job_queues=job_queues,
                compute_environments=sized,
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
    ) -> BatchAlarms:
        from batch_constructs.monitoring.alarms import BatchAlarms  # noqa: PLC0415
        from batch_constructs.monitoring.thresholds import ANY  # noqa: PLC0415

        return BatchAlarms(
            scope,
            "Alarms",
            job_queues=job_queues,
            compute_environments=compute_environments,
            metrics=self.metrics,
            topic=None if self.alerts is None else self.alerts.topic,
            # Alerts tell of each failure already.
            failed=ANY if self.alerts is None else None,
        )
