"""What annotations expect, as far as it can be told without loading what they name: texts, numbers, lists, words.

Of objects only this much is known: they are no text, no number and no list. Whatever an annotation says in other ways is
taken as it comes; type checkers know more.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum, StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Expected", "expected_by"]

_SCALARS: Mapping[str, type] = {"str": str, "bool": bool, "Number": float, "int": float, "float": float}
_LISTS = {"Sequence", "Collection", "Iterable", "list"}
_MAPPINGS = {"Mapping", "dict"}
_FEW = 6
# A name that nothing is known of may stand for texts. These stand for objects: of the CDK, and ours of several classes.
_OBJECTS = re.compile(
    r"I[A-Z]\w+|Size|Duration|Construct|Stack|Environment|RemovalPolicy|LogDriver"
    r"|AlertTarget|Mount|Pool|InstanceRole|EksVolume|EksMount|UserDataPart"
)
_IN_WORDS = {
    str: "a text",
    float: "a number",
    bool: "True or False",
    "Size": "a Size such as Size.mebibytes(512)",
    "Duration": "a Duration such as Duration.hours(1)",
}


@dataclass(slots=True)
class Expected:
    """One annotation: what may be given, each kind apart. With ``anything``, it says what is not understood here."""

    anything: bool = False
    nothing: bool = False
    scalars: set[type] = field(default_factory=set)
    items: Expected | None = None
    keys: Expected | None = None
    values: Expected | None = None
    words: list[type[Enum]] = field(default_factory=list)
    objects: list[str] = field(default_factory=list)

    def fitted(self, name: str, value: Any, problems: list[str]) -> Any:
        """The value, with texts that are words of ours as these; what is wrong with it is noted.

        Args:
            name: What the user calls it.
            value: What they gave.
            problems: Where to note.
        """
        if self.anything:
            return value
        if not self._takes(value):
            word = self._word(value)
            if word is None:
                problems.append(
                    f"{name} must be {self.in_words()}, got {_got(value)}{self._advice(name, value)}"
                )
            return value if word is None else word
        if self.items is not None and isinstance(value, list | tuple):
            wrong: list[str] = []
            fitted = [self.items.fitted(f"{name}[{at}]", each, wrong) for at, each in enumerate(value)]
            # Where one is wrong, mostly all are, in the same way.
            problems += wrong[:1]
            return (
                fitted if any(one is not other for one, other in zip(fitted, value, strict=True)) else value
            )
        if self.keys is not None and self.values is not None and isinstance(value, Mapping):
            return {
                self.keys.fitted(f"a key of {name}", key, problems): self.values.fitted(
                    f"{name}[{key!r}]", each, problems
                )
                for key, each in value.items()
            }
        if self._is_beside(name, value):
            problems.append(f"{name} must be {self.in_words()}, got {_got(value)}: write its .{name}")
        return value

    def _is_beside(self, name: str, value: Any) -> bool:
        """Whether an object of ours is not what is asked for, but has it: a network where its ``vpc`` is wanted."""
        if not self.objects or not _is_of_ours(value) or name not in getattr(value, "__dict__", ()):
            return False
        wanted = {each.rpartition(".")[2] for each in self.objects}
        return wanted.isdisjoint(kind.__name__ for kind in type(value).__mro__)

    def in_words(self) -> str:
        """Such as ``a list of texts``, or ``a Size such as Size.mebibytes(512)``."""
        return " or ".join(self._alternatives())

    def _alternatives(self) -> Iterator[str]:
        yield from (words for kind, words in _IN_WORDS.items() if kind in self.scalars)
        if self.items is not None:
            yield "a list of texts" if self.items.scalars == {str} else "a list"
        if self.values is not None:
            yield "a mapping"
        for kind in self.words:
            some = ", ".join(str(member.value) for member in kind)
            one = f" such as {kind.__name__}.{next(iter(kind)).name}"
            yield _with_article(kind.__name__) + (f", one of {some}" if len(kind) <= _FEW else one)
        # Beside an interface stands the class that type checkers do not take for it.
        yield from (_IN_WORDS.get(name) or _with_article(name) for name in self.objects[:1])

    def _takes(self, value: Any) -> bool:
        match value:
            case None:
                return self.nothing
            case bool():
                return bool in self.scalars
            case Enum():
                return isinstance(value, (*self.words, *self.scalars)) or bool(self.objects)
            case str():
                return str in self.scalars
            case int() | float():
                return float in self.scalars
            case Mapping():
                # The CDK takes mappings for its structs.
                return self.values is not None or bool(self.objects)
            case list() | tuple() | set():
                return self.items is not None
        return bool(self.objects) or not _is_an_object(value)

    def _word(self, value: Any) -> Enum | None:
        members = [member for kind in self.words if issubclass(kind, StrEnum) for member in kind]
        return next((member for member in members if type(value) is str and member.value == value), None)

    def _advice(self, name: str, value: Any) -> str:
        if _is_a_parameter(value):
            return ": write its value_as_number, value_as_string or value_as_list"
        if self.items is None:
            return ""
        if isinstance(value, str):
            return f": write {value.split() if name == 'command' else [value]}"
        return ": put it into a list" if _is_an_object(value) else ""


def expected_by(annotations: Mapping[str, Any], meaning: Callable[[str], object]) -> dict[str, Expected]:
    """What the arguments of a function are expected to be, by name.

    Args:
        annotations: Of the function, as texts.
        meaning: What a name means: a class, some other object for a class that is not loaded, ``None`` if nobody knows.
    """
    return {
        name: _read(ast.parse(text, mode="eval").body, meaning)
        if isinstance(text, str)
        else Expected(anything=True)
        for name, text in annotations.items()
        if name != "return"
    }


def _read(node: ast.expr, meaning: Callable[[str], object]) -> Expected:
    found = Expected()
    for part in _parts(node):
        match part:
            case ast.Constant(value=None):
                found.nothing = True
            case ast.Name(id=name) if name in _SCALARS:
                found.scalars.add(_SCALARS[name])
            case ast.Subscript(value=ast.Name(id=name), slice=inner) if name in _LISTS:
                found.items = _read(inner, meaning)
            case ast.Subscript(value=ast.Name(id=name), slice=ast.Tuple(elts=[key, inner])) if (
                name in _MAPPINGS
            ):
                found.keys, found.values = _read(key, meaning), _read(inner, meaning)
            case ast.Name(id=name):
                _note_name(found, name, meaning(name))
            case ast.Attribute():
                found.objects.append(ast.unparse(part))
            case _:
                found.anything = True
    return found


def _parts(node: ast.expr) -> Iterator[ast.expr]:
    if isinstance(node, ast.BinOp):
        yield from _parts(node.left)
        yield from _parts(node.right)
    else:
        yield node


def _note_name(found: Expected, name: str, meant: object) -> None:
    if isinstance(meant, type) and issubclass(meant, Enum):
        found.words.append(meant)
    elif meant not in {Any, object} and (
        isinstance(meant, type) or type(meant) is object or _OBJECTS.fullmatch(name)
    ):
        found.objects.append(name)
    else:
        found.anything = True


def _is_of_ours(value: Any) -> bool:
    return type(value).__module__.startswith("batch_constructs.")


def _is_an_object(value: Any) -> bool:
    """An object of the CDK or of ours, and for certain no placeholder for a value."""
    kind = type(value)
    if isinstance(value, Collection) or (hasattr(kind, "resolve") and not _is_a_parameter(value)):
        return False
    return hasattr(kind, "__jsii_type__") or _is_of_ours(value)


def _is_a_parameter(value: Any) -> bool:
    """A parameter of CloudFormation, which is no value itself, but has one of each kind."""
    return hasattr(type(value), "value_as_number")


def _got(value: Any) -> str:
    if isinstance(value, str | int | float | list | tuple | dict | set | None) and not isinstance(
        value, Enum
    ):
        text = repr(value)
        return text if len(text) <= 80 else f"{text[:79]}…"
    return _with_article(type(value).__name__)


def _with_article(name: str) -> str:
    return f"{'an' if name[:1] in 'AEIOaeio' else 'a'} {name}"
