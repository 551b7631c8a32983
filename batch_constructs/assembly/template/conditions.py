"""Evaluates the conditions of a template, as far as the parameters decide them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from batch_constructs.assembly.template.unknown import is_known

if TYPE_CHECKING:
    from batch_constructs.assembly.template.stacks import Stack


def conditions_of(stack: Stack, section: dict[str, Any]) -> dict[str, bool]:
    """Return the conditions that can be decided.

    Args:
        stack: The stack, with its parameters bound.
        section: The template's ``Conditions``.
    """
    decided: dict[str, bool] = {}
    for name in section:
        holds = _holds(stack, section, {"Condition": name}, depth=0)
        if holds is not None:
            decided[name] = holds
    return decided


def _holds(stack: Stack, section: dict[str, Any], node: Any, depth: int) -> bool | None:
    """Return whether a condition holds, or ``None`` if it cannot be decided."""
    if not isinstance(node, dict) or len(node) != 1 or depth > len(section) + 64:
        return None
    [(function, argument)] = node.items()
    if function == "Condition":
        return _holds(stack, section, section.get(argument), depth + 1) if isinstance(argument, str) else None
    if not isinstance(argument, list):
        return None
    match function:
        case "Fn::Equals" if len(argument) == 2:
            one, other = (stack.resolve(each) for each in argument)
            return str(one) == str(other) if is_known(one) and is_known(other) else None
        case "Fn::Not" if len(argument) == 1:
            inner = _holds(stack, section, argument[0], depth + 1)
            return None if inner is None else not inner
        case "Fn::And" | "Fn::Or":
            return _combined(function, [_holds(stack, section, each, depth + 1) for each in argument])
    return None


def _combined(function: str, parts: list[bool | None]) -> bool | None:
    """Return the result of ``Fn::And`` or ``Fn::Or``; one part may decide it even if another is unknown."""
    decisive = function == "Fn::Or"
    if decisive in parts:
        return decisive
    return None if None in parts else not decisive
