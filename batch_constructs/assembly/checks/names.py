"""Names of Batch's resources."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch_constructs.assembly.checks import Severity, malformed, rule
from batch_constructs.facts import patterns

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_constructs.assembly.checks import Finding
    from batch_constructs.assembly.template.resources import (
        ComputeEnvironment,
        ConsumableResource,
        Container,
        EcsTask,
        JobContainer,
        JobDefinition,
        JobQueue,
        QuotaShare,
        SchedulingPolicy,
        ServiceEnvironment,
    )

CHAPTER = "Job Definition Parameters"

ERROR = Severity.ERROR


@rule(
    "NAME-01",
    severity=ERROR,
    remedy="use 1 to 128 letters, digits, hyphens and underscores, or give no name",
    prevents="ClientException: the name should match valid pattern",
)
def resource_name(
    resource: ComputeEnvironment
    | JobDefinition
    | SchedulingPolicy
    | QuotaShare
    | ServiceEnvironment
    | ConsumableResource,
) -> Iterator[Finding]:
    """Names of Batch's resources must be 1 to 128 letters, digits, hyphens and underscores."""
    yield from malformed(patterns.RESOURCE_NAME, resource, resource.NAME, resource.name)


@rule(
    "NAME-02",
    chapter="Job Queue Parameters",
    severity=ERROR,
    remedy="use 1 to 128 letters, digits, hyphens and underscores, or give no name",
    prevents="ClientException: the name should match valid pattern",
)
def job_queue_name(queue: JobQueue) -> Iterator[Finding]:
    """A job queue's name must be 1 to 128 letters, digits, hyphens and underscores."""
    yield from malformed(patterns.JOB_QUEUE_NAME, queue, "JobQueueName", queue.name)


@rule("NAME-04", severity=ERROR, remedy="use 1 to 255 letters, digits, hyphens and underscores")
def volume_name(owner: JobContainer | EcsTask) -> Iterator[Finding]:
    """A volume's name must be 1 to 255 letters, digits, hyphens and underscores."""
    for volume in owner.volumes:
        yield from malformed(patterns.VOLUME_NAME, volume, "Name", volume.name)


@rule(
    "NAME-05",
    severity=ERROR,
    remedy="write registry/repository:tag or registry/repository@digest, without a scheme",
)
def image_reference(container: Container) -> Iterator[Finding]:
    """An image reference must be at most 255 letters, digits and the signs - _ : . / # @."""
    yield from malformed(patterns.IMAGE, container, "Image", container.image)
