"""The needs of a job are added up, and never exceed what is certain."""

from __future__ import annotations

import pytest

from batch_constructs.assembly.checks import check
from batch_constructs.assembly.fit import Obstacle, misfit, misfit_of
from batch_constructs.assembly.fit.needs import needs_of
from batch_constructs.assembly.template import model_of
from batch_constructs.assembly.template.memo import once
from batch_constructs.assembly.template.resources import ComputeEnvironment, JobDefinition, Submission


def amounts(**kinds):
    return {"ResourceRequirements": [{"Type": kind, "Value": value} for kind, value in kinds.items()]}


def needs(properties, overrides=None):
    """Return the needs of a definition as vCPUs, memory and GPUs for each kind of host."""
    request = {"JobDefinition": {"Ref": "Job"}, "JobName": "a", **(overrides or {})}
    target = {"Arn": "q", "BatchParameters": {"JobDefinition": {"Ref": "Job"}, "JobName": "a"}}
    pipe = {"Target": "q", "TargetParameters": {"BatchJobParameters": request}}
    sender = (
        {"Type": "AWS::Events::Rule", "Properties": {"Targets": [target]}}
        if overrides is None
        else {"Type": "AWS::Pipes::Pipe", "Properties": pipe}
    )
    job = {"Type": "AWS::Batch::JobDefinition", "Properties": properties}
    model = model_of({"Resources": {"Job": job, "Sender": sender}})
    [definition], [submission] = model.of(JobDefinition), model.of(Submission)
    return [(need.vcpus, need.memory_mib, need.gpus) for need in needs_of(definition, submission)]


def test_one_container():
    """Amounts are strings; the deprecated members count only without new ones."""
    assert needs({"ContainerProperties": amounts(VCPU="2", MEMORY="2048", GPU="1")}) == [(2, 2048, 1)]
    assert needs({"ContainerProperties": {"Vcpus": 2, "Memory": 2048}}) == [(2, 2048, 0)]


def test_containers_of_a_task_share_the_host():
    """The amounts of a task's containers are added up."""
    containers = [amounts(VCPU="1", MEMORY="1024"), amounts(VCPU="2", MEMORY="512", GPU="1")]
    assert needs({"EcsProperties": {"TaskProperties": [{"Containers": containers}]}}) == [(3, 1536, 1)]


def test_pods():
    """Pods give memory with units; a request takes precedence over a limit."""
    resources = {
        "Limits": {"cpu": "0.5", "memory": "2Gi", "nvidia.com/gpu": "1"},
        "Requests": {"cpu": "0.25", "memory": "1Gi"},
    }
    pods = [{"Resources": resources}, {"Resources": {"Requests": {"memory": "64Mi"}}}]
    assert needs({"EksProperties": {"PodProperties": {"Containers": pods}}}) == [(0.25, 1088, 1)]


def test_each_range_of_nodes_has_hosts_of_its_own():
    """Nodes of different ranges run on different hosts."""
    ranges = [{"TargetNodes": "0:0", "Container": amounts(VCPU="1")}, {"Container": amounts(VCPU="4")}]
    assert needs({"Type": "multinode", "NodeProperties": {"NodeRangeProperties": ranges}}) == [
        (1, 0, 0),
        (4, 0, 0),
    ]


@pytest.mark.parametrize(
    ("overrides", "expected"),
    [
        ({}, (2, 2048, 0)),
        ({"ContainerOverrides": amounts(VCPU="8")}, (8, 2048, 0)),
        ({"ContainerOverrides": amounts(VCPU={"Ref": "P"})}, (0, 2048, 0)),
        ({"ContainerOverrides": {"Memory": 64}}, (2, 0, 0)),
        ({"ContainerOverrides": {"Ref": "P"}}, (0, 0, 0)),
        ({"EcsPropertiesOverride": {"TaskProperties": []}}, (0, 0, 0)),
    ],
)
def test_overrides(overrides, expected):
    """The overrides of a submission count; unknown ones count as nothing."""
    assert needs({"ContainerProperties": amounts(VCPU="2", MEMORY="2048")}, overrides) == [expected]


@pytest.mark.parametrize("odd", ["", "two", "nan", "inf", "-1", "9" * 400, None, [], {"Ref": "P"}])
def test_odd_amounts(odd):
    """Invalid amounts count as nothing, because other rules report them."""
    assert needs({"ContainerProperties": amounts(VCPU=odd)}) == [(0, 0, 0)]


def environment(*types, **more):
    resources = {"Type": "EC2", "MaxvCpus": 16, "InstanceTypes": list(types), **more}
    properties = {"Type": "MANAGED", "ComputeResources": resources}
    return {"Type": "AWS::Batch::ComputeEnvironment", "Properties": properties}


def obstacle(job, **environments):
    """Return the obstacle of a job at a queue with these environments."""
    order = [{"Order": i, "ComputeEnvironment": {"Ref": name}} for i, name in enumerate(environments)]
    target = {
        "Arn": {"Ref": "Queue"},
        "BatchParameters": {"JobName": "a", "JobDefinition": {"Ref": "Job"}},
    }
    resources = {
        "Queue": {"Type": "AWS::Batch::JobQueue", "Properties": {"ComputeEnvironmentOrder": order}},
        "Job": {"Type": "AWS::Batch::JobDefinition", "Properties": job},
        "Rule": {"Type": "AWS::Events::Rule", "Properties": {"Targets": [target]}},
        **environments,
    }
    [submission] = model_of({"Resources": resources}).of(Submission)
    found = misfit_of(submission)
    return None if found is None else found.obstacle


def test_the_first_obstacle_is_told():
    """GPUs come before vCPUs, vCPUs before memory, and memory before the limit of the environment."""
    small = environment("c7i.large")
    asked = {"VCPU": "32", "MEMORY": "999999", "GPU": "1"}
    assert obstacle({"ContainerProperties": amounts(**asked)}, One=small) is Obstacle.GPUS
    del asked["GPU"]
    assert obstacle({"ContainerProperties": amounts(**asked)}, One=small) is Obstacle.VCPUS
    asked["VCPU"] = "2"
    assert obstacle({"ContainerProperties": amounts(**asked)}, One=small) is Obstacle.MEMORY
    asked |= {"VCPU": "32", "MEMORY": "64"}
    assert obstacle({"ContainerProperties": amounts(**asked)}, One=environment("c7i")) is Obstacle.LIMIT


@pytest.mark.parametrize(("vcpus", "found"), [("2", None), ("4", Obstacle.VCPUS)])
def test_a_definition_is_asked_without_a_queue(vcpus, found):
    """A job without overrides is held against environments that no queue needs to name."""
    job = {"Type": "AWS::Batch::JobDefinition", "Properties": {"ContainerProperties": amounts(VCPU=vcpus)}}
    model = model_of({"Resources": {"Job": job, "Environment": environment("c7i.large")}})
    [definition] = model.of(JobDefinition)
    why = misfit(definition, model.of(ComputeEnvironment))
    assert found is (why and why.obstacle)


def test_environments_count_together():
    """No host has both if one environment has enough vCPUs and another enough memory."""
    job = {"ContainerProperties": amounts(VCPU="16", MEMORY="60000")}
    compute, memory = environment("c7i.4xlarge"), environment("r7i.2xlarge")
    assert obstacle(job, One=compute, Two=memory) is Obstacle.MEMORY
    assert obstacle(job, One=compute, Two=environment("m7i.4xlarge")) is None


def test_silence():
    """Nothing is reported if a type, a list or an environment is unknown; a known limit still counts."""
    job = {"ContainerProperties": amounts(VCPU="32", MEMORY="64")}
    assert obstacle(job, One=environment("c7i", MaxvCpus={"Ref": "P"})) is None
    assert obstacle(job, One=environment("c7i.large", "z99.large", MaxvCpus=32)) is None
    assert obstacle(job, One=environment("c7i.large", {"Ref": "P"}, MaxvCpus=32)) is None
    assert obstacle(job, One=environment({"Ref": "P"})) is Obstacle.LIMIT
    assert obstacle(job, One=environment("c7i.large"), Two={"Type": "AWS::SSM::Parameter"}) is None


def test_a_definition_is_asked_once():
    """The result for a definition is cached for other rules."""
    calls = []

    @once
    def ask(view):
        calls.append(view)

    model = model_of({"Resources": {"Job": {"Type": "AWS::Batch::JobDefinition"}}})
    assert ask(model) is ask(model) is None
    assert calls == [model]
    assert check(model, select=["FIT"]) == ()


def on_managed_instances(allowed, **amounts_):
    """Return the obstacle of a job on ECS Managed Instances with these allowed types; 16 vCPUs are the maximum."""
    provider = {"InstanceLaunchTemplate": {"InstanceRequirements": {"AllowedInstanceTypes": allowed}}}
    resources = {"Type": "ECS_MANAGED_INSTANCES", "MaxvCpus": 16, "ManagedInstancesProvider": provider}
    task = {"Containers": [{"Name": "a", "Image": "a", **amounts(**amounts_)}]}
    job = {"PlatformCapabilities": ["MANAGED_INSTANCES"], "EcsProperties": {"TaskProperties": [task]}}
    template = {
        "Environment": {
            "Type": "AWS::Batch::ComputeEnvironment",
            "Properties": {"ComputeResources": resources},
        },
        "Job": {"Type": "AWS::Batch::JobDefinition", "Properties": job},
    }
    model = model_of({"Resources": template})
    [definition], environments = model.of(JobDefinition), model.of(ComputeEnvironment)
    found = misfit(definition, environments)
    return None if found is None else found.obstacle


def test_managed_instances_are_limited_by_their_allowed_types():
    """A job needs a type of its architecture with its GPUs, vCPUs and memory, and no more vCPUs than the maximum."""
    large = ["c7i.large"]
    assert on_managed_instances(large, VCPU="2", MEMORY="1024") is None
    assert on_managed_instances(large, VCPU="2", MEMORY="1024", GPU="1") is Obstacle.GPUS
    assert on_managed_instances(large, VCPU="4", MEMORY="1024") is Obstacle.VCPUS
    assert on_managed_instances(large, VCPU="1", MEMORY="4096") is Obstacle.MEMORY
    assert on_managed_instances(["c7i"], VCPU="32", MEMORY="1024") is Obstacle.LIMIT
    assert on_managed_instances(["c7g"], VCPU="1", MEMORY="1024") is Obstacle.ARCHITECTURE


def test_managed_instances_of_another_architecture_do_not_count():
    """A large Arm type does not help an x86_64 job."""
    assert on_managed_instances(["c7g.16xlarge", "c7i.large"], VCPU="8", MEMORY="1024") is Obstacle.VCPUS
