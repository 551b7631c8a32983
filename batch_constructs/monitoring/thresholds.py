"""The thresholds of alarms: counts and times."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aws_cdk import Duration

from batch_constructs._border.arguments import checked
from batch_constructs._border.problems import Problems
from batch_constructs._border.tokens import known, seconds

if TYPE_CHECKING:
    from jsii import Number

__all__ = ["ALMOST_ALL_FOR_AN_HOUR", "ANY", "AN_HOUR", "PERIOD", "CountThreshold", "TimeThreshold"]

PERIOD = 300
"""The default length of a period in seconds."""
# CloudWatch's limits for all periods of an alarm together: a week if each is an hour or longer, else a day.
_HOUR, _DAY, _WEEK = 3_600, 86_400, 604_800


@checked
@dataclass(frozen=True, slots=True, kw_only=True)
class CountThreshold:
    """A threshold for a count.

    Attributes:
        above: The count that a period must exceed, at least 0.
        period: How long a period is, whole minutes up to a week; by default 5 minutes.
        periods: The number of periods in a row, at least 1; together they are a day at most, or a week if
            they are hours. By default 1.

    Raises:
        ValueError: a value is out of its range.

    Guide: Using CloudWatch Metrics with AWS Batch (newer than the table of contents).
    """

    above: Number
    period: Duration | None = None
    periods: Number = 1

    def __post_init__(self) -> None:
        problems = Problems()
        problems.check(
            not known(self.above) or self.above >= 0, f"above must be at least 0, got {self.above}"
        )
        _check_periods(problems, self.period, self.periods)
        problems.raise_if_any()


@checked
@dataclass(frozen=True, slots=True, kw_only=True)
class TimeThreshold:
    """A threshold for a time.

    Attributes:
        above: The time that a period must exceed, from 0.
        statistic: The statistic over all jobs in a period, such as ``"p50"`` or ``"Maximum"``; by default ``"p90"``: one job
            in ten took longer.
        period: How long a period is, whole minutes up to a week; by default 5 minutes.
        periods: The number of periods in a row, at least 1; together they are a day at most, or a week if
            they are hours. By default 1.

    Raises:
        ValueError: a value is out of its range.

    Guide: Using CloudWatch Metrics with AWS Batch (newer than the table of contents).
    """

    above: Duration
    statistic: str = "p90"
    period: Duration | None = None
    periods: Number = 1

    def __post_init__(self) -> None:
        problems = Problems()
        _check_periods(problems, self.period, self.periods)
        problems.raise_if_any()


def _check_periods(problems: Problems, period: Duration | None, periods: Number) -> None:
    length = seconds(period) or PERIOD
    problems.check(
        not known(length) or (60 <= length <= _WEEK and length % 60 == 0),
        f"period must be whole minutes up to a week, got {length} seconds",
    )
    problems.check(not known(periods) or periods >= 1, f"periods must be at least 1, got {periods}")
    problems.check(
        not known(length) or not known(periods) or length * periods <= (_DAY if length < _HOUR else _WEEK),
        "period times periods must be at most a day, or a week for periods of an hour at least, "
        f"got {length} seconds times {periods}",
    )


ANY = CountThreshold(above=0)
AN_HOUR = TimeThreshold(above=Duration.hours(1))
ALMOST_ALL_FOR_AN_HOUR = CountThreshold(above=95, periods=12)
