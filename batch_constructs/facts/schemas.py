"""The members of AWS Batch's resources in CloudFormation, with their kinds. Guide: the pages of CloudFormation."""

from __future__ import annotations

from functools import cache
from typing import Any

from batch_constructs.facts._data import load
from batch_constructs.facts.requests import Structure

DATA_FILE = "schemas.json.gz"
PREFIX = "AWS::Batch::"

SCALARS = frozenset({"string", "integer", "number", "boolean"})
"""The kinds of members that are neither a structure, ``map`` (of strings) nor ``json`` (anything)."""


@cache
def types() -> tuple[str, ...]:
    """Return the resource types of AWS Batch."""
    return tuple(name for name in _data()["structures"] if "." not in name)


@cache
def structure(name: str) -> Structure:
    """Return the members of a resource type, or of a structure inside of it.

    A member is a scalar, ``map``, ``json``, the name of a structure, or a list with one of these.
    """
    found = _data()["structures"][name]
    return Structure(found["members"], frozenset(found["required"]))


@cache
def structures_with(name: str, member: str) -> tuple[str, ...]:
    """Return the paths of the structures of a resource type that have a member; empty for the resource itself."""
    found: list[str] = []
    waiting: list[tuple[str, str, tuple[str, ...]]] = [("", name, ())]
    while waiting:
        path, each, above = waiting.pop(0)
        for child, kind in structure(each).members.items():
            inner = kind[0] if isinstance(kind, list) else kind
            if child == member and path not in found:
                found.append(path)
            if inner.startswith(PREFIX) and inner not in above:
                waiting.append((f"{path}.{child}".lstrip("."), inner, (*above, each)))
    return tuple(found)


def metadata() -> tuple[str, str]:
    """Return the source of the facts, and its day as ``YYYY-MM-DD``."""
    return _data()["source"], _data()["date"]


@cache
def _data() -> dict[str, Any]:
    return load(DATA_FILE)
