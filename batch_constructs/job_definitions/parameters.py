"""Words of commands, and the placeholders in them, which parameters replace when a job is submitted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch_constructs._border.tokens import known
from batch_constructs.facts import patterns

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from batch_constructs._border.problems import Problems

__all__ = ["check_command", "placeholders"]


def placeholders(commands: Iterable[Sequence[str] | None]) -> frozenset[str]:
    """Return the names in the words ``Ref::name`` of commands, except inside longer words and tokens.

    Args:
        commands: The command of each container.
    """
    words = (word for command in commands for word in command or () if known(word))
    found = (patterns.PLACEHOLDER.fullmatch(word) for word in words)
    return frozenset(match[1] for match in found if match is not None)


def check_command(problems: Problems, command: Sequence[str] | None) -> None:
    """Add a problem for each empty word, which AWS Batch refuses."""
    for index, word in enumerate(command or ()):
        problems.check(word != "", f"command must not hold an empty string, got one at index {index}")
