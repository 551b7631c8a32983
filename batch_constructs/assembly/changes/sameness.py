"""Decides whether two values, possibly with unknown parts, will be the same."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, Any

from batch_constructs.assembly.changes.inputs import Inputs
from batch_constructs.assembly.template import (
    Either,
    ImportedValue,
    ParameterValue,
    PartialText,
    Piece,
    Reference,
    Unknown,
)
from batch_constructs.assembly.template.intrinsics import scalar_text
from batch_constructs.assembly.template.outcomes import nodes
from batch_constructs.assembly.template.unknown import DynamicReference, Pieces

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from batch_constructs.assembly.template import Resource, Stack

_PLAIN = (Unknown, DynamicReference)
# Beginnings of reasons that several different unknowns share.
_VAGUE = ("Fn::", "a ", "an ", "one of ", "null", "user data")


class Sameness(IntEnum):
    """The sameness of two values; for a structure the greatest value of its members counts."""

    SAME = 0
    MAYBE = 1
    OTHER = 2


class Missing:
    """The value of a missing member."""


MISSING = Missing()


class Values:
    """Compares the values of a stack with those of its counterpart.

    Args:
        old: the stack before.
        new: the stack after.
        keeps: returns whether an attribute of a resource keeps its value; gets the two resources and the attribute.
    """

    def __init__(self, old: Stack, new: Stack, keeps: Callable[[Resource, Resource, str], Sameness]) -> None:
        self._old = old
        self._new = new
        self._keeps = keeps
        self.inputs = Inputs(old, new)

    def resolve(self, old: Any, new: Any) -> tuple[Any, Any]:
        """Return the values of two nodes; ``None`` for a missing one."""
        return (
            None if old is MISSING else self._old.resolve(old),
            None if new is MISSING else self._new.resolve(new),
        )

    def same(self, old: Any, new: Any) -> Sameness:
        """Compare two nodes of the templates."""
        while _is_base64(old) and _is_base64(new):
            # Different strings differ in base64 too, even with unknown parts.
            old, new = old["Fn::Base64"], new["Fn::Base64"]
        # Equal expressions have equal values, unless something that they refer to changes.
        agreed = old == new and not self.inputs.differ(old)
        one, other = self.resolve(old, new)
        answer = self._values(one, other, agreed=agreed)
        if answer is Sameness.MAYBE and _is_join(old) and _is_join(new):
            return self._joins(old["Fn::Join"], new["Fn::Join"])
        if answer is Sameness.SAME and _is_vague(one):
            return max((self._named(name, attribute) for name, attribute in _references(old)), default=answer)
        return answer

    def _named(self, name: str, attribute: str) -> Sameness:
        old, new = self._old.resources.get(name), self._new.resources.get(name)
        if old is None or new is None:
            return Sameness.SAME if old is new else Sameness.MAYBE
        return min(self._keeps(old, new, attribute), Sameness.MAYBE)

    def _values(self, old: Any, new: Any, *, agreed: bool) -> Sameness:
        if old is None or new is None:
            if old is new:
                return Sameness.SAME
            return Sameness.MAYBE if _may_vanish(old) or _may_vanish(new) else Sameness.OTHER
        if isinstance(old, Unknown) or isinstance(new, Unknown):
            return self._unknowns(old, new, agreed=agreed)
        if isinstance(old, dict) and isinstance(new, dict):
            if "Fn::Transform" in old or "Fn::Transform" in new:
                return Sameness.SAME if agreed else Sameness.MAYBE
            keys = old.keys() | new.keys()
            return max(
                (self.same(old.get(k, MISSING), new.get(k, MISSING)) for k in keys), default=Sameness.SAME
            )
        if isinstance(old, list) and isinstance(new, list):
            return self._lists(old, new)
        one, other = scalar_text(old), scalar_text(new)
        return Sameness.SAME if one is not None and one == other else Sameness.OTHER

    def _lists(self, old: list[Any], new: list[Any]) -> Sameness:
        if len(old) == len(new):
            return max((self.same(*pair) for pair in zip(old, new, strict=True)), default=Sameness.SAME)
        resolved = [*map(self._old.resolve, old), *map(self._new.resolve, new)]
        return Sameness.MAYBE if any(e is None or _may_vanish(e) for e in resolved) else Sameness.OTHER

    def _joins(self, old: list[Any], new: list[Any]) -> Sameness:
        """Compare joined strings piece by piece, because an unknown in both is often the same expression."""
        if old[0] != new[0] or len(old[1]) != len(new[1]):
            return Sameness.MAYBE
        answers = {
            (self.same(a, b), isinstance(a, str) and isinstance(b, str))
            for a, b in zip(old[1], new[1], strict=True)
        }
        if {sameness for sameness, literal in answers if not literal} <= {Sameness.SAME}:
            return max(sameness for sameness, _ in answers)
        return Sameness.MAYBE

    def _unknowns(self, old: Any, new: Any, *, agreed: bool) -> Sameness:
        either, other = (old, new) if isinstance(old, Either) else (new, old)
        if agreed and isinstance(either, Either) and not isinstance(other, Unknown):
            # A new row of a mapping leaves more open, but not for the stack that has one of the other rows.
            return Sameness.SAME
        match old, new:
            case Reference(), Reference():
                return self._references(old, new)
            case Piece(), Piece() if (old.separator, old.index) == (new.separator, new.index):
                return min(self._values(old.whole, new.whole, agreed=agreed), Sameness.MAYBE)
            case ParameterValue(), ParameterValue():
                kept = old.name == new.name and old.default == new.default and old.path == new.path
                return Sameness.SAME if kept else Sameness.MAYBE
            case Either(), Either() if agreed and len(old.options) == len(new.options):
                pairs = zip(old.options, new.options, strict=True)
                answer = max(self._values(*pair, agreed=True) for pair in pairs)
                return min(answer, Sameness.MAYBE)
            case (PartialText() | str(), PartialText() | str()):
                return self._texts(old, new, agreed=agreed)
            case ImportedValue(), ImportedValue():
                return min(self._values(old.name, new.name, agreed=agreed), Sameness.MAYBE)
            case Pieces(), Pieces() if old.separator == new.separator:
                return min(self._values(old.whole, new.whole, agreed=agreed), Sameness.MAYBE)
        if (
            type(old) is type(new)
            and type(old) in _PLAIN
            and old.reason == new.reason
            and (agreed or not _is_vague(old))
        ):
            return Sameness.SAME
        return Sameness.MAYBE

    def _references(self, old: Reference, new: Reference) -> Sameness:
        if old.attribute != new.attribute:
            # An ARN by Ref and one by Fn::GetAtt are the same string.
            return Sameness.MAYBE
        return self._keeps(old.target, new.target, old.attribute)

    def _texts(self, old: PartialText | str, new: PartialText | str, *, agreed: bool) -> Sameness:
        one, other = (text.parts if isinstance(text, PartialText) else (text,) for text in (old, new))
        if [isinstance(part, str) for part in one] == [isinstance(part, str) for part in other]:
            pairs = list(zip(one, other, strict=True))
            holes = [self._values(a, b, agreed=agreed) for a, b in pairs if isinstance(a, Unknown)]
            literals = [a == b for a, b in pairs if isinstance(a, str)]
            if all(literals) or max(holes, default=Sameness.SAME) is Sameness.SAME:
                return max(holes, default=Sameness.SAME) if all(literals) else Sameness.OTHER
        differ = _ends_differ(one, other) or _is_shorter(one, other) or _is_shorter(other, one)
        return Sameness.OTHER if differ else Sameness.MAYBE


def _is_shorter(one: tuple[str | Unknown, ...], other: tuple[str | Unknown, ...]) -> bool:
    """Return whether a string without unknown parts is too short for the literal parts of another one."""
    literals = [[part for part in parts if isinstance(part, str)] for parts in (one, other)]
    return len(literals[0]) == len(one) and sum(map(len, literals[0])) < sum(map(len, literals[1]))


def _ends_differ(one: tuple[str | Unknown, ...], other: tuple[str | Unknown, ...]) -> bool:
    """Return whether two strings certainly begin or end differently."""
    heads = [parts[0] if isinstance(parts[0], str) else "" for parts in (one, other)]
    tails = [parts[-1] if isinstance(parts[-1], str) else "" for parts in (one, other)]
    head, tail = min(map(len, heads)), min(map(len, tails))
    return (
        heads[0][:head] != heads[1][:head]
        or tails[0][len(tails[0]) - tail :] != tails[1][len(tails[1]) - tail :]
    )


def _is_base64(node: Any) -> bool:
    return isinstance(node, dict) and node.keys() == {"Fn::Base64"}


def _is_join(node: Any) -> bool:
    arguments = node.get("Fn::Join") if isinstance(node, dict) else None
    return isinstance(arguments, list) and len(arguments) == 2 and isinstance(arguments[1], list)


def _may_vanish(value: Any) -> bool:
    return isinstance(value, Either) and any(option is None for option in value.options)


def _is_vague(value: Any) -> bool:
    if isinstance(value, PartialText):
        return any(_is_vague(part) for part in value.parts)
    return type(value) is Unknown and value.reason.startswith(_VAGUE)


def _references(node: Any) -> Iterator[tuple[str, str]]:
    """Yield the resources that an expression names, with the attribute."""
    for each in nodes(node):
        if isinstance(name := each.get("Ref"), str):
            yield name, ""
        names = each.get("Fn::GetAtt")
        if isinstance(names, str):
            names = names.split(".", 1)
        if isinstance(names, list) and len(names) == 2 and all(isinstance(name, str) for name in names):
            yield names[0], names[1]
