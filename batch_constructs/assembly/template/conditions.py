"""Evaluates the conditions of a template, as far as the parameters decide them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from batch_constructs.assembly.template.intrinsics import scalar_text
from batch_constructs.assembly.template.unknown import is_known

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from batch_constructs.assembly.template.stacks import Stack

_MAX_DEPTH = 200


@dataclass(slots=True)
class OpenChoices:
    """What was read while it was undecided, in a stack or in a copy of it with some values.

    Attributes:
        parameters: the parameters with ``AllowedValues``.
        conditions: the conditions of ``Fn::If``.
        keys: the parameters and pseudo-parameters that choose a row of a mapping, with the names of its rows.
    """

    parameters: set[str] = field(default_factory=set)
    conditions: set[str] = field(default_factory=set)
    keys: dict[str, set[str]] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """The number of choices that were read."""
        return len(self.parameters) + len(self.conditions) + sum(map(len, self.keys.values()))


def conditions_of(
    stack: Stack, section: dict[str, Any], comparisons: Mapping[str, bool] | None = None
) -> dict[str, bool]:
    """Return the conditions that can be decided.

    Args:
        stack: The stack, with its parameters bound.
        section: The template's ``Conditions``.
        comparisons: The results of comparisons that the parameters do not decide, by `comparison_key`.
    """
    evaluation = _Evaluation(stack, section, comparisons or {})
    return {name: holds for name in section if (holds := evaluation.named(name)) is not None}


def comparison_key(sides: Any) -> str:
    """Return a key that is equal for equal comparisons."""
    try:
        return json.dumps(sides, sort_keys=True, default=repr)
    except (ValueError, TypeError, RecursionError):
        return ""


def comparisons_in(section: dict[str, Any], names: set[str]) -> Iterator[tuple[str, Any]]:
    """Yield the comparisons (``Fn::Equals``) that some conditions depend on, each with the condition that contains it."""
    waiting = [(name, section.get(name)) for name in sorted(names)]
    seen = set(names)
    while waiting:
        name, node = waiting.pop()
        if isinstance(node, list):
            waiting += [(name, each) for each in node]
        elif isinstance(node, dict) and len(node) == 1:
            [(function, argument)] = node.items()
            if function == "Fn::Equals":
                yield name, argument
            elif function != "Condition":
                waiting.append((name, argument))
            elif isinstance(argument, str) and argument not in seen:
                seen.add(argument)
                waiting.append((argument, section.get(argument)))


class _Evaluation:
    """One evaluation of all conditions of a stack."""

    def __init__(self, stack: Stack, section: dict[str, Any], comparisons: Mapping[str, bool]) -> None:
        self._stack = stack
        self._section = section
        self._comparisons = comparisons
        self._named: dict[str, bool | None] = {}

    def named(self, name: str, depth: int = 0) -> bool | None:
        """Return whether a condition holds, or ``None`` if it cannot be decided."""
        if name not in self._named:
            # A condition that depends on itself stays undecided.
            self._named[name] = None
            self._named[name] = self._holds(self._section.get(name), depth)
        return self._named[name]

    def _holds(self, node: Any, depth: int) -> bool | None:
        if not isinstance(node, dict) or len(node) != 1 or depth > _MAX_DEPTH:
            return None
        [(function, argument)] = node.items()
        if function == "Condition":
            return self.named(argument, depth + 1) if isinstance(argument, str) else None
        if not isinstance(argument, list):
            return None
        match function:
            case "Fn::Equals" if len(argument) == 2:
                return self._equal(argument)
            case "Fn::Not" if len(argument) == 1:
                inner = self._holds(argument[0], depth + 1)
                return None if inner is None else not inner
            case "Fn::And" | "Fn::Or":
                return _combined(function, [self._holds(each, depth + 1) for each in argument])
        return None

    def _equal(self, sides: list[Any]) -> bool | None:
        one, other = (self._stack.resolve(each) for each in sides)
        if is_known(one) and is_known(other):
            return bool(_compared(one) == _compared(other))
        return self._comparisons.get(comparison_key(sides)) if self._comparisons else None


def _compared(value: Any) -> Any:
    """Return a value as CloudFormation compares it: YAML's true is the string ``true``."""
    text = scalar_text(value)
    return value if text is None else text


def _combined(function: str, parts: list[bool | None]) -> bool | None:
    """Return the result of ``Fn::And`` or ``Fn::Or``; one part may decide it even if another is unknown."""
    decisive = function == "Fn::Or"
    if decisive in parts:
        return decisive
    return None if None in parts else not decisive
