"""How a property differs, in the few words that a line has room for."""

from __future__ import annotations

import json
import re
from itertools import takewhile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from batch_constructs.assembly.changes import PropertyChange

_MAX_VALUE = 48
_BEFORE = 16  # signs that are shown before a difference
_reference = re.compile(r"\$\{([^${}]+?)(\.\w+)?\}")


def difference(change: PropertyChange) -> str:
    """Return what differs in a property: ``Priority: 1 -> 2``."""
    verb = "" if change.certain else " may change"
    if change.old == change.new and change.new is not None:
        # The same expression, whose value depends on another resource.
        return f"{change.path}{' follows' if change.certain else ' may follow'} {change.new.strip('${}')}"
    if change.old is None:
        return f"{change.path}:{verb} new, {_short(change.new)}"
    if change.new is None:
        return f"{change.path}:{verb} removed, was {_short(change.old)}"
    if said := _listed(change.old, change.new):
        return f"{change.path}:{verb} {said}"
    old, new = _apart(change.old, change.new)
    return f"{change.path}:{verb} {old} -> {new}"


def _listed(old: str, new: str) -> str:
    """What differs between the environments of a queue, by name; of other values nothing."""
    before, after = _environments(old), _environments(new)
    if not before or not after or before == after:
        return ""
    said = [f"{name} added" for name in after if name not in before]
    said += [f"{name} removed" for name in before if name not in after]
    both = [name for name in before if name in after]
    if both != [name for name in after if name in before]:
        said.append(f"order changed to {', '.join(after)}")
    return "; ".join(said)


def _environments(text: str) -> list[str]:
    """The environments that a list of a queue names, in their order; empty for anything else."""
    try:
        entries = json.loads(text)
        ordered = sorted(entries, key=lambda entry: int(entry["Order"]))
        arns = [entry.get("ComputeEnvironment") or entry["ServiceEnvironment"] for entry in ordered]
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
        return []
    if not all(isinstance(arn, str) for arn in arns):
        return []
    names = [
        found[1] if (found := _reference.fullmatch(arn)) else arn.rpartition("/")[2].removesuffix("}")
        for arn in arns
    ]
    return names if len(set(names)) == len(names) else []


def _apart(old: str, new: str) -> tuple[str, str]:
    """Two values, cut so that the first difference is seen."""
    same = takewhile(lambda pair: pair[0] == pair[1], zip(old, new, strict=False))
    first = sum(1 for _ in same)
    start = first - _BEFORE
    if max(len(old), len(new)) <= _MAX_VALUE or start <= _BEFORE:
        return _short(old), _short(new)
    return _short(f"…{old[start:]}"), _short(f"…{new[start:]}")


def _short(value: str | None) -> str:
    whole = value or "-"
    return whole if len(whole) <= _MAX_VALUE else f"{whole[: _MAX_VALUE - 1]}…"
