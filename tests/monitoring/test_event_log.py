"""The event log: its events, its policies and its queries."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from aws_cdk import RemovalPolicy
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs

from batch_constructs import ImportedJobQueue, JobEventLog
from batch_constructs.monitoring.event_queries import QUERIES
from tests.monitoring.samples import ALL, QUEUE, heard, sample

if TYPE_CHECKING:
    from collections.abc import Callable

    from aws_cdk import Stack

    Resources = Callable[[], dict[str, dict[str, Any]]]

OF_BATCH = {name for name in ALL if sample(name)["detail-type"].startswith("Batch ")}


def test_all_that_batch_says_is_kept(stack: Stack, only: Callable[[str], dict[str, Any]]) -> None:
    """Events of jobs, service jobs and their queues; no API calls, and no events of other services."""
    JobEventLog(stack, "Log")
    assert heard(only("AWS::Events::Rule")["EventPattern"]) == OF_BATCH


def test_a_log_can_be_of_some_queues(stack: Stack, only: Callable[[str], dict[str, Any]]) -> None:
    """Events of other queues are left out."""
    JobEventLog(stack, "Log", job_queues=[ImportedJobQueue(stack, "Queue", job_queue_arn=QUEUE)])
    assert heard(only("AWS::Events::Rule")["EventPattern"]) == {
        name for name in OF_BATCH if not name.startswith("service")
    }


def test_the_group_is_one_that_eventbridge_finds(stack: Stack, only: Callable[[str], dict[str, Any]]) -> None:
    """Its name begins with /aws/events/, and its ARN in the rule has no :* at the end."""
    log = JobEventLog(stack, "Log")
    group = only("AWS::Logs::LogGroup")
    assert group["LogGroupName"].startswith("/aws/events/Stack-Log-")
    assert group["RetentionInDays"] == 90
    [target] = only("AWS::Events::Rule")["Targets"]
    assert target["Arn"]["Fn::Join"][1][-2:] == [":log-group:", stack.resolve(log.log_group.log_group_name)]
    assert "DeadLetterConfig" in target


def test_only_this_rule_may_write(stack: Stack, only: Callable[[str], dict[str, Any]]) -> None:
    """Only to this group, unlike the policy of the console, which covers all groups."""
    log = JobEventLog(stack, "Log")
    policy = str(only("AWS::Logs::ResourcePolicy")["PolicyDocument"])
    assert policy.count("delivery.logs.amazonaws.com") == policy.count("events.amazonaws.com") == 2
    assert policy.count(stack.get_logical_id(log.rule)) == 1
    assert '"Resource":"*"' not in policy
    assert '"Resource":""' not in policy


def test_a_key_of_yours_lets_the_group_use_it(stack: Stack, only: Callable[[str], dict[str, Any]]) -> None:
    """Only for this group; without it CloudFormation could not create the group."""
    JobEventLog(stack, "Log", encryption_key=kms.Key(stack, "Key"))
    assert "Fn::GetAtt" in only("AWS::Logs::LogGroup")["KmsKeyId"]
    *_, statement = only("AWS::KMS::Key")["KeyPolicy"]["Statement"]
    [name] = statement["Condition"]["ArnEquals"].values()
    assert name["Fn::Join"][1][-1] == f":log-group:{only('AWS::Logs::LogGroup')['LogGroupName']}"
    assert str(statement["Principal"]["Service"]).startswith("{'Fn::Join': ['', ['logs.'")


def test_retention_and_removal_can_be_chosen(stack: Stack, synth: Resources) -> None:
    """By default events are kept for three months, and outlive the stack."""
    JobEventLog(stack, "Log", retention=logs.RetentionDays.ONE_WEEK, removal_policy=RemovalPolicy.DESTROY)
    [group] = [each for each in synth().values() if each["Type"] == "AWS::Logs::LogGroup"]
    assert group["Properties"]["RetentionInDays"] == 7
    assert group["DeletionPolicy"] == "Delete"


def test_queries_are_saved_in_a_folder(stack: Stack, synth: Resources) -> None:
    """Our queries and yours, for this group; an empty string removes a query."""
    JobEventLog(stack, "Log", queries={"Mine": "limit 1", "Failed jobs": ""})
    saved = [each["Properties"] for each in synth().values() if each["Type"] == "AWS::Logs::QueryDefinition"]
    names = [each["Name"].removeprefix("Stack/Log/") for each in saved]
    assert names == [name for name in QUERIES if name != "Failed jobs"] + ["Mine"]
    assert all(len(each["LogGroupNames"]) == 1 for each in saved)


@pytest.mark.parametrize("name", QUERIES)
def test_queries_ask_for_what_events_have(name: str) -> None:
    """Each field in a query is in one of the documented events."""
    fields = set(re.findall(r"\bdetail(?:\.\w+)+", QUERIES[name]))
    known = {path for event in ALL for path in _paths("detail", sample(event)["detail"])}
    assert fields <= known, fields - known


def _paths(prefix: str, value: Any) -> set[str]:
    """Yield paths as Logs Insights writes them, with numbers for list items."""
    if isinstance(value, dict):
        members = list(value.items())
    elif isinstance(value, list):
        members = [(str(index), each) for index, each in enumerate(value)]
    else:
        return {prefix}
    return {prefix}.union(*(_paths(f"{prefix}.{key}", each) for key, each in members))


def test_readers_are_granted(stack: Stack, only: Callable[[str], dict[str, Any]]) -> None:
    """They may read the events of this log only."""
    from aws_cdk import aws_iam as iam

    role = iam.Role(stack, "Reader", assumed_by=iam.AccountRootPrincipal())
    log = JobEventLog(stack, "Log")
    log.grant_read(role)
    [statement] = only("AWS::IAM::Policy")["PolicyDocument"]["Statement"]
    assert "logs:FilterLogEvents" in statement["Action"]
    assert statement["Resource"] == stack.resolve(log.log_group.log_group_arn)
