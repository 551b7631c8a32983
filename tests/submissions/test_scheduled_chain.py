"""Chains on a schedule: input, least privilege, dead letters."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from aws_cdk import Duration
from aws_cdk import aws_iam as iam
from aws_cdk import aws_stepfunctions as sfn

from batch_constructs import JobChain, JobChainStateMachine, ScheduledJobChain, SubmitJobRequest

if TYPE_CHECKING:
    from collections.abc import Callable

    from aws_cdk import Stack

SCHEDULE = "AWS::Scheduler::Schedule"


def machine(stack: Stack) -> JobChainStateMachine:
    """Return a chain of one job that takes the day from the input."""
    request = SubmitJobRequest(
        job_name="load",
        job_queue="queue",
        job_definition="load",
        parameters={"day": sfn.JsonPath.string_at("$.day")},
    )
    return JobChainStateMachine(stack, "Chain", chain=JobChain(jobs={"load": request}))


def nightly(stack: Stack, **arguments: Any) -> ScheduledJobChain:
    """Make a nightly schedule; arguments can be changed."""
    given = {"schedule": "cron(0 2 * * ? *)", **arguments}
    if "state_machine" not in given:
        given["state_machine"] = machine(stack)
    return ScheduledJobChain(stack, "Nightly", **given)


def test_each_execution_hears_for_which_time_it_runs(
    stack: Stack, only: Callable[[str], dict[str, Any]]
) -> None:
    """The input is one JSON object, into which the scheduler puts the time."""
    chain = machine(stack)
    nightly(
        stack,
        state_machine=chain,
        input={"day": "<aws.scheduler.scheduled-time>"},
        time_zone="Europe/Berlin",
    )
    rendered = only(SCHEDULE)
    assert json.loads(rendered["Target"]["Input"]) == {"day": "<aws.scheduler.scheduled-time>"}
    assert rendered["Target"]["Arn"] == stack.resolve(chain.state_machine_arn)
    assert rendered["ScheduleExpressionTimezone"] == "Europe/Berlin"


def test_without_input_it_is_an_empty_object(stack: Stack, only: Callable[[str], dict[str, Any]]) -> None:
    """A state adds the ids of its jobs to the input, which must be an object for that."""
    nightly(stack)
    assert json.loads(only(SCHEDULE)["Target"]["Input"]) == {}


def test_its_role_may_start_this_machine_and_nothing_else(
    stack: Stack, synth: Callable[[], dict[str, dict[str, Any]]]
) -> None:
    """It may also send to the dead-letter queue; the schedule waits for these rights."""
    made = nightly(stack, maximum_retry_attempts=3, maximum_event_age=Duration.hours(1))
    found = synth()
    name, policy = next(
        (name, each["Properties"])
        for name, each in found.items()
        if each["Type"] == "AWS::IAM::Policy" and name.startswith("Nightly")
    )
    start, send = policy["PolicyDocument"]["Statement"]
    schedule = found[stack.get_logical_id(made.cfn)]
    target = schedule["Properties"]["Target"]
    assert (start["Action"], start["Resource"]) == ("states:StartExecution", target["Arn"])
    assert (send["Action"], send["Resource"]) == ("sqs:SendMessage", target["DeadLetterConfig"]["Arn"])
    assert name in schedule["DependsOn"]
    assert target["RetryPolicy"] == {"MaximumRetryAttempts": 3, "MaximumEventAgeInSeconds": 3600}


def test_any_state_machine_can_be_scheduled(stack: Stack, only: Callable[[str], dict[str, Any]]) -> None:
    """L1 state machines and those of the CDK's L2 work."""
    role = iam.Role(stack, "Role", assumed_by=iam.ServicePrincipal("states.amazonaws.com"))
    other = sfn.CfnStateMachine(stack, "Other", role_arn=role.role_arn, definition_string="{}")
    nightly(stack, state_machine=other)
    assert only(SCHEDULE)["Target"]["Arn"] == {"Ref": "Other"}


def test_fails_when_arguments_are_impossible(stack: Stack) -> None:
    """Fails when AWS would refuse them, with all problems in one message and nothing in the tree."""
    with pytest.raises(ValueError, match=r"schedule must be rate.*\n.*maximum_retry_attempts"):
        nightly(stack, schedule="daily", maximum_retry_attempts=186)
    assert stack.node.try_find_child("Nightly") is None
