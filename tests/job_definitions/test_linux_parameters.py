"""Kernel settings of containers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from batch_constructs import (
    Device,
    DevicePermission,
    Ec2JobDefinition,
    FargateJobDefinition,
    LinuxParameters,
    MultiNodeParallelJobDefinition,
    NodeGroup,
    Tmpfs,
    Ulimit,
    UlimitName,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from aws_cdk import Stack

DEFINITION = "AWS::Batch::JobDefinition"


def define(stack: Stack, **arguments: Any) -> Ec2JobDefinition:
    from aws_cdk import Size

    return Ec2JobDefinition(stack, "Job", image="busybox", vcpus=1, memory=Size.mebibytes(512), **arguments)


def test_every_member_has_a_place(stack: Stack, only: Callable[[str], dict[str, Any]]) -> None:
    """Sizes are in MiB, permissions use the API's words, and a limit is both soft and hard."""
    from aws_cdk import Size

    define(
        stack,
        linux_parameters=LinuxParameters(
            init_process_enabled=True,
            shared_memory_size=Size.gibibytes(1),
            tmpfs=[
                Tmpfs("/run", size=Size.mebibytes(64), mount_options=["noexec", "mode=1777"]),
                Tmpfs("/x", size=Size.mebibytes(1)),
            ],
            devices=[
                Device("/dev/fuse"),
                Device("/dev/a", container_path="/dev/b", permissions=[DevicePermission.READ]),
            ],
            max_swap=Size.mebibytes(0),
            swappiness=0,
        ),
        ulimits=[
            Ulimit(UlimitName.NOFILE, soft_limit=1024),
            Ulimit(UlimitName.CORE, soft_limit=0, hard_limit=-1),
        ],
    )
    container = only(DEFINITION)["ContainerProperties"]
    assert container["LinuxParameters"] == {
        "InitProcessEnabled": True,
        "SharedMemorySize": 1024,
        "Tmpfs": [
            {"ContainerPath": "/run", "Size": 64, "MountOptions": ["noexec", "mode=1777"]},
            {"ContainerPath": "/x", "Size": 1},
        ],
        "Devices": [
            {"HostPath": "/dev/fuse", "Permissions": ["READ", "WRITE", "MKNOD"]},
            {"HostPath": "/dev/a", "ContainerPath": "/dev/b", "Permissions": ["READ"]},
        ],
        "MaxSwap": 0,
        "Swappiness": 0,
    }
    assert container["Ulimits"] == [
        {"Name": "nofile", "SoftLimit": 1024, "HardLimit": 1024},
        {"Name": "core", "SoftLimit": 0, "HardLimit": -1},
    ]


def test_nothing_is_asked_for_by_default(stack: Stack, only: Callable[[str], dict[str, Any]]) -> None:
    """Docker's own settings apply if none are given."""
    define(stack, linux_parameters=LinuxParameters())
    assert not {"LinuxParameters", "Ulimits"} & set(only(DEFINITION)["ContainerProperties"])


def impossible() -> list[tuple[Callable[[], object], str]]:
    """Return values that AWS refuses, each with the beginning of our message."""
    from aws_cdk import Size

    size = Size.mebibytes(1)
    return [
        (lambda: Device(""), "host_path must name a device of the instance"),
        (lambda: Tmpfs("run", size=size), "container_path must be absolute, such as /tmp, got 'run'"),
        (
            lambda: Tmpfs("/run", size=size, mount_options=["noexe"]),
            r"must be options of tmpfs such as noexec or mode=1777, got 'noexe' \(did you mean 'noexec'\?\)",
        ),
        (lambda: LinuxParameters(swappiness=101), "swappiness must be from 0 to 100, got 101"),
        (
            lambda: LinuxParameters(tmpfs=[Tmpfs("/a", size=size), Tmpfs("/a", size=size)]),
            "each tmpfs must have its own path, got /a twice",
        ),
        (
            lambda: Ulimit(UlimitName.NPROC, soft_limit=2, hard_limit=1),
            "soft_limit must be at most hard_limit, got 2 and 1 for nproc",
        ),
        (
            lambda: Ulimit(UlimitName.NPROC, soft_limit=-1, hard_limit=1),
            "soft_limit must be at most hard_limit",
        ),
    ]


@pytest.mark.parametrize("number", range(7))
def test_fails_when_a_value_is_impossible(number: int) -> None:
    """Fails when the value is created."""
    make, message = impossible()[number]
    with pytest.raises(ValueError, match=message):
        make()


def test_the_ends_of_the_ranges_and_tokens_pass(stack: Stack, only: Callable[[str], dict[str, Any]]) -> None:
    """Values that AWS accepts pass, and values that only CloudFormation knows."""
    from aws_cdk import CfnParameter, Size

    number = CfnParameter(stack, "Number", type="Number").value_as_number
    text = CfnParameter(stack, "Text").value_as_string
    assert Ulimit(UlimitName.NPROC, soft_limit=1, hard_limit=1).hard_limit == 1
    assert Ulimit.unlimited(UlimitName.MEMLOCK) == Ulimit(UlimitName.MEMLOCK, soft_limit=-1, hard_limit=-1)
    parameters = LinuxParameters(
        swappiness=100,
        shared_memory_size=Size.mebibytes(number),
        tmpfs=[Tmpfs(text, size=Size.mebibytes(number), mount_options=[text])],
        devices=[Device(text)],
    )
    define(
        stack, linux_parameters=parameters, ulimits=[Ulimit(UlimitName.CPU, soft_limit=number, hard_limit=1)]
    )
    container = only(DEFINITION)["ContainerProperties"]
    assert container["LinuxParameters"]["SharedMemorySize"] == {"Ref": "Number"}
    assert container["Ulimits"][0]["SoftLimit"] == {"Ref": "Number"}


def test_fails_when_tmpfs_and_a_volume_want_one_path(stack: Stack) -> None:
    """Fails for a path that Docker would refuse as a duplicate mount point when the job starts."""
    from aws_cdk import Size

    from batch_constructs import Host

    tmpfs = LinuxParameters(tmpfs=[Tmpfs("/tmp", size=Size.mebibytes(1))])
    with pytest.raises(ValueError, match="a path must be in mounts or in tmpfs, not in both, got /tmp"):
        define(stack, linux_parameters=tmpfs, mounts={"/tmp": Host()})


def test_fargate_has_an_init_process(stack: Stack, only: Callable[[str], dict[str, Any]]) -> None:
    """It is the only parameter of Linux that Fargate takes."""
    FargateJobDefinition(stack, "Job", image="busybox", init_process_enabled=True)
    assert only(DEFINITION)["ContainerProperties"]["LinuxParameters"] == {"InitProcessEnabled": True}


def group(**arguments: Any) -> NodeGroup:
    from aws_cdk import Size

    return NodeGroup(nodes=2, image="busybox", vcpus=1, memory=Size.gibibytes(1), **arguments)


def test_adapters_of_nodes_come_beside_what_they_ask_for(
    stack: Stack, only: Callable[[str], dict[str, Any]]
) -> None:
    """Pain 12 (metaflow#1510): devices and locked memory for EFA are added, unless the group sets the limit."""
    from aws_cdk import Size

    one = group(
        efa_interfaces=1,
        shared_memory=Size.gibibytes(2),
        linux_parameters=LinuxParameters(init_process_enabled=True, devices=[Device("/dev/fuse")]),
        ulimits=[Ulimit(UlimitName.NOFILE, soft_limit=1)],
    )
    other = group(efa_interfaces=1, ulimits=[Ulimit(UlimitName.MEMLOCK, soft_limit=64)])
    MultiNodeParallelJobDefinition(stack, "Job", node_groups=[one, other])
    ranges = only(DEFINITION)["NodeProperties"]["NodeRangeProperties"]
    first, second = (each["Container"] for each in ranges)
    assert first["LinuxParameters"]["SharedMemorySize"] == 2048
    assert first["LinuxParameters"]["InitProcessEnabled"] is True
    assert [each["HostPath"] for each in first["LinuxParameters"]["Devices"]] == [
        "/dev/fuse",
        "/dev/infiniband/uverbs0",
    ]
    assert [(each["Name"], each["SoftLimit"]) for each in first["Ulimits"]] == [
        ("nofile", 1),
        ("memlock", -1),
    ]
    assert [(each["Name"], each["SoftLimit"]) for each in second["Ulimits"]] == [("memlock", 64)]


def test_fails_when_nodes_have_two_sizes_of_shared_memory(stack: Stack) -> None:
    """Fails when the group and its parameters both give one."""
    from aws_cdk import Size

    size = Size.gibibytes(1)
    twice = group(shared_memory=size, linux_parameters=LinuxParameters(shared_memory_size=size))
    with pytest.raises(
        ValueError, match="shared_memory must be in the group or in linux_parameters, not in both"
    ):
        MultiNodeParallelJobDefinition(stack, "Job", node_groups=[twice])
