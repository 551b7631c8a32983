"""Collects all problems of one call, so that a single error lists them all."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Self

from batch_constructs._border.tokens import known
from batch_constructs.facts import limits, patterns

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from batch_constructs.facts.patterns import Pattern
    from batch_constructs.facts.ranges import Range


class Problems:
    """The problems of one call.

    A message has the rule, the value and the remedy, in lower case and without a full stop::

        problems = Problems()
        problems.check(min_vcpus <= max_vcpus, f"max_vcpus must be at least min_vcpus, got …")
        problems.raise_if_any()
    """

    __slots__ = ("_messages",)

    def __init__(self) -> None:
        self._messages: list[str] = []

    def __enter__(self) -> Self:
        """Begin a block that collects the `ValueError` of values created in it, and raises all problems at its end."""
        return self

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> None:
        """Raise all problems as one error, if there are any."""
        if isinstance(error, ValueError):
            self.add(*str(error).splitlines())
        if error is None or isinstance(error, ValueError):
            self.raise_if_any()

    def check(self, holds: bool, message: str) -> None:  # noqa: FBT001 - reads like an assertion
        """Add the message unless the rule holds."""
        if not holds:
            self._messages.append(message)

    def add(self, *messages: str) -> None:
        """Add messages of problems that were found elsewhere."""
        self._messages.extend(messages)

    def within(self, name: str, value: float | None, limit: Range) -> None:
        """Add a problem for a literal number outside its range; ``None`` and tokens pass."""
        if value is not None and known(value):
            self._add_if_any(limit.problem(name, value))

    def matches(self, name: str, value: str | None, pattern: Pattern) -> None:
        """Add a problem for a literal string of another form; ``None`` and tokens pass."""
        if value is not None and known(value):
            self._add_if_any(pattern.problem(name, value))

    def tags(self, name: str, tags: Mapping[str, str]) -> None:
        """Add a problem for tags that AWS would refuse: too many, reserved keys, keys or values that are too long."""
        self.within(f"the number of {name}", len(tags), limits.TAGS)
        for key, value in tags.items():
            self.matches(f"the tag key {key!r}", key, patterns.TAG_KEY)
            # Tags become a map in templates and in JavaScript, where these keys have a special meaning.
            self.check(
                key not in {"Ref", "__proto__"} and not key.startswith("Fn::"),
                f"a tag key must not be Ref, Fn::… or __proto__, which templates cannot carry, got {key!r}",
            )
            if known(value):
                self.within(f"the length of the tag {key!r}", len(value), limits.TAG_VALUE_LENGTH)

    def _add_if_any(self, message: str | None) -> None:
        if message is not None:
            self._messages.append(message)

    def raise_if_any(self) -> None:
        """Raise all problems as one error.

        Raises:
            ValueError: there is at least one problem; one line for each.
        """
        if self._messages:
            raise ValueError("\n".join(self._messages)) from None


def did_you_mean(word: str, words: Iterable[str]) -> str:
    """Return `` (did you mean 'c6i.large'?)`` if a known word is similar, else an empty string."""
    close = get_close_matches(word, words, n=1, cutoff=0.75)
    return f" (did you mean {close[0]!r}?)" if close else ""
