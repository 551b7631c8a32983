"""The limits of what a job definition and a submission say about a job."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from batch_constructs.facts.limits import (
    ARRAY_SIZE,
    ATTEMPT_DURATION_SECONDS,
    DEPENDENCIES,
    EVALUATE_ON_EXIT,
    RETRY_ATTEMPTS,
    SCHEDULING_PRIORITY,
    TAGS,
)
from batch_constructs.local.errors import ClientError, refused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_constructs.facts.ranges import Range

Document = dict[str, Any]


def check_settings(request: Document, *, lenient: bool = False) -> None:
    """Refuse numbers that AWS Batch refuses.

    Args:
        request: The members of RegisterJobDefinition or SubmitJob.
        lenient: Accept a timeout of less than 60 seconds.

    Raises:
        ClientError: A number is out of range; the message lists all of them.
    """
    retry = request.get("retryStrategy")
    if retry is not None and "attempts" not in retry:
        raise refused("RetryAttempts must be provided with retry strategy")
    found = [
        limit.problem(name, value)
        for name, value, limit in _numbers(request)
        if not (lenient and limit is ATTEMPT_DURATION_SECONDS)
    ]
    if wrong := [each for each in found if each]:
        raise ClientError("; ".join(wrong))


def _numbers(request: Document) -> Iterator[tuple[str, float, Range]]:
    """Yield the numbers of a request with their names and ranges."""
    for path, limit in (
        ("retryStrategy.attempts", RETRY_ATTEMPTS),
        ("timeout.attemptDurationSeconds", ATTEMPT_DURATION_SECONDS),
        ("schedulingPriority", SCHEDULING_PRIORITY),
        ("schedulingPriorityOverride", SCHEDULING_PRIORITY),
        ("arrayProperties.size", ARRAY_SIZE),
    ):
        value: Any = request
        for member in path.split("."):
            value = (value or {}).get(member)
        if value is not None:
            yield path, value, limit
    yield (
        "retryStrategy.evaluateOnExit",
        len(_of(request, "retryStrategy", "evaluateOnExit")),
        EVALUATE_ON_EXIT,
    )
    yield "dependsOn", len(request.get("dependsOn") or ()), DEPENDENCIES
    yield "tags", len(request.get("tags") or ()), TAGS


def _of(request: Document, outer: str, inner: str) -> Any:
    return (request.get(outer) or {}).get(inner) or ()
