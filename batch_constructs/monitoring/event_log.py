"""A log group for the events of AWS Batch, with saved queries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import Names
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs

from batch_constructs._border import cdk
from batch_constructs._border.arguments import checked
from batch_constructs._border.dead_letters import dead_letter_queue, let_rule_in
from batch_constructs._border.keys import use_for_logs
from batch_constructs._border.places import check_place
from batch_constructs._border.problems import Problems
from batch_constructs._border.synth_checks import CheckedConstruct
from batch_constructs.facts import events as facts
from batch_constructs.monitoring.event_queries import QUERIES
from batch_constructs.monitoring.pattern_base import Filter, arns

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aws_cdk import RemovalPolicy
    from aws_cdk import aws_kms as kms
    from aws_cdk.interfaces.aws_batch import IJobQueueRef
    from constructs import Construct

__all__ = ["JobEventLog"]

_NAME_LENGTH = 128


@checked
class JobEventLog(CheckedConstruct):
    """All events of AWS Batch about jobs and queues, kept in a log group, with saved queries.

    Use it to find out next week why last night went wrong: AWS Batch forgets finished jobs after some
    days. EventBridge delivers its events for free. CloudWatch Logs charges for ingestion and storage,
    about 2 KB for each change of a job's state.

    Guide: Tutorial: Listening for AWS Batch CloudWatch Events.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        job_queues: Sequence[IJobQueueRef] = (),
        retention: logs.RetentionDays = logs.RetentionDays.THREE_MONTHS,
        encryption_key: kms.IKey | kms.Key | None = None,
        removal_policy: RemovalPolicy | None = None,
        queries: Mapping[str, str] | None = None,
    ) -> None:
        """Create the rule, the log group that it may write to, its dead-letter queue, and the queries.

        Args:
            scope: Where the log belongs.
            id: Its name in that scope.
            job_queues: Queues whose events are kept; any kind of construct. By default all of the account and Region,
                including service jobs and preemptions, whose events name no queue.
            retention: How long events are kept; by default 3 months.
            encryption_key: A key of yours, which then lets CloudWatch Logs use it for this group. By default the
                group is encrypted with a key of AWS.
            removal_policy: Whether the group stays when the stack is deleted. By default it stays.
            queries: Your own queries for Logs Insights by name, in addition to ours. An empty string removes the query
                of that name. By default only ours.

        Raises:
            ValueError: a queue, or the key, is in another Region or account.
        """
        problems = Problems()
        check_place(problems, scope, "job_queues", job_queues)
        check_place(problems, scope, "encryption_key", [encryption_key], account=False)
        problems.raise_if_any()
        super().__init__(scope, id)
        # The console of EventBridge shows only groups with this prefix as targets.
        name = f"/aws/events/{Names.unique_resource_name(self, max_length=_NAME_LENGTH, separator='-')}"
        if encryption_key is not None:
            encryption_key.add_to_resource_policy(use_for_logs(cdk.arn("logs", f"log-group:{name}")))
        self.log_group = logs.LogGroup(
            self,
            "LogGroup",
            log_group_name=name,
            retention=retention,
            encryption_key=encryption_key,
            removal_policy=removal_policy,
        )
        self.dead_letter_queue = dead_letter_queue(self)
        dead_letter_arn = self.dead_letter_queue.queue_arn
        self.rule = events.CfnRule(
            self,
            "Resource",
            description="All events of AWS Batch, for the log",
            event_pattern=_pattern(job_queues),
            targets=[
                events.CfnRule.TargetProperty(
                    id="LogGroup",
                    # Without the :* at the end of a group's ARN, which EventBridge does not accept.
                    arn=cdk.arn("logs", f"log-group:{self.log_group.log_group_name}"),
                    dead_letter_config=events.CfnRule.DeadLetterConfigProperty(arn=dead_letter_arn),
                )
            ],
        )
        rule_arn = self.rule.attr_arn
        let_rule_in(self.dead_letter_queue, action="sqs:SendMessage", arn=dead_letter_arn, rule_arn=rule_arn)
        for statement in _writing(self.log_group.log_group_arn, rule_arn):
            self.log_group.add_to_resource_policy(statement)
        self.queries = [
            logs.CfnQueryDefinition(
                self,
                f"Query{number}",
                # A slash makes a folder.
                name=f"{self.node.path}/{title}",
                query_string=text,
                log_group_names=[self.log_group.log_group_name],
            )
            for number, (title, text) in enumerate({**QUERIES, **(queries or {})}.items(), start=1)
            if text
        ]

    def grant_read(self, grantee: iam.IGrantable) -> iam.Grant:
        """Allow reading and querying the events.

        Args:
            grantee: A role, a function, a user: who reads.
        """
        return self.log_group.grant_read(grantee)


def _pattern(job_queues: Sequence[IJobQueueRef]) -> dict[str, object]:
    kinds = [
        facts.JOB_STATE_CHANGE,
        facts.QUEUE_BLOCKED,
        facts.SERVICE_JOB_STATE_CHANGE,
        facts.SERVICE_QUEUE_BLOCKED,
    ]
    if not job_queues:
        # These events name no queue, so that they cannot be filtered by queue.
        kinds += [each.value for each in facts.PreemptionPhase]
    detail = Filter()
    detail.one_of("jobQueue", arns(job_queues))
    return {**detail.of(""), "detail-type": kinds}


def _writing(log_group_arn: str, rule_arn: str) -> list[iam.PolicyStatement]:
    """Return what EventBridge needs to write; the console grants the same for all groups at once."""
    writers = ["events.amazonaws.com", "delivery.logs.amazonaws.com"]
    return [
        iam.PolicyStatement(
            principals=[cdk.service_principal(writer) for writer in writers],
            actions=[action],
            resources=[log_group_arn],
            conditions=conditions,
        )
        # EventBridge creates the stream without naming the rule.
        for action, conditions in (
            ("logs:CreateLogStream", {"StringEquals": {"aws:SourceAccount": cdk.account()}}),
            ("logs:PutLogEvents", {"ArnEquals": {"aws:SourceArn": rule_arn}}),
        )
    ]
