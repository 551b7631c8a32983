"""The code of the function that turns events into metrics."""

from __future__ import annotations

import ast
import json
import sys
import time
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from batch_constructs import RetryStrategy
from batch_constructs.monitoring.functions import job_metrics
from tests.monitoring.samples import ALL, sample

CLUSTER = "AWSBatch-spot-1a6929d6-f62b-3d45-b3b5-31e7f64ae0da"
QUEUE = "arn:aws:batch:eu-west-1:111122223333:job-queue/fast"
DEFINITION = "arn:aws:batch:eu-west-1:111122223333:job-definition/align:7"
TASK = f"arn:aws:ecs:eu-west-1:111122223333:task/{CLUSTER}/0f9d"
HOST = f"arn:aws:ecs:eu-west-1:111122223333:container-instance/{CLUSTER}/4c1b"


@pytest.fixture(autouse=True)
def _starts_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    job_metrics._seen.clear()
    monkeypatch.setattr(job_metrics, "DEFINITIONS", frozenset({"align"}))


def event(status: str, **detail: Any) -> dict[str, Any]:
    return {
        "detail-type": "Batch Job State Change",
        "source": "aws.batch",
        "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "detail": {
            "jobId": "1",
            "jobName": "align-1",
            "jobQueue": QUEUE,
            "jobDefinition": DEFINITION,
            "status": status,
            **detail,
        },
    }


def metrics(line: dict[str, Any], dimension: str = "JobDefinition") -> dict[str, float]:
    """Return the metrics of a line by name, for one dimension."""
    found: dict[str, float] = {}
    for directive in line.get("_aws", {}).get("CloudWatchMetrics", ()):
        if directive["Dimensions"] == [[dimension]]:
            found |= {metric["Name"]: line[metric["Name"]] for metric in directive["Metrics"]}
    return found


def of(told: Any, dimension: str = "JobDefinition") -> dict[str, float]:
    [line] = job_metrics.lines(told)
    return metrics(line, dimension)


def test_a_line_is_one_that_cloudwatch_reads() -> None:
    """It has a namespace, dimensions, units, a time in milliseconds, and names without revision and path."""
    [line] = job_metrics.lines(event("RUNNING", createdAt=1_000, startedAt=61_000))
    [directive] = line["_aws"]["CloudWatchMetrics"]
    assert directive["Namespace"] == "BatchConstructs"
    assert directive["Dimensions"] == [["JobDefinition"]]
    assert directive["Metrics"] == [
        {"Name": "Running", "Unit": "Count"},
        {"Name": "TimeToStart", "Unit": "Milliseconds"},
    ]
    assert (line["JobQueue"], line["JobDefinition"], line["TimeToStart"]) == ("fast", "align", 60_000)
    assert abs(line["_aws"]["Timestamp"] - 1000 * time.time()) < 5_000


def test_only_definitions_that_were_asked_for_cost_metrics(monkeypatch: pytest.MonkeyPatch) -> None:
    """The others get a log line for queries only."""
    monkeypatch.setattr(job_metrics, "DEFINITIONS", frozenset())
    [line] = job_metrics.lines(event("FAILED", statusReason="Essential container in task exited"))
    assert "_aws" not in line
    assert (line["Failed"], line["JobDefinition"]) == (1, "align")


def test_waiting_and_running_are_measured() -> None:
    """The wait until the first start, and the run time of each attempt."""
    assert of(event("RUNNING", createdAt=1_000, startedAt=61_000)) == {"Running": 1, "TimeToStart": 60_000}
    attempts = [{"startedAt": 61_000, "stoppedAt": 71_000}]
    assert of(event("RUNNABLE", createdAt=1_000, attempts=attempts)) == {"Retries": 1, "RunTime": 10_000}
    assert of(event("RUNNING", createdAt=1_000, startedAt=99_000, attempts=attempts)) == {"Running": 1}
    ended = [*attempts, {"startedAt": 99_000, "stoppedAt": 129_500}]
    assert of(event("SUCCEEDED", createdAt=1_000, attempts=ended)) == {"Succeeded": 1, "RunTime": 30_500}


@pytest.mark.parametrize("reason", ["Host EC2 (instance i-1) terminated.", "Your Spot Task was interrupted."])
def test_lost_hosts_are_told_by_queue_environment_and_definition(reason: str) -> None:
    """For an attempt that is retried, and for a job that fails for good."""
    back = event("RUNNABLE", attempts=[{"statusReason": reason, "container": {"taskArn": TASK}}])
    [line] = job_metrics.lines(back)
    assert metrics(line, "JobQueue") == {"SpotReclaims": 1}
    assert metrics(line, "ComputeEnvironment") == {"SpotReclaims": 1}
    assert metrics(line) == {"Retries": 1, "SpotReclaims": 1}
    assert line["ComputeEnvironment"] == "spot"
    [line] = job_metrics.lines(event("FAILED", statusReason=reason, attempts=[{}, {}]))
    assert metrics(line, "JobQueue") == {"SpotReclaims": 1}
    assert line["Reason"] == reason


def test_what_is_tried_again_is_what_is_counted() -> None:
    """The retry strategy and the function use the same reasons."""
    rules = RetryStrategy.on_spot_reclaim().evaluate_on_exit
    assert {rule.on_status_reason.rstrip("*") for rule in rules if rule.on_status_reason} >= set(
        job_metrics.RECLAIMED
    )


@pytest.mark.parametrize(
    ("cluster", "name"),
    [
        (CLUSTER, "spot"),
        ("AWSBatch-my-own_name-1a6929d6-f62b-3d45-b3b5-31e7f64ae0da", "my-own_name"),
        ("Old_Batch_1a6929d6-f62b-3d45-b3b5-31e7f64ae0da", "Old"),
        ("web", "-"),
    ],
)
def test_the_cluster_of_a_task_names_the_environment(cluster: str, name: str) -> None:
    """For both forms of cluster names, today's and the older one."""
    task = f"arn:aws:ecs:eu-west-1:111122223333:task/{cluster}/0f9d"
    [line] = job_metrics.lines(event("SUCCEEDED", container={"taskArn": task, "containerInstanceArn": HOST}))
    assert (line["ComputeEnvironment"], line["ContainerInstance"]) == (name, "4c1b")
    assert metrics(line, "ComputeEnvironment") == ({} if name == "-" else {"Succeeded": 1})


def test_a_task_of_several_containers_runs_somewhere_too() -> None:
    """Its ARN is in another place of the event."""
    several = {"taskProperties": [{"taskArn": TASK, "containerInstanceArn": HOST}]}
    [line] = job_metrics.lines(event("SUCCEEDED", ecsProperties=several))
    assert (line["ComputeEnvironment"], line["ContainerInstance"]) == ("spot", "4c1b")


def test_an_instance_says_of_what_type_it_is_and_where() -> None:
    """Under the same name as in lines about its jobs, once for each state."""
    told = sample("container_instance")
    [line] = job_metrics.lines(told)
    assert line == {
        "ContainerInstance": "0f9d1c2b3a4958677685940312ab34cd",
        "ComputeEnvironment": "spot",
        "InstanceType": "c7i.4xlarge",
        "AvailabilityZone": "us-east-1b",
        "InstanceStatus": "ACTIVE",
    }
    assert job_metrics.lines(told) == []


def test_submissions_are_counted_from_the_trail() -> None:
    """An array counts all children; other, denied and repeated calls do not count."""
    told = sample("api_call_submit")
    [line] = job_metrics.lines(told)
    assert metrics(line) == {"Submitted": 100}
    assert (line["JobQueue"], line["JobDefinition"]) == ("nightly", "align")
    assert job_metrics.lines(told) == []
    assert job_metrics.lines(sample("api_call_submit", eventID="2", errorCode="AccessDenied")) == []
    request = {"jobDefinition": "align", "jobQueue": QUEUE}
    assert of(sample("api_call_submit", eventID="3", requestParameters=request)) == {"Submitted": 1}
    assert job_metrics.lines(sample("api_call_submit", eventID="4", eventName="TerminateJob")) == []
    assert job_metrics.lines(sample("api_call", eventID="5")) == []


def test_a_failure_says_why() -> None:
    """Reason and exit code are log fields, not dimensions, which would cost a metric each."""
    told = event("FAILED", statusReason="Essential container exited", container={"exitCode": 137})
    [line] = job_metrics.lines(told)
    assert (line["Reason"], line["ExitCode"]) == ("Essential container exited", 137)
    [line] = job_metrics.lines(event("FAILED", jobId="2", attempts=[{"container": {"exitCode": 3}}]))
    assert (line["Reason"], line["ExitCode"]) == ("-", 3)


def test_the_same_event_twice_counts_once() -> None:
    """EventBridge delivers at least once; another attempt of the job is another event."""
    assert len(job_metrics.lines(event("RUNNABLE"))) == 1
    assert job_metrics.lines(event("RUNNABLE")) == []
    assert len(job_metrics.lines(event("RUNNABLE", attempts=[{}]))) == 1


def test_any_order_gives_the_same_sum() -> None:
    """Each event is counted independently."""
    history = [
        event("RUNNABLE"),
        event("RUNNING", createdAt=0, startedAt=5_000),
        event("FAILED", startedAt=5_000, stoppedAt=6_000),
    ]
    forward = [of(each) for each in history]
    job_metrics._seen.clear()
    backward = [of(each) for each in reversed(history)]
    assert forward == backward[::-1]


def test_arrays_and_multi_node_jobs_count_as_aws_counts_them() -> None:
    """10,000 children are 10,000 jobs, not 10,001; the nodes of a job are one job."""
    assert job_metrics.lines(event("SUCCEEDED", arrayProperties={"size": 10_000})) == []
    child = event("SUCCEEDED", jobId="1:7", arrayProperties={"index": 7, "size": 10_000})
    assert len(job_metrics.lines(child)) == 1
    assert job_metrics.lines(event("SUCCEEDED", jobId="2#0")) == []
    assert len(job_metrics.lines(event("SUCCEEDED", jobId="2", nodeProperties={}))) == 1


def test_memory_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """The oldest events are forgotten."""
    monkeypatch.setattr(job_metrics, "REMEMBERED", 10)
    for number in range(100):
        job_metrics.lines(event("RUNNABLE", jobId=str(number)))
    assert len(job_metrics._seen) == 10


# By their text: what comes of each documented event.
LINES = {
    "api_call_submit": 1,
    "array_child_failed": 1,
    "container_instance": 1,
    "container_instance_elsewhere": 1,
    "job_cancelled_by_time_limit": 1,
    "job_failed": 1,
    "job_failed_before_it_started": 1,
    "job_failed_without_its_host": 1,
    "job_runnable_again": 1,
    "job_succeeded": 1,
    "multi_node_failed": 1,
    "service_job_failed": 1,
    "service_job_scheduled": 1,
    "service_job_terminated_by_time_limit": 1,
}


@pytest.mark.parametrize("name", ALL)
def test_every_documented_event_is_taken(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Events of jobs, instances and submissions give one line, all others none."""
    job_metrics.handler(sample(name))
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == LINES.get(name, 0)
    for line in lines:
        assert isinstance(json.loads(line), dict)


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
KNOWN = st.sampled_from(["FAILED", "RUNNING", "SubmitJob", "align", TASK, [{}], {"index": 1}, 5, -1e400])
HOLDER = st.fixed_dictionaries(
    {},
    optional=dict.fromkeys(
        ("taskArn", "exitCode", "startedAt", "stoppedAt", "jobDefinition", "size", "name", "value"),
        JSON | KNOWN,
    ),
)
DETAIL = st.fixed_dictionaries(
    {},
    optional={
        name: JSON | KNOWN | HOLDER | st.lists(HOLDER, max_size=2)
        for name in (
            "status",
            "jobId",
            "jobQueue",
            "jobDefinition",
            "arrayProperties",
            "attempts",
            "createdAt",
            "startedAt",
            "stoppedAt",
            "statusReason",
            "container",
            "ecsProperties",
            "jobName",
            "attributes",
            "containerInstanceArn",
            "clusterArn",
            "eventName",
            "eventID",
            "requestParameters",
        )
    },
)
KINDS = [*job_metrics.JOBS, job_metrics.INSTANCES, job_metrics.API_CALL]


@settings(max_examples=500, deadline=None, derandomize=True)
@given(
    told=JSON
    | st.fixed_dictionaries(
        {
            "detail": DETAIL,
            "detail-type": st.sampled_from(KINDS),
            "time": JSON | st.just("9999-12-31T23:59:59Z"),
        }
    )
)
def test_it_never_fails(told: Any) -> None:
    """Any input gives valid lines, or none."""
    job_metrics._seen.clear()
    for line in job_metrics.lines(told):
        json.dumps(line, allow_nan=False)
        for directive in line.get("_aws", {}).get("CloudWatchMetrics", ()):
            [[dimension]] = directive["Dimensions"]
            assert 1 <= len(line[dimension]) <= 250
            assert all(isinstance(line[metric["Name"]], int | float) for metric in directive["Metrics"])


def test_environments_are_looked_up(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """On a schedule: their current and maximum size."""
    asked = []

    class Client:
        def describe_compute_environments(self, **arguments):
            asked.append(arguments)
            resources = {"desiredvCpus": 12, "maxvCpus": 64}
            fargate = {"maxvCpus": 16}
            return {
                "computeEnvironments": [
                    {"computeEnvironmentName": "spot", "status": "VALID", "computeResources": resources},
                    {"computeEnvironmentName": "fargate", "computeResources": fargate},
                ]
            }

    boto3 = ModuleType("boto3")
    boto3.client = lambda name: {"batch": Client()}[name]  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "boto3", boto3)
    job_metrics.handler({"kind": "environments", "names": ["spot", "fargate", 3]})
    assert asked == [{"computeEnvironments": ["spot", "fargate"]}]
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    sizes = [metrics(line, "ComputeEnvironment") for line in lines]
    assert sizes == [{"MaxVcpus": 64, "DesiredVcpus": 12}, {"MaxVcpus": 16}]
    assert [line["ComputeEnvironment"] for line in lines] == ["spot", "fargate"]
    job_metrics.handler({"kind": "environments", "names": []})
    assert len(asked) == 1


def test_it_needs_nothing_that_the_runtime_lacks() -> None:
    """It imports the standard library, and boto3 only to call AWS."""
    tree = ast.parse(Path(str(job_metrics.__file__)).read_text("utf-8"))
    imported = {
        name.split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in (
            [node.module or ""] if isinstance(node, ast.ImportFrom) else [a.name for a in node.names]
        )
    }
    assert imported - set(sys.stdlib_module_names) == {"boto3"}
