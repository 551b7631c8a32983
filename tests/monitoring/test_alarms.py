"""Alarms on queues and environments, and their receivers."""

from __future__ import annotations

import aws_cdk as cdk
import pytest
from aws_cdk import aws_batch as batch
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns

import batch_constructs as bc


@pytest.fixture
def queue(stack):
    return batch.CfnJobQueue(stack, "Queue", priority=1, compute_environment_order=[])


def of_type(resources, kind):
    return [each["Properties"] for each in resources.values() if each["Type"] == kind]


def test_by_default_failures_and_an_hour_of_waiting_alarm(stack, queue, synth) -> None:
    """By default they use free metrics of AWS, and notify nobody."""
    bc.BatchAlarms(stack, "Alarms", job_queues=[queue])
    resources = synth()
    alarms = {each["MetricName"]: each for each in of_type(resources, "AWS::CloudWatch::Alarm")}
    assert set(alarms) == {"JobsMovedToFailed", "JobAttemptRunnableToStartingDuration"}
    failed, wait = alarms["JobsMovedToFailed"], alarms["JobAttemptRunnableToStartingDuration"]
    assert (failed["Namespace"], failed["Statistic"], failed["Threshold"]) == ("AWS/Batch", "Sum", 0)
    assert (wait["ExtendedStatistic"], wait["Threshold"], wait["Period"]) == ("p90", 3_600_000, 300)
    assert "AlarmActions" not in failed
    assert {each["Type"] for each in resources.values()} == {
        "AWS::Batch::JobQueue",
        "AWS::CloudWatch::Alarm",
    }


def test_alarms_are_on_what_is_asked(stack, queue, vpc, synth) -> None:
    """Each requested alarm has its threshold and notifies at start and end; ``None`` gives no alarm."""
    spot = bc.SpotComputeEnvironment(stack, "Spot", vpc=vpc)
    bc.BatchAlarms(
        stack,
        "Alarms",
        job_queues=[queue],
        compute_environments=[spot],
        metrics=bc.JobMetrics(stack, "Metrics", compute_environments=[spot]),
        emails=["ops@example.com"],
        failed=bc.CountThreshold(above=5, periods=2),
        queue_wait=None,
        run_time=bc.TimeThreshold(above=cdk.Duration.days(1), statistic="Maximum"),
        retries=bc.CountThreshold(above=100),
        spot_reclaims=bc.CountThreshold(above=9, period=cdk.Duration.hours(1)),
    )
    found = of_type(synth(), "AWS::CloudWatch::Alarm")
    alarms = {each.get("MetricName", "vCPUs"): each for each in found}
    assert set(alarms) == {
        "ApproximateNumberOfMessagesVisible",
        "JobAttemptExecutionDuration",
        "JobsMovedToFailed",
        "JobsRetried",
        "SpotReclaims",
        "vCPUs",
    }
    assert alarms["JobsMovedToFailed"]["EvaluationPeriods"] == 2
    assert alarms["JobAttemptExecutionDuration"]["Statistic"] == "Maximum"
    assert alarms["JobAttemptExecutionDuration"]["Threshold"] == 86_400_000
    assert (alarms["SpotReclaims"]["Period"], alarms["SpotReclaims"]["Namespace"]) == (
        3600,
        "BatchConstructs",
    )
    percent = alarms["vCPUs"]["Metrics"][0]
    assert (percent["Expression"], percent["ReturnData"]) == ("100 * wanted / limit", True)
    assert {part["Id"] for part in alarms["vCPUs"]["Metrics"][1:]} == {"wanted", "limit"}
    for alarm in found:
        assert alarm["AlarmActions"] == alarm["OKActions"] != []
        assert alarm["TreatMissingData"] == "notBreaching"
        assert alarm["AlarmDescription"]


def test_one_queue_more_changes_no_alarm_of_another(stack, synth) -> None:
    """Alarms are named after their queue, so the order of queues does not matter."""

    def names(*queues: str) -> set[str]:
        inner = cdk.Stack(cdk.App(), "Inner")
        made = [batch.CfnJobQueue(inner, q, priority=1, compute_environment_order=[]) for q in queues]
        alarms = bc.BatchAlarms(inner, "Alarms", job_queues=made)
        return {each.node.id for each in alarms.alarms}

    assert names("Slow") < names("Fast", "Slow")


@pytest.mark.parametrize("given", [False, True])
def test_the_topic_lets_alarms_in(stack, queue, synth, given) -> None:
    """The policies of the topic and its key allow CloudWatch; without either, messages are dropped."""
    if given:
        topic = sns.Topic(stack, "Topic", master_key=kms.Key(stack, "TopicKey"), enforce_ssl=True)
        alarms = bc.BatchAlarms(stack, "Alarms", job_queues=[queue], topic=topic)
        assert alarms.topic is topic
    else:
        bc.BatchAlarms(stack, "Alarms", job_queues=[queue], emails=["ops@example.com"])
    resources = synth()
    cloudwatch = {"Service": "cloudwatch.amazonaws.com"}
    [policy] = of_type(resources, "AWS::SNS::TopicPolicy")
    [publish] = [s for s in policy["PolicyDocument"]["Statement"] if s["Principal"] == cloudwatch]
    assert publish["Action"] == "sns:Publish"
    assert publish["Condition"]["StringEquals"] == {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}
    [key] = of_type(resources, "AWS::KMS::Key")
    [use] = [s for s in key["KeyPolicy"]["Statement"] if s["Principal"] == cloudwatch]
    assert use["Action"] == ["kms:Decrypt", "kms:GenerateDataKey*"]
    assert len(of_type(resources, "AWS::SNS::Subscription")) == (0 if given else 1)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"job_queues": []}, "at least one queue"),
        ({"spot_reclaims": bc.CountThreshold(above=1)}, "need metrics"),
        ({"compute_environments": [object()]}, "need metrics"),
        ({"emails": ["ops"]}, "addresses such as"),
    ],
)
def test_impossible_alarms_are_refused(stack, queue, arguments, message) -> None:
    """Fails for alarms that could not work, and adds nothing to the tree."""
    before = len(stack.node.children)
    with pytest.raises(ValueError, match=message):
        bc.BatchAlarms(stack, "Alarms", **{"job_queues": [queue], **arguments})
    assert len(stack.node.children) == before
