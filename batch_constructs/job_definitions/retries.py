"""Retries of failed attempts of a job."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from batch_constructs._border.arguments import checked
from batch_constructs._border.problems import Problems
from batch_constructs._border.tokens import known
from batch_constructs.facts import limits, patterns
from batch_constructs.facts.vocabulary import RetryAction

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jsii import Number

__all__ = ["RetryAction", "RetryRule", "RetryStrategy"]


@checked
@dataclass(frozen=True, slots=True, kw_only=True)
class RetryRule:
    """One rule of ``evaluateOnExit``: conditions that must all match, and an action.

    What is omitted matches everything. Prefer the presets, such as `on_spot_reclaim` and `otherwise_exit`. A
    pattern may end in ``*``, its only wildcard. AWS allows letters, digits, ``.``, ``:`` and white space in it, so
    match up to the first other character and end with ``*``.

    Attributes:
        action: The action when all given conditions match.
        on_exit_code: Pattern over the container's exit code: digits, at most 512 characters.
        on_reason: Pattern over the reason that the container gives, at most 512 characters.
        on_status_reason: Pattern over the reason of the job's state, at most 512 characters.

    Raises:
        ValueError: there is no condition, or AWS would refuse a pattern.

    Guide: Automated Job Retries.
    """

    action: RetryAction
    on_exit_code: str | None = None
    on_reason: str | None = None
    on_status_reason: str | None = None

    def __post_init__(self) -> None:
        problems = Problems()
        conditions = (self.on_exit_code, self.on_reason, self.on_status_reason)
        problems.check(
            any(condition is not None for condition in conditions),
            "a retry rule needs on_exit_code, on_reason or on_status_reason, got none of them",
        )
        problems.matches("on_exit_code", self.on_exit_code, patterns.ON_EXIT_CODE)
        problems.matches("on_reason", self.on_reason, patterns.ON_REASON)
        problems.matches("on_status_reason", self.on_status_reason, patterns.ON_STATUS_REASON)
        problems.raise_if_any()

    @classmethod
    def on_spot_reclaim(cls) -> RetryRule:
        """Retry when the host was lost: a Spot reclaim, or any other end of the instance."""
        return cls(action=RetryAction.RETRY, on_status_reason="Host EC2*")

    @classmethod
    def on_fargate_spot_reclaim(cls) -> RetryRule:
        """Retry when Fargate Spot reclaimed the task."""
        return cls(action=RetryAction.RETRY, on_status_reason="Your Spot Task was interrupted*")

    @classmethod
    def on_image_pull_failure(cls) -> RetryRule:
        """Retry when the image could not be pulled, which happens now and then."""
        return cls(action=RetryAction.RETRY, on_reason="CannotPullContainer*")

    @classmethod
    def on_code(cls, exit_code: int, *, action: RetryAction = RetryAction.RETRY) -> RetryRule:
        """Retry or exit on one exit code of the container.

        Args:
            exit_code: The exit code, 0 or more.
            action: The action; by default another attempt.

        Raises:
            ValueError: the exit code is negative.
        """
        if known(exit_code) and exit_code < 0:
            raise ValueError(f"exit_code must be at least 0, got {exit_code}")
        return cls(action=action, on_exit_code=str(exit_code))

    @classmethod
    def otherwise_exit(cls) -> RetryRule:
        """Let the job fail for every other reason. It must be last: AWS retries what no rule matches."""
        return cls(action=RetryAction.EXIT, on_reason="*")

    @classmethod
    def otherwise_retry(cls) -> RetryRule:
        """Retry for every other reason. It must be last; it states AWS's default."""
        return cls(action=RetryAction.RETRY, on_reason="*")


@checked
@dataclass(frozen=True, slots=True, kw_only=True)
class RetryStrategy:
    """The number of attempts of a job, and which failures are retried.

    A cancelled, terminated or timed-out job is never retried, whatever the strategy.

    Attributes:
        attempts: 1 to 10, including the first one.
        evaluate_on_exit: At most 5 rules, tried in order. A failure that none of them matches is retried, so by default
            every failure.

    Raises:
        ValueError: a limit is broken.

    Guide: Automated Job Retries.
    """

    attempts: Number
    evaluate_on_exit: Sequence[RetryRule] = ()

    def __post_init__(self) -> None:
        problems = Problems()
        problems.within("attempts", self.attempts, limits.RETRY_ATTEMPTS)
        problems.within("the length of evaluate_on_exit", len(self.evaluate_on_exit), limits.EVALUATE_ON_EXIT)
        problems.raise_if_any()
        object.__setattr__(self, "evaluate_on_exit", tuple(self.evaluate_on_exit))

    @classmethod
    def on_spot_reclaim(cls, attempts: Number = 3) -> RetryStrategy:
        """Retry failures of the platform, on EC2 and on Fargate, and let the job fail at once for its own errors.

        Args:
            attempts: 1 to 10, including the first one; by default 3.

        Raises:
            ValueError: the number is out of its range.
        """
        rules = (
            RetryRule.on_spot_reclaim(),
            RetryRule.on_fargate_spot_reclaim(),
            RetryRule.on_image_pull_failure(),
            RetryRule.otherwise_exit(),
        )
        return cls(attempts=attempts, evaluate_on_exit=rules)
