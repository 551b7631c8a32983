"""All alerts of some queues: one topic, and each event alerts once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from batch_constructs import (
    BatchAlerts,
    EventBusTarget,
    ImportedComputeEnvironment,
    ImportedJobQueue,
    SmsTarget,
)
from tests.monitoring.samples import QUEUE, heard

if TYPE_CHECKING:
    from collections.abc import Callable

    from aws_cdk import Stack

    Resources = dict[str, dict[str, Any]]

ENVIRONMENT_ARN = "arn:aws:batch:eu-west-1:123456789012:compute-environment/mine"
BUS = "arn:aws:events:eu-west-1:111122223333:event-bus/ops"


def of_type(resources: Resources, kind: str) -> list[dict[str, Any]]:
    return [each["Properties"] for each in resources.values() if each["Type"] == kind]


def test_each_event_is_told_once(stack: Stack, synth: Callable[[], Resources]) -> None:
    """Pain 15 (aws-cdk#12551, aws-cdk#28657): one construct, and no two of its rules match the same event."""
    BatchAlerts(stack, "Alerts", job_queues=[ImportedJobQueue(stack, "Queue", job_queue_arn=QUEUE)])
    told = [name for rule in of_type(synth(), "AWS::Events::Rule") for name in heard(rule["EventPattern"])]
    assert len(told) == len(set(told))
    assert {
        "job_failed",
        "job_cancelled_by_time_limit",
        "job_queue_blocked",
        "job_queue_blocked_by_invalid_environments",
        "health",
    } <= set(told)


def test_all_rules_publish_to_one_encrypted_topic(stack: Stack, synth: Callable[[], Resources]) -> None:
    """An email address is confirmed once."""
    alerts = BatchAlerts(stack, "Alerts", emails=["ops@example.com", "boss@example.com"])
    resources = synth()
    [topic] = of_type(resources, "AWS::SNS::Topic")
    assert topic["KmsMasterKeyId"]
    assert len(of_type(resources, "AWS::SNS::Subscription")) == 2
    arn = stack.resolve(alerts.topic.topic_arn)
    rules = of_type(resources, "AWS::Events::Rule")
    assert len(rules) == 8
    assert all([target["Arn"] for target in rule["Targets"]] == [arn] for rule in rules)


def test_subscribers_are_subscribed_once_and_buses_hear_of_every_rule(
    stack: Stack, synth: Callable[[], Resources]
) -> None:
    """A phone is a subscriber of the topic; an event bus is a target of each rule."""
    targets: list[Any] = [SmsTarget(phone_number="+491701234567"), EventBusTarget(event_bus_arn=BUS)]
    BatchAlerts(stack, "Alerts", targets=targets)
    resources = synth()
    [subscription] = of_type(resources, "AWS::SNS::Subscription")
    assert subscription["Protocol"] == "sms"
    rules = of_type(resources, "AWS::Events::Rule")
    assert all(BUS in [target["Arn"] for target in rule["Targets"]] for rule in rules)


def test_only_the_environments_that_are_named_are_looked_at(
    stack: Stack, synth: Callable[[], Resources]
) -> None:
    """Other environments of the account are not checked."""
    mine = ImportedComputeEnvironment(stack, "Mine", compute_environment_arn=ENVIRONMENT_ARN)
    BatchAlerts(stack, "Alerts", compute_environments=[mine])
    [machine] = of_type(synth(), "AWS::StepFunctions::StateMachine")
    assert ENVIRONMENT_ARN in str(machine)


def test_alerts_that_nobody_hears_are_warned_of(stack: Stack) -> None:
    """Synth goes on, and the warning ends once there is a subscription."""
    from aws_cdk import aws_sns as sns

    from batch_constructs.testing import assert_no_findings

    alerts = BatchAlerts(stack, "Alerts")
    with pytest.raises(AssertionError, match=r"EVT-08 .*Stack/Alerts/Failures.* must have a subscription"):
        assert_no_findings(stack, warnings=True)
    sns.Subscription(
        stack,
        "Later",
        topic=alerts.topic,
        protocol=sns.SubscriptionProtocol.EMAIL,
        endpoint="ops@example.com",
    )
    assert_no_findings(stack, warnings=True)


def test_fails_when_an_address_is_none(stack: Stack) -> None:
    """Fails when the alerts are created, and adds nothing to the tree."""
    with pytest.raises(ValueError, match="emails must hold addresses"):
        BatchAlerts(stack, "Alerts", emails=["nobody"])
    assert stack.node.try_find_child("Alerts") is None
