"""Alerts about jobs that do not start."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from batch_constructs import (
    BlockedReason,
    ComputeEnvironmentAlerts,
    ImportedJobQueue,
    JobQueueBlockedAlerts,
    StuckJobAlerts,
)
from batch_constructs.local.events import transform
from tests.monitoring.samples import QUEUE, heard, matches, sample

if TYPE_CHECKING:
    from collections.abc import Callable

    from aws_cdk import Stack


def test_a_blocked_queue_is_told_with_its_reason(stack: Stack, only: Callable[[str], dict[str, Any]]) -> None:
    """Pain 8 (metaflow#110): the alert for a job stuck in RUNNABLE has the reason and the next steps."""
    JobQueueBlockedAlerts(stack, "Alerts", job_queues=[ImportedJobQueue(stack, "Queue", job_queue_arn=QUEUE)])
    rule = only("AWS::Events::Rule")
    assert heard(rule["EventPattern"]) == {"job_queue_blocked", "job_queue_blocked_by_invalid_environments"}
    assert not matches(rule["EventPattern"], sample("job_queue_blocked", jobQueue=f"{QUEUE}-other"))
    said = transform(rule["Targets"][0]["InputTransformer"], sample("job_queue_blocked"))
    assert "Reason: MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT - " in said
    assert "no environment can take the job" in said
    assert "JobStateTimeLimit" in said


def test_reasons_choose(stack: Stack, only: Callable[[str], dict[str, Any]]) -> None:
    """Only chosen reasons alert."""
    JobQueueBlockedAlerts(stack, "Alerts", reasons=[BlockedReason.INVALID_ENVIRONMENTS])
    assert heard(only("AWS::Events::Rule")["EventPattern"]) == {"job_queue_blocked_by_invalid_environments"}


def test_blocked_queues_and_environments_share_what_there_is_to_tell(
    stack: Stack, synth: Callable[[], dict[str, dict[str, Any]]]
) -> None:
    """Each event alerts once if both alerts are used."""
    JobQueueBlockedAlerts(stack, "Blocked", ignore_reasons=BlockedReason.of_environments())
    ComputeEnvironmentAlerts(stack, "Environments")
    rules = [each["Properties"] for each in synth().values() if each["Type"] == "AWS::Events::Rule"]
    told = [name for rule in rules for name in heard(rule["EventPattern"])]
    assert sorted(told) == [
        "health",
        "health_planned",
        "job_queue_blocked",
        "job_queue_blocked_by_invalid_environments",
    ]


def test_fails_when_reasons_are_chosen_and_ignored(stack: Stack) -> None:
    """Fails if both are given, since EventBridge has one filter per field."""
    reasons = [BlockedReason.CAPACITY]
    with pytest.raises(ValueError, match="exclude each other"):
        JobQueueBlockedAlerts(stack, "Alerts", reasons=reasons, ignore_reasons=reasons)


def test_queues_of_service_jobs_are_told_on_request(
    stack: Stack, synth: Callable[[], dict[str, dict[str, Any]]]
) -> None:
    """They need their own rule, since their events have another name."""
    JobQueueBlockedAlerts(stack, "Alerts", include_service_jobs=True)
    rules = [each["Properties"] for each in synth().values() if each["Type"] == "AWS::Events::Rule"]
    assert [heard(rule["EventPattern"]) for rule in rules][1] == {
        "service_job_queue_blocked",
        "service_job_queue_blocked_by_quota",
    }
    said = transform(rules[1]["Targets"][0]["InputTransformer"], sample("service_job_queue_blocked"))
    assert "Service job: train-7, " in said
    assert "Job definition" not in said
    assert "JobStateTimeLimit" in said
    assert "SageMaker AI has no such instance now" in said


@pytest.mark.parametrize(
    ("reason", "advised", "limited"),
    [
        (BlockedReason.CAPACITY, "allow more instance types", "or give the queue a JobStateTimeLimit."),
        (BlockedReason.UNDETERMINED, "user data that takes too long", "no JobStateTimeLimit can do it"),
        (BlockedReason.INVALID_ENVIRONMENTS, "are INVALID", "no JobStateTimeLimit can do it"),
        (BlockedReason.SERVICE_ROLE_PERMISSIONS, "lack rights", "no JobStateTimeLimit can do it"),
    ],
)
def test_a_time_limit_is_advised_only_where_aws_lets_it_be_set(
    stack: Stack, only: Callable[[str], dict[str, Any]], reason: BlockedReason, advised: str, limited: str
) -> None:
    """Three reasons have no time limit and need a person; UNDETERMINED says where to look."""
    JobQueueBlockedAlerts(stack, "Alerts", reasons=[reason])
    rule = only("AWS::Events::Rule")
    said = transform(rule["Targets"][0]["InputTransformer"], sample("job_queue_blocked"))
    assert advised in said
    assert limited in said


def test_all_reasons_together_say_for_which_there_is_no_time_limit(
    stack: Stack, only: Callable[[str], dict[str, Any]]
) -> None:
    """The default message covers all reasons."""
    JobQueueBlockedAlerts(stack, "Alerts")
    said = transform(only("AWS::Events::Rule")["Targets"][0]["InputTransformer"], sample("job_queue_blocked"))
    assert "none exists for SERVICE_ROLE_PERMISSIONS and ACTION_REQUIRED and UNDETERMINED" in said


def test_a_cancelled_job_is_told_with_the_limit_that_did_it(
    stack: Stack, only: Callable[[str], dict[str, Any]]
) -> None:
    """Only failures because of a time limit alert."""
    StuckJobAlerts(stack, "Alerts", job_queues=[ImportedJobQueue(stack, "Queue", job_queue_arn=QUEUE)])
    rule = only("AWS::Events::Rule")
    assert heard(rule["EventPattern"]) == {"job_cancelled_by_time_limit"}
    said = transform(rule["Targets"][0]["InputTransformer"], sample("job_cancelled_by_time_limit"))
    assert said.startswith('"Job align-sample-17 never started, and was cancelled at ')
    assert "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT" in said


@pytest.mark.parametrize("alerts", [JobQueueBlockedAlerts, StuckJobAlerts])
def test_fails_when_an_address_is_none(stack: Stack, alerts: type[StuckJobAlerts]) -> None:
    """Fails for an invalid email address."""
    with pytest.raises(ValueError, match="emails must hold addresses"):
        alerts(stack, "Alerts", emails=["ops"])
