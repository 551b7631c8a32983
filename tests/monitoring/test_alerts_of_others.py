"""Rules over alerts that were written with the CDK alone: working ones pass, broken ones are found."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aws_cdk as cdk
import pytest
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns

import batch_constructs as bc
from batch_constructs.assembly.checks import check
from batch_constructs.assembly.template import read
from batch_constructs.testing.synthesis import synthesized

if TYPE_CHECKING:
    from collections.abc import Callable


def found(stack: cdk.Stack) -> list[str]:
    return [finding.message for finding in check(read(synthesized(stack)), select=["EVT-06", "EVT-07"])]


def hear_failures(stack: cdk.Stack, topic: sns.ITopic) -> None:
    pattern = events.EventPattern(source=["aws.batch"], detail_type=["Batch Job State Change"])
    events.Rule(stack, "Rule", event_pattern=pattern, targets=[targets.SnsTopic(topic)])


def alarm_of_failures(stack: cdk.Stack, topic: sns.ITopic) -> None:
    metric = cloudwatch.Metric(
        namespace="AWS/Batch", metric_name="Failed", dimensions_map={"JobQueueName": "q"}
    )
    alarm = metric.create_alarm(stack, "Alarm", threshold=1, evaluation_periods=1)
    alarm.add_alarm_action(actions.SnsAction(topic))


@pytest.fixture
def stack() -> cdk.Stack:
    return cdk.Stack(cdk.App(), "Stack")


@pytest.mark.parametrize("tell", [hear_failures, alarm_of_failures])
def test_a_topic_without_a_key_needs_what_the_cdk_grants(
    stack: cdk.Stack, tell: Callable[[cdk.Stack, sns.ITopic], None]
) -> None:
    """The CDK lets the rule publish; the topic's default policy allows the alarm."""
    tell(stack, sns.Topic(stack, "Topic"))
    assert found(stack) == []


def test_the_cdk_lets_rules_use_the_key(stack: cdk.Stack) -> None:
    """A rule whose messages arrive is not reported."""
    hear_failures(stack, sns.Topic(stack, "Topic", master_key=kms.Key(stack, "Key")))
    assert found(stack) == []


def test_the_cdk_forgets_the_key_of_an_alarm(stack: cdk.Stack) -> None:
    """aws-cdk#11121, hyp3#762: the CDK does not let alarms use the topic's key; our alarms may."""
    key = kms.Key(stack, "Key")
    topic = sns.Topic(stack, "Topic", master_key=key)
    alarm_of_failures(stack, topic)
    [message] = found(stack)
    assert message.endswith("must allow cloudwatch.amazonaws.com kms:Decrypt and kms:GenerateDataKey")


def test_alarms_of_this_library_have_the_key(stack: cdk.Stack) -> None:
    """Our alarms may use the key of any topic."""
    topic = sns.Topic(stack, "Topic", master_key=kms.Key(stack, "Key"))
    queue = bc.JobQueue.from_job_queue_arn(
        stack, "Queue", "arn:aws:batch:eu-west-1:123456789012:job-queue/night"
    )
    bc.BatchAlarms(stack, "Alarms", job_queues=[queue], topic=topic)
    assert found(stack) == []


@pytest.mark.parametrize("tell", [hear_failures, alarm_of_failures])
def test_the_key_of_aws_serves_nobody(
    stack: cdk.Stack, tell: Callable[[cdk.Stack, sns.ITopic], None]
) -> None:
    """Pain 15 (no failure notification): with the AWS managed key, which scanners suggest, nothing is delivered."""
    topic = sns.Topic(stack, "Topic", master_key=kms.Alias.from_alias_name(stack, "Key", "alias/aws/sns"))
    tell(stack, topic)
    [message] = found(stack)
    assert "cannot use the key that AWS manages" in message


def test_the_default_policy_is_not_enough_for_rules(stack: cdk.Stack) -> None:
    """Pain 15 (no failure notification): a topic and a rule without a policy, as in hand-written templates."""
    topic = sns.CfnTopic(stack, "Topic")
    events.CfnRule(
        stack,
        "Rule",
        event_pattern={"source": ["aws.batch"]},
        targets=[events.CfnRule.TargetProperty(arn=topic.ref, id="mail")],
    )
    assert found(stack) == ["Stack/Topic must let events.amazonaws.com publish, got no policy"]
