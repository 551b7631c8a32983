"""The construct around the function, and the rules that invoke it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from aws_cdk import aws_batch as batch

import batch_constructs as bc
from batch_constructs.monitoring.functions import job_metrics as function
from tests.monitoring.samples import ALL, DEFINITION, QUEUE, heard, matches, sample

ARN = "arn:aws:batch:eu-west-1:111122223333"


@pytest.fixture
def queue(stack):
    return batch.CfnJobQueue(stack, "Queue", priority=1, compute_environment_order=[])


@pytest.fixture
def job(stack):
    return bc.Ec2JobDefinition.from_job_definition_arn(stack, "Job", f"{ARN}:job-definition/align:3")


def of_type(resources, kind) -> list[dict[str, Any]]:
    return [each["Properties"] for each in resources.values() if each["Type"] == kind]


def actions(resources) -> dict[str, Any]:
    """Return the actions of its role, with their resources."""
    [policy] = of_type(resources, "AWS::IAM::Policy")
    found = {}
    for statement in policy["PolicyDocument"]["Statement"]:
        named = statement["Action"]
        for action in [named] if isinstance(named, str) else named:
            found[action] = statement["Resource"]
    return found


def test_the_function_is_small_and_may_do_little(stack, queue, synth) -> None:
    """Its code is inline; its role writes to one log group and one queue, without wildcards."""
    metrics = bc.JobMetrics(stack, "Metrics", job_queues=[queue])
    resources = synth()
    [properties] = of_type(resources, "AWS::Lambda::Function")
    code = properties["Code"]["ZipFile"]
    # CloudFormation zips it; the limit of the zip is 4 MB.
    assert len(code) < 20_000
    namespace: dict[str, Any] = {"__name__": "index"}
    exec(compile(code, "index.py", "exec"), namespace)
    assert callable(namespace[properties["Handler"].removeprefix("index.")])
    allowed = actions(resources)
    assert set(allowed) == {"logs:CreateLogStream", "logs:PutLogEvents", "sqs:SendMessage"}
    assert "*" not in allowed.values()
    assert metrics.function is metrics.node.find_child("Resource")


def test_what_the_function_cannot_take_is_kept(stack, synth) -> None:
    """Undelivered events, and those that failed three times, stay in an encrypted queue for 14 days."""
    metrics = bc.JobMetrics(stack, "Metrics")
    resources = synth()
    [dead] = [name for name, each in resources.items() if each["Type"] == "AWS::SQS::Queue"]
    arn = {"Fn::GetAtt": [dead, "Arn"]}
    assert resources[dead]["Properties"]["SqsManagedSseEnabled"] is True
    [config] = of_type(resources, "AWS::Lambda::EventInvokeConfig")
    assert config["DestinationConfig"]["OnFailure"]["Destination"] == arn
    for rule in of_type(resources, "AWS::Events::Rule"):
        assert rule["Targets"][0]["DeadLetterConfig"]["Arn"] == arn
    assert metrics.metric_undelivered().namespace == "AWS/SQS"


def test_its_rule_hears_ends_and_retries(stack, synth) -> None:
    """Three events of a job without retries, for jobs and service jobs; only this rule may invoke it."""
    bc.JobMetrics(stack, "All")
    resources = synth()
    [rule] = of_type(resources, "AWS::Events::Rule")
    assert heard(rule["EventPattern"]) == {
        "array_child_failed",
        "array_failed",
        "job_cancelled_by_time_limit",
        "job_failed",
        "job_failed_before_it_started",
        "job_failed_without_its_host",
        "job_runnable_again",
        "job_succeeded",
        "multi_node_failed",
        "multi_node_node_failed",
        "service_job_failed",
        "service_job_terminated_by_time_limit",
    }
    [permission] = of_type(resources, "AWS::Lambda::Permission")
    assert permission["Principal"] == "events.amazonaws.com"
    assert permission["SourceArn"]["Fn::GetAtt"][1] == "Arn"


def test_its_rule_hears_its_queues_only(stack, synth) -> None:
    """Events of other queues do not match."""
    fast = bc.JobQueue.from_job_queue_arn(stack, "Fast", QUEUE)
    slow = bc.JobQueue.from_job_queue_arn(stack, "Slow", f"{QUEUE}-slow")
    bc.JobMetrics(stack, "Ours", job_queues=[fast])
    bc.JobMetrics(stack, "Theirs", job_queues=[slow])
    ours, theirs = [heard(rule["EventPattern"]) for rule in of_type(synth(), "AWS::Events::Rule")]
    assert "job_failed" in ours
    assert theirs == set()


def test_definitions_are_counted_if_named(stack, job, synth) -> None:
    """A second rule matches the other states, and the function gets the definitions' names."""
    bc.JobMetrics(stack, "Metrics", job_definitions=[job])
    resources = synth()
    [properties] = of_type(resources, "AWS::Lambda::Function")
    assert properties["Environment"]["Variables"] == {
        "NAMESPACE": function.NAMESPACE,
        "DEFINITIONS": "align",
    }
    patterns = [rule["EventPattern"]["detail"] for rule in of_type(resources, "AWS::Events::Rule")]
    states = sorted(state for each in patterns for state in each["status"])
    assert states == sorted(set(function.STATES) - {"SCHEDULED"})
    [between] = [each for each in patterns if "jobDefinition" in each]
    assert between["status"] == ["PENDING", "STARTING", "RUNNING"]
    assert between["jobDefinition"] == [{"prefix": f"{ARN}:job-definition/align:"}]


def test_submissions_and_instances_are_heard_if_wanted(stack, job, synth) -> None:
    """Through the trail of the account, and from Amazon ECS, of clusters of AWS Batch only."""
    bc.JobMetrics(stack, "Metrics", job_definitions=[job], count_submissions=True, include_instances=True)
    patterns = [rule["EventPattern"] for rule in of_type(synth(), "AWS::Events::Rule")]
    told = [heard(pattern) for pattern in patterns]
    assert {"api_call_submit"} in told
    assert {"container_instance"} in told


def test_environments_are_asked_by_the_clock(stack, vpc, synth) -> None:
    """A scheduled rule has their names; only then the role has a right without a resource."""
    spot = bc.SpotComputeEnvironment(stack, "Spot", vpc=vpc)
    bc.JobMetrics(stack, "Metrics", compute_environments=[spot])
    resources = synth()
    [rule] = [each for each in of_type(resources, "AWS::Events::Rule") if "ScheduleExpression" in each]
    assert rule["ScheduleExpression"] == "rate(1 minute)"
    assert '"kind":"environments"' in json.dumps(rule["Targets"][0]["Input"]).replace("\\", "")
    [policy] = [each for each in of_type(resources, "AWS::IAM::Policy") if "batch:Desc" in json.dumps(each)]
    assert [
        statement["Action"]
        for statement in policy["PolicyDocument"]["Statement"]
        if statement["Resource"] == "*"
    ] == ["batch:DescribeComputeEnvironments"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"compute_environments": [object()] * 101}, "must be at most 100, got 101"),
        ({"job_definitions": [object()] * 31}, "must be at most 30, got 31"),
        ({"count_submissions": True}, "name at least one"),
    ],
)
def test_what_cannot_work_is_refused(stack, arguments, message) -> None:
    """Fails for impossible arguments, and adds nothing to the tree."""
    with pytest.raises(ValueError, match=message):
        bc.JobMetrics(stack, "Metrics", **arguments)
    assert not stack.node.children


def test_events_go_all_the_way_from_the_rule_to_the_log(
    stack, job, synth, monkeypatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the template's patterns, variables and code, each event gives one line."""
    queue = bc.JobQueue.from_job_queue_arn(stack, "Fast", QUEUE)
    ours = bc.Ec2JobDefinition.from_job_definition_arn(stack, "Ours", f"{DEFINITION}:3")
    bc.JobMetrics(stack, "Metrics", job_queues=[queue], job_definitions=[ours], include_instances=True)
    resources = synth()
    [properties] = of_type(resources, "AWS::Lambda::Function")
    for name, value in properties["Environment"]["Variables"].items():
        monkeypatch.setenv(name, value)
    code: dict[str, Any] = {"__name__": "index"}
    exec(compile(properties["Code"]["ZipFile"], "index.py", "exec"), code)
    module, function_name = properties["Handler"].split(".")
    assert module == "index"
    patterns = [rule["EventPattern"] for rule in of_type(resources, "AWS::Events::Rule")]
    for name in ALL:
        told = sample(name)
        # The samples are about one job; here each is about another.
        job_id = told["detail"].get("jobId", "")
        told["detail"]["jobId"] = f"{name}{job_id[36:]}"
        for pattern in patterns:
            if matches(pattern, told):
                code[function_name](told, None)
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    ends = {line["JobId"].partition(":")[0]: line for line in lines if "JobId" in line}
    assert set(ends) == {
        "array_child_failed",
        "job_cancelled_by_time_limit",
        "job_failed",
        "job_failed_before_it_started",
        "job_failed_without_its_host",
        "job_runnable_again",
        "job_succeeded",
        "multi_node_failed",
    }
    made = {
        name: {
            metric["Name"]
            for directive in line["_aws"]["CloudWatchMetrics"]
            if directive["Dimensions"] == [["JobDefinition"]]
            for metric in directive["Metrics"]
        }
        for name, line in ends.items()
    }
    assert made["job_succeeded"] == {"Succeeded", "RunTime"}
    assert made["job_runnable_again"] == {"Retries", "RunTime"}
    assert made["job_failed_without_its_host"] == {"Failed", "RunTime", "SpotReclaims"}
    assert made["job_failed_before_it_started"] == {"Failed"}
    assert [line["InstanceType"] for line in lines if "InstanceType" in line] == ["c7i.4xlarge"]
