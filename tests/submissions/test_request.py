"""The request: checked when born, and in the shape that AWS takes."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.validate import ParamValidator
from hypothesis import given
from hypothesis import strategies as st

from batch_constructs import (
    ArrayDependency,
    ContainerOverrides,
    JobDependency,
    RetryStrategy,
    SubmitJobRequest,
)

SUBMIT_JOB = boto3.client("batch", region_name="eu-west-1").meta.service_model.operation_model("SubmitJob")
WORDS = st.text(alphabet="abcXYZ019", min_size=1, max_size=20)


def request(**members: Any) -> SubmitJobRequest:
    """A small request, but for what the test changes."""
    return SubmitJobRequest(
        **{"job_name": "nightly", "job_queue": "queue", "job_definition": "align", **members}
    )


def problems_of(arguments: dict[str, Any]) -> str:
    """What botocore says of the arguments of a call."""
    return str(ParamValidator().validate(arguments, SUBMIT_JOB.input_shape).generate_report())


REQUESTS = st.builds(
    request,
    job_name=WORDS,
    array_size=st.none() | st.integers(2, 10_000),
    parameters=st.dictionaries(WORDS, WORDS, max_size=3),
    container_overrides=st.none()
    | st.builds(
        ContainerOverrides,
        command=st.none() | st.lists(WORDS, min_size=1, max_size=3),
        environment=st.dictionaries(WORDS, st.text(max_size=5), max_size=3),
        vcpus=st.none() | st.sampled_from([0.25, 1, 4]),
        memory_mib=st.none() | st.integers(4, 100_000),
        gpus=st.none() | st.integers(1, 8),
    ),
    retry_strategy=st.none() | st.builds(RetryStrategy.on_spot_reclaim, st.integers(1, 10)),
    timeout_seconds=st.none() | st.integers(60, 10**6),
    depends_on=st.lists(st.builds(JobDependency, job_id=WORDS), max_size=20),
    share_identifier=st.none() | WORDS,
    scheduling_priority_override=st.none() | st.integers(0, 9999),
    propagate_tags=st.none() | st.booleans(),
    tags=st.dictionaries(WORDS, WORDS, max_size=3),
)


@given(REQUESTS)
def test_boto3_takes_every_legal_request(each: SubmitJobRequest) -> None:
    """The arguments have the shape that the service's model asks for."""
    assert problems_of(each.to_boto3()) == ""


def test_only_what_is_given_is_sent() -> None:
    """A plain request has three members: name, queue, definition."""
    assert request().to_boto3() == {"jobName": "nightly", "jobQueue": "queue", "jobDefinition": "align"}


def test_amounts_override_by_resource_requirements() -> None:
    """The deprecated ``vcpus`` and ``memory`` would be ignored by definitions that ask as they should (JOB-06)."""
    overrides = ContainerOverrides(vcpus=2, memory_mib=4000, gpus=1, environment={"A": "1"}, command=["run"])
    assert request(container_overrides=overrides).to_boto3()["containerOverrides"] == {
        "command": ["run"],
        "environment": [{"name": "A", "value": "1"}],
        "resourceRequirements": [
            {"type": "VCPU", "value": "2"},
            {"type": "MEMORY", "value": "4000"},
            {"type": "GPU", "value": "1"},
        ],
    }


def test_an_array_can_wait_for_another_and_for_itself() -> None:
    """N_TO_N names the other array, SEQUENTIAL names nobody."""
    depends = [
        JobDependency(job_id="a", type=ArrayDependency.N_TO_N),
        JobDependency(type=ArrayDependency.SEQUENTIAL),
        JobDependency(job_id="b"),
    ]
    assert request(array_size=10, depends_on=depends).to_boto3()["dependsOn"] == [
        {"jobId": "a", "type": "N_TO_N"},
        {"type": "SEQUENTIAL"},
        {"jobId": "b"},
    ]


def test_keys_of_the_users_keep_their_case() -> None:
    """Members are capitalised for Scheduler and Step Functions; parameters and tags are not."""
    state = request(parameters={"inputFile": "a"}, tags={"team": "x"}, array_size=2).to_step_functions_state()
    assert state["Resource"] == "arn:aws:states:::batch:submitJob.sync"
    assert state["Parameters"]["ArrayProperties"] == {"Size": 2}
    assert state["Parameters"]["Parameters"] == {"inputFile": "a"}
    assert state["Parameters"]["Tags"] == {"team": "x"}


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"job_name": "-a"}, "job_name must be"),
        ({"job_name": "a" * 129}, "job_name must be"),
        ({"job_queue": ""}, "job_queue must be a name or an ARN"),
        ({"job_definition": ""}, "job_definition must be a name or an ARN"),
        ({"share_identifier": "a" * 256}, "share_identifier must be"),
        ({"share_identifier": ""}, "share_identifier must be"),
        ({"array_size": 1}, "array_size must be from 2 to 10,000"),
        ({"array_size": 10_001}, "array_size must be from 2 to 10,000"),
        ({"timeout_seconds": 59}, "timeout_seconds must be at least 60"),
        ({"scheduling_priority_override": 10_000}, "scheduling_priority_override must be from 0 to 9,999"),
        ({"depends_on": [JobDependency(job_id="a")] * 21}, "the length of depends_on"),
        ({"depends_on": [JobDependency(type=ArrayDependency.SEQUENTIAL)]}, "only an array job"),
        ({"tags": {str(number): "" for number in range(51)}}, "the number of tags"),
        ({"tags": {"aws:x": "1"}}, "not begin with 'aws:'"),
        ({"tags": {"team": "x" * 257}}, "the length of the tag 'team'"),
    ],
)
def test_fails_when_a_member_is_impossible(members: dict[str, Any], message: str) -> None:
    """Fails when AWS would refuse the request."""
    with pytest.raises(ValueError, match=message):
        request(**members)


@pytest.mark.parametrize(
    "members",
    [
        {"job_name": "0" * 128},
        {"array_size": 2},
        {"array_size": 10_000},
        {"timeout_seconds": 60},
        {"scheduling_priority_override": 0},
        {"scheduling_priority_override": 9_999},
        {"depends_on": [JobDependency(job_id="a")] * 20},
        {"depends_on": [JobDependency(type=ArrayDependency.SEQUENTIAL)], "array_size": 2},
        {"tags": {str(number): "" for number in range(50)}},
        {"tags": {"t" * 128: "x" * 256}},
        {"share_identifier": "a" * 255},
        {"container_overrides": ContainerOverrides(command=["a"], vcpus=0.25, memory_mib=4, gpus=1)},
        {"container_overrides": ContainerOverrides(environment={"XAWS_BATCH": ""})},
        {"retry_strategy": RetryStrategy(attempts=10)},
    ],
)
def test_the_last_legal_value_passes(members: dict[str, Any]) -> None:
    """One step before each refusal, and the service's own model takes it, too."""
    assert problems_of(request(**members).to_boto3()) == ""


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"command": ["a", ""]}, "command must not hold an empty string"),
        ({"environment": {"AWS_BATCH_X": "1"}}, "'AWS_BATCH_X' must be"),
        ({"vcpus": 0}, "vcpus must be more than 0"),
        ({"memory_mib": 3}, "memory_mib must be at least 4"),
        ({"gpus": 0}, "gpus must be at least 1"),
    ],
)
def test_fails_when_an_override_is_impossible(members: dict[str, Any], message: str) -> None:
    """Fails when AWS would refuse the override."""
    with pytest.raises(ValueError, match=message):
        ContainerOverrides(**members)


@pytest.mark.parametrize(
    "members", [{}, {"type": ArrayDependency.N_TO_N}, {"job_id": "a", "type": ArrayDependency.SEQUENTIAL}]
)
def test_fails_when_id_and_type_do_not_go_together(members: dict[str, Any]) -> None:
    """Fails when nobody is waited for, or somebody in vain."""
    with pytest.raises(ValueError, match="dependency"):
        JobDependency(**members)
