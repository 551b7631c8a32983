"""The combinations of answers that conditions of one or two templates can have.

CloudFormation evaluates conditions from parameters, so each parameter is tried with every value that a condition or a
mapping mentions, and with one that none mentions.
"""

from __future__ import annotations

import copy
import itertools
import math
from typing import TYPE_CHECKING, Any

from batch_constructs.assembly.template.conditions import conditions_of
from batch_constructs.assembly.template.intrinsics import PLACEHOLDER, scalar_text
from batch_constructs.assembly.template.unknown import ParameterValue, Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_constructs.assembly.template.stacks import Stack

    Outcome = tuple[bool, bool]

_MAX_TRIALS = 2_000
_MAX_CONDITIONS = 200
# A value that no template mentions.
_OTHER = "\0"


def outcomes(one: Stack, first: str | None, other: Stack, second: str | None) -> frozenset[Outcome]:
    """Return the pairs of answers that two conditions can have, with the same values for equal parameters.

    A parameter whose default differs between the stacks may also have the one default in the first stack and the other
    in the second. ``None`` for a condition is one that always holds.

    Args:
        one: the stack of the first condition.
        first: the name of the first condition.
        other: the stack of the second condition; it may be the same stack.
        second: the name of the second condition.
    """
    sections = [_needed(one, first), _needed(other, second)]
    trials = {name: _trials(name, one, other, sections) for name in sorted(_inputs(sections))}
    if math.prod(map(len, trials.values())) > _MAX_TRIALS or sum(map(len, sections)) > _MAX_CONDITIONS:
        return frozenset(itertools.product(_open(first), _open(second)))
    found: set[Outcome] = set()
    for values in itertools.product(*trials.values()):
        before, after = (
            _answers(
                stack, name, section, {each: pair[side] for each, pair in zip(trials, values, strict=True)}
            )
            for side, (stack, name, section) in enumerate(
                ((one, first, sections[0]), (other, second, sections[1]))
            )
        )
        found |= set(itertools.product(before, after))
    return frozenset(found)


def _open(name: str | None) -> tuple[bool, ...]:
    return (True,) if name is None else (True, False)


def _answers(
    stack: Stack, name: str | None, section: dict[str, Any], given: dict[str, Any]
) -> tuple[bool, ...]:
    if name is None:
        return (True,)
    assumed = copy.copy(stack)
    assumed.bind({each: value for each, value in given.items() if isinstance(stack.parameter(each), Unknown)})
    answer = conditions_of(assumed, section).get(name)
    return _open(name) if answer is None else (answer,)


def _inputs(sections: list[dict[str, Any]]) -> set[str]:
    """Return the names of the parameters that conditions refer to."""
    return {name for section in sections for name in referred(section)}


def _trials(name: str, one: Stack, other: Stack, sections: list[dict[str, Any]]) -> list[tuple[Any, Any]]:
    """Return the values of a parameter to try, each for the first and for the second stack."""
    before, after = one.parameters.get(name), other.parameters.get(name)
    allowed = [_allowed(each) for each in (before, after)]
    keys = {key for side in zip((one, other), sections, strict=True) for key in _keys(name, *side)}
    compared = {text for section in sections for text in _compared(name, section)}
    # A value that is no key of the mapping that it selects from fails the deployment.
    values = sorted(keys) or sorted({*compared, _OTHER, f"{_OTHER}{name}"})
    kept = [value for value in values if all(not each or value in each for each in allowed)]
    kept = kept or [value for each in allowed for value in each]
    values_now = one.parameter(name), other.parameter(name)
    pairs = [(value, value) for value in kept]
    if all(isinstance(each, ParameterValue) for each in values_now):
        if values_now[0].path != values_now[1].path:
            pairs = list(itertools.product(kept, kept))
        defaults = [scalar_text(each.default) for each in values_now]
        if defaults[0] is not None and defaults[1] is not None and defaults[0] != defaults[1]:
            pairs.append((defaults[0], defaults[1]))
    return [(_typed(before, old), _typed(after, new)) for old, new in pairs]


def _compared(name: str, section: dict[str, Any]) -> Iterator[str]:
    """Yield the strings in the comparisons of a parameter."""
    for each in nodes(section):
        if "Fn::Equals" in each and name in referred(each):
            yield from _strings(each)


def _keys(name: str, stack: Stack, section: dict[str, Any]) -> Iterator[str]:
    """Yield the keys that a parameter may select in mappings."""
    for each in nodes(section):
        arguments = each.get("Fn::FindInMap")
        if isinstance(arguments, list) and len(arguments) == 3 and isinstance(arguments[0], str):
            table = stack.mappings.get(arguments[0])
            rows = [table] if isinstance(table, dict) else []
            for key, tables in ((arguments[1], rows), (arguments[2], [*rows[0].values()] if rows else [])):
                if key == {"Ref": name}:
                    yield from (str(each) for row in tables if isinstance(row, dict) for each in row)


def _strings(node: Any) -> Iterator[str]:
    for each in nodes(node):
        for function, argument in each.items():
            if function not in {"Ref", "Fn::FindInMap"}:
                yield from (text for part in flat(argument) if (text := scalar_text(part)) is not None)


def _allowed(definition: Any) -> list[str]:
    values = definition.get("AllowedValues") if isinstance(definition, dict) else None
    return (
        [text for each in values if (text := scalar_text(each)) is not None]
        if isinstance(values, list)
        else []
    )


def _typed(definition: Any, value: str) -> Any:
    """Return a value as the parameter's type has it."""
    kind = definition.get("Type") if isinstance(definition, dict) else None
    is_list = isinstance(kind, str) and (kind.startswith("List<") or kind == "CommaDelimitedList")
    return value.split(",") if is_list else value


def _needed(stack: Stack, name: str | None) -> dict[str, Any]:
    """Return a condition and those that it depends on, by name."""
    section, found = stack.condition_section, dict[str, Any]()
    waiting = [name]
    while waiting:
        each = waiting.pop()
        if each is not None and each in section and each not in found:
            found[each] = section[each]
            waiting += named_conditions(section[each])
    return found


def nodes(node: Any) -> Iterator[dict[str, Any]]:
    """Yield all mappings inside a node of a template, itself included."""
    waiting = [node]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            yield node
            waiting += node.values()
        elif isinstance(node, list):
            waiting += node


def named_conditions(node: Any) -> Iterator[str]:
    """Yield the conditions that an expression names."""
    for each in nodes(node):
        arms = each.get("Fn::If")
        if isinstance(arms, list) and arms and isinstance(arms[0], str):
            yield arms[0]
        if isinstance(name := each.get("Condition"), str):
            yield name


def referred(node: Any) -> set[str]:
    """Return the names that an expression refers to by ``Ref`` or in ``Fn::Sub``."""
    found: set[str] = set()
    for each in nodes(node):
        if isinstance(name := each.get("Ref"), str):
            found.add(name)
        pattern = each.get("Fn::Sub")
        pattern = pattern[0] if isinstance(pattern, list) and pattern else pattern
        if isinstance(pattern, str):
            found |= {hole[2].strip() for hole in PLACEHOLDER.finditer(pattern) if not hole[1]}
    return found


def flat(node: Any) -> Iterator[Any]:
    """Yield a node, or the elements of a list and of the lists in it."""
    waiting = [node]
    while waiting:
        node = waiting.pop()
        if isinstance(node, list):
            waiting += node
        else:
            yield node
