"""A local Batch with jobs of all kinds, behind its API, and a boto3 client that speaks to it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config

from batch_constructs.local.api import Server
from batch_constructs.local.batch import LocalBatch
from batch_constructs.local.executors import ProcessExecutor

if TYPE_CHECKING:
    from pathlib import Path

    from batch_constructs.local.upstream import Upstream

REGION = "us-east-1"
ROLE = "arn:aws:iam::123456789012:instance-profile/ecsInstanceRole"
POLICY = f"arn:aws:batch:{REGION}:123456789012:scheduling-policy/shares"
NEEDS = [{"type": "VCPU", "value": "0.25"}, {"type": "MEMORY", "value": "64"}]
_CONTAINER = {"image": "busybox", "command": ["true"], "resourceRequirements": NEEDS}
_RESOURCES = {"maxvCpus": 16, "subnets": ["subnet-1"], "securityGroupIds": ["sg-1"]}
_POD = {"requests": {"cpu": "0.25", "memory": "64Mi"}, "limits": {"cpu": "0.25", "memory": "64Mi"}}
_FINISHED_SECONDS = 30

ENVIRONMENTS: tuple[dict[str, Any], ...] = (
    {
        "computeEnvironmentName": "ec2",
        "type": "MANAGED",
        "computeResources": {**_RESOURCES, "type": "EC2", "minvCpus": 0, "instanceRole": ROLE},
        "tags": {"team": "x"},
    },
    {
        "computeEnvironmentName": "fargate",
        "type": "MANAGED",
        "computeResources": {**_RESOURCES, "type": "FARGATE"},
    },
    {
        "computeEnvironmentName": "eks",
        "type": "MANAGED",
        "computeResources": {**_RESOURCES, "type": "EC2", "minvCpus": 0, "instanceRole": ROLE},
        "eksConfiguration": {
            "eksClusterArn": f"arn:aws:eks:{REGION}:123456789012:cluster/c",
            "kubernetesNamespace": "jobs",
        },
    },
    {"computeEnvironmentName": "own", "type": "UNMANAGED", "unmanagedvCpus": 8},
)
DEFINITIONS: tuple[dict[str, Any], ...] = (
    {"jobDefinitionName": "plain", "type": "container", "containerProperties": _CONTAINER},
    {
        "jobDefinitionName": "rich",
        "type": "container",
        "parameters": {"word": "hello"},
        "tags": {"a": "b"},
        "propagateTags": True,
        "schedulingPriority": 7,
        "timeout": {"attemptDurationSeconds": 600},
        "retryStrategy": {"attempts": 2, "evaluateOnExit": [{"action": "RETRY", "onExitCode": "1*"}]},
        "consumableResourceProperties": {
            "consumableResourceList": [{"consumableResource": "license", "quantity": 1}]
        },
        "containerProperties": {
            **_CONTAINER,
            "command": ["echo", "Ref::word"],
            "environment": [{"name": "A", "value": "1"}],
            "ulimits": [{"name": "nofile", "softLimit": 10, "hardLimit": 10}],
            "logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-group": "mine"}},
        },
    },
    {
        "jobDefinitionName": "fargate",
        "type": "container",
        "platformCapabilities": ["FARGATE"],
        "containerProperties": _CONTAINER,
    },
    {
        "jobDefinitionName": "several",
        "type": "container",
        "ecsProperties": {
            "taskProperties": [
                {
                    "containers": [
                        {**_CONTAINER, "name": "main", "essential": True},
                        {
                            **_CONTAINER,
                            "name": "after",
                            "essential": False,
                            "dependsOn": [{"containerName": "main", "condition": "START"}],
                        },
                    ]
                }
            ]
        },
    },
    {
        "jobDefinitionName": "nodes",
        "type": "multinode",
        "nodeProperties": {
            "numNodes": 2,
            "mainNode": 0,
            "nodeRangeProperties": [{"targetNodes": "0:1", "container": _CONTAINER}],
        },
    },
    {
        "jobDefinitionName": "pod",
        "type": "container",
        "eksProperties": {
            "podProperties": {
                "containers": [{"name": "one", "image": "busybox", "command": ["true"], "resources": _POD}],
                "metadata": {"labels": {"app": "x"}},
            }
        },
    },
)
JOBS: dict[str, dict[str, Any]] = {
    "plain": {"jobQueue": "q", "jobDefinition": "plain"},
    "rich": {"jobQueue": "q", "jobDefinition": "rich", "tags": {"c": "d"}},
    "failed": {
        "jobQueue": "q",
        "jobDefinition": "plain",
        "containerOverrides": {"command": ["sh", "-c", "exit 3"]},
        "retryStrategy": {"attempts": 2},
    },
    "no-program": {
        "jobQueue": "q",
        "jobDefinition": "plain",
        "containerOverrides": {"command": ["no-such-program"]},
    },
    "array": {"jobQueue": "q", "jobDefinition": "plain", "arrayProperties": {"size": 3}},
    "fargate": {"jobQueue": "fargate", "jobDefinition": "fargate"},
    "several": {"jobQueue": "q", "jobDefinition": "several"},
    "nodes": {"jobQueue": "q", "jobDefinition": "nodes"},
    "pod": {"jobQueue": "eks", "jobDefinition": "pod"},
    "shared": {
        "jobQueue": "shares",
        "jobDefinition": "plain",
        "shareIdentifier": "a",
        "schedulingPriorityOverride": 5,
    },
}
"""By name; all of them end by themselves."""


class World:
    """The local Batch, its server and a client.

    Attributes:
        batch: The local Batch.
        client: A boto3 client that speaks to it.
        ids: The ids of the jobs by name.
    """

    def __init__(self, folder: Path, upstream: Upstream | None = None) -> None:
        self.batch = LocalBatch(ProcessExecutor(), folder, vcpus=4, memory=4_096)
        self.server = Server(self.batch, upstream=upstream)
        self.client = self.service("batch")
        self.ids: dict[str, str] = {}

    def service(self, name: str, region: str = REGION) -> Any:
        """Return a boto3 client of a service; it never tries twice."""
        return boto3.client(
            name,
            endpoint_url=self.server.url,
            region_name=region,
            aws_access_key_id="test",
            aws_secret_access_key="test",
            config=Config(retries={"total_max_attempts": 1}),
        )

    def add_resources(self) -> World:
        """Add environments, queues, definitions, a policy and a consumable resource."""
        client = self.client
        for each in ENVIRONMENTS:
            client.create_compute_environment(**each)
        client.create_scheduling_policy(name="shares", fairsharePolicy={"shareDecaySeconds": 60})
        for name, environment in (("q", "ec2"), ("fargate", "fargate"), ("eks", "eks"), ("shares", "ec2")):
            order = [{"order": 1, "computeEnvironment": environment}]
            policy = {"schedulingPolicyArn": POLICY} if name == "shares" else {}
            client.create_job_queue(jobQueueName=name, priority=1, computeEnvironmentOrder=order, **policy)
        client.create_consumable_resource(consumableResourceName="license", totalQuantity=2)
        for each in DEFINITIONS:
            client.register_job_definition(**each)
        return self

    def add_jobs(self) -> World:
        """Run jobs of all kinds to their ends; then add some that wait, that run, and that were canceled."""
        for name, request in JOBS.items():
            self.submit(name, request)
        deadline = time.monotonic() + _FINISHED_SECONDS
        for job_id in self.ids.values():
            assert self.batch.wait(job_id, deadline - time.monotonic())
        sleeping = {"containerOverrides": {"command": ["sleep", "600"], "resourceRequirements": _WHOLE}}
        base = {"jobQueue": "q", "jobDefinition": "plain"}
        running = self.submit("running", {**base, **sleeping})
        self.submit("runnable", {**base, **sleeping})
        self.submit("pending", {**base, "dependsOn": [{"jobId": running}]})
        canceled = self.submit("canceled", {**base, **sleeping})
        self.client.cancel_job(jobId=canceled, reason="not needed")
        for index in range(3):
            waiting = {"jobQueue": "shares", "jobDefinition": "plain", "shareIdentifier": f"s{index % 2}"}
            self.submit(f"waiting-{index}", {**waiting, **sleeping})
        self.batch.wait_for_starts(_FINISHED_SECONDS)
        return self

    def submit(self, name: str, request: dict[str, Any]) -> str:
        """Submit a job, and return its id."""
        job_id: str = self.client.submit_job(jobName=name, **request)["jobId"]
        self.ids[name] = job_id
        return job_id

    def close(self) -> None:
        """Stop everything."""
        self.server.close()
        self.batch.close()


_WHOLE = [{"type": "VCPU", "value": "4"}, {"type": "MEMORY", "value": "64"}]
