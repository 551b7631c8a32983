"""Files that only their owner may read: logs and jobs can hold secrets."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Literal, TextIO

if TYPE_CHECKING:
    from pathlib import Path


def private_file(path: Path, mode: Literal["a", "w"]) -> TextIO:
    """Open a file to write text; a new one can be read by its owner only."""
    return open(path, mode, encoding="utf-8", newline="\n", opener=_private)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
