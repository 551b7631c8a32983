"""The inputs of commands: a path, standard input, or a file in a revision of git."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from batch_constructs.cli.failing import fail

if TYPE_CHECKING:
    from pathlib import Path

    from batch_constructs.assembly.template import BatchModel

__all__ = ["STANDARD_INPUT", "read_git", "read_path"]

STANDARD_INPUT = "-"


def read_path(path: Path) -> BatchModel:
    """Read a template, a ``cdk.out`` folder or a folder of templates; ``-`` is a template on standard input."""
    from batch_constructs.assembly.template import UnreadableInputError, read, read_bytes  # noqa: PLC0415 - costs 30 ms

    try:
        if str(path) == STANDARD_INPUT:
            return read_bytes(sys.stdin.buffer.read(), "standard input")
        return read(path)
    except UnreadableInputError as error:
        fail(str(error))


def read_git(path: str) -> BatchModel:
    """Read a path as `read_path` does, or ``git:REVISION:PATH``."""
    from batch_constructs.cli import git_files  # noqa: PLC0415 - costs 10 ms

    try:
        with git_files.checked_out(path) as file:
            return read_path(file)
    except git_files.NotInGitError as error:
        fail(str(error))
