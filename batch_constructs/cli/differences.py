"""The difference of a property in one line. Identifiers stay whole; long strings are cut between words."""

from __future__ import annotations

import json
import re
from itertools import takewhile
from typing import TYPE_CHECKING

from batch_constructs.cli.plain import whole

if TYPE_CHECKING:
    from batch_constructs.assembly.changes import PropertyChange
    from batch_constructs.assembly.changes.change import Value

_MAX_VALUE = 60
# Longer words are data, such as base64; ARNs and paths are shorter.
_MAX_WORD = 1024
_BEFORE = 3  # words that are shown before a difference
_reference = re.compile(r"\$\{([^${}]+?)(\.\w+)?\}")


def difference(change: PropertyChange) -> str:
    """Return the difference of a property: ``Priority: 1 -> 2``."""
    path, old, new = whole(change.path), change.old, change.new
    verb = "" if change.certain else " may change"
    if old == new:
        # The same expression, whose value depends on another resource or input.
        parts = new if isinstance(new, list) else [new]
        cause = change.cause or ", ".join(_without_braces(_text(each)) for each in parts)
        if cause.startswith("Fn::"):
            return f"{path}: may change, since {cause} computes it"
        return f"{path}{' follows' if change.certain else ' may follow'} {cause}"
    return f"{path}:{verb} {_values(old, new)}{f', by {change.cause}' if change.cause else ''}"


def _without_braces(text: str) -> str:
    """Return ``Spot`` for ``${Spot}``, and any other string as it is."""
    names = [_reference.fullmatch(each) for each in text.split(" or ")]
    return " or ".join(found[0][2:-1] for found in names if found) if all(names) else text


def _values(old: Value | None, new: Value | None) -> str:
    """Return the values before and after."""
    if old is None:
        return f"new, {_cut(_text(new))}"
    if new is None:
        return f"removed, was {_cut(_text(old))}"
    if isinstance(old, list) and isinstance(new, list) and (listed := _lists(old, new)):
        return listed
    words = [re.split("( +)", _text(each)) for each in (old, new)]
    same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(*words, strict=False)))
    return " -> ".join(_cut(_text(each), same) for each in (old, new))


def _lists(old: list[Value], new: list[Value]) -> str:
    """Return the added and removed elements; empty if the list is a sentence, such as a command."""
    before, after = _names(old), _names(new)
    if len({*before}) < len(before) or len({*after}) < len(after) or not before or not after:
        return ""
    added = [name for name in after if name not in before]
    removed = [name for name in before if name not in after]
    kept = [name for name in before if name in after]
    reordered = after if kept != [name for name in after if name in before] else []
    said = [
        f"{', '.join(map(_cut, added))} added" if added else "",
        f"{', '.join(map(_cut, removed))} removed" if removed else "",
        f"order changed to {', '.join(map(_cut, reordered))}" if reordered else "",
    ]
    return "; ".join(filter(None, said))


def _names(elements: list[Value]) -> list[str]:
    """Return the name of each element; for the environments of a queue, their names in order."""
    environments: dict[int, str] = {}
    for each in elements:
        if isinstance(each, str) and " " in each:
            return []
        if isinstance(each, dict):
            order, arn = each.get("Order"), each.get("ComputeEnvironment") or each.get("ServiceEnvironment")
            if isinstance(order, str) and order.isdecimal() and isinstance(arn, str):
                name = found[1] if (found := _reference.fullmatch(arn)) else arn.rpartition("/")[2]
                environments[int(order)] = whole(name.removesuffix("}"))
    if len(environments) == len(elements):
        return [environments[order] for order in sorted(environments)]
    return [_text(each) for each in elements]


def _text(value: Value | None) -> str:
    """Return a value as one line."""
    if isinstance(value, str) and value:
        return value
    return json.dumps(value, ensure_ascii=False)


def _cut(text: str, same: int = 0) -> str:
    """Return a string, and if it is too long only a part that starts shortly before its first difference.

    Args:
        text: The string.
        same: The number of its first pieces (words and the spaces between them) that do not differ.
    """
    pieces = re.split("( +)", text)
    start = max(0, same - 2 * _BEFORE) // 2 * 2 if len(text) > _MAX_VALUE else 0
    end, length = start, 0
    while end < len(pieces) and (end == start or end <= same or length + len(pieces[end]) <= _MAX_VALUE):
        length += len(pieces[end])
        end += 1
    shown = "".join(
        piece if len(piece) <= _MAX_WORD else f"{piece[:_MAX_VALUE]}…" for piece in pieces[start:end]
    )
    return f"{'…' if start else ''}{shown.rstrip()}{'…' if end < len(pieces) else ''}"
