"""Disks of an instance besides its root volume, prepared before Docker and the ECS agent start."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, get_args

from aws_cdk import SizeRoundingBehavior

from batch_constructs._border.arguments import checked
from batch_constructs._border.problems import Problems
from batch_constructs._border.tokens import as_string, known
from batch_constructs.facts.ranges import Range
from batch_constructs.facts.sources import EC2
from batch_constructs.launch_templates.boot_scripts import BootScript
from batch_constructs.launch_templates.places import (
    DEFAULT_ROOT_GIB,
    check_mount_path,
    check_not_nested,
)
from batch_constructs.launch_templates.volumes import check_volume, gibibytes

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from aws_cdk import Size

    from batch_constructs.launch_templates.user_data import UserDataPart
    from batch_constructs.launch_templates.volumes import VolumeType

__all__ = ["Filesystem", "InstanceStoreVolumes", "ScratchVolume", "Storage", "check_disks"]

Filesystem = Literal["xfs", "ext4"]
"""File systems that a volume can be formatted with."""

SCRATCH_DEVICE_NAME = "/dev/sdf"
_SWAP_MIB = Range(1, None, unit="MiB", source=EC2)


@checked
@dataclass(frozen=True, slots=True, kw_only=True)
class ScratchVolume:
    """An EBS volume besides the root disk, empty when an instance starts and deleted with it.

    It is encrypted like the root volume, with the same key: see ``encrypted`` and ``kms_key`` of the launch template.

    Attributes:
        size: Whole GiB, at least 1. Tokens pass.
        mount_path: The path on the instance; jobs reach it by a volume with that host path. Any user may write there.
            By default ``/scratch``.
        type: The EBS volume type, by default ``gp3``.
        iops: For ``gp3`` at least 3,000, by default 3,000; for ``io1`` and ``io2`` at least 100, and required.
        throughput: MiB/s, for ``gp3`` only: at least 125, by default 125, and at most a quarter of the IOPS.
        filesystem: The file system, ``xfs`` or ``ext4``; by default ``xfs``.

    Raises:
        ValueError: a value is out of range, or the arguments contradict each other.

    Guide: Launch Template Support; Creating a Compute Resource AMI.
    """

    size: Size
    mount_path: str = "/scratch"
    type: VolumeType = "gp3"
    iops: int | None = None
    throughput: int | None = None
    filesystem: Filesystem = "xfs"
    # Read once, since each reading is a call to Node.js.
    gibibytes: float = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        size = gibibytes(self.size)
        problems = Problems()
        check_volume(problems, size, self.type, self.iops, self.throughput)
        _check_place(problems, self.mount_path, self.filesystem)
        problems.raise_if_any()
        object.__setattr__(self, "gibibytes", size)


@checked
@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceStoreVolumes:
    """The NVMe disks of instances such as ``c6id``, as one: fast, free of charge, and lost with the instance.

    Several disks are striped (RAID 0). On an instance type without them the path is a folder of the root disk, so
    that types with and without may share an environment.

    Attributes:
        mount_path: The path on the instance; jobs reach it by a volume with that host path. Any user may write there.
            By default ``/instance-store``.
        docker_data_root: Whether Docker keeps its images and the containers' own files on them, so that jobs use the
            disks without a volume. By default they stay on the root disk. For environments on ECS.
        filesystem: The file system, ``xfs`` or ``ext4``; by default ``xfs``.

    Raises:
        ValueError: the path is not allowed for a disk, or the file system is unknown.

    Guide: Launch Template Support; Creating a Compute Resource AMI.
    """

    mount_path: str = "/instance-store"
    docker_data_root: bool = False
    filesystem: Filesystem = "xfs"

    def __post_init__(self) -> None:
        problems = Problems()
        _check_place(problems, self.mount_path, self.filesystem)
        problems.raise_if_any()


@checked
@dataclass(frozen=True, slots=True, kw_only=True)
class Storage:
    """Disks and swap of an instance besides its root volume. What is omitted is not made.

    The instance prepares them at each boot, before Docker and the ECS agent start, and before other user data. Errors
    are in the console output and in ``/var/log/batch-storage.log``; nobody can write to the mount path then, so that
    jobs fail at once instead of filling the root disk.

    Attributes:
        scratch: An EBS volume for scratch files.
        instance_store: The NVMe disks of the instance.
        swap: The size of a swap file on the root disk, whole MiB and less than that disk, for jobs on EC2 that set
            ``maxSwap``. Tokens pass.

    Raises:
        ValueError: nothing is asked for, or two volumes have the same mount path.

    Guide: Launch Template Support; Creating a Compute Resource AMI.
    """

    scratch: ScratchVolume | None = None
    instance_store: InstanceStoreVolumes | None = None
    swap: Size | None = None
    swap_mib: float | None = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        swap = None if self.swap is None else self.swap.to_mebibytes(rounding=SizeRoundingBehavior.NONE)
        problems = Problems()
        problems.check(
            any(each is not None for each in (self.scratch, self.instance_store, self.swap)),
            "storage needs at least one of scratch, instance_store and swap, got none: leave it out",
        )
        problems.within("swap", swap, _SWAP_MIB)
        if self.scratch is not None and self.instance_store is not None:
            check_not_nested(problems, "scratch and instance_store", self.mount_paths)
        problems.raise_if_any()
        object.__setattr__(self, "swap_mib", swap)

    @property
    def mount_paths(self) -> list[str]:
        """The mount paths of the volumes on the instance."""
        return [each.mount_path for each in (self.scratch, self.instance_store) if each is not None]

    def user_data_parts(self) -> list[UserDataPart]:
        """Return the scripts that prepare the disks, for user data; `BatchLaunchTemplate` adds them itself."""
        parts: list[UserDataPart] = []
        if (scratch := self.scratch) is not None:
            settings = {
                "DEVICE_NAME": SCRATCH_DEVICE_NAME.removeprefix("/dev/"),
                "SIZE_GIB": as_string(scratch.gibibytes),
                "MOUNT_PATH": scratch.mount_path,
                "FILESYSTEM": scratch.filesystem,
            }
            parts.append(_script("disks", "scratch_volume", settings=settings))
        if (store := self.instance_store) is not None:
            settings = {
                "MOUNT_PATH": store.mount_path,
                "FILESYSTEM": store.filesystem,
                "DOCKER_DATA": str(store.docker_data_root).lower(),
            }
            parts.append(_script("disks", "instance_store", settings=settings))
        if self.swap_mib is not None:
            parts.append(_script("disks", "swap", settings={"SWAP_MIB": as_string(self.swap_mib)}))
        return parts


def _script(*files: str, settings: Mapping[str, str]) -> BootScript:
    return BootScript(part="batch-storage", files=files, settings=settings)


def _check_place(problems: Problems, path: str, filesystem: str) -> None:
    check_mount_path(problems, path)
    problems.check(
        not known(filesystem) or filesystem in get_args(Filesystem),
        f"filesystem must be one of {', '.join(get_args(Filesystem))}, got {filesystem!r}",
    )


def check_disks(
    problems: Problems,
    storage: Storage | None,
    mounts: Collection[str],
    *,
    root_gibibytes: float = DEFAULT_ROOT_GIB,
) -> None:
    """Add a problem if a mount has a wrong path or hides another, or if the swap does not fit on the root disk."""
    for path in mounts:
        check_mount_path(problems, path, "the path of mounts")
    disks = [] if storage is None else storage.mount_paths
    check_not_nested(problems, "mounts and storage", [*mounts, *disks])
    swap = None if storage is None else storage.swap_mib
    if swap is not None and known([swap, root_gibibytes]):
        problems.check(
            swap < root_gibibytes * 1024,
            "the swap of storage must be smaller than the root disk that holds it, got "
            f"{swap:g} MiB of {root_gibibytes:g} GiB: enlarge root_volume_size",
        )
