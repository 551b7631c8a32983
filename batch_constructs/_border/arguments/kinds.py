"""Decide whether a value matches an annotation."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from enum import Enum, StrEnum
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, cast, get_args, get_origin

from batch_constructs._border import seam
from batch_constructs._border.tokens import known

__all__ = ["fitted", "is_misplaced", "is_parameter", "is_token", "options", "takes"]

_LISTS = {Sequence, Collection, Iterable, list}


def options(expected: Any) -> tuple[Any, ...]:
    """Return the alternatives of a union; any other annotation is its only alternative.

    Args:
        expected: An annotation, evaluated.
    """
    if get_origin(expected) in {Union, UnionType}:
        return tuple(each for part in get_args(expected) for each in options(part))
    return (NoneType if expected is None else expected,)


def fitted(name: str, value: Any, expected: Any, wrong: list[tuple[str, Any, Any]]) -> Any:
    """Return the value, with strings that are members of our enumerations turned into these.

    Args:
        name: The name of the value for messages, such as ``command[1]``.
        value: The given value.
        expected: The annotation, evaluated.
        wrong: Gets the name, value and annotation of each mismatch: the value itself, or an item in it.
    """
    if is_token(value):
        return value
    kinds = options(expected)
    kind = next((each for each in kinds if takes(each, value)), None)
    if kind is None:
        member = _member(value, kinds)
        if member is None:
            wrong.append((name, value, expected))
        return value if member is None else member
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in _LISTS and isinstance(value, list | tuple):
        return _fitted_list(name, value, arguments[0], wrong)
    if origin in {Mapping, dict} and isinstance(value, Mapping):
        return {
            fitted(f"a key of {name}", key, arguments[0], wrong): fitted(
                f"{name}[{key!r}]" if isinstance(key, str) else f"a value of {name}",
                each,
                arguments[1],
                wrong,
            )
            for key, each in value.items()
        }
    return value


def _fitted_list(
    name: str, value: list[Any] | tuple[Any, ...], item: Any, wrong: list[tuple[str, Any, Any]]
) -> Any:
    mine: list[tuple[str, Any, Any]] = []
    made = [fitted(f"{name}[{at}]", each, item, mine) for at, each in enumerate(value)]
    # Only the first item is reported: usually all items are wrong in the same way.
    wrong += mine[:1]
    return made if any(one is not other for one, other in zip(made, value, strict=True)) else value


def takes(kind: Any, value: Any) -> bool:
    """Return whether a value matches an alternative, without looking at the items of a list or a dict.

    Args:
        kind: One alternative of an annotation.
        value: The given value.
    """
    origin = get_origin(kind)
    if kind is Any or kind is object or isinstance(kind, TypeVar | str):
        return True
    if kind is NoneType or value is None:
        return kind is NoneType and value is None
    if origin is Literal:
        # The class itself checks the string, so that one message has all problems.
        return isinstance(value, str) or value in get_args(kind)
    if origin in _LISTS:
        return _is_list(origin, value)
    if origin in {Mapping, dict}:
        return isinstance(value, Mapping)
    if not isinstance(kind, type):
        # `Callable` and other annotations that are not checked.
        return True
    return _is_instance(kind, value)


def _is_list(kind: Any, value: Any) -> bool:
    if isinstance(value, str | Mapping):
        return False
    # A set has no order, which lists of AWS need; a generator would be empty at the second reading.
    return isinstance(value, Sequence) or (kind is not Sequence and isinstance(value, Collection))


def _is_instance(kind: type, value: Any) -> bool:
    if kind in {int, float}:
        # The token of a whole number is a float.
        return isinstance(value, int | float) and not isinstance(value, bool | Enum)
    if isinstance(value, type):
        return False
    if issubclass(kind, Enum) and isinstance(value, str) and not known(value):
        return True
    if seam.is_interface(kind):
        return _implements(cast("Any", type(value)), kind) or _has_members(value, kind)
    return isinstance(value, kind)


@cache
def _implements(kind: Any, protocol: Any) -> bool:
    """Return whether a class has all public members of a protocol; `isinstance` does not work for those of jsii."""
    if seam.is_proxy(kind):
        return True
    if any(protocol in each.__mro__ for each in seam.interfaces_of(kind)):
        return True
    return bool(_members(protocol)) and all(hasattr(kind, name) for name in _members(protocol))


def _has_members(value: Any, protocol: type) -> bool:
    # A Python class may set the members of an interface in ``__init__``.
    own = getattr(value, "__dict__", {})
    return bool(own) and all(name in own or hasattr(type(value), name) for name in _members(protocol))


@cache
def _members(protocol: Any) -> tuple[str, ...]:
    names = [name for name in dir(protocol) if not name.startswith("_")]
    # Constructs read only the ``…_ref`` of a reference, and never call ``with_``, which applies mixins of the CDK.
    references = [name for name in names if protocol.__name__.endswith("Ref") and name.endswith("_ref")]
    return tuple(references or [name for name in names if name != "with_"])


def _member(value: Any, kinds: Iterable[Any]) -> Enum | None:
    words = [kind for kind in kinds if isinstance(kind, type) and issubclass(kind, StrEnum)]
    members = [member for kind in words for member in kind]
    return next((member for member in members if type(value) is str and member.value == value), None)


def is_token(value: Any) -> bool:
    """Return whether a value may represent any other: a token of the CDK, or a mock in tests."""
    kind = type(value)
    if kind is object or kind.__module__ == "unittest.mock":
        return True
    return hasattr(kind, "resolve") and hasattr(kind, "creation_stack") and not is_parameter(value)


def is_parameter(value: Any) -> bool:
    """Return whether a value is a parameter of CloudFormation, which is no value itself but has attributes for each kind."""
    return hasattr(type(value), "value_as_number")


def is_misplaced(function: Any, given: Mapping[str, Any]) -> bool:
    """Return whether a construct other than a stack is added directly to an app or a stage.

    Args:
        function: The called function.
        given: The arguments, by name.
    """
    if function.__qualname__.endswith("Stack.__init__"):
        return False
    return any(each.__name__ == "Stage" for each in type(given.get("scope")).__mro__)
