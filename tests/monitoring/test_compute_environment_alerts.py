"""Alerts about environments, instances and AWS Health."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from batch_constructs import ComputeEnvironmentAlerts, ImportedJobQueue, SageMakerJobQueue
from batch_constructs.local.events import transform
from tests.monitoring.samples import QUEUE, heard, matches, sample

if TYPE_CHECKING:
    from collections.abc import Callable

    from aws_cdk import Stack

    Resources = Callable[[], dict[str, dict[str, Any]]]


def rules(synth: Resources) -> list[dict[str, Any]]:
    return [each["Properties"] for each in synth().values() if each["Type"] == "AWS::Events::Rule"]


def said(rule: dict[str, Any], name: str) -> str:
    return transform(rule["Targets"][0]["InputTransformer"], sample(name))


def test_environments_that_cannot_run_jobs_are_told(stack: Stack, synth: Resources) -> None:
    """Pain 7 (cloudknot#52): INVALID alerts as soon as it blocks a queue; AWS sends no earlier event."""
    ComputeEnvironmentAlerts(
        stack, "Alerts", job_queues=[ImportedJobQueue(stack, "Queue", job_queue_arn=QUEUE)]
    )
    invalid, *_ = rules(synth)
    assert heard(invalid["EventPattern"]) == {"job_queue_blocked_by_invalid_environments"}
    assert "ACTION_REQUIRED" in said(invalid, "job_queue_blocked_by_invalid_environments")
    for reason, told in (
        ("MISCONFIGURATION:SERVICE_ROLE_PERMISSIONS - a role", True),
        ("MISCONFIGURATION:EC2_INSTANCE_CONFIGURATION_UNSUPPORTED - a type", True),
        ("CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY - none", False),
    ):
        assert matches(invalid["EventPattern"], sample("job_queue_blocked", statusReason=reason)) is told


def test_health_events_about_batch_are_told(stack: Stack, synth: Resources) -> None:
    """Only events about AWS Batch alert, in AWS's words."""
    ComputeEnvironmentAlerts(stack, "Alerts")
    _, health, _ = rules(synth)
    assert heard(health["EventPattern"]) == {"health"}
    assert not matches(health["EventPattern"], sample("health", service="EC2"))
    assert "Instances of a compute environment do not join its cluster." in said(health, "health")


def test_planned_changes_are_told_apart_with_the_environments(stack: Stack, synth: Resources) -> None:
    """A planned change looks different from a current fault, and lists the affected environments."""
    ComputeEnvironmentAlerts(stack, "Alerts")
    _, _, planned = rules(synth)
    assert heard(planned["EventPattern"]) == {"health_planned"}
    text = said(planned, "health_planned")
    assert text.startswith('"AWS plans a change of AWS Batch for Wed, 30 Jun 2027')
    assert (
        "compute-environment/Spot arn:aws:batch:us-east-1:123456789012:compute-environment/OnDemand" in text
    )
    assert "An image reaches the end of its support." in text


def test_fails_when_a_queue_has_no_compute_environments(stack: Stack) -> None:
    """Fails for a queue of service jobs, for which AWS Batch sends no such event."""
    arn = "arn:aws:batch:eu-west-1:123456789012:job-queue/training"
    queue = SageMakerJobQueue.from_job_queue_arn(stack, "Training", arn)
    with pytest.raises(ValueError, match="must have compute environments, got Stack/Training"):
        ComputeEnvironmentAlerts(stack, "Alerts", job_queues=[queue])


def test_launch_failures_are_told_on_request(stack: Stack, synth: Resources) -> None:
    """Only those of AWS Batch that somebody must fix: not missing capacity, not other Auto Scaling groups."""
    ComputeEnvironmentAlerts(stack, "Alerts", launch_failures=True)
    *_, launches = rules(synth)
    assert heard(launches["EventPattern"]) == {"launch_unsuccessful"}
    assert "current vCPU limit of 32" in said(launches, "launch_unsuccessful")


@pytest.mark.parametrize(
    "message",
    [
        "We currently do not have sufficient p5.48xlarge capacity in the Availability Zone you requested.",
        "There is no Spot capacity available that matches your request. InsufficientInstanceCapacity",
    ],
)
def test_missing_capacity_is_no_fault(stack: Stack, synth: Resources, message: str) -> None:
    """None of EC2's messages about missing capacity alerts."""
    ComputeEnvironmentAlerts(stack, "Alerts", launch_failures=True)
    *_, launches = rules(synth)
    assert not matches(launches["EventPattern"], sample("launch_unsuccessful", StatusMessage=message))


def test_spot_interruptions_are_told_on_request(stack: Stack, synth: Resources) -> None:
    """The alert names the instance, two minutes before the interruption."""
    ComputeEnvironmentAlerts(stack, "Alerts", spot_interruptions=True)
    *_, spot = rules(synth)
    assert heard(spot["EventPattern"]) == {"spot_interruption"}
    assert "AWS takes back the Spot instance i-0123456789abcdef0" in said(spot, "spot_interruption")


def test_all_rules_may_publish(stack: Stack, only: Callable[[str], dict[str, Any]]) -> None:
    """Each rule may publish, and has the dead-letter queue."""
    alerts = ComputeEnvironmentAlerts(stack, "Alerts", launch_failures=True, spot_interruptions=True)
    arns = [{"Fn::GetAtt": [stack.get_logical_id(rule), "Arn"]} for rule in alerts.rules]
    for kind in ("AWS::SNS::TopicPolicy", "AWS::SQS::QueuePolicy"):
        _, *allowed = only(kind)["PolicyDocument"]["Statement"]
        assert [each["Condition"]["ArnEquals"]["aws:SourceArn"] for each in allowed] == arns
    assert len(arns) == 5


def test_fails_when_an_address_is_none(stack: Stack) -> None:
    """Fails for an invalid email address."""
    with pytest.raises(ValueError, match="emails must hold addresses"):
        ComputeEnvironmentAlerts(stack, "Alerts", emails=["ops"])
