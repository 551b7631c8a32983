"""The time limit of an attempt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch_constructs.assembly.checks import Finding, Severity, outside, rule
from batch_constructs.assembly.template import is_one_of
from batch_constructs.facts import limits
from batch_constructs.facts.vocabulary import DependencyCondition

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_constructs.assembly.template.resources import JobDefinition, JobTimeout

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


_ENDS = (DependencyCondition.COMPLETE, DependencyCondition.SUCCESS)


@rule(
    "TMO-21",
    severity=Severity.WARNING,
    remedy="give StartTimeout to the container that waits",
    prevents="a job that stays in STARTING although it has a timeout",
)
def waiting_has_a_limit(definition: JobDefinition) -> Iterator[Finding]:
    """A container of a job with a timeout that waits for the end of another should have a start timeout.

    The timeout of a job begins when it is RUNNING; it is STARTING until all dependencies of its containers are met.
    """
    if not definition.timeout.present:
        return
    for task in definition.ecs_properties.task_properties:
        for container in task.containers:
            waits = any(is_one_of(each.condition, *_ENDS) for each in container.depends_on)
            if waits and container.omits("StartTimeout"):
                message = "the timeout of the job does not count the time for which this container waits"
                yield Finding(container, message, at="DependsOn")
