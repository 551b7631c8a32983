"""When a schedule is due next.

Source: Amazon EventBridge Scheduler User Guide, "Schedule types", and Amazon EventBridge User Guide, "Cron expressions
reference", read 2026-12-01.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from batch_constructs.facts.patterns import SCHEDULE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from zoneinfo import ZoneInfo

_LAST_YEAR = 2199
_MONTHS = {name.upper(): number for number, name in enumerate(calendar.month_abbr) if name}
_WEEKDAYS = {
    name: number for number, name in enumerate(["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"], start=1)
}
_SATURDAY = 7


def next_time(expression: str, after: datetime, zone: ZoneInfo) -> datetime | None:
    """Return when a schedule is due next, in UTC; ``None`` if it is never due again.

    A rate counts from ``after``. A local time that the clock skips in spring is left out; one that it shows twice in
    autumn counts once, the first time.

    Args:
        expression: ``rate(5 minutes)``, ``at(2027-01-01T00:00:00)`` or ``cron(0 3 * * ? *)``.
        after: The time that the answer must be later than; it must have a time zone.
        zone: The time zone of the expression.

    Raises:
        ValueError: The expression is not one of these forms, or a field of it is wrong.
    """
    if problem := SCHEDULE.problem("the schedule", expression):
        raise ValueError(problem)
    kind, _, rest = expression.partition("(")
    words = rest.removesuffix(")").split()
    if kind == "rate":
        return after.astimezone(UTC) + timedelta(**{words[1].rstrip("s") + "s": int(words[0])})
    if kind == "at":
        once = datetime.fromisoformat(words[0]).replace(tzinfo=zone).astimezone(UTC)
        return once if once > after else None
    return _next_of_cron(_cron(*words), after, zone)


@dataclass(frozen=True, slots=True)
class _Cron:
    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    day_of_month: str
    months: frozenset[int]
    day_of_week: str
    years: frozenset[int]

    def has(self, day: date) -> bool:
        """Return whether the schedule is due on a day."""
        if day.year not in self.years or day.month not in self.months:
            return False
        return (
            _in_month(self.day_of_month, day) if self.day_of_week == "?" else _in_week(self.day_of_week, day)
        )


@lru_cache(maxsize=64)
def _cron(*fields: str) -> _Cron:
    minutes, hours, day_of_month, months, day_of_week, years = fields
    return _Cron(
        tuple(sorted(_numbers(minutes, 0, 59))),
        tuple(sorted(_numbers(hours, 0, 23))),
        day_of_month.upper(),
        _numbers(months, 1, 12, _MONTHS),
        day_of_week.upper(),
        _numbers(years, 1970, _LAST_YEAR),
    )


def _next_of_cron(cron: _Cron, after: datetime, zone: ZoneInfo) -> datetime | None:
    day = after.astimezone(zone).date()
    while day.year <= max(cron.years):
        if cron.has(day):
            for hour in cron.hours:
                for minute in cron.minutes:
                    local = datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone)
                    due = local.astimezone(UTC)
                    skipped = due.astimezone(zone).replace(tzinfo=None) != local.replace(tzinfo=None)
                    if due > after and not skipped:
                        return due
        day += timedelta(days=1)
    return None


def _numbers(field: str, first: int, last: int, names: Mapping[str, int] | None = None) -> frozenset[int]:
    """Return the numbers that a field lists, such as ``1,5-8``, ``0/15``, ``*`` or ``20-2``."""
    return frozenset(
        number for part in field.upper().split(",") for number in _part(part, first, last, names or {})
    )


def _part(part: str, first: int, last: int, names: Mapping[str, int]) -> Iterator[int]:
    base, _, step = part.partition("/")
    start, dash, end = (f"{first}-{last}" if base == "*" else base).partition("-")
    low = _number(start, first, last, names)
    high = _number(end, first, last, names) if dash else last if step else low
    if step and not (step.isdigit() and int(step)):
        raise ValueError(f"a step must be a number from 1, got {part!r}")
    # 20-2 goes on after midnight.
    count = (high - low) % (last - first + 1)
    for offset in range(0, count + 1, int(step or 1)):
        yield first + (low - first + offset) % (last - first + 1)


def _number(text: str, first: int, last: int, names: Mapping[str, int]) -> int:
    value = names.get(text, int(text) if text.isdigit() else None)
    if value is None or not first <= value <= last:
        raise ValueError(f"a field must be from {first} to {last}, got {text!r}")
    return value


def _in_month(field: str, day: date) -> bool:
    """Return whether a day is one of those of the month: ``L`` is the last, ``3W`` the weekday closest to the 3rd."""
    last = calendar.monthrange(day.year, day.month)[1]
    if field == "L":
        return day.day == last
    if nearest := re.fullmatch(r"(\d+|L)W", field):
        wanted = last if nearest[1] == "L" else int(nearest[1])
        return wanted <= last and day == _closest_weekday(day.replace(day=wanted), last)
    return day.day in _numbers(field, 1, 31)


def _closest_weekday(day: date, last: int) -> date:
    """Return the closest day from Monday to Friday in the same month."""
    friday, monday = day - timedelta(days=1), day + timedelta(days=1)
    match day.isoweekday():
        case 6:
            return friday if day.day > 1 else day + timedelta(days=2)
        case 7:
            return monday if day.day < last else day - timedelta(days=2)
    return day


def _in_week(field: str, day: date) -> bool:
    """Return whether a day is one of those of the week: ``6L`` is the last Friday, ``3#2`` the second Tuesday."""
    number = day.isoweekday() % 7 + 1
    if field == "L":
        return number == _SATURDAY
    if special := re.fullmatch(r"(\w+?)(L|#([1-5]))", field):
        wanted = _number(special[1], 1, 7, _WEEKDAYS)
        last = calendar.monthrange(day.year, day.month)[1]
        nth = day.day + 7 > last if special[2] == "L" else (day.day - 1) // 7 + 1 == int(special[3])
        return number == wanted and nth
    return number in _numbers(field, 1, 7, _WEEKDAYS)
