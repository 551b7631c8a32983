"""The fixture ``local_batch``: jobs of a stack run in a test of that stack."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
import boto3
import pytest

import batch_constructs as bc
from batch_constructs.local.engine import Assumptions
from batch_constructs.local.executors import RecordedExecutor, Recording

if TYPE_CHECKING:
    from collections.abc import Callable

    from batch_constructs.testing import LocalStack


class Align(cdk.Stack):
    """A stack with one job, which a user would test."""

    def __init__(self) -> None:
        super().__init__(cdk.App(context={"batch-constructs:checks": False}), "Align")
        network = bc.BatchNetwork(self, "Network")
        capacity = bc.Ec2ComputeEnvironment(self, "Capacity", vpc=network.vpc)
        self.queue = bc.JobQueue(self, "Queue", compute_environments=[capacity])
        self.job = bc.Ec2JobDefinition(
            self,
            "Job",
            image="busybox",
            command=["echo", "Ref::sample"],
            parameters={"sample": "s0"},
            vcpus=1,
            memory=cdk.Size.mebibytes(64),
        )
        bc.JobFailureAlerts(self, "Alerts", job_queues=[self.queue], emails=["ops@example.com"])


def test_a_job_runs_and_its_lines_are_there(local_batch: Callable[..., LocalStack]) -> None:
    """The parameters of the submission reach the command, and no Docker is needed (moto#3997, localstack#11298)."""
    job = local_batch(Align()).submit("Job", parameters={"sample": "s1"}).wait()
    assert (job.state, job.exit_code, job.lines) == ("SUCCEEDED", 0, ["s1"])


def test_constructs_name_their_queue_and_definition(local_batch: Callable[..., LocalStack]) -> None:
    """A test hands in what the stack has."""
    stack = Align()
    assert local_batch(stack).submit(stack.job, stack.queue, array_size=2).wait().lines == ["s0", "s0"]


def test_the_alert_of_a_failed_job_is_there(local_batch: Callable[..., LocalStack]) -> None:
    """A test of alerts needs no account."""
    batch = local_batch(Align())
    batch.submit("Job", command=["sh", "-c", "exit 3"]).wait()
    [alert] = batch.alerts
    assert alert.recipients == ("ops@example.com",)


def test_a_dependent_job_waits(local_batch: Callable[..., LocalStack]) -> None:
    """Dependencies are those of AWS Batch."""
    batch = local_batch(Align())
    first = batch.submit("Job", command=["false"])
    assert batch.submit("Job", depends_on=[first]).wait().status_reason == "Dependent Job failed"


def test_a_recording_decides_how_attempts_end(local_batch: Callable[..., LocalStack]) -> None:
    """Nothing is run, and a retry can be tested."""
    recorded = RecordedExecutor([Recording(exit_codes=(1, 0))])
    batch = local_batch(Align(), executor=recorded)
    request = {
        "jobName": "again",
        "jobQueue": "Queue",
        "jobDefinition": "Job",
        "retryStrategy": {"attempts": 2},
    }
    job = batch.submit_request(request).wait()
    assert [each["container"]["exitCode"] for each in job.attempts] == [1, 0]


def test_a_job_that_does_not_end_says_its_state(local_batch: Callable[..., LocalStack]) -> None:
    """A job that stays in a state can be tested, too (moto#8287)."""
    batch = local_batch(Align(), executor=RecordedExecutor([Recording(seconds=None)]))
    with pytest.raises(AssertionError, match=r"Job is still RUNNING after 0\.2 seconds"):
        batch.submit("Job").wait(0.2)


def test_a_job_that_can_never_run_says_why(local_batch: Callable[..., LocalStack]) -> None:
    """The reason is the one of the blocked queue (ministack#650)."""
    batch = local_batch(Align(), vcpus=0.5)
    with pytest.raises(AssertionError, match="because MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT"):
        batch.submit("Job").wait(0.2)


def test_a_timeout_need_not_last_a_minute(local_batch: Callable[..., LocalStack]) -> None:
    """A program shows in a test what it does when its time is over."""
    batch = local_batch(Align(), attempt_seconds=0.2)
    command = ["sh", "-c", "trap 'echo saved; exit 1' TERM; sleep 60 & wait"]
    job = batch.submit("Job", command=command).wait()
    assert (job.status_reason, job.lines) == ("Job attempt duration exceeded timeout", ["saved"])


def test_a_job_with_an_invalid_definition_fails_at_once(local_batch: Callable[..., LocalStack]) -> None:
    """It is not retried, whatever its retry strategy."""
    recorded = RecordedExecutor([Recording(valid=False, reason="no such device")])
    batch = local_batch(Align(), executor=recorded)
    request = {"jobName": "a", "jobQueue": "Queue", "jobDefinition": "Job", "retryStrategy": {"attempts": 3}}
    job = batch.submit_request(request).wait()
    assert [each["container"]["reason"] for each in job.attempts] == ["no such device"]


def test_children_may_run_in_another_order(local_batch: Callable[..., LocalStack]) -> None:
    """AWS does not say in which order they start."""
    batch = local_batch(Align(), vcpus=1, assumptions=Assumptions(children_in_order=False))
    job = batch.submit("Job", command=["sh", "-c", "date +%s%N"], array_size=5).wait()
    assert sorted(range(5), key=job.lines_of) != list(range(5))


def test_a_job_fails_after_a_while(local_batch: Callable[..., LocalStack]) -> None:
    """A recording decides when, and how (moto#6117)."""
    recorded = RecordedExecutor([Recording(seconds=0.2, exit_codes=(1,), reason="out of luck")])
    job = local_batch(Align(), executor=recorded).submit("Job").wait()
    [attempt] = job.attempts
    assert attempt["stoppedAt"] - attempt["startedAt"] >= 200
    assert (job.state, attempt["container"]["reason"]) == ("FAILED", "out of luck")


def test_a_job_that_exits_with_an_error_fails_with_the_reason_of_aws(
    local_batch: Callable[..., LocalStack],
) -> None:
    """Its description has the command that ran, not that of its definition (moto#2829)."""
    command = ["/bin/sh", "-c", "echo Fail && exit 1"]
    job = local_batch(Align()).submit("Job", command=command).wait()
    assert (job.state, job.status_reason) == ("FAILED", "Essential container in task exited")
    assert (job.description["container"]["command"], job.lines) == (command, ["Fail"])


def test_a_client_of_boto3_cancels_a_job_that_waits(local_batch: Callable[..., LocalStack]) -> None:
    """The second job waits as long as the machine has no room for it (moto#4423)."""
    batch = local_batch(Align(), vcpus=1, executor=RecordedExecutor([Recording(seconds=None)]))
    batch.submit("Job")
    waiting = batch.submit("Job")
    client: Any = boto3.client(
        "batch",
        endpoint_url=batch.endpoint_url,
        region_name="us-east-1",
        aws_access_key_id="x",
        aws_secret_access_key="y",
    )
    client.cancel_job(jobId=waiting.id, reason="not needed")
    [described] = client.describe_jobs(jobs=[waiting.id])["jobs"]
    assert (described["status"], described["statusReason"]) == ("FAILED", "not needed")
    assert described["isCancelled"]


def test_lines_are_in_the_log_group_of_the_definition(local_batch: Callable[..., LocalStack]) -> None:
    """The stream is named when the job runs (localstack#12157, moto#5825)."""
    recorded = RecordedExecutor([Recording(lines=("hello",))])
    batch = local_batch(Align(), executor=recorded)
    shown: list[tuple[str, bool]] = []
    history = batch._session.batch.history
    history.listeners.append(
        lambda record, _, state: (
            shown.append((state.name, "logStreamName" in record.describe()["container"]))
            if state.name == record.describe()["status"]
            else None
        )
    )
    job = batch.submit("Job").wait()
    group = job.description["container"]["logConfiguration"]["options"]["awslogs-group"]
    stream = job.description["container"]["logStreamName"]
    assert group != "/aws/batch/job"
    assert [line for _, line in batch._session.batch.logs.events(group, stream)] == ["hello"]
    assert ("STARTING", True) not in shown
    assert ("RUNNING", True) in shown
