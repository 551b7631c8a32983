"""Metrics of queues, which AWS publishes, and of definitions and environments, which `JobMetrics` creates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import Fn

from batch_constructs._border.arguments import checked
from batch_constructs._border.tokens import known
from batch_constructs.facts.metrics import OWN_DEFINITION, OWN_ENVIRONMENT, OWN_NAMESPACE, OWN_QUEUE
from batch_constructs.job_queues.metrics import CommonMetrics, OutcomeMetrics, QueueMetrics, metric
from batch_constructs.monitoring.queue_kinds import has_service_jobs

if TYPE_CHECKING:
    from aws_cdk import Duration
    from aws_cdk import aws_cloudwatch as cloudwatch
    from aws_cdk.interfaces.aws_batch import IComputeEnvironmentRef, IJobDefinitionRef, IJobQueueRef

__all__ = ["ComputeEnvironmentMetrics", "JobDefinitionMetrics", "JobQueueMetrics"]


@checked
class JobQueueMetrics(QueueMetrics):
    """Metrics of the jobs of a queue, for alarms and dashboards.

    All except `metric_spot_reclaims` are published by AWS Batch for free. A `JobQueue` has the same methods; this class is
    for an L2, an L1 or an imported queue.

    Guide: Using CloudWatch Metrics with AWS Batch (newer than the table of contents).
    """

    def __init__(self, job_queue: IJobQueueRef) -> None:
        """Refer to the metrics, without creating any.

        Args:
            job_queue: The queue; any kind of construct.
        """
        self._name = name_in_arn(job_queue.job_queue_ref.job_queue_arn)
        self._job_queue = job_queue
        self.has_service_jobs = has_service_jobs(job_queue)

    @property
    def _source(self) -> object:
        return self._job_queue

    @property
    def job_queue_name(self) -> str:
        """The queue's name."""
        return self._name

    def metric_spot_reclaims(self, *, period: Duration | None = None) -> cloudwatch.Metric:
        """Attempts that lost their host, which on Spot is nearly always a reclaim. A `JobMetrics` must count the queue.

        Args:
            period: Over how long, in whole minutes; by default 5.

        Raises:
            ValueError: the queue has service jobs, which lose no hosts.
        """
        if self.has_service_jobs:
            raise ValueError(
                "metric_spot_reclaims has no data for service jobs, which lose no hosts: "
                "take metric(QueueMetric.PREEMPTED)"
            )
        return _own("SpotReclaims", {OWN_QUEUE: self._name}, "Sum", period, self._source)


class _Counted:
    """Metrics that the function of a `JobMetrics` counts."""

    _source: object
    _dimensions: dict[str, str]

    def _measured(self, name: str, statistic: str, period: Duration | None) -> cloudwatch.Metric:
        return _own(name, self._dimensions, statistic, period, self._source)

    def metric_spot_reclaims(self, *, period: Duration | None = None) -> cloudwatch.Metric:
        """Attempts that lost their host, which on Spot is nearly always a reclaim.

        Args:
            period: Over how long, in whole minutes; by default 5.
        """
        return self._measured("SpotReclaims", "Sum", period)


@checked
class JobDefinitionMetrics(_Counted, CommonMetrics):
    """Metrics of the jobs of a definition, over all its revisions, in all queues that a `JobMetrics` counts.

    AWS Batch publishes no metrics by definition: a `JobMetrics` must count it.

    Guide: Using CloudWatch Metrics with AWS Batch (newer than the table of contents); AWS Batch Events.
    """

    def __init__(self, job_definition: IJobDefinitionRef) -> None:
        """Refer to the metrics, without creating any.

        Args:
            job_definition: The definition; any kind of construct.
        """
        self._source = job_definition
        self._dimensions = {OWN_DEFINITION: definition_name(job_definition)}

    def metric_submitted(self, *, period: Duration | None = None) -> cloudwatch.Metric:
        """Jobs that were submitted, all children of an array at once. AWS Batch sends no event about it.

        The `JobMetrics` must have ``count_submissions=True``, and the account a trail. Without, `metric_runnable` comes
        closest.

        Args:
            period: Over how long, in whole minutes; by default 5.
        """
        return self._measured("Submitted", "Sum", period)

    def metric_pending(self, *, period: Duration | None = None) -> cloudwatch.Metric:
        """Jobs that began to wait for others.

        Args:
            period: Over how long, in whole minutes; by default 5.
        """
        return self._measured("Pending", "Sum", period)

    def metric_runnable(self, *, period: Duration | None = None) -> cloudwatch.Metric:
        """Jobs that began to wait for capacity, at their first attempt only: each job counts once.

        Args:
            period: Over how long, in whole minutes; by default 5.
        """
        return self._measured("Runnable", "Sum", period)

    def metric_starting(self, *, period: Duration | None = None) -> cloudwatch.Metric:
        """Jobs that were placed, once for each attempt.

        Args:
            period: Over how long, in whole minutes; by default 5.
        """
        return self._measured("Starting", "Sum", period)

    def metric_time_to_start(
        self, *, statistic: str = "p90", period: Duration | None = None
    ) -> cloudwatch.Metric:
        """Milliseconds from submission to the first start, including the time of dependencies.

        Args:
            statistic: Such as ``"p50"``, ``"p90"``, ``"Average"``, ``"Maximum"``; by default ``"p90"``.
            period: Over how long, in whole minutes; by default 5.
        """
        return self._measured("TimeToStart", statistic, period)


@checked
class ComputeEnvironmentMetrics(_Counted, OutcomeMetrics):
    """Metrics of an environment: its size, its limit, and the jobs that ended there.

    AWS Batch publishes no metrics by environment: a `JobMetrics` must look at it.

    Guide: Using CloudWatch Metrics with AWS Batch (newer than the table of contents).
    """

    def __init__(self, compute_environment: IComputeEnvironmentRef) -> None:
        """Refer to the metrics, without creating any.

        Args:
            compute_environment: The environment; any kind of construct.
        """
        self._source = compute_environment
        self._dimensions = {OWN_ENVIRONMENT: environment_name(compute_environment)}

    def metric_desired_vcpus(self, *, period: Duration | None = None) -> cloudwatch.Metric:
        """VCPUs that AWS Batch wants there now; it reports none for Fargate.

        Args:
            period: Over how long, in whole minutes; by default 5.
        """
        return self._measured("DesiredVcpus", "Maximum", period)

    def metric_max_vcpus(self, *, period: Duration | None = None) -> cloudwatch.Metric:
        """VCPUs to which it may grow.

        Args:
            period: Over how long, in whole minutes; by default 5.
        """
        return self._measured("MaxVcpus", "Maximum", period)


def _own(
    name: str, dimensions: dict[str, str], statistic: str, period: Duration | None, source: object
) -> cloudwatch.Metric:
    return metric(OWN_NAMESPACE, name, dimensions, statistic=statistic, period=period, source=source)


def name_in_arn(arn: str) -> str:
    """Return the part of an ARN after the slash, at deploy time if the ARN is a token."""
    return arn.rsplit("/", 1)[-1] if known(arn) else Fn.select(1, Fn.split("/", arn))


def definition_name(job_definition: IJobDefinitionRef) -> str:
    """Return the definition's name without its revision, at deploy time if it is a token."""
    from batch_constructs.job_definitions.base import arn_of  # noqa: PLC0415 - few measure definitions

    name = name_in_arn(arn_of(job_definition))
    return name.partition(":")[0] if known(name) else Fn.select(0, Fn.split(":", name))


def environment_name(compute_environment: IComputeEnvironmentRef) -> str:
    """Return the environment's name, at deploy time if it is a token."""
    return name_in_arn(compute_environment.compute_environment_ref.compute_environment_arn)
