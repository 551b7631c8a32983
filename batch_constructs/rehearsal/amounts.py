"""Reads amounts as people write them in a plan: ``90s``, ``1h30m``, ``5%/h``, ``22:00``."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3_600.0, "d": 86_400.0}
_PART = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*(ms|min|s|m|h|d)")
_DURATION = re.compile(rf"(?:{_PART.pattern}\s*)+")
_RATE = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*(%?)(?:\s*/\s*(h|d))?")
_CLOCK = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])")
_DAY = 86_400


def seconds(value: object) -> float:
    """Return a length of time in seconds: a number of seconds, or a string such as ``90s``, ``5m`` or ``1h30m``.

    Raises:
        ValueError: It is neither, or negative.
    """
    if isinstance(value, int | float) and not isinstance(value, bool) and value >= 0:
        return float(value)
    if isinstance(value, timedelta) and value >= timedelta(0):
        return value.total_seconds()
    text = value.strip() if isinstance(value, str) else ""
    if not _DURATION.fullmatch(text):
        raise ValueError(f"a duration must be like 90s, 5m or 1h30m, got {value!r}")
    return sum(float(number) * _UNITS[unit] for number, unit in _PART.findall(text))


def share(value: object) -> float:
    """Return a part of one: ``2%`` and ``0.02`` are the same.

    Raises:
        ValueError: It is neither, or not from 0 to 1.
    """
    number = _rate(value, allow_unit=False)
    if number is None or not 0 <= number <= 1:
        raise ValueError(f"a share must be from 0% to 100%, got {value!r}")
    return number


def per_hour(value: object) -> float:
    """Return how often something happens in an hour: ``5%/h`` and ``0.05`` are the same, ``24%/d`` is 0.01.

    Raises:
        ValueError: It is neither, or negative.
    """
    number = _rate(value, allow_unit=True)
    if number is None:
        raise ValueError(f"a rate must be like 5%/h, got {value!r}")
    return number


def _rate(value: object, *, allow_unit: bool) -> float | None:
    if isinstance(value, int | float) and not isinstance(value, bool) and value >= 0:
        return float(value)
    found = _RATE.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None or (found[3] and not allow_unit):
        return None
    return float(found[1]) / (100 if found[2] else 1) / (24 if found[3] == "d" else 1)


def moment(value: object, start: datetime) -> float:
    """Return when something happens, in seconds after the start of a rehearsal.

    Args:
        value: A duration after the start, or a time of day such as ``22:00``, which means the next such time.
        start: The start of the rehearsal.

    Raises:
        ValueError: It is neither, or before the start.
    """
    if isinstance(value, datetime):
        after = (value.replace(tzinfo=value.tzinfo or start.tzinfo) - start).total_seconds()
        if after < 0:
            raise ValueError(f"{value} is before the start of the rehearsal, {start}")
        return after
    if isinstance(value, str) and (clock := _CLOCK.fullmatch(value.strip())):
        wanted = datetime.combine(start, time(int(clock[1]), int(clock[2])), start.tzinfo)
        wait = (wanted - start).total_seconds()
        return wait if wait >= 0 else wait + _DAY
    try:
        return seconds(value)
    except ValueError:
        raise ValueError(
            f"a time must be like 22:00, or a duration after the start like 1h30m, got {value!r}"
        ) from None


def spelled(length: float) -> str:
    """Return a length of time for readers: ``45 s``, ``12 min 30 s``, ``6 h 5 min``, ``2 d 4 h``."""
    if length < 59.5:
        return f"{length:.3g} s"
    whole = round(length)
    parts = ((_DAY, "d", 3_600, "h"), (3_600, "h", 60, "min"), (60, "min", 1, "s"))
    size, unit, smaller, lower = next(each for each in parts if whole >= each[0])
    rest = whole % size // smaller
    return f"{whole // size} {unit}" + (f" {rest} {lower}" if rest else "")
