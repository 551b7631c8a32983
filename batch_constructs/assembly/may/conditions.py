"""Conditions of statements, as far as the values of their keys are known.

Source: IAM User Guide, "IAM JSON policy elements: Condition operators" and "Conditions with multiple context keys or
values", read on 2026-12-01. Dates, addresses and binary values are left open: no need of AWS Batch depends on them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from batch_constructs.assembly.may.naming import texts
from batch_constructs.assembly.may.texts import arn_matches, joined, matches
from batch_constructs.assembly.may.verdicts import NO, UNKNOWN, YES, all_of, any_of, inverse
from batch_constructs.assembly.template.intrinsics import scalar_text
from batch_constructs.assembly.template.unknown import Unknown

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from batch_constructs.assembly.may.texts import Text
    from batch_constructs.assembly.proofs import Verdict
    from batch_constructs.assembly.template.stacks import Stack

Context: TypeAlias = "Mapping[str, Text | None]"
"""The keys of a request in lower case: their values, ``None`` if the request certainly has no such key."""


@dataclass(frozen=True, slots=True)
class _Operator:
    """A comparison, and whether it asks for the contrary."""

    compare: Callable[[Text, Text], Verdict]
    negated: bool = False


def _same(pattern: Text, value: Text) -> Verdict:
    return matches(pattern, value, wildcards=False)


def _same_in_any_case(pattern: Text, value: Text) -> Verdict:
    return _same(_lower(pattern), _lower(value))


def _lower(text: Text) -> Text:
    return joined(part.lower() if isinstance(part, str) else part for part in text)


_OPERATORS = {
    "stringequals": _Operator(_same),
    "stringnotequals": _Operator(_same, negated=True),
    "stringequalsignorecase": _Operator(_same_in_any_case),
    "stringnotequalsignorecase": _Operator(_same_in_any_case, negated=True),
    "stringlike": _Operator(matches),
    "stringnotlike": _Operator(matches, negated=True),
    "arnequals": _Operator(arn_matches),
    "arnlike": _Operator(arn_matches),
    "arnnotequals": _Operator(arn_matches, negated=True),
    "arnnotlike": _Operator(arn_matches, negated=True),
    "bool": _Operator(_same_in_any_case),
}


def holds(condition: Any, context: Context, stack: Stack) -> Verdict:
    """Return whether a statement's condition holds for a request.

    Args:
        condition: the resolved JSON; ``None`` if the statement has none.
        context: the keys of the request. A key that is not in it may have any value.
        stack: the stack of the statement.
    """
    if condition is None:
        return YES
    if not isinstance(condition, dict):
        return UNKNOWN
    return all_of(
        _key_holds(operator.lower(), _values(value, stack), context.get(key.lower(), ...))
        for operator, keys in condition.items()
        for key, value in (keys.items() if isinstance(keys, dict) else [("", Unknown(""))])
    )


def _values(node: Any, stack: Stack) -> list[tuple[Text, ...]] | None:
    """Return the values that a condition lists, each with its alternatives; ``None`` if the list is unknown."""
    values: list[tuple[Text, ...]] = []
    for value in node if isinstance(node, list) else [node]:
        scalar = value if isinstance(value, Unknown) else scalar_text(value)
        if scalar is None:
            return None
        values.append(texts(scalar, stack))
    return values


def _key_holds(name: str, values: list[tuple[Text, ...]] | None, key: Any) -> Verdict:
    """Return whether one line of a condition holds; ``...`` for a key of which nothing is known."""
    quantifier, _, rest = name.rpartition(":")
    operator = _OPERATORS.get(rest.removesuffix("ifexists"))
    if rest == "null":
        return _is_null(values, key)
    if key is ... or operator is None or values is None:
        return UNKNOWN
    if key is None:
        # A negated operator also matches a request without the key.
        absent = rest.endswith("ifexists") or quantifier == "forallvalues" or operator.negated
        return UNKNOWN if quantifier and operator.negated else (YES if absent else NO)
    found = any_of(_either(operator.compare, alternatives, key) for alternatives in values)
    if quantifier and operator.negated:
        return UNKNOWN
    return inverse(found) if operator.negated else found


def _either(compare: Callable[[Text, Text], Verdict], alternatives: tuple[Text, ...], value: Text) -> Verdict:
    """Return the verdict that all alternatives of a value agree on."""
    verdicts = {compare(each, value) for each in alternatives}
    return verdicts.pop() if len(verdicts) == 1 else UNKNOWN


def _is_null(values: list[tuple[Text, ...]] | None, key: Any) -> Verdict:
    """Return whether a key is missing, or present, as ``Null`` asks."""
    wanted = {("".join(map(str, text)).lower()) for each in values or () for text in each}
    if key is ... or wanted not in ({"true"}, {"false"}):
        return UNKNOWN
    return YES if (key is None) == (wanted == {"true"}) else NO
