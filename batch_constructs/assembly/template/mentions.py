"""Finds the names that the resources of a template mention: resources, parameters and conditions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from batch_constructs.assembly.template.intrinsics import PLACEHOLDER
from batch_constructs.assembly.template.loops import LOOP

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_constructs.assembly.template.stacks import Stack
    from batch_constructs.assembly.template.views import Resource


class Mention(NamedTuple):
    """A name that an expression mentions.

    Attributes:
        function: ``Ref``, ``Fn::GetAtt``, ``Fn::Sub``, ``DependsOn``, ``Condition`` or ``Fn::If``.
        name: the logical id, the parameter or the condition.
        path: the member of the resource's properties that contains it; empty outside of them.
    """

    function: str
    name: str
    path: str


def mentions(resource: Resource) -> Iterator[Mention]:
    """Yield the names that a resource mentions; of an ``Fn::If`` that is decided, only those of the arm that is taken."""
    entry = vars(resource)["entry"]
    for name in resource.depends_on:
        yield Mention("DependsOn", name, "")
    if resource.condition:
        yield Mention("Condition", resource.condition, "")
    properties = entry.get("Properties")
    if isinstance(properties, dict):
        for member, node in properties.items():
            for function, name in _inside(resource.stack, node):
                yield Mention(function, name, member)


def needed_by(resource: Resource) -> set[Resource]:
    """Return the resources that CloudFormation creates before a resource, directly or by way of others."""
    found: set[Resource] = set()
    waiting = [resource]
    while waiting:
        for each in mentions(waiting.pop()):
            other = resource.stack.resources.get(each.name)
            if other is not None and each.function not in {"Condition", "Fn::If"} and other not in found:
                found.add(other)
                waiting.append(other)
    return found


def _inside(stack: Stack, node: Any) -> Iterator[tuple[str, str]]:
    waiting = [node]
    while waiting:
        node = waiting.pop()
        if type(node) is list:
            waiting += [each for each in node if type(each) in _NESTED]
        elif type(node) is dict:
            if len(node) == 1:
                [(function, argument)] = node.items()
                if function in _READERS:
                    found, more = _READERS[function](stack, argument)
                    yield from ((function, name) for name in found)
                    waiting += more
                    continue
            waiting += [
                each for key, each in node.items() if type(each) in _NESTED and not key.startswith(LOOP)
            ]


def _ref(_: Stack, argument: Any) -> tuple[list[str], list[Any]]:
    return ([argument], []) if isinstance(argument, str) else ([], [argument])


def _get_att(_: Stack, argument: Any) -> tuple[list[str], list[Any]]:
    names = argument.split(".", 1) if isinstance(argument, str) else argument
    named = isinstance(names, list) and names and isinstance(names[0], str)
    return ([names[0]], names[1:]) if named else ([], [argument])


def _sub(_: Stack, argument: Any) -> tuple[list[str], list[Any]]:
    pattern, given = argument if isinstance(argument, list) and len(argument) == 2 else (argument, {})
    if not isinstance(pattern, str) or not isinstance(given, dict):
        return [], []
    holes = (hole[2].strip() for hole in PLACEHOLDER.finditer(pattern) if not hole[1])
    return [hole.partition(".")[0] for hole in holes if hole not in given], list(given.values())


def _if(stack: Stack, argument: Any) -> tuple[list[str], list[Any]]:
    if not isinstance(argument, list) or len(argument) != 3 or not isinstance(argument[0], str):
        return [], [argument]
    holds = stack.conditions.get(argument[0])
    return [argument[0]], argument[1:] if holds is None else [argument[1 if holds else 2]]


_NESTED = frozenset({dict, list})
_READERS = {"Ref": _ref, "Fn::GetAtt": _get_att, "Fn::Sub": _sub, "Fn::If": _if}
