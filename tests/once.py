"""Work that a test run does once with pytest-xdist: by the first worker that needs it."""

from __future__ import annotations

import fcntl
import json
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import pytest


def folder_of_run(factory: pytest.TempPathFactory) -> Path:
    """Return a folder that all workers of this run share."""
    run = factory.getbasetemp()
    # Each worker has a folder of its own in that of the run.
    return run.parent if "PYTEST_XDIST_WORKER" in os.environ else run


def once(folder: Path, name: str, make: Callable[[], Any]) -> Any:
    """Return the result that `make` gave the first caller with this name; it must be JSON."""
    made = folder / f"{name}.json"
    with locked(folder / f"{name}.lock"):
        if not made.exists():
            made.write_text(json.dumps(make()))
    return json.loads(made.read_text())


@contextmanager
def locked(file: Path) -> Iterator[None]:
    """Let one process at a time into the block."""
    with file.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
