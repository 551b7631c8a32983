"""Paths on an instance where something may be mounted."""

from __future__ import annotations

import re
from itertools import combinations
from typing import TYPE_CHECKING

from batch_constructs._border.tokens import known

if TYPE_CHECKING:
    from collections.abc import Sequence

    from batch_constructs._border.problems import Problems

__all__ = [
    "DEFAULT_ROOT_GIB",
    "check_mount_path",
    "check_not_nested",
    "check_own_folder",
]

DEFAULT_ROOT_GIB = 100
"""The default size of a root disk."""

_MOUNT_PATH = re.compile(r"(/[A-Za-z0-9_][A-Za-z0-9_.-]*)+")
# A volume at one of these paths hides files that the instance boots from, or that Docker keeps.
_TAKEN = re.compile(
    r"/(bin|boot|dev|etc|home|lib|lib64|proc|root|run|sbin|sys|usr|var(/lib(/docker(/.*)?)?)?)"
)

# Images of jobs have their own files in these folders: a container that mounts one of them loses those.
_IMAGES_OWN = frozenset({"", "/etc", "/home", "/lib", "/opt", "/root", "/srv", "/usr", "/usr/local", "/var"})


def check_mount_path(problems: Problems, path: str, name: str = "mount_path") -> None:
    """Add a problem if a path is not absolute or hides what the instance needs; tokens pass."""
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


def check_not_nested(problems: Problems, names: str, paths: Sequence[str]) -> None:
    """Add a problem if one path is inside another; tokens pass."""
    for one, other in combinations(filter(known, paths), 2):
        problems.check(
            not f"{one}/".startswith(f"{other}/") and not f"{other}/".startswith(f"{one}/"),
            f"{names} need mount paths next to each other, got {one!r} and {other!r}: one would hide the other",
        )


def check_own_folder(problems: Problems, name: str, folder: str) -> None:
    """Add a problem if a folder is part of every image: containers that mount it lose their own files there.

    Args:
        problems: Where to add it.
        name: The argument that has the folder.
        folder: The folder that containers mount; tokens pass.
    """
    problems.check(
        not known(folder) or folder not in _IMAGES_OWN,
        f"{name} must be in a folder that images do not have, as /opt/aws-cli, got {folder or '/'}: containers mount "
        "all of it over their own",
    )
