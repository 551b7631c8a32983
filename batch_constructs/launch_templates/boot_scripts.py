"""Parts of user data that this library writes: shell files that run at each boot."""

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
    """Some shell files of this library, with their settings.

    It is a boothook that waits for the network: boothooks run at every boot and before Docker starts. Scripts of other
    types run much later, when Docker keeps its files open on the root disk.

    Attributes:
        part: Its name in the console and in its log, ``/var/log/PART.log``.
        files: The names of the shell files, in order; ``common`` is added first.
        settings: Variables that the files read.
        calls: Functions of the files to call, each with its arguments.
    """

    part: str
    files: Sequence[str]
    settings: Mapping[str, str] = field(default_factory=dict)
    calls: Sequence[Sequence[str]] = ()
    content_type: ClassVar[str] = "text/cloud-boothook"

    def body(self) -> str:
        """Return the script; every value is quoted, so that it arrives as it is."""
        settings = [
            f"{key}={shlex.quote(value)}"
            for key, value in ({"PART": self.part} | dict(self.settings)).items()
        ]
        calls = [shlex.join(call) for call in self.calls]
        return "\n".join(["#!/bin/bash", *settings, *map(shell, ("common", *self.files)), *calls])


def mount_script(mounts: Mapping[str, Mount]) -> BootScript:
    """Return one script for all mounts, so that their shell functions are in user data only once.

    Args:
        mounts: What to mount, by path.
    """
    return BootScript(
        part="batch-mounts",
        files=["retry", "no_jobs", "mounts"],
        calls=[mount.call(path) for path, mount in mounts.items()],
    )


@cache
def shell(name: str) -> str:
    """Return the text of one of this library's shell files.

    Args:
        name: The file's name without its suffix.
    """
    return (files(__package__) / "shell" / f"{name}.sh").read_text(encoding="utf-8")
