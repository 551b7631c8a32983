"""The widgets of a dashboard: about a queue, an environment, and all jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from batch_constructs._border.tokens import known
from batch_constructs.facts.metrics import (
    NAMESPACE,
    OWN_ENVIRONMENT,
    OWN_NAMESPACE,
    OWN_QUEUE,
    QUEUE_DIMENSION,
    QueueMetric,
)
from batch_constructs.monitoring.dashboard_layout import Line, graph, numbers, query, searches
from batch_constructs.monitoring.queue_kinds import has_service_jobs
from batch_constructs.monitoring.queue_metrics import environment_name, name_in_arn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk.interfaces.aws_batch import IComputeEnvironmentRef, IJobQueueRef

_GREY, _BLUE, _GREEN, _RED, _ORANGE, _PURPLE = (
    "#7f8c8d",
    "#1f77b4",
    "#2ca02c",
    "#d62728",
    "#ff7f0e",
    "#9467bd",
)
_ECS = (
    ("CPUReservation", "CPU that jobs reserve"),
    ("CPUUtilization", "CPU that jobs use"),
    ("MemoryReservation", "Memory that jobs reserve"),
    ("MemoryUtilization", "Memory that jobs use"),
)
_CLUSTERS = "AWSBatch"
"""The prefix of the names of clusters that AWS Batch creates."""

_REASONS = (
    "filter ispresent(Reason) | stats count(*) as failures by Reason, ExitCode, JobQueue "
    "| sort failures desc | limit 20"
)
_DEFINITIONS = (
    "filter ispresent(Failed) or ispresent(Succeeded) "
    "| stats sum(Failed) as failures, sum(Succeeded) as successes by JobDefinition, JobQueue "
    "| sort failures desc | limit 20"
)
# Log lines about jobs name their instance; log lines about instances have its type and zone.
_PLACES = (
    "filter ispresent(ContainerInstance) and ContainerInstance != '-' "
    "| stats sum(Succeeded) as ok, sum(Failed) as bad, sum(SpotReclaims) as lost, sortsLast({field}) as place "
    "by ContainerInstance "
    "| stats count(*) as instances, sum(ok) as successes, sum(bad) as failures, sum(lost) as reclaims by place "
    "| sort instances desc | limit 20"
)


class QueueWidgets:
    """The widgets of one queue."""

    def __init__(self, title: str, job_queue: IJobQueueRef, region: str) -> None:
        """Prepare the widgets.

        Args:
            title: The title of the queue.
            job_queue: The queue; any kind of construct.
            region: Its Region.
        """
        self._title, self._region = title, region
        self._queue = name_in_arn(job_queue.job_queue_ref.job_queue_arn)
        self._service_jobs = has_service_jobs(job_queue)

    def totals(self) -> dict[str, Any]:
        """Return the numbers of jobs in the whole time that is shown."""
        lines = [
            self._count(QueueMetric.SUBMITTED, "submitted", _GREY),
            self._count(QueueMetric.SUCCEEDED, "succeeded", _GREEN),
            self._count(QueueMetric.FAILED, "failed", _RED),
            self._count(QueueMetric.RETRIED, "tried again", _PURPLE),
        ]
        return numbers(f"{self._title}: jobs in all", lines, region=self._region)

    def graphs(self, *, reclaims: bool) -> list[dict[str, Any]]:
        """Return graphs of jobs, waiting and running times, retries and preemptions, and lost hosts if they are counted."""
        flow = [
            self._count(QueueMetric.SUBMITTED, "submitted", _GREY),
            self._count(QueueMetric.RUNNING, "started", _BLUE),
            self._count(QueueMetric.SUCCEEDED, "succeeded", _GREEN),
            self._count(QueueMetric.FAILED, "failed", _RED),
        ]
        return [
            self._graph("jobs", flow, "jobs in 5 minutes"),
            self._graph(
                "wait for capacity",
                self._times(QueueMetric.of_queue_wait(service_jobs=self._service_jobs)),
                "minutes",
            ),
            self._graph("running time", self._times(QueueMetric.EXECUTION), "minutes"),
            self._again(reclaims=reclaims),
        ]

    def _again(self, *, reclaims: bool) -> dict[str, Any]:
        """Return the graph of retries, with preemptions or lost hosts."""
        lines = [self._count(QueueMetric.RETRIED, "tried again", _PURPLE)]
        if self._service_jobs:
            lines.append(self._count(QueueMetric.PREEMPTED, "preempted", _ORANGE))
            return self._graph("preemptions and retries", lines, "attempts in 5 minutes")
        if not reclaims:
            return self._graph("retries", lines, "attempts in 5 minutes")
        own = {OWN_QUEUE: self._queue}
        lines.append(self._line(OWN_NAMESPACE, "SpotReclaims", own, "Sum", "lost their host", _ORANGE))
        return self._graph("Spot reclaims and retries", lines, "attempts in 5 minutes")

    def _count(self, metric: QueueMetric, label: str, color: str) -> Line:
        return self._line(NAMESPACE, metric.value, {QUEUE_DIMENSION: self._queue}, "Sum", label, color)

    def _times(self, metric: QueueMetric) -> list[Line]:
        return [
            self._line(
                NAMESPACE,
                metric.value,
                {QUEUE_DIMENSION: self._queue},
                statistic,
                label,
                color,
                in_minutes=True,
            )
            for statistic, label, color in (
                ("p50", "p50", _BLUE),
                ("p90", "p90", _ORANGE),
            )
        ]

    @staticmethod
    def _line(
        namespace: str,
        name: str,
        dimensions: dict[str, str],
        statistic: str,
        label: str,
        color: str,
        *,
        in_minutes: bool = False,
    ) -> Line:
        return Line(
            namespace=namespace,
            name=name,
            dimensions=dimensions,
            statistic=statistic,
            label=label,
            color=color,
            in_minutes=in_minutes,
        )

    def _graph(self, title: str, lines: Sequence[Line], axis: str) -> dict[str, Any]:
        return graph(f"{self._title}: {title}", lines, region=self._region, axis=axis)


def of_environment(environment: IComputeEnvironmentRef, region: str) -> dict[str, Any]:
    """Return the graph of an environment's vCPUs and its limit."""
    name = environment_name(environment)
    lines = [
        Line(
            namespace=OWN_NAMESPACE,
            name=metric,
            dimensions={OWN_ENVIRONMENT: name},
            statistic="Maximum",
            label=label,
            color=color,
        )
        for metric, label, color in (("DesiredVcpus", "wanted", _BLUE), ("MaxVcpus", "limit", _RED))
    ]
    title = name if known(name) else environment.node.id
    return graph(f"{title}: vCPUs", lines, region=region, axis="vCPUs")


def of_instances(region: str) -> list[dict[str, Any]]:
    """Return graphs of how full the Region's instances of AWS Batch are; Amazon ECS publishes these metrics for free."""
    return [
        searches(title, "AWS/ECS", "ClusterName", name, _CLUSTERS, region=region, axis="percent")
        for name, title in _ECS
    ]


def tables(log_group: str, region: str, *, by_instance: bool) -> list[dict[str, Any]]:
    """Return tables of failure reasons, of definitions that fail most, and of where jobs ran."""
    asked = {"Failures by reason": _REASONS, "Definitions that fail most": _DEFINITIONS}
    if by_instance:
        asked["Where jobs ran: instance types"] = _PLACES.format(field="InstanceType")
        asked["Where jobs ran: Availability Zones"] = _PLACES.format(field="AvailabilityZone")
    return [query(title, log_group, question, region=region) for title, question in asked.items()]
