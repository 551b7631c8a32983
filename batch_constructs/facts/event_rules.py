"""What EventBridge accepts in event patterns, inputs of targets, and schedules.

Source: the Amazon EventBridge User Guide, and answers of PutRule, PutTargets and CreateSchedule in us-east-1 on
2026-09-07, as recorded by badmintoncryer/cdk-preflight.
"""

from __future__ import annotations

import re

from batch_constructs.facts.ranges import Range
from batch_constructs.facts.sources import PREFLIGHT

PATTERN_OPERATORS = frozenset(
    {"prefix", "suffix", "anything-but", "numeric", "exists", "cidr", "wildcard", "equals-ignore-case"}
)
ANYTHING_BUT_OPERATORS = frozenset({"prefix", "suffix", "wildcard", "equals-ignore-case"})
COMPARISONS = frozenset({"<", "<=", "=", ">=", ">"})

INPUT_PATHS = Range(0, 100, unit="paths", source=PREFLIGHT, rule="EVT-11")
OWN_PLACEHOLDERS = "aws.events."
"""The prefix of placeholders that EventBridge fills itself, such as ``<aws.events.rule-name>``."""
WHOLE_EVENT = "<aws.events.event.json>"

READ_ONLY = ("get", "describe", "list")
"""The beginnings of actions that EventBridge Scheduler does not call."""

_EXPRESSION = re.compile(r"(cron|rate|at)\((.*)\)", re.IGNORECASE | re.DOTALL)
_RATE = re.compile(r"([0-9]+) *([a-z]+)", re.IGNORECASE)
_UNITS = ("minute", "hour", "day")
_TIME = re.compile(
    r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?",
)
# Minute, hour, day of the month, month, day of the week. AWS does not check the year.
_CRON_FIELDS = (
    ("minute", 0, 59),
    ("hour", 0, 23),
    ("day of the month", 1, 31),
    ("month", 1, 12),
    ("day of the week", 1, 7),
)
_WEEKS = range(1, 6)


def schedule_problem(expression: str, *, scheduler: bool) -> str:
    """Return why AWS refuses a schedule, as a sentence without its end; empty if it does not.

    Args:
        expression: The whole expression, such as ``cron(0 3 * * ? *)``.
        scheduler: Whether it is of EventBridge Scheduler, which also knows ``at(…)`` and five fields of ``cron(…)``;
            else it is of an EventBridge rule.
    """
    found = _EXPRESSION.fullmatch(expression.strip())
    kind = found[1].lower() if found else ""
    if found is None or (kind == "at" and not scheduler):
        return f"a schedule must be cron(…){', rate(…) or at(…)' if scheduler else ' or rate(…)'}"
    if kind == "rate":
        return _rate_problem(found[2].strip(), scheduler=scheduler)
    if kind == "at":
        return (
            ""
            if _TIME.fullmatch(found[2])
            else "at(…) must be a time without a zone, as in at(2030-01-01T00:00:00)"
        )
    return _cron_problem(found[2].split(), fields={5, 6} if scheduler else {6})


def _rate_problem(rate: str, *, scheduler: bool) -> str:
    found = _RATE.fullmatch(rate)
    unit = found[2].lower() if found else ""
    if found is None or unit.removesuffix("s") not in _UNITS:
        return "rate(…) must be a number of minutes, hours or days, as in rate(5 minutes)"
    if int(found[1]) < 1:
        return "rate(…) must be at least 1"
    # Scheduler takes rate(1 hours) and rate(5 minute).
    if not scheduler and (int(found[1]) == 1) is unit.endswith("s"):
        return "rate(…) must have the unit in the singular with 1, and in the plural with more"
    return ""


def _cron_problem(values: list[str], fields: set[int]) -> str:
    if len(values) not in fields:
        return f"cron(…) must have {' or '.join(map(str, sorted(fields)))} fields, not {len(values)}"
    if (values[2] == "?") is (values[4] == "?"):
        return "cron(…) must have ? as the day of the month or as the day of the week, exactly once"
    for (name, low, high), value in zip(_CRON_FIELDS, values, strict=False):
        if name != "day of the week" and "#" in value:
            return f"cron(…) can have # in the day of the week only, not in the {name}"
        first = [each.partition("/")[0] for each in value.partition("#")[0].split(",")]
        numbers = [number for each in first for number in each.split("-") if number.isdigit()]
        if any(not low <= int(number) <= high for number in numbers):
            return f"cron(…) must have {low} to {high} as the {name}, not {value}"
    nth = values[4].partition("#")[2]
    return f"cron(…) must have #1 to #5, not #{nth}" if nth.isdigit() and int(nth) not in _WEEKS else ""
