"""The metrics that AWS publishes about a job queue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch_constructs._border.places import place_of
from batch_constructs.facts.metrics import NAMESPACE, QUEUE_DIMENSION, QueueMetric

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aws_cdk import Duration
    from aws_cdk import aws_cloudwatch as cloudwatch

__all__ = ["CommonMetrics", "OutcomeMetrics", "QueueMetrics", "ServiceQueueMetrics", "metric"]

# The names of `CommonMetrics` where AWS publishes the metric.
_PUBLISHED = {
    "Running": QueueMetric.RUNNING,
    "Succeeded": QueueMetric.SUCCEEDED,
    "Failed": QueueMetric.FAILED,
    "Retries": QueueMetric.RETRIED,
    "RunTime": QueueMetric.EXECUTION,
}


class OutcomeMetrics:
    """Metrics of how jobs ended."""

    def _measured(self, name: str, statistic: str, period: Duration | None) -> cloudwatch.Metric:
        raise NotImplementedError

    def metric_succeeded(self, *, period: Duration | None = None) -> cloudwatch.Metric:
        """Jobs that succeeded.

        Args:
            period: Over how long, in whole minutes; by default 5.
        """
        return self._measured("Succeeded", "Sum", period)

    def metric_failed(self, *, period: Duration | None = None) -> cloudwatch.Metric:
        """Jobs that failed for good, including cancelled and terminated ones.

        Args:
            period: Over how long, in whole minutes; by default 5.
        """
        return self._measured("Failed", "Sum", period)


class CommonMetrics(OutcomeMetrics):
    """Metrics that queues and definitions have alike."""

    def metric_running(self, *, period: Duration | None = None) -> cloudwatch.Metric:
        """Jobs that began to run, once for each attempt.

        Args:
            period: Over how long, in whole minutes; by default 5.
        """
        return self._measured("Running", "Sum", period)

    def metric_retries(self, *, period: Duration | None = None) -> cloudwatch.Metric:
        """Attempts that failed and were tried again.

        Args:
            period: Over how long, in whole minutes; by default 5.
        """
        return self._measured("Retries", "Sum", period)

    def metric_run_time(self, *, statistic: str = "p90", period: Duration | None = None) -> cloudwatch.Metric:
        """Milliseconds that attempts ran.

        Args:
            statistic: Such as ``"p50"``, ``"p90"``, ``"Average"``, ``"Maximum"``; by default ``"p90"``.
            period: Over how long, in whole minutes; by default 5.
        """
        return self._measured("RunTime", statistic, period)


class QueueMetrics(CommonMetrics):
    """Metrics that AWS Batch publishes itself, without a function, a log or custom metrics.

    They are free, and published on a best-effort basis: alarms should tolerate gaps. Alarms and
    dashboards on them have CloudWatch's usual price.

    Guide: Using CloudWatch Metrics with AWS Batch (newer than the table of contents).
    """

    has_service_jobs: bool | None = None
    """Whether the queue's jobs are service jobs, which have other metrics and events. ``None`` if that is unknown."""

    @property
    def _source(self) -> object:
        """The construct that the metrics belong to."""
        return self

    @property
    def job_queue_name(self) -> str:
        """The queue's name."""
        raise NotImplementedError

    def metric(
        self, name: QueueMetric, *, statistic: str | None = None, period: Duration | None = None
    ) -> cloudwatch.Metric:
        """Return a metric of the queue.

        Args:
            name: The metric. Durations are in milliseconds.
            statistic: Such as ``"Sum"``, ``"p90"``, ``"Maximum"``. By default the sum of counts, and the 90th percentile
                (p90) of durations.
            period: Over how long, in whole minutes; by default 5.

        Raises:
            ValueError: AWS does not publish the metric for this kind of queue, so that it would never have data.
        """
        if self.has_service_jobs is not None and not name.exists_for(service_jobs=self.has_service_jobs):
            kind, other = ("service", "compute") if self.has_service_jobs else ("compute", "service")
            raise ValueError(
                f"{name.value} is published for {other} jobs only, got a queue of {kind} jobs: see QueueMetric"
            )
        return self._metric(name, statistic=statistic, period=period)

    def _metric(
        self, name: QueueMetric, *, statistic: str | None = None, period: Duration | None = None
    ) -> cloudwatch.Metric:
        return metric(
            NAMESPACE,
            name.value,
            {QUEUE_DIMENSION: self.job_queue_name},
            statistic=statistic or ("p90" if name.is_duration else "Sum"),
            period=period,
            source=self._source,
        )

    def _measured(self, name: str, statistic: str, period: Duration | None) -> cloudwatch.Metric:
        return self._metric(_PUBLISHED[name], statistic=statistic, period=period)

    def metric_submitted(self, *, period: Duration | None = None) -> cloudwatch.Metric:
        """Jobs that were submitted: all children of an array at once.

        Args:
            period: Over how long, in whole minutes; by default 5.
        """
        return self._metric(QueueMetric.SUBMITTED, period=period)

    def metric_runnable(self, *, period: Duration | None = None) -> cloudwatch.Metric:
        """Jobs that began to wait for capacity, once for each attempt.

        Args:
            period: Over how long, in whole minutes; by default 5.
        """
        return self._metric(QueueMetric.RUNNABLE, period=period)

    def metric_queue_wait(
        self, *, statistic: str = "p90", period: Duration | None = None
    ) -> cloudwatch.Metric:
        """Milliseconds that attempts waited for capacity: from RUNNABLE to STARTING, of service jobs to SCHEDULED.

        Args:
            statistic: Such as ``"p50"``, ``"p90"``, ``"Average"``, ``"Maximum"``; by default ``"p90"``.
            period: Over how long, in whole minutes; by default 5.
        """
        wait = QueueMetric.of_queue_wait(service_jobs=self.has_service_jobs)
        return self._metric(wait, statistic=statistic, period=period)

    def metric_time_to_start(
        self, *, statistic: str = "p90", period: Duration | None = None
    ) -> cloudwatch.Metric:
        """Milliseconds from submission to the first STARTING, of service jobs to the first SCHEDULED.

        It includes the time of dependencies.

        Args:
            statistic: Such as ``"p50"``, ``"p90"``, ``"Average"``, ``"Maximum"``; by default ``"p90"``.
            period: Over how long, in whole minutes; by default 5.
        """
        start = QueueMetric.of_time_to_start(service_jobs=self.has_service_jobs)
        return self._metric(start, statistic=statistic, period=period)


class ServiceQueueMetrics(QueueMetrics):
    """Metrics that AWS publishes for queues of service jobs only."""

    has_service_jobs: bool | None = True

    def metric_scheduled(self, *, period: Duration | None = None) -> cloudwatch.Metric:
        """Jobs that were handed to the service, again after each preemption.

        Args:
            period: Over how long, in whole minutes; by default 5.
        """
        return self._metric(QueueMetric.SCHEDULED, period=period)

    def metric_preempted(self, *, period: Duration | None = None) -> cloudwatch.Metric:
        """Jobs that were preempted. Only queues with a `QuotaSharePolicy` preempt.

        Args:
            period: Over how long, in whole minutes; by default 5.
        """
        return self._metric(QueueMetric.PREEMPTED, period=period)


def metric(
    namespace: str,
    name: str,
    dimensions: Mapping[str, str],
    *,
    statistic: str,
    period: Duration | None,
    source: object = None,
) -> cloudwatch.Metric:
    """Return a metric in the Region and account of its source, if known; the default period is 5 minutes."""
    from aws_cdk import Duration  # noqa: PLC0415 - most apps with queues use no metrics
    from aws_cdk import aws_cloudwatch as cloudwatch  # noqa: PLC0415

    place = place_of(source)
    return cloudwatch.Metric(
        namespace=namespace,
        metric_name=name,
        dimensions_map=dict(dimensions),
        statistic=statistic,
        period=period or Duration.minutes(5),
        region=place.region,
        account=place.account,
    )
