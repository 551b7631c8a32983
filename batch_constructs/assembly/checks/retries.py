"""Retry strategies of job definitions and submissions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch_constructs.assembly.checks import Finding, Severity, malformed, miscounted, misspelt, outside, rule
from batch_constructs.assembly.template import is_known, is_none_of, is_one_of
from batch_constructs.facts import limits, patterns, vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_constructs.assembly.template.resources import RetryRule, RetryStrategy

CHAPTER = "Automated Job Retries"

ERROR, WARNING = Severity.ERROR, Severity.WARNING
_CONDITIONS = ("OnExitCode", "OnReason", "OnStatusReason")


@rule(
    "RET-01",
    severity=ERROR,
    remedy="choose 1 to 10 attempts",
    prevents="ClientException: retry attempts must be from 1 to 10",
)
def attempts_in_range(strategy: RetryStrategy) -> Iterator[Finding]:
    """A job must be attempted 1 to 10 times."""
    yield from outside(limits.RETRY_ATTEMPTS, strategy, "Attempts", strategy.attempts)


@rule(
    "RET-02",
    severity=ERROR,
    remedy="keep at most five conditions; a pattern that ends in * matches several",
)
def at_most_five_conditions(strategy: RetryStrategy) -> Iterator[Finding]:
    """A retry strategy must have at most five conditions."""
    yield from miscounted(limits.EVALUATE_ON_EXIT, strategy, "EvaluateOnExit", strategy.evaluate_on_exit)


@rule("RET-03", severity=ERROR, remedy="write RETRY or EXIT")
def action_is_known(condition: RetryRule) -> Iterator[Finding]:
    """A condition must have the action RETRY or EXIT."""
    yield from misspelt(vocabulary.RetryAction, condition, "Action", condition.action)
    if condition.omits("Action"):
        yield Finding(condition, "Action must be RETRY or EXIT, got none")


@rule(
    "RET-04",
    severity=ERROR,
    remedy="give OnExitCode, OnReason or OnStatusReason; OnReason * matches every exit",
)
def condition_has_a_pattern(condition: RetryRule) -> Iterator[Finding]:
    """A condition must have at least one pattern to match."""
    if all(condition.omits(name) for name in _CONDITIONS):
        yield Finding(condition, "a condition needs OnExitCode, OnReason or OnStatusReason, got none of them")


@rule("RET-05", severity=ERROR, remedy="give the number of attempts with the conditions")
def conditions_need_attempts(strategy: RetryStrategy) -> Iterator[Finding]:
    """A retry strategy with conditions must also have the number of attempts."""
    if strategy.evaluate_on_exit and strategy.omits("Attempts"):
        yield Finding(strategy, "EvaluateOnExit needs Attempts, got none", at="EvaluateOnExit")


@rule("RET-06", severity=ERROR, remedy="write digits, with * at the end for a whole range")
def exit_code_pattern(condition: RetryRule) -> Iterator[Finding]:
    """A pattern for exit codes must be digits with an optional * at the end."""
    yield from malformed(patterns.ON_EXIT_CODE, condition, "OnExitCode", condition.on_exit_code)


@rule(
    "RET-07",
    severity=ERROR,
    remedy="write the reason up to the first character that is not allowed, and end with *",
)
def reason_pattern(condition: RetryRule) -> Iterator[Finding]:
    """A pattern for reasons must be letters, digits, periods, colons and white space with an optional * at the end."""
    yield from malformed(patterns.ON_REASON, condition, "OnReason", condition.on_reason)
    yield from malformed(patterns.ON_STATUS_REASON, condition, "OnStatusReason", condition.on_status_reason)


@rule(
    "RET-08",
    severity=WARNING,
    remedy="end with a condition OnReason * that leads to EXIT",
    prevents="retries of every failure that no condition matches",
)
def ends_with_a_catch_all(strategy: RetryStrategy) -> Iterator[Finding]:
    """Conditions should end with one that matches everything and leads to EXIT: a failure that matches none is retried."""
    conditions = strategy.evaluate_on_exit
    # A RETRY before an EXIT excludes failures from it. A last RETRY has no effect, since other failures are retried anyway.
    idle = any(is_one_of(condition.action, "RETRY") for condition in list(conditions)[-1:])
    if idle and conditions.complete and all(_leaves_some(condition) for condition in conditions):
        message = "a failure that no condition matches is retried, so a last condition that leads to RETRY has no effect"
        yield Finding(strategy, message, at="EvaluateOnExit")


def _leaves_some(condition: RetryRule) -> bool:
    """Return whether there are certainly failures that the condition does not end."""
    if is_one_of(condition.action, "RETRY"):
        return True
    patterns_given = (condition.on_exit_code, condition.on_reason, condition.on_status_reason)
    return is_one_of(condition.action, "EXIT") and any(is_none_of(p, None, "*") for p in patterns_given)


@rule("RET-09", severity=WARNING, remedy="allow at least two attempts, or leave out the conditions")
def conditions_have_an_effect(strategy: RetryStrategy) -> Iterator[Finding]:
    """Conditions have no effect unless there is more than one attempt."""
    if strategy.evaluate_on_exit and is_known(strategy.attempts) and strategy.attempts == 1:
        yield Finding(strategy, "EvaluateOnExit has no effect with Attempts 1", at="Attempts")
