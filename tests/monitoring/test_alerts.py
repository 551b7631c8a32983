"""Alerts about failed jobs: which events, which words, who may publish."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from moto.events.models import EventPattern

from batch_constructs import ImportedJobDefinition, ImportedJobQueue, JobFailureAlerts

if TYPE_CHECKING:
    from collections.abc import Callable

    from aws_cdk import Stack

QUEUE = "arn:aws:batch:eu-west-1:123456789012:job-queue/nightly"
DEFINITION = "arn:aws:batch:eu-west-1:123456789012:job-definition/align"


def event(**detail: Any) -> dict[str, Any]:
    """A state change as AWS Batch documents it, but for what the test changes."""
    return {
        "version": "0",
        "source": "aws.batch",
        "detail-type": "Batch Job State Change",
        "account": "123456789012",
        "time": "2026-11-22T03:00:00Z",
        "region": "eu-west-1",
        "resources": ["arn:aws:batch:eu-west-1:123456789012:job/4c7599ae"],
        "detail": {
            "jobName": "align-7",
            "jobId": "4c7599ae",
            "jobQueue": QUEUE,
            "jobDefinition": f"{DEFINITION}:3",
            "status": "FAILED",
            "statusReason": "Essential container in task exited",
            "container": {"exitCode": 1},
            **detail,
        },
    }


def matches(only: Callable[[str], dict[str, Any]], sample: dict[str, Any]) -> bool:
    """What a matcher that somebody else wrote says of the rule's pattern."""
    pattern = only("AWS::Events::Rule")["EventPattern"]
    return bool(EventPattern.load(json.dumps(pattern)).matches_event(sample))


@pytest.mark.parametrize(
    ("sample", "alerts"),
    [
        (event(), True),
        (event(status="SUCCEEDED"), False),
        (event(status="RUNNABLE"), False),
        (event(jobQueue=QUEUE + "-other"), False),
        (event(arrayProperties={"size": 10_000, "statusSummary": {}}), True),
        (event(arrayProperties={"index": 7}), False),
        ({**event(), "source": "aws.ecs"}, False),
    ],
)
def test_final_failures_of_the_queue_alert_and_nothing_else(
    stack: Stack, only: Callable[[str], dict[str, Any]], sample: dict[str, Any], alerts: bool
) -> None:
    """Pain 15 (aws-cdk#12551): FAILED alerts once; an array's parent does, its children do not."""
    queue = ImportedJobQueue(stack, "Queue", job_queue_arn=QUEUE)
    JobFailureAlerts(stack, "Alerts", job_queues=[queue])
    assert matches(only, sample) is alerts


def test_children_of_arrays_alert_on_request(stack: Stack, only: Callable[[str], dict[str, Any]]) -> None:
    """Whoever wants each child gets each child."""
    JobFailureAlerts(stack, "Alerts", include_array_children=True)
    assert matches(only, event(arrayProperties={"index": 7}))


@pytest.mark.parametrize(("suffix", "alerts"), [(":3", True), (":4", True), ("-other:3", False)])
def test_a_definition_is_watched_in_any_revision(
    stack: Stack, only: Callable[[str], dict[str, Any]], suffix: str, alerts: bool
) -> None:
    """The next deploy's revision alerts, too; a definition whose name only begins the same does not."""
    definition = ImportedJobDefinition(stack, "Definition", job_definition_arn=f"{DEFINITION}:3")
    JobFailureAlerts(stack, "Alerts", job_definitions=[definition])
    assert matches(only, event(jobDefinition=f"{DEFINITION}{suffix}")) is alerts


def test_the_message_says_what_helps(stack: Stack, only: Callable[[str], dict[str, Any]]) -> None:
    """Each line is a JSON string, each variable has a path, and job, reason and console are among them."""
    JobFailureAlerts(stack, "Alerts")
    [target] = only("AWS::Events::Rule")["Targets"]
    transformer = target["InputTransformer"]
    lines = [json.loads(line) for line in transformer["InputTemplate"].splitlines()]
    text = "\n".join(lines)
    for variable in transformer["InputPathsMap"]:
        assert f"<{variable}>" in text
    assert lines[0] == "Job <job> failed at <time>."
    assert any("console.aws.amazon.com/batch" in line for line in lines)


def test_the_topic_is_encrypted_with_a_key_that_eventbridge_may_use(
    stack: Stack, only: Callable[[str], dict[str, Any]]
) -> None:
    """The key of AWS would silence the alerts: its policy lets no rule publish."""
    JobFailureAlerts(stack, "Alerts")
    assert "Fn::GetAtt" in only("AWS::SNS::Topic")["KmsMasterKeyId"]
    [statement] = [
        each
        for each in only("AWS::KMS::Key")["KeyPolicy"]["Statement"]
        if each["Principal"] == {"Service": "events.amazonaws.com"}
    ]
    assert statement["Action"] == ["kms:Decrypt", "kms:GenerateDataKey"]
    assert statement["Condition"]["StringEquals"] == {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}


@pytest.mark.parametrize(
    ("kind", "action"),
    [("AWS::SNS::TopicPolicy", "sns:Publish"), ("AWS::SQS::QueuePolicy", "sqs:SendMessage")],
)
def test_only_this_rule_may_write(
    stack: Stack, only: Callable[[str], dict[str, Any]], kind: str, action: str
) -> None:
    """Topic and dead-letter queue take messages of this rule, over TLS only."""
    alerts = JobFailureAlerts(stack, "Alerts")
    deny, allow = only(kind)["PolicyDocument"]["Statement"]
    assert deny["Effect"] == "Deny"
    assert deny["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert allow["Action"] == action
    rule = stack.get_logical_id(alerts.rule)
    assert allow["Condition"] == {"ArnEquals": {"aws:SourceArn": {"Fn::GetAtt": [rule, "Arn"]}}}


def test_what_cannot_be_delivered_is_kept(stack: Stack, only: Callable[[str], dict[str, Any]]) -> None:
    """The target has a dead-letter queue, which keeps messages for 14 days."""
    JobFailureAlerts(stack, "Alerts")
    [target] = only("AWS::Events::Rule")["Targets"]
    assert "DeadLetterConfig" in target
    assert only("AWS::SQS::Queue")["MessageRetentionPeriod"] == 14 * 24 * 3600


def test_emails_subscribe(stack: Stack, synth: Callable[[], dict[str, dict[str, Any]]]) -> None:
    """Each address gets a subscription of its own."""
    JobFailureAlerts(stack, "Alerts", emails=["a@example.com", "b@example.com"])
    subscriptions = [
        each["Properties"] for each in synth().values() if each["Type"] == "AWS::SNS::Subscription"
    ]
    assert [(each["Protocol"], each["Endpoint"]) for each in subscriptions] == [
        ("email", "a@example.com"),
        ("email", "b@example.com"),
    ]


@pytest.mark.parametrize("emails", [["ops"], ["a@example.com", "a@example.com"]])
def test_fails_when_an_address_is_wrong_or_doubled(stack: Stack, emails: list[str]) -> None:
    """Fails when nobody would get the mail, or somebody gets it twice."""
    with pytest.raises(ValueError, match="emails must"):
        JobFailureAlerts(stack, "Alerts", emails=emails)


def test_a_topic_of_yours_is_used(stack: Stack, synth: Callable[[], dict[str, dict[str, Any]]]) -> None:
    """No topic and no key of its own beside it."""
    from aws_cdk import aws_sns as sns

    topic = sns.Topic(stack, "Mine")
    alerts = JobFailureAlerts(stack, "Alerts", topic=topic)
    kinds = [each["Type"] for each in synth().values()]
    assert kinds.count("AWS::SNS::Topic") == 1
    assert "AWS::KMS::Key" not in kinds
    assert alerts.topic is topic
