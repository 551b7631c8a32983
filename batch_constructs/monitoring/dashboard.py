"""A dashboard over queues and environments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import Stack
from aws_cdk import aws_cloudwatch as cloudwatch

from batch_constructs._border import cdk
from batch_constructs._border.arguments import checked
from batch_constructs._border.places import check_place, region_elsewhere
from batch_constructs._border.problems import Problems
from batch_constructs._border.synth_checks import CheckedConstruct
from batch_constructs.monitoring.dashboard_layout import Grid, alarm_states, text
from batch_constructs.monitoring.dashboard_widgets import QueueWidgets, of_environment, of_instances, tables

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk.interfaces.aws_batch import IComputeEnvironmentRef, IJobQueueRef
    from constructs import Construct

    from batch_constructs.monitoring.alarms import BatchAlarms
    from batch_constructs.monitoring.job_metrics import JobMetrics

__all__ = ["BatchDashboard"]


@checked
class BatchDashboard(CheckedConstruct):
    """A dashboard that shows queues and environments on one page.

    For each queue: jobs submitted, started, succeeded and failed; waiting and running times; retries and lost Spot hosts.
    For each environment: its vCPUs and its limit. Below: how full instances are, failures by reason, and the definitions
    that fail most; with ``JobMetrics(include_instances=True)`` also the instance types and zones on which jobs ran.

    The metrics of queues and instances that AWS publishes are free. Lost hosts, sizes of environments and the tables need a
    `JobMetrics`, which documents its costs. A dashboard costs 3 USD a month after the first three, and each time that it is
    viewed, its tables read the log of the time shown.

    Guide: Using CloudWatch Metrics with AWS Batch (newer than the table of contents); AWS Batch Events.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        job_queues: Sequence[IJobQueueRef],
        compute_environments: Sequence[IComputeEnvironmentRef] = (),
        metrics: JobMetrics | None = None,
        free_only: bool = False,
        alarms: BatchAlarms | None = None,
        titles: Sequence[str] | None = None,
        dashboard_name: str | None = None,
    ) -> None:
        """Create the dashboard, and the metrics unless they are given.

        Args:
            scope: Where the dashboard belongs.
            id: Its name in that scope.
            job_queues: The queues, at least one, the most important first; any kind of construct.
            compute_environments: Environments whose size is shown; any kind of construct. By default none.
            metrics: The source of the numbers that AWS does not publish. It must count these queues and look at these
                environments. By default one is created.
            free_only: Whether to show only metrics that are free, and to create no `JobMetrics`; by default no.
            alarms: Alarms whose states are shown at the top. By default none.
            titles: Titles of the queues, in their order. By default the ids of their constructs.
            dashboard_name: 1 to 255 letters, digits, ``-`` and ``_``. By default CloudFormation makes one.

        Raises:
            ValueError: no queue is given, the number of titles differs from that of queues, or ``free_only`` is combined with
                ``metrics`` or ``compute_environments``.
        """
        problems = Problems()
        problems.check(len(job_queues) > 0, "job_queues must name at least one queue")
        problems.check(
            titles is None or len(titles) == len(job_queues),
            f"titles must be as many as job_queues, got {len(titles or ())} for {len(job_queues)}",
        )
        problems.check(not free_only or metrics is None, "free_only and metrics exclude each other, got both")
        problems.check(
            not free_only or not compute_environments,
            "free_only shows no compute_environments: AWS publishes no metrics of them",
        )
        # CloudWatch shows metrics of other Regions; those of other accounts only if these are linked.
        check_place(problems, scope, "job_queues", job_queues, region=free_only is False and metrics is None)
        check_place(
            problems,
            scope,
            "compute_environments",
            compute_environments,
            region=free_only is False and metrics is None,
        )
        problems.raise_if_any()
        super().__init__(scope, id)
        self.metrics = metrics
        if metrics is None and not free_only:
            from batch_constructs.monitoring.job_metrics import JobMetrics  # noqa: PLC0415 - with aws_lambda

            self.metrics = JobMetrics(
                self, "Metrics", job_queues=job_queues, compute_environments=compute_environments
            )
        names = list(titles or (queue.node.id for queue in job_queues))
        grid = self._grid(job_queues, names, compute_environments, alarms)
        self.cfn = cloudwatch.CfnDashboard(
            self,
            "Resource",
            dashboard_name=dashboard_name,
            # Not json.dumps: the names of queues are tokens, which are known at deploy time only.
            dashboard_body=Stack.of(self).to_json_string(
                {"start": "-PT12H", "periodOverride": "inherit", "widgets": grid.widgets}
            ),
        )

    @property
    def dashboard_name(self) -> str:
        """The dashboard's name."""
        return self.cfn.ref

    def _grid(
        self,
        job_queues: Sequence[IJobQueueRef],
        names: Sequence[str],
        environments: Sequence[IComputeEnvironmentRef],
        shown: BatchAlarms | None,
    ) -> Grid:
        region = cdk.region()
        grid = Grid()
        places = [region_elsewhere(self, each) or region for each in job_queues]
        grid.row(2, [text(_heading(job_queues, names, places))])
        if shown is not None:
            arns = [alarm.attr_arn for alarm in shown.alarms]
            # Six alarms fit side by side.
            grid.row(1 + (len(arns) + 5) // 6, [alarm_states("Alarms", arns)])
        queues = [
            QueueWidgets(name, queue, there)
            for queue, name, there in zip(job_queues, names, places, strict=True)
        ]
        grid.row(3, [each.totals() for each in queues])
        for each in queues:
            grid.row(6, each.graphs(reclaims=self.metrics is not None), most=4)
        regions = [region_elsewhere(self, each) or region for each in environments]
        grid.row(6, [of_environment(each, there) for each, there in zip(environments, regions, strict=True)])
        for there in dict.fromkeys(regions):
            grid.row(5, of_instances(there), most=4)
        if self.metrics is not None:
            log_group = self.metrics.log_group.log_group_name
            there = region_elsewhere(self, self.metrics) or region
            asked = tables(log_group, there, by_instance=self.metrics.include_instances)
            grid.row(6, asked, most=2)
        return grid


def _heading(job_queues: Sequence[IJobQueueRef], names: Sequence[str], regions: Sequence[str]) -> str:
    links = [
        f"[{name}]({_console(region)}#queues/detail/{queue.job_queue_ref.job_queue_arn})"
        for queue, name, region in zip(job_queues, names, regions, strict=True)
    ]
    for region in dict.fromkeys(regions):
        console = _console(region)
        links += [f"[all jobs]({console}#jobs)", f"[environments]({console}#compute-environments)"]
    return f"## AWS Batch\n{' | '.join(links)}"


def _console(region: str) -> str:
    return f"https://{region}.console.aws.amazon.com/batch/home?region={region}"
