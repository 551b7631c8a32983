"""Alerts about failed jobs: one message for each, with its reason and the next steps."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from batch_constructs._border.arguments import checked
from batch_constructs._border.problems import Problems
from batch_constructs.facts.vocabulary import JobStatus
from batch_constructs.monitoring.alerts_base import AlertRule, AlertsBase, check_receivers, check_watched
from batch_constructs.monitoring.event_fields import JobEventField, ServiceJobEventField
from batch_constructs.monitoring.job_pattern import ArrayJobs, JobPattern
from batch_constructs.monitoring.messages import about_a_job, about_a_service_job, log_link
from batch_constructs.monitoring.queue_kinds import heard_queues, names_of, service_queues
from batch_constructs.monitoring.service_event_patterns import ServiceJobPattern

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk import aws_logs as logs
    from aws_cdk import aws_sns as sns
    from aws_cdk.interfaces.aws_batch import IJobDefinitionRef, IJobQueueRef
    from constructs import Construct

    from batch_constructs.monitoring.messages import AlertMessage
    from batch_constructs.monitoring.receivers import AlertTarget

__all__ = ["JobFailureAlerts"]


@checked
class JobFailureAlerts(AlertsBase):
    """Alerts by email, or to any other subscriber of a topic, about every job that failed for good.

    AWS Batch reports ``FAILED`` only after the last attempt. Children of an array and nodes of a multi-node job are
    left out: their parent fails with them, and 10,000 children would send 10,000 emails. 10,000 single jobs do send
    10,000; if that may happen, use `BatchAlarms`, which notify once. Messages that cannot be delivered go to a
    dead-letter queue.

    Guide: Tutorial: Sending Amazon Simple Notification Service Alerts for Failed Job Events; AWS Batch Events.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        job_queues: Sequence[IJobQueueRef] = (),
        job_definitions: Sequence[IJobDefinitionRef] = (),
        job_name_prefixes: Sequence[str] = (),
        emails: Sequence[str] = (),
        topic: sns.ITopic | sns.Topic | None = None,
        targets: Sequence[AlertTarget] = (),
        include_array_children: bool = False,
        include_service_jobs: bool | None = None,
        ignore_exit_codes: Sequence[int] = (),
        ignore_reasons: Sequence[str] = (),
        log_group: logs.ILogGroup | logs.LogGroup | None = None,
    ) -> None:
        """Create the rule, its dead-letter queue, and an encrypted topic unless one is given.

        Args:
            scope: Where the alerts belong.
            id: Their name in that scope.
            job_queues: Queues whose jobs are watched: ours, the L2's, an L1 or an imported one. By default all queues of the
                account and Region.
            job_definitions: Definitions whose jobs are watched, in any revision. By default all.
            job_name_prefixes: Prefixes of the names of jobs that are watched. By default all jobs.
            emails: Addresses that get an email. Each must confirm the subscription that AWS sends. By default none.
            topic: Where to publish. By default a new topic with a key of its own, since the key of AWS
                lets no EventBridge rule publish. The key of your own topic is opened to EventBridge; an imported
                topic or key must already allow ``events.amazonaws.com``. Other alerts can share their topic:
                ``other.topic``.
            targets: Who else is notified: `SmsTarget`, `HttpsTarget`, `EventBusTarget`, a `SlackChannel` or
                `TeamsChannel`, or any target that the CDK's ``events.Rule`` takes. By default nobody.
            include_array_children: Whether each failed child of an array job and each failed node of a multi-node job
                alerts as well; by default no.
            include_service_jobs: Whether failed SageMaker jobs alert as well, except those with ``ignore_reasons``. By
                default only those of service job queues in ``job_queues``, if their kind is known. An imported
                queue is known if `SageMakerJobQueue.from_job_queue_arn` refers to it.
            ignore_exit_codes: Exit codes of jobs that do not alert, from 1 on: ``[3]`` for a program that exits with 3 when
                there is nothing to do. A job that never ran, and an array, have no exit code and always alert. By
                default all jobs alert.
            ignore_reasons: Status reasons of jobs that do not alert; ``*`` matches anything. By default all jobs alert.
                ``"Canceled by JobStateTimeLimit*"`` leaves these jobs to `StuckJobAlerts`; ``"Dependent Job failed*"``
                leaves out jobs that failed because another one did.
            log_group: The log group of the jobs, for the link in the message. By default the one in their definition, or
                ``/aws/batch/job`` if the definition has none.

        Raises:
            ValueError: an address is no email address, or is given twice; a filter that could not match; a queue in
                ``job_queues`` whose events would never alert.
        """
        problems = Problems()
        check_receivers(problems, emails, targets)
        check_watched(problems, scope, topic, job_queues=job_queues, job_definitions=job_definitions)
        heard = heard_queues(problems, job_queues, include_service_jobs=include_service_jobs)
        services = service_queues(job_queues)
        problems.check(
            not job_definitions or not services,
            f"job_definitions choose no service jobs, got {names_of(services)}: give that queue alerts of its own",
        )
        with problems:
            pattern = JobPattern(
                statuses=[JobStatus.FAILED],
                job_queues=heard.compute or (),
                job_definitions=job_definitions,
                job_name_prefixes=job_name_prefixes,
                array_jobs=ArrayJobs.ALL if include_array_children else ArrayJobs.NO_CHILDREN,
                ignore_exit_codes=ignore_exit_codes,
                ignore_reasons=ignore_reasons,
            )

        rules = []
        if heard.compute is not None:
            rules.append(_jobs(pattern, None if log_group is None else log_group.log_group_name))
        if heard.service is not None:
            rules.append(_service_jobs(heard.service, job_name_prefixes, ignore_reasons))
        super().__init__(scope, id, rules=rules, emails=emails, topic=topic, targets=targets)


def _jobs(pattern: JobPattern, log_group: str | None) -> AlertRule:
    return AlertRule(
        id="Resource",
        description="Jobs of AWS Batch that failed for good",
        pattern=pattern.to_dict(),
        message=_message(log_group),
    )


def _message(log_group: str | None) -> AlertMessage:
    message = about_a_job(
        "Job <job> failed at <time>.",
        log_link() if log_group is None else log_link(log_group),
        lines=[
            "Of the container: <containerReason>",
            "Exit code: <exitCode>",
            "Failed children of an array: <failed>",
        ],
    )
    return replace(
        message,
        paths={
            **message.paths,
            "containerReason": JobEventField.CONTAINER_REASON,
            "exitCode": JobEventField.EXIT_CODE,
            "failed": JobEventField.ARRAY_FAILED,
            "logGroup": JobEventField.LOG_GROUP,
            "logStream": JobEventField.LOG_STREAM,
        },
    )


def _service_jobs(
    job_queues: Sequence[IJobQueueRef], job_name_prefixes: Sequence[str], ignore_reasons: Sequence[str]
) -> AlertRule:
    pattern = ServiceJobPattern(
        statuses=[JobStatus.FAILED],
        job_queues=job_queues,
        job_name_prefixes=job_name_prefixes,
        ignore_reasons=ignore_reasons,
    )
    message = about_a_service_job("Service job <job> failed at <time>.", lines=["In the service: <resource>"])
    return AlertRule(
        id="ServiceJobs",
        description="Service jobs of AWS Batch that failed for good",
        pattern=pattern.to_dict(),
        message=replace(message, paths={**message.paths, "resource": ServiceJobEventField.SERVICE_RESOURCE}),
    )
