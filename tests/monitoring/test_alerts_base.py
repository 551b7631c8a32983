"""The base of all alerts: topics, subscribers, targets, and policies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from aws_cdk import App, Stack
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs

from batch_constructs import (
    EventBusTarget,
    HttpsTarget,
    JobFailureAlerts,
    JobQueueBlockedAlerts,
    SlackChannel,
    SmsTarget,
    StuckJobAlerts,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    Resources = Callable[[], dict[str, dict[str, Any]]]

BUS = "arn:aws:events:eu-west-1:111122223333:event-bus/operations"


def of_kind(resources: dict[str, dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [each["Properties"] for each in resources.values() if each["Type"] == kind]


def test_subscribers_get_the_text(stack: Stack, synth: Resources) -> None:
    """Emails, phones and webhooks each get a subscription, in this order."""
    JobFailureAlerts(
        stack,
        "Alerts",
        emails=["a@example.com", "b@example.com"],
        targets=[SmsTarget(phone_number="+491701234567"), HttpsTarget(url="https://pager.example.com")],
    )
    assert [(each["Protocol"], each["Endpoint"]) for each in of_kind(synth(), "AWS::SNS::Subscription")] == [
        ("email", "a@example.com"),
        ("email", "b@example.com"),
        ("sms", "+491701234567"),
        ("https", "https://pager.example.com"),
    ]


def test_a_topic_of_yours_is_used(stack: Stack, synth: Resources) -> None:
    """With a given topic, no topic and no key are created."""
    topic = sns.Topic(stack, "Mine")
    alerts = JobFailureAlerts(stack, "Alerts", topic=topic)
    kinds = [each["Type"] for each in synth().values()]
    assert kinds.count("AWS::SNS::Topic") == 1
    assert "AWS::KMS::Key" not in kinds
    assert alerts.topic is topic
    assert alerts.key is None


def test_alerts_share_a_topic(stack: Stack, synth: Resources) -> None:
    """All rules may publish to a shared topic."""
    failures = JobFailureAlerts(stack, "Failures", emails=["ops@example.com"])
    blocked = JobQueueBlockedAlerts(stack, "Blocked", topic=failures.topic)
    [policy] = of_kind(synth(), "AWS::SNS::TopicPolicy")
    _, *allowed = policy["PolicyDocument"]["Statement"]
    assert [each["Condition"]["ArnEquals"]["aws:SourceArn"] for each in allowed] == [
        {"Fn::GetAtt": [stack.get_logical_id(alerts.rule), "Arn"]} for alerts in (failures, blocked)
    ]


def test_a_topic_of_another_stack_does_not_depend_on_its_rules() -> None:
    """Naming the rules in the topic's policy would be a circle between the stacks."""
    app = App(context={"batch-constructs:checks": False})
    first, second = Stack(app, "First"), Stack(app, "Second")
    failures = JobFailureAlerts(first, "Failures")
    StuckJobAlerts(second, "Stuck", topic=failures.topic)
    assembly = app.synth()
    [policy] = of_kind(assembly.get_stack_by_name("First").template["Resources"], "AWS::SNS::TopicPolicy")
    assert policy["PolicyDocument"]["Statement"][-1]["Condition"] == {
        "StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}
    }
    assert [each.id for each in assembly.get_stack_by_name("Second").dependencies if "." not in each.id] == [
        "First"
    ]


def test_an_imported_topic_is_used_as_it_is(stack: Stack, only: Callable[[str], dict[str, Any]]) -> None:
    """The policy of an imported topic is left to its owner."""
    arn = "arn:aws:sns:eu-west-1:123456789012:ops"
    JobFailureAlerts(stack, "Alerts", topic=sns.Topic.from_topic_arn(stack, "Ops", arn))
    [target] = only("AWS::Events::Rule")["Targets"]
    assert target["Arn"] == arn


def test_any_target_of_the_cdk_is_taken(stack: Stack, synth: Resources) -> None:
    """A target of the CDK gets a free rule of the CDK on the same events."""
    inbox = sqs.Queue(stack, "Inbox")
    JobFailureAlerts(stack, "Alerts", targets=[targets.SqsQueue(inbox)])
    ours, cdks = of_kind(synth(), "AWS::Events::Rule")
    assert ours["EventPattern"] == cdks["EventPattern"]
    assert [target["Arn"] for target in cdks["Targets"]] == [stack.resolve(inbox.queue_arn)]


def test_fails_when_a_rule_would_have_too_many_targets(stack: Stack) -> None:
    """Fails for more targets than EventBridge allows, including the topic."""
    buses = [EventBusTarget(event_bus_arn=f"{BUS}{number}") for number in range(5)]
    with pytest.raises(ValueError, match="at most 4 chats and event buses, got 5"):
        JobFailureAlerts(stack, "Alerts", targets=buses)


def test_chats_and_mails_hear_at_the_same_time(stack: Stack, synth: Resources) -> None:
    """One rule publishes to two topics, since chats need another format than emails."""
    slack = SlackChannel(stack, "Slack", workspace_id="T0123ABCDEF", channel_id="C0123ABCDEF")
    JobFailureAlerts(stack, "Alerts", targets=[slack])
    [rule] = of_kind(synth(), "AWS::Events::Rule")
    assert [target["Id"] for target in rule["Targets"]] == ["Topic", "Target1"]
    assert len({str(target["Arn"]) for target in rule["Targets"]}) == 2
