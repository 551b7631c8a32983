"""Tags of Batch's resources."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch_constructs.assembly.checks import Finding, Severity, rule
from batch_constructs.assembly.template import is_known, is_one_of
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
    from batch_constructs.assembly.template.resources.submissions import Submission

CHAPTER = "Tagging Your AWS Batch Resources"


@rule(
    "TAG-01",
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
    """A resource must have at most 50 tags, with keys up to 128 characters, not starting with aws:, and values up to 256."""
    tags = resource.tags
    if not is_known(tags):
        return
    if not limits.TAGS.contains(len(tags)):
        yield Finding(resource, f"Tags must be {limits.TAGS.words}, got {len(tags)}", at="Tags")
    for key, value in tags.items():
        if problem := patterns.TAG_KEY.problem("a tag's key", key):
            yield Finding(resource, problem, at=f"Tags.{key}")
        if is_known(value) and not limits.TAG_VALUE_LENGTH.contains(len(value)):
            message = f"the value of tag {key!r} must have {limits.TAG_VALUE_LENGTH.words}, got {len(value)}"
            yield Finding(resource, message, at=f"Tags.{key}")


@rule(
    "TAG-02",
    severity=Severity.WARNING,
    remedy="keep the tags of job and definition together at 50, or do not propagate them",
    prevents="jobs that fail before they start: the task would have too many tags",
)
def propagated_tags(submission: Submission) -> Iterator[Finding]:
    """Tags that propagate to the task, from the job and its definition together, must be at most 50."""
    definition = submission.definition
    if definition is None or not is_known(submission.tags) or not is_known(definition.tags):
        return
    propagates = definition.propagate_tags if submission.propagate_tags is None else submission.propagate_tags
    count = len({*submission.tags, *definition.tags})
    if is_one_of(propagates, True) and not limits.TAGS.contains(count):
        message = (
            f"the tags of a task must be {limits.TAGS.words}, got {count} with those of {definition.label}"
        )
        yield Finding(
            submission, message, at="Tags", fix=f"remove {count - 50} tags, or do not propagate them"
        )
