"""Retries: presets, limits, patterns."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batch_constructs import RetryAction, RetryRule, RetryStrategy


@pytest.mark.parametrize(("attempts", "legal"), [(0, False), (1, True), (10, True), (11, False), (50, False)])
def test_attempts_have_their_range(attempts: int, legal: bool) -> None:
    """1 to 10 attempts pass, nothing else does."""
    if legal:
        assert RetryStrategy(attempts=attempts).attempts == attempts
    else:
        with pytest.raises(ValueError, match=f"attempts must be from 1 to 10, got {attempts}"):
            RetryStrategy(attempts=attempts)


@pytest.mark.parametrize(("rules", "legal"), [(5, True), (6, False)])
def test_at_most_five_rules(rules: int, legal: bool) -> None:
    """Five rules pass, six fail."""
    evaluate_on_exit = [RetryRule.on_code(code) for code in range(rules)]
    if legal:
        assert len(RetryStrategy(attempts=2, evaluate_on_exit=evaluate_on_exit).evaluate_on_exit) == rules
    else:
        with pytest.raises(ValueError, match="the length of evaluate_on_exit"):
            RetryStrategy(attempts=2, evaluate_on_exit=evaluate_on_exit)


@pytest.mark.parametrize(
    "pattern",
    [
        {"on_exit_code": "13x"},
        {"on_exit_code": "*1"},
        {"on_reason": "Error [1]*"},
        {"on_status_reason": "a/b"},
    ],
)
def test_fails_when_aws_takes_no_such_pattern(pattern: dict[str, str]) -> None:
    """Fails when a pattern holds a character that AWS refuses, or a wildcard before the end."""
    with pytest.raises(ValueError, match=next(iter(pattern))):
        RetryRule(action=RetryAction.RETRY, **pattern)


def test_fails_when_a_rule_has_no_condition() -> None:
    """Fails when nothing could match."""
    with pytest.raises(ValueError, match="needs on_exit_code, on_reason or on_status_reason"):
        RetryRule(action=RetryAction.EXIT)


def test_fails_when_an_exit_code_is_negative() -> None:
    """Fails when no container could exit with such a code."""
    with pytest.raises(ValueError, match="exit_code must be at least 0, got -1"):
        RetryRule.on_code(-1)


def test_spot_preset_retries_the_platform_and_nothing_else() -> None:
    """Pain 21 (nextflow#5215): a reclaim is retried on EC2 and on Fargate, an error of the job is not."""
    strategy = RetryStrategy.on_spot_reclaim()
    assert strategy.attempts == 3
    *platform, last = strategy.evaluate_on_exit
    assert {rule.action for rule in platform} == {RetryAction.RETRY}
    assert last == RetryRule(action=RetryAction.EXIT, on_reason="*")
    assert [rule.on_status_reason for rule in platform[:2]] == [
        "Host EC2*",
        "Your Spot Task was interrupted*",
    ]


@given(st.text(alphabet=st.characters(codec="ascii", categories=["L", "N"]), min_size=1, max_size=511))
def test_every_plain_reason_passes(text: str) -> None:
    """Letters and digits with a wildcard at the end are always legal, up to the limit."""
    assert RetryRule(action=RetryAction.RETRY, on_reason=f"{text}*").on_reason == f"{text}*"
