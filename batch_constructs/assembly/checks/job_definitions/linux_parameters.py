"""A container's settings of the Linux kernel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch_constructs.assembly.checks import Finding, Severity, misspelt, outside, rule
from batch_constructs.assembly.template import is_known
from batch_constructs.facts import limits, vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_constructs.assembly.template.resources.containers import Device, LinuxParameters, Tmpfs, Ulimit

CHAPTER = "Job Definition Parameters"

ERROR, WARNING = Severity.ERROR, Severity.WARNING


@rule("LNX-01", severity=ERROR, remedy="name a kernel limit, with the soft limit at most the hard limit")
def ulimits(ulimit: Ulimit) -> Iterator[Finding]:
    """A ulimit must have a name that Docker supports, and a soft limit of at most its hard limit."""
    name, soft, hard = ulimit.name, ulimit.soft_limit, ulimit.hard_limit
    if is_known(name) and name not in vocabulary.ULIMIT_NAMES:
        every = ", ".join(sorted(vocabulary.ULIMIT_NAMES))
        yield Finding(ulimit, f"Name must be one of {every}, got {name!r}", at="Name")
    # -1 means unlimited.
    if is_known(soft) and is_known(hard) and hard >= 0 and (soft > hard or soft < 0):
        yield Finding(ulimit, f"SoftLimit must be at most HardLimit, got {soft} and {hard}", at="SoftLimit")
    for member in ("Name", "SoftLimit", "HardLimit"):
        if ulimit.omits(member):
            yield Finding(ulimit, f"a ulimit needs {member}, got none")


@rule("LNX-02", severity=ERROR, remedy="give HostPath, and READ, WRITE or MKNOD as permissions")
def devices(device: Device) -> Iterator[Finding]:
    """A device must have a path on the instance, and permissions among read, write and mknod."""
    if device.omits("HostPath"):
        yield Finding(device, "a device needs HostPath, got none")
    for index, permission in enumerate(device.permissions):
        yield from misspelt(vocabulary.DevicePermission, device, f"Permissions[{index}]", permission)


@rule("LNX-03", severity=ERROR, remedy="give ContainerPath, Size in MiB, and options of mount")
def tmpfs_mounts(mount: Tmpfs) -> Iterator[Finding]:
    """A mount in memory must have a path, a size of at least 1 MiB, and valid mount options."""
    for member in ("ContainerPath", "Size"):
        if mount.omits(member):
            yield Finding(mount, f"a tmpfs mount needs {member}, got none")
    yield from outside(limits.TMPFS_MIB, mount, "Size", mount.size)
    for index, option in enumerate(mount.mount_options):
        if is_known(option) and option.partition("=")[0] not in vocabulary.TMPFS_MOUNT_OPTIONS:
            yield Finding(
                mount, f"MountOptions must be options of tmpfs, got {option!r}", at=f"MountOptions[{index}]"
            )


@rule("LNX-04", severity=ERROR, remedy="give 0 for no swap, or a number of MiB")
def max_swap(parameters: LinuxParameters) -> Iterator[Finding]:
    """The swap of a container must be 0 or more MiB."""
    yield from outside(limits.MAX_SWAP_MIB, parameters, "MaxSwap", parameters.max_swap)


@rule("LNX-05", severity=ERROR, remedy="choose 0 to 100, and give both MaxSwap and Swappiness")
def swappiness(parameters: LinuxParameters) -> Iterator[Finding]:
    """Swappiness must be 0 to 100; it is required with swap, and has no effect without."""
    yield from outside(limits.SWAPPINESS, parameters, "Swappiness", parameters.swappiness)
    if parameters.gives("Swappiness") and parameters.omits("MaxSwap"):
        message = "Swappiness is ignored without MaxSwap"
        yield Finding(parameters, message, at="Swappiness", severity=WARNING)
    # AWS's answer to a MaxSwap of 0 without Swappiness is not known.
    if parameters.omits("Swappiness") and is_known(parameters.max_swap) and parameters.max_swap > 0:
        message = f"MaxSwap needs Swappiness, got {parameters.max_swap} alone"
        yield Finding(parameters, message, at="MaxSwap")
