"""Checks that many rules share: a number's range, a string's form, a closed set of words, a list's length."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from batch_constructs.assembly.checks._rules import Finding, Severity
from batch_constructs.assembly.template import PartialText, is_known
from batch_constructs.facts.vocabulary import word_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from enum import StrEnum

    from batch_constructs.assembly.template import Items, Unknown, View
    from batch_constructs.facts.patterns import Pattern
    from batch_constructs.facts.ranges import Range


def outside(limit: Range, where: View, at: str, value: float | Unknown | None) -> Iterator[Finding]:
    """Add a problem if a known number is out of range; a warning if the range is uncertain."""
    if is_known(value) and (problem := limit.problem(at, value)):
        yield Finding(where, problem, at=at, severity=_certainty(limit))


def malformed(form: Pattern, where: View, at: str, value: str | Unknown | None) -> Iterator[Finding]:
    """Add a problem if a string, or a known part of it, does not match its pattern; a warning if the pattern is uncertain."""
    if is_known(value) and (problem := form.problem(at, value)):
        yield Finding(where, problem, at=at, severity=_certainty(form))
    parts = [part for part in value.parts if isinstance(part, str)] if isinstance(value, PartialText) else []
    # A dynamic reference inside of a longer string is replaced by its value.
    if isinstance(value, PartialText) and any(map(form.refuses, parts)) and "{{resolve:" not in value.text:
        message = f"{at} must be {form.words}, got {value.text!r}"
        yield Finding(where, message, at=at, severity=_certainty(form))


def miscounted(limit: Range, where: View, at: str, items: Items[object]) -> Iterator[Finding]:
    """Add a problem if a list is certainly too long or too short."""
    count = len(items)
    too_many = limit.maximum is not None and count > limit.maximum
    too_few = items.given and items.complete and limit.minimum is not None and count < limit.minimum
    if too_many or too_few:
        unit = limit.unit or "entries"
        yield Finding(
            where, f"{at} must have {limit.words}, got {count} {unit}", at=at, severity=_certainty(limit)
        )


def misspelt(words: type[StrEnum], where: View, at: str, value: str | Unknown | None) -> Iterator[Finding]:
    """Add a problem if a known string is not in a closed set, ignoring case."""
    if is_known(value) and word_of(words, value) is None:
        every = [word.value for word in words]
        near = get_close_matches(value.lower(), [word.lower() for word in every], n=1, cutoff=0.75)
        hint = next((f" (did you mean {word!r}?)" for word in every if word.lower() in near), "")
        # A keyword is read in capitals; the message has what the template says.
        written = where.raw(at)
        got = written if isinstance(written, str) and written.upper() == value.upper() else value
        yield Finding(where, f"{at} must be {one_of(every)}, got {got!r}{hint}", at=at)


def one_of(words: list[str]) -> str:
    """Join words as ``A, B or C``."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def _certainty(limit: Range | Pattern) -> Severity:
    return Severity.ERROR if limit.source.certain else Severity.WARNING
