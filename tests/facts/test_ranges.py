"""Ranges and their messages."""

from __future__ import annotations

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batch_constructs.facts import limits, quotas, ranges, sources
from batch_constructs.facts.ranges import Quota, Range
from batch_constructs.facts.sources import API
from docs.build_contents import entries

RANGES = {name: value for name, value in vars(limits).items() if isinstance(value, Range)}
QUOTAS = {name: value for name, value in vars(quotas).items() if isinstance(value, Quota)}


@pytest.mark.parametrize(
    ("range_", "words"),
    [
        (Range(1, 10, unit="attempts", source=API), "from 1 to 10 attempts"),
        (Range(60, None, unit="seconds", source=API), "at least 60 seconds"),
        (Range(None, 5, unit="entries", source=API), "at most 5 entries"),
        (Range(20, 10_080, unit="minutes", source=API, also=(0,)), "0 or from 20 to 10,080 minutes"),
        (Range(1, 1, unit="task", source=API), "exactly 1 task"),
        (Range(0.0001, 999.9999, unit="", source=API, whole=False), "from 0.0001 to 999.9999"),
        (Range(0, 99, unit="", source=API), "from 0 to 99"),
        (Range(None, None, unit="vCPUs", source=API), "a number of vCPUs"),
        (Range(None, None, unit="", source=API), "a number"),
    ],
)
def test_words_read_like_a_sentence(range_: Range, words: str) -> None:
    """They follow "must be" in a message."""
    assert range_.words == words


def test_every_limit_holds_at_its_ends_and_not_beyond() -> None:
    """Both ends are included; the next numbers are refused."""
    wrong = []
    for name, limit in RANGES.items():
        assert limit.minimum is not None, name
        step = 1 if limit.whole else 0.00001
        ends = [limit.minimum, *limit.also, *([] if limit.maximum is None else [limit.maximum])]
        beyond = {limit.minimum - step, *([] if limit.maximum is None else [limit.maximum + step])}
        wrong += [f"{name} refuses {each}" for each in ends if limit.problem("it", each) is not None]
        wrong += [f"{name} takes {each}" for each in beyond - {*limit.also} if limit.contains(each)]
    assert wrong == []


def test_every_default_is_allowed() -> None:
    """Defaults are valid values, except Fargate's disk, whose range starts above it."""
    defaults = {name: limit.default for name, limit in RANGES.items() if limit.default is not None}
    assert [name for name, default in defaults.items() if not RANGES[name].contains(default)] == [
        "EPHEMERAL_STORAGE_GIB"
    ]


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 1.5])
def test_what_is_no_whole_number_is_refused(value: float) -> None:
    """A retry strategy has no half attempts."""
    assert not limits.RETRY_ATTEMPTS.contains(value)


def test_fractions_are_allowed_where_the_api_has_them() -> None:
    """For weight factors and CPU on EKS."""
    assert limits.WEIGHT_FACTOR.contains(0.125)
    assert limits.EKS_CPU.contains(0.25)


def test_a_problem_says_rule_and_value() -> None:
    """Constructs and rules share the message."""
    assert limits.RETRY_ATTEMPTS.problem("attempts", 50) == "attempts must be from 1 to 10, got 50"


@given(st.sampled_from(sorted(RANGES)), st.floats(allow_nan=True, allow_infinity=True))
def test_any_number_is_either_allowed_or_explained(name: str, value: float) -> None:
    """No number makes a check fail."""
    limit = RANGES[name]
    assert (limit.problem("it", value) is None) is limit.contains(value)


def test_every_limit_and_quota_has_a_dated_source() -> None:
    """A number without a source cannot be kept up to date."""
    named = {each for each in vars(sources).values() if isinstance(each, sources.Source)}
    every = named | {fact.source for fact in RANGES.values()} | {fact.source for fact in QUOTAS.values()}
    assert [
        each for each in every if not each.name or not re.fullmatch(r"20\d\d(-\d\d){0,2}", each.date)
    ] == []
    # Addresses that AWS's table of contents has.
    pages = {f"https://docs.aws.amazon.com/batch/latest/userguide/{page}.html" for page in entries()}
    assert {sources.guide(page).link for page in sources.GUIDE_VERSIONS} <= pages
    assert len(RANGES) > 50


def test_ranges_cannot_be_changed() -> None:
    """One importer cannot change a limit for the others."""
    with pytest.raises(AttributeError):
        limits.RETRY_ATTEMPTS.maximum = 11  # type: ignore[misc]
    assert not hasattr(ranges.Range(1, 2, unit="", source=API), "__dict__")
