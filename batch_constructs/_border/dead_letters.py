"""Dead-letter queues, which keep the events that EventBridge cannot deliver."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import Duration
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sqs as sqs

from batch_constructs._border import cdk
from batch_constructs.facts import limits

if TYPE_CHECKING:
    from aws_cdk import aws_sns as sns
    from constructs import Construct
    from jsii import Number

    from batch_constructs._border.problems import Problems

__all__ = ["check_delivery", "dead_letter_queue", "let_rule_in"]


def dead_letter_queue(scope: Construct) -> sqs.Queue:
    """Return an encrypted queue that keeps messages for 14 days, the maximum of SQS."""
    return sqs.Queue(
        scope,
        "DeadLetterQueue",
        encryption=sqs.QueueEncryption.SQS_MANAGED,
        enforce_ssl=True,
        retention_period=Duration.days(14),
    )


def let_rule_in(resource: sns.ITopic | sqs.IQueue, *, action: str, arn: str, rule_arn: str) -> None:
    """Let a single EventBridge rule write to a topic or a queue."""
    resource.add_to_resource_policy(
        iam.PolicyStatement(
            principals=[cdk.service_principal("events.amazonaws.com")],
            actions=[action],
            resources=[arn],
            conditions={"ArnEquals": {"aws:SourceArn": rule_arn}},
        )
    )


def check_delivery(problems: Problems, *, retry_attempts: Number, age_seconds: Number | None) -> None:
    """Add a problem for a retry policy that EventBridge would refuse."""
    problems.within("maximum_retry_attempts", retry_attempts, limits.EVENT_RETRIES)
    problems.within("maximum_event_age", age_seconds, limits.EVENT_MAX_AGE_SECONDS)
