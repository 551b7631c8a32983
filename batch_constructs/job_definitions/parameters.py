"""Placeholders in commands, which parameters fill when a job is submitted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch_constructs._border.tokens import known
from batch_constructs.facts import patterns

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["placeholders"]


def placeholders(commands: Iterable[Sequence[str] | None]) -> frozenset[str]:
    """The names in the words ``Ref::name`` of commands. What is inside a longer word, or a token, is not told.

    Args:
        commands: Of each container one.
    """
    words = (word for command in commands for word in command or () if known(word))
    found = (patterns.PLACEHOLDER.fullmatch(word) for word in words)
    return frozenset(match[1] for match in found if match is not None)
