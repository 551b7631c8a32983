"""AWS Batch and Step Functions by moto: jobs succeed at once, and state machines run."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from moto import mock_aws
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service import (
    state_task_service_aws_sdk,
    state_task_service_batch,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_CONFIG = {"batch": {"use_docker": False}, "stepfunctions": {"execute_state_machine": True}}
_ROLE = "arn:aws:iam::123456789012:role/any"


@pytest.fixture
def batch(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Return a client of an account with a queue ``queue`` and a definition ``any``."""
    for name, value in {
        "ACCESS_KEY_ID": "a",
        "SECRET_ACCESS_KEY": "b",
        "DEFAULT_REGION": "eu-west-1",
    }.items():
        monkeypatch.setenv(f"AWS_{name}", value)
    with mock_aws(config=_CONFIG):
        role = boto3.client("iam").create_role(RoleName="any", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
        client = boto3.client("batch")
        environment = client.create_compute_environment(
            computeEnvironmentName="environment", type="UNMANAGED", state="ENABLED", serviceRole=role
        )["computeEnvironmentArn"]
        client.create_job_queue(
            jobQueueName="queue",
            priority=1,
            state="ENABLED",
            computeEnvironmentOrder=[{"order": 1, "computeEnvironment": environment}],
        )
        client.register_job_definition(
            jobDefinitionName="any",
            type="container",
            containerProperties={"image": "busybox", "vcpus": 1, "memory": 128},
        )
        yield client


@pytest.fixture
def execute(batch: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Run a definition to its end with some input, and return the answer of DescribeExecution.

    moto does not convert the members' names of a state (``JobName``) to those of the call (``jobName``), though it
    has the code for it; this fixture does.
    """
    model = batch.meta.service_model

    def request(self: Any, parameters: dict[str, Any], *_: Any, **__: Any) -> None:
        self._to_boto_request(parameters, model.operation_model("SubmitJob").input_shape)

    def response(self: Any, response: Any, *_: Any, service_action_name: str = "submit_job") -> None:
        operation = "DescribeJobs" if service_action_name == "describe_jobs" else "SubmitJob"
        self._from_boto_response(response, model.operation_model(operation).output_shape)

    service = state_task_service_batch.StateTaskServiceBatch
    monkeypatch.setattr(service, "_normalise_parameters", request)
    monkeypatch.setattr(service, "_normalise_response", response)

    def operation(self: Any) -> Any:
        action = self.resource.api_action
        return model.operation_model(action[0].upper() + action[1:])

    sdk = state_task_service_aws_sdk.StateTaskServiceAwsSdk
    monkeypatch.setattr(
        sdk,
        "_normalise_parameters",
        lambda self, parameters, *_: self._to_boto_request(parameters, operation(self).input_shape),
    )
    monkeypatch.setattr(
        sdk,
        "_normalise_response",
        lambda self, response, *_: self._from_boto_response(response, operation(self).output_shape),
    )

    def run(definition: str, text: str = "{}") -> Any:
        client = boto3.client("stepfunctions")
        machine = client.create_state_machine(name="chain", definition=definition, roleArn=_ROLE)
        execution = client.start_execution(stateMachineArn=machine["stateMachineArn"], input=text)
        while True:
            found = client.describe_execution(executionArn=execution["executionArn"])
            if found["status"] != "RUNNING":
                return found
            time.sleep(0.02)

    return run
