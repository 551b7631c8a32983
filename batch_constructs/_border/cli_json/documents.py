"""Conversion between a request of the API and the properties of a resource: names change their case, values stay."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from batch_constructs._border.problems import Problems, did_you_mean
from batch_constructs._border.tokens import known
from batch_constructs.facts import requests

if TYPE_CHECKING:
    from collections.abc import Collection

    from batch_constructs.facts.requests import MemberType, Request

__all__ = ["document_of", "properties_of", "with_empties", "without_additions"]

_LONGEST_NAME = 128
_WORDS = {
    "string": "a string",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "map": "an object of strings",
    "list": "a list",
    "object": "an object",
}


def properties_of(request: Request, document: Mapping[str, Any], problems: Problems) -> dict[str, Any]:
    """Return the properties of the resource that a request creates; tokens pass.

    Args:
        request: The kind of request.
        document: The result of ``json.load``.
        problems: Gets what the CLI or CloudFormation would refuse: wrong names, wrong types, missing members.
    """
    return _Reader(request, problems).structure(request.structure, document, "")


class _Reader:
    def __init__(self, request: Request, problems: Problems) -> None:
        self._request = request
        self._problems = problems

    def structure(self, name: str, value: Mapping[str, Any], path: str) -> dict[str, Any]:
        shape = requests.structure(name)
        where = path or f"the document for {self._request.cli_command}"
        for missing in sorted(shape.required - set(value)):
            self._problems.add(f"{where} must have {missing}, got none")
        found = {}
        for member, inner in value.items():
            here = f"{path}.{member}" if path else member
            if member not in shape.members:
                close = did_you_mean(str(member), shape.members)
                self._problems.add(f"{where} must have members of the API only, got {member!r}{close}")
            elif _without_indexes(here) in self._request.lacking:
                self._problems.add(f"{here} must be left out: CloudFormation does not take it")
            else:
                found[requests.property_name(member)] = self.value(shape.members[member], inner, here)
        return found

    def value(self, kind: MemberType, value: Any, path: str) -> Any:
        if not isinstance(value, (Mapping, list)) and not known(value):
            return value
        if isinstance(kind, list):
            if not isinstance(value, (list, tuple)):
                return self._wrong("list", value, path)
            return [self.value(kind[0], each, f"{path}[{index}]") for index, each in enumerate(value)]
        if kind in requests.SCALARS:
            return value if _fits(kind, value) else self._wrong(kind, value, path)
        if not isinstance(value, Mapping):
            return self._wrong("object", value, path)
        return self.structure(kind, value, path)

    def _wrong(self, kind: str, value: Any, path: str) -> None:
        self._problems.add(f"{path} must be {_WORDS[kind]}, got {json.dumps(value, default=repr)}")


def _fits(kind: str, value: Any) -> bool:
    match kind:
        case "string":
            return isinstance(value, str)
        case "boolean":
            return isinstance(value, bool)
        case "integer":
            return isinstance(value, int) and not isinstance(value, bool)
        case "number":
            return isinstance(value, (int, float)) and not isinstance(value, bool)
        case _:
            return isinstance(value, Mapping) and all(
                isinstance(key, str) and (isinstance(item, str) or not known(item))
                for key, item in value.items()
            )


def _without_indexes(path: str) -> str:
    return ".".join(part.partition("[")[0] for part in path.split("."))


def document_of(request: Request, properties: Mapping[str, Any], logical_id: str) -> dict[str, Any]:
    """Return the request that would create the same resource.

    Properties that only CloudFormation has (``ResourceRetentionPolicy``, ``UpdatePolicy``) are left out. Values that it fills
    in at deploy time are written as in ``Fn::Sub``: ``${LogGroup}``, ``${JobRole.Arn}``.

    Args:
        request: The kind of request.
        properties: The resource's properties in the template.
        logical_id: The name if CloudFormation makes one.
    """
    name = requests.property_name(request.name_member)
    named = {name: logical_id[:_LONGEST_NAME], **properties}
    return _members(request.structure, named)


def _members(structure: str, properties: Mapping[str, Any]) -> dict[str, Any]:
    found = {}
    for member, kind in requests.structure(structure).members.items():
        value = properties.get(requests.property_name(member))
        if value is not None and value != {"Ref": "AWS::NoValue"}:
            found[member] = _written(kind, value)
    return found


def _written(kind: MemberType, value: Any) -> Any:
    if _is_intrinsic(value):
        return _text(value)
    if isinstance(kind, list):
        return [_written(kind[0], each) for each in value]
    if kind == "map":
        return {key: _text(item) for key, item in value.items()}
    if kind == "integer" and isinstance(value, float):
        return int(value)
    return value if kind in requests.SCALARS else _members(kind, value)


def without_additions(
    document: dict[str, Any], given: Mapping[str, Any], additions: Collection[str]
) -> dict[str, Any]:
    """Return a document without the filled-in defaults that the given document does not have."""
    return {member: value for member, value in document.items() if member in given or member not in additions}


def with_empties(document: Any, given: Any) -> Any:
    """Return a document with the empty objects of the given one, which the CDK drops from templates.

    Args:
        document: The result of `document_of`.
        given: The document that `properties_of` got.
    """
    if isinstance(document, dict) and isinstance(given, Mapping):
        empties = {name: item for name, item in given.items() if name not in document and _is_hollow(item)}
        return {name: with_empties(item, given.get(name)) for name, item in document.items()} | empties
    if isinstance(document, list) and isinstance(given, list) and len(document) == len(given):
        return [with_empties(one, other) for one, other in zip(document, given, strict=True)]
    return document


def _is_hollow(value: Any) -> bool:
    """Return whether an object is empty, or contains only empty objects."""
    return isinstance(value, Mapping) and all(_is_hollow(item) for item in value.values())


def _is_intrinsic(value: Any) -> bool:
    return isinstance(value, Mapping) and len(value) == 1 and next(iter(value)).startswith(("Fn::", "Ref"))


def _text(value: Any) -> str:
    match value:
        case str():
            return value
        case {"Ref": str(name)}:
            return f"${{{name}}}"
        case {"Fn::GetAtt": [str(name), str(attribute)]}:
            return f"${{{name}.{attribute}}}"
        case {"Fn::GetAtt": str(name)}:
            return f"${{{name}}}"
        case {"Fn::Sub": str(text)}:
            return text
        case {"Fn::Join": [str(separator), [*parts]]}:
            return separator.join(_text(part) for part in parts)
        case _:
            return f"${{{json.dumps(value)}}}"
