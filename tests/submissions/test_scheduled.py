"""Jobs on a schedule: least privilege, dead letters, the newest revision."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from batch_constructs import (
    ContainerOverrides,
    EksContainerOverrides,
    EksPodOverrides,
    ImportedJobDefinition,
    ImportedJobQueue,
    NodeOverrides,
    ScheduledJob,
    TaskContainerOverrides,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from aws_cdk import Stack

QUEUE = "arn:aws:batch:eu-west-1:123456789012:job-queue/nightly"
DEFINITION = "arn:aws:batch:eu-west-1:123456789012:job-definition/align"
SCHEDULE = "AWS::Scheduler::Schedule"


def schedule(stack: Stack, **arguments: Any) -> ScheduledJob:
    """Make a nightly job; arguments can be changed."""
    return ScheduledJob(
        stack,
        "Nightly",
        **{
            "schedule": "cron(0 3 * * ? *)",
            "job_queue": ImportedJobQueue(stack, "Queue", job_queue_arn=QUEUE),
            "job_definition": ImportedJobDefinition(stack, "Align", job_definition_arn=f"{DEFINITION}:7"),
            **arguments,
        },
    )


def test_it_submits_the_newest_revision(stack: Stack, only: Callable[[str], dict[str, Any]]) -> None:
    """Pain 13 (cfn-coverage-roadmap#1761): the name has no revision, so a new one needs no change here."""
    schedule(stack, array_size=10, parameters={"day": "<aws.scheduler.scheduled-time>"})
    rendered = only(SCHEDULE)
    assert rendered["ScheduleExpression"] == "cron(0 3 * * ? *)"
    assert rendered["Target"]["Arn"]["Fn::Join"][1][-1] == ":scheduler:::aws-sdk:batch:submitJob"
    assert json.loads(rendered["Target"]["Input"]) == {
        "JobName": "Nightly",
        "JobQueue": QUEUE,
        "JobDefinition": DEFINITION,
        "ArrayProperties": {"Size": 10},
        "Parameters": {"day": "<aws.scheduler.scheduled-time>"},
    }


def test_its_role_may_submit_this_job_and_nothing_else(
    stack: Stack, only: Callable[[str], dict[str, Any]]
) -> None:
    """It has queue, name and revisions; only this account's schedules are trusted."""
    schedule(stack)
    submit, send = only("AWS::IAM::Policy")["PolicyDocument"]["Statement"]
    assert submit["Resource"] == [QUEUE, DEFINITION, f"{DEFINITION}:*"]
    assert send["Action"] == "sqs:SendMessage"
    [trust] = only("AWS::IAM::Role")["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": "scheduler.amazonaws.com"}
    assert trust["Condition"] == {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}


def test_it_waits_for_its_rights(stack: Stack, synth: Callable[[], dict[str, dict[str, Any]]]) -> None:
    """The schedule depends on the role's policy, or its first job would fail."""
    job = schedule(stack)
    found = synth()
    policy = next(name for name, each in found.items() if each["Type"] == "AWS::IAM::Policy")
    assert policy in found[stack.get_logical_id(job.cfn)]["DependsOn"]


def test_what_cannot_be_submitted_is_kept(stack: Stack, only: Callable[[str], dict[str, Any]]) -> None:
    """The target has a dead-letter queue and a retry policy."""
    from aws_cdk import Duration

    schedule(stack, maximum_retry_attempts=3, maximum_event_age=Duration.hours(1))
    target = only(SCHEDULE)["Target"]
    assert "DeadLetterConfig" in target
    assert target["RetryPolicy"] == {"MaximumRetryAttempts": 3, "MaximumEventAgeInSeconds": 3600}


def test_the_cdks_expressions_fit(stack: Stack, only: Callable[[str], dict[str, Any]]) -> None:
    """Their time zone is used."""
    from aws_cdk import TimeZone
    from aws_cdk import aws_scheduler as scheduler

    expression = scheduler.ScheduleExpression.cron(hour="3", minute="0", time_zone=TimeZone.EUROPE_BERLIN)
    schedule(stack, schedule=expression)
    rendered = only(SCHEDULE)
    assert rendered["ScheduleExpressionTimezone"] == "Europe/Berlin"
    assert rendered["ScheduleExpression"].startswith("cron(0 3")


def test_tokens_reach_the_input(stack: Stack, only: Callable[[str], dict[str, Any]]) -> None:
    """Numbers and strings that only CloudFormation knows are references in the JSON."""
    from aws_cdk import CfnParameter

    number = CfnParameter(stack, "Size", type="Number").value_as_number
    text = CfnParameter(stack, "Day").value_as_string
    schedule(stack, array_size=number, parameters={"day": text})
    joined = only(SCHEDULE)["Target"]["Input"]["Fn::Join"][1]
    assert {"Ref": "Size"} in joined
    assert {"Ref": "Day"} in joined


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"schedule": "every day"}, r"schedule must be rate\(…\) as in .*, got 'every day'"),
        ({"schedule": "cron(0 3 * * *)"}, r"cron\(…\) of six fields"),
        ({"schedule": "cron(0 3 * * * *)"}, r"the day of the month or that of the week is \?"),
        ({"schedule": "rate(5)"}, "schedule must be"),
        ({"time_zone": "Europe/Berln"}, "time_zone must be .*did you mean 'Europe/Berlin'"),
        ({"maximum_retry_attempts": 186}, "maximum_retry_attempts must be from 0 to 185"),
        ({"job_name": "?"}, "job_name must be"),
        ({"array_size": 1}, "array_size must be from 2 to 10,000"),
    ],
)
def test_fails_when_arguments_are_impossible(stack: Stack, arguments: dict[str, Any], message: str) -> None:
    """Fails when AWS would refuse the value, with only the test's own constructs in the tree."""
    with pytest.raises(ValueError, match=message):
        schedule(stack, **arguments)
    assert stack.node.try_find_child("Nightly") is None


def test_overrides_travel_along(stack: Stack, only: Callable[[str], dict[str, Any]]) -> None:
    """The members of the container are capitalised as the service needs."""
    schedule(stack, container_overrides=ContainerOverrides(memory_mib=8000))
    sent = json.loads(only(SCHEDULE)["Target"]["Input"])
    assert sent["ContainerOverrides"] == {"ResourceRequirements": [{"Type": "MEMORY", "Value": "8000"}]}


@pytest.mark.parametrize(
    ("arguments", "member"),
    [
        (
            {"ecs_properties_override": [TaskContainerOverrides(name="main", vcpus=2)]},
            "EcsPropertiesOverride",
        ),
        (
            {"eks_properties_override": EksPodOverrides(containers=[EksContainerOverrides(memory_mib=512)])},
            "EksPropertiesOverride",
        ),
        ({"node_overrides": NodeOverrides(num_nodes=4)}, "NodeOverrides"),
    ],
)
def test_a_schedule_carries_every_kind_of_overrides(
    stack: Stack, only: Callable[[str], dict[str, Any]], arguments: dict[str, Any], member: str
) -> None:
    """Its target is the request itself."""
    job = schedule(stack, **arguments)
    sent = json.loads(only(SCHEDULE)["Target"]["Input"])
    assert sent[member] == job.request.to_scheduler_input()[member]


def test_tags_need_a_right_on_the_queue_and_the_definition(
    stack: Stack, only: Callable[[str], dict[str, Any]]
) -> None:
    """wri/gfw-data-api#175: a submission with tags needs TagResource on the queue and the definition."""
    schedule(stack, tags={"team": "x", "run": "<aws.scheduler.execution-id>"})
    assert json.loads(only(SCHEDULE)["Target"]["Input"])["Tags"] == {
        "team": "x",
        "run": "<aws.scheduler.execution-id>",
    }
    submit, tag, _ = only("AWS::IAM::Policy")["PolicyDocument"]["Statement"]
    assert (submit["Action"], tag["Action"]) == ("batch:SubmitJob", "batch:TagResource")
    assert tag["Resource"] == submit["Resource"] == [QUEUE, DEFINITION, f"{DEFINITION}:*"]


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (
            "<aws.scheduler.scheduled_time>",
            r"not an attribute of EventBridge Scheduler.*\(did you mean '<aws.scheduler.scheduled-time>'\?\)",
        ),
        (
            "<aws.events.rule-name>",
            "filled in by an EventBridge rule, not by EventBridge Scheduler, got it in parameters",
        ),
    ],
)
def test_fails_when_nobody_would_fill_in_an_attribute(stack: Stack, value: str, message: str) -> None:
    """Fails when the job would get the attribute's name instead of its value."""
    with pytest.raises(ValueError, match=message):
        schedule(stack, parameters={"day": value})


def test_fails_when_a_path_of_step_functions_is_given(stack: Stack) -> None:
    """Fails when the job would get the string ``$.day``."""
    from aws_cdk import aws_stepfunctions as sfn

    with pytest.raises(
        ValueError, match=r"sfn\.JsonPath is filled in by a state machine.*parameters\['day'\]"
    ):
        schedule(stack, parameters={"day": sfn.JsonPath.string_at("$.day")})
