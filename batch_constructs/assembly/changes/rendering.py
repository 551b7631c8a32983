"""Values of a template, written for readers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from batch_constructs.assembly.template import Unknown, as_text
from batch_constructs.assembly.template.intrinsics import scalar_text

if TYPE_CHECKING:
    from batch_constructs.assembly.changes.change import Value
    from batch_constructs.assembly.template import Stack

_MAX_DEPTH = 32


def rendered(stack: Stack, value: Any) -> Value | None:
    """Return a resolved value: scalars as CloudFormation writes them, in lists and dicts; unknown values as ``${…}``."""
    return None if value is None else _rendered(stack, value, 0)


def _rendered(stack: Stack, value: Any, depth: int) -> Value:
    if depth > _MAX_DEPTH:
        return "…"
    if isinstance(value, Unknown):
        return as_text(value)
    if isinstance(value, dict):
        members = {key: stack.resolve(node) for key, node in value.items()}
        return {
            key: _rendered(stack, member, depth + 1) for key, member in members.items() if member is not None
        }
    if isinstance(value, list):
        elements = (stack.resolve(node) for node in value)
        return [_rendered(stack, element, depth + 1) for element in elements if element is not None]
    text = scalar_text(value)
    return text if text is not None else str(value)
