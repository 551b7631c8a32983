"""The check for INVALID environments, run by moto's Step Functions against moto's AWS Batch and EventBridge."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from aws_cdk import Duration
from moto import mock_aws
from moto.batch.models import BatchBackend
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service_aws_sdk import (
    StateTaskServiceAwsSdk,
)

from batch_constructs import ComputeEnvironmentAlerts, ImportedComputeEnvironment
from batch_constructs.local.events import transform
from batch_constructs.monitoring.environment_check import check_definition

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from aws_cdk import Stack

    Resources = Callable[[], dict[str, dict[str, Any]]]

_CONFIG = {"batch": {"use_docker": False}, "stepfunctions": {"execute_state_machine": True}}
_ROLE = "arn:aws:iam::123456789012:role/any"
PATTERN = {"source": ["batch-constructs"]}
ENVIRONMENT = "arn:aws:batch:eu-west-1:123456789012:compute-environment/mine"
_REASON = 'CLIENT_ERROR - "role" is not authorized to perform: sts:AssumeRole'


@pytest.fixture
def environments(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """Return two VALID and two INVALID environments, by name."""
    for name, value in {
        "ACCESS_KEY_ID": "a",
        "SECRET_ACCESS_KEY": "b",
        "DEFAULT_REGION": "eu-west-1",
    }.items():
        monkeypatch.setenv(f"AWS_{name}", value)
    with mock_aws(config=_CONFIG):
        role = boto3.client("iam").create_role(RoleName="any", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
        arns = {
            name: boto3.client("batch").create_compute_environment(
                computeEnvironmentName=name, type="UNMANAGED", state="ENABLED", serviceRole=role
            )["computeEnvironmentArn"]
            for name in ("good", "bad", "fine", "worse")
        }
        describe = BatchBackend.describe_compute_environments

        def with_invalid_ones(self: BatchBackend, environments: list[str] | None = None) -> Any:
            broken = {"status": "INVALID", "statusReason": _REASON}
            return [
                {**each, **(broken if each["computeEnvironmentName"] in {"bad", "worse"} else {})}
                for each in describe(self, environments)
            ]

        # moto's environments are always VALID.
        monkeypatch.setattr(BatchBackend, "describe_compute_environments", with_invalid_ones)
        # As for other services, moto leaves out the step between the names of members in a state and in the call.
        shapes = boto3.client("batch").meta.service_model.operation_model("DescribeComputeEnvironments")
        monkeypatch.setattr(
            StateTaskServiceAwsSdk,
            "_normalise_parameters",
            lambda self, parameters, *_: self._to_boto_request(parameters, shapes.input_shape),
        )
        monkeypatch.setattr(
            StateTaskServiceAwsSdk,
            "_normalise_response",
            lambda self, response, *_: self._from_boto_response(response, shapes.output_shape),
        )
        yield arns


def run(definition: dict[str, Any], pattern: dict[str, Any], question: str = "{}") -> list[dict[str, Any]]:
    """Return the events of one execution that match a pattern."""
    events, sqs, machines = boto3.client("events"), boto3.client("sqs"), boto3.client("stepfunctions")
    inbox = sqs.create_queue(QueueName="inbox")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=inbox, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    events.put_rule(Name="rule", EventPattern=json.dumps(pattern))
    events.put_targets(Rule="rule", Targets=[{"Id": "1", "Arn": arn}])
    # The half minute between tries would also pass in a test.
    del definition["States"]["Describe"]["Retry"]
    machine = machines.create_state_machine(name="m", definition=json.dumps(definition), roleArn=_ROLE)
    started = machines.start_execution(stateMachineArn=machine["stateMachineArn"], input=question)
    while (found := machines.describe_execution(executionArn=started["executionArn"]))["status"] == "RUNNING":
        time.sleep(0.02)
    assert found["status"] == "SUCCEEDED", found
    messages = sqs.receive_message(QueueUrl=inbox, MaxNumberOfMessages=10).get("Messages", [])
    return [json.loads(message["Body"]) for message in messages]


def invalid_rule(synth: Resources) -> dict[str, Any]:
    """Return the rule for the events of the check."""
    rules = [each["Properties"] for each in synth().values() if each["Type"] == "AWS::Events::Rule"]
    rule: dict[str, Any] = next(
        each for each in rules if each["EventPattern"]["source"] == ["batch-constructs"]
    )
    return rule


def test_invalid_environments_are_told(stack: Stack, synth: Resources, environments: dict[str, str]) -> None:
    """Each INVALID environment gets an event with its reason, and no other does."""
    ComputeEnvironmentAlerts(stack, "Alerts", check_every=Duration.hours(1))
    rule = invalid_rule(synth)
    heard = run(check_definition([]), rule["EventPattern"])
    assert sorted(event["detail"]["ComputeEnvironmentName"] for event in heard) == ["bad", "worse"]
    text = transform(rule["Targets"][0]["InputTransformer"], heard[0])
    assert f"Reason: {_REASON}" in text


def test_only_chosen_environments_are_looked_at(environments: dict[str, str]) -> None:
    """They can be chosen by ARN or name."""
    heard = run(check_definition([environments["good"], environments["bad"]]), PATTERN)
    assert [event["detail"]["ComputeEnvironmentName"] for event in heard] == ["bad"]


def test_nothing_is_told_while_all_is_well(environments: dict[str, str]) -> None:
    """An execution without findings succeeds."""
    assert run(check_definition(["good", "fine"]), PATTERN) == []


def test_roles_may_look_and_tell_and_no_more(stack: Stack, synth: Resources) -> None:
    """One role starts the state machine; the other reads environments and puts events of this library only."""
    imported = ImportedComputeEnvironment(stack, "Mine", compute_environment_arn=ENVIRONMENT)
    ComputeEnvironmentAlerts(
        stack, "Alerts", check_every=Duration.minutes(15), compute_environments=[imported]
    )
    resources = synth()
    statements = [
        statement
        for each in resources.values()
        if each["Type"] == "AWS::IAM::Policy"
        for statement in each["Properties"]["PolicyDocument"]["Statement"]
    ]
    assert {each["Action"]: each.get("Condition") for each in statements} == {
        "batch:DescribeComputeEnvironments": None,
        "events:PutEvents": {"StringEquals": {"events:source": "batch-constructs"}},
        "states:StartExecution": None,
    }
    [machine] = [each for each in resources.values() if each["Type"] == "AWS::StepFunctions::StateMachine"]
    assert ENVIRONMENT in str(machine["Properties"]["DefinitionString"])
    schedules = [
        each["Properties"] for each in resources.values() if each["Type"] == "AWS::Scheduler::Schedule"
    ]
    assert {each["ScheduleExpression"]: each["Target"]["Input"] for each in schedules} == {
        "rate(15 minutes)": "{}",
        "rate(7 days)": '{"ImageUpdates": true}',
    }


def test_newer_images_are_told_when_they_are_asked_for(
    stack: Stack, synth: Resources, environments: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """For each image type of an environment, only if the input requests it."""
    describe = BatchBackend.describe_compute_environments
    images = {
        "good": [{"imageType": "ECS_AL2023", "batchImageStatus": "LATEST"}],
        "fine": [
            {"imageType": "ECS_AL2023"},
            {"imageType": "ECS_AL2023_NVIDIA", "batchImageStatus": "UPDATE_AVAILABLE"},
        ],
        "bad": [{"imageType": "ECS_AL2023", "batchImageStatus": "UPDATE_AVAILABLE"}],
    }

    def with_images(self: BatchBackend, environments: list[str] | None = None) -> Any:
        found = describe(self, environments)
        for each in found:
            each["computeResources"] = {"ec2Configuration": images.get(each["computeEnvironmentName"], [])}
        return found

    monkeypatch.setattr(BatchBackend, "describe_compute_environments", with_images)
    ComputeEnvironmentAlerts(stack, "Alerts", check_every=Duration.hours(1))
    kinds = [each["Properties"] for each in synth().values() if each["Type"] == "AWS::Events::Rule"]
    [rule] = [each for each in kinds if "Image Update" in str(each["EventPattern"])]
    heard = run(check_definition([]), rule["EventPattern"], question='{"ImageUpdates": true}')
    assert sorted(event["detail"]["ComputeEnvironmentName"] for event in heard) == ["bad", "fine"]
    [fine] = [event for event in heard if event["detail"]["ComputeEnvironmentName"] == "fine"]
    text = transform(rule["Targets"][0]["InputTransformer"], fine)
    assert "Image type: ECS_AL2023_NVIDIA" in text
    assert "--compute-environment fine --compute-resources updateToLatestImageVersion=true" in text


def test_images_can_be_left_out(stack: Stack, synth: Resources) -> None:
    """Then only the check for INVALID environments remains."""
    ComputeEnvironmentAlerts(stack, "Alerts", check_every=Duration.hours(1), image_updates=False)
    resources = synth()
    assert "rate(7 days)" not in str(resources)
    rules = [each for each in resources.values() if each["Type"] == "AWS::Events::Rule"]
    assert "Image Update Available" not in str(rules)


def test_nobody_looks_unless_asked(stack: Stack, synth: Resources) -> None:
    """By default there is no state machine and no schedule."""
    ComputeEnvironmentAlerts(stack, "Alerts")
    assert not {"AWS::StepFunctions::StateMachine", "AWS::Scheduler::Schedule"} & {
        each["Type"] for each in synth().values()
    }


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"check_every": Duration.seconds(90)}, r"whole minutes, at least one, got 1\.5 minutes"),
        ({"check_every": Duration.minutes(0)}, "whole minutes, at least one, got 0 minutes"),
        ({"compute_environments": [object()]}, "say how often by check_every"),
    ],
)
def test_fails_when_nobody_could_look(stack: Stack, arguments: dict[str, Any], message: str) -> None:
    """Fails for an impossible rate, or environments without a schedule."""
    with pytest.raises(ValueError, match=message):
        ComputeEnvironmentAlerts(stack, "Alerts", **arguments)
