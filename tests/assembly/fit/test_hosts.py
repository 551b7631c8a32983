"""The hosts on which jobs can run, as far as they are certain."""

from __future__ import annotations

from typing import Any

import pytest

from batch_constructs.assembly.fit.hosts import (
    hosts_behind,
    least_gpus,
    names_behind,
    pod_amount,
    submitted_gpus,
)
from batch_constructs.assembly.template import BatchModel, model_of
from batch_constructs.assembly.template.resources import JobDefinition, JobQueue, Submission


def environment(types: Any, **resources: Any) -> dict[str, Any]:
    capacity = {"Type": "EC2", "InstanceTypes": types, **resources}
    return {
        "Type": "AWS::Batch::ComputeEnvironment",
        "Properties": {"Type": "MANAGED", "ComputeResources": capacity},
    }


def queue(*names: str) -> dict[str, Any]:
    order = [{"Order": i, "ComputeEnvironment": {"Ref": name}} for i, name in enumerate(names)]
    return {"Type": "AWS::Batch::JobQueue", "Properties": {"ComputeEnvironmentOrder": order}}


def definition(**properties: Any) -> dict[str, Any]:
    return {"Type": "AWS::Batch::JobDefinition", "Properties": {"Type": "container", **properties}}


def sender(**overrides: Any) -> dict[str, Any]:
    request = {"JobName": "a", "JobQueue": "q", "JobDefinition": {"Ref": "Definition"}, **overrides}
    state = {"Resource": "arn:aws:states:::batch:submitJob", "Parameters": request}
    return {
        "Type": "AWS::StepFunctions::StateMachine",
        "Properties": {"Definition": {"States": {"S": state}}},
    }


def gpus(count: Any) -> dict[str, Any]:
    return {"Image": "a", "ResourceRequirements": [{"Type": "GPU", "Value": count}]}


def model(**resources: Any) -> BatchModel:
    return model_of({"Resources": resources})


def test_the_types_of_all_environments_are_behind_a_queue() -> None:
    """Each name is returned once, in the order of the environments; Fargate has none."""
    batch = model(
        Q=queue("A", "B", "F"),
        A=environment(["c7i", "m7i"]),
        B=environment(["m7i", "p5.48xlarge"], Type="SPOT"),
        F=environment([], Type="FARGATE"),
    )
    [found] = batch.of(JobQueue)
    assert names_behind(found) == ("c7i", "m7i", "p5.48xlarge")


@pytest.mark.parametrize(
    "second",
    [
        environment(["c7i", {"Ref": "Type"}]),
        environment({"Ref": "Types"}),
        environment([]),
        environment(["c7i"], Type={"Ref": "Kind"}),
        environment([], Type="ECS_MANAGED_INSTANCES"),
        {"Type": "AWS::Batch::ComputeEnvironment", "Properties": {"Type": "UNMANAGED"}},
        {"Type": "AWS::SNS::Topic"},
    ],
)
def test_one_open_environment_opens_the_queue(second: dict[str, Any]) -> None:
    """An environment that may launch any type makes the answer unknown."""
    [found] = model(Q=queue("A", "B"), A=environment(["c7i"]), B=second).of(JobQueue)
    assert names_behind(found) is None


def test_hosts_need_facts() -> None:
    """A type that is newer than the facts has a name, but is no known host."""
    [found] = model(Q=queue("A"), A=environment(["c7i", "z99.large"])).of(JobQueue)
    assert names_behind(found) == ("c7i", "z99.large")
    assert hosts_behind(found) is None


@pytest.mark.parametrize(
    ("properties", "count"),
    [
        ({"ContainerProperties": gpus(2)}, 2),
        ({"ContainerProperties": gpus({"Ref": "Count"})}, 0),
        ({"ContainerProperties": gpus("many")}, 0),
        ({"EcsProperties": {"TaskProperties": [{"Containers": [gpus(1), gpus("3"), {"Image": "b"}]}]}}, 4),
        (
            {
                "EksProperties": {
                    "PodProperties": {
                        "Containers": [{"Resources": {"Limits": {"nvidia.com/gpu": n}}} for n in (1, "2")]
                    }
                }
            },
            3,
        ),
        ({}, 0),
    ],
)
def test_containers_that_run_together_add_up(properties: dict[str, Any], count: int) -> None:
    """The GPUs of all containers are added up; unknown numbers count as nothing."""
    [found] = model(Definition=definition(**properties)).of(JobDefinition)
    assert least_gpus(found) == count


@pytest.mark.parametrize(
    ("overrides", "count"),
    [
        ({}, 2),
        ({"ContainerOverrides": {"Command": ["a"]}}, 2),
        ({"ContainerOverrides": {"ResourceRequirements": [{"Type": "GPU", "Value": "4"}]}}, 4),
        ({"ContainerOverrides": {"ResourceRequirements": [{"Type": "GPU", "Value.$": "$.gpus"}]}}, 0),
        ({"ContainerOverrides.$": "$.overrides"}, 0),
        ({"EcsPropertiesOverride": {"TaskProperties": []}}, 0),
    ],
)
def test_a_submission_may_ask_for_others(overrides: dict[str, Any], count: int) -> None:
    """Overrides win; overrides from the input at run time may ask for no GPU."""
    batch = model(Definition=definition(ContainerProperties=gpus(2)), Sender=sender(**overrides))
    [found] = batch.of(Submission)
    assert submitted_gpus(found) == count


def test_the_largest_range_of_nodes_counts() -> None:
    """Nodes run on different hosts, so their GPUs are not added up."""
    ranges = [{"TargetNodes": "0:0", "Container": gpus(1)}, {"TargetNodes": "1:", "Container": gpus(8)}]
    nodes = definition(Type="multinode", NodeProperties={"NodeRangeProperties": ranges})
    [found] = model(Definition=nodes, Sender=sender()).of(Submission)
    assert submitted_gpus(found) == 8


def test_a_pod_is_placed_by_its_requests() -> None:
    """The limit counts if there is no request."""
    resources = {"Requests": {"cpu": "1"}, "Limits": {"cpu": "2", "memory": "64Mi"}}
    pod = {"PodProperties": {"Containers": [{"Image": "a", "Resources": resources}]}}
    [found] = model(Definition=definition(EksProperties=pod)).of(JobDefinition)
    [container] = found.eks_properties.pod_properties.containers
    assert pod_amount(container, "cpu") == "1"
    assert pod_amount(container, "memory") == "64Mi"
    assert pod_amount(container, "nvidia.com/gpu") is None
