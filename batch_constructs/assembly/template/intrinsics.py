"""Evaluates CloudFormation's functions as far as the template makes the result certain.

A value is a literal, a mapping, a list, ``None`` (left out) or an `Unknown`. Both branches of an ``Fn::If`` are
evaluated, and only what they agree on is certain. A parameter's default is not certain: a deployment may pass
another value.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias

from batch_constructs.assembly.template.unknown import (
    DynamicReference,
    Either,
    ImportedValue,
    ParameterValue,
    PartialText,
    Pieces,
    Reference,
    Unknown,
    WrongType,
    is_known,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from batch_constructs.assembly.template.stacks import Stack

_Function: TypeAlias = Callable[["Stack", Any, int], Any]

NULL = Unknown("null")
_SERVERLESS = Unknown("a variable of the Serverless Framework")
_TOO_DEEP = Unknown("a value nested too deeply")
_TOO_LONG = Unknown("a string that is too long")

_MAX_DEPTH = 64
_MAX_TEXT = 1_000_000
_MAX_OPTIONS = 200
PLACEHOLDER = re.compile(r"\$\{(!?)([^}]*)\}")

# ${self:service} and its kind, and #{AWS::Region} of a plugin; not the shell's ${self:-default}.
_VARIABLE = re.compile(
    r"\$\{(self|opt|env|param|sls|cf|ssm|s3|aws|custom|git|file|strToBool)(\([^)}]*\))?:(?![-=+?])[^}]*\}|#\{AWS::\w+\}"
)


def resolve(stack: Stack, node: Any, depth: int = 0) -> Any:
    """Return the value of a node of the template; mappings and lists are returned with their members unresolved."""
    kind = type(node)
    if kind is str:
        return node if "{" not in node else _braced(node)
    if kind is dict:
        if len(node) == 1:
            [(name, argument)] = node.items()
            function = _FUNCTIONS.get(name)
            if function is not None:
                return function(stack, argument, depth + 1) if depth < _MAX_DEPTH else _TOO_DEEP
            if name.startswith("Fn::"):
                return Unknown(name)
        return node
    return NULL if node is None else node


def _braced(text: str) -> str | Unknown:
    """Return a string with a brace; an unknown if something else fills it in before the deployment, or at it."""
    if "{{resolve:" in text:
        return DynamicReference(text)
    return _SERVERLESS if _VARIABLE.search(text) else text


def has_variables(node: Any) -> bool:
    """Return whether a part of a template has variables of the Serverless Framework, which completes the template."""
    waiting, seen = [node], set[int]()
    while waiting:
        node = waiting.pop()
        if isinstance(node, str) and "{" in node and _VARIABLE.search(node):
            return True
        if isinstance(node, dict | list) and id(node) not in seen:
            seen.add(id(node))
            waiting += node.values() if isinstance(node, dict) else node
    return False


def text(parts: Iterable[Any]) -> str | Unknown:
    """Join parts into one string; unknown parts stay separate, and adjacent known parts are merged."""
    joined: list[str | Unknown] = []
    length = 0
    for part in parts:
        for piece in part.parts if isinstance(part, PartialText) else (part,):
            scalar = piece if isinstance(piece, Unknown) else scalar_text(piece)
            if scalar is None:
                return WrongType(piece)
            if isinstance(scalar, str) and not scalar:
                continue
            if isinstance(scalar, str):
                length += len(scalar)
                if joined and isinstance(joined[-1], str):
                    joined[-1] += scalar
                    continue
            joined.append(scalar)
        if length > _MAX_TEXT or len(joined) > _MAX_TEXT // 100:
            return _TOO_LONG
    if len(joined) < 2:
        return joined[0] if joined else ""
    return PartialText(tuple(joined))


def scalar_text(value: Any) -> str | None:
    """Return a scalar as CloudFormation writes it into a string; ``None`` for anything else."""
    match value:
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case int() | float():
            return repr(value)
    return None


def either(values: Iterable[Any]) -> Any:
    """Return the one value that all agree on, else an `Either`."""
    options: list[Any] = []
    for value in values:
        for option in value.options if isinstance(value, Either) else (value,):
            if not any(_same(option, other) for other in options):
                options.append(option)
        if len(options) > _MAX_OPTIONS:
            return Unknown("one of very many values")
    return options[0] if len(options) == 1 else Either(tuple(options))


def _same(one: Any, other: Any) -> bool:
    if one is other:
        return True
    if isinstance(one, Reference) and isinstance(other, Reference):
        return one.target is other.target and one.attribute == other.attribute
    if isinstance(one, Unknown) or isinstance(other, Unknown) or type(one) is not type(other):
        return False
    try:
        return bool(one == other)
    except (TypeError, RecursionError):
        return False


def _pair(stack: Stack, argument: Any, depth: int) -> tuple[Any, Any]:
    """Return two resolved arguments; ``None`` for both if there are not two."""
    if not isinstance(argument, list) or len(argument) != 2:
        return None, None
    return resolve(stack, argument[0], depth), resolve(stack, argument[1], depth)


def _ref(stack: Stack, name: Any, _: int) -> Any:
    if not isinstance(name, str):
        return WrongType(name)
    if name == "AWS::NoValue":
        return None
    resource = stack.resources.get(name)
    return Reference(resource) if resource is not None else stack.parameter(name)


def _get_att(stack: Stack, argument: Any, _: int) -> Any:
    names = argument.split(".", 1) if isinstance(argument, str) else argument
    if not isinstance(names, list) or len(names) < 2 or not all(isinstance(name, str) for name in names):
        return WrongType(argument)
    return stack.attribute(names[0], ".".join(names[1:]))


def _get_azs(stack: Stack, argument: Any, depth: int) -> Any:
    """Return the Availability Zones, which are known only where the values of a deployment were bound."""
    region = resolve(stack, argument, depth)
    zones = stack.environment.get("Fn::GetAZs")
    own = is_known(region) and region in {"", stack.environment.get("AWS::Region")}
    return zones if zones and own else Unknown("Fn::GetAZs")


def _if(stack: Stack, argument: Any, depth: int) -> Any:
    if not isinstance(argument, list) or len(argument) != 3:
        return WrongType(argument)
    if isinstance(name := argument[0], str):
        holds = stack.conditions.get(name)
        if holds is not None:
            return resolve(stack, argument[1 if holds else 2], depth)
        stack.open.conditions.add(name)
    return either(resolve(stack, arm, depth) for arm in argument[1:])


def _join(stack: Stack, argument: Any, depth: int) -> Any:
    separator, items = _pair(stack, argument, depth)
    if not isinstance(separator, str) or not isinstance(items, list):
        return WrongType(argument) if is_known(items) else Unknown("Fn::Join")
    parts: list[Any] = []
    for index, item in enumerate(items):
        parts.extend((separator, resolve(stack, item, depth)) if index else (resolve(stack, item, depth),))
    return text(parts)


def _sub(stack: Stack, argument: Any, depth: int) -> Any:
    pattern, names = argument if isinstance(argument, list) and len(argument) == 2 else (argument, {})
    if not isinstance(pattern, str) or not isinstance(names, dict):
        return WrongType(argument)
    if "#{AWS::" in pattern:
        return _SERVERLESS
    parts: list[Any] = []
    end = 0
    for hole in PLACEHOLDER.finditer(pattern):
        parts.append(pattern[end : hole.start()])
        end = hole.end()
        literal, name = hole[1], hole[2].strip()
        if literal:
            parts.append(f"${{{hole[2]}}}")
        elif name in names:
            parts.append(resolve(stack, names[name], depth))
        else:
            parts.append(_get_att(stack, name, depth) if "." in name else _ref(stack, name, depth))
    return text([*parts, pattern[end:]]) if parts else resolve(stack, pattern, depth)


def _select(stack: Stack, argument: Any, depth: int) -> Any:
    index, items = _pair(stack, argument, depth)
    place = str(index) if isinstance(index, str | int) else ""
    if isinstance(items, Pieces) and re.fullmatch(r"[0-9]{1,6}", place):
        return items[int(place)]
    if not isinstance(items, list) or not re.fullmatch(r"[0-9]{1,6}", place) or int(place) >= len(items):
        return Unknown("Fn::Select")
    return resolve(stack, items[int(place)], depth)


def _split(stack: Stack, argument: Any, depth: int) -> Any:
    separator, whole = _pair(stack, argument, depth)
    if isinstance(separator, str) and separator and isinstance(whole, str):
        return whole.split(separator)
    if isinstance(separator, str) and separator and isinstance(whole, Unknown):
        return Pieces(whole, separator)
    return Unknown("Fn::Split")


def _find_in_map(stack: Stack, argument: Any, depth: int) -> Any:
    if not isinstance(argument, list) or len(argument) != 3:
        # A fourth argument gives a default, which is used if a key is missing.
        return Unknown("Fn::FindInMap")
    keys = [resolve(stack, key, depth) for key in argument]
    table = stack.mappings.get(keys[0]) if isinstance(keys[0], str) else None
    if not isinstance(table, dict):
        return Unknown("Fn::FindInMap")
    _note_open_key(stack, keys[1], [table])
    rows = _looked_up([table], keys[1])
    _note_open_key(stack, keys[2], rows)
    values = _looked_up(rows, keys[2])
    return either(resolve(stack, value, depth) for value in values) if values else Unknown("Fn::FindInMap")


def _note_open_key(stack: Stack, key: Any, tables: list[Any]) -> None:
    """Note that a parameter, or a pseudo-parameter, chooses a row of a mapping."""
    name = key.name if isinstance(key, ParameterValue) else key.reason if type(key) is Unknown else ""
    if name:
        names = {each for table in tables if isinstance(table, dict) for each in table}
        stack.open.keys.setdefault(name, set()).update(names)


def _looked_up(tables: list[Any], key: Any) -> list[Any]:
    """Return the members under a key, or all members if the key is unknown."""
    tables = [table for table in tables if isinstance(table, dict)]
    if isinstance(key, Unknown):
        return [value for table in tables for value in table.values()]
    return [table[key] for table in tables if isinstance(key, str) and key in table]


def _import_value(stack: Stack, argument: Any, depth: int) -> Any:
    name = resolve(stack, argument, depth)
    if isinstance(name, str):
        return stack.imported(name)
    return ImportedValue(name) if isinstance(name, Unknown) else WrongType(name)


def _get_stack_output(stack: Stack, argument: Any, depth: int) -> Any:
    if not isinstance(argument, dict):
        return Unknown("Fn::GetStackOutput")
    name, output, region = (
        resolve(stack, argument.get(key), depth) for key in ("StackName", "OutputName", "Region")
    )
    if isinstance(name, str) and isinstance(output, str):
        return stack.output_of(name, output, region)
    return Unknown("Fn::GetStackOutput")


def _base64(stack: Stack, argument: Any, depth: int) -> Any:
    value = resolve(stack, argument, depth)
    return base64.b64encode(value.encode()).decode() if isinstance(value, str) else Unknown("Fn::Base64")


_FUNCTIONS: dict[str, _Function] = {
    "Ref": _ref,
    "Fn::GetAZs": _get_azs,
    "Fn::GetAtt": _get_att,
    "Fn::If": _if,
    "Fn::Join": _join,
    "Fn::Sub": _sub,
    "Fn::Select": _select,
    "Fn::Split": _split,
    "Fn::FindInMap": _find_in_map,
    "Fn::ImportValue": _import_value,
    "Fn::GetStackOutput": _get_stack_output,
    "Fn::Base64": _base64,
}
