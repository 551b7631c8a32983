"""Resources that must be in the same Region."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch_constructs.assembly.checks import Finding, Severity, rule
from batch_constructs.assembly.checks._arns import elsewhere, region_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_constructs.assembly.template import Unknown, View
    from batch_constructs.assembly.template.resources import JobQueue

CHAPTER = "Creating a Job Queue"

ERROR, WARNING = Severity.ERROR, Severity.WARNING


@rule(
    "JQ-11",
    severity=ERROR,
    remedy="give ARNs of the queue's own Region",
    prevents="ClientException: Compute Environments must be created and valid before attaching them to a job queue",
)
def one_region(queue: JobQueue) -> Iterator[Finding]:
    """A job queue, its environments and its scheduling policy must be in one Region."""
    seen: dict[str, str] = {}
    for view, at, arn in _links(queue):
        region = region_of(arn)
        if region is None:
            continue
        if (both := elsewhere(view, arn)) is not None:
            message = f"{at} must be in the stack's Region {both.here}, got {both.there}"
            yield Finding(view, message, at=at)
        elif seen and region not in seen:
            other, its = next(iter(seen.items()))
            message = f"a job queue needs ARNs of one Region, got {region} and, in {its}, {other}"
            yield Finding(view, message, at=at)
        seen.setdefault(region, at)


def _links(queue: JobQueue) -> Iterator[tuple[View, str, str | Unknown | None]]:
    """Yield where a queue names its environments and its policy."""
    for entry in queue.compute_environment_order:
        yield entry, "ComputeEnvironment", entry.environment_arn
    for service in queue.service_environment_order:
        yield service, "ServiceEnvironment", service.environment_arn
    yield queue, "SchedulingPolicyArn", queue.scheduling_policy_arn
