"""One template file as plain data; the line of a member is found on request.

The standard JSON parser is fast but reports no lines. So a line is found later, by walking the text down to the
one member that a finding is about. YAML is parsed as events, which carry their lines.
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from json import decoder
from json.scanner import make_scanner
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_WHITESPACE: Any = decoder.WHITESPACE  # type: ignore[attr-defined]
_scanstring: Any = decoder.scanstring  # type: ignore[attr-defined]

Steps: TypeAlias = tuple["str | int", ...]


class UnreadableInputError(Exception):
    """The input is neither a CloudFormation template nor a cloud assembly; the message is one sentence with the reason."""


class Document(ABC):
    """The data of one file. ``root`` is its JSON or YAML, with YAML's short forms written out."""

    def __init__(self, root: Any, file: Path | None) -> None:
        self.root = root
        self.file = file

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
        try:
            root = json.loads(text)
        except json.JSONDecodeError as error:
            raise UnreadableInputError(f"it is not JSON: {error.msg} in line {error.lineno}") from None
        except ValueError:
            raise UnreadableInputError("it holds a number that is too long") from None
        except RecursionError:
            raise UnreadableInputError("it is nested too deeply") from None
        super().__init__(root, file)
        self._text = text
        self._scan: Any = make_scanner(json.JSONDecoder())  # type: ignore[arg-type]
        self._members: dict[int, dict[str | int, tuple[int, int]]] = {}

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
