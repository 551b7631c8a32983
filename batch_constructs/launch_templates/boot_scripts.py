"""Parts of user data that are ours: shell kept in files of its own, run at each boot."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from batch_constructs.launch_templates.mounts import Mount

__all__ = ["BootScript", "mount_script", "shell"]


@dataclass(frozen=True, slots=True, kw_only=True)
class BootScript:
    """Some of our shell files with their settings.

    A boothook, since those run at every boot and before Docker starts, which waits for the network to be online;
    scripts of other types run much later, when Docker keeps its files open on the root disk.

    Args:
        part: What it calls itself in the console and in its log, ``/var/log/PART.log``.
        files: Which shell files, by name, in order; ``common`` comes first by itself.
        settings: Variables that they read.
        calls: Functions of theirs to call, each with its arguments.
    """

    part: str
    files: Sequence[str]
    settings: Mapping[str, str] = field(default_factory=dict)
    calls: Sequence[Sequence[str]] = ()
    content_type: ClassVar[str] = "text/cloud-boothook"

    def body(self) -> str:
        """The script; every value is quoted, so that it arrives as it is."""
        settings = [
            f"{key}={shlex.quote(value)}"
            for key, value in ({"PART": self.part} | dict(self.settings)).items()
        ]
        calls = [shlex.join(call) for call in self.calls]
        return "\n".join(["#!/bin/bash", *settings, *map(shell, ("common", *self.files)), *calls])


def mount_script(mounts: Mapping[str, Mount]) -> BootScript:
    """One script for all mounts: their shell is in user data once.

    Args:
        mounts: What to mount, by where.
    """
    return BootScript(
        part="batch-mounts",
        files=["retry", "no_jobs", "mounts"],
        calls=[mount.call(path) for path, mount in mounts.items()],
    )


@cache
def shell(name: str) -> str:
    """The text of one of our shell files.

    Args:
        name: Without its ending.
    """
    return (files(__package__) / "shell" / f"{name}.sh").read_text(encoding="utf-8")
