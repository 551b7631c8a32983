"""Disks besides the root volume: arguments, and their form in the launch template."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from aws_cdk import CfnParameter, Size, Stack
from aws_cdk import aws_kms as kms
from aws_cdk.assertions import Template
from cfnlint.api import lint

from batch_constructs.launch_templates.launch_template import BatchLaunchTemplate
from batch_constructs.launch_templates.storage import InstanceStoreVolumes, ScratchVolume, Storage
from batch_constructs.launch_templates.user_data import ShellScript

if TYPE_CHECKING:
    from collections.abc import Callable

    Data = Callable[[], dict[str, Any]]
    Read = Callable[[str], list[tuple[str, str]]]

SCRATCH = ScratchVolume(size=Size.gibibytes(500))
ALL = Storage(
    scratch=SCRATCH, instance_store=InstanceStoreVolumes(docker_data_root=True), swap=Size.gibibytes(8)
)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"size": Size.gibibytes(0)}, "size must be at least 1 GiB, got 0"),
        ({"size": Size.mebibytes(1536)}, "size must be a whole number, at least 1 GiB, got 1.5"),
        ({"type": "st1"}, "type must be one of gp3, gp2, io2, io1, standard, got 'st1'"),
        ({"type": "io2"}, "type io2 needs iops"),
        ({"iops": 2_999}, "iops must be at least 3,000 IOPS on gp3, got 2999"),
        (
            {"throughput": 1_000},
            "throughput must be at most a quarter of iops, got 1000 MiB/s and 3000 IOPS: ask for 4000 IOPS",
        ),
        ({"filesystem": "zfs"}, "filesystem must be one of xfs, ext4, got 'zfs'"),
        ({"mount_path": "scratch"}, "mount_path must be absolute, of letters, digits"),
        ({"mount_path": "/a b"}, "mount_path must be absolute, of letters, digits"),
        ({"mount_path": "/a/../etc"}, "mount_path must be absolute, of letters, digits"),
        ({"mount_path": "/"}, "mount_path must be absolute, of letters, digits"),
        ({"mount_path": "/scratch/"}, "mount_path must be absolute, of letters, digits"),
        ({"mount_path": "/var/lib/docker"}, "mount_path must not hide what the instance needs"),
        ({"mount_path": "/etc"}, "mount_path must not hide what the instance needs, got '/etc': take one"),
    ],
)
def test_fails_when_a_volume_is_impossible(arguments: dict[str, Any], message: str) -> None:
    """Fails when EBS would refuse it, or the instance would not boot with it."""
    with pytest.raises(ValueError) as refusal:
        ScratchVolume(**{"size": Size.gibibytes(100), **arguments})

    assert str(refusal.value).startswith(message)
    assert "\n" not in str(refusal.value)


def test_fails_when_instance_store_volumes_are_impossible() -> None:
    """Fails with both problems in one error."""
    with pytest.raises(ValueError) as refusal:
        InstanceStoreVolumes(mount_path="/usr", filesystem="ntfs")  # type: ignore[arg-type]

    assert [line.split()[0] for line in str(refusal.value).splitlines()] == ["mount_path", "filesystem"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "storage needs at least one of scratch, instance_store and swap, got none: leave it out"),
        ({"swap": Size.kibibytes(512)}, "swap must be a whole number, at least 1 MiB, got 0.5"),
        (
            {"scratch": SCRATCH, "instance_store": InstanceStoreVolumes(mount_path="/scratch")},
            "scratch and instance_store need mount paths next to each other, got '/scratch' and '/scratch'",
        ),
        (
            {"scratch": SCRATCH, "instance_store": InstanceStoreVolumes(mount_path="/scratch/fast")},
            "scratch and instance_store need mount paths next to each other",
        ),
    ],
)
def test_fails_when_a_storage_contradicts_itself(arguments: dict[str, Any], message: str) -> None:
    """Fails for no storage at all, for half a MiB, and for volumes that hide each other."""
    with pytest.raises(ValueError) as refusal:
        Storage(**arguments)

    assert str(refusal.value).startswith(message)
    assert "\n" not in str(refusal.value)


def test_names_that_only_begin_alike_are_beside_each_other() -> None:
    """Paths are compared by folder, so /scratch and /scratch2 do not overlap."""
    storage = Storage(scratch=SCRATCH, instance_store=InstanceStoreVolumes(mount_path="/scratch-fast"))

    assert len(storage.user_data_parts()) == 2


def test_settings_stand_at_the_top_of_each_part() -> None:
    """Readers of an instance's user data find the settings at once."""
    tops = [part.body().split("\n# ", 1)[0].splitlines() for part in ALL.user_data_parts()]

    assert tops == [
        [
            "#!/bin/bash",
            "PART=batch-storage",
            "DEVICE_NAME=sdf",
            "SIZE_GIB=500",
            "MOUNT_PATH=/scratch",
            "FILESYSTEM=xfs",
        ],
        [
            "#!/bin/bash",
            "PART=batch-storage",
            "MOUNT_PATH=/instance-store",
            "FILESYSTEM=xfs",
            "DOCKER_DATA=true",
        ],
        ["#!/bin/bash", "PART=batch-storage", "SWAP_MIB=8192"],
    ]


def test_storage_is_ready_before_anything_else_runs(
    stack: Stack, launch_template_data: Data, cloud_init: Read
) -> None:
    """Its parts come first, as boothooks: they run before Docker starts, and again at each boot."""
    BatchLaunchTemplate(stack, "Template", storage=ALL, user_data=[ShellScript("echo mine")])

    parts = cloud_init(launch_template_data()["UserData"])
    assert [kind for kind, _ in parts] == ["text/cloud-boothook"] * 3 + ["text/x-shellscript"]
    assert [text.rstrip("\n") for _, text in parts[:3]] == [
        part.body().rstrip("\n") for part in ALL.user_data_parts()
    ]


def test_the_scratch_volume_is_encrypted_as_the_root_volume_is(
    stack: Stack, launch_template_data: Data
) -> None:
    """One key encrypts both, and both are deleted with the instance."""
    key = kms.Key.from_key_arn(stack, "Key", "arn:aws:kms:eu-west-1:123456789012:key/abc")
    scratch = ScratchVolume(size=Size.gibibytes(500), iops=4_000, throughput=1_000)
    BatchLaunchTemplate(stack, "Template", storage=Storage(scratch=scratch), kms_key=key)

    root, volume = launch_template_data()["BlockDeviceMappings"]
    assert volume == {
        "DeviceName": "/dev/sdf",
        "Ebs": {
            "DeleteOnTermination": True,
            "Encrypted": True,
            "Iops": 4_000,
            "KmsKeyId": "arn:aws:kms:eu-west-1:123456789012:key/abc",
            "Throughput": 1_000,
            "VolumeSize": 500,
            "VolumeType": "gp3",
        },
    }
    assert root["Ebs"]["KmsKeyId"] == volume["Ebs"]["KmsKeyId"]


def test_without_scratch_there_is_no_second_volume(stack: Stack, launch_template_data: Data) -> None:
    """NVMe disks of the instance need no mapping."""
    BatchLaunchTemplate(stack, "Template", storage=Storage(instance_store=InstanceStoreVolumes()))

    assert [each["DeviceName"] for each in launch_template_data()["BlockDeviceMappings"]] == ["/dev/xvda"]


def test_fails_when_the_swap_does_not_fit_on_the_root_disk(stack: Stack) -> None:
    """Fails when the file would fill the disk at the first boot."""
    with pytest.raises(ValueError, match="got 102400 MiB of 100 GiB: enlarge root_volume_size"):
        BatchLaunchTemplate(stack, "Template", storage=Storage(swap=Size.gibibytes(100)))


def test_all_kinds_leave_room_for_parts_of_your_own(stack: Stack) -> None:
    """At least 5 KiB of the 16 that EC2 takes are left; more is refused."""
    mine = ShellScript("#" * 5_120)
    BatchLaunchTemplate(stack, "Template", storage=ALL, user_data=[mine])

    with pytest.raises(ValueError, match="the size of user_data must be from 0 to 16,384 bytes"):
        BatchLaunchTemplate(stack, "Large", storage=ALL, user_data=[mine, mine])


def test_tokens_pass_untouched(stack: Stack, launch_template_data: Data) -> None:
    """Sizes and paths may be parameters, in the mapping and in the scripts."""
    number = CfnParameter(stack, "Number", type="Number").value_as_number
    text = CfnParameter(stack, "Text").value_as_string
    scratch = ScratchVolume(
        size=Size.gibibytes(number),
        mount_path=text,
        type=text,  # type: ignore[arg-type]
        iops=number,  # type: ignore[arg-type]
        throughput=number,  # type: ignore[arg-type]
        filesystem=text,  # type: ignore[arg-type]
    )
    store = InstanceStoreVolumes(mount_path=text)
    storage = Storage(scratch=scratch, instance_store=store, swap=Size.mebibytes(number))
    BatchLaunchTemplate(stack, "Template", storage=storage)

    data = launch_template_data()
    assert data["BlockDeviceMappings"][1]["Ebs"]["VolumeSize"] == {"Ref": "Number"}
    pieces = data["UserData"]["Fn::Base64"]["Fn::Join"][1]
    document = "".join(piece if isinstance(piece, str) else f"<{piece['Ref']}>" for piece in pieces)
    for line in ("SIZE_GIB='<Number>'", "MOUNT_PATH='<Text>'", "FILESYSTEM='<Text>'", "SWAP_MIB='<Number>'"):
        assert line in document


def test_equal_storage_is_equal() -> None:
    """The same volumes are equal, and render the same bytes."""
    size = Size.gibibytes(500)

    assert ScratchVolume(size=size) == ScratchVolume(size=size)
    assert ScratchVolume(size=size) != ScratchVolume(size=size, filesystem="ext4")
    assert InstanceStoreVolumes() == InstanceStoreVolumes()


def test_cfn_lint_finds_nothing(stack: Stack) -> None:
    """The template is valid for CloudFormation's own schema."""
    BatchLaunchTemplate(stack, "Template", storage=ALL)

    assert lint(json.dumps(Template.from_stack(stack).to_json())) == []
