"""The receivers of alarms and budgets: chats, phones and webhooks, each once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from aws_cdk import App, Stack
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs

import batch_constructs as bc
from batch_constructs.testing import assert_no_findings
from tests.monitoring.samples import QUEUE

if TYPE_CHECKING:
    from collections.abc import Callable

    Synth = Callable[[], dict[str, dict[str, Any]]]

TAGS = {"project": "genomics"}
BUS = "arn:aws:events:eu-west-1:111122223333:event-bus/operations"


def of_type(resources: dict[str, dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [each["Properties"] for each in resources.values() if each["Type"] == kind]


@pytest.fixture
def queue(stack: Stack) -> bc.ImportedJobQueue:
    return bc.JobQueue.from_job_queue_arn(stack, "Queue", QUEUE)


def slack(scope: Stack, id: str = "Slack") -> bc.SlackChannel:
    return bc.SlackChannel(scope, id, workspace_id="T0123ABCDEF", channel_id="C0123ABCDEF")


def services_of(stack: Stack, topic: sns.ITopic, resources: dict[str, dict[str, Any]]) -> set[str]:
    """Return the services that may publish to a topic, by its policy and by that of its key."""
    name = stack.resolve(topic.topic_arn)["Ref"]
    policies = [
        each for each in of_type(resources, "AWS::SNS::TopicPolicy") if {"Ref": name} in each["Topics"]
    ]
    key = resources[name]["Properties"]["KmsMasterKeyId"]["Fn::GetAtt"][0]
    allowed, encrypting = (
        {
            statement["Principal"]["Service"]
            for document in documents
            for statement in document["Statement"]
            if statement["Effect"] == "Allow" and "Service" in statement.get("Principal", {})
        }
        for documents in (
            [each["PolicyDocument"] for each in policies],
            [resources[key]["Properties"]["KeyPolicy"]],
        )
    )
    return allowed & encrypting


def test_a_chat_hears_of_alarms_by_its_own_topic(
    stack: Stack, synth: Synth, queue: bc.ImportedJobQueue
) -> None:
    """CloudWatch may publish there and use its key; no other topic is created (hyp3#762)."""
    channel = slack(stack)
    bc.BatchAlarms(stack, "Alarms", job_queues=[queue], targets=[channel])
    resources = synth()
    arn = stack.resolve(channel.topic.topic_arn)
    alarms = of_type(resources, "AWS::CloudWatch::Alarm")
    assert len(alarms) == 2
    assert all(each["AlarmActions"] == each["OKActions"] == [arn] for each in alarms)
    assert len(of_type(resources, "AWS::SNS::Topic")) == 1
    assert services_of(stack, channel.topic, resources) == {
        "events.amazonaws.com",
        "cloudwatch.amazonaws.com",
    }
    assert_no_findings(stack, warnings=True)


def test_phones_and_web_hooks_subscribe_to_a_topic_of_the_alarms(
    stack: Stack, synth: Synth, queue: bc.ImportedJobQueue
) -> None:
    """They subscribe like emails."""
    bc.BatchAlarms(
        stack,
        "Alarms",
        job_queues=[queue],
        emails=["ops@example.com"],
        targets=[bc.SmsTarget(phone_number="+491701234567"), bc.HttpsTarget(url="https://pager.example.com")],
    )
    protocols = [each["Protocol"] for each in of_type(synth(), "AWS::SNS::Subscription")]
    assert protocols == ["email", "sms", "https"]


def test_a_chat_alone_is_the_one_topic_of_a_budget(stack: Stack, synth: Synth) -> None:
    """Emails need no topic (terraform-aws-budget-alarms#6, landing-zone-accelerator-on-aws#409)."""
    channel = slack(stack)
    bc.BatchBudget(stack, "Budget", monthly_limit=5, tags=TAGS, emails=["ops@example.com"], targets=[channel])
    resources = synth()
    [budget] = of_type(resources, "AWS::Budgets::Budget")
    told = budget["NotificationsWithSubscribers"][0]["Subscribers"]
    assert told == [
        {"Address": "ops@example.com", "SubscriptionType": "EMAIL"},
        {"Address": stack.resolve(channel.topic.topic_arn), "SubscriptionType": "SNS"},
    ]
    assert "budgets.amazonaws.com" in services_of(stack, channel.topic, resources)
    assert_no_findings(stack, warnings=True)


def test_several_chats_and_phones_share_one_topic_of_a_budget(stack: Stack, synth: Synth) -> None:
    """A budget has one topic, which all listen to; alerts do not go there, or chats would show them twice."""
    one, two = slack(stack, "One"), slack(stack, "Two")
    phone = bc.SmsTarget(phone_number="+491701234567")
    budget = bc.BatchBudget(stack, "Budget", monthly_limit=5, tags=TAGS, targets=[one, two, phone])
    resources = synth()
    assert budget.topic is not None
    arn = stack.resolve(budget.topic.topic_arn)
    channels = of_type(resources, "AWS::Chatbot::SlackChannelConfiguration")
    assert [arn in each["SnsTopicArns"] and len(each["SnsTopicArns"]) == 2 for each in channels] == [
        True,
        True,
    ]
    [subscription] = of_type(resources, "AWS::SNS::Subscription")
    assert subscription["TopicArn"] == arn
    assert "budgets.amazonaws.com" in services_of(stack, budget.topic, resources)


def test_a_chat_listens_to_a_topic_that_a_budget_shares(stack: Stack, synth: Synth) -> None:
    """A given topic stays the budget's topic, even if it is imported."""
    channel, topic = slack(stack), sns.Topic(stack, "Topic")
    imported = sns.Topic.from_topic_arn(stack, "Theirs", "arn:aws:sns:eu-west-1:123456789012:ops")
    bc.BatchBudget(stack, "Budget", monthly_limit=5, tags=TAGS, topic=topic, targets=[channel])
    bc.BatchBudget(stack, "Other", monthly_limit=5, tags=TAGS, topic=imported, targets=[channel])
    [configuration] = of_type(synth(), "AWS::Chatbot::SlackChannelConfiguration")
    assert configuration["SnsTopicArns"][1:] == [
        stack.resolve(topic.topic_arn),
        "arn:aws:sns:eu-west-1:123456789012:ops",
    ]


def test_fails_when_a_target_cannot_be_told(stack: Stack, queue: bc.ImportedJobQueue) -> None:
    """Fails for event buses and CDK targets: alarms and budgets publish to topics only."""
    inbox: Any = targets.SqsQueue(sqs.Queue(stack, "Inbox"))
    bus: Any = bc.EventBusTarget(event_bus_arn=BUS)
    for target, message in ((inbox, r"targets\[0\] .* SqsQueue"), (bus, r"targets\[0\] .*SlackChannel")):
        with pytest.raises(ValueError, match=message):
            bc.BatchAlarms(stack, "Alarms", job_queues=[queue], targets=[target])
        with pytest.raises(ValueError, match=message):
            bc.BatchBudget(stack, "Budget", monthly_limit=5, tags=TAGS, targets=[target])


def test_fails_when_an_alarm_would_have_too_many_actions(stack: Stack, queue: bc.ImportedJobQueue) -> None:
    """Fails for more actions than CloudWatch allows, including the topic."""
    channels = [slack(stack, f"Slack{number}") for number in range(5)]
    with pytest.raises(ValueError, match="targets must hold at most 4 chats, got 5"):
        bc.BatchAlarms(stack, "Alarms", job_queues=[queue], targets=channels)


def test_fails_when_a_chat_would_wait_for_a_stack_that_waits_for_it() -> None:
    """Fails before the CDK reports a circle between the stacks."""
    app = App(context={"batch-constructs:checks": False})
    shared, stack = Stack(app, "Shared"), Stack(app, "Stack")
    topic = sns.Topic(stack, "Topic")
    channel = slack(shared)
    assert not channel.may_listen(topic)
    with pytest.raises(ValueError, match="targets must hold chats of the topic's own stack"):
        bc.BatchBudget(stack, "Budget", monthly_limit=5, tags=TAGS, topic=topic, targets=[channel])
    with pytest.raises(ValueError, match="Shared/Slack cannot listen to Stack/Topic"):
        channel.listen(topic)


def test_fails_when_nobody_hears_of_a_budget(stack: Stack) -> None:
    """Fails without receivers, and names the three ways to have some."""
    with pytest.raises(ValueError, match="emails, topic or targets must be given"):
        bc.BatchBudget(stack, "Budget", monthly_limit=5, tags=TAGS)
