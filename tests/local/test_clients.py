"""The calls that clients of AWS Batch send, in their order, and what each reads of the answers.

Read from their sources: nf-amazon 3.10.2, Metaflow 2.19.39, Luigi 3.8, Airflow's Amazon provider 9.39, the AWS Batch
plugin 0.2.1 of Snakemake.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from batch_constructs.local.api import Server
from batch_constructs.local.batch import LocalBatch
from batch_constructs.local.executors import ProcessExecutor
from tests.local.test_recovery import provide

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NEEDS = [{"type": "VCPU", "value": "1"}, {"type": "MEMORY", "value": "64"}]


class Clients:
    """boto3 clients of a local Batch."""

    def __init__(self, url: str) -> None:
        options = {
            "endpoint_url": url,
            "region_name": "us-east-1",
            "aws_access_key_id": "local",
            "aws_secret_access_key": "local",
        }
        self.batch: Any = boto3.client("batch", **options)
        self.logs: Any = boto3.client("logs", **options)

    def ended(self, job_id: str) -> dict[str, Any]:
        """Ask until a job has ended, as all of them do."""
        for _ in range(600):
            [job] = self.batch.describe_jobs(jobs=[job_id])["jobs"]
            if job["status"] in {"SUCCEEDED", "FAILED"}:
                found: dict[str, Any] = job
                return found
            time.sleep(0.02)
        raise AssertionError(f"{job_id} has not ended")

    def lines(self, job: dict[str, Any]) -> list[str]:
        answer = self.logs.get_log_events(
            logGroupName="/aws/batch/job", logStreamName=job["container"]["logStreamName"], startFromHead=True
        )
        return [event["message"] for event in answer["events"]]


@pytest.fixture
def clients(tmp_path: Path) -> Iterator[Clients]:
    batch = LocalBatch(ProcessExecutor(), tmp_path, vcpus=4, memory=4_000)
    provide(batch)
    server = Server(batch)
    yield Clients(server.url)
    server.close()
    batch.close()


def register(batch: Any, name: str, **members: Any) -> str:
    """Register a definition, and return its name with the revision."""
    container = {"image": "busybox", "command": ["true"], "resourceRequirements": NEEDS}
    made = batch.register_job_definition(
        jobDefinitionName=name, type="container", containerProperties=container, **members
    )
    return f"{made['jobDefinitionName']}:{made['revision']}"


def test_nextflow(clients: Clients) -> None:
    """It finds its definition by a token, retries reclaimed hosts only, and reads where a task ran."""
    batch = clients.batch
    name = "nf-busybox-1"
    assert batch.describe_job_definitions(jobDefinitionName=name)["jobDefinitions"] == []
    register(batch, name, parameters={"nf-token": "abc"})
    [definition] = batch.describe_job_definitions(jobDefinitionName=name)["jobDefinitions"]
    assert (definition["status"], definition["parameters"]["nf-token"]) == ("ACTIVE", "abc")
    rules = [{"onStatusReason": "Host EC2*", "action": "RETRY"}, {"onReason": "*", "action": "EXIT"}]
    overrides = {
        "command": ["bash", "-o", "pipefail", "-c", "echo started; exit 4"],
        "environment": [{"name": "NXF_TASK", "value": "1"}],
        "resourceRequirements": NEEDS,
    }
    job_id = batch.submit_job(
        jobName="align_1",
        jobQueue="q",
        jobDefinition=f"{name}:{definition['revision']}",
        containerOverrides=overrides,
        retryStrategy={"attempts": 5, "evaluateOnExit": rules},
        timeout={"attemptDurationSeconds": 60},
    )["jobId"]
    job = clients.ended(job_id)
    assert (job["status"], job["container"]["exitCode"], len(job["attempts"])) == ("FAILED", 4, 1)
    assert clients.lines(job) == ["started"]
    [queue] = batch.describe_job_queues(jobQueues=["q"])["jobQueues"]
    place = queue["computeEnvironmentOrder"][0]["computeEnvironment"]
    [environment] = batch.describe_compute_environments(computeEnvironments=[place])["computeEnvironments"]
    cluster = environment["ecsClusterArn"].rpartition("/")[2]
    assert f"task/{cluster}/" in job["container"]["taskArn"]
    batch.terminate_job(jobId=job_id, reason="Job killed by NF")


def test_metaflow(clients: Clients) -> None:
    """It asks for the kind of environment, submits with its own resources, and lists jobs by state."""
    batch = clients.batch
    [queue] = batch.describe_job_queues(jobQueues=["q"])["jobQueues"]
    assert (queue["state"], queue["status"]) == ("ENABLED", "VALID")
    order = queue["computeEnvironmentOrder"]
    [environment] = batch.describe_compute_environments(
        computeEnvironments=[each["computeEnvironment"] for each in order]
    )["computeEnvironments"]
    assert environment["computeResources"]["type"] == "EC2"
    name = register(batch, "metaflow_1")
    job_id = batch.submit_job(
        jobName="flow-1-step",
        jobQueue="q",
        jobDefinition=name,
        containerOverrides={
            "command": ["sh", "-c", "echo $AWS_BATCH_JOB_ID $AWS_BATCH_CE_NAME $AWS_EXECUTION_ENV"]
        },
        tags={"app": "metaflow"},
    )["jobId"]
    job = clients.ended(job_id)
    assert clients.lines(job) == [f"{job_id} ce AWS_ECS_EC2"]
    states = ("SUBMITTED", "PENDING", "RUNNABLE", "STARTING", "RUNNING")
    pages = [batch.get_paginator("list_jobs").paginate(jobQueue="q", jobStatus=state) for state in states]
    assert [each for pager in pages for page in pager for each in page["jobSummaryList"]] == []


def test_luigi(clients: Clients) -> None:
    """It takes the first queue that is valid, and prints the log of a job that failed."""
    batch = clients.batch
    queues = batch.describe_job_queues()["jobQueues"]
    queue = next(
        each["jobQueueName"] for each in queues if (each["state"], each["status"]) == ("ENABLED", "VALID")
    )
    register(batch, "luigi")
    job_id = batch.submit_job(
        jobName="task",
        jobQueue=queue,
        jobDefinition="luigi",
        parameters={},
        containerOverrides={"command": ["sh", "-c", "echo no; exit 1"]},
    )["jobId"]
    job = clients.ended(job_id)
    assert (job["status"], clients.lines(job)) == ("FAILED", ["no"])


def test_airflow(clients: Clients) -> None:
    """It waits over DescribeJobs, reads the log of the last attempt, and stops what it no longer needs."""
    batch = clients.batch
    register(batch, "airflow")
    answer = batch.submit_job(
        jobName="dag",
        jobQueue="q",
        jobDefinition="airflow",
        arrayProperties={},
        parameters={},
        tags={},
        containerOverrides={"command": ["sleep", "60"]},
    )
    for _ in range(500):
        [job] = batch.describe_jobs(jobs=[answer["jobId"]])["jobs"]
        if job["status"] == "RUNNING":
            break
        time.sleep(0.01)
    batch.terminate_job(jobId=answer["jobId"], reason="Task killed by the user")
    job = clients.ended(answer["jobId"])
    assert (job["status"], job["statusReason"]) == ("FAILED", "Task killed by the user")
    assert job["container"].get("logConfiguration", {}).get("logDriver", "awslogs") == "awslogs"


def test_snakemake(clients: Clients) -> None:
    """It registers a privileged definition for each job, and terminates and deregisters it afterwards."""
    batch = clients.batch
    made = batch.register_job_definition(
        jobDefinitionName="snakejob-def-1",
        type="container",
        containerProperties={
            "image": "snakemake",
            "command": ["/bin/bash", "-c", "echo done"],
            "resourceRequirements": NEEDS,
            "privileged": True,
        },
        timeout={"attemptDurationSeconds": 300},
        tags={},
        platformCapabilities=["EC2"],
    )
    job_id = batch.submit_job(jobName="snakejob-1", jobQueue="q", jobDefinition=made["jobDefinitionArn"])[
        "jobId"
    ]
    job = clients.ended(job_id)
    assert (job["status"], job["container"]["exitCode"]) == ("SUCCEEDED", 0)
    batch.terminate_job(jobId=job_id, reason="terminated by snakemake")
    assert clients.ended(job_id)["status"] == "SUCCEEDED"
    batch.deregister_job_definition(jobDefinition=made["jobDefinitionArn"])
    with pytest.raises(batch.exceptions.ClientException):
        batch.submit_job(jobName="again", jobQueue="q", jobDefinition=made["jobDefinitionArn"])
