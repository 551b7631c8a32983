"""Jobs on several nodes, with several containers on each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from batch_constructs import (
    AwsLogs,
    DependencyCondition,
    EcsMultiNodeParallelJobDefinition,
    EcsNodeGroup,
    Host,
    IpcMode,
    NodeRange,
    PidMode,
    TaskContainer,
)
from batch_constructs.testing import assert_no_findings

if TYPE_CHECKING:
    from collections.abc import Callable

    from aws_cdk import Stack

    Only = Callable[[str], dict[str, Any]]
    Synth = Callable[[], dict[str, dict[str, Any]]]

DEFINITION = "AWS::Batch::JobDefinition"


def container(name: str = "main", **arguments: Any) -> TaskContainer:
    """Return a small container; arguments can be changed."""
    from aws_cdk import Size

    return TaskContainer(
        name=name, **{"image": "busybox", "vcpus": 1, "memory": Size.mebibytes(512), **arguments}
    )


def define(stack: Stack, *groups: EcsNodeGroup, **arguments: Any) -> EcsMultiNodeParallelJobDefinition:
    return EcsMultiNodeParallelJobDefinition(stack, "Job", node_groups=groups, **arguments)


def test_each_group_has_a_task_of_its_own(stack: Stack, only: Only) -> None:
    """Pain 25 (aws-cdk#30906): neither the L2 nor a single container can express this, and no rule objects."""
    shared = Host()
    job = define(
        stack,
        EcsNodeGroup(nodes=1, containers=[container()]),
        EcsNodeGroup(
            nodes=3,
            containers=[
                container("prepare", essential=False, mounts={"/out": shared}),
                container(mounts={"/in": shared}, depends_on={"prepare": DependencyCondition.SUCCESS}),
            ],
            pid_mode=PidMode.TASK,
            ipc_mode=IpcMode.TASK,
        ),
        instance_type="c7i.xlarge",
    )
    definition = only(DEFINITION)
    assert (definition["Type"], definition["PlatformCapabilities"]) == ("multinode", ["EC2"])
    nodes = definition["NodeProperties"]
    assert (nodes["NumNodes"], nodes["MainNode"]) == (4, 0)
    one, other = nodes["NodeRangeProperties"]
    assert (one["TargetNodes"], other["TargetNodes"]) == ("0:0", "1:3")
    assert one["InstanceTypes"] == ["c7i.xlarge"]
    assert [str(each) for each in job.node_ranges] == ["0:0", "1:3"]
    [task] = other["EcsProperties"]["TaskProperties"]
    assert (task["PidMode"], task["IpcMode"]) == ("task", "task")
    assert [each["Name"] for each in task["Containers"]] == ["prepare", "main"]
    assert [each["Name"] for each in task["Volumes"]] == ["out"]
    [first] = one["EcsProperties"]["TaskProperties"]
    assert "Volumes" not in first
    assert_no_findings(stack, warnings=True)


def test_a_grant_reaches_every_node(stack: Stack, synth: Synth) -> None:
    """All tasks get the same role, including the right to open a shell."""
    from aws_cdk import aws_s3 as s3

    job = define(
        stack,
        EcsNodeGroup(nodes=1, containers=[container()]),
        EcsNodeGroup(nodes=2, containers=[container()]),
        enable_execute_command=True,
    )
    s3.Bucket.from_bucket_name(stack, "Data", "data").grant_read(job)
    resources = synth()
    [definition] = [each["Properties"] for each in resources.values() if each["Type"] == DEFINITION]
    tasks = [
        task
        for each in definition["NodeProperties"]["NodeRangeProperties"]
        for task in each["EcsProperties"]["TaskProperties"]
    ]
    role = stack.resolve(job.job_role.role_arn)
    assert [(task["TaskRoleArn"], task["EnableExecuteCommand"]) for task in tasks] == [(role, True)] * 2


def test_containers_of_one_name_in_two_groups_do_not_meet(stack: Stack, only: Only, synth: Synth) -> None:
    """Each has its own driver, image and secrets; one execution role reads all secrets."""
    from aws_cdk import aws_batch as batch
    from aws_cdk import aws_ecs as ecs
    from aws_cdk import aws_secretsmanager as secretsmanager

    secret = batch.Secret.from_secrets_manager(secretsmanager.Secret(stack, "Key"))
    group = EcsNodeGroup(
        nodes=1,
        containers=[
            container(
                logging=ecs.LogDrivers.aws_logs(stream_prefix="solver"),
                secrets={"KEY": secret},
                image=ecs.ContainerImage.from_registry("mpi"),
            ),
            container("monitor", logging=AwsLogs(stream_prefix="monitor")),
        ],
    )
    define(stack, group, group)
    one, other = only(DEFINITION)["NodeProperties"]["NodeRangeProperties"]
    assert one["EcsProperties"]["TaskProperties"][0]["ExecutionRoleArn"]
    first, second = (
        each["EcsProperties"]["TaskProperties"][0]["Containers"][0]["LogConfiguration"]["Options"]
        for each in (one, other)
    )
    assert first["awslogs-group"] != second["awslogs-group"]
    assert [each["Type"] for each in synth().values()].count("AWS::Logs::LogGroup") == 3


@pytest.mark.parametrize(
    ("groups", "arguments", "message"),
    [
        ([], {}, "the length of node_groups must be from 1 to 5"),
        (
            [EcsNodeGroup(nodes=NodeRange(first=1, last=2), containers=[container()])],
            {},
            "must cover all nodes",
        ),
        ([EcsNodeGroup(nodes=1, containers=[])], {}, "the length of containers must be from 1 to 10"),
        ([EcsNodeGroup(nodes=1, containers=[container(vcpus=0.5)])], {}, "vcpus of container 'main' must be"),
        (
            [EcsNodeGroup(nodes=1, containers=[container("a", vcpus=3), container("b", vcpus=2)])],
            {"instance_type": "c7i.xlarge"},
            "vcpus of all containers of a node must fit instance_type, got 5 on c7i.xlarge with 4",
        ),
        (
            [EcsNodeGroup(nodes=1, containers=[container("a", gpus=1), container("b", gpus=1)])],
            {"instance_type": "g6.xlarge"},
            "gpus of all containers of a node must fit instance_type, got 2 on g6.xlarge with 1",
        ),
        (
            [EcsNodeGroup(nodes=2, containers=[container()])],
            {"main_node": 2},
            "main_node must be one of the 2",
        ),
        (
            [EcsNodeGroup(nodes=1, containers=[container("a"), container("a")])],
            {},
            "each container must have its own name",
        ),
    ],
)
def test_fails_when_the_nodes_do_not_add_up(
    stack: Stack, groups: list[EcsNodeGroup], arguments: dict[str, Any], message: str
) -> None:
    """Fails when AWS would refuse the job, or it would wait without end, before anything is in the tree."""
    with pytest.raises(ValueError, match=message):
        define(stack, *groups, **arguments)
    assert stack.node.try_find_child("Job") is None


def test_what_fits_exactly_passes(stack: Stack) -> None:
    """All vCPUs and GPUs of the type may be used, and a type that is missing from the data passes."""
    both = [container("a", vcpus=2, gpus=1), container("b", vcpus=2)]
    define(stack, EcsNodeGroup(nodes=1, containers=both), instance_type="g6.xlarge")
    EcsMultiNodeParallelJobDefinition(
        stack, "Newer", node_groups=[EcsNodeGroup(nodes=1, containers=both)], instance_type="z99.large"
    )
