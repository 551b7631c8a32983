"""The kinds of members that a view can declare."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, TypeVar

from batch_constructs.assembly.template.intrinsics import scalar_text
from batch_constructs.assembly.template.items import Items
from batch_constructs.assembly.template.loops import may_grow
from batch_constructs.assembly.template.unknown import (
    Either,
    PartialText,
    Reference,
    Unknown,
    WrongType,
    is_known,
)
from batch_constructs.assembly.template.views import Member, Resource, View

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

T = TypeVar("T")
V = TypeVar("V", bound=View)
R = TypeVar("R", bound=Resource)

_MAX_DEPTH = 64


class Text(Member["str | Unknown | None"]):
    """A string; numbers and booleans are converted as CloudFormation does it."""

    def read(self, view: View) -> str | Unknown | None:
        """Return the string, ``None`` if it is omitted, or an unknown."""
        return _text(view.raw(self.name))


class Keyword(Text):
    """A string from a closed set, in capitals, since AWS accepts most of them in either case."""

    def read(self, view: View) -> str | Unknown | None:
        """Return the keyword in capitals, ``None`` if it is omitted, or an unknown."""
        value = super().read(view)
        return value.upper() if is_known(value) else value


class Integer(Member["int | Unknown | None"]):
    """A whole number; CloudFormation also accepts it as a string."""

    def read(self, view: View) -> int | Unknown | None:
        """Return the number, ``None`` if it is omitted, or an unknown."""
        value = _number(view.raw(self.name))
        if isinstance(value, float):
            return int(value) if value.is_integer() else WrongType(value)
        return value


class Number(Member["float | Unknown | None"]):
    """A number; CloudFormation also accepts it as a string."""

    def read(self, view: View) -> float | Unknown | None:
        """Return the number, ``None`` if it is omitted, or an unknown."""
        return _number(view.raw(self.name))


class Boolean(Member["bool | Unknown | None"]):
    """True or false; CloudFormation also accepts it as a string."""

    def read(self, view: View) -> bool | Unknown | None:
        """Return the boolean, ``None`` if it is omitted, or an unknown."""
        value = view.raw(self.name)
        if isinstance(value, str) and value.lower() in {"true", "false"}:
            return value.lower() == "true"
        return value if value is None or isinstance(value, bool | Unknown) else WrongType(value)


class Struct(Member[V]):
    """A structure; a view even if it is omitted."""

    def __init__(self, name: str, part: type[V]) -> None:
        super().__init__(name)
        self.part = part
        self._make = part

    def read(self, view: View) -> V:
        """Return the structure as a view."""
        return self._make(view.home, (*view.steps, self.name), _mapping(view.raw(self.name)))


class Structs(Member[Items[V]]):
    """A list of structures. ``or_one``: a single structure may replace the list, as in IAM policies."""

    def __init__(self, name: str, part: type[V], *, or_one: bool = False) -> None:
        super().__init__(name)
        self.part = part
        self._make = part
        self._or_one = or_one

    def read(self, view: View) -> Items[V]:
        """Return the structures as views."""
        make, home, steps = self._make, view.home, (*view.steps, self.name)
        return _items(
            view,
            view.raw(self.name),
            or_one=self._or_one,
            make=lambda index, node: make(home, (*steps, index), _mapping(node)),
        )


class Texts(Member["Items[str | Unknown]"]):
    """A list of strings. ``or_one``: a single string may replace the list, as in IAM policies."""

    def __init__(self, name: str, *, or_one: bool = False) -> None:
        super().__init__(name)
        self._or_one = or_one

    def read(self, view: View) -> Items[str | Unknown]:
        """Return the strings."""
        return _items(view, view.raw(self.name), or_one=self._or_one, make=_element_text)


class TextMap(Member["dict[str, str | Unknown] | Unknown | None"]):
    """A mapping of strings, such as a log driver's options."""

    def read(self, view: View) -> dict[str, str | Unknown] | Unknown | None:
        """Return the mapping, ``None`` if it is omitted, or an unknown."""
        node = _mapping(view.raw(self.name))
        if not isinstance(node, dict):
            return node
        if may_grow(node):
            return Unknown("a mapping that may get more members")
        values = {key: _text(view.home.stack.resolve(value)) for key, value in node.items()}
        if any(_may_vanish(value) for value in values.values()):
            return Unknown("a mapping with members that may be left out")
        return {key: value for key, value in values.items() if value is not None}


class Anything(Member[Any]):
    """Free JSON, fully resolved: mappings, lists, literals, with unknowns at the leaves."""

    def read(self, view: View) -> Any:
        """Return the JSON, ``None`` if it is omitted, or an unknown."""
        return fully_resolved(view, view.raw(self.name))


class Link(Member["R | None"]):
    """The resource of this assembly that a member names, if it can be found.

    A `Text` next to it holds the member's own value.
    """

    def __init__(self, name: str, kind: type[R]) -> None:
        super().__init__(name)
        self._kind = kind

    def read(self, view: View) -> R | None:
        """Return the resource; ``None`` if it is omitted, in no template, or of another kind."""
        return linked(view, view.raw(self.name), self._kind)


class Links(Member["Items[R]"]):
    """The resources of this assembly that a list names; incomplete if one of them is not in the assembly."""

    def __init__(self, name: str, kind: type[R]) -> None:
        super().__init__(name)
        self._kind = kind

    def read(self, view: View) -> Items[R]:
        """Return the resources that could be found, in order."""
        values = _items(view, view.raw(self.name), make=lambda _, node: node)
        found = [linked(view, value, self._kind) for value in values]
        resources = [resource for resource in found if resource is not None]
        complete = values.complete and len(resources) == len(values)
        return Items(resources, complete=complete, given=values.given)


class Derived(Member["tuple[V, ...]"]):
    """Views that a function creates, where the template encodes them in some other form."""

    def __init__(self, part: type[V], find: Callable[[Any], Iterable[V]]) -> None:
        super().__init__("")
        self.part = part
        self._find = find

    def read(self, view: View) -> tuple[V, ...]:
        """Return the views that the function creates."""
        return tuple(self._find(view))


def linked(view: View, value: Any, kind: type[R]) -> R | None:
    """Return the resource of a kind that a resolved value refers to, or that has this name in the same stack."""
    if isinstance(value, PartialText) and value.suffix == "":
        # An ARN that is written out up to the name: arn:…:instance-profile/${Profile}.
        value = value.parts[-1]
    if isinstance(value, Reference):
        return value.target if isinstance(value.target, kind) else None
    return view.home.stack.named(kind, value)


def fully_resolved(view: View, value: Any, depth: int = 0) -> Any:
    """Return a resolved value with all its members resolved; a member that may be omitted is an unknown."""
    if depth > _MAX_DEPTH:
        return Unknown("a value nested too deeply")
    resolve = view.home.stack.resolve
    if isinstance(value, dict):
        members = {key: fully_resolved(view, resolve(node), depth + 1) for key, node in value.items()}
        return {key: member for key, member in members.items() if member is not None}
    if isinstance(value, list):
        elements = [fully_resolved(view, resolve(node), depth + 1) for node in value]
        return [element for element in elements if element is not None]
    return value


def _items(view: View, value: Any, *, make: Callable[[int, Any], T], or_one: bool = False) -> Items[T]:
    if value is None:
        return Items(given=False)
    if not isinstance(value, list):
        # A parameter or an import may be a list; other unknowns are single values.
        if not or_one or _may_be_list(value):
            return Items(complete=False)
        value = [value]
    elements: list[T] = []
    complete = True
    for index, node in enumerate(value):
        element = view.home.stack.resolve(node)
        if _may_vanish(element):
            complete = False
        elif element is not None:
            elements.append(make(index, element))
    return Items(elements, complete=complete)


def _may_be_list(value: Any) -> bool:
    """Return whether a value may be a list, as a parameter may; a pseudo parameter such as ``AWS::AccountId`` is none."""
    return isinstance(value, Unknown) and not (
        isinstance(value, PartialText | Reference) or value.reason in {"AWS::AccountId", "AWS::Region"}
    )


def _may_vanish(value: Any) -> bool:
    return isinstance(value, Either) and any(option is None for option in value.options)


def _element_text(_: int, value: Any) -> str | Unknown:
    text = _text(value)
    return WrongType(value) if text is None else text


def _text(value: Any) -> str | Unknown | None:
    if value is None or isinstance(value, str | Unknown):
        return value
    text = scalar_text(value)
    return WrongType(value) if text is None else text


def _number(value: Any) -> int | float | Unknown | None:
    if isinstance(value, str):
        try:
            value = float(value) if len(value) < 40 else WrongType(value)
        except ValueError:
            return WrongType(value)
    if isinstance(value, float):
        if not math.isfinite(value):
            return WrongType(value)
        return int(value) if value.is_integer() else value
    return value if value is None or isinstance(value, Unknown) or type(value) is int else WrongType(value)


def _mapping(value: Any) -> dict[str, Any] | Unknown | None:
    return value if value is None or isinstance(value, dict | Unknown) else WrongType(value)
