"""The base class of schedules of EventBridge Scheduler: the role, the dead letters, the time zone.

Guide: CloudWatch Events IAM Role.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_scheduler as scheduler

from batch_constructs._border import cdk
from batch_constructs._border.dead_letters import check_delivery, dead_letter_queue
from batch_constructs._border.problems import did_you_mean
from batch_constructs._border.synth_checks import CheckedConstruct
from batch_constructs._border.tokens import known, seconds
from batch_constructs.facts import patterns

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from aws_cdk import Duration
    from aws_cdk import aws_sqs as sqs
    from jsii import Number

    from batch_constructs._border.problems import Problems

__all__ = ["Scheduled", "check_schedule"]


def check_schedule(
    problems: Problems,
    schedule: str | scheduler.ScheduleExpression,
    *,
    time_zone: str | None,
    maximum_retry_attempts: Number,
    maximum_event_age: Duration | None,
) -> None:
    """Add a problem for each argument that EventBridge Scheduler would refuse."""
    problems.matches("schedule", schedule if isinstance(schedule, str) else None, patterns.SCHEDULE)
    if time_zone is not None and known(time_zone):
        _check_time_zone(problems, time_zone)
    check_delivery(problems, retry_attempts=maximum_retry_attempts, age_seconds=seconds(maximum_event_age))


def _check_time_zone(problems: Problems, name: str) -> None:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        # Only now, since listing them reads hundreds of files. If the system has no time zones, nothing can be checked.
        zones = available_timezones()
        problems.check(
            not zones,
            f"time_zone must be one such as 'Europe/Berlin', got {name!r}{did_you_mean(name, zones)}",
        )


class Scheduled(CheckedConstruct):
    """A schedule with its own role; calls that fail go to a dead-letter queue."""

    dead_letter_queue: sqs.Queue
    """The queue that keeps failed calls for 14 days."""

    role: iam.Role
    """The role of the schedule: it may do this one thing."""

    cfn: scheduler.CfnSchedule

    def _call(
        self,
        arn: str,
        message: dict[str, Any],
        *,
        actions: Mapping[str, Callable[[iam.Role], list[str]]],
        schedule: str | scheduler.ScheduleExpression,
        time_zone: str | None,
        maximum_retry_attempts: Number,
        maximum_event_age: Duration | None,
        enabled: bool,
    ) -> None:
        """Make the schedule that calls a target with a message. Its role may do these actions on these resources."""
        self.dead_letter_queue = dead_letter_queue(self)
        self.role = self._role(actions)
        expression, zone = (
            (schedule, None)
            if isinstance(schedule, str)
            else (schedule.expression_string, schedule.time_zone)
        )
        self.cfn = scheduler.CfnSchedule(
            self,
            "Resource",
            schedule_expression=expression,
            schedule_expression_timezone=time_zone or (zone.timezone_name if zone is not None else None),
            flexible_time_window=scheduler.CfnSchedule.FlexibleTimeWindowProperty(mode="OFF"),
            state="ENABLED" if enabled else "DISABLED",
            target=scheduler.CfnSchedule.TargetProperty(
                arn=arn,
                role_arn=self.role.role_arn,
                # Not json.dumps: only the CDK can put a number token into a string.
                input=Stack.of(self).to_json_string(message),
                dead_letter_config=scheduler.CfnSchedule.DeadLetterConfigProperty(
                    arn=self.dead_letter_queue.queue_arn
                ),
                retry_policy=scheduler.CfnSchedule.RetryPolicyProperty(
                    maximum_retry_attempts=maximum_retry_attempts,
                    maximum_event_age_in_seconds=seconds(maximum_event_age),
                ),
            ),
        )
        # If the schedule started before its role has its rights, the first message would go to the dead letters.
        self.cfn.node.add_dependency(self.role.node.find_child("DefaultPolicy"))

    def _role(self, actions: Mapping[str, Callable[[iam.Role], list[str]]]) -> iam.Role:
        role = iam.Role(
            self,
            "Role",
            assumed_by=cdk.guarded_principal(
                "scheduler.amazonaws.com", {"StringEquals": {"aws:SourceAccount": cdk.account()}}
            ),
        )
        for action, resources in actions.items():
            role.add_to_policy(iam.PolicyStatement(actions=[action], resources=resources(role)))
        role.add_to_policy(
            iam.PolicyStatement(actions=["sqs:SendMessage"], resources=[self.dead_letter_queue.queue_arn])
        )
        return role
