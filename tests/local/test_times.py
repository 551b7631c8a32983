"""When schedules are due, by the examples of AWS's guides."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from batch_constructs.local.events.times import next_time

# A Tuesday.
AFTER = datetime(2026, 12, 1, 12, 34, 56, tzinfo=UTC)
UTC_ZONE = ZoneInfo("UTC")


def due(expression: str, count: int = 1, zone: str = "UTC", after: datetime = AFTER) -> list[str]:
    """Return the next times in the zone, to the minute."""
    found: list[str] = []
    moment: datetime | None = after
    while moment and len(found) < count:
        moment = next_time(expression, moment, ZoneInfo(zone))
        if moment:
            found.append(moment.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M"))
    return found


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("cron(0 10 * * ? *)", ["2026-12-02 10:00", "2026-12-03 10:00"]),
        ("cron(15 12 * * ? *)", ["2026-12-02 12:15", "2026-12-03 12:15"]),
        ("cron(0 18 ? * MON-FRI *)", ["2026-12-01 18:00", "2026-12-02 18:00"]),
        ("cron(0 8 1 * ? *)", ["2027-01-01 08:00", "2027-02-01 08:00"]),
        ("cron(0/15 * * * ? *)", ["2026-12-01 12:45", "2026-12-01 13:00"]),
        ("cron(1/10 * * * ? *)", ["2026-12-01 12:41", "2026-12-01 12:51"]),
        ("cron(0/5 8-17 ? * MON-FRI *)", ["2026-12-01 12:35", "2026-12-01 12:40"]),
        ("cron(0/30 20-2 ? * MON-FRI *)", ["2026-12-01 20:00", "2026-12-01 20:30"]),
        ("cron(15 10 ? * 6L 2026-2027)", ["2026-12-25 10:15", "2027-01-29 10:15"]),
        ("cron(0 9 ? * 3#2 *)", ["2026-12-08 09:00", "2027-01-12 09:00"]),
        ("cron(0 9 3W * ? *)", ["2026-12-03 09:00", "2027-01-04 09:00"]),
        ("cron(0 9 L * ? *)", ["2026-12-31 09:00", "2027-01-31 09:00"]),
        ("cron(0 0 29 FEB ? *)", ["2028-02-29 00:00", "2032-02-29 00:00"]),
        ("rate(5 minutes)", ["2026-12-01 12:39", "2026-12-01 12:44"]),
        ("rate(1 hour)", ["2026-12-01 13:34", "2026-12-01 14:34"]),
        ("rate(7 days)", ["2026-12-08 12:34", "2026-12-15 12:34"]),
        ("at(2027-01-01T00:00:00)", ["2027-01-01 00:00"]),
        ("at(2026-01-01T00:00:00)", []),
        ("cron(0 10 * * ? 2020)", []),
    ],
    ids=str,
)
def test_a_schedule_is_due_as_documented(expression: str, expected: list[str]) -> None:
    """Rates, times and all wildcards of cron expressions mean what AWS's guides say."""
    assert due(expression, 2) == expected


def test_the_time_zone_is_that_of_the_schedule() -> None:
    """01:30 in Berlin is 00:30 UTC in winter."""
    found = next_time("cron(30 1 * * ? *)", AFTER, ZoneInfo("Europe/Berlin"))
    assert found == datetime(2026, 12, 2, 0, 30, tzinfo=UTC)


def test_a_time_that_the_clock_skips_is_left_out() -> None:
    """On 28 March 2027 Berlin has no 02:30."""
    after = datetime(2027, 3, 27, 12, tzinfo=UTC)
    assert due("cron(30 2 * * ? *)", 1, "Europe/Berlin", after) == ["2027-03-29 02:30"]


def test_a_time_that_the_clock_shows_twice_counts_once() -> None:
    """On 25 October 2026 Berlin has 02:30 twice."""
    after = datetime(2026, 10, 24, 12, tzinfo=UTC)
    assert due("cron(30 2 * * ? *)", 2, "Europe/Berlin", after) == ["2026-10-25 02:30", "2026-10-26 02:30"]


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("every day", "the schedule must be rate"),
        ("cron(60 0 * * ? *)", "a field must be from 0 to 59, got '60'"),
        ("cron(0/0 0 * * ? *)", "a step must be a number from 1, got '0/0'"),
        ("cron(0 0 ? * XYZ *)", "a field must be from 1 to 7, got 'XYZ'"),
    ],
    ids=str,
)
def test_a_wrong_expression_is_an_error(expression: str, message: str) -> None:
    """A schedule that AWS would refuse is not one that is never due."""
    with pytest.raises(ValueError, match=message):
        next_time(expression, AFTER, UTC_ZONE)
