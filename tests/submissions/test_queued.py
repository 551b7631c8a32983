"""Jobs submitted by messages."""

from __future__ import annotations

import json

import aws_cdk as cdk
import botocore.session
import pytest
from aws_cdk import aws_sqs as sqs
from botocore.validate import ParamValidator

import batch_constructs as bc
from batch_constructs.assembly.template import read
from batch_constructs.assembly.template.resources import Submission
from batch_constructs.testing import assert_no_findings
from batch_constructs.testing.synthesis import synthesized
from tests.permissions.simulator import concrete

CREATE = botocore.session.get_session().get_service_model("pipes").operation_model("CreatePipe").input_shape


@pytest.fixture
def parts():
    """Return a stack with a queue and a definition that takes a key."""
    stack = cdk.Stack(cdk.App(), "Stack")
    vpc = bc.BatchNetwork(stack, "Network").vpc
    queue = bc.JobQueue(
        stack, "Queue", compute_environments=[bc.SpotComputeEnvironment(stack, "Spot", vpc=vpc)]
    )
    job = bc.Ec2JobDefinition(
        stack,
        "Job",
        image="busybox",
        command=["echo", "Ref::key", "Ref::mode"],
        vcpus=1,
        memory=cdk.Size.mebibytes(512),
    )
    return stack, queue, job


def resources(stack):
    return json.loads((synthesized(stack) / "Stack.template.json").read_text())["Resources"]


def one(found, kind):
    [properties] = [each["Properties"] for each in found.values() if each["Type"] == kind]
    return properties


def test_a_message_is_a_job(parts) -> None:
    """Neither the rules nor the service's model object to the submission."""
    stack, queue, job = parts
    bc.QueuedJob(
        stack,
        "OnMessage",
        job_queue=queue,
        job_definition=job,
        array_size=10,
        parameters={"mode": "fast"},
        message_parameters={"key": "$.body.key"},
        container_overrides=bc.ContainerOverrides(vcpus=2, environment={"A": "b"}, command=["x", "Ref::key"]),
        retry_strategy=bc.RetryStrategy(attempts=2),
        filters=[{"body": {"kind": ["image"]}}],
    )
    assert_no_findings(stack, warnings=True)
    [submission] = read(synthesized(stack)).of(Submission)
    assert submission.definition is not None
    assert submission.queue is not None
    found = resources(stack)
    pipe = one(found, "AWS::Pipes::Pipe")
    assert pipe["SourceParameters"] == {
        "SqsQueueParameters": {"BatchSize": 1},
        "FilterCriteria": {"Filters": [{"Pattern": json.dumps({"body": {"kind": ["image"]}})}]},
    }
    parameters = pipe["TargetParameters"]["BatchJobParameters"]
    assert parameters["Parameters"] == {"mode": "fast", "key": "$.body.key"}
    assert parameters["ArrayProperties"] == {"Size": 10}
    assert parameters["RetryStrategy"] == {"Attempts": 2}
    assert parameters["ContainerOverrides"] == {
        "Command": ["x", "Ref::key"],
        "Environment": [{"Name": "A", "Value": "b"}],
        "ResourceRequirements": [{"Type": "VCPU", "Value": "2"}],
    }
    request = {
        "Name": "p",
        **concrete({k: v for k, v in pipe.items() if k not in {"Source", "RoleArn"}}, found),
    }
    request |= {"Source": "arn:aws:sqs:eu-west-1:1:q", "RoleArn": "arn:aws:iam::111122223333:role/r"}
    assert ParamValidator().validate(request, CREATE).generate_report() == ""


def test_its_role_reads_one_queue_and_submits_one_job(parts) -> None:
    """It has no other rights, and only this account may use it."""
    stack, queue, job = parts
    made = bc.QueuedJob(stack, "OnMessage", job_queue=queue, job_definition=job)
    found = resources(stack)
    [name] = [
        key for key in found if key.startswith("OnMessageRole") and found[key]["Type"] == "AWS::IAM::Role"
    ]
    trust = found[name]["Properties"]["AssumeRolePolicyDocument"]["Statement"][0]
    assert trust["Principal"] == {"Service": "pipes.amazonaws.com"}
    assert trust["Condition"] == {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}
    [policy] = [
        each["Properties"]["PolicyDocument"]["Statement"]
        for each in found.values()
        if each["Type"] == "AWS::IAM::Policy" and {"Ref": name} in each["Properties"]["Roles"]
    ]
    read_, submit = policy
    assert set(read_["Action"]) == {"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"}
    assert len(submit["Resource"]) == 3
    assert made.dead_letter_queue is not None


def test_its_own_queue_is_encrypted_and_loses_nothing(parts) -> None:
    """Both queues are encrypted and allow TLS only; messages that fail too often stay in the second for 14 days."""
    stack, queue, job = parts
    bc.QueuedJob(stack, "OnMessage", job_queue=queue, job_definition=job, maximum_receives=5)
    queues = [each["Properties"] for each in resources(stack).values() if each["Type"] == "AWS::SQS::Queue"]
    assert all(each["SqsManagedSseEnabled"] for each in queues)
    [redrive] = [each["RedrivePolicy"] for each in queues if "RedrivePolicy" in each]
    assert redrive["maxReceiveCount"] == 5
    assert [each["MessageRetentionPeriod"] for each in queues if "RedrivePolicy" not in each] == [1_209_600]


def test_a_queue_of_ones_own_stays_as_it_is(parts) -> None:
    """No other queue is made."""
    stack, queue, job = parts
    source = sqs.Queue(stack, "Mine", enforce_ssl=True)
    made = bc.QueuedJob(stack, "OnMessage", source=source, job_queue=queue, job_definition=job, enabled=False)
    assert made.dead_letter_queue is None
    found = resources(stack)
    assert sum(each["Type"] == "AWS::SQS::Queue" for each in found.values()) == 1
    assert one(found, "AWS::Pipes::Pipe")["DesiredState"] == "STOPPED"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"job_name": "?"}, "job_name must be"),
        ({"array_size": 1}, "array_size must be"),
        ({"message_parameters": {"key": "body.key"}}, r"must be paths such as '\$\.body\.key'"),
        ({"parameters": {"a": "1"}, "message_parameters": {"a": "$.body"}}, "got a in both"),
        ({"filters": [{}] * 6}, "the length of filters"),
        ({"maximum_receives": 0}, "maximum_receives must be"),
        ({"retry_strategy": bc.RetryStrategy.on_spot_reclaim()}, "an EventBridge pipe cannot carry"),
    ],
)
def test_what_a_pipe_cannot_do_is_refused(parts, arguments, message) -> None:
    """Fails with nothing in the tree."""
    stack, queue, job = parts
    before = len(stack.node.children)
    with pytest.raises(ValueError, match=message):
        bc.QueuedJob(stack, "OnMessage", job_queue=queue, job_definition=job, **arguments)
    assert len(stack.node.children) == before


def test_messages_of_an_encrypted_queue_can_be_read(parts) -> None:
    """The pipe's role may decrypt with the key of its queue; without that it receives nothing."""
    stack, queue, job = parts
    source = sqs.Queue(stack, "Encrypted", encryption=sqs.QueueEncryption.KMS)
    bc.QueuedJob(stack, "OnMessage", job_queue=queue, job_definition=job, source=source)
    found = resources(stack)
    allowed = [
        action
        for policy in found.values()
        if policy["Type"] == "AWS::IAM::Policy"
        and policy["Properties"]["Roles"][0]["Ref"].startswith("OnMessage")
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
        for action in ([statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"])
    ]
    assert "kms:Decrypt" in allowed
