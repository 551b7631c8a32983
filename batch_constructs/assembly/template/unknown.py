"""What a template does not say, made explicit.

A parameter, an import, an attribute of a resource: only CloudFormation knows the value. Reading such a member
gives an `Unknown`, never ``None`` (that means: not given) and never a guess::

    Unknown                  somebody else decides
    ├── Reference            an attribute of a resource, which may be in this assembly
    ├── ParameterValue       a parameter; it has a default at most
    ├── Either               an Fn::If, or a mapping that is looked up by an unknown key
    └── PartialText          a text with holes, such as an ARN with the account's number left open

Comparing an unknown is a bug in the rule, so it raises: ask `known`, `is_one_of` or `is_none_of` first. All
three are false for an unknown, and a rule built from them is silent about what it cannot know.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn, TypeGuard, TypeVar

if TYPE_CHECKING:
    from batch_constructs.assembly.template.views import Resource

T = TypeVar("T")

# Where the name comes in arn:aws:batch:eu-west-1:111122223333:job-definition/name:7, cut at each colon or slash.
_NAME_IN_ARN = {":": 5, "/": 1}
_MAX_OPTIONS = 3


class Unknown:
    """A value that the template leaves open; ``reason`` says why, for a reader."""

    __slots__ = ("reason",)

    def __init__(self, reason: str) -> None:
        self.reason = reason

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {self.reason}>"

    def _refuse(self, *_: object) -> NoReturn:
        raise TypeError(f"{self!r} cannot be compared: ask known(), is_one_of() or is_none_of() first")

    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = _refuse
    __bool__ = __len__ = __iter__ = __contains__ = __hash__ = _refuse


WRONG_TYPE = Unknown("a value of another type")


class Reference(Unknown):
    """An attribute of a resource of this assembly, as ``Ref`` and ``Fn::GetAtt`` name it.

    ``attribute`` is empty for ``Ref``.
    """

    __slots__ = ("attribute", "target")

    def __init__(self, target: Resource, attribute: str = "") -> None:
        super().__init__(f"{target.logical_id}.{attribute}" if attribute else target.logical_id)
        self.target = target
        self.attribute = attribute


class Pieces(Unknown):
    """What ``Fn::Split`` makes of an attribute of a resource; ``Fn::Select`` takes one of them."""

    __slots__ = ("separator", "whole")

    def __init__(self, whole: Reference, separator: str) -> None:
        super().__init__(f"the pieces of {whole.reason}")
        self.whole = whole
        self.separator = separator

    def __getitem__(self, index: int) -> Unknown:
        """The piece at a place. That of an ARN in which the name stands still refers to the resource."""
        if index >= _NAME_IN_ARN.get(self.separator, index + 1):
            return Reference(self.whole.target, f"{self.whole.attribute or 'Ref'} piece {index}")
        return Unknown(f"a piece of {self.whole.reason}")


class ParameterValue(Unknown):
    """What the deploying person gives for a parameter; ``default`` is what they get by giving nothing."""

    __slots__ = ("default", "name")

    def __init__(self, name: str, default: Any = None) -> None:
        super().__init__(f"parameter {name}")
        self.name = name
        self.default = default


class Either(Unknown):
    """One of several values; which one depends on a condition or on a mapping's key. ``None``: left out."""

    __slots__ = ("options",)

    def __init__(self, options: tuple[Any, ...]) -> None:
        super().__init__(f"one of {len(options)} values")
        self.options = options


class PartialText(Unknown):
    """A text of which some parts are unknown; ``parts`` holds at least one unknown."""

    __slots__ = ("parts",)

    def __init__(self, parts: tuple[str | Unknown, ...]) -> None:
        super().__init__("a text with unknown parts")
        self.parts = parts

    @property
    def prefix(self) -> str:
        """The text up to the first unknown part."""
        return first if isinstance(first := self.parts[0], str) else ""

    @property
    def suffix(self) -> str:
        """The text after the last unknown part."""
        return last if isinstance(last := self.parts[-1], str) else ""

    @property
    def text(self) -> str:
        """The whole with each unknown part written as ``${…}``."""
        return "".join(p if isinstance(p, str) else f"${{{_word(p)}}}" for p in self.parts)


def known(value: T | Unknown | None) -> TypeGuard[T]:
    """Whether the template gives the value, and gives it literally."""
    return value is not None and not isinstance(value, Unknown)


def given(value: object) -> bool:
    """Whether the template gives the value for certain, be it known or not (an `Either` may leave it out)."""
    if isinstance(value, Either):
        return all(given(option) for option in value.options)
    return value is not None


def options_of(value: object) -> tuple[object, ...]:
    """Return what a value may be: the options of an `Either`, also of one inside another, else the value alone."""
    if isinstance(value, Either):
        return tuple(option for each in value.options for option in options_of(each))
    return (value,)


def is_one_of(value: T | Unknown | None, *options: T | None) -> bool:
    """Whether the value is for certain one of the options; ``None`` as an option stands for: not given."""
    return not isinstance(value, Unknown) and value in options


def is_none_of(value: T | Unknown | None, *options: T | None) -> bool:
    """Whether the value is for certain none of the options; ``None`` as an option stands for: not given."""
    return not isinstance(value, Unknown) and value not in options


def or_none(value: T | Unknown | None) -> T | None:
    """The value if it is known, else ``None``."""
    return value if known(value) else None


def shown(value: object) -> str:
    """The value for a message: literals by their text, unknowns as ``${…}``, one of few values as ``A or B``.

    A parameter goes by its name, a resource by the path of its construct.
    """
    if isinstance(value, PartialText):
        return value.text
    if isinstance(value, Either) and (words := _either(value)):
        return words
    return f"${{{_word(value)}}}" if isinstance(value, Unknown) else str(value)


def _word(value: Unknown) -> str:
    """What stands between the braces for an unknown."""
    match value:
        case Reference():
            return f"{value.target.label}.{value.attribute}" if value.attribute else value.target.label
        case ParameterValue():
            return value.name
        case Either():
            return _either(value) or value.reason
    return value.reason


def _either(value: Either) -> str:
    """``FARGATE or EC2``; empty where there are many options, or one is a structure."""
    options = value.options
    if len(options) > _MAX_OPTIONS or any(isinstance(option, dict | list) for option in options):
        return ""
    return " or ".join("nothing" if option is None else shown(option) for option in options)


def ending(value: str | Unknown | None, separators: str = "/") -> str | None:
    """What follows the last separator, if that part of the text is literal: the name in an ARN.

    ``None`` when the end of the text is unknown.
    """
    if isinstance(value, PartialText):
        tail = value.suffix
        cut = max(tail.rfind(separator) for separator in separators)
        return tail[cut + 1 :] if cut >= 0 else None
    if not known(value):
        return None
    return value[max(value.rfind(separator) for separator in separators) + 1 :]
