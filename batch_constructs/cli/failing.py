"""The end of a command that cannot do its work."""

from __future__ import annotations

import sys
from difflib import get_close_matches
from typing import TYPE_CHECKING, NoReturn

import click

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["EXIT_UNREADABLE", "did_you_mean", "fail", "reason"]

EXIT_UNREADABLE = 2
"""The exit status when nothing was done."""


def fail(message: str) -> NoReturn:
    """End with one line and exit status 2."""
    click.echo(f"error: {' '.join(message.split())}", err=True)
    sys.exit(EXIT_UNREADABLE)


def reason(error: OSError) -> str:
    """Return the system's message in the style of the others: ``no such file or directory``."""
    return (error.strerror or str(error)).lower()


def did_you_mean(word: str, words: Iterable[str]) -> str:
    """Return `` (did you mean 'select'?)``, or an empty string if no word is similar."""
    near = get_close_matches(word, list(words), n=1, cutoff=0.6)
    return f" (did you mean {near[0]!r}?)" if near else ""
