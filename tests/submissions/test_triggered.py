"""Jobs submitted by events: patterns, values of the event, least privilege, dead letters."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from moto.events.models import EventPattern

from batch_constructs import (
    ContainerOverrides,
    EventTriggeredJob,
    ImportedJobDefinition,
    ImportedJobQueue,
    RetryStrategy,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from aws_cdk import Stack

QUEUE = "arn:aws:batch:eu-west-1:123456789012:job-queue/nightly"
DEFINITION = "arn:aws:batch:eu-west-1:123456789012:job-definition/scan"
RULE = "AWS::Events::Rule"
PATTERN = {"source": ["aws.ecr"], "detail": {"action-type": ["PUSH"], "result": ["SUCCESS"]}}
PATHS = {"repository": "$.detail.repository-name"}


def triggered(stack: Stack, **arguments: Any) -> EventTriggeredJob:
    """Make a job for each pushed image; arguments can be changed."""
    return EventTriggeredJob(
        stack,
        "Scan",
        **{
            "event_pattern": PATTERN,
            "job_queue": ImportedJobQueue(stack, "Queue", job_queue_arn=QUEUE),
            "job_definition": ImportedJobDefinition(
                stack, "Definition", job_definition_arn=f"{DEFINITION}:7"
            ),
            **arguments,
        },
    )


@pytest.mark.parametrize(("action", "submits"), [("PUSH", True), ("DELETE", False)])
def test_events_of_the_pattern_submit(
    stack: Stack, only: Callable[[str], dict[str, Any]], action: str, submits: bool
) -> None:
    """An independent matcher reads the pattern as its author meant it."""
    triggered(stack)
    pattern = EventPattern.load(json.dumps(only(RULE)["EventPattern"]))
    event = {"source": "aws.ecr", "detail": {"action-type": action, "result": "SUCCESS"}}
    assert bool(pattern.matches_event(event)) is submits


def test_it_submits_the_newest_revision(stack: Stack, only: Callable[[str], dict[str, Any]]) -> None:
    """Pain 13 (cfn-coverage-roadmap#1761): the name has no revision, so a new one needs no change here."""
    triggered(stack, array_size=10, retry_strategy=RetryStrategy(attempts=2))
    [target] = only(RULE)["Targets"]
    assert target["Arn"] == QUEUE
    assert target["BatchParameters"] == {
        "JobName": "Scan",
        "JobDefinition": DEFINITION,
        "ArrayProperties": {"Size": 10},
        "RetryStrategy": {"Attempts": 2},
    }
    assert "Input" not in target
    assert "InputTransformer" not in target


def test_what_is_fixed_is_passed_as_input(stack: Stack, only: Callable[[str], dict[str, Any]]) -> None:
    """EVT-04: the members are capitalised, unlike in the API."""
    triggered(stack, parameters={"mode": "full"}, container_overrides=ContainerOverrides(command=["scan"]))
    [target] = only(RULE)["Targets"]
    assert json.loads(target["Input"]) == {
        "Parameters": {"mode": "full"},
        "ContainerOverrides": {"Command": ["scan"]},
    }


def test_values_of_the_event_become_parameters(stack: Stack, only: Callable[[str], dict[str, Any]]) -> None:
    """EventBridge replaces each variable by JSON, so quotes inside a value are harmless."""
    triggered(
        stack,
        parameters={"mode": '"full"'},
        event_parameters={**PATHS, "a b": "$.detail.image-tag"},
        container_overrides=ContainerOverrides(memory_mib=8000),
    )
    transformer = only(RULE)["Targets"][0]["InputTransformer"]
    assert transformer["InputPathsMap"] == {"value1": PATHS["repository"], "value2": "$.detail.image-tag"}
    filled = transformer["InputTemplate"].replace("<value1>", '"a"').replace("<value2>", '"b"')
    assert json.loads(filled) == {
        "Parameters": {"mode": '"full"', "repository": "a", "a b": "b"},
        "ContainerOverrides": {"ResourceRequirements": [{"Type": "MEMORY", "Value": "8000"}]},
    }


def test_tokens_reach_the_template(stack: Stack, only: Callable[[str], dict[str, Any]]) -> None:
    """Strings that only CloudFormation knows are references in it."""
    from aws_cdk import CfnParameter

    triggered(stack, parameters={"day": CfnParameter(stack, "Day").value_as_string}, event_parameters=PATHS)
    transformer = only(RULE)["Targets"][0]["InputTransformer"]
    assert transformer["InputTemplate"]["Fn::Join"][1] == [
        '{"Parameters":{"day":"',
        {"Ref": "Day"},
        '","repository":<value1>}}',
    ]


def test_its_role_may_submit_this_job_and_nothing_else(
    stack: Stack, only: Callable[[str], dict[str, Any]]
) -> None:
    """It has queue, name and revisions; only this account's rules are trusted."""
    triggered(stack)
    [submit] = only("AWS::IAM::Policy")["PolicyDocument"]["Statement"]
    assert submit["Action"] == "batch:SubmitJob"
    assert submit["Resource"] == [QUEUE, DEFINITION, f"{DEFINITION}:*"]
    [trust] = only("AWS::IAM::Role")["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": "events.amazonaws.com"}
    assert trust["Condition"] == {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}


def test_it_waits_for_its_rights(stack: Stack, synth: Callable[[], dict[str, dict[str, Any]]]) -> None:
    """The rule depends on the role's policy, or its first job would fail."""
    job = triggered(stack)
    found = synth()
    policy = next(name for name, each in found.items() if each["Type"] == "AWS::IAM::Policy")
    assert policy in found[stack.get_logical_id(job.cfn)]["DependsOn"]


def test_what_cannot_be_submitted_is_kept(stack: Stack, only: Callable[[str], dict[str, Any]]) -> None:
    """The target has a retry policy and a dead-letter queue that only this rule may write to."""
    from aws_cdk import Duration

    job = triggered(stack, maximum_retry_attempts=3, maximum_event_age=Duration.hours(1))
    [target] = only(RULE)["Targets"]
    assert "DeadLetterConfig" in target
    assert target["RetryPolicy"] == {"MaximumRetryAttempts": 3, "MaximumEventAgeInSeconds": 3600}
    _, send = only("AWS::SQS::QueuePolicy")["PolicyDocument"]["Statement"]
    rule = {"Fn::GetAtt": [stack.get_logical_id(job.cfn), "Arn"]}
    assert send["Action"] == "sqs:SendMessage"
    assert send["Condition"] == {"ArnEquals": {"aws:SourceArn": rule}}


def test_it_can_listen_to_another_bus_and_not_at_all(
    stack: Stack, only: Callable[[str], dict[str, Any]]
) -> None:
    """The bus can be the user's, and the rule can be deployed but disabled."""
    from aws_cdk import aws_events as events

    triggered(stack, event_bus=events.EventBus.from_event_bus_name(stack, "Bus", "mine"), enabled=False)
    assert only(RULE)["EventBusName"] == "mine"
    assert only(RULE)["State"] == "DISABLED"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"event_pattern": {}}, "event_pattern must name at least one member"),
        ({"maximum_retry_attempts": 186}, "maximum_retry_attempts must be from 0 to 185"),
        ({"job_name": "?"}, "job_name must be"),
        ({"array_size": 1}, "array_size must be from 2 to 10,000"),
        ({"retry_strategy": RetryStrategy.on_spot_reclaim()}, "cannot carry evaluate_on_exit"),
        ({"event_parameters": {"a": "detail.a"}}, "must hold paths such as"),
        ({"event_parameters": {str(n): "$.a" for n in range(101)}}, "must be at most 100, got 101"),
        ({"event_parameters": PATHS, "parameters": {"repository": "a"}}, "got it in both"),
        ({"event_parameters": PATHS, "parameters": {"a": "<b>"}}, "must have nothing in <>"),
    ],
)
def test_fails_when_arguments_are_impossible(stack: Stack, arguments: dict[str, Any], message: str) -> None:
    """Fails when AWS would refuse the value, with only the test's own constructs in the tree."""
    with pytest.raises(ValueError, match=message):
        triggered(stack, **arguments)
    assert stack.node.try_find_child("Scan") is None


def test_what_looks_like_a_variable_is_a_text_where_there_are_none(
    stack: Stack, only: Callable[[str], dict[str, Any]]
) -> None:
    """Without values of the event nothing is replaced; with them, EventBridge's own variables still work."""
    triggered(stack, parameters={"a": "<b>"})
    assert json.loads(only(RULE)["Targets"][0]["Input"]) == {"Parameters": {"a": "<b>"}}


def test_the_rule_tells_of_itself(stack: Stack, only: Callable[[str], dict[str, Any]]) -> None:
    """EventBridge replaces its own attributes only in an input template, with or without paths of the event."""
    triggered(stack, parameters={"by": "<aws.events.rule-name>"})
    target = only(RULE)["Targets"][0]
    assert "Input" not in target
    assert target["InputTransformer"] == {"InputTemplate": '{"Parameters":{"by":"<aws.events.rule-name>"}}'}


def test_fails_when_nobody_would_fill_in_an_attribute(stack: Stack) -> None:
    """Fails when the job would get the attribute's name instead of its value."""
    message = r"filled in by EventBridge Scheduler, not by an EventBridge rule, got it in Parameters\['day'\]"
    with pytest.raises(ValueError, match=message):
        triggered(stack, parameters={"day": "<aws.scheduler.scheduled-time>"})
