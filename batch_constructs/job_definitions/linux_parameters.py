"""What a container on an instance asks of the Linux kernel."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from typing import TYPE_CHECKING

from aws_cdk import aws_batch as batch

from batch_constructs._border.arguments import checked
from batch_constructs._border.problems import Problems, did_you_mean
from batch_constructs._border.tokens import known, mebibytes
from batch_constructs.facts import limits, vocabulary
from batch_constructs.facts.vocabulary import DevicePermission, UlimitName

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk import Size
    from jsii import Number

__all__ = ["Device", "LinuxParameters", "Tmpfs", "Ulimit", "linux_parameters_property", "ulimit_properties"]

_L1 = batch.CfnJobDefinition
_UNLIMITED = -1


@checked
@dataclass(frozen=True, slots=True)
class Device:
    """A device of the instance that the container sees.

    Guide: Job Definition Parameters (linuxParameters).

    Attributes:
        host_path: Where it is on the instance: ``/dev/fuse``.
        container_path: Where the container sees it. By default at the same place.
        permissions: What the container may do with it. By default read, write and make nodes.

    Raises:
        ValueError: the path on the instance is empty.
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
    """A directory in memory. What is in it counts as memory of the job.

    Guide: Job Definition Parameters (linuxParameters).

    Attributes:
        container_path: Where the container sees it.
        size: How large it may get, at least 1 MiB.
        mount_options: Options of ``mount`` such as ``"noexec"`` or ``"mode=1777"``. By default those of Docker.

    Raises:
        ValueError: a path that is not absolute, or an option that tmpfs does not know.
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

    Guide: Job Definition Parameters (ulimits).

    Attributes:
        name: Which limit.
        soft_limit: What counts, from 0; ``-1`` for no limit.
        hard_limit: How far processes may raise the soft limit, at least as far as it; ``-1`` for as far as they like.
            By default they may not.

    Raises:
        ValueError: the soft limit is above the hard one.
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

    @staticmethod
    def unlimited(name: UlimitName) -> Ulimit:
        """No limit: what MPI and NCCL want for locked memory.

        Args:
            name: Which limit, such as ``UlimitName.MEMLOCK``.
        """
        return Ulimit(name, soft_limit=_UNLIMITED, hard_limit=_UNLIMITED)


@checked
@dataclass(frozen=True, slots=True, kw_only=True)
class LinuxParameters:
    """Devices, memory and the init process of a container on an instance.

    Guide: Job Definition Parameters (linuxParameters).

    Attributes:
        init_process_enabled: Whether an init process hands on signals and reaps processes, as ``docker run --init``
            does. By default the command is process 1, which gets no signal that it does not handle.
        shared_memory_size: Size of ``/dev/shm``, in whole MiB. By default 64 MiB, which frameworks such as PyTorch
            outgrow.
        tmpfs: Directories in memory. By default none.
        devices: Devices of the instance that the container sees. By default none; GPUs need none.
        max_swap: How much a container may swap, in whole MiB; 0 for not at all. The instance must have swap, as with
            ``Storage(swap=…)``. By default AWS Batch decides.
        swappiness: How willingly it swaps, 0 to 100. Required beside a ``max_swap`` of more than 0; without
            ``max_swap`` it has no effect. By default AWS decides.

    Raises:
        ValueError: swappiness outside its range or missing beside ``max_swap``, or two directories at one path.
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
            "swappiness must be given beside max_swap, AWS refuses the one without the other, got none: write "
            "swappiness=60, the default of Linux",
        )
        paths = [each.container_path for each in self.tmpfs]
        twice = sorted({path for path in paths if paths.count(path) > 1})
        problems.check(not twice, f"tmpfs must have a path of its own each, got {', '.join(twice)} twice")
        problems.raise_if_any()


def linux_parameters_property(
    parameters: LinuxParameters | None,
) -> batch.CfnJobDefinition.LinuxParametersProperty | None:
    """For ``LinuxParameters`` of any container on ECS."""
    if parameters is None or parameters == LinuxParameters():
        return None
    return _L1.LinuxParametersProperty(
        init_process_enabled=parameters.init_process_enabled,
        shared_memory_size=mebibytes(parameters.shared_memory_size),
        max_swap=mebibytes(parameters.max_swap),
        swappiness=_swappiness(parameters),
        devices=[
            _L1.DeviceProperty(
                host_path=each.host_path,
                container_path=each.container_path,
                permissions=[permission.value for permission in each.permissions],
            )
            for each in parameters.devices
        ]
        or None,
        tmpfs=[
            _L1.TmpfsProperty(
                container_path=each.container_path,
                size=each.size.to_mebibytes(),
                mount_options=list(each.mount_options) or None,
            )
            for each in parameters.tmpfs
        ]
        or None,
    )


def _swappiness(parameters: LinuxParameters) -> Number | None:
    """How willingly a container swaps. One that never swaps needs a value, too: AWS asks for it beside MaxSwap."""
    never = parameters.swappiness is None and parameters.max_swap is not None
    return 0 if never else parameters.swappiness


def ulimit_properties(ulimits: Sequence[Ulimit]) -> list[batch.CfnJobDefinition.UlimitProperty] | None:
    """For ``Ulimits`` of any container on ECS."""
    return [
        _L1.UlimitProperty(
            name=each.name.value,
            soft_limit=each.soft_limit,
            hard_limit=each.soft_limit if each.hard_limit is None else each.hard_limit,
        )
        for each in ulimits
    ] or None
