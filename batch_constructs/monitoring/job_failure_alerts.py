"""Alerts: a failed job says so, once, in words that help."""

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
    """Mails, or any other subscriber of a topic, hear of every job that failed for good.

    AWS Batch reports ``FAILED`` only after the last attempt. Children of an array and nodes of a multi-node job are
    left out: their parent fails with them, and 10,000 children would send 10,000 mails. 10,000 single jobs do; where
    that may happen, let `BatchAlarms` speak once instead. What cannot be delivered goes to a
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
            job_queues: Whose jobs to watch: ours, the L2's, an L1 or an imported one. By default all queues of the
                account and Region.
            job_definitions: Whose jobs to watch, in any revision. By default all.
            job_name_prefixes: Which jobs to watch, by how their names begin. By default all.
            emails: Who gets a mail. Each must confirm the subscription that AWS sends. By default nobody.
            topic: Where to publish. By default a topic of its own, with a key of its own, since the key of AWS
                lets no EventBridge rule publish. The key of a topic of yours is opened to EventBridge; an imported
                topic, and an imported key, must let ``events.amazonaws.com`` in by themselves. Share that of other
                alerts: ``other.topic``.
            targets: Who else hears of it: `SmsTarget`, `HttpsTarget`, `EventBusTarget`, a `SlackChannel` or
                `TeamsChannel`, or any target that the CDK's ``events.Rule`` takes. By default nobody.
            include_array_children: Whether each failed child of an array job and each node of a multi-node job
                alerts as well; by default no.
            include_service_jobs: Whether failed SageMaker jobs alert as well, but for those with ``ignore_reasons``. By
                default those of queues that are named in ``job_queues``, as far as it is known what they are; an imported
                queue is known if `SageMakerJobQueue.from_job_queue_arn` refers to it.
            ignore_exit_codes: Codes of jobs that do not alert, from 1 on: ``[3]`` for a program that says "nothing to
                do" so. A job that never ran has none, and alerts; so does an array, which has none of its own. By
                default all do.
            ignore_reasons: Status reasons of jobs that do not alert; ``*`` stands for any text. By default all do.
                ``"Canceled by JobStateTimeLimit*"`` leaves those to `StuckJobAlerts`, ``"Dependent Job failed*"``
                those that another failure took along.
            log_group: Where the jobs write, for the link. By default what their definition names; a job whose
                definition names none writes to ``/aws/batch/job``.

        Raises:
            ValueError: an address is no email address, or is given twice; a filter that could not match; a queue that is
                named would never be heard.
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
        try:
            pattern = JobPattern(
                statuses=[JobStatus.FAILED],
                job_queues=heard.compute or (),
                job_definitions=job_definitions,
                job_name_prefixes=job_name_prefixes,
                array_jobs=ArrayJobs.ALL if include_array_children else ArrayJobs.NO_CHILDREN,
                ignore_exit_codes=ignore_exit_codes,
                ignore_reasons=ignore_reasons,
            )
        except ValueError as error:
            problems.add(str(error))
        problems.raise_if_any()

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
