"""Alerts about failed jobs: events, messages, and policies."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from moto.events.models import EventPattern

from batch_constructs import ImportedJobDefinition, ImportedJobQueue, JobFailureAlerts
from batch_constructs.local.events import transform
from tests.monitoring.samples import DEFINITION, QUEUE, heard, matches, sample

if TYPE_CHECKING:
    from collections.abc import Callable

    from aws_cdk import Stack


def pattern(only: Callable[[str], dict[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = only("AWS::Events::Rule")["EventPattern"]
    return found


def text(only: Callable[[str], dict[str, Any]], event: dict[str, Any]) -> str:
    """Return the text of an email for an event."""
    [target] = only("AWS::Events::Rule")["Targets"]
    return transform(target["InputTransformer"], event)


def test_final_failures_of_the_queue_alert_and_nothing_else(
    stack: Stack, only: Callable[[str], dict[str, Any]]
) -> None:
    """Pain 15 (aws-cdk#12551): a final failure alerts once; an array alerts, its 10,000 children do not."""
    JobFailureAlerts(stack, "Alerts", job_queues=[ImportedJobQueue(stack, "Queue", job_queue_arn=QUEUE)])
    assert heard(pattern(only)) == {
        "array_failed",
        "job_cancelled_by_time_limit",
        "job_failed",
        "job_failed_before_it_started",
        "job_failed_without_its_host",
        "multi_node_failed",
    }
    assert not matches(pattern(only), sample("job_failed", jobQueue=f"{QUEUE}-other"))


def test_children_alert_on_request(stack: Stack, only: Callable[[str], dict[str, Any]]) -> None:
    """Children and nodes can alert as well."""
    JobFailureAlerts(stack, "Alerts", include_array_children=True)
    assert {"array_child_failed", "multi_node_node_failed"} <= heard(pattern(only))


@pytest.mark.parametrize(("suffix", "alerts"), [(":3", True), (":4", True), ("-other:3", False)])
def test_a_definition_is_watched_in_any_revision(
    stack: Stack, only: Callable[[str], dict[str, Any]], suffix: str, alerts: bool
) -> None:
    """Later revisions alert, too; a definition with a longer name does not."""
    definition = ImportedJobDefinition(stack, "Definition", job_definition_arn=f"{DEFINITION}:3")
    JobFailureAlerts(stack, "Alerts", job_definitions=[definition])
    assert matches(pattern(only), sample("job_failed", jobDefinition=f"{DEFINITION}{suffix}")) is alerts


def test_names_choose_jobs(stack: Stack, only: Callable[[str], dict[str, Any]]) -> None:
    """Jobs can be chosen by the prefix of their name."""
    JobFailureAlerts(stack, "Alerts", job_name_prefixes=["train"])
    assert heard(pattern(only)) == {"multi_node_failed"}


def test_exit_codes_and_reasons_are_ignored(stack: Stack, only: Callable[[str], dict[str, Any]]) -> None:
    """Chosen exit codes and reasons do not alert."""
    JobFailureAlerts(
        stack, "Alerts", ignore_exit_codes=[1], ignore_reasons=["Canceled by JobStateTimeLimit*", "Host EC2*"]
    )
    assert heard(pattern(only)) == {"array_failed", "job_failed_before_it_started", "multi_node_failed"}


def test_a_mail_says_what_helps(stack: Stack, only: Callable[[str], dict[str, Any]]) -> None:
    """It has job, reason, exit code, the container's reason, where it ran, and links."""
    JobFailureAlerts(stack, "Alerts")
    said = text(only, sample("job_failed"))
    assert said.startswith('"Job align-sample-17 failed at 2026-11-22T03:00:00Z."\n')
    for words in (
        "Reason: Essential container in task exited",
        "OutOfMemoryError: Container killed due to memory usage",
        "Exit code: 1",
        QUEUE,
        f"{DEFINITION}:3",
        "#logEventViewer:group=BatchQuickstart-HelloLogGroup;stream=align/default/0f9d1c2b3a4958677685940312ab34cd",
        "us-east-1.console.aws.amazon.com/batch/home?region=us-east-1#jobs/detail/7f1c0d5e",
    ):
        assert words in said


@pytest.mark.parametrize(
    "name",
    ["array_failed", "job_failed_before_it_started", "job_failed_without_its_host", "multi_node_failed"],
)
def test_whatever_an_event_lacks_is_left_out(
    stack: Stack, only: Callable[[str], dict[str, Any]], name: str
) -> None:
    """Missing values and quotation marks do not prevent an alert."""
    JobFailureAlerts(stack, "Alerts")
    said = text(only, sample(name))
    assert "<" not in said
    assert f"Reason: {sample(name)['detail']['statusReason']}" in said


def test_service_jobs_alert_on_request(stack: Stack, synth: Callable[[], dict[str, dict[str, Any]]]) -> None:
    """Failed SageMaker jobs alert with the training job's name."""
    JobFailureAlerts(stack, "Alerts", include_service_jobs=True)
    rules = [each["Properties"] for each in synth().values() if each["Type"] == "AWS::Events::Rule"]
    assert heard(rules[1]["EventPattern"]) == {
        "service_job_failed",
        "service_job_terminated_by_time_limit",
    }
    said = transform(rules[1]["Targets"][0]["InputTransformer"], sample("service_job_failed"))
    assert "In the service: arn:aws:sagemaker:us-east-1:123456789012:training-job/AWSBatchtrain-7" in said


def test_an_array_says_how_many_failed(stack: Stack, only: Callable[[str], dict[str, Any]]) -> None:
    """One email covers all children."""
    JobFailureAlerts(stack, "Alerts")
    assert '"Failed children of an array: 17"' in text(only, sample("array_failed"))


def test_the_log_group_can_be_named(stack: Stack, only: Callable[[str], dict[str, Any]]) -> None:
    """It is for jobs whose definition names no log group."""
    from aws_cdk import aws_logs as logs

    group = logs.LogGroup.from_log_group_name(stack, "Group", "/aws/batch/job")
    JobFailureAlerts(stack, "Alerts", log_group=group)
    assert "#logEventViewer:group=/aws/batch/job;stream=align/default/" in text(only, sample("job_failed"))


def test_the_topic_is_encrypted_with_a_key_that_eventbridge_may_use(
    stack: Stack, only: Callable[[str], dict[str, Any]]
) -> None:
    """With the key of AWS, or a condition on the source, nothing would be delivered."""
    JobFailureAlerts(stack, "Alerts")
    assert "Fn::GetAtt" in only("AWS::SNS::Topic")["KmsMasterKeyId"]
    [statement] = [
        each
        for each in only("AWS::KMS::Key")["KeyPolicy"]["Statement"]
        if each["Principal"] == {"Service": "events.amazonaws.com"}
    ]
    assert statement["Action"] == ["kms:Decrypt", "kms:GenerateDataKey*"]
    # SNS supports no source conditions there for EventBridge ("Key management" in its guide): with one, nothing is delivered.
    assert "Condition" not in statement


@pytest.mark.parametrize(
    ("kind", "action"),
    [("AWS::SNS::TopicPolicy", "sns:Publish"), ("AWS::SQS::QueuePolicy", "sqs:SendMessage")],
)
def test_only_this_rule_may_write(
    stack: Stack, only: Callable[[str], dict[str, Any]], kind: str, action: str
) -> None:
    """Topic and dead-letter queue accept messages of this rule only, over TLS."""
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


def test_failures_are_counted_for_nothing(stack: Stack) -> None:
    """Pain 16 (containers-roadmap#1432): a free metric of EventBridge, for one alarm instead of 10,000 emails."""
    alerts = JobFailureAlerts(stack, "Alerts")
    metric = alerts.metric_alerts()
    assert (metric.namespace, metric.metric_name, metric.statistic) == ("AWS/Events", "TriggeredRules", "Sum")
    assert stack.resolve(metric.dimensions) == {"RuleName": {"Ref": stack.get_logical_id(alerts.rule)}}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"emails": ["ops"]}, "emails must hold addresses"),
        ({"emails": ["a@example.com", "a@example.com"]}, "emails must be different"),
        ({"ignore_exit_codes": [0]}, "ignore_exit_codes must not hold 0"),
        (
            {"emails": ["ops"], "job_name_prefixes": [""]},
            r"(?s)addresses.*job_name_prefixes must not be empty",
        ),
    ],
)
def test_fails_when_nobody_would_hear(stack: Stack, arguments: dict[str, Any], message: str) -> None:
    """Fails for invalid or repeated addresses, and filters that match nothing; all in one message."""
    with pytest.raises(ValueError, match=message):
        JobFailureAlerts(stack, "Alerts", **arguments)
    assert stack.node.try_find_child("Alerts") is None


def test_a_burst_of_ten_thousand_children_is_one_mail(
    stack: Stack, only: Callable[[str], dict[str, Any]]
) -> None:
    """Of the failures of an array and its children, one event matches."""
    JobFailureAlerts(stack, "Alerts")
    rule = EventPattern.load(json.dumps(only("AWS::Events::Rule")["EventPattern"]))
    child = sample("array_child_failed")
    told = 0
    for index in range(10_000):
        child["detail"]["arrayProperties"] = {"index": index}
        told += rule.matches_event(child)
    told += rule.matches_event(sample("array_failed"))
    assert told == 1


def test_the_key_of_a_given_topic_is_opened_to_eventbridge(
    stack: Stack, only: Callable[[str], dict[str, Any]]
) -> None:
    """Without it, nothing would be delivered, without an error; it is done once for several alerts."""
    from aws_cdk import aws_kms as kms
    from aws_cdk import aws_sns as sns

    topic = sns.Topic(stack, "Topic", master_key=kms.Key(stack, "TopicKey"))
    JobFailureAlerts(stack, "Alerts", topic=topic)
    JobFailureAlerts(stack, "More", topic=topic)
    statements = only("AWS::KMS::Key")["KeyPolicy"]["Statement"]
    [use] = [each for each in statements if each["Principal"] == {"Service": "events.amazonaws.com"}]
    assert use["Action"] == ["kms:Decrypt", "kms:GenerateDataKey*"]
    assert "Condition" not in use


def test_an_imported_topic_is_taken_as_it_is(stack: Stack, only: Callable[[str], dict[str, Any]]) -> None:
    """Its policy and its key cannot be changed here."""
    from aws_cdk import aws_sns as sns

    arn = "arn:aws:sns:eu-west-1:111122223333:operations"
    topic = sns.Topic.from_topic_arn(stack, "Topic", arn)
    alerts = JobFailureAlerts(stack, "Alerts", topic=topic)
    assert alerts.key is None
    assert only("AWS::Events::Rule")["Targets"][0]["Arn"] == arn
