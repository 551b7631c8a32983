"""The receivers of a platform's alerts, alarms and budget: each gets everything once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from aws_cdk import App, Stack
from aws_cdk import aws_sns as sns

import batch_constructs as bc
from batch_constructs.assembly.checks import check
from batch_constructs.assembly.template import model_of
from batch_constructs.testing import assert_no_findings
from tests.monitoring.samples import QUEUE

if TYPE_CHECKING:
    from collections.abc import Callable

    from aws_cdk import aws_ec2 as ec2

    Synth = Callable[[], dict[str, dict[str, Any]]]

BUS = "arn:aws:events:eu-west-1:111122223333:event-bus/operations"


def of_type(resources: dict[str, dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [each["Properties"] for each in resources.values() if each["Type"] == kind]


def slack(scope: Stack) -> bc.SlackChannel:
    return bc.SlackChannel(scope, "Slack", workspace_id="T0123ABCDEF", channel_id="C0123ABCDEF")


def told_by(budget: dict[str, Any]) -> set[str]:
    notes = budget["NotificationsWithSubscribers"]
    return {str(each["Address"]) for note in notes for each in note["Subscribers"]}


def test_a_chat_hears_of_the_budget_and_of_alarms_once(stack: Stack, vpc: ec2.IVpc, synth: Synth) -> None:
    """A platform with only a chat as its receiver."""
    channel = slack(stack)
    platform = bc.BatchPlatform(
        stack, "Platform", vpc=vpc, monthly_budget=5000, alarms=True, targets=[channel]
    )
    assert platform.alerts is not None
    shared = stack.resolve(platform.alerts.topic.topic_arn)
    resources = synth()
    [configuration] = of_type(resources, "AWS::Chatbot::SlackChannelConfiguration")
    assert configuration["SnsTopicArns"] == [stack.resolve(channel.topic.topic_arn), shared]
    # By the topic that the chat listens to, and not by its own as well.
    assert all(each["AlarmActions"] == [shared] for each in of_type(resources, "AWS::CloudWatch::Alarm"))
    [budget] = of_type(resources, "AWS::Budgets::Budget")
    assert told_by(budget) == {str(shared)}
    assert_no_findings(stack, warnings=True)


def test_a_chat_hears_of_alarms_without_a_budget(stack: Stack, vpc: ec2.IVpc, synth: Synth) -> None:
    """By its own topic, in addition to that of the alerts."""
    channel = slack(stack)
    bc.BatchPlatform(stack, "Platform", vpc=vpc, alarms=True, targets=[channel])
    own = stack.resolve(channel.topic.topic_arn)
    assert all(own in each["AlarmActions"] for each in of_type(synth(), "AWS::CloudWatch::Alarm"))


@pytest.mark.parametrize("alarms", [True, False])
def test_chats_and_phones_hear_without_alerts(
    stack: Stack,
    vpc: ec2.IVpc,
    synth: Synth,
    alarms: bool,
) -> None:
    """Receivers are allowed for alarms and a budget alone."""
    channel = slack(stack)
    phone = bc.SmsTarget(phone_number="+491701234567")
    bc.BatchPlatform(
        stack,
        "Platform",
        vpc=vpc,
        alerts=False,
        alarms=alarms,
        monthly_budget=5,
        targets=[channel, phone],
    )
    resources = synth()
    assert of_type(resources, "AWS::SNS::Subscription")
    [budget] = of_type(resources, "AWS::Budgets::Budget")
    [topic] = told_by(budget)
    heard = [
        str(arn)
        for each in of_type(resources, "AWS::Chatbot::SlackChannelConfiguration")
        for arn in each["SnsTopicArns"]
    ]
    assert topic in heard
    assert_no_findings(stack, warnings=True)


def test_a_chat_of_another_stack_hears_without_a_circle_between_the_stacks() -> None:
    """The alerts depend on the chat's stack, so the budget publishes to the chat and the emails directly."""
    app = App(context={"batch-constructs:checks": False})
    shared, stack = Stack(app, "Shared"), Stack(app, "Stack")
    queue = bc.JobQueue.from_job_queue_arn(shared, "Queue", QUEUE)
    channel = slack(shared)
    bc.BatchObservabilityStack(
        app,
        "Watch",
        queues={"q": queue},
        emails=["ops@example.com"],
        targets=[channel],
        alarms=True,
        monthly_budget=5,
        cost_tags={"team": "genomics"},
    )
    del stack
    resources = app.synth().get_stack_by_name("Watch").template["Resources"]
    [budget] = of_type(resources, "AWS::Budgets::Budget")
    told = told_by(budget)
    assert "ops@example.com" in told
    assert any("ExportsOutput" in each for each in told)
    assert all(len(each["AlarmActions"]) == 2 for each in of_type(resources, "AWS::CloudWatch::Alarm"))


def test_an_event_bus_hears_of_alerts_and_nobody_of_the_rest(stack: Stack, vpc: ec2.IVpc) -> None:
    """Alarms and the budget publish to topics only; a warning says so."""
    bus = bc.EventBusTarget(event_bus_arn=BUS)
    bc.BatchPlatform(stack, "Platform", vpc=vpc, alarms=True, monthly_budget=5, targets=[bus])
    with pytest.raises(AssertionError, match=r"EVT-08 .*Platform/Budget.* must have a subscription"):
        assert_no_findings(stack, warnings=True)


@pytest.mark.parametrize(
    "make",
    [
        lambda stack, queue: bc.JobFailureAlerts(stack, "A", job_queues=[queue]),
        lambda stack, queue: bc.BatchAlerts(stack, "A", job_queues=[queue]),
        lambda stack, queue: bc.StuckJobAlerts(stack, "A", job_queues=[queue]),
        lambda stack, queue: bc.JobQueueBlockedAlerts(stack, "A", job_queues=[queue]),
        lambda stack, queue: bc.ComputeEnvironmentAlerts(stack, "A", job_queues=[queue]),
        lambda stack, _: bc.ServiceJobPreemptionAlerts(stack, "A"),
        lambda stack, queue: bc.BatchAlarms(stack, "A", job_queues=[queue]),
        lambda stack, _: bc.BatchBudget(
            stack, "A", monthly_limit=5, tags={"a": "b"}, topic=sns.Topic(stack, "Topic")
        ),
    ],
    ids=["failures", "all", "stuck", "blocked", "environments", "preemptions", "alarms", "budget"],
)
def test_whatever_nobody_hears_is_warned_of(stack: Stack, make: Callable[[Stack, Any], Any]) -> None:
    """A warning at synth names the construct."""
    make(stack, bc.JobQueue.from_job_queue_arn(stack, "Queue", QUEUE))
    with pytest.raises(AssertionError, match=r"EVT-08 .*nobody is notified of Stack/A.*emails="):
        assert_no_findings(stack, warnings=True)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            {"alerts": False, "alarms": True, "targets": [bc.EventBusTarget(event_bus_arn=BUS)]},
            "only chats, SmsTarget and HttpsTarget get alarms and the budget",
        ),
        (
            {"alerts": False, "monthly_budget": 5, "targets": [bc.EventBusTarget(event_bus_arn=BUS)]},
            "monthly_budget needs receivers",
        ),
    ],
)
def test_fails_when_targets_would_hear_nothing(
    stack: Stack, vpc: ec2.IVpc, arguments: dict[str, Any], message: str
) -> None:
    """Fails if only alarms or a budget could notify them."""
    with pytest.raises(ValueError, match=message):
        bc.BatchPlatform(stack, "Platform", vpc=vpc, **arguments)


def test_fails_when_a_chat_and_a_topic_of_two_stacks_share_a_budget() -> None:
    """Fails before the CDK reports a circle between the stacks."""
    app = App(context={"batch-constructs:checks": False})
    shared, stack = Stack(app, "Shared"), Stack(app, "Stack")
    with pytest.raises(ValueError, match="make the chat in the stack of the topic"):
        bc.BatchObservabilityStack(
            app,
            "Watch",
            queues={"q": bc.JobQueue.from_job_queue_arn(shared, "Queue", QUEUE)},
            topic=sns.Topic(stack, "Topic"),
            targets=[slack(shared)],
            monthly_budget=5,
            cost_tags={"team": "genomics"},
        )


def alerts_heard_in_another_stack(*, subscribed: bool) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return templates of alerts without a receiver, and of a stack that subscribes or publishes to their topic."""
    app = App(context={"batch-constructs:checks": False})
    watch, people = Stack(app, "Watch"), Stack(app, "People")
    queue = bc.JobQueue.from_job_queue_arn(watch, "Queue", QUEUE)
    alerts = bc.JobFailureAlerts(watch, "Alerts", job_queues=[queue])
    if subscribed:
        arn = alerts.topic.topic_arn
        sns.CfnSubscription(people, "Mail", topic_arn=arn, protocol="email", endpoint="ops@example.com")
    else:
        theirs = bc.JobQueue.from_job_queue_arn(people, "Queue", QUEUE)
        bc.BatchAlarms(people, "Alarms", job_queues=[theirs], topic=alerts.topic)
    stacks = app.synth().stacks
    watching, other = sorted((each.template for each in stacks), key=lambda each: "Outputs" not in each)
    return watching, other


@pytest.mark.parametrize("subscribed", [True, False])
def test_a_stack_that_is_read_alone_may_have_readers_elsewhere(subscribed: bool) -> None:
    """The use of an export is unknown until the other stack is read, too."""
    watching, other = alerts_heard_in_another_stack(subscribed=subscribed)
    assert list(check(model_of(watching), select=["EVT-08"], crash=True)) == []
    both = list(check(model_of(watching, other), select=["EVT-08"], crash=True))
    assert bool(both) is not subscribed


def test_an_export_that_nobody_imports_yet_is_for_others(stack: Stack) -> None:
    """A topic with an explicit ``export_value`` may have subscribers in another app."""
    queue = bc.JobQueue.from_job_queue_arn(stack, "Queue", QUEUE)
    stack.export_value(bc.JobFailureAlerts(stack, "A", job_queues=[queue]).topic.topic_arn)
    assert_no_findings(stack, warnings=True)
