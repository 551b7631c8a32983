"""Where on an instance something may be mounted."""

from __future__ import annotations

import re
from itertools import combinations
from typing import TYPE_CHECKING

from batch_constructs._border.tokens import known

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from batch_constructs._border.problems import Problems
    from batch_constructs.launch_templates.storage import Storage

__all__ = [
    "DEFAULT_ROOT_GIB",
    "check_beside_each_other",
    "check_disks",
    "check_mount_path",
    "check_own_folder",
]

DEFAULT_ROOT_GIB = 100
"""The size of a root disk that nobody chose."""

_MOUNT_PATH = re.compile(r"(/[A-Za-z0-9_][A-Za-z0-9_.-]*)+")
# A volume over one of these hides what the instance boots from, or what Docker keeps.
_TAKEN = re.compile(
    r"/(bin|boot|dev|etc|home|lib|lib64|proc|root|run|sbin|sys|usr|var(/lib(/docker(/.*)?)?)?)"
)

# What images of jobs keep their own things in: a container that mounts one of these loses them.
_IMAGES_OWN = frozenset({"", "/etc", "/home", "/lib", "/opt", "/root", "/srv", "/usr", "/usr/local", "/var"})


def check_mount_path(problems: Problems, path: str, name: str = "mount_path") -> None:
    """Note a path that is none, or that hides what the instance needs; tokens pass."""
    if not known(path):
        return
    problems.check(
        _MOUNT_PATH.fullmatch(path) is not None,
        f"{name} must be absolute, of letters, digits, dots, dashes and underscores, as in /scratch, got {path!r}",
    )
    problems.check(
        _TAKEN.fullmatch(path) is None,
        f"{name} must not hide what the instance needs, got {path!r}: take one of its own, as in /scratch",
    )


def check_beside_each_other(problems: Problems, names: str, paths: Sequence[str]) -> None:
    """Note two paths of which one lies in the other; tokens pass."""
    for one, other in combinations(filter(known, paths), 2):
        problems.check(
            not f"{one}/".startswith(f"{other}/") and not f"{other}/".startswith(f"{one}/"),
            f"{names} need mount paths beside each other, got {one!r} and {other!r}: one would hide the other",
        )


def check_disks(
    problems: Problems,
    storage: Storage | None,
    mounts: Collection[str],
    *,
    root_gibibytes: float = DEFAULT_ROOT_GIB,
) -> None:
    """Note mounts at paths that are none, or that hide something, and swap that does not fit on the root disk."""
    for path in mounts:
        check_mount_path(problems, path, "the path of mounts")
    disks = [] if storage is None else storage.mount_paths
    check_beside_each_other(problems, "mounts and storage", [*mounts, *disks])
    swap = None if storage is None else storage.swap_mib
    if swap is not None and known([swap, root_gibibytes]):
        problems.check(
            swap < root_gibibytes * 1024,
            "the swap of storage must be smaller than the root disk that it lies on, got "
            f"{swap:g} MiB of {root_gibibytes:g} GiB: enlarge root_volume_size",
        )


def check_own_folder(problems: Problems, name: str, folder: str) -> None:
    """Add a problem for a folder that would hide a part of every image, as containers mount all of it.

    Args:
        problems: Where to add it.
        name: The argument that says the folder.
        folder: What is mounted; tokens pass.
    """
    problems.check(
        not known(folder) or folder not in _IMAGES_OWN,
        f"{name} must be in a folder that images do not have, as /opt/aws-cli, got {folder or '/'}: containers mount "
        "all of it over their own",
    )
