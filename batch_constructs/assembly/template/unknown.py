"""Values that a template does not contain, made explicit.

Only CloudFormation knows the value of a parameter, an import or an attribute of a resource. Reading such a member
returns an `Unknown`, never ``None`` (which means: omitted) and never a guess::

    Unknown                  decided outside the template
    ├── Reference            an attribute of a resource, which may be in this assembly
    ├── Piece, NamePiece     a part of a string that is cut at a separator
    ├── ParameterValue       a parameter, at most with a default
    ├── ImportedValue        an export of a stack outside the assembly
    ├── DynamicReference     a value of SSM or Secrets Manager that CloudFormation reads
    ├── WrongType            a value that is no number, no string or no structure, where one is needed
    ├── Either               an Fn::If, or a mapping that is looked up by an unknown key
    │   └── Hidden           what a macro or a loop may add
    └── PartialText          a string with unknown parts, such as an ARN without the account ID

Comparing an unknown is a bug in the rule, so it raises: call `is_known`, `is_one_of` or `is_none_of` first. All
three return false for an unknown, so a rule built from them reports nothing that it cannot know.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn, TypeGuard, TypeVar

if TYPE_CHECKING:
    from collections.abc import Hashable

    from batch_constructs.assembly.template.views import Resource

T = TypeVar("T")

# Index of the name in arn:aws:batch:eu-west-1:111122223333:job-definition/name:7, split at each colon or slash.
_NAME_IN_ARN = {":": 5, "/": 1}
# How much of a value is written in a message.
_MAX_OPTIONS = 3
_MAX_MEMBERS = 8
_MAX_DEPTH = 4
_MAX_WORDS = 120


class Unknown:
    """A value that the template leaves open; ``reason`` tells readers why."""

    __slots__ = ("reason",)

    def __init__(self, reason: str) -> None:
        self.reason = reason

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {self.reason}>"

    def _refuse(self, *_: object) -> NoReturn:
        raise TypeError(f"{self!r} cannot be compared: call is_known(), is_one_of() or is_none_of() first")

    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = _refuse
    __bool__ = __len__ = __iter__ = __contains__ = __hash__ = _refuse


class WrongType(Unknown):
    """A value of another type than the member needs; ``value`` is what the template says."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        super().__init__("a value of another type")
        self.value = value


class DynamicReference(Unknown):
    """A value that CloudFormation reads from SSM or Secrets Manager; ``reason`` is the reference itself."""

    __slots__ = ()


class Reference(Unknown):
    """An attribute of a resource of this assembly, as written with ``Ref`` or ``Fn::GetAtt``.

    ``attribute`` is empty for ``Ref``.
    """

    __slots__ = ("attribute", "target")

    def __init__(self, target: Resource, attribute: str = "") -> None:
        super().__init__(f"{target.logical_id}.{attribute}" if attribute else target.logical_id)
        self.target = target
        self.attribute = attribute


class Pieces(Unknown):
    """The parts into which ``Fn::Split`` cuts an unknown string; ``Fn::Select`` takes one of them."""

    __slots__ = ("separator", "whole")

    def __init__(self, whole: Unknown, separator: str) -> None:
        super().__init__(f"the pieces of {whole.reason}")
        self.whole = whole
        self.separator = separator

    def __getitem__(self, index: int) -> Unknown:
        """Return the part at an index; the part of an ARN that contains the name still refers to the resource."""
        if isinstance(self.whole, Reference) and index >= _NAME_IN_ARN.get(self.separator, index + 1):
            return NamePiece(self.whole, self.separator, index)
        return Piece(self.whole, self.separator, index)


class Piece(Unknown):
    """The part at an index of an unknown string that ``Fn::Split`` cuts at a separator."""

    __slots__ = ("index", "separator", "whole")

    def __init__(self, whole: Unknown, separator: str, index: int) -> None:
        super().__init__(f"a piece of {whole.reason}")
        self.whole = whole
        self.separator = separator
        self.index = index


class NamePiece(Reference):
    """A part of an ARN that contains the name of its resource, and so refers to the resource."""

    __slots__ = ("index", "separator", "whole")

    def __init__(self, whole: Reference, separator: str, index: int) -> None:
        super().__init__(whole.target, f"{whole.attribute or 'Ref'} piece {index}")
        self.whole = whole
        self.separator = separator
        self.index = index


class ParameterValue(Unknown):
    """The value of a parameter, chosen at deployment; ``default`` applies if nothing is chosen.

    A parameter of SSM has no default value, but ``path`` is the default path from which its value is read.
    """

    __slots__ = ("default", "name", "path")

    def __init__(self, name: str, default: Any = None, path: str = "") -> None:
        super().__init__(f"parameter {name}")
        self.name = name
        self.default = default
        self.path = path


class ImportedValue(Unknown):
    """The value of an export that no stack of the assembly has; ``name`` may have unknown parts."""

    __slots__ = ("name",)

    def __init__(self, name: str | Unknown) -> None:
        super().__init__(f"import {as_text(name)}")
        self.name = name


class Either(Unknown):
    """One of several values, by a condition or by a mapping's key. ``None`` as an option means omitted."""

    __slots__ = ("options",)

    def __init__(self, options: tuple[Any, ...]) -> None:
        super().__init__(f"one of {len(options)} values")
        self.options = options


class Hidden(Either):
    """A member that a macro or a loop may add; it may also be omitted."""

    __slots__ = ()

    def __init__(self, name: str) -> None:
        super().__init__((Unknown(name), None))
        self.reason = name


class PartialText(Unknown):
    """A string with unknown parts; ``parts`` contains at least one unknown."""

    __slots__ = ("parts",)

    def __init__(self, parts: tuple[str | Unknown, ...]) -> None:
        super().__init__("a string with unknown parts")
        self.parts = parts

    @property
    def prefix(self) -> str:
        """The string up to the first unknown part."""
        return first if isinstance(first := self.parts[0], str) else ""

    @property
    def suffix(self) -> str:
        """The string after the last unknown part."""
        return last if isinstance(last := self.parts[-1], str) else ""

    @property
    def text(self) -> str:
        """The whole string, with each unknown part written as ``${…}``."""
        return "".join(p if isinstance(p, str) else f"${{{_word(p)}}}" for p in self.parts)


def is_known(value: T | Unknown | None) -> TypeGuard[T]:
    """Return whether the template contains the value literally."""
    return value is not None and not isinstance(value, Unknown)


def is_given(value: object) -> bool:
    """Return whether the template certainly contains the value, known or not (an `Either` may omit it)."""
    if isinstance(value, Either):
        return all(is_given(option) for option in value.options)
    return value is not None


def options_of(value: object) -> tuple[object, ...]:
    """Return the possible values: the options of an `Either`, nested ones included, else the value itself."""
    if isinstance(value, Either):
        return tuple(option for each in value.options for option in options_of(each))
    return (value,)


def is_one_of(value: T | Unknown | None, *options: T | None) -> bool:
    """Return whether the value is certainly one of the options; ``None`` as an option means omitted."""
    return not isinstance(value, Unknown) and value in options


def is_none_of(value: T | Unknown | None, *options: T | None) -> bool:
    """Return whether the value is certainly none of the options; ``None`` as an option means omitted."""
    return not isinstance(value, Unknown) and value not in options


def known_or_none(value: T | Unknown | None) -> T | None:
    """Return the value if it is known, else ``None``."""
    return value if is_known(value) else None


def as_text(value: object) -> str:
    """Return the value for a message: a literal as it is, an unknown as ``${…}``, an `Either` as ``A or B``.

    A parameter is written by its name, a resource by its construct path, an import as ``import NAME``.
    """
    match value:
        case PartialText():
            return value.text
        case Reference() | ParameterValue():
            return f"${{{_word(value)}}}"
        case Unknown():
            words = _word(value)
            # Only names from the template have no spaces.
            return words if " " in words or type(value) is not Unknown else f"${{{words}}}"
    return str(value)


def _word(value: Unknown) -> str:
    """Return the description of an unknown that goes between the braces."""
    match value:
        case Reference():
            return f"{value.target.label}.{value.attribute}" if value.attribute else value.target.label
        case ParameterValue():
            return value.name
        case Hidden():
            return f"unread {value.reason}"
        case Either():
            return _either([_written(option) for option in value.options])
        case WrongType():
            return _written(value.value)
        case Pieces():
            return f"parts of {as_text(value.whole)}"
        case Piece():
            return f"part {value.index + 1} of {as_text(value.whole)}"
    return value.reason


def _either(options: list[str]) -> str:
    """Return ``FARGATE or EC2``, of many options the first ones and the number of the others."""
    if len(options) > _MAX_OPTIONS + 1:
        options = [*options[:_MAX_OPTIONS], f"one of {len(options) - _MAX_OPTIONS} others"]
    return f"{', '.join(options[:-1])} or {options[-1]}"


def _written(value: Any, depth: int = 0) -> str:
    """Return a value, and inside it the unresolved nodes of the template, in one short line."""
    if depth > _MAX_DEPTH:
        return "…"
    match value:
        case None:
            return "nothing" if depth == 0 else "null"
        case bool():
            return "true" if value else "false"
        case list():
            text = f"[{', '.join(_written(each, depth + 1) for each in value[:_MAX_MEMBERS])}]"
        case {"Ref": str(name)} if len(value) == 1:
            text = f"${{{name}}}"
        case dict() if len(value) == 1 and next(iter(value)).startswith("Fn::"):
            text = f"${{{next(iter(value))}}}"
        case dict():
            members = [
                f"{name}: {_written(each, depth + 1)}" for name, each in [*value.items()][:_MAX_MEMBERS]
            ]
            text = f"{{{', '.join(members)}}}"
        case _:
            return as_text(value)
    return text if len(text) <= _MAX_WORDS else f"{text[:_MAX_WORDS]}…"


def ending(value: str | Unknown | None, separators: str = "/") -> str | None:
    """Return the part after the last separator, such as the name in an ARN.

    ``None`` if that part is unknown.
    """
    if isinstance(value, PartialText):
        tail = value.suffix
        cut = max(tail.rfind(separator) for separator in separators)
        return tail[cut + 1 :] if cut >= 0 else None
    if not is_known(value):
        return None
    return value[max(value.rfind(separator) for separator in separators) + 1 :]


def identity(value: object) -> Hashable | None:
    """Return a key that is equal for values that are certainly equal in one stack; ``None`` if that cannot be known.

    The same expression has the same key: ``${Project}-workers`` twice, with a parameter, a reference or an import.
    """
    match value:
        case str():
            return value
        case PartialText():
            parts = tuple(identity(part) for part in value.parts)
            return None if None in parts else parts
        case Reference():
            return ("reference", id(value.target), value.attribute)
        case ParameterValue():
            return ("parameter", value.name)
        case ImportedValue():
            return ("import", value.name)
        case Unknown() if value.reason.startswith("AWS::"):
            return ("pseudo-parameter", value.reason)
    return None
