"""The documented rules that concern requests, records and logs, each by its number in the list of `docs/local.md`."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

import pytest

from batch_constructs.local.api import call
from batch_constructs.local.errors import ClientError
from tests.local.test_recovery import opened, submit

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from batch_constructs.local.batch import LocalBatch


@pytest.fixture
def batch(tmp_path: Path) -> Iterator[LocalBatch]:
    """A local Batch with the queue ``q`` and the job definition ``d``."""
    found = opened(tmp_path)
    yield found
    found.close()


def test_s13_a_share_is_required_with_a_policy_and_refused_without(batch: LocalBatch) -> None:
    """The share identifier and the scheduling policy come together."""
    policy = call(batch, "CreateSchedulingPolicy", {"name": "p", "fairsharePolicy": {}})["arn"]
    order = [{"order": 1, "computeEnvironment": "ce"}]
    fair = {
        "jobQueueName": "fair",
        "priority": 1,
        "computeEnvironmentOrder": order,
        "schedulingPolicyArn": policy,
    }
    call(batch, "CreateJobQueue", fair)
    job = {"jobName": "j", "jobDefinition": "d"}
    with pytest.raises(ClientError, match="shareIdentifier must be specified"):
        call(batch, "SubmitJob", {**job, "jobQueue": "fair"})
    with pytest.raises(ClientError, match="shareIdentifier"):
        call(batch, "SubmitJob", {**job, "jobQueue": "q", "shareIdentifier": "a"})


def test_s31_each_change_but_the_first_is_an_event(batch: LocalBatch) -> None:
    """AWS Batch sends no event for SUBMITTED."""
    seen: list[str] = []
    batch.history.listeners.append(lambda _, __, state: seen.append(state.name))
    assert batch.wait(submit(batch, "a", ["true"]), 20)
    assert seen == ["RUNNABLE", "STARTING", "RUNNING", "SUCCEEDED"]


def test_s33_parameters_fill_the_command(batch: LocalBatch) -> None:
    """Those of the request go before those of the definition."""
    needs = [{"type": "VCPU", "value": "1"}, {"type": "MEMORY", "value": "64"}]
    container = {"image": "busybox", "command": ["echo", "Ref::a", "Ref::b"], "resourceRequirements": needs}
    definition = {
        "jobDefinitionName": "ref",
        "type": "container",
        "parameters": {"a": "1", "b": "2"},
        "containerProperties": container,
    }
    call(batch, "RegisterJobDefinition", definition)
    request = {"jobName": "j", "jobQueue": "q", "jobDefinition": "ref", "parameters": {"b": "3"}}
    job_id = call(batch, "SubmitJob", request)["jobId"]
    assert batch.wait(job_id, 20)
    details = batch.jobs[job_id].describe()
    stream = details["container"]["logStreamName"]
    assert [message for _, message in batch.logs.events("/aws/batch/job", stream)] == ["1 3"]


def test_s34_an_inactive_definition_cannot_be_submitted(batch: LocalBatch) -> None:
    """A name without a revision is the newest revision that is active."""
    container = {
        "image": "busybox",
        "resourceRequirements": [{"type": "VCPU", "value": "1"}, {"type": "MEMORY", "value": "64"}],
    }
    second = {"jobDefinitionName": "d", "type": "container", "containerProperties": container}
    call(batch, "RegisterJobDefinition", second)
    call(batch, "DeregisterJobDefinition", {"jobDefinition": "d:2"})
    request = {"jobName": "j", "jobQueue": "q"}
    with pytest.raises(ClientError, match="not in ACTIVE"):
        call(batch, "SubmitJob", {**request, "jobDefinition": "d:2"})
    job_id = call(batch, "SubmitJob", {**request, "jobDefinition": "d"})["jobId"]
    assert batch.jobs[job_id].definition_arn.endswith("/d:1")


def test_s35_each_attempt_has_a_log_stream_of_its_own(batch: LocalBatch) -> None:
    """Its name is that of the definition, ``default`` and the id of the task."""
    job_id = submit(batch, "a", ["false"], attempts=2)
    assert batch.wait(job_id, 20)
    attempts = [each["container"] for each in batch.jobs[job_id].describe()["attempts"]]
    streams = [each["logStreamName"] for each in attempts]
    assert streams == [f"d/default/{each['taskArn'].rpartition('/')[2]}" for each in attempts]
    assert len(set(streams)) == 2


@pytest.mark.parametrize("member", ["vcpus", "memory"])
def test_a_submission_to_fargate_overrides_requirements_only(batch: LocalBatch, member: str) -> None:
    """AWS Batch refuses the older members with these words (redun#95)."""
    needs = [{"type": "VCPU", "value": "1"}, {"type": "MEMORY", "value": "2048"}]
    definition = {"jobDefinitionName": "f", "type": "container", "platformCapabilities": ["FARGATE"]}
    container = {"image": "busybox", "command": ["true"], "resourceRequirements": needs}
    refused = re.escape(f"{member} is not applicable for Fargate. Use resource requirements instead.")
    call(batch, "RegisterJobDefinition", {**definition, "containerProperties": container})
    request = {"jobName": "j", "jobQueue": "q", "containerOverrides": {member: 4}}
    with pytest.raises(ClientError, match=refused):
        call(batch, "SubmitJob", {**request, "jobDefinition": "f"})
    call(batch, "SubmitJob", {**request, "jobDefinition": "d"})


CHANGES: dict[str, tuple[str, dict[str, object]]] = {
    "the environment is enabled": (
        "UpdateComputeEnvironment",
        {"computeEnvironment": "ce", "state": "ENABLED"},
    ),
    "the queue gets another environment": (
        "UpdateJobQueue",
        {"jobQueue": "q", "computeEnvironmentOrder": [{"order": 1, "computeEnvironment": "other"}]},
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_job_that_waits_starts_when_a_resource_changes(batch: LocalBatch, change: str) -> None:
    """Nothing else need happen."""
    other = dict(batch.resources.environments["ce"]["computeResources"]) | {"minvCpus": 0}
    del other["desiredvCpus"]
    environment = {"computeEnvironmentName": "other", "type": "MANAGED", "computeResources": other}
    call(batch, "CreateComputeEnvironment", environment)
    call(batch, "UpdateComputeEnvironment", {"computeEnvironment": "ce", "state": "DISABLED"})
    job_id = submit(batch, "a", ["true"])
    assert batch.jobs[job_id].job.state.name == "RUNNABLE"
    operation, request = CHANGES[change]
    call(batch, operation, dict(request))
    assert batch.wait(job_id, 20)


def test_resources_are_deleted_by_their_arn(batch: LocalBatch) -> None:
    """As by their name."""
    environment = batch.resources.environments["ce"]["computeEnvironmentArn"]
    queue = batch.resources.queues["q"]["jobQueueArn"]
    call(batch, "UpdateJobQueue", {"jobQueue": queue, "state": "DISABLED"})
    call(batch, "DeleteJobQueue", {"jobQueue": queue})
    call(batch, "UpdateComputeEnvironment", {"computeEnvironment": environment, "state": "DISABLED"})
    call(batch, "DeleteComputeEnvironment", {"computeEnvironment": environment})
    assert (batch.resources.queues, batch.resources.environments, batch.engine.queues) == ({}, {}, {})


def test_all_times_are_milliseconds(batch: LocalBatch) -> None:
    """Of the job, and of its attempt."""
    before = time.time() * 1000
    job_id = submit(batch, "a", ["true"])
    assert batch.wait(job_id, 20)
    shown = batch.jobs[job_id].describe()
    [attempt] = shown["attempts"]
    started, stopped = [shown["startedAt"], attempt["startedAt"]], [attempt["stoppedAt"], shown["stoppedAt"]]
    times = [before - 1, shown["createdAt"], *started, *stopped, time.time() * 1000]
    assert times == sorted(times)
