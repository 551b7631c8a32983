"""Placeholders in commands, which parameters replace when a job is submitted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch_constructs._border.tokens import known
from batch_constructs.facts import patterns

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["placeholders"]


def placeholders(commands: Iterable[Sequence[str] | None]) -> frozenset[str]:
    """Return the names in the words ``Ref::name`` of commands, except inside longer words and tokens.

    Args:
        commands: The command of each container.
    """
    words = (word for command in commands for word in command or () if known(word))
    found = (patterns.PLACEHOLDER.fullmatch(word) for word in words)
    return frozenset(match[1] for match in found if match is not None)
