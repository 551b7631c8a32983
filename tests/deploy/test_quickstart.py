"""The quick start's promises: cheap capacity first, jobs from whoever may submit them, word of failures."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from moto.events.models import EventPattern
from moto.iam.access_control import IAMPolicy, PermissionResult

from tests.deploy.cdk_cli import ACCOUNT, REGION

if TYPE_CHECKING:
    from tests.deploy.cdk_cli import Clients, Deployment


@pytest.fixture
def queue(quickstart: Deployment, aws: Clients) -> str:
    [arn] = quickstart.ids(aws, "AWS::Batch::JobQueue")
    return arn


@pytest.fixture
def definition(quickstart: Deployment, aws: Clients) -> str:
    [arn] = quickstart.ids(aws, "AWS::Batch::JobDefinition")
    return arn


@pytest.fixture
def grant(quickstart: Deployment, aws: Clients) -> dict[str, Any]:
    """The one statement in the stack's roles that allows to submit jobs."""
    iam = aws("iam")
    statements: list[dict[str, Any]] = [
        statement
        for role in quickstart.ids(aws, "AWS::IAM::Role")
        for policy in iam.list_role_policies(RoleName=role)["PolicyNames"]
        for statement in iam.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"]["Statement"]
        if "batch:SubmitJob" in statement["Action"]
    ]
    [statement] = statements
    return statement


@pytest.fixture
def rule(quickstart: Deployment, aws: Clients) -> dict[str, Any]:
    """The rule that watches for failures."""
    [name] = quickstart.ids(aws, "AWS::Events::Rule")
    found: dict[str, Any] = aws("events").describe_rule(Name=name)
    return found


def test_spot_comes_before_on_demand(quickstart: Deployment, aws: Clients, queue: str) -> None:
    """Jobs start on Spot, and on demand only when Spot has nothing."""
    batch = aws("batch")
    [found] = batch.describe_job_queues(jobQueues=[queue])["jobQueues"]
    order = sorted(found["computeEnvironmentOrder"], key=lambda entry: entry["order"])
    types = []
    for entry in order:
        [environment] = batch.describe_compute_environments(
            computeEnvironments=[entry["computeEnvironment"]]
        )["computeEnvironments"]
        types.append(environment["computeResources"]["type"])
    assert types == ["SPOT", "EC2"]


def test_grant_names_the_queue_and_the_definition_in_all_revisions(
    grant: dict[str, Any], queue: str, definition: str
) -> None:
    """The grant is as narrow as IAM allows, and outlives a new revision."""
    name = definition.rpartition(":")[0]
    assert sorted(grant["Resource"]) == sorted([queue, name, f"{name}:*"])


def test_grant_allows_the_job_and_no_other(grant: dict[str, Any], queue: str, definition: str) -> None:
    """Whoever holds the grant may submit this definition to this queue, and neither another one nor elsewhere."""
    name = definition.rpartition(":")[0]
    policy = IAMPolicy(json.dumps({"Statement": [grant]}))

    def allowed(arn: str) -> bool:
        return bool(policy.is_action_permitted("batch:SubmitJob", arn) == PermissionResult.PERMITTED)

    assert all(map(allowed, [queue, definition, f"{name}:2", name]))
    assert not any(map(allowed, [f"{queue}-other", f"{name}-other", f"{name}-other:1", "*"]))


def test_job_of_the_grant_succeeds(grant: dict[str, Any], definition: str, aws: Clients) -> None:
    """A job of the definition's newest revision on the queue, by the ARNs that the grant spells out, succeeds."""
    batch = aws("batch")
    [queue] = [arn for arn in grant["Resource"] if ":job-queue/" in arn]
    [name] = [arn for arn in grant["Resource"] if ":job-definition/" in arn and not arn.endswith(":*")]
    job = batch.submit_job(jobName="rehearsal", jobQueue=queue, jobDefinition=name)
    [found] = batch.describe_jobs(jobs=[job["jobId"]])["jobs"]
    assert (found["status"], found["jobQueue"], found["jobDefinition"]) == ("SUCCEEDED", queue, definition)


def test_rule_matches_failures_of_the_queue_only(rule: dict[str, Any], queue: str) -> None:
    """A failed job of the queue raises an alert; a finished one, and one of another queue, do not."""
    pattern = EventPattern.load(rule["EventPattern"])
    assert pattern.matches_event(_event(queue, "FAILED"))
    assert not pattern.matches_event(_event(queue, "SUCCEEDED"))
    assert not pattern.matches_event(_event(queue, "RUNNABLE"))
    assert not pattern.matches_event(_event(f"{queue}-other", "FAILED"))


def test_alert_goes_to_the_topic_and_lost_ones_to_the_dead_letter_queue(
    quickstart: Deployment, aws: Clients, rule: dict[str, Any]
) -> None:
    """The rule's one target is the topic that exists, with a queue that exists for what cannot be delivered."""
    [topic] = quickstart.ids(aws, "AWS::SNS::Topic")
    assert aws("sns").get_topic_attributes(TopicArn=topic)["Attributes"]["TopicArn"] == topic
    [target] = aws("events").list_targets_by_rule(Rule=rule["Name"])["Targets"]
    assert target["Arn"] == topic
    [dead_letters] = quickstart.ids(aws, "AWS::SQS::Queue")
    attributes = aws("sqs").get_queue_attributes(QueueUrl=dead_letters, AttributeNames=["QueueArn"])[
        "Attributes"
    ]
    assert target["DeadLetterConfig"]["Arn"] == attributes["QueueArn"]


def _event(queue: str, status: str) -> dict[str, Any]:
    """Return a change of a job's state, as AWS Batch reports it."""
    return {
        "version": "0",
        "id": "c8f9c4b5-76e5-d76a-f980-7011e206042b",
        "detail-type": "Batch Job State Change",
        "source": "aws.batch",
        "account": ACCOUNT,
        "time": "2026-01-01T00:00:00Z",
        "region": REGION,
        "resources": [f"arn:aws:batch:{REGION}:{ACCOUNT}:job/4c7599ae-0a82-49aa-ba5a-4727fcce14a8"],
        "detail": {
            "jobName": "rehearsal",
            "jobId": "4c7599ae-0a82-49aa-ba5a-4727fcce14a8",
            "jobQueue": queue,
            "status": status,
            "statusReason": "Essential container in task exited",
            "attempts": [],
        },
    }
