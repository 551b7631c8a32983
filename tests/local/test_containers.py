"""The containers of an attempt: their order, their ends, and what DescribeJobs shows of each."""

from __future__ import annotations

import json
import sys
import time
import urllib.error
import urllib.request
from typing import TYPE_CHECKING, Any

import pytest

from batch_constructs.facts.job_environment import BatchEnv
from batch_constructs.facts.operations import operations, problems
from batch_constructs.local.api import Server, call
from batch_constructs.local.batch import LocalBatch
from batch_constructs.local.executors import ProcessExecutor

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Document = dict[str, Any]
SMALL = [{"type": "VCPU", "value": "1"}, {"type": "MEMORY", "value": "64"}]
POD_SIZE = {"limits": {"cpu": "1", "memory": "64Mi"}}


@pytest.fixture
def batch(tmp_path: Path) -> Iterator[LocalBatch]:
    """A local Batch with a queue for Amazon ECS and one for Amazon EKS."""
    made = LocalBatch(ProcessExecutor(), tmp_path / "state", vcpus=8, memory=8_000)
    resources = {"type": "EC2", "minvCpus": 0, "maxvCpus": 8, "instanceTypes": ["optimal"]}
    resources |= {"subnets": ["subnet-1"], "securityGroupIds": ["sg-1"], "instanceRole": "role"}
    eks = {"eksClusterArn": "arn:aws:eks:us-east-1:123456789012:cluster/c", "kubernetesNamespace": "jobs"}
    for name, more in (("ecs", {}), ("eks", {"eksConfiguration": eks})):
        environment = {
            "computeEnvironmentName": name,
            "type": "MANAGED",
            "computeResources": resources,
            **more,
        }
        call(made, "CreateComputeEnvironment", environment)
        order = [{"order": 1, "computeEnvironment": name}]
        call(made, "CreateJobQueue", {"jobQueueName": name, "priority": 1, "computeEnvironmentOrder": order})
    yield made
    made.close()


def container(name: str, script: str, **members: Any) -> Document:
    return {
        "name": name,
        "image": "busybox",
        "command": ["sh", "-c", script],
        "resourceRequirements": SMALL,
        **members,
    }


def after(name: str, condition: str) -> list[Document]:
    return [{"containerName": name, "condition": condition}]


def task(batch: LocalBatch, *containers: Document, **members: Any) -> Document:
    """Run a job with several containers, and return what DescribeJobs shows."""
    properties = {"taskProperties": [{"containers": list(containers)}]}
    return ran(batch, "ecs", ecsProperties=properties, **members)


def ran(batch: LocalBatch, queue: str, **definition: Any) -> Document:
    request = {"jobDefinitionName": "d", "type": "container", **definition}
    call(batch, "RegisterJobDefinition", request)
    submitted = call(batch, "SubmitJob", {"jobName": "j", "jobQueue": queue, "jobDefinition": "d"})
    assert batch.wait(submitted["jobId"], 30)
    answer = call(batch, "DescribeJobs", {"jobs": [submitted["jobId"]]})
    assert list(problems(operations()["DescribeJobs"].output, answer)) == []
    [described] = answer["jobs"]
    return dict(described)


def exit_codes(job: Document) -> dict[str, int | None]:
    [shown] = job["ecsProperties"]["taskProperties"]
    return {each["name"]: each.get("exitCode") for each in shown["containers"]}


def lines(batch: LocalBatch, stream: str) -> list[str]:
    return [message for _, message in batch.logs.events("/aws/batch/job", stream)]


def until(*marks: Path) -> str:
    """Return a script that waits for files, which other containers make when they are ready."""
    missing = " || ".join(f"[ ! -e {mark} ]" for mark in marks)
    return f"while {missing}; do sleep 0.02; done"


def test_the_end_of_an_essential_container_stops_the_others(batch: LocalBatch, tmp_path: Path) -> None:
    """A sidecar that would run for ever is stopped, and the job has succeeded."""
    job = task(
        batch,
        container("main", until(tmp_path / "up")),
        container("sidecar", f"trap 'exit 9' TERM; touch {tmp_path}/up; sleep 600 & wait", essential=False),
    )
    assert (job["status"], exit_codes(job)) == ("SUCCEEDED", {"main": 0, "sidecar": 9})


def test_a_failed_container_that_is_not_essential_changes_nothing(batch: LocalBatch) -> None:
    """Only essential containers decide."""
    job = task(
        batch,
        container("main", "true", dependsOn=after("side", "COMPLETE")),
        container("side", "exit 3", essential=False),
    )
    assert (job["status"], exit_codes(job)) == ("SUCCEEDED", {"main": 0, "side": 3})


def test_the_essential_container_that_ends_first_decides(batch: LocalBatch) -> None:
    """The other one is stopped because of it, so its exit code says nothing."""
    job = task(batch, container("slow", "sleep 600"), container("fast", "exit 4"))
    assert (job["status"], job["statusReason"]) == ("FAILED", "Essential container in task exited")
    assert exit_codes(job)["fast"] == 4


@pytest.mark.parametrize(
    ("condition", "code", "expected"),
    [
        ("START", "sleep 600", "SUCCEEDED"),
        ("COMPLETE", "exit 3", "SUCCEEDED"),
        ("SUCCESS", "true", "SUCCEEDED"),
        ("SUCCESS", "exit 3", "FAILED"),
    ],
)
def test_a_container_waits_for_another_one(
    batch: LocalBatch, condition: str, code: str, expected: str
) -> None:
    """With START it waits until the other one runs, with COMPLETE until it ends, with SUCCESS for exit code 0."""
    job = task(
        batch,
        container("main", "true", dependsOn=after("first", condition)),
        container("first", code, essential=False),
    )
    assert job["status"] == expected


def test_each_container_has_a_log_stream_of_its_own(batch: LocalBatch) -> None:
    """The stream has the container's name in it, in the job and in its attempt."""
    job = task(
        batch,
        container("a", "echo from a", dependsOn=after("b", "COMPLETE")),
        container("b", "echo from b", essential=False),
    )
    [attempt] = job["attempts"]
    [shown] = attempt["taskProperties"]
    assert [lines(batch, each["logStreamName"]) for each in shown["containers"]] == [["from a"], ["from b"]]


def test_a_stopped_task_leaves_no_container(batch: LocalBatch, tmp_path: Path) -> None:
    """Whoever ends a job, ends all of its containers."""
    marks = [tmp_path / "a-up", tmp_path / "b-up"]
    first = container("a", f"touch {marks[0]}; exec sleep 611")
    second = container("b", f"touch {marks[1]}; exec sleep 612", essential=False)
    properties = {"taskProperties": [{"containers": [first, second]}]}
    definition = {"jobDefinitionName": "t", "type": "container", "ecsProperties": properties}
    call(batch, "RegisterJobDefinition", definition)
    job_id = call(batch, "SubmitJob", {"jobName": "j", "jobQueue": "ecs", "jobDefinition": "t"})["jobId"]
    deadline = time.monotonic() + 20
    while not all(mark.exists() for mark in marks) and time.monotonic() < deadline:
        time.sleep(0.02)
    batch.terminate(job_id, "enough")
    assert batch.wait(job_id, 20)
    assert exit_codes(batch.jobs[job_id].describe()) == {"a": 143, "b": 143}


def pod(batch: LocalBatch, main: list[Document], first: list[Document] | None = None) -> Document:
    properties = {"podProperties": {"containers": main, **({"initContainers": first} if first else {})}}
    return ran(batch, "eks", eksProperties=properties)


def in_pod(name: str, script: str) -> Document:
    return {
        "name": name,
        "image": "busybox",
        "command": ["sh", "-c"],
        "args": [script],
        "resources": POD_SIZE,
    }


def test_init_containers_run_one_after_the_other_and_first(batch: LocalBatch, tmp_path: Path) -> None:
    """The main containers start when the last one has succeeded."""
    mark = tmp_path / "order"
    pod(
        batch,
        [in_pod("main", f"echo main >> {mark}")],
        [in_pod("one", f"sleep 0.3; echo one >> {mark}"), in_pod("two", f"echo two >> {mark}")],
    )
    assert mark.read_text().split() == ["one", "two", "main"]


def test_a_failed_init_container_fails_the_pod(batch: LocalBatch) -> None:
    """Its exit code is shown, and the main container has none."""
    job = pod(batch, [in_pod("main", "true")], [in_pod("first", "exit 5")])
    [attempt] = job["eksAttempts"]
    assert job["status"] == "FAILED"
    assert (attempt["initContainers"], attempt["containers"]) == (
        [{"name": "first", "exitCode": 5}],
        [{"name": "main"}],
    )


def test_a_pod_goes_on_until_all_of_its_containers_have_ended(batch: LocalBatch) -> None:
    """No container of a pod is essential: the end of one does not stop the others."""
    job = pod(batch, [in_pod("fast", "exit 3"), in_pod("slow", "sleep 0.5")])
    shown = job["eksProperties"]["podProperties"]["containers"]
    assert job["status"] == "FAILED"
    assert {each["name"]: each["exitCode"] for each in shown} == {"fast": 3, "slow": 0}


def test_the_end_of_the_main_node_stops_the_others(batch: LocalBatch, tmp_path: Path) -> None:
    """Each node has a log stream and an exit code of its own, and knows where the main node is."""
    script = "echo ${AWS_BATCH_JOB_MAIN_NODE_PRIVATE_IPV4_ADDRESS:-none}; "
    group = {"image": "busybox", "resourceRequirements": SMALL}
    job = ran(
        batch,
        "ecs",
        type="multinode",
        nodeProperties={
            "numNodes": 3,
            "mainNode": 0,
            "nodeRangeProperties": [
                {
                    "targetNodes": "0",
                    "container": {
                        **group,
                        "command": ["sh", "-c", script + until(tmp_path / "1", tmp_path / "2")],
                    },
                },
                {
                    "targetNodes": "1:",
                    "container": {
                        **group,
                        "command": [
                            "sh",
                            "-c",
                            f"{script} touch {tmp_path}/$AWS_BATCH_JOB_NODE_INDEX; exec sleep 613",
                        ],
                    },
                },
            ],
        },
    )
    assert job["status"] == "SUCCEEDED"
    deadline = time.monotonic() + 10
    while batch._tasks and time.monotonic() < deadline:
        time.sleep(0.02)
    nodes = call(batch, "DescribeJobs", {"jobs": [f"{job['jobId']}#{node}" for node in range(3)]})["jobs"]
    shown = [each["container"] for each in nodes]
    assert [each["exitCode"] for each in shown] == [0, 143, 143]
    assert [lines(batch, each["logStreamName"]) for each in shown] == [["none"], ["127.0.0.1"], ["127.0.0.1"]]


KINDS = {
    "single": {},
    "array": {"arrayProperties": {"size": 2}},
    "node": {},
    "pod": {},
}
"""What SubmitJob is given for each kind of job."""


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_job_sees_its_variables(batch: LocalBatch, kind: str) -> None:
    """All variables of the user guide, and none that belongs to another kind."""
    show = ["sh", "-c", "env | grep ^AWS_BATCH | cut -d= -f1"]
    simple = {"image": "busybox", "command": show, "resourceRequirements": SMALL}
    definition: Document = {"jobDefinitionName": kind, "type": "container", "containerProperties": simple}
    if kind == "node":
        group = [{"targetNodes": "0:", "container": simple}]
        nodes = {"numNodes": 2, "mainNode": 0, "nodeRangeProperties": group}
        definition = {"jobDefinitionName": kind, "type": "multinode", "nodeProperties": nodes}
    elif kind == "pod":
        main = {"name": "main", "image": "busybox", "command": show, "resources": POD_SIZE}
        definition = {
            "jobDefinitionName": kind,
            "type": "container",
            "eksProperties": {"podProperties": {"containers": [main]}},
        }
    call(batch, "RegisterJobDefinition", definition)
    queue = "eks" if kind == "pod" else "ecs"
    request = {"jobName": "j", "jobQueue": queue, "jobDefinition": kind, **KINDS[kind]}
    job_id = call(batch, "SubmitJob", request)["jobId"]
    assert batch.wait(job_id, 20)
    stream = batch.jobs[job_id].child(0).container["logStreamName"]
    always = {BatchEnv.CE_NAME, BatchEnv.JQ_NAME, BatchEnv.JOB_ID, BatchEnv.JOB_ATTEMPT}
    more = {
        "array": {BatchEnv.JOB_ARRAY_INDEX, BatchEnv.JOB_ARRAY_SIZE},
        "node": {BatchEnv.JOB_NODE_INDEX, BatchEnv.JOB_NUM_NODES, BatchEnv.JOB_MAIN_NODE_INDEX},
        "pod": {BatchEnv.JOB_KUBERNETES_NODE_UID},
    }
    assert set(lines(batch, stream)) == always | more.get(kind, set())


_ASK = """
import json, os, urllib.request
uri = os.environ["ECS_CONTAINER_METADATA_URI_V4"]
for path in (uri, uri + "/task"):
    print(urllib.request.urlopen(path).read().decode())
"""


def test_a_container_asks_about_itself_and_its_task(batch: LocalBatch) -> None:
    """The metadata endpoint of Amazon ECS names the log stream and the task, as Metaflow reads them."""
    server = Server(batch)
    asking = {**container("main", ""), "command": [sys.executable, "-c", _ASK]}
    job = task(batch, asking, container("side", "sleep 60", essential=False))
    server.close()
    [shown] = job["ecsProperties"]["taskProperties"]
    stream = shown["containers"][0]["logStreamName"]
    one, whole = map(json.loads, lines(batch, stream))
    assert one["LogOptions"] == {
        "awslogs-group": "/aws/batch/job",
        "awslogs-region": "us-east-1",
        "awslogs-stream": stream,
    }
    assert (whole["TaskARN"], whole["Limits"]) == (shown["taskArn"], {"CPU": 2.0, "Memory": 128})
    assert [each["Name"] for each in whole["Containers"]] == ["main", "side"]


@pytest.mark.parametrize("path", ["/metadata/", "/metadata/guess/v4/x/main", "/metadata/a/b"])
def test_nobody_guesses_the_path_of_the_metadata(batch: LocalBatch, path: str) -> None:
    """Without the secret there is nothing."""
    server = Server(batch)
    with pytest.raises(urllib.error.HTTPError) as raised:
        urllib.request.urlopen(f"{server.url}{path}")
    raised.value.close()
    server.close()
    assert raised.value.code == 404
