"""The time limit of an attempt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch_constructs.assembly.checks import Severity, outside, rule
from batch_constructs.facts import limits

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_constructs.assembly.checks import Finding
    from batch_constructs.assembly.template.resources import JobTimeout

CHAPTER = "Job Timeouts"


@rule(
    "TMO-01",
    severity=Severity.ERROR,
    remedy="allow at least 60 seconds",
    prevents="ClientException: attemptDurationSeconds must be at least 60",
)
def at_least_a_minute(timeout: JobTimeout) -> Iterator[Finding]:
    """A timeout must be at least 60 seconds."""
    seconds = timeout.attempt_duration_seconds
    yield from outside(limits.ATTEMPT_DURATION_SECONDS, timeout, "AttemptDurationSeconds", seconds)
