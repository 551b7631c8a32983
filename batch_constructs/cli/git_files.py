"""Files in a revision of git."""

from __future__ import annotations

import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from batch_constructs.cli.failing import reason

if TYPE_CHECKING:
    from collections.abc import Iterator

_PREFIX = "git:"


class NotInGitError(Exception):
    """An error for a file that git does not have, or that it cannot be asked for."""


@contextmanager
def checked_out(path: str) -> Iterator[Path]:
    """Yield the path itself; for ``git:REVISION:PATH``, a temporary file with that content.

    Args:
        path: The user's path; ``PATH`` is relative to the top of the repository, or with ``./`` to the current folder.

    Raises:
        NotInGitError: git has no such file, or cannot be run.
    """
    if not path.startswith(_PREFIX):
        yield Path(path)
        return
    name = path.removeprefix(_PREFIX)
    try:
        done = subprocess.run(  # noqa: S603 - no shell, and no option can hide in the name
            ["git", "show", "--end-of-options", name],  # noqa: S607 - the user's own git
            capture_output=True,
            check=False,
        )
    except OSError as error:
        raise NotInGitError(f"{path}: git cannot be run ({reason(error)})") from error
    if done.returncode:
        raise NotInGitError(f"{path}: {done.stderr.decode(errors='replace')}")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, Path(name).name)
        file.write_bytes(done.stdout)
        yield file
