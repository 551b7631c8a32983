"""Types and members that CloudFormation does not have, members of a wrong shape, and missing ones."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from batch_constructs.assembly.checks import Finding, Severity, rule
from batch_constructs.assembly.checks._schemas import Kind, departures
from batch_constructs.facts import schemas

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_constructs.assembly.template import Resource
    from batch_constructs.assembly.template.resources import (
        ComputeEnvironment,
        ConsumableResource,
        JobDefinition,
        JobQueue,
        QuotaShare,
        SchedulingPolicy,
        ServiceEnvironment,
    )

CHAPTER = "Troubleshooting AWS Batch"

ERROR, WARNING = Severity.ERROR, Severity.WARNING
_LINK = "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_Batch.html"


@rule(
    "TPL-01",
    severity=ERROR,
    link=_LINK,
    remedy="write a type of AWS Batch, such as AWS::Batch::JobQueue",
    prevents="Template format error: Unrecognized resource types",
)
def known_type(resource: Resource) -> Iterator[Finding]:
    """A resource of AWS Batch must have a type that CloudFormation has."""
    kind = resource.type
    if not kind.lower().startswith(schemas.PREFIX.lower()) or kind in schemas.types():
        return
    near = get_close_matches(kind.lower(), [each.lower() for each in schemas.types()], n=1, cutoff=0.85)
    hint = next((f"did you mean {each!r}?" for each in schemas.types() if each.lower() in near), "")
    message = f"Type must be a resource type of AWS Batch, got {kind!r} ({hint or f'as of {schemas.metadata()[1]}'})"
    # A type that looks like no other one may be new.
    yield Finding(resource, message, severity=ERROR if near else WARNING)


@rule(
    "TPL-02",
    severity=ERROR,
    link=_LINK,
    remedy="write the member as CloudFormation names it, in the structure that has it",
    prevents="Encountered unsupported property",
)
def known_members(
    resource: ComputeEnvironment
    | ConsumableResource
    | JobDefinition
    | JobQueue
    | QuotaShare
    | SchedulingPolicy
    | ServiceEnvironment,
) -> Iterator[Finding]:
    """A resource of AWS Batch must have only members that CloudFormation has, each in its place."""
    yield from _departures(resource, Kind.UNKNOWN)


@rule(
    "TPL-03",
    severity=ERROR,
    link=_LINK,
    remedy="write a list as a list, a mapping as a mapping, and a string, number or boolean as one",
    prevents="expected type: JSONObject, found: JSONArray",
)
def right_shapes(
    resource: ComputeEnvironment
    | ConsumableResource
    | JobDefinition
    | JobQueue
    | QuotaShare
    | SchedulingPolicy
    | ServiceEnvironment,
) -> Iterator[Finding]:
    """A member must have the shape that CloudFormation expects: a list, a mapping, a string, a number or a boolean."""
    yield from _departures(resource, Kind.SHAPE)


@rule(
    "TPL-04",
    severity=ERROR,
    link=_LINK,
    remedy="give the member",
    prevents="required key [Priority] not found",
)
def required_members(
    resource: ComputeEnvironment
    | ConsumableResource
    | JobDefinition
    | JobQueue
    | QuotaShare
    | SchedulingPolicy
    | ServiceEnvironment,
) -> Iterator[Finding]:
    """A resource of AWS Batch must have the members that CloudFormation requires."""
    yield from _departures(resource, Kind.MISSING)


def _departures(resource: Resource, kind: Kind) -> Iterator[Finding]:
    for each in departures(resource):
        if each.kind is kind:
            yield Finding(resource, each.message, at=each.at, severity=each.severity)
