"""Event patterns, tested by an independent matcher with documented events."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from aws_cdk import Stack
from aws_cdk import aws_batch as batch
from aws_cdk import aws_events as events

from batch_constructs import (
    ApiCallPattern,
    ArrayJobs,
    BlockedReason,
    EventTriggeredJob,
    ImportedJobDefinition,
    ImportedJobQueue,
    JobPattern,
    JobQueueBlockedPattern,
    JobStatus,
    PreemptionPhase,
    ServiceJobPattern,
    ServiceJobPreemptionPattern,
    ServiceJobQueueBlockedPattern,
)
from tests.monitoring.samples import ALL, DEFINITION, QUEUE, heard, matches, sample

if TYPE_CHECKING:
    from collections.abc import Callable

FAILED = [JobStatus.FAILED]
JOBS = {name for name in ALL if sample(name)["detail-type"] == "Batch Job State Change"}
FAILURES = {name for name in JOBS if sample(name)["detail"]["status"] == "FAILED"}
CHILDREN = {"array_child_failed", "multi_node_node_failed"}


def name_of(value: object) -> str:
    """Return a name that is the same in every process, as xdist requires; sets differ in order."""
    return "+".join(sorted(value)) or "none" if isinstance(value, set | frozenset) else str(value)


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        (JobPattern(), JOBS),
        (JobPattern(statuses=FAILED), FAILURES),
        (JobPattern(statuses=[JobStatus.RUNNABLE, JobStatus.SUCCEEDED]), JOBS - FAILURES),
        (JobPattern(statuses=FAILED, array_jobs=ArrayJobs.NO_CHILDREN), FAILURES - CHILDREN),
        (JobPattern(array_jobs=ArrayJobs.PARENTS), {"array_failed"}),
        (JobPattern(array_jobs=ArrayJobs.CHILDREN), {"array_child_failed"}),
        (JobPattern(job_name_prefixes=["train"]), {"multi_node_failed", "multi_node_node_failed"}),
        (JobPattern(job_name_prefixes=["x", "train"]), {"multi_node_failed", "multi_node_node_failed"}),
        (JobPattern(job_queues=[QUEUE]), JOBS),
        (JobPattern(job_queues=[QUEUE + "-other"]), set()),
        (JobPattern(job_definitions=[f"{DEFINITION}:9"]), JOBS),
        (JobPattern(job_definitions=[f"{DEFINITION}-other:3"]), set()),
        (
            JobQueueBlockedPattern(),
            {"job_queue_blocked", "job_queue_blocked_by_invalid_environments"},
        ),
        (JobQueueBlockedPattern(reasons=[BlockedReason.JOB_RESOURCE_REQUIREMENT]), {"job_queue_blocked"}),
        (JobQueueBlockedPattern(job_queues=[QUEUE], reasons=["nothing"]), set()),
        (
            JobQueueBlockedPattern(ignore_reasons=BlockedReason.of_environments()),
            {"job_queue_blocked"},
        ),
        (
            ServiceJobPattern(),
            {"service_job_failed", "service_job_scheduled", "service_job_terminated_by_time_limit"},
        ),
        (ServiceJobPattern(statuses=["SCHEDULED"]), {"service_job_scheduled"}),
        (
            ServiceJobPattern(
                statuses=FAILED, job_name_prefixes=["train-"], ignore_reasons=["Terminated by JobStateTime*"]
            ),
            {"service_job_failed"},
        ),
        (
            ServiceJobPattern(reason_prefixes=["Terminated by JobStateTimeLimit"]),
            {"service_job_terminated_by_time_limit"},
        ),
        (ServiceJobPattern(job_queues=[QUEUE]), set()),
        (
            ServiceJobQueueBlockedPattern(),
            {"service_job_queue_blocked", "service_job_queue_blocked_by_quota"},
        ),
        (
            ServiceJobQueueBlockedPattern(reasons=[BlockedReason.QUOTA_MANAGEMENT_LIMIT]),
            {"service_job_queue_blocked_by_quota"},
        ),
        (
            ServiceJobQueueBlockedPattern(ignore_reasons=[BlockedReason.QUOTA_MANAGEMENT_LIMIT]),
            {"service_job_queue_blocked"},
        ),
        (
            ServiceJobPreemptionPattern(),
            {"service_job_preemption_started", "service_job_preemption_completed"},
        ),
        (
            ServiceJobPreemptionPattern(phases=[PreemptionPhase.COMPLETED]),
            {"service_job_preemption_completed"},
        ),
        (ServiceJobPreemptionPattern(statuses=["RUNNING"]), {"service_job_preemption_started"}),
        (ServiceJobQueueBlockedPattern(job_queues=[QUEUE]), set()),
        (ApiCallPattern(), {name for name in ALL if name.startswith("api_call")}),
        (ApiCallPattern(event_names=["TerminateJob"]), {"api_call"}),
        (ApiCallPattern(event_names=["TerminateJob", "TerminateJobs"]), {"api_call", "api_call_bulk"}),
        (ApiCallPattern(failed_only=True), {"api_call_refused"}),
    ],
    ids=name_of,
)
def test_a_pattern_hears_what_it_says_and_nothing_else(pattern: JobPattern, expected: set[str]) -> None:
    """It matches the right ones of all documented events, including those of other services."""
    assert heard(pattern.to_dict()) == expected


@pytest.mark.parametrize(("code", "heard_of"), [(3, False), (4, False), (1, True), (137, True), (None, True)])
def test_exit_codes_are_ignored_but_not_jobs_without_one(code: int | None, heard_of: bool) -> None:
    """A job that never ran has no exit code, which anything-but alone would not match."""
    pattern = JobPattern(statuses=FAILED, ignore_exit_codes=[3, 4]).to_dict()
    container = {} if code is None else {"exitCode": code}
    assert matches(pattern, sample("job_failed", container=container)) is heard_of
    assert matches(pattern, sample("job_failed", container=None, ecsProperties={})) is True


@pytest.mark.parametrize(
    ("reason", "heard_of"),
    [
        ("Host EC2 (instance i-1) terminated.", False),
        ("stopped by ana", False),
        ("stopped by ana and eve", True),
        ("Essential container in task exited", True),
        (None, True),
    ],
)
def test_reasons_are_ignored_together(reason: str | None, heard_of: bool) -> None:
    """Both exceptions hold: separate filters would each let the other's exception through."""
    pattern = JobPattern(ignore_reasons=["Host EC2*", "stopped by ana"]).to_dict()
    assert matches(pattern, sample("job_failed", statusReason=reason)) is heard_of


def test_queues_and_definitions_of_any_make_are_taken(stack: Stack) -> None:
    """Ours, L1s and strings; the pattern holds names, not constructs."""
    ours = ImportedJobQueue(stack, "Ours", job_queue_arn=QUEUE)
    l1 = batch.CfnJobQueue(stack, "L1", priority=1, compute_environment_order=[])
    definition = ImportedJobDefinition(stack, "Definition", job_definition_arn=f"{DEFINITION}:3")
    pattern = JobPattern(job_queues=[ours, l1, QUEUE], job_definitions=[definition])
    resolved = stack.resolve(pattern.to_dict())
    assert resolved["detail"]["jobQueue"] == [
        QUEUE,
        {"Ref": stack.get_logical_id(l1)},
        QUEUE,
    ]
    assert resolved["detail"]["jobDefinition"] == [{"prefix": f"{DEFINITION}:"}]
    assert pattern == JobPattern(job_queues=pattern.job_queues, job_definitions=[DEFINITION])


def test_the_cdks_own_rule_takes_it(stack: Stack, only: Callable[[str], dict[str, Any]]) -> None:
    """``to_event_pattern`` gives ``events.Rule`` the same as ``to_dict``."""
    pattern = JobPattern(statuses=FAILED, array_jobs=ArrayJobs.NO_CHILDREN, ignore_exit_codes=[3])
    events.Rule(stack, "Rule", event_pattern=pattern.to_event_pattern())
    assert only("AWS::Events::Rule")["EventPattern"] == pattern.to_dict()


def test_a_pattern_without_filters_is_taken_by_the_cdks_own_rule(
    stack: Stack, only: Callable[[str], dict[str, Any]]
) -> None:
    """A pattern for all events of a kind has no detail."""
    events.Rule(stack, "Rule", event_pattern=ServiceJobPattern().to_event_pattern())
    assert only("AWS::Events::Rule")["EventPattern"] == ServiceJobPattern().to_dict()


def test_a_job_can_follow_it(stack: Stack, only: Callable[[str], dict[str, Any]]) -> None:
    """A clean-up job runs for each failed array."""
    EventTriggeredJob(
        stack,
        "CleanUp",
        event_pattern=JobPattern(statuses=FAILED, array_jobs=ArrayJobs.PARENTS).to_dict(),
        job_queue=ImportedJobQueue(stack, "Queue", job_queue_arn=QUEUE),
        job_definition=ImportedJobDefinition(stack, "Definition", job_definition_arn=DEFINITION),
    )
    assert matches(only("AWS::Events::Rule")["EventPattern"], sample("array_failed"))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: JobPattern(statuses=[JobStatus.SUBMITTED]), "must not hold SUBMITTED: no event is sent"),
        (lambda: JobPattern(ignore_exit_codes=[0]), "must not hold 0"),
        (lambda: JobPattern(job_name_prefixes=[""]), "must not be empty"),
        (lambda: JobPattern(job_queues=[f"{QUEUE}-{n}" for n in range(99)]), "at most 4096 characters"),
        (lambda: ServiceJobPattern(statuses=["DONE"]), "SCHEDULED, got 'DONE'"),
        (lambda: JobPattern(reason_prefixes=["a"], ignore_reasons=["b"]), "a field has one filter"),
        (lambda: JobQueueBlockedPattern(reasons=["a"], ignore_reasons=["b"]), "a field has one filter"),
        (lambda: ApiCallPattern(event_names=["batch:TerminateJob"]), "without a service"),
    ],
)
def test_fails_when_a_pattern_could_not_be(make: Callable[[], object], message: str) -> None:
    """Fails if EventBridge would refuse the pattern, or if no event could match."""
    with pytest.raises(ValueError, match=message):
        make()


def test_what_is_not_known_counts_nothing(stack: Stack) -> None:
    """Tokens do not count towards the length, which only the deploy knows."""
    queues = [f"${{Token[TOKEN.{number}]}}{'' * number}" for number in range(99)]
    assert len(JobPattern(job_queues=queues).to_dict()["detail"]["jobQueue"]) == 99


def test_patterns_need_no_cdk() -> None:
    """A script can print a pattern without Node.js."""
    code = (
        "import sys; from batch_constructs import JobPattern; JobPattern().to_dict(); "
        "print(sorted({'jsii', 'aws_cdk', 'constructs'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
