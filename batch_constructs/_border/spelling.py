"""Values as the API of AWS Batch spells them: ``on_exit_code`` becomes ``onExitCode``.

boto3, the AWS CLI and Step Functions take these members, and so do the L1 constructs of the CDK. The L1s silently drop
unknown members, so the tests compare all members that are written here with those of the API.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import cache
from typing import Any, TypeVar

from batch_constructs._border.tokens import mebibytes

__all__ = ["arguments", "given", "members", "pairs"]

T = TypeVar("T")
_PLAIN = frozenset({str, int, float, bool, type(None)})


def members(value: Any) -> Any:
    """Return a value as the API spells it: dataclasses as objects, without the fields that say nothing.

    Enumeration members become their values, sizes MiB and durations seconds. Keys of mappings stay as they are. A class
    whose members are not its fields has a method ``_members``.

    Args:
        value: A value object, or what one holds. Tokens and objects of the CDK pass.
    """
    if type(value) in _PLAIN:
        return value
    match value:
        case Enum():
            return value.value
        case Mapping():
            return {key: members(each) for key, each in value.items()}
        case list() | tuple():
            return [members(each) for each in value]
    if hasattr(value, "_members"):
        return value._members()  # noqa: SLF001 - of this library's value objects
    if is_dataclass(value):
        return given(**{name: getattr(value, field) for field, name in _names(value.__class__)})
    if hasattr(value, "to_mebibytes"):
        return mebibytes(value)
    return value.to_seconds() if hasattr(value, "to_seconds") else value


def given(**values: Any) -> dict[str, Any]:
    """Return the members that say something: neither ``None`` nor empty, each as the API spells it."""
    spelled = {name: members(each) for name, each in values.items() if each is not None}
    return {name: each for name, each in spelled.items() if each or not isinstance(each, list | dict)}


def pairs(values: Mapping[str, Any] | None, name: str = "name", value: str = "value") -> list[dict[str, Any]]:
    """Return a mapping as the list of objects that the API takes for it.

    Args:
        values: The mapping, such as variables by name.
        name: The member that holds the key.
        value: The member that holds the value.
    """
    return [{name: key, value: members(each)} for key, each in (values or {}).items()]


def arguments(spelled: Mapping[str, Any]) -> dict[str, Any]:
    """Return members as keyword arguments of an L1: ``jobDefinitionName`` is ``job_definition_name`` there."""
    return {_snake(name): each for name, each in spelled.items()}


@cache
def _names(kind: type[Any]) -> tuple[tuple[str, str], ...]:
    return tuple(
        (each.name, re.sub(r"_(\w)", lambda found: found[1].upper(), each.name)) for each in fields(kind)
    )


@cache
def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()
