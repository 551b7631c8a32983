"""Commands of the AWS CLI, parsed as a shell and the AWS CLI do, and checked by botocore."""

from __future__ import annotations

import json
import re
import shlex
from functools import cache
from typing import Any

import botocore.session
from botocore.validate import ParamValidator

# Options of the AWS CLI itself, which are no part of a request.
_GLOBAL = {"region"}


@cache
def _model(service: str) -> Any:
    return botocore.session.Session().get_service_model(service)


def _operation(words: list[str]) -> Any:
    assert words[0] == "aws"
    service = words[1]
    name = "".join(part.title() for part in words[2].split("-"))
    return _model(service).operation_model(name)


def _read(shape: Any, text: str) -> Any:
    """Return a value for its shape, from JSON or the short form ``key=value,key=value``."""
    if shape.type_name in {"structure", "map", "list"}:
        if text[:1] in "{[":
            return json.loads(text)
        pairs = dict(pair.split("=", 1) for pair in text.split(","))
        if shape.type_name == "map":
            return pairs
        return {key: _read(shape.members[key], value) for key, value in pairs.items()}
    return int(text) if shape.type_name in {"integer", "long"} else text


def request_of(line: str) -> dict[str, Any]:
    """Return the request of a command, as boto3 would take it."""
    words = shlex.split(line)
    shape = _operation(words).input_shape
    by_option = {re.sub(r"(?=[A-Z])", "-", name).lower(): name for name in shape.members}
    found: dict[str, Any] = {}
    rest = iter(words[3:])
    for word in rest:
        assert word.startswith("--"), word
        option = word.removeprefix("--")
        if option in _GLOBAL:
            next(rest)
            continue
        name = by_option.get(option) or by_option[option.removeprefix("no-")]
        member = shape.members[name]
        if member.type_name == "boolean":
            found[name] = not option.startswith("no-")
        else:
            found[name] = _read(member, next(rest))
    return found


def validated(line: str) -> str:
    """Return the name of the operation in boto3, if botocore accepts the request of a command."""
    words = shlex.split(line)
    report = ParamValidator().validate(request_of(line), _operation(words).input_shape).generate_report()
    assert report == "", f"{line}: {report}"
    return words[2].replace("-", "_")
