"""A message on the terminal while something takes longer than a second."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from threading import Timer
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["progress"]

_PATIENCE = 1.0  # seconds
_ERASE = "\r\x1b[K"


@contextmanager
def progress(words: str) -> Iterator[None]:
    """Show what is being done after one second, and erase it at the end; do nothing if stderr is no terminal."""
    if not sys.stderr.isatty():
        yield
        return
    said: list[str] = []

    def say() -> None:
        said.append(words)
        sys.stderr.write(f"{words} …")
        sys.stderr.flush()

    timer = Timer(_PATIENCE, say)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()
        if said:
            sys.stderr.write(_ERASE)
            sys.stderr.flush()
