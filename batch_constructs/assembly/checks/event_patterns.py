"""Event patterns of EventBridge rules, which EventBridge reads when it creates the rule."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from batch_constructs.assembly.checks import Finding, Severity, one_of, rule
from batch_constructs.assembly.template import PartialText, Unknown
from batch_constructs.facts import event_rules

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_constructs.assembly.template.resources import EventRule

CHAPTER = "AWS Batch Events"

_MAX_DEPTH = 16
_OR = "$or"


@rule(
    "EVT-09",
    severity=Severity.ERROR,
    remedy="write each value as a list, and in it strings, numbers or operators of EventBridge",
    prevents="InvalidEventPatternException: Event pattern is not valid",
)
def pattern_is_valid(listener: EventRule) -> Iterator[Finding]:
    """An event pattern must not be empty; its values must be lists, and its operators must be ones of EventBridge."""
    pattern, at = listener.event_pattern, "EventPattern"
    if isinstance(pattern, dict) and not pattern and listener.omits("ScheduleExpression"):
        yield Finding(listener, f"{at} must have at least one member, got none", at=at)
    for path, problem in _problems(pattern, at):
        yield Finding(listener, problem, at=path)


def _problems(node: Any, path: str, depth: int = 0) -> Iterator[tuple[str, str]]:
    """Yield the path and the text of each problem in a part of a pattern."""
    if not isinstance(node, dict) or depth > _MAX_DEPTH:
        return
    if _OR in node and len(node) > 1:
        others = one_of(sorted(key for key in node if key != _OR))
        yield path, f"{_OR} must be alone, got {others} next to it: repeat it in each alternative"
        return
    for key, value in node.items():
        here = f"{path}.{key}"
        if isinstance(value, str | int | float | PartialText):
            yield here, f"{key} must be a list, got the value alone"
        elif isinstance(value, dict):
            yield from _problems(value, here, depth + 1)
        elif isinstance(value, list):
            if not value:
                yield here, f"{key} must have at least one entry, got an empty list"
            for index, entry in enumerate(value):
                if key == _OR:
                    yield from _problems(entry, f"{here}[{index}]", depth + 1)
                elif isinstance(entry, dict):
                    yield from _operators(entry, f"{here}[{index}]")


def _operators(matcher: dict[str, Any], path: str) -> Iterator[tuple[str, str]]:
    for name, value in matcher.items():
        if name not in event_rules.PATTERN_OPERATORS:
            yield path, f"an operator must be {one_of(sorted(event_rules.PATTERN_OPERATORS))}, got {name!r}"
        elif problem := _operand(name, value):
            yield path, problem


def _operand(name: str, value: Any) -> str:
    """Return what is wrong with the value of an operator; empty if nothing is, or if it is not known."""
    if isinstance(value, Unknown):
        return ""
    if name == "exists" and not isinstance(value, bool):
        return f"exists must be true or false, got {value!r}"
    if name in {"prefix", "suffix"} and not isinstance(value, str | dict):
        return f"{name} must be a string, got {value!r}"
    if name == "wildcard" and isinstance(value, str) and "**" in value:
        return f"wildcard must not repeat the *, got {value!r}"
    if name == "anything-but" and isinstance(value, dict):
        unknown = sorted(set(value) - event_rules.ANYTHING_BUT_OPERATORS)
        return f"anything-but cannot have {unknown[0]!r}" if unknown else ""
    if name == "numeric" and isinstance(value, list):
        words = [each for each in value if isinstance(each, str) and each not in event_rules.COMPARISONS]
        return (
            f"numeric must compare by {one_of(sorted(event_rules.COMPARISONS))}, got {words[0]!r}"
            if words
            else ""
        )
    return ""
