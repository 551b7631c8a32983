"""Suggestions for values of a wrong kind."""

from __future__ import annotations

import inspect
import numbers
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import timedelta
from difflib import get_close_matches
from enum import Enum
from pathlib import PurePath
from typing import Any, get_args, get_origin

from batch_constructs._border import seam
from batch_constructs._border.arguments.kinds import fitted, is_parameter, options
from batch_constructs._border.arguments.makers import calls_that_make, imports_of, snake
from batch_constructs._border.arguments.words import as_written, is_public, path_of, public_kinds

__all__ = ["remedy"]

_UNITS = {
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), "Duration.seconds"),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), "Duration.minutes"),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), "Duration.hours"),
    **dict.fromkeys(("d", "day", "days"), "Duration.days"),
}
_SIZES = {
    **dict.fromkeys(("m", "mb", "mi", "mib"), "Size.mebibytes"),
    **dict.fromkeys(("g", "gb", "gi", "gib"), "Size.gibibytes"),
    **dict.fromkeys(("t", "tb", "ti", "tib"), "Size.tebibytes"),
}
_TIMES = {
    "seconds": 1,
    "minutes": 60,
    "hours": 3_600,
    "days": 86_400,
    "mebibytes": 1,
    "gibibytes": 1_024,
    "tebibytes": 1_048_576,
}
_DAYS = {1: "ONE_DAY", 7: "ONE_WEEK", 14: "TWO_WEEKS", 30: "ONE_MONTH", 90: "THREE_MONTHS", 365: "ONE_YEAR"}
_TRUE, _FALSE = {"true", "yes", "enabled", "on"}, {"false", "no", "disabled", "off"}
_ENDINGS = ("_arn", "_name", "_id", "_uri", "_string")


def remedy(name: str, value: Any, expected: Any) -> str:
    """Return ``: write …`` for a value of a wrong kind, or an empty string if there is no suggestion.

    Args:
        name: The name of the value for messages, such as ``secrets['PASSWORD']``.
        value: The given value.
        expected: The annotation, evaluated.
    """
    if is_parameter(value):
        return ": write its value_as_number, value_as_string or value_as_list"
    kinds = options(expected)
    if as_written(value) == "a token":
        return _token(kinds)
    # A string usually names an existing resource, so an import comes first; an object is passed to a constructor.
    made = (imports_of, calls_that_make) if isinstance(value, str) else (calls_that_make, imports_of)
    for ways in (
        _list,
        _mapping,
        _unlisted,
        _plain,
        _amount,
        _member,
        _attribute,
        *made,
        _text,
        _namesake,
        _nothing,
    ):
        way = next(ways(name, value, kinds), None)
        if way is not None:
            return f": {way}"
    return ""


def _token(kinds: tuple[Any, ...]) -> str:
    """Return how to turn an `IResolvable`, such as `Lazy.any` and conditions, into a value of the kind."""
    if str in kinds:
        return ": write Token.as_string(…)"
    if {int, float} & set(kinds):
        return ": write Token.as_number(…)"
    if any(get_origin(each) in {Mapping, dict} for each in kinds):
        return ": write a dict, whose values may be tokens"
    return ": write Token.as_list(…)" if any(get_args(each) == (str,) for each in kinds) else ""


def _list(name: str, value: Any, kinds: tuple[Any, ...]) -> Iterator[str]:
    """Suggest a list around a single value, or a list instead of a generator or a set."""
    items = [get_args(each)[0] for each in kinds if len(get_args(each)) == 1]
    if not items:
        return
    if isinstance(value, type):
        yield f"write [{path_of(value)}(…)]"
        return
    if isinstance(value, str) and not isinstance(value, Enum) and str in options(items[0]):
        yield f"write {value.split() if name.endswith('command') else [value]}"
    elif isinstance(value, set | frozenset):
        yield f"write [{', '.join(sorted(map(as_written, value)))}], since a set has no order"
    elif isinstance(value, Collection | Iterator) and not isinstance(value, str | Mapping):
        yield "write a list, which can be read twice"
    elif isinstance(value, Mapping) and value and all(_fits(items[0], each) for each in value.values()):
        yield "write its values as a list"
    elif _fits(items[0], value):
        yield f"write [{as_written(value)}]" if isinstance(value, Enum | int | str) else "put it into a list"
    else:
        for way in (_member, imports_of, calls_that_make):
            found = [each for each in way(name, value, options(items[0])) if each.startswith("write ")]
            yield from (f"write [{each.removeprefix('write ')}]" for each in found)


def _fits(kind: Any, value: Any) -> bool:
    wrong: list[tuple[str, Any, Any]] = []
    fitted("", value, kind, wrong)
    return not wrong


def _mapping(_: str, value: Any, kinds: tuple[Any, ...]) -> Iterator[str]:
    """Suggest a dict for a list of pairs, as in the API and the CDK's tags, or the dict of an event pattern."""
    if not any(get_origin(each) in {Mapping, dict} for each in kinds):
        return
    if callable(getattr(type(value), "to_dict", None)):
        yield "write its .to_dict()"
    if not isinstance(value, Sequence) or isinstance(value, str):
        return
    pairs = [
        {str(key).lower(): each for key, each in item.items()}
        if isinstance(item, Mapping)
        else {"key": getattr(item, "key", None), "value": getattr(item, "value", None)}
        for item in value
    ]
    names = [each.get("name") or each.get("key") for each in pairs]
    if pairs and all(isinstance(each, str) for each in names):
        inside = ", ".join(
            f"{name!r}: {as_written(each['value']) if each.get('value') else '…'}"
            for name, each in zip(names, pairs, strict=True)
        )
        yield f"write {{{inside}}}"
    elif isinstance(value, list | tuple) and any(get_args(each)[:1] == (str,) for each in kinds):
        yield "write {'…': …}, with a name for each"
    elif isinstance(value, list | tuple):
        yield "write {…: …}, with a value for each"


def _unlisted(_: str, value: Any, kinds: tuple[Any, ...]) -> Iterator[str]:
    """Suggest the only item of a list if no list is expected."""
    if isinstance(value, list | tuple) and len(value) == 1 and any(_fits(each, value[0]) for each in kinds):
        plain = isinstance(value[0], Enum | int | str)
        yield f"write {as_written(value[0])}" if plain else "write it without the list"


def _plain(name: str, value: Any, kinds: tuple[Any, ...]) -> Iterator[str]:
    """Suggest a number or a boolean for a string, or a string for a number."""
    if isinstance(value, str):
        if {int, float} & set(kinds):
            yield from _number(name, value)
        if bool in kinds and value.lower() in _TRUE | _FALSE:
            yield f"write {value.lower() in _TRUE}"
    if bool in kinds and isinstance(value, int) and value in {0, 1}:
        yield f"write {bool(value)}"
    if isinstance(value, bool) and {int, float} & set(kinds):
        yield f"write {int(value)}"
    if {int, float} & set(kinds) and isinstance(value, numbers.Number) and not isinstance(value, bool):
        yield f"write {int(value)}" if isinstance(value, int) else "write float(…)"
    if str in kinds and isinstance(value, int | float) and not isinstance(value, Enum):
        yield f"write {str(value)!r}"


def _number(name: str, text: str) -> Iterator[str]:
    """Suggest a number for ``'4'``, ``'50%'``, ``'$500'``, and Kubernetes' thousandths, ``'500m'``."""
    if found := re.fullmatch(r"\s*\$?\s*(-?\d+(?:\.\d+)?)\s*(?:%|USD)?\s*", text):
        yield f"write {found[1]}"
    elif found := re.fullmatch(r"(\d+)m", text):
        yield f"write {int(found[1]) / 1000:g}"
    elif found := re.fullmatch(r"\s*(\d+)\s*([A-Za-z]+)\s*", text):
        units = _UNITS if name.endswith("_seconds") else _SIZES if name.endswith("_mib") else {}
        if unit := units.get(found[2].lower()):
            yield f"write {int(found[1]) * _TIMES[unit.partition('.')[2]]}"


def _amount(name: str, value: Any, kinds: tuple[Any, ...]) -> Iterator[str]:
    """Suggest a `Duration`, a `Size` or a retention for other forms of one."""
    wanted = {each.__name__ for each in kinds if isinstance(each, type)}
    for ending, kind, method in (("_mib", "Size", "to_mebibytes"), ("_seconds", "Duration", "to_seconds")):
        if name.endswith(ending) and type(value).__name__ == kind:
            yield f"write its .{method}()"
    if isinstance(value, timedelta) and "Duration" in wanted:
        yield f"write Duration.seconds({value.total_seconds():g})"
    if isinstance(value, str) and (found := re.fullmatch(r"\s*(\d+)\s*([A-Za-z]+)\s*", value)):
        unit = (_UNITS if "Duration" in wanted else _SIZES if "Size" in wanted else {}).get(found[2].lower())
        if unit:
            yield f"write {unit}({found[1]})"
    if isinstance(value, int) and "RetentionDays" in wanted and value in _DAYS:
        yield f"write logs.RetentionDays.{_DAYS[value]}"
    if isinstance(value, int | float) and not isinstance(value, bool):
        if "Duration" in wanted:
            yield f"write Duration.seconds({value})"
        if "Size" in wanted:
            yield f"write Size.{'gibibytes' if 'volume' in name else 'mebibytes'}({value})"


def _member(_: str, value: Any, kinds: tuple[Any, ...]) -> Iterator[str]:
    """Suggest the member of an enumeration that is similar to a string, or to a member of another enumeration."""
    for kind in kinds:
        if not (isinstance(kind, type) and issubclass(kind, Enum) and isinstance(value, str | Enum)):
            continue
        word = value.name if isinstance(value, Enum) else value
        words = {str(each.value): each for each in kind} | {each.name: each for each in kind}
        near = get_close_matches(word, words, n=2) or get_close_matches(word.upper(), words, n=2)
        if near:
            found = dict.fromkeys(
                as_written(words[each]) for each in near[: 1 if word.upper() == near[0].upper() else 2]
            )
            yield f"write {' or '.join(found)}"
    # In the CDK, some are constants of a class: InterfaceVpcEndpointAwsService.SECRETS_MANAGER.
    for kind in (each for each in kinds if seam.is_jsii(each) and isinstance(value, str)):
        constants = {each.replace("_", ""): each for each in dir(kind) if each.isupper()}
        near = get_close_matches(re.sub(r"\W|_", "", str(value)).upper(), constants, n=1)
        if near:
            yield f"write {path_of(kind)}.{constants[near[0]]}"
    if str in kinds and type(value).__name__ == "InstanceClass":
        yield f"write {value.name.lower()!r}"


def _attribute(name: str, value: Any, _: tuple[Any, ...]) -> Iterator[str]:
    """Suggest an attribute with the argument's name, such as the ``vpc`` of a network, or a missing call."""
    if isinstance(value, str | int | float | Collection | type | None):
        return
    last = re.sub(r"\W.*$", "", name)
    if last in getattr(value, "__dict__", {}) or _has_property(type(value), last):
        yield f"write its .{last}"
    if inspect.ismethod(value) and isinstance(value.__self__, type):
        yield f"call it: write {path_of(value.__self__)}.{value.__name__}()"


def _text(name: str, value: Any, kinds: tuple[Any, ...]) -> Iterator[str]:
    """Suggest the name, ARN or id of an object if a string is expected."""
    if str not in kinds or isinstance(value, str | int | float | Collection | type | None):
        return
    if isinstance(value, PurePath):
        yield f"write {str(value)!r}"
        return
    kind = type(value)
    if kind.__name__ == "InstanceType":
        # Its value exists only in Node.js.
        yield f"write {value.to_string()!r}"
    own, last = snake(kind.__name__), re.sub(r"\W.*$", "", name)
    wanted = [f"{last}{each}" for each in _ENDINGS]
    # AWS Batch refers to roles by ARN, and to most other resources by name.
    usual = ("_arn", "_name") if own.endswith("role") and not last.endswith("_name") else ("_name", "_arn")
    wanted += [f"{own}{each}" for each in (*usual, *_ENDINGS)]
    wanted += [each for each in dir(kind) if each.endswith(_ENDINGS) and not each.startswith("_")]
    yield from (f"write its .{each}" for each in wanted if _has_property(kind, each))


def _has_property(kind: type, name: str) -> bool:
    return isinstance(inspect.getattr_static(kind, name, None), property)


def _namesake(_: str, value: Any, kinds: tuple[Any, ...]) -> Iterator[str]:
    """Suggest the class of a similar name that is accepted: `EksHostPath` instead of `Host` for pods."""
    own = type(value)
    if not own.__module__.startswith("batch_constructs") or not is_public(own):
        return
    classes = [one for each in kinds if isinstance(each, type) for one in public_kinds(each)]
    yield from (
        f"write {path_of(each)}(…)" for each in classes if own.__name__ in each.__name__ and each is not own
    )


def _nothing(name: str, value: Any, _: tuple[Any, ...]) -> Iterator[str]:
    """Suggest to leave out a ``None`` in a list or a dict."""
    if value is None and name.endswith("]"):
        yield "leave it out"
