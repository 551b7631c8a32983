"""Alarms on jobs and environments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aws_cdk import aws_cloudwatch as cloudwatch

from batch_constructs._border.arguments import checked
from batch_constructs._border.places import check_place
from batch_constructs._border.problems import Problems
from batch_constructs._border.synth_checks import CheckedConstruct
from batch_constructs._border.tokens import seconds
from batch_constructs.facts.metrics import (
    NAMESPACE,
    OWN_ENVIRONMENT,
    OWN_NAMESPACE,
    OWN_QUEUE,
    QUEUE_DIMENSION,
    QueueMetric,
)
from batch_constructs.monitoring.queue_kinds import has_service_jobs, names_of
from batch_constructs.monitoring.queue_metrics import environment_name, name_in_arn
from batch_constructs.monitoring.receivers import (
    chats_in,
    check_emails,
    check_notice_targets,
    subscribers_in,
)
from batch_constructs.monitoring.thresholds import (
    ALMOST_ALL_FOR_AN_HOUR,
    AN_HOUR,
    ANY,
    PERIOD,
    CountThreshold,
)
from batch_constructs.monitoring.topics import ALARMS, topic_for

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aws_cdk import aws_kms as kms
    from aws_cdk import aws_sns as sns
    from aws_cdk.interfaces.aws_batch import IComputeEnvironmentRef, IJobQueueRef
    from constructs import Construct, IConstruct

    from batch_constructs.monitoring.job_metrics import JobMetrics
    from batch_constructs.monitoring.receivers import NoticeTarget
    from batch_constructs.monitoring.thresholds import TimeThreshold

__all__ = ["BatchAlarms"]

# CloudWatch's limit for each state of an alarm.
_ACTIONS = 5


@checked
class BatchAlarms(CheckedConstruct):
    """Alarms on failures, waiting and running times of queues, on lost Spot hosts, and on environments at their limit.

    An alarm notifies once when a *state* begins and once when it ends. Use it where jobs run by the thousand, and one
    message of `JobFailureAlerts` for each failed job would be too much. Queues of service jobs have metrics of their own,
    which are used if the kind of the queue is known. The metrics of failures and times are free. Each alarm costs
    0.10 USD a month, and 0.20 USD for each environment.

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
        targets: Sequence[NoticeTarget] = (),
        failed: CountThreshold | None = ANY,
        queue_wait: TimeThreshold | None = AN_HOUR,
        run_time: TimeThreshold | None = None,
        retries: CountThreshold | None = None,
        spot_reclaims: CountThreshold | None = None,
        preemptions: CountThreshold | None = None,
        vcpus_percent: CountThreshold | None = ALMOST_ALL_FOR_AN_HOUR,
    ) -> None:
        """Create the alarms, and a topic if somebody subscribes and none is given.

        Args:
            scope: Where they belong.
            id: Their name in that scope.
            job_queues: The queues to watch, at least one; any kind of construct.
            compute_environments: The environments whose size is watched; any kind of construct. By default none.
            metrics: The source of the numbers of lost hosts and sizes of environments. It must count these queues and look
                at these environments. An event that it could not count raises an alarm, too. By default none.
            emails: Addresses that get an email. Each must confirm the subscription that AWS sends. By default none.
            topic: The topic that alarms publish to when they start and end. Other alerts can share theirs: ``alerts.topic``.
                By default a new topic if there are subscribers.
            targets: Who else is notified: a `SlackChannel` or `TeamsChannel`, `SmsTarget`, `HttpsTarget`. By default nobody.
                At synth, EVT-08 warns about alarms that notify nobody.
            failed: Jobs that failed for good; by default any.
            queue_wait: How long attempts waited until they got capacity; by default more than an hour. For queues of
                service jobs, the time until SageMaker has the job. Jobs that never get capacity are reported by
                `JobQueueBlockedAlerts`.
            run_time: How long attempts ran. By default no such alarm.
            retries: Attempts that were tried again. By default no such alarm.
            spot_reclaims: Attempts that lost their host; service jobs have none. By default no such alarm.
            preemptions: Service jobs that were preempted, for queues of service jobs only. By default no such alarm.
            vcpus_percent: The percentage of its limit that an environment wants; by default more than 95 for an hour.
                ``None``, here and for all of these: no such alarm.

        Raises:
            ValueError: no queue is given, an address is no email address, lost hosts or environments are watched
                without metrics, an alarm would never have data, or a target cannot be notified by alarms.
        """
        problems = Problems()
        problems.check(len(job_queues) > 0, "job_queues must name at least one queue")
        problems.check(
            metrics is not None or (spot_reclaims is None and not compute_environments),
            "spot_reclaims and compute_environments need metrics: AWS publishes none of them",
        )
        kinds = {each: has_service_jobs(each) for each in job_queues}
        problems.check(
            spot_reclaims is None or not all(kinds.values()),
            f"spot_reclaims need a queue of compute jobs, got {names_of(job_queues)}: service jobs lose no hosts",
        )
        problems.check(
            preemptions is None or any(kinds.values()),
            f"preemptions need a queue of service jobs, got {names_of(job_queues)}: give a SageMakerJobQueue",
        )
        check_emails(problems, emails)
        check_place(problems, scope, "job_queues", job_queues)
        check_place(problems, scope, "compute_environments", compute_environments)
        check_place(problems, scope, "metrics", [metrics])
        # CloudWatch publishes to topics of other accounts, but not of other Regions.
        check_place(problems, scope, "topic", [topic], account=False)
        check_notice_targets(problems, "alarms", targets)
        chats = chats_in(targets)
        problems.check(
            len(chats) < _ACTIONS, f"targets must hold at most {_ACTIONS - 1} chats, got {len(chats)}"
        )
        problems.raise_if_any()
        super().__init__(scope, id)
        self.topic: sns.ITopic | sns.Topic | None = topic
        self.key: kms.Key | None = None
        subscribers = subscribers_in(targets)
        if emails or subscribers or topic is not None:
            self.topic, self.key = topic_for(
                self, topic, emails, subscribers, service=ALARMS, about="Alarms of AWS Batch"
            )
        shared = self.topic
        self._actions = [] if shared is None else [shared.topic_arn]
        # A chat that listens to the topic would otherwise show each alarm twice.
        self._actions += [
            each.open_to(ALARMS) for each in chats if shared is None or not each.listens(shared)
        ]
        self.alarms: list[cloudwatch.CfnAlarm] = []
        for name, queue in zip(_ids(job_queues), job_queues, strict=True):
            service = kinds[queue]
            counts = [
                ("Failed", "jobs failed", failed, QueueMetric.FAILED),
                ("Retries", "jobs are tried again", retries, QueueMetric.RETRIED),
            ]
            if service:
                counts.append(("Preemptions", "jobs are preempted", preemptions, QueueMetric.PREEMPTED))
            self._of_queue(name, queue, counts, None if service else spot_reclaims)
            wait = QueueMetric.of_queue_wait(service_jobs=service)
            times = [
                ("QueueWait", "jobs wait long for capacity", queue_wait, wait),
                ("RunTime", "jobs run long", run_time, QueueMetric.EXECUTION),
            ]
            self._times_of_queue(name, queue, times)
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
        counts: Sequence[tuple[str, str, CountThreshold | None, QueueMetric]],
        spot_reclaims: CountThreshold | None,
    ) -> None:
        name = name_in_arn(queue.job_queue_ref.job_queue_arn)
        for kind, words, count, metric in counts:
            if count is not None:
                dimensions = {QUEUE_DIMENSION: name}
                self._of_one(
                    f"{title}{kind}", f"{title}: {words}", count, NAMESPACE, metric.value, dimensions
                )
        if spot_reclaims is not None:
            words = f"{title}: jobs lose their hosts"
            self._of_one(
                f"{title}SpotReclaims", words, spot_reclaims, OWN_NAMESPACE, "SpotReclaims", {OWN_QUEUE: name}
            )

    def _times_of_queue(
        self,
        title: str,
        queue: IJobQueueRef,
        times: Sequence[tuple[str, str, TimeThreshold | None, QueueMetric]],
    ) -> None:
        name = name_in_arn(queue.job_queue_ref.job_queue_arn)
        for kind, words, time, metric in times:
            if time is not None:
                threshold = CountThreshold(
                    above=time.above.to_milliseconds(), period=time.period, periods=time.periods
                )
                self._of_one(
                    f"{title}{kind}",
                    f"{title}: {words}",
                    threshold,
                    NAMESPACE,
                    metric.value,
                    {QUEUE_DIMENSION: name},
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
            # No data mostly means that no job ran, which is no failure.
            treat_missing_data="notBreaching",
            alarm_actions=self._actions or None,
            ok_actions=self._actions or None,
            **metric,
        )
        self.alarms.append(alarm)


def _ids(constructs: Sequence[IConstruct]) -> list[str]:
    """Return ids made of the constructs' names, so that a new queue does not replace the alarms of the others."""
    names = [each.node.id for each in constructs]
    return [
        name if names.count(name) == 1 else f"{name}{number}" for number, name in enumerate(names, start=1)
    ]


def _dimensions(dimensions: Mapping[str, str]) -> list[cloudwatch.CfnAlarm.DimensionProperty]:
    return [cloudwatch.CfnAlarm.DimensionProperty(name=key, value=value) for key, value in dimensions.items()]
