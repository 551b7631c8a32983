"""The policy for running jobs when a deploy replaces an environment's instances."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from batch_constructs._border.arguments import checked
from batch_constructs._border.problems import Problems
from batch_constructs.facts import limits

if TYPE_CHECKING:
    from jsii import Number

__all__ = ["UpdatePolicy"]


@checked
@dataclass(frozen=True, slots=True, kw_only=True)
class UpdatePolicy:
    """The policy for running jobs when an infrastructure update replaces the instances.

    Attributes:
        job_execution_timeout_minutes: How long jobs on old instances may run on, 1 to 7,200 minutes; by default 30.
        terminate_jobs_on_update: Whether jobs are ended at once instead. They run again only if their retry strategy
            has attempts left. By default they run on until the timeout.

    Raises:
        ValueError: the timeout is out of its range.

    Guide: Updating Compute Environments (newer than the table of contents).
    """

    job_execution_timeout_minutes: Number = 30
    terminate_jobs_on_update: bool = False

    def __post_init__(self) -> None:
        problems = Problems()
        problems.within(
            "job_execution_timeout_minutes", self.job_execution_timeout_minutes, limits.UPDATE_TIMEOUT_MINUTES
        )
        problems.raise_if_any()
