"""Which events a pattern of Amazon EventBridge matches.

Source: Amazon EventBridge User Guide, "Comparison operators", read 2026-12-01.
"""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

_MISSING = object()


def matches(pattern: dict[str, Any], event: dict[str, Any]) -> bool:
    """Return whether an event has everything that a pattern asks for.

    Args:
        pattern: The pattern: members with lists of allowed values or of conditions such as ``{"prefix": "a"}``.
        event: The event.

    Raises:
        ValueError: The pattern has a condition that EventBridge does not have.
    """
    for name, wanted in pattern.items():
        if name == "$or":
            if not any(matches(each, event) for each in wanted):
                return False
        elif isinstance(wanted, dict):
            inner = event.get(name)
            items = inner if isinstance(inner, list) else [inner if isinstance(inner, dict) else {}]
            if not any(matches(wanted, each if isinstance(each, dict) else {}) for each in items):
                return False
        elif not _one_of(wanted, event.get(name, _MISSING)):
            return False
    return True


def _one_of(wanted: list[Any], value: Any) -> bool:
    """Return whether a value, or one of a list of values, meets one of the conditions."""
    values = value if isinstance(value, list) else [value]
    return any(_meets(condition, each) for condition in wanted for each in values or [_MISSING])


def _meets(condition: Any, value: Any) -> bool:
    if not isinstance(condition, dict):
        same_kind = isinstance(condition, bool) == isinstance(value, bool)
        return bool(value is not _MISSING and same_kind and condition == value)
    [(operator, argument)] = condition.items()
    if operator == "exists":
        return bool((value is not _MISSING) == argument)
    if value is _MISSING:
        return False
    match operator:
        case "anything-but":
            return not _excluded(argument, value)
        case "numeric":
            return _numeric(argument, value)
        case "cidr":
            return isinstance(value, str) and _in_network(value, argument)
        case "prefix" | "suffix" | "equals-ignore-case" | "wildcard":
            return isinstance(value, str) and _text(operator, argument, value)
    raise ValueError(f"EventBridge has no condition {operator!r}")


def _excluded(argument: Any, value: Any) -> bool:
    if isinstance(argument, dict):
        [(operator, texts)] = argument.items()
        return any(
            _meets({operator: each}, value) for each in (texts if isinstance(texts, list) else [texts])
        )
    return value in (argument if isinstance(argument, list) else [argument])


def _text(operator: str, argument: Any, value: str) -> bool:
    if isinstance(argument, dict):  # {"prefix": {"equals-ignore-case": "a"}}
        return _text(operator, argument["equals-ignore-case"].lower(), value.lower())
    wanted = str(argument)
    match operator:
        case "prefix":
            return value.startswith(wanted)
        case "suffix":
            return value.endswith(wanted)
        case "equals-ignore-case":
            return value.lower() == wanted.lower()
    pattern = ".*".join(re.escape(part) for part in re.split(r"\*+", wanted))
    return re.fullmatch(pattern, value, re.DOTALL) is not None


def _numeric(argument: list[Any], value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    compare: dict[str, Callable[[float], bool]] = {
        "<": lambda limit: value < limit,
        "<=": lambda limit: value <= limit,
        "=": lambda limit: value == limit,
        ">=": lambda limit: value >= limit,
        ">": lambda limit: value > limit,
    }
    pairs = zip(argument[::2], argument[1::2], strict=True)
    return all(bool(compare[operator](limit)) for operator, limit in pairs)


def _in_network(value: str, network: str) -> bool:
    try:
        return ipaddress.ip_address(value) in ipaddress.ip_network(network)
    except ValueError:
        return False
