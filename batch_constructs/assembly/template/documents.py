"""One template file as plain data; the line of a member is found on request.

The standard JSON parser is fast but reports no lines. So a line is found later, by walking the text down to the
one member that a finding is about. YAML is parsed as events, which carry their lines.
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections import Counter
from json import decoder
from json.scanner import make_scanner
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

_WHITESPACE: Any = decoder.WHITESPACE  # type: ignore[attr-defined]
_scanstring: Any = decoder.scanstring  # type: ignore[attr-defined]

SECTIONS = frozenset({"Conditions", "Mappings", "Outputs", "Parameters", "Resources", "Rules"})
"""The sections of a template that have names of their own."""

Steps: TypeAlias = tuple["str | int", ...]


class UnreadableInputError(Exception):
    """The input is neither a CloudFormation template nor a cloud assembly; the message is one sentence with the reason."""


class Document(ABC):
    """The data of one file. ``root`` is its JSON or YAML, with YAML's short forms written out."""

    def __init__(self, root: Any, file: Path | None) -> None:
        self.root = root
        self.file = file
        # Two resources, parameters or the like with one name, one sentence each.
        self.repeated: tuple[str, ...] = ()

    @abstractmethod
    def line(self, steps: Steps) -> int:
        """Return the line, from 1, of the deepest existing member along the steps."""


class DataDocument(Document):
    """Data that did not come from a file."""

    def line(self, steps: Steps) -> int:  # noqa: ARG002
        """Return 1, since there is no text."""
        return 1


class JsonDocument(Document):
    """A template in JSON.

    Raises:
        UnreadableInputError: the text is not JSON, or nested too deeply.
    """

    def __init__(self, text: str, file: Path | None) -> None:
        repeated: dict[int, str] = {}
        kept: list[dict[str, Any]] = []

        def mapping(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
            members = dict(pairs)
            if len(members) < len(pairs):
                kept.append(members)
                repeated[id(members)] = Counter(key for key, _ in pairs).most_common(1)[0][0]
            return members

        try:
            root = json.loads(text, object_pairs_hook=mapping)
        except json.JSONDecodeError as error:
            if text.startswith(("//", "/*"), error.pos):
                raise UnreadableInputError(
                    f"it has a comment in line {error.lineno}, which JSON does not allow: remove it, or write YAML"
                ) from None
            raise UnreadableInputError(f"it is not JSON: {error.msg} in line {error.lineno}") from None
        except ValueError:
            raise UnreadableInputError("it holds a number that is too long") from None
        except RecursionError:
            raise UnreadableInputError("it is nested too deeply") from None
        super().__init__(root, file)
        self._text = text
        self._scan: Any = make_scanner(json.JSONDecoder())  # type: ignore[arg-type]
        self._members: dict[int, dict[str | int, tuple[int, int]]] = {}
        if repeated:
            self.repeated = repeated_names(root, {key: f"{name!r} twice" for key, name in repeated.items()})

    def line(self, steps: Steps) -> int:
        """Return the line, from 1, of the deepest existing member along the steps."""
        start = position = _WHITESPACE.match(self._text, 0).end()
        for step in steps:
            if position not in self._members:
                self._members[position] = {key: (at, value) for key, at, value in self._walk(position)}
            place = self._members[position].get(step)
            if place is None:
                break
            start, position = place
        return self._text.count("\n", 0, start) + 1

    def _walk(self, position: int) -> Iterator[tuple[str | int, int, int]]:
        """Yield the members of the object or array at a position: key, start of the key, start of the value."""
        text, skip = self._text, _WHITESPACE.match
        opening = text[position]
        at, index = skip(text, position + 1).end(), 0
        if opening not in "{[" or text[at] in "}]":
            return
        while True:
            key: str | int = index
            value = at
            if opening == "{":
                key, colon = _scanstring(text, at + 1, False)
                value = skip(text, skip(text, colon).end() + 1).end()
            yield key, at, value
            end = skip(text, self._scan(text, value)[1]).end()
            if text[end] != ",":
                return
            at, index = skip(text, end + 1).end(), index + 1


def repeated_names(root: Any, repeated: Mapping[int, str]) -> tuple[str, ...]:
    """Return the names that are repeated in a template or in one of its sections, one sentence each.

    CloudFormation, like every parser, keeps only the last of them.

    Args:
        root: the template.
        repeated: the repeated name of each mapping that has one, in words, by the mapping's ``id``.
    """
    if not repeated or not isinstance(root, dict):
        return ()
    whole = [f"it has the section {repeated[id(root)]}"] if id(root) in repeated else []
    inside = [
        f"its {name} have {repeated[id(section)]}"
        for name, section in root.items()
        if id(section) in repeated and name in SECTIONS
    ]
    return tuple(f"{words}, and only the last is read" for words in (*whole, *inside))
