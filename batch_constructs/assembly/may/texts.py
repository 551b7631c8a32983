"""Strings with parts that the template does not say, and their comparison with the patterns of policies.

Two strings are compared for every deployment at once: *yes* if the pattern matches whatever the open parts are, *no* if
it matches for none of their values.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, TypeAlias

from batch_constructs.assembly.may.verdicts import NO, UNKNOWN, YES, all_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from batch_constructs.assembly.proofs import Verdict


@dataclass(frozen=True, slots=True)
class Hole:
    """A part of a string that the template does not say.

    Attributes:
        key: equal for parts that are the same in every deployment.
        word: its name for readers, such as ``AWS::Region``.
        kind: ``free`` for any string, even an empty one; ``part`` for one or more characters without colon and slash;
            ``own`` for a ``part`` that AWS chooses for one resource, so that no other resource has it.
        of_resource: whether it is an attribute of a resource, and so no wildcard.
    """

    key: object
    word: str
    kind: Literal["free", "part", "own"] = "free"
    of_resource: bool = False


@dataclass(frozen=True, slots=True)
class _Wild:
    """A wildcard of a pattern."""

    several: bool


Text: TypeAlias = tuple["str | Hole", ...]
"""A string, as its literal parts and holes in order."""
_Sign: TypeAlias = "str | Hole | _Wild"

_STAR, _ONE = _Wild(several=True), _Wild(several=False)
_MARKS = re.compile(r"\*|\?|\$\{[^}]*\}")
_ESCAPED = {"${*}": "*", "${?}": "?", "${$}": "$"}
_SEGMENTS = 6


def joined(parts: Iterable[str | Hole]) -> Text:
    """Return parts as one string, with adjacent literal parts merged."""
    found: list[str | Hole] = []
    for part in parts:
        if isinstance(part, str) and found and isinstance(found[-1], str):
            found[-1] += part
        elif part != "":
            found.append(part)
    return tuple(found)


def shown(text: Text) -> str:
    """Return a string for readers, with each hole as ``${…}``."""
    return "".join(part if isinstance(part, str) else f"${{{part.word}}}" for part in text)


def split(text: Text, separator: str, limit: int = -1) -> list[Text]:
    """Return the parts between the separators of the literal parts."""
    pieces: list[list[str | Hole]] = [[]]
    for part in text:
        if not isinstance(part, str):
            pieces[-1].append(part)
            continue
        left = limit - len(pieces) + 1 if limit >= 0 else -1
        first, *others = part.split(separator, left) if left else [part]
        pieces[-1].append(first)
        pieces += [[other] for other in others]
    return [joined(piece) for piece in pieces]


def matches(pattern: Text, subject: Text, *, wildcards: bool = True) -> Verdict:
    """Return whether a pattern matches a string.

    Args:
        pattern: it may have ``*``, ``?`` and variables such as ``${aws:username}``.
        subject: the string, in which these are ordinary characters.
        wildcards: whether they count in the pattern.
    """
    if pattern == ("*",) and wildcards:
        return YES
    if len(pattern) == len(subject) == 1:
        one, other = pattern[0], subject[0]
        if isinstance(one, str) and isinstance(other, str) and "${" not in one:
            return YES if _literal(one, wildcards=wildcards).fullmatch(other) else NO
    return _compared(pattern, subject, wildcards)


def arn_matches(pattern: Text, subject: Text) -> Verdict:
    """Return whether the pattern of an ARN matches an ARN; a wildcard does not reach beyond its segment."""
    if pattern == ("*",):
        return YES
    if subject == ("*",):
        return _matches_everything(pattern)
    segments = [_segments(text) for text in (pattern, subject)]
    if all(len(each) == _SEGMENTS and not _loose(each) for each in segments):
        return all_of(matches(one, other) for one, other in zip(*segments, strict=True))
    if pattern == subject:
        return YES
    return NO if matches(pattern, subject) is NO else UNKNOWN


@lru_cache(maxsize=4096)
def _segments(arn: Text) -> tuple[Text, ...]:
    """Return the six parts of an ARN, or fewer of another string."""
    return tuple(split(arn, ":", _SEGMENTS - 1))


def _matches_everything(pattern: Text) -> Verdict:
    """Return whether a pattern allows an action that supports no resources, and so needs ``*``."""
    *_, last = split(pattern, ":", _SEGMENTS - 1)
    # IAM's guide requires the wildcard alone; nobody recorded what IAM does with arn:aws:batch:*:*:*.
    return UNKNOWN if last in {("*",), ("**",)} or any(_free(part) for part in pattern) else NO


def _loose(segments: Sequence[Text]) -> bool:
    """Return whether one of the first segments may contain a colon."""
    return any(_free(part) for segment in segments[:-1] for part in segment)


def _free(part: str | Hole) -> bool:
    return isinstance(part, Hole) and part.kind == "free"


@lru_cache(maxsize=4096)
def _literal(pattern: str, *, wildcards: bool) -> re.Pattern[str]:
    expression = re.escape(pattern)
    if wildcards:
        expression = expression.replace(r"\*", ".*").replace(r"\?", ".")
    return re.compile(expression, re.DOTALL)


@lru_cache(maxsize=4096)
def _compared(pattern: Text, subject: Text, wildcards: bool) -> Verdict:  # noqa: FBT001 - a key of the cache
    left, right = tuple(_signs(pattern, wildcards=wildcards)), tuple(_signs(subject, wildcards=None))
    if _aligned(left, right, lenient=False):
        return YES
    return UNKNOWN if _aligned(left, right, lenient=True) else NO


def _signs(text: Text, *, wildcards: bool | None) -> Iterator[_Sign]:
    """Yield characters, holes and wildcards; ``wildcards`` is ``None`` for strings in which nothing is special."""
    for part in text:
        if isinstance(part, Hole) or wildcards is None:
            yield from (part,) if isinstance(part, Hole) else part
            continue
        end = 0
        for mark in _MARKS.finditer(part):
            yield from part[end : mark.start()]
            end = mark.end()
            yield from _special(mark[0], wildcards=wildcards)
        yield from part[end:]


def _special(mark: str, *, wildcards: bool) -> Iterator[_Sign]:
    if mark in _ESCAPED:
        yield _ESCAPED[mark]
    elif mark.startswith("$"):
        yield Hole(object(), mark)
    elif wildcards:
        yield _STAR if mark == "*" else _ONE
    else:
        yield mark


def _aligned(pattern: tuple[_Sign, ...], subject: tuple[_Sign, ...], *, lenient: bool) -> bool:
    """Return whether a pattern can be laid over a string: for certain, or if lenient for some values of the holes."""
    seen: set[tuple[int, int]] = set()
    todo = [(0, 0)]
    while todo:
        here = todo.pop()
        if here in seen:
            continue
        seen.add(here)
        i, j = here
        if i == len(pattern) and j == len(subject):
            return True
        one = pattern[i] if i < len(pattern) else None
        other = subject[j] if j < len(subject) else None
        todo += [(i + down, j + right) for down, right in _moves(one, other, lenient=lenient)]
    return False


def _moves(one: _Sign | None, other: _Sign | None, *, lenient: bool) -> Iterator[tuple[int, int]]:
    """Yield how far a sign of the pattern and one of the string take each other along."""
    if isinstance(one, _Wild):
        if one.several:
            yield (1, 0)
            if other is not None:
                yield (0, 1)
        elif isinstance(other, str):
            yield (1, 1)
    elif one is not None and one == other:
        yield (1, 1)
    if lenient and isinstance(one, Hole):
        yield from _taken(one, other)
    if lenient and isinstance(other, Hole):
        yield from ((down, right) for right, down in _taken(other, one))


def _taken(hole: Hole, sign: _Sign | None) -> Iterator[tuple[int, int]]:
    """Yield what a hole may stand for: nothing if it is free, or a sign of the other side, and perhaps more."""
    if hole.kind == "free":
        yield (1, 0)
    if sign is None or (isinstance(sign, str) and hole.kind != "free" and sign in ":/"):
        return
    if isinstance(sign, Hole) and hole.kind == sign.kind == "own":
        return
    yield (1, 1)
    yield (0, 1)
