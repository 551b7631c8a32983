"""Alarms on what jobs and environments do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aws_cdk import aws_cloudwatch as cloudwatch

from batch_constructs._arguments import checked
from batch_constructs._places import check_place
from batch_constructs._problems import Problems
from batch_constructs._synth_checks import CheckedConstruct
from batch_constructs._tokens import seconds
from batch_constructs.facts.metrics import (
    NAMESPACE,
    OWN_ENVIRONMENT,
    OWN_NAMESPACE,
    OWN_QUEUE,
    QUEUE_DIMENSION,
    QueueMetric,
)
from batch_constructs.monitoring.queue_metrics import environment_name, name_in_arn
from batch_constructs.monitoring.receivers import check_emails
from batch_constructs.monitoring.thresholds import (
    ALMOST_ALL_FOR_AN_HOUR,
    AN_HOUR,
    ANY,
    PERIOD,
    CountThreshold,
)
from batch_constructs.monitoring.topics import topic_for

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aws_cdk import aws_kms as kms
    from aws_cdk import aws_sns as sns
    from aws_cdk.interfaces.aws_batch import IComputeEnvironmentRef, IJobQueueRef
    from constructs import Construct, IConstruct

    from batch_constructs.monitoring.job_metrics import JobMetrics
    from batch_constructs.monitoring.thresholds import TimeThreshold

__all__ = ["BatchAlarms"]


@checked
class BatchAlarms(CheckedConstruct):
    """Alarms on failures, waiting and running times of queues, on lost Spot hosts, and on environments at their limit.

    They tell of a *state* once, when it begins and when it ends: what `JobFailureAlerts` tells of each job would be too
    much where jobs come by the thousand. Failures and times are metrics that AWS publishes for nothing; each alarm costs
    what CloudWatch takes for it, 0.10 USD a month, and 0.20 USD for each environment.

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
        emails: Sequence[str] = (),
        topic: sns.ITopic | sns.Topic | None = None,
        failed: CountThreshold | None = ANY,
        queue_wait: TimeThreshold | None = AN_HOUR,
        run_time: TimeThreshold | None = None,
        retries: CountThreshold | None = None,
        spot_reclaims: CountThreshold | None = None,
        vcpus_percent: CountThreshold | None = ALMOST_ALL_FOR_AN_HOUR,
    ) -> None:
        """Create the alarms, and a topic if there are mails and none is given.

        Args:
            scope: Where they belong.
            id: Their name in that scope.
            job_queues: Which queues, at least one; of any make.
            compute_environments: Whose size to watch; of any make. By default none.
            metrics: Where lost hosts and sizes of environments come from; it must count these queues, and ask for these
                environments. It is watched, too: an event that it could not count alarms. By default none.
            emails: Who gets a mail. Each must confirm the subscription that AWS sends. By default nobody.
            topic: Whom they tell, also of their end: share that of other alerts, ``alerts.topic``. By default a topic of
                their own if there are mails, else nobody: the alarms are to be seen only.
            failed: Jobs that failed for good; by default any.
            queue_wait: How long attempts waited for capacity that now have it; by default more than an hour. Of those that
                never get it tell `JobQueueBlockedAlerts`.
            run_time: How long attempts ran. By default no such alarm.
            retries: Attempts that were tried again. By default no such alarm.
            spot_reclaims: Attempts that lost their host. By default no such alarm.
            vcpus_percent: The part of its limit that an environment wants, in percent; by default more than 95 for an hour.
                ``None``, here and for all of these: no such alarm.

        Raises:
            ValueError: no queue is given, an address is no email address, or lost hosts or environments are to be watched
                without metrics.
        """
        problems = Problems()
        problems.check(len(job_queues) > 0, "job_queues must name at least one queue")
        problems.check(
            metrics is not None or (spot_reclaims is None and not compute_environments),
            "spot_reclaims and compute_environments need metrics: AWS publishes none of them",
        )
        check_emails(problems, emails)
        check_place(problems, scope, "job_queues", job_queues)
        check_place(problems, scope, "compute_environments", compute_environments)
        check_place(problems, scope, "metrics", [metrics])
        # CloudWatch tells topics of other accounts, but none of other Regions.
        check_place(problems, scope, "topic", [topic], account=False)
        problems.raise_if_any()
        super().__init__(scope, id)
        self.topic: sns.ITopic | sns.Topic | None = topic
        self.key: kms.Key | None = None
        if emails or topic is not None:
            self.topic, self.key = topic_for(
                self, topic, emails, service="cloudwatch.amazonaws.com", about="Alarms of AWS Batch"
            )
        self._actions = None if self.topic is None else [self.topic.topic_arn]
        self.alarms: list[cloudwatch.CfnAlarm] = []
        for name, queue in zip(_ids(job_queues), job_queues, strict=True):
            self._of_queue(name, queue, failed, queue_wait, run_time, retries, spot_reclaims)
        if vcpus_percent is not None:
            for name, environment in zip(_ids(compute_environments), compute_environments, strict=True):
                self._of_environment(name, environment, vcpus_percent)
        if metrics is not None:
            self._of_one(
                "Undelivered",
                "Events of AWS Batch could not be counted: look into the dead-letter queue",
                ANY,
                "AWS/SQS",
                "ApproximateNumberOfMessagesVisible",
                {"QueueName": metrics.dead_letter_queue.queue_name},
                statistic="Maximum",
            )

    def _of_queue(
        self,
        title: str,
        queue: IJobQueueRef,
        failed: CountThreshold | None,
        queue_wait: TimeThreshold | None,
        run_time: TimeThreshold | None,
        retries: CountThreshold | None,
        spot_reclaims: CountThreshold | None,
    ) -> None:
        name = name_in_arn(queue.job_queue_ref.job_queue_arn)
        published, counted = {QUEUE_DIMENSION: name}, {OWN_QUEUE: name}
        counts = (
            ("Failed", "jobs failed", failed, NAMESPACE, QueueMetric.FAILED.value, published),
            ("Retries", "jobs are tried again", retries, NAMESPACE, QueueMetric.RETRIED.value, published),
            ("SpotReclaims", "jobs lose their hosts", spot_reclaims, OWN_NAMESPACE, "SpotReclaims", counted),
        )
        for kind, words, count, namespace, metric, dimensions in counts:
            if count is not None:
                self._of_one(f"{title}{kind}", f"{title}: {words}", count, namespace, metric, dimensions)
        times = (
            ("QueueWait", "jobs wait long for capacity", queue_wait, QueueMetric.RUNNABLE_TO_STARTING),
            ("RunTime", "jobs run long", run_time, QueueMetric.EXECUTION),
        )
        for kind, words, time, measured in times:
            if time is not None:
                threshold = CountThreshold(
                    above=time.above.to_milliseconds(), period=time.period, periods=time.periods
                )
                self._of_one(
                    f"{title}{kind}",
                    f"{title}: {words}",
                    threshold,
                    NAMESPACE,
                    measured.value,
                    published,
                    statistic=time.statistic,
                )

    def _of_one(
        self,
        id: str,
        words: str,
        threshold: CountThreshold,
        namespace: str,
        name: str,
        dimensions: Mapping[str, str],
        *,
        statistic: str = "Sum",
    ) -> None:
        simple = statistic in {"Sum", "Average", "Maximum", "Minimum", "SampleCount"}
        self._alarm(
            id,
            words,
            threshold,
            namespace=namespace,
            metric_name=name,
            dimensions=_dimensions(dimensions),
            statistic=statistic if simple else None,
            extended_statistic=None if simple else statistic,
            period=seconds(threshold.period) or PERIOD,
        )

    def _of_environment(
        self, title: str, environment: IComputeEnvironmentRef, threshold: CountThreshold
    ) -> None:
        dimensions = {OWN_ENVIRONMENT: environment_name(environment)}
        parts = [
            cloudwatch.CfnAlarm.MetricDataQueryProperty(
                id=part,
                return_data=False,
                metric_stat=cloudwatch.CfnAlarm.MetricStatProperty(
                    stat="Maximum",
                    period=seconds(threshold.period) or PERIOD,
                    metric=cloudwatch.CfnAlarm.MetricProperty(
                        namespace=OWN_NAMESPACE, metric_name=name, dimensions=_dimensions(dimensions)
                    ),
                ),
            )
            for part, name in (("wanted", "DesiredVcpus"), ("limit", "MaxVcpus"))
        ]
        percent = cloudwatch.CfnAlarm.MetricDataQueryProperty(
            id="percent", expression="100 * wanted / limit", label="percent of the limit", return_data=True
        )
        words = f"{title}: jobs need more vCPUs than max_vcpus allows"
        self._alarm(f"{title}Vcpus", words, threshold, metrics=[percent, *parts])

    def _alarm(self, id: str, words: str, threshold: CountThreshold, **metric: Any) -> None:
        alarm = cloudwatch.CfnAlarm(
            self,
            id,
            alarm_description=words,
            evaluation_periods=threshold.periods,
            threshold=threshold.above,
            comparison_operator="GreaterThanThreshold",
            # No job is no failure, and AWS Batch publishes as well as it can.
            treat_missing_data="notBreaching",
            alarm_actions=self._actions,
            ok_actions=self._actions,
            **metric,
        )
        self.alarms.append(alarm)


def _ids(constructs: Sequence[IConstruct]) -> list[str]:
    """By their names, so that one more queue does not make the alarms of the others anew."""
    names = [each.node.id for each in constructs]
    return [
        name if names.count(name) == 1 else f"{name}{number}" for number, name in enumerate(names, start=1)
    ]


def _dimensions(dimensions: Mapping[str, str]) -> list[cloudwatch.CfnAlarm.DimensionProperty]:
    return [cloudwatch.CfnAlarm.DimensionProperty(name=key, value=value) for key, value in dimensions.items()]
