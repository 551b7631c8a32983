"""Settings of the Linux kernel for a container on an instance."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from typing import TYPE_CHECKING, Any

from batch_constructs._border.arguments import checked
from batch_constructs._border.problems import Problems, did_you_mean
from batch_constructs._border.spelling import given
from batch_constructs._border.tokens import known, mebibytes
from batch_constructs.facts import limits, vocabulary
from batch_constructs.facts.vocabulary import DevicePermission, UlimitName

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk import Size
    from jsii import Number

__all__ = ["Device", "LinuxParameters", "Tmpfs", "Ulimit"]

_UNLIMITED = -1


@checked
@dataclass(frozen=True, slots=True)
class Device:
    """A device of the instance that the container sees.

    Attributes:
        host_path: The path on the instance: ``/dev/fuse``.
        container_path: The path in the container. By default the same path.
        permissions: The permissions of the container. By default read, write and make nodes.

    Raises:
        ValueError: the path on the instance is empty.

    Guide: Job Definition Parameters (linuxParameters).
    """

    host_path: str
    _: KW_ONLY
    container_path: str | None = None
    permissions: Sequence[DevicePermission] = tuple(DevicePermission)

    def __post_init__(self) -> None:
        if not self.host_path:
            raise ValueError("host_path must name a device of the instance, such as /dev/fuse, got ''")


@checked
@dataclass(frozen=True, slots=True)
class Tmpfs:
    """A directory in memory. Its content counts as memory of the job.

    Attributes:
        container_path: The path in the container.
        size: The maximum size, at least 1 MiB.
        mount_options: Options of ``mount`` such as ``"noexec"`` or ``"mode=1777"``. By default those of Docker.

    Raises:
        ValueError: a path that is not absolute, a size below 1 MiB, or an option that tmpfs does not know.

    Guide: Job Definition Parameters (linuxParameters).
    """

    container_path: str
    _: KW_ONLY
    size: Size
    mount_options: Sequence[str] = ()

    def __post_init__(self) -> None:
        problems = Problems()
        problems.check(
            not known(self.container_path) or self.container_path.startswith("/"),
            f"container_path must be absolute, such as /tmp, got {self.container_path!r}",
        )
        problems.within("size", mebibytes(self.size), limits.TMPFS_MIB)
        for option in self.mount_options:
            name = option.partition("=")[0]
            problems.check(
                not known(option) or name in vocabulary.TMPFS_MOUNT_OPTIONS,
                f"mount_options must be options of tmpfs such as noexec or mode=1777, got {option!r}"
                f"{did_you_mean(name, vocabulary.TMPFS_MOUNT_OPTIONS)}",
            )
        problems.raise_if_any()


@checked
@dataclass(frozen=True, slots=True)
class Ulimit:
    """A limit of the kernel for the processes of the container.

    Attributes:
        name: The name of the limit.
        soft_limit: The limit that applies, from 0; ``-1`` for no limit.
        hard_limit: The value up to which processes may raise the soft limit, at least as high; ``-1`` for no limit. By
            default they may not raise it.

    Raises:
        ValueError: the soft limit is above the hard one.

    Guide: Job Definition Parameters (ulimits).
    """

    name: UlimitName
    _: KW_ONLY
    soft_limit: Number
    hard_limit: Number | None = None

    def __post_init__(self) -> None:
        soft, hard = self.soft_limit, self.hard_limit
        if hard is None or not known(soft) or not known(hard) or hard == _UNLIMITED:
            return
        if soft > hard or soft == _UNLIMITED:
            raise ValueError(f"soft_limit must be at most hard_limit, got {soft} and {hard} for {self.name}")

    def _members(self) -> dict[str, Any]:
        hard = self.soft_limit if self.hard_limit is None else self.hard_limit
        return given(name=self.name, softLimit=self.soft_limit, hardLimit=hard)

    @staticmethod
    def unlimited(name: UlimitName) -> Ulimit:
        """Return a limit that is switched off, as MPI and NCCL need for locked memory.

        Args:
            name: The name of the limit, such as ``UlimitName.MEMLOCK``.
        """
        return Ulimit(name, soft_limit=_UNLIMITED, hard_limit=_UNLIMITED)


@checked
@dataclass(frozen=True, slots=True, kw_only=True)
class LinuxParameters:
    """Devices, memory and the init process of a container on an instance.

    Attributes:
        init_process_enabled: Whether an init process forwards signals and reaps processes, as by ``docker run --init``.
            By default the command is process 1, which gets no signal that it does not handle.
        shared_memory_size: Size of ``/dev/shm``, in whole MiB. By default 64 MiB, which frameworks such as PyTorch
            outgrow.
        tmpfs: Directories in memory. By default none.
        devices: Devices of the instance that the container sees. By default none; GPUs need none.
        max_swap: The most that a container may swap, in whole MiB; 0 for no swap. The instance must have swap, as by
            ``Storage(swap=…)``. By default AWS Batch decides.
        swappiness: How readily it swaps, 0 to 100. Required with a ``max_swap`` above 0; without ``max_swap`` it has no
            effect. By default AWS decides.

    Raises:
        ValueError: swappiness is out of range or missing with ``max_swap``, or two directories have one path.

    Guide: Job Definition Parameters (linuxParameters).
    """

    init_process_enabled: bool | None = None
    shared_memory_size: Size | None = None
    tmpfs: Sequence[Tmpfs] = ()
    devices: Sequence[Device] = ()
    max_swap: Size | None = None
    swappiness: Number | None = None

    def __post_init__(self) -> None:
        problems = Problems()
        problems.within("swappiness", self.swappiness, limits.SWAPPINESS)
        problems.check(
            self.max_swap is None or self.swappiness is not None or mebibytes(self.max_swap) == 0,
            "swappiness must be given with max_swap, since AWS refuses one without the other, got none: write "
            "swappiness=60, the default of Linux",
        )
        paths = [each.container_path for each in self.tmpfs]
        twice = sorted({path for path in paths if paths.count(path) > 1})
        problems.check(not twice, f"each tmpfs must have its own path, got {', '.join(twice)} twice")
        problems.raise_if_any()

    def _members(self) -> dict[str, Any]:
        # AWS requires a swappiness with maxSwap, even for a container that never swaps.
        never = self.swappiness is None and self.max_swap is not None
        return given(
            initProcessEnabled=self.init_process_enabled,
            sharedMemorySize=self.shared_memory_size,
            tmpfs=self.tmpfs,
            devices=self.devices,
            maxSwap=self.max_swap,
            swappiness=0 if never else self.swappiness,
        )
