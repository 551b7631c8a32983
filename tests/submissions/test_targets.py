"""The request as a target of EventBridge rules and pipes, and what they refuse."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.validate import ParamValidator

from batch_constructs import (
    ArrayDependency,
    ContainerOverrides,
    JobDependency,
    RetryStrategy,
    SubmitJobRequest,
)

QUEUE = "arn:aws:batch:eu-west-1:123456789012:job-queue/nightly"


def request(**members: Any) -> SubmitJobRequest:
    """Return a small request; arguments can be changed."""
    return SubmitJobRequest(
        **{"job_name": "nightly", "job_queue": QUEUE, "job_definition": "align", **members}
    )


def problems_of(service: str, shape: str, arguments: dict[str, Any]) -> str:
    """Return botocore's report about a structure of a service."""
    model = boto3.client(service, region_name="eu-west-1").meta.service_model.shape_for(shape)
    return str(ParamValidator().validate(arguments, model).generate_report())


FULL: dict[str, Any] = {
    "array_size": 10,
    "retry_strategy": RetryStrategy(attempts=3),
    "parameters": {"inputFile": "a"},
    "container_overrides": ContainerOverrides(command=["run"], environment={"a": "1"}, vcpus=2),
}
PASSED_ON = {
    "Parameters": {"inputFile": "a"},
    "ContainerOverrides": {
        "Command": ["run"],
        "Environment": [{"Name": "a", "Value": "1"}],
        "ResourceRequirements": [{"Type": "VCPU", "Value": "2"}],
    },
}
BATCH = {
    "JobName": "nightly",
    "JobDefinition": "align",
    "ArrayProperties": {"Size": 10},
    "RetryStrategy": {"Attempts": 3},
}


def test_a_rule_carries_size_and_attempts_and_its_input_the_rest() -> None:
    """EVT-03, EVT-04: there are two places, and every member is capitalised, except the user's keys."""
    target = request(**FULL).to_event_target()
    assert target == {"Arn": QUEUE, "BatchParameters": BATCH, "Input": PASSED_ON}
    assert problems_of("events", "BatchParameters", target["BatchParameters"]) == ""


def test_a_plain_request_needs_no_input() -> None:
    """Without an input the rule passes the event, in which AWS Batch reads nothing."""
    assert request().to_event_target() == {
        "Arn": QUEUE,
        "BatchParameters": {"JobName": "nightly", "JobDefinition": "align"},
    }


def test_a_pipe_carries_all_that_a_rule_does_and_dependencies() -> None:
    """All of it is in one structure, which the service's model accepts."""
    depends = [JobDependency(type=ArrayDependency.SEQUENTIAL), JobDependency(job_id="a")]
    parameters = request(**FULL, depends_on=depends).to_pipe_parameters()
    assert parameters == {
        **BATCH,
        **PASSED_ON,
        "DependsOn": [{"Type": "SEQUENTIAL"}, {"JobId": "a"}],
    }
    assert problems_of("pipes", "PipeTargetBatchJobParameters", parameters) == ""


NEITHER: dict[str, Any] = {
    "retry_strategy": RetryStrategy.on_spot_reclaim(),
    "timeout_seconds": 60,
    "share_identifier": "a",
    "scheduling_priority_override": 1,
    "propagate_tags": True,
    "tags": {"team": "x"},
}
NAMED = (
    "cannot carry {}timeout_seconds, share_identifier, scheduling_priority_override, propagate_tags, tags, "
    "evaluate_on_exit of retry_strategy"
)


def test_fails_when_a_rule_cannot_carry_a_member() -> None:
    """Fails with the names of all members that EventBridge would ignore."""
    full = request(**NEITHER, depends_on=[JobDependency(job_id="a")])
    with pytest.raises(ValueError, match=NAMED.format("depends_on, ")):
        full.to_event_target()


def test_fails_when_a_pipe_cannot_carry_a_member() -> None:
    """Fails with the names of all members that a pipe does not have."""
    with pytest.raises(ValueError, match=NAMED.format("")):
        request(**NEITHER).to_pipe_parameters()


def test_fails_when_a_rule_has_but_a_name_of_its_queue() -> None:
    """Fails as in EventBridge: targets are ARNs."""
    with pytest.raises(ValueError, match="needs the ARN of the job queue, got 'nightly'"):
        request(job_queue="nightly").to_event_target()
