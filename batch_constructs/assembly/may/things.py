"""The resources that requests are about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from batch_constructs.assembly.may.naming import arn_in, arn_of, pseudo, texts
from batch_constructs.assembly.may.texts import Hole, joined, shown, split
from batch_constructs.assembly.template.unknown import NamePiece, PartialText, Reference, Unknown
from batch_constructs.facts.arns import NAMINGS

if TYPE_CHECKING:
    from batch_constructs.assembly.may.texts import Text
    from batch_constructs.assembly.template import Resource
    from batch_constructs.assembly.template.resources.containers import LogConfiguration
    from batch_constructs.assembly.template.resources.submissions import Submission
    from batch_constructs.assembly.template.stacks import Stack

QUEUE = "batch:{region}:{account}:job-queue/{name}"
"""The ARN of a job queue."""
_DEFINITION = "batch:{region}:{account}:job-definition/{name}"
_DEFAULT_GROUP = "/aws/batch/job"


@dataclass(frozen=True, slots=True)
class Thing:
    """A resource that a request is about.

    Attributes:
        arns: the ARNs by which a policy may name it; each of them is enough.
        resource: the resource, if it is in the assembly.
        label: its name in messages.
    """

    arns: tuple[Text, ...]
    resource: Resource | None = None
    label: str = ""

    def __str__(self) -> str:
        return self.label or " or ".join(map(shown, self.arns))


EVERYTHING = Thing((("*",),), label="*")
"""What an action is about that supports no resources, such as ``batch:DescribeJobs``."""


def thing_of(resource: Resource) -> Thing:
    """Return a resource of the assembly as the subject of a request."""
    arn = arn_of(resource)
    *_, last = parts = split(arn, ":")
    if resource.type == "AWS::Batch::JobDefinition":
        # A submission may name the definition with or without its revision. Nobody recorded what AWS Batch does with the
        # usual ":*" after a Ref, which already ends in the revision.
        more = joined((*arn, ":", Hole((id(resource), "more"), "more", "part")))
        return Thing((arn, without_last(arn), more), resource, resource.label)
    if resource.type == "AWS::Logs::LogGroup" and last == ("*",) and parts:
        return Thing((arn, without_last(arn)), resource, resource.label)
    return Thing((arn,), resource, resource.label)


def without_last(arn: Text) -> Text:
    """Return an ARN without its last part, such as the revision of a definition."""
    parts = split(arn, ":")[:-1]
    return joined(piece for index, part in enumerate(parts) for piece in ((":", *part) if index else part))


def thing_named(value: str | Unknown | None, stack: Stack, pattern: str = "") -> Thing:
    """Return what a value of a stack names.

    Args:
        value: a reference, an ARN, or a name.
        stack: the stack of the value.
        pattern: the ARN of a name, such as ``batch:{region}:{account}:job-queue/{name}``.
    """
    if isinstance(value, Reference) and not isinstance(value, NamePiece) and value.target.type in NAMINGS:
        return thing_of(value.target)
    found = tuple(
        arn_in(stack, pattern, text) if pattern and not _is_arn(text) else text
        for text in texts(value, stack)
    )
    return Thing(found)


def here(resource: Resource, pattern: str, *, without_resource: bool = False) -> Thing:
    """Return something in the account and Region of a resource, whose name AWS chooses.

    Args:
        resource: the resource.
        pattern: the ARN, with ``{name}``.
        without_resource: whether IAM may check the action on ``*`` in place of the ARN.
    """
    name = Hole((id(resource), pattern), "ID", "own")
    arn = arn_in(resource.stack, pattern, (name,))
    return Thing((arn, ("*",)) if without_resource else (arn,))


def any_of(kind: str) -> Thing:
    """Return any resource of a kind of AWS Batch, such as ``job-queue``, in any account and Region."""
    partition, region, account = (
        Hole(("any", word), word, "part") for word in ("partition", "Region", "account")
    )
    name = Hole(("any", kind), kind)
    return Thing((("arn:", partition, ":batch:", region, ":", account, f":{kind}/", name),))


def submitted(submission: Submission) -> tuple[Thing, Thing]:
    """Return the queue and the definition of a submission."""
    stack = submission.home.stack
    return (
        _known(submission.queue) or thing_named(submission.queue_arn, stack, QUEUE),
        _known(submission.definition) or thing_named(submission.definition_arn, stack, _DEFINITION),
    )


def _known(resource: Resource | None) -> Thing | None:
    return None if resource is None else thing_of(resource)


def log_group(configuration: LogConfiguration) -> Thing:
    """Return the group of the driver ``awslogs``, by each ARN that a policy may have for it and its streams."""
    options, stack = configuration.options, configuration.home.stack
    given: dict[str, str | Unknown] = options if isinstance(options, dict) else {}
    other: str | Unknown = options if isinstance(options, Unknown) else _DEFAULT_GROUP
    name, region = given.get("awslogs-group", other), given.get("awslogs-region")
    pattern = "logs:{region}:{account}:log-group:{name}"
    if isinstance(region, str):
        pattern = pattern.replace("{region}", region)
    groups = [arn_in(stack, pattern, text) for text in texts(name, stack)]
    stream = Hole((id(configuration), "stream"), "a stream", "part")
    # Policies name a group with and without its streams.
    arns = [joined((*group, *end)) for group in groups for end in ((), (":*",), (":log-stream:", stream))]
    return Thing(tuple(arns))


def repository(image: str | Unknown | None, stack: Stack) -> Thing | None:
    """Return the repository of an image in Amazon ECR; ``None`` if the image is elsewhere, or that is unknown."""
    parts = image.parts if isinstance(image, PartialText) else (image,)
    for part in parts:
        if isinstance(part, Reference) and part.attribute == "RepositoryUri":
            return thing_of(part.target)
    for text in texts(image, stack) if image is not None else ():
        host, *path = split(text, "/", 1)
        account, *rest = split(host, ".dkr.ecr.", 1)
        if path and rest:
            name = split(split(path[0], "@", 1)[0], ":", 1)[0]
            region = split(rest[0], ".", 1)[0]
            arn = (
                "arn:",
                *pseudo(stack, "AWS::Partition"),
                ":ecr:",
                *region,
                ":",
                *account,
                ":repository/",
                *name,
            )
            return Thing((joined(arn),))
    return None


def _is_arn(text: Text) -> bool:
    """Return whether a string is an ARN and not a name, or may be one."""
    first = text[0] if text else ""
    return first.startswith("arn:") if isinstance(first, str) else first.kind == "free"
