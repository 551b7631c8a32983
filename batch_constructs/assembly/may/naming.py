"""Values of a template as strings with holes, and the ARNs of resources."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from batch_constructs.assembly.may.texts import Hole, Text, joined, shown, split
from batch_constructs.assembly.template.memo import once
from batch_constructs.assembly.template.unknown import (
    ImportedValue,
    NamePiece,
    ParameterValue,
    PartialText,
    Piece,
    Reference,
    Unknown,
    as_text,
    options_of,
)
from batch_constructs.facts.arns import NAMINGS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_constructs.assembly.template import Resource, View
    from batch_constructs.assembly.template.stacks import Stack

_PLACEHOLDER = re.compile(r"\{([A-Za-z]+)\}")
_PSEUDO = {"region": "AWS::Region", "account": "AWS::AccountId", "partition": "AWS::Partition"}
_PARTITIONS = {"cn": "aws-cn", "us-gov": "aws-us-gov"}
# CloudFormation reads it from the Parameter Store or Secrets Manager.
_DYNAMIC = "{{resolve:"
_MAX_DEPTH = 8


def texts(value: object, stack: Stack) -> tuple[Text, ...]:
    """Return the strings that a value of a stack may be: one, unless a condition decides."""
    return tuple(_text(option, stack) for option in options_of(value))


def texts_of(value: object, view: View) -> list[str]:
    """Return the strings that a value may be, for readers and for comparisons of literal parts."""
    return [shown(text) for text in texts(value, view.home.stack)]


@once
def arn_of(resource: Resource) -> Text:
    """Return the ARN of a resource; a hole if its type has none here."""
    naming = NAMINGS.get(resource.type)
    return (_attribute(resource, "Arn"),) if naming is None else _filled(resource, naming.arn)


def arn_in(stack: Stack, pattern: str, name: Text = ()) -> Text:
    """Return an ARN in the account and Region of a stack: ``sns:{region}:{account}:{name}``."""
    return pattern_in(stack, f"arn:{{partition}}:{pattern}", name)


def pattern_in(stack: Stack, pattern: str, name: Text = ()) -> Text:
    """Return a string with the account, Region or partition of a stack, and with a name."""
    return joined(piece for part in _pieces(pattern) for piece in _in_stack(stack, part, name))


def pseudo(stack: Stack, name: str) -> Text:
    """Return the value of a pseudo parameter, such as ``AWS::Region``."""
    value = stack.parameter(name)
    if isinstance(value, str):
        return (value,)
    region = stack.parameter("AWS::Region")
    if name == "AWS::Partition" and isinstance(region, str):
        return (next((p for start, p in _PARTITIONS.items() if region.startswith(f"{start}-")), "aws"),)
    owner = stack if name in {"AWS::StackName", "AWS::StackId"} else _deployed(stack)
    return (Hole((id(owner), name), name, "free" if name == "AWS::StackId" else "part"),)


def _deployed(stack: Stack) -> Stack:
    """Return the stack that is deployed with an account and a Region of its own, above nested ones."""
    while (above := stack.parent) is not None:
        stack, _ = above
    return stack


def _text(value: object, stack: Stack, depth: int = 0) -> Text:
    if isinstance(value, str):
        return (value,) if value else ()
    if depth > _MAX_DEPTH or not isinstance(value, Unknown):
        return (Hole(object(), "a value"),)
    match value:
        case PartialText() if any(_DYNAMIC in part for part in value.parts if isinstance(part, str)):
            return (Hole(object(), "a dynamic reference"),)
        case PartialText():
            return joined(piece for part in value.parts for piece in _text(part, stack, depth + 1))
        case NamePiece() | Piece():
            return _piece(_text(value.whole, stack, depth + 1), value.separator, value.index, value)
        case Reference():
            return _referred(value.target, value.attribute, depth)
        case ParameterValue():
            return (Hole((id(stack), "parameter", value.name), value.name),)
        case ImportedValue():
            return (Hole(("import", value.name), value.reason),)
    if value.reason.startswith("AWS::"):
        return pseudo(stack, value.reason)
    return (Hole(object(), as_text(value).removeprefix("${").removesuffix("}")),)


def _piece(whole: Text, separator: str, index: int, value: Unknown) -> Text:
    """Return the part at an index, if no hole before its end may contain the separator."""
    parts = split(whole, separator)
    if index < len(parts) and not any(
        isinstance(hole, Hole) and (hole.kind == "free" or separator not in ":/")
        for part in parts[: index + 1]
        for hole in part
    ):
        return parts[index]
    return (Hole(object(), value.reason),)


def _referred(resource: Resource, attribute: str, depth: int) -> Text:
    naming = NAMINGS.get(resource.type)
    if naming is not None and attribute in naming.arns:
        return _filled(resource, naming.arn, depth)
    if naming is not None and attribute in naming.names:
        return _named(resource, naming.name, depth)
    return (_attribute(resource, attribute),)


def _attribute(resource: Resource, attribute: str) -> Hole:
    word = f"{resource.label}.{attribute}" if attribute else resource.label
    return Hole((id(resource), "attribute", attribute), word, of_resource=True)


def _filled(resource: Resource, pattern: str, depth: int = 0) -> Text:
    naming = NAMINGS[resource.type]

    def pieces() -> Iterator[str | Hole]:
        for part in _pieces(f"arn:{{partition}}:{pattern}"):
            match part:
                case "{name}":
                    yield from _named(resource, naming.name, depth)
                case "{Path}":
                    path = resource.raw("Path")
                    yield from ("/",) if path is None else _text(path, resource.stack, depth + 1)
                case _:
                    # What AWS chooses, such as a revision, differs from resource to resource.
                    chosen = (Hole((id(resource), part), f"{resource.label} {part[1:-1]}", "own"),)
                    yield from _in_stack(resource.stack, part, chosen)

    text = joined(pieces())
    # A parameter's name may begin with the slash of the ARN.
    return tuple(
        part.replace(":parameter//", ":parameter/") if isinstance(part, str) else part for part in text
    )


def _pieces(pattern: str) -> list[str]:
    return [part for part in re.split(r"(\{[A-Za-z]+\})", pattern) if part]


def _in_stack(stack: Stack, part: str, other: Text) -> Text:
    """Return a part of a pattern: its text, or the value of its placeholder."""
    if not _PLACEHOLDER.fullmatch(part):
        return (part,)
    name = _PSEUDO.get(part[1:-1])
    return other if name is None else pseudo(stack, name)


def _named(resource: Resource, member: str, depth: int) -> Text:
    value = resource.raw(member) if member else None
    if value is None:
        return (Hole((id(resource), "name"), resource.label, "own"),)
    return _text(value, resource.stack, depth + 1)
