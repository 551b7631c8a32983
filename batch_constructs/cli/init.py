"""Projects to start from: templates of files with the name of the project.

Guide: Setting Up with AWS Batch.
"""

from __future__ import annotations

import re
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from importlib.resources.abc import Traversable

__all__ = ["KINDS", "NotEmptyError", "NotNamedError", "write"]

KINDS = ("platform", "nextflow", "etl")
"""The kinds of projects."""

# The names that CloudFormation accepts for stacks.
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,100}")


class NotNamedError(Exception):
    """An error for a folder whose name cannot be that of a stack."""


class NotEmptyError(Exception):
    """An error for a folder that already has a file of the project."""


def write(kind: str, folder: Path) -> list[Path]:
    """Write a project into a folder, use the folder's name for it, and return the files.

    Args:
        kind: One of `KINDS`.
        folder: The folder, which is created if needed; nothing in it is overwritten.

    Raises:
        NotNamedError: the folder's name cannot be that of a stack.
        NotEmptyError: one of the files exists already; then none is written.
        OSError: a file cannot be written.
    """
    name = folder.resolve().name
    if not _NAME.fullmatch(name):
        raise NotNamedError(
            f"the folder names the project, and must begin with a letter and have letters, digits, - and _ only, got {name!r}"
        )
    values = {
        "@PROJECT@": name,
        "@STACK@": name.replace("_", "-"),
        "@VERSION@": version("batch-constructs"),
    }
    home = files(__package__) / "projects"
    texts = {path: text for part in ("common", kind) for path, text in _texts(home / part, Path(), values)}
    there = sorted(str(path) for path in texts if (folder / path).exists())
    if there:
        raise NotEmptyError(f"nothing was written to {folder}, since it has {', '.join(there)} already")
    for path, text in texts.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    return sorted(texts)


def _texts(place: Traversable, path: Path, values: dict[str, str]) -> Iterator[tuple[Path, str]]:
    """Yield each file below a place with its text; names end in .txt, so that tools do not treat them as source."""
    for each in place.iterdir():
        here = path / each.name.replace("dot-", ".", 1).removesuffix(".txt")
        if each.is_dir():
            yield from _texts(each, here, values)
            continue
        text = each.read_text(encoding="utf-8")
        for placeholder, value in values.items():
            text = text.replace(placeholder, value)
        yield here, text
