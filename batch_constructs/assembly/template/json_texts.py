"""Parses JSON inside a string, such as a state machine's definition, of which some parts are unknown.

An unknown part inside quotes becomes part of that string; an unknown part in the place of a number or an object
becomes that value. A string that is not JSON is unknown, and no error: it may be valid once deployed.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from batch_constructs.assembly.template.intrinsics import scalar_text, text
from batch_constructs.assembly.template.unknown import PartialText, Unknown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

NOT_JSON = Unknown("a string that is not JSON")

_MAX_DEPTH = 64
# Private-use characters mark unknown parts by number; a string that contains them itself is not parsed.
_OPEN, _CLOSE = "\ue000", "\ue001"
_HOLE = re.compile(f"{_OPEN}([0-9]+){_CLOSE}")
_QUOTES = re.compile(r'\\.|"', re.DOTALL)


def parse_json(
    value: Any, placeholder: re.Pattern[str] | None = None, fill: Callable[[str], Any] = Unknown
) -> Any:
    """Return the JSON in a string: mappings, lists, literals, with unknowns at the leaves.

    Args:
        value: a resolved string; anything else is unknown, ``None`` stays ``None``.
        placeholder: the pattern of placeholders within the string, with the name as the first group.
        fill: returns the value for a placeholder's name.
    """
    if value is None or (isinstance(value, Unknown) and not isinstance(value, PartialText)):
        return value
    parts: list[str | Unknown] = [value] if isinstance(value, str) else []
    if isinstance(value, PartialText):
        parts = list(value.parts)
    if not parts or any(isinstance(part, str) and _OPEN in part for part in parts):
        return NOT_JSON
    if placeholder is not None:
        parts = [piece for part in parts for piece in _filled(part, placeholder, fill)]
    holes: list[Unknown] = []
    try:
        return _with_holes(json.loads(_marked(parts, holes)), holes)
    except (ValueError, RecursionError):
        return NOT_JSON


def fill_texts(
    node: Any, placeholder: re.Pattern[str], fill: Callable[[str], Any], depth: int = _MAX_DEPTH
) -> Any:
    """Return resolved JSON with the placeholders in its strings replaced."""
    if depth <= 0:
        return Unknown("a value nested too deeply")
    match node:
        case dict():
            return {key: fill_texts(value, placeholder, fill, depth - 1) for key, value in node.items()}
        case list():
            return [fill_texts(value, placeholder, fill, depth - 1) for value in node]
        case str() | PartialText():
            parts = [node] if isinstance(node, str) else node.parts
            return text(piece for part in parts for piece in _filled(part, placeholder, fill))
    return node


def capitalised(node: Any, *free: str) -> Any:
    """Return JSON with every key spelled as in CloudFormation; maps under ``free`` keys keep their own keys."""
    if isinstance(node, dict):
        members = {key[:1].upper() + key[1:]: value for key, value in node.items()}
        return {key: value if key in free else capitalised(value, *free) for key, value in members.items()}
    return [capitalised(value, *free) for value in node] if isinstance(node, list) else node


def _filled(
    part: str | Unknown, placeholder: re.Pattern[str], fill: Callable[[str], Any]
) -> Iterator[str | Unknown]:
    if isinstance(part, Unknown):
        yield part
        return
    end = 0
    for match in placeholder.finditer(part):
        yield part[end : match.start()]
        value = fill(match[1])
        scalar = value if isinstance(value, Unknown) else scalar_text(value)
        yield Unknown(match[0]) if scalar is None else scalar
        end = match.end()
    yield part[end:]


def _marked(parts: list[str | Unknown], holes: list[Unknown]) -> str:
    pieces: list[str] = []
    quoted = False
    for part in parts:
        if isinstance(part, str):
            pieces.append(part)
            quoted ^= sum(mark == '"' for mark in _QUOTES.findall(part)) % 2 == 1
            continue
        for hole in part.parts if isinstance(part, PartialText) else (part,):
            if isinstance(hole, str):
                pieces.append(hole)
                continue
            mark = f"{_OPEN}{len(holes)}{_CLOSE}"
            pieces.append(mark if quoted else f'"{mark}"')
            holes.append(hole)
    return "".join(pieces)


def _with_holes(node: Any, holes: list[Unknown], depth: int = _MAX_DEPTH) -> Any:
    if depth <= 0:
        return Unknown("a value nested too deeply")
    match node:
        case dict():
            return {key: _with_holes(value, holes, depth - 1) for key, value in node.items()}
        case list():
            return [_with_holes(value, holes, depth - 1) for value in node]
        case str() if _OPEN in node:
            # The split alternates between literal parts and numbers of holes.
            pieces = _HOLE.split(node)
            return text(
                holes[int(piece)] if odd % 2 else piece
                for odd, piece in enumerate(pieces)
                if odd % 2 or piece
            )
        case None:
            # JSON's null is not a value that a member can have.
            return Unknown("null")
    return node
