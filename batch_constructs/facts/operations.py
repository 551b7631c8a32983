"""The operations of the AWS Batch API, with the shapes of their requests and responses.

Source: botocore's model of the service; ``python -m batch_constructs.facts.regenerate_operations`` updates the data.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from batch_constructs.facts._data import load

if TYPE_CHECKING:
    from collections.abc import Iterator

DATA_FILE = "operations.json.gz"

_WORDS: dict[str, tuple[str, Any]] = {
    "string": ("a string", str),
    "integer": ("a whole number", int),
    "number": ("a number", (int, float)),
    "boolean": ("true or false", bool),
    "list": ("a list", list),
    "map": ("an object", dict),
    "structure": ("an object", dict),
}


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of the API.

    Attributes:
        name: Its name, such as ``SubmitJob``.
        method: The HTTP method.
        path: The path, such as ``/v1/submitjob``, with ``{resourceArn}`` for a part that varies.
        input: The name of the request's shape.
        output: The name of the answer's shape.
    """

    name: str
    method: str
    path: str
    input: str
    output: str


@cache
def operations() -> dict[str, Operation]:
    """Return all operations by name."""
    return {name: Operation(name, **found) for name, found in _data()["operations"].items()}


def members(shape: str) -> dict[str, str]:
    """Return the members of a structure, with the names of their shapes."""
    found: dict[str, str] = _data()["shapes"][shape]["members"]
    return found


def kind(shape: str) -> str:
    """Return ``structure``, ``list``, ``map``, ``string``, ``integer``, ``number`` or ``boolean``."""
    found: str = _data()["shapes"][shape]["type"]
    return found


def element(shape: str) -> str:
    """Return the name of the shape of a list's elements, or of a map's values."""
    found = _data()["shapes"][shape]
    name: str = found["member"] if found["type"] == "list" else found["value"]
    return name


def problems(shape: str, value: Any, path: str = "") -> Iterator[str]:
    """Yield what the API would refuse about a value: types, required and unknown members, words and lengths.

    Args:
        shape: The name of the shape that it should have.
        value: The result of ``json.loads``.
        path: The name of the value for messages.
    """
    found = _data()["shapes"][shape]
    kind = found["type"]
    words, types = _WORDS[kind]
    if not isinstance(value, types) or (isinstance(value, bool) and kind != "boolean"):
        yield f"{path or 'the request'} must be {words}"
        return
    # AWS Batch takes some words in any case.
    if "enum" in found and value.upper() not in {word.upper() for word in found["enum"]}:
        yield f"{path} {value} must be one of {' | '.join(found['enum'])}"
    yield from _length_problems(found, value, path)
    match kind:
        case "structure":
            yield from _structure_problems(found, value, path)
        case "list":
            for index, each in enumerate(value):
                yield from problems(found["member"], each, f"{path}[{index}]")
        case "map":
            for key, each in value.items():
                yield from problems(found["value"], each, f"{path}.{key}")


def _length_problems(found: dict[str, Any], value: Any, path: str) -> Iterator[str]:
    size = value if isinstance(value, int | float) else len(value)
    start = f"Value at '{path}' failed to satisfy constraint: Member must have length"
    # Clients send maps without an entry, such as tags, and AWS Batch takes them.
    if size < found.get("min", size) and found["type"] != "map":
        yield f"{start} greater than or equal to {found['min']}"
    if size > found.get("max", size):
        yield f"{start} less than or equal to {found['max']}"


def _structure_problems(found: dict[str, Any], value: dict[str, Any], path: str) -> Iterator[str]:
    for missing in found.get("required", ()):
        if value.get(missing) is None:
            yield f"{f'{path}.' if path else ''}{missing} is required"
    for name, inner in value.items():
        here = f"{path}.{name}" if path else name
        if name not in found["members"]:
            yield f"{here} is not a member of the API"
        elif inner is not None:
            yield from problems(found["members"][name], inner, here)


@cache
def _data() -> dict[str, Any]:
    return load(DATA_FILE)
