"""The metrics that AWS publishes of a job queue, for whatever knows the queue's name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch_constructs._places import place_of
from batch_constructs.facts.metrics import NAMESPACE, QUEUE_DIMENSION, QueueMetric

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aws_cdk import Duration
    from aws_cdk import aws_cloudwatch as cloudwatch

__all__ = ["QueueMetrics", "metric"]


class QueueMetrics:
    """Metrics of AWS Batch itself: no function, no log and no custom metric is behind them.

    They are made at no charge, and as well as AWS Batch can: alarms should bear a gap now and then. An alarm or a
    dashboard on them costs what CloudWatch takes for these.

    Guide: Using CloudWatch Metrics with AWS Batch (newer than the table of contents).
    """

    @property
    def _source(self) -> object:
        """What the metrics are of."""
        return self

    @property
    def job_queue_name(self) -> str:
        """The queue's name."""
        raise NotImplementedError

    def metric(
        self, name: QueueMetric, *, statistic: str | None = None, period: Duration | None = None
    ) -> cloudwatch.Metric:
        """Any metric of the queue.

        Args:
            name: Which one. Durations are in milliseconds.
            statistic: Such as ``"Sum"``, ``"p90"``, ``"Maximum"``. By default the sum of counts, and the time that nine
                of ten jobs did not exceed.
            period: Over how long, in whole minutes; by default 5.
        """
        return metric(
            NAMESPACE,
            name.value,
            {QUEUE_DIMENSION: self.job_queue_name},
            statistic=statistic or ("p90" if name.is_duration else "Sum"),
            period=period,
            source=self._source,
        )

    def metric_submitted(self, *, period: Duration | None = None) -> cloudwatch.Metric:
        """Jobs that were submitted: all children of an array at once.

        Args:
            period: Over how long, in whole minutes; by default 5.
        """
        return self.metric(QueueMetric.SUBMITTED, period=period)

    def metric_runnable(self, *, period: Duration | None = None) -> cloudwatch.Metric:
        """Jobs that began to wait for capacity, once for each attempt.

        Args:
            period: Over how long, in whole minutes; by default 5.
        """
        return self.metric(QueueMetric.RUNNABLE, period=period)

    def metric_running(self, *, period: Duration | None = None) -> cloudwatch.Metric:
        """Jobs that began to run, once for each attempt.

        Args:
            period: Over how long, in whole minutes; by default 5.
        """
        return self.metric(QueueMetric.RUNNING, period=period)

    def metric_succeeded(self, *, period: Duration | None = None) -> cloudwatch.Metric:
        """Jobs that succeeded.

        Args:
            period: Over how long, in whole minutes; by default 5.
        """
        return self.metric(QueueMetric.SUCCEEDED, period=period)

    def metric_failed(self, *, period: Duration | None = None) -> cloudwatch.Metric:
        """Jobs that failed for good, cancelled and terminated ones included.

        Args:
            period: Over how long, in whole minutes; by default 5.
        """
        return self.metric(QueueMetric.FAILED, period=period)

    def metric_retries(self, *, period: Duration | None = None) -> cloudwatch.Metric:
        """Attempts that failed and were tried again.

        Args:
            period: Over how long, in whole minutes; by default 5.
        """
        return self.metric(QueueMetric.RETRIED, period=period)

    def metric_queue_wait(
        self, *, statistic: str = "p90", period: Duration | None = None
    ) -> cloudwatch.Metric:
        """Milliseconds that attempts waited for capacity, from RUNNABLE to STARTING.

        Args:
            statistic: Such as ``"p50"``, ``"p90"``, ``"Average"``, ``"Maximum"``; by default ``"p90"``.
            period: Over how long, in whole minutes; by default 5.
        """
        return self.metric(QueueMetric.RUNNABLE_TO_STARTING, statistic=statistic, period=period)

    def metric_time_to_start(
        self, *, statistic: str = "p90", period: Duration | None = None
    ) -> cloudwatch.Metric:
        """Milliseconds from submission to the first STARTING, what dependencies took included.

        Args:
            statistic: Such as ``"p50"``, ``"p90"``, ``"Average"``, ``"Maximum"``; by default ``"p90"``.
            period: Over how long, in whole minutes; by default 5.
        """
        return self.metric(QueueMetric.SUBMITTED_TO_STARTING, statistic=statistic, period=period)

    def metric_run_time(self, *, statistic: str = "p90", period: Duration | None = None) -> cloudwatch.Metric:
        """Milliseconds that attempts ran.

        Args:
            statistic: Such as ``"p50"``, ``"p90"``, ``"Average"``, ``"Maximum"``; by default ``"p90"``.
            period: Over how long, in whole minutes; by default 5.
        """
        return self.metric(QueueMetric.EXECUTION, statistic=statistic, period=period)


def metric(
    namespace: str,
    name: str,
    dimensions: Mapping[str, str],
    *,
    statistic: str,
    period: Duration | None,
    source: object = None,
) -> cloudwatch.Metric:
    """A metric, of the Region and account of its source where these are known; without a period, of 5 minutes."""
    from aws_cdk import Duration  # noqa: PLC0415 - a queue is imported far more often than its metrics are asked for
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
