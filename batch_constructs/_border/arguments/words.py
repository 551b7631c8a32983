"""Descriptions of kinds and values, as users write them."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from enum import Enum
from types import NoneType
from typing import Any, Literal, get_args, get_origin

from batch_constructs._border import seam
from batch_constructs._border.arguments.kinds import options
from batch_constructs._border.tokens import known

__all__ = ["as_written", "in_words", "is_public", "path_of", "public_kinds", "with_article"]

_SHORT = 80
_PLAIN = {str: "a string", float: "a number", int: "a number", bool: "True or False"}
_SUCH_AS = {
    "Size": "Size.mebibytes(512)",
    "Duration": "Duration.hours(1)",
    "RetentionDays": "RetentionDays.ONE_MONTH",
}


def in_words(expected: Any) -> str:
    """Return an annotation in words: ``a list of strings``, or ``a Size such as Size.mebibytes(512)``.

    Args:
        expected: An annotation, evaluated.
    """
    kinds = [each for each in options(expected) if each is not NoneType]
    # Annotations list a class next to its interface for type checkers only; the message names the interface.
    named = {path_of(each) for each in kinds if isinstance(each, type)}
    shown = [each for each in kinds if not _has_interface(each, named)]
    words = list(dict.fromkeys(each for kind in shown for each in _kind_in_words(kind)))
    if len(words) > 2 and all(" " not in each.partition(" ")[2] for each in words):
        # Only the first of several classes gets the article: a bc.Efs, bc.S3Files or bc.Host.
        words = [words[0], *(each.partition(" ")[2] for each in words[1:])]
    return " or ".join(filter(None, [", ".join(words[:-1]), words[-1]])) if words else "None"


def _has_interface(kind: Any, named: set[str]) -> bool:
    module, _, name = path_of(kind).rpartition(".") if isinstance(kind, type) else ("", "", "")
    return bool(name) and f"{module}.I{name}" in named


def _kind_in_words(kind: Any) -> list[str]:
    origin, arguments = get_origin(kind), get_args(kind)
    if kind in _PLAIN:
        return [_PLAIN[kind]]
    if origin is Literal:
        return [f"one of {', '.join(map(str, arguments))}"]
    if origin is not None and len(arguments) > 1:
        return [f"a dict from {_several(arguments[0])} to {_several(arguments[1])}"]
    if origin is not None:
        return [f"a list of {_several(arguments[0])}"]
    if not isinstance(kind, type):
        return [str(kind)]
    if issubclass(kind, Enum) and not seam.is_jsii(kind):
        words = ", ".join(str(member.value) for member in kind)
        such_as = f" such as {path_of(kind)}.{next(iter(kind)).name}"
        return [with_article(path_of(kind)) + (f", one of {words}" if len(words) <= _SHORT else such_as)]
    if kind.__name__ in _SUCH_AS:
        return [f"{with_article(path_of(kind))} such as {_SUCH_AS[kind.__name__]}"]
    return [with_article(path_of(each)) for each in public_kinds(kind)[:4]]


def _several(item: Any) -> str:
    kinds = [each for each in options(item) if each is not NoneType]
    plain = {str: "strings", int: "numbers", float: "numbers", Any: "values"}
    named = {path_of(each) for each in kinds if isinstance(each, type)}
    shown = [each for each in kinds if not _has_interface(each, named)]
    words = [
        plain.get(each) or " or ".join(path_of(one) for one in public_kinds(each)[:4])
        for each in shown
        if isinstance(each, type) or each is Any
    ]
    return " or ".join(dict.fromkeys(words)) or "values"


def public_kinds(kind: type) -> list[type]:
    """Return a class, or instead of a private one of ours the public classes that match it, if there are any.

    Args:
        kind: A class or a protocol.
    """
    package = sys.modules["batch_constructs"]
    if not kind.__module__.startswith("batch_constructs.") or is_public(kind):
        return [kind]
    room = kind.__module__.split(".")[1]
    near = [name for name, home in package.__dict__["_HOMES"].items() if home.split(".")[0] == room]
    classes = [each for name in near if isinstance(each := getattr(package, name), type)]
    return [each for each in classes if _fits(each, kind)] or [kind]


def _fits(kind: type, wanted: type) -> bool:
    if not seam.is_interface(wanted):
        return issubclass(kind, wanted)
    members = [name for name in dir(wanted) if not name.startswith("_")]
    return all(hasattr(kind, name) for name in members)


def is_public(kind: type) -> bool:
    """Return whether a class is exported by `batch_constructs`.

    Args:
        kind: A class of ours.
    """
    return kind.__name__ in sys.modules["batch_constructs"].__dict__["_HOMES"]


def path_of(kind: type) -> str:
    """Return the name of a class as users write it: ``ec2.IVpc``, ``bc.JobQueue``, ``Duration``.

    Args:
        kind: A class.
    """
    module = kind.__module__
    if module.startswith("batch_constructs"):
        return f"bc.{kind.__qualname__}" if is_public(kind) else kind.__qualname__
    last = module.rpartition(".")[2]
    if module == "aws_cdk":
        return kind.__qualname__
    return (
        f"{last.removeprefix('aws_')}.{kind.__qualname__}" if last.startswith("aws_") else kind.__qualname__
    )


def as_written(value: Any) -> str:
    """Return a value as its user would write it, or a description such as ``a JobQueue``.

    Args:
        value: The given value.
    """
    if isinstance(value, Enum):
        # Users write members of a private enumeration as strings.
        private = type(value).__module__.startswith("batch_constructs") and not is_public(type(value))
        return repr(value.value) if private else f"{path_of(type(value))}.{value.name}"
    if isinstance(value, type):
        return f"the class {value.__name__}"
    if isinstance(value, str) and not known(value):
        return "a string that is known at the deploy"
    if isinstance(value, str | int | float | None):
        return _short(repr(value))
    if isinstance(value, Mapping):
        return _short("{" + ", ".join(f"{as_written(k)}: {as_written(v)}" for k, v in value.items()) + "}")
    if isinstance(value, list | tuple):
        inside = ", ".join(map(as_written, value))
        return _short(f"[{inside}]" if isinstance(value, list) else f"({inside})")
    if isinstance(value, set | frozenset):
        return _short("a set of " + ", ".join(sorted(map(as_written, value))))
    if seam.is_proxy(type(value)) and hasattr(value, "resolve"):
        return "a token"
    return with_article(type(value).__name__.removeprefix("_").removesuffix("Proxy"))


def _short(text: str) -> str:
    return text if len(text) <= _SHORT else f"{text[: _SHORT - 1]}…"


def with_article(name: str) -> str:
    """Return ``a JobQueue``, ``an ec2.IVpc``.

    Args:
        name: The name that gets the article.
    """
    # These names are spelt letter by letter: an s3.IBucket, an sns.ITopic.
    vowel = name[:1] in "AEIOaeio" or name.startswith(("s3", "sns", "sqs", "ssm", "fsx"))
    return f"{'an' if vowel else 'a'} {name}"
