"""Thresholds of alarms, within CloudWatch's limits."""

from __future__ import annotations

import aws_cdk as cdk
import pytest

import batch_constructs as bc


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"above": -1}, "above must be at least 0"),
        ({"above": 1, "period": cdk.Duration.seconds(90)}, "period must be whole minutes"),
        ({"above": 1, "period": cdk.Duration.days(8)}, "period must be whole minutes up to a week"),
        ({"above": 1, "periods": 0}, "periods must be at least 1"),
        ({"above": 1, "period": cdk.Duration.minutes(30), "periods": 49}, "at most a day"),
        ({"above": 1, "period": cdk.Duration.hours(1), "periods": 169}, "a week for periods of an hour"),
    ],
)
def test_an_impossible_threshold_is_refused(arguments, message) -> None:
    """Fails when it is created."""
    with pytest.raises(ValueError, match=message):
        bc.CountThreshold(**arguments)


def test_a_time_is_checked_in_the_same_way() -> None:
    """Its periods have the same limits."""
    with pytest.raises(ValueError, match="periods must be at least 1"):
        bc.TimeThreshold(above=cdk.Duration.hours(1), periods=0)


def test_a_week_of_hours_and_tokens_pass() -> None:
    """A token is no error."""
    assert bc.CountThreshold(above=0, period=cdk.Duration.hours(1), periods=168).periods == 168
    unknown = cdk.Token.as_number({"Ref": "Parameter"})
    assert bc.CountThreshold(above=unknown, periods=unknown).above == unknown
