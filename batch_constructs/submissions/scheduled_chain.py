"""Chains of jobs that are started on a schedule."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from batch_constructs._border.arguments import checked
from batch_constructs._border.places import check_place
from batch_constructs._border.problems import Problems
from batch_constructs.submissions.attributes import check_attributes
from batch_constructs.submissions.schedules import Scheduled, check_schedule

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aws_cdk import Duration
    from aws_cdk import aws_scheduler as scheduler
    from aws_cdk.interfaces.aws_stepfunctions import IStateMachineRef
    from constructs import Construct
    from jsii import Number

__all__ = ["ScheduledJobChain"]


@checked
class ScheduledJobChain(Scheduled):
    """A state machine that EventBridge Scheduler starts repeatedly, such as a nightly chain of jobs.

    Its role may start executions of this state machine, and nothing else. A start that fails goes to a dead-letter
    queue.

    Guide: Job Dependencies; AWS Batch Jobs as CloudWatch Events Targets.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        schedule: str | scheduler.ScheduleExpression,
        state_machine: IStateMachineRef,
        input: Mapping[str, Any] | None = None,
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
            state_machine: The state machine to start: a `JobChainStateMachine`, one of the CDK's L2, or an L1.
            input: The input of each execution, which jobs read by ``sfn.JsonPath``. In a value,
                ``<aws.scheduler.scheduled-time>`` becomes the time, such as ``2027-01-01T03:00:00Z``. By default an
                empty object.
            time_zone: The time zone, such as ``"Europe/Berlin"``. By default UTC, or that of the
                ``ScheduleExpression``.
            maximum_retry_attempts: How often a failed start is retried, 0 to 185; by default 185 times.
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
        check_attributes(
            problems, {"input": dict(input or {})}, carrier="EventBridge Scheduler", service="scheduler"
        )
        check_place(problems, scope, "state_machine", [state_machine])
        problems.raise_if_any()

        super().__init__(scope, id)
        machine = state_machine.state_machine_ref.state_machine_arn
        self._call(
            machine,
            dict(input or {}),
            actions={"states:StartExecution": lambda _: [machine]},
            schedule=schedule,
            time_zone=time_zone,
            maximum_retry_attempts=maximum_retry_attempts,
            maximum_event_age=maximum_event_age,
            enabled=enabled,
        )
