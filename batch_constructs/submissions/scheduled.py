"""Jobs that are submitted on a schedule."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from batch_constructs._border import cdk
from batch_constructs._border.arguments import checked
from batch_constructs._border.places import check_place
from batch_constructs._border.problems import Problems
from batch_constructs.job_definitions.base import arn_of, consumed_by, name_and_revisions
from batch_constructs.submissions.request import SubmitJobRequest
from batch_constructs.submissions.schedules import Scheduled, check_schedule

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aws_cdk import Duration
    from aws_cdk import aws_scheduler as scheduler
    from aws_cdk.interfaces.aws_batch import IJobDefinitionRef, IJobQueueRef
    from constructs import Construct
    from jsii import Number

    from batch_constructs.submissions.overrides import (
        ContainerOverrides,
        EksPodOverrides,
        NodeOverrides,
        TaskContainerOverrides,
    )

__all__ = ["ScheduledJob"]


@checked
class ScheduledJob(Scheduled):
    """A job that EventBridge Scheduler submits repeatedly.

    Its role may submit this definition, in any revision, to this queue, and nothing else. A submission that fails goes
    to a dead-letter queue. It always runs the newest revision, so a new one needs no change here.

    Guide: AWS Batch Jobs as CloudWatch Events Targets.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        schedule: str | scheduler.ScheduleExpression,
        job_queue: IJobQueueRef,
        job_definition: IJobDefinitionRef,
        job_name: str | None = None,
        array_size: Number | None = None,
        parameters: Mapping[str, str] | None = None,
        container_overrides: ContainerOverrides | None = None,
        ecs_properties_override: Sequence[TaskContainerOverrides] = (),
        eks_properties_override: EksPodOverrides | None = None,
        node_overrides: NodeOverrides | None = None,
        share_identifier: str | None = None,
        tags: Mapping[str, str] | None = None,
        time_zone: str | None = None,
        maximum_retry_attempts: Number = 185,
        maximum_event_age: Duration | None = None,
        enabled: bool = True,
    ) -> None:
        """Create the schedule, its role and its dead-letter queue.

        Args:
            scope: Where the schedule belongs.
            id: Its name in that scope.
            schedule: ``"rate(1 hour)"``, ``"cron(0 3 * * ? *)"`` or ``"at(2027-01-01T00:00:00)"``, or the CDK's
                ``ScheduleExpression``.
            job_queue: The queue to submit to: ours, the L2's, an L1 or an imported one.
            job_definition: The definition to submit: ours, the L2's, an L1 or an imported one.
            job_name: Up to 128 letters, digits, ``-`` and ``_``. By default the construct's id.
            array_size: 2 to 10,000 children. By default it is a single job.
            parameters: Values for the placeholders ``Ref::name`` of the command. In a value,
                ``<aws.scheduler.scheduled-time>`` becomes the time; ``<aws.scheduler.execution-id>``,
                ``<aws.scheduler.attempt-number>`` and ``<aws.scheduler.schedule-arn>`` are filled in as well. By
                default those of the definition.
            container_overrides: Changes to the container. By default none.
            ecs_properties_override: Changes to several containers on ECS, by name. By default none.
            eks_properties_override: Changes to the pod on Amazon EKS. By default none.
            node_overrides: Changes to a multi-node parallel job. By default none.
            share_identifier: The fair share that the job uses. Required if the queue has a fair-share policy, else not
                allowed; by default none.
            tags: At most 50 tags of each job; the role may then tag the jobs that it submits. By default none.
            time_zone: The time zone, such as ``"Europe/Berlin"``. By default UTC, or that of the
                ``ScheduleExpression``.
            maximum_retry_attempts: How often a failed submission is retried, 0 to 185; by default 185 times.
            maximum_event_age: How long it is retried, 1 minute to 24 hours; by default 24 hours.
            enabled: Whether the schedule is active; by default yes.

        Raises:
            ValueError: arguments that AWS would refuse, all of them in one message.
        """
        problems = Problems()
        check_schedule(
            problems,
            schedule,
            time_zone=time_zone,
            maximum_retry_attempts=maximum_retry_attempts,
            maximum_event_age=maximum_event_age,
        )
        check_place(problems, scope, "job_queue", [job_queue])
        check_place(problems, scope, "job_definition", [job_definition])
        with problems:
            request = SubmitJobRequest(
                job_name=id if job_name is None else job_name,
                job_queue="queue",
                job_definition="definition",
                array_size=array_size,
                parameters=parameters or {},
                container_overrides=container_overrides,
                ecs_properties_override=ecs_properties_override,
                eks_properties_override=eks_properties_override,
                node_overrides=node_overrides,
                share_identifier=share_identifier,
                tags=tags or {},
            )
            request.to_scheduler_input()

        super().__init__(scope, id)
        queue = job_queue.job_queue_ref.job_queue_arn
        definitions = name_and_revisions(arn_of(job_definition))
        self.request = replace(request, job_queue=queue, job_definition=definitions[0])
        self._call(
            f"arn:{cdk.partition()}:scheduler:::aws-sdk:batch:submitJob",
            self.request.to_scheduler_input(),
            actions={
                "batch:SubmitJob": lambda role: [queue, *definitions, *consumed_by(job_definition, role)],
                # AWS Batch checks it on the queue and the definition of a call with tags.
                **({"batch:TagResource": lambda _: [queue, *definitions]} if tags else {}),
            },
            schedule=schedule,
            time_zone=time_zone,
            maximum_retry_attempts=maximum_retry_attempts,
            maximum_event_age=maximum_event_age,
            enabled=enabled,
        )
