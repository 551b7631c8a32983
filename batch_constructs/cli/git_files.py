"""Files as they stand in a revision of git."""

from __future__ import annotations

import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from batch_constructs.cli.failing import reason

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_PREFIX = "git:"


@contextmanager
def checked_out(path: str, fail: Callable[[str], NoReturn]) -> Iterator[Path]:
    """The path itself; for ``git:REVISION:PATH`` a temporary file with that content.

    Args:
        path: what the user wrote; ``PATH`` counts from the top of the repository, or from here after ``./``.
        fail: called with one sentence if git has no such file.
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
        fail(f"{path}: git cannot be run ({reason(error)})")
    if done.returncode:
        fail(f"{path}: {done.stderr.decode(errors='replace')}")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, Path(name).name)
        file.write_bytes(done.stdout)
        yield file
