"""Chains: the order of jobs, their dependencies, and what is refused."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.validate import ParamValidator
from hypothesis import given
from hypothesis import strategies as st
from moto.batch.models import Job

from batch_constructs import (
    ArrayDependency,
    ContainerOverrides,
    JobChain,
    JobDependency,
    SubmitJobRequest,
    TaskContainerOverrides,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

SUBMIT_JOB = boto3.client("batch", region_name="eu-west-1").meta.service_model.operation_model("SubmitJob")
N_TO_N, SEQUENTIAL = ArrayDependency.N_TO_N, ArrayDependency.SEQUENTIAL
OLD_JOB = "4c7599ae-0a82-49aa-ba5a-4727fcce14a8"


def job(name: str, *awaited: str | JobDependency, **members: Any) -> SubmitJobRequest:
    """Return a job of the definition ``any`` that waits for others."""
    depends_on = [JobDependency(job_id=each) if isinstance(each, str) else each for each in awaited]
    return SubmitJobRequest(
        job_name=name, job_queue="queue", job_definition="any", depends_on=depends_on, **members
    )


def chain(*jobs: SubmitJobRequest) -> JobChain:
    """Return a chain of jobs under their own names."""
    return JobChain(jobs={each.job_name: each for each in jobs})


def n_to_n(name: str) -> JobDependency:
    """Return a dependency on the child of the same index."""
    return JobDependency(job_id=name, type=N_TO_N)


def workflow(size: int = 10_000) -> JobChain:
    """Return the guide's array workflow, written from its end to its beginning."""
    return chain(
        job("E", "D", parameters={"work": "clean"}),
        job("D", "C", JobDependency(type=SEQUENTIAL), array_size=10),
        job("C", n_to_n("B"), array_size=size),
        job("B", "A", array_size=size),
        job("A"),
    )


class Recorder:
    """A client that accepts submissions as AWS Batch would, and refuses what botocore refuses."""

    def __init__(self) -> None:
        self.taken: list[dict[str, Any]] = []

    def submit_job(self, **arguments: Any) -> dict[str, str]:
        assert ParamValidator().validate(arguments, SUBMIT_JOB.input_shape).generate_report() == ""
        self.taken.append(arguments)
        return {"jobId": f"id-of-{arguments['jobName']}"}


def test_boto3_submits_in_order_with_ids_in_place_of_names() -> None:
    """Each job comes after those that it waits for, and names them by their ids."""
    client = Recorder()
    ids = workflow().submit(client)
    assert ids == {name: f"id-of-{name}" for name in "ABCDE"}
    assert [(each["jobName"], each.get("dependsOn")) for each in client.taken] == [
        ("A", None),
        ("B", [{"jobId": "id-of-A"}]),
        ("C", [{"jobId": "id-of-B", "type": "N_TO_N"}]),
        ("D", [{"jobId": "id-of-C"}, {"type": "SEQUENTIAL"}]),
        ("E", [{"jobId": "id-of-D"}]),
    ]


@given(
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=20),
    st.permutations([f"j{number}" for number in range(10)]),
)
def test_every_graph_without_a_circle_is_submitted_in_order(
    edges: list[tuple[int, int]], names: list[str]
) -> None:
    """For any graph in any order, no job waits for one that is not submitted yet."""
    awaited: dict[str, set[str]] = {name: set() for name in names}
    for one, other in edges:
        if one != other:
            awaited[f"j{max(one, other)}"].add(f"j{min(one, other)}")
    client = Recorder()
    chain(*(job(name, *sorted(others)) for name, others in awaited.items())).submit(client)
    done: set[str] = set()
    for each in client.taken:
        assert {dependency["jobId"] for dependency in each.get("dependsOn", [])} <= done
        done.add(f"id-of-{each['jobName']}")
    assert len(done) == 10


def size_of(found: dict[str, Any]) -> Any:
    """Return the number of children of a job, as DescribeJobs reports it."""
    return found.get("arrayProperties", {}).get("size")


def submitted(execution: dict[str, Any]) -> list[str]:
    """Return the names of the jobs in the order in which Step Functions submitted them."""
    client = boto3.client("stepfunctions")
    events = client.get_execution_history(executionArn=execution["executionArn"])["events"]
    tasks = (each["taskScheduledEventDetails"] for each in events if each["type"] == "TaskScheduled")
    return [json.loads(task["parameters"])["JobName"] for task in tasks]


def test_a_batch_that_somebody_else_wrote_takes_the_workflow(batch: Any) -> None:
    """moto's jobs have the right sizes and dependencies."""
    ids = workflow(size=20).submit(batch)
    found = {each["jobName"]: each for each in batch.describe_jobs(jobs=list(ids.values()))["jobs"]}
    assert {name: each["jobId"] for name, each in found.items()} == ids
    assert found["B"]["dependsOn"] == [{"jobId": ids["A"]}]
    assert found["C"]["dependsOn"] == [{"jobId": ids["B"], "type": "N_TO_N"}]
    assert found["D"]["dependsOn"] == [{"jobId": ids["C"]}, {"type": "SEQUENTIAL"}]
    assert [size_of(found[name]) for name in "ABCDE"] == [None, 20, 20, 10, None]


@pytest.mark.parametrize(("wait", "size"), [(False, 10_000), (True, 20)])
def test_a_step_functions_that_somebody_else_wrote_runs_the_workflow(
    batch: Any, execute: Callable[[str], Any], wait: bool, size: int
) -> None:
    """moto submits A to E in this order, each with the id of the previous one, and ends with all ids."""
    definition = workflow(size).to_step_functions_definition(wait=wait)
    execution = execute(json.dumps(definition))
    assert execution["status"] == "SUCCEEDED"
    ids = {name: each["JobId"] for name, each in json.loads(execution["output"])["jobs"].items()}
    assert submitted(execution) == ["A", "B", "C", "D", "E"]
    found = batch.describe_jobs(jobs=[ids[name] for name in "ABCDE"])["jobs"]
    assert [each["jobName"] for each in found] == ["A", "B", "C", "D", "E"]
    assert [each["dependsOn"] for each in found] == [
        [],
        [{"jobId": ids["A"]}],
        [{"jobId": ids["B"], "type": "N_TO_N"}],
        [{"jobId": ids["C"]}, {"type": "SEQUENTIAL"}],
        [{"jobId": ids["D"]}],
    ]
    assert [size_of(each) for each in found] == [None, size, size, 10, None]


def test_several_last_jobs_are_awaited_side_by_side(batch: Any, execute: Callable[[str], Any]) -> None:
    """No job is submitted only after the other one has ended."""
    fork = chain(job("left", "root"), job("right", "root"), job("root"))
    assert fork.last == ("left", "right")
    execution = execute(json.dumps(fork.to_step_functions_definition(wait=True)))
    assert execution["status"] == "SUCCEEDED"
    output = json.loads(execution["output"])
    ids = {name: each["JobId"] for name, each in output["last"].items()}
    # Branches run in parallel: either may come first.
    found = batch.describe_jobs(jobs=list(ids.values()))["jobs"]
    assert {each["jobName"]: each["jobId"] for each in found} == ids
    assert set(ids) == {"left", "right"}
    assert all(each["dependsOn"] == [{"jobId": output["jobs"]["root"]["JobId"]}] for each in found)


@pytest.mark.parametrize("wait", [False, True])
def test_what_aws_batch_refuses_for_the_moment_is_tried_again(wait: bool) -> None:
    """ASFHyP3/hyp3#805, #911, #1676: each submission is retried for some minutes, with jitter, awaited or not."""
    states = workflow().to_step_functions_definition(wait=wait)["States"]
    assert states["E"]["Resource"].endswith(".sync") is wait
    for name in "ABCDE":
        [retry] = states[name]["Retry"]
        assert {"Batch.ServerException", "Batch.AWSBatchException", "Batch.TooManyRequestsException"} <= set(
            retry["ErrorEquals"]
        )
        waits = [
            min(retry["IntervalSeconds"] * retry["BackoffRate"] ** attempt, retry["MaxDelaySeconds"])
            for attempt in range(retry["MaxAttempts"])
        ]
        assert 120 < sum(waits) < 600
        assert retry["JitterStrategy"] == "FULL"
    assert [name for name, state in states.items() if state.get("End")] == ["E"]


def test_a_job_that_ran_and_failed_is_not_repeated() -> None:
    """ASFHyP3/hyp3#912: Step Functions then reports States.TaskFailed, which no Retry names."""
    text = json.dumps(workflow(20).to_step_functions_definition(wait=True, polled=["E"]))
    assert not {"States.TaskFailed", "States.ALL", "States.Timeout"} & set(re.findall(r"States\.\w+", text))
    assert "Batch.ClientException" not in text


def polled(*jobs: SubmitJobRequest, names: Sequence[str] = ()) -> dict[str, Any]:
    """Return the state machine that awaits these jobs, polling without pauses."""
    text = json.dumps(chain(*jobs).to_step_functions_definition(wait=True, polled=names))
    found: dict[str, Any] = json.loads(text.replace('"Seconds": 15', '"Seconds": 1'))
    return found


def test_a_job_of_several_containers_is_awaited_by_asking(batch: Any, execute: Callable[[str], Any]) -> None:
    """Step Functions adds container overrides to a job that it awaits, which AWS Batch refuses for such a job."""
    definition = polled(job("side"), job("main", "side"), names=["main"])
    text = json.dumps(definition)
    assert ".sync" not in text
    assert "arn:aws:states:::aws-sdk:batch:submitJob" in text
    execution = execute(text)
    assert execution["status"] == "SUCCEEDED", execution
    last = json.loads(execution["output"])["last"]["main"]
    [found] = batch.describe_jobs(jobs=[last["JobId"]])["jobs"]
    assert (found["jobName"], found["status"]) == ("main", "SUCCEEDED")
    assert set(last) == {"JobId"}


def test_it_asks_until_the_job_has_ended(
    batch: Any, execute: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A running job is polled again after a longer time; a failed one ends the execution with its id."""
    answers = iter(["RUNNABLE", "RUNNING", "FAILED"])
    monkeypatch.setattr(Job, "describe", lambda self: {"jobId": self.job_id, "status": next(answers)})
    definition = polled(job("main"), names=["main"])
    execution = execute(json.dumps(definition).replace("Seconds, 5)", "Seconds, 1)"))
    assert execution["status"] == "FAILED"
    assert next(answers, None) is None
    assert execution["error"] == "JobFailed"
    assert re.fullmatch(r"job [0-9a-f-]{36} failed: its statusReason says why", execution["cause"])


def test_a_request_that_overrides_several_containers_tells_its_kind() -> None:
    """For a definition given by name, the overrides show its kind; names of states have at most 80 characters."""
    name = "a" * 80
    overrides = [TaskContainerOverrides(name="main", command=["run"])]
    request = SubmitJobRequest(
        job_name="any", job_queue="queue", job_definition="any", ecs_properties_override=overrides
    )
    [parallel] = JobChain(jobs={name: request}).to_step_functions_definition(wait=True)["States"].values()
    states = parallel["Branches"][0]["States"]
    assert states[name]["Resource"].endswith(":aws-sdk:batch:submitJob")
    assert max(map(len, states)) <= 80
    assert len(states) == 7


def test_fails_when_a_polled_job_is_not_there() -> None:
    """Fails when a misspelt name would leave the job to Step Functions."""
    with pytest.raises(ValueError, match=r"polled must name jobs of the chain, got 'E2'"):
        workflow().to_step_functions_definition(wait=True, polled=["E2"])


@pytest.mark.parametrize(
    ("members", "message"),
    [
        (
            {"parameters": {"day": "<aws.scheduler.scheduled-time>"}},
            r"by EventBridge Scheduler, not by a chain, got it in parameters\['day'\] of 'a': give it to Sched",
        ),
        ({"tags": {"run": "x-<aws.scheduler.execution-id>"}}, r"got it in tags\['run'\] of 'a'"),
        (
            {"container_overrides": ContainerOverrides(environment={"T": "<aws.scheduler.attempt-number>"})},
            r"got it in containerOverrides\['environment'\]\[0\]\['value'\] of 'a'",
        ),
        (
            {"parameters": {"rule": "<aws.events.rule-name>"}},
            "filled in by an EventBridge rule, not by a chain",
        ),
    ],
)
def test_fails_when_nobody_would_fill_in_an_attribute(members: dict[str, Any], message: str) -> None:
    """Fails when the job would get the attribute's name instead of its value."""
    with pytest.raises(ValueError, match=message):
        chain(job("a", **members))


def test_fails_when_boto3_would_send_a_placeholder_of_the_cdk() -> None:
    """Fails before the first job is submitted: the value of a token exists only after the deploy."""
    client = Recorder()
    from aws_cdk import Aws

    request = SubmitJobRequest(job_name="b", job_queue=Aws.STACK_NAME, job_definition="any")
    with pytest.raises(ValueError, match="jobQueue must be known when to_boto3 is called"):
        chain(job("a"), request).submit(client)
    assert client.taken == []


def test_jobs_from_before_can_be_awaited() -> None:
    """The id of an existing job is not changed."""
    client = Recorder()
    old = chain(job("next", OLD_JOB))
    old.submit(client)
    assert client.taken[0]["dependsOn"] == [{"jobId": OLD_JOB}]
    state = old.to_step_functions_definition()["States"]["next"]
    assert state["Parameters"]["DependsOn"] == [{"JobId": OLD_JOB}]


def test_twenty_dependencies_are_legal() -> None:
    """Twenty is the limit of DEP-01."""
    names = [f"j{number}" for number in range(20)]
    assert chain(*(job(name) for name in names), job("end", *names)).order[-1] == "end"


@pytest.mark.parametrize(
    ("jobs", "message"),
    [
        ([], "a chain needs at least one job"),
        ([job("a", "b"), job("b", "c"), job("c", "a")], r"in a circle, got \w -> \w -> \w -> \w"),
        ([job("a", "a")], "in a circle, got a -> a"),
        (
            [job("b", array_size=10), job("c", n_to_n("b"), array_size=11)],
            "must have one size, got c with 11 and b with 10",
        ),
        ([job("b"), job("c", n_to_n("b"), array_size=11)], "got c with 11 and b with no array"),
        ([job("align"), job("b", "alinn")], r"got 'alinn' \(did you mean 'align'\?\)"),
        ([job("a-b")], "a name in a chain must be up to 80 letters"),
    ],
)
def test_fails_when_the_graph_is_impossible(jobs: list[SubmitJobRequest], message: str) -> None:
    """Fails when no order exists, or AWS would refuse a dependency."""
    with pytest.raises(ValueError, match=message):
        chain(*jobs)


def test_fails_when_a_job_waits_for_more_than_twenty() -> None:
    """Fails where the request is written (DEP-01)."""
    with pytest.raises(ValueError, match="the length of depends_on must be from 0 to 20"):
        chain(job("end", *(f"j{number}" for number in range(21))))


def test_all_contradictions_come_together() -> None:
    """A circle does not hide a missing name."""
    with pytest.raises(ValueError, match=r"got 'x'\n.*in a circle"):
        chain(job("a", "a", "x"))
