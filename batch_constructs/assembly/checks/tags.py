"""Tags of Batch's resources."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch_constructs.assembly.checks import Finding, Severity, rule
from batch_constructs.assembly.template import known
from batch_constructs.facts import limits, patterns

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_constructs.assembly.template.resources import (
        ComputeEnvironment,
        ComputeResources,
        ConsumableResource,
        JobDefinition,
        JobQueue,
        QuotaShare,
        SchedulingPolicy,
        ServiceEnvironment,
    )


@rule(
    "TAG-01",
    chapter="Tagging Your AWS Batch Resources",
    severity=Severity.ERROR,
    remedy="keep at most 50 tags, keys up to 128 and values up to 256 characters, and no key that begins with aws:",
)
def tags_are_allowed(
    resource: ComputeEnvironment
    | ComputeResources
    | JobQueue
    | JobDefinition
    | SchedulingPolicy
    | ServiceEnvironment
    | ConsumableResource
    | QuotaShare,
) -> Iterator[Finding]:
    """A resource has at most 50 tags; keys have up to 128 characters, not aws: in front, values up to 256."""
    tags = resource.tags
    if not known(tags):
        return
    if not limits.TAGS.contains(len(tags)):
        yield Finding(resource, f"Tags must be {limits.TAGS.words}, got {len(tags)}", at="Tags")
    for key, value in tags.items():
        if problem := patterns.TAG_KEY.problem("a tag's key", key):
            yield Finding(resource, problem, at=f"Tags.{key}")
        if known(value) and not limits.TAG_VALUE_LENGTH.contains(len(value)):
            message = f"the value of tag {key!r} must have {limits.TAG_VALUE_LENGTH.words}, got {len(value)}"
            yield Finding(resource, message, at=f"Tags.{key}")
