"""YAML templates: short-form intrinsics written out, a line for every member, and limits on size and depth.

The parser's events are assembled here, not by PyYAML's constructors, which keep no lines and follow aliases and
nesting without a limit.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import yaml

from batch_constructs.assembly.template.documents import (
    Document,
    Steps,
    UnreadableInputError,
    repeated_names,
)

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

try:
    from yaml import CSafeLoader as Loader
except ImportError:  # PyYAML was built without libyaml
    from yaml import SafeLoader as Loader  # type: ignore[assignment]

# A template of 1 MB cannot hold more members. Expanded aliases count too.
_MAX_MEMBERS = 400_000
_MAX_DEPTH = 200

_WORDS = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON"), True),
    **dict.fromkeys(("false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF"), False),
}
# Not YAML's octal and base-60 numbers: an account ID may start with 0, and a port mapping contains a colon.
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]{0,30})")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]{1,3})?")
_LEADING_ZERO = re.compile(r"[-+]?0[0-9]")


_OPENINGS = (yaml.MappingStartEvent, yaml.SequenceStartEvent)
_CLOSINGS = (yaml.MappingEndEvent, yaml.SequenceEndEvent)


@dataclass(slots=True)
class _Frame:
    """One mapping or sequence that is still open."""

    value: dict[str, Any] | list[Any]
    tag: str | None
    anchor: str | None
    line: int
    members: int = 1
    key: str | None = None
    key_line: int = 0
    lines: dict[str | int, int] = field(default_factory=dict)
    repeated: str = ""
    merged: list[Any] = field(default_factory=list)

    @property
    def wants_key(self) -> bool:
        """Return whether the next node is a key of this mapping."""
        return isinstance(self.value, dict) and self.key is None

    def put(self, value: Any, line: int, members: int) -> None:
        """Add the next key, value or element."""
        self.members += members
        if self.members > _MAX_MEMBERS:
            raise UnreadableInputError("it expands beyond the size of any template")
        if isinstance(self.value, list):
            self.lines[len(self.value)] = line
            self.value.append(value)
        elif self.key is None:
            self.key, self.key_line = str(value), line
        else:
            if self.key == "<<":
                self.merged.append(value)
            else:
                if self.key in self.value and not self.repeated:
                    self.repeated = (
                        f"{self.key!r} twice, in line {self.lines[self.key]} and line {self.key_line}"
                    )
                self.value[self.key] = value
                self.lines[self.key] = self.key_line
            self.key = None


class YamlDocument(Document):
    """A template in YAML.

    Raises:
        UnreadableInputError: the text is not YAML, contains more than one document, is nested too deeply, or expands
            beyond the size of any template.
    """

    def __init__(self, text: str, file: Path | None) -> None:
        self._lines: dict[int, dict[str | int, int]] = {}
        self._repeated: dict[int, str] = {}
        try:
            root = self._fold(yaml.parse(text, Loader=Loader))
        except yaml.YAMLError as error:
            raise UnreadableInputError(f"it is not YAML: {_first_words(error)}") from None
        except (ValueError, RecursionError):
            raise UnreadableInputError("it is not YAML that can be parsed") from None
        super().__init__(root, file)
        self.repeated = repeated_names(root, self._repeated)

    def line(self, steps: Steps) -> int:
        """Return the line, from 1, of the deepest existing member along the steps."""
        value, line = self.root, 1
        for step in steps:
            found = self._lines.get(id(value), {}).get(step)
            if found is None:
                break
            line, value = found, value[step]
        return line

    def _fold(self, events: Iterable[Any]) -> Any:
        root: Any = None
        stack: list[_Frame] = []
        anchors: dict[str, tuple[Any, int]] = {}
        for event in events:
            kind = type(event)
            if kind in _OPENINGS:
                _open(stack, event)
                continue
            if kind in _CLOSINGS:
                frame = stack.pop()
                value, line, members, anchor = self._close(frame), frame.line, frame.members, frame.anchor
            elif kind is yaml.ScalarEvent:
                is_key = bool(stack) and stack[-1].wants_key
                value, line, members, anchor = _scalar(event, is_key=is_key), _line(event), 1, event.anchor
            elif kind is yaml.AliasEvent:
                if event.anchor not in anchors:
                    raise UnreadableInputError(f"its alias *{event.anchor} refers to nothing, or to itself")
                (value, members), line, anchor = anchors[event.anchor], _line(event), None
            elif kind is yaml.DocumentStartEvent and root is not None:
                raise UnreadableInputError("it holds more than one YAML document")
            else:
                continue
            if anchor:
                anchors[anchor] = value, members
            if stack:
                stack[-1].put(value, line, members)
            else:
                root = value
        return root

    def _close(self, frame: _Frame) -> Any:
        value = frame.value
        if isinstance(value, dict):
            for merged in frame.merged:
                for source in merged if isinstance(merged, list) else [merged]:
                    if isinstance(source, dict):
                        value.update({k: v for k, v in source.items() if k not in value})
        self._lines[id(value)] = frame.lines
        if frame.repeated:
            self._repeated[id(value)] = frame.repeated
        return _tagged(frame.tag, value)


def _open(stack: list[_Frame], event: Any) -> None:
    """Open a mapping or a sequence."""
    if stack and stack[-1].wants_key:
        raise UnreadableInputError(f"a key is a mapping or a list in line {_line(event)}")
    if len(stack) >= _MAX_DEPTH:
        raise UnreadableInputError("it is nested too deeply")
    stack.append(
        _Frame({} if type(event) is yaml.MappingStartEvent else [], event.tag, event.anchor, _line(event))
    )


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1


def _scalar(event: Any, *, is_key: bool) -> Any:
    text, tag = event.value, event.tag
    if tag and tag.startswith("!") and tag != "!":
        return _tagged(tag, text)
    if is_key or event.style or tag:
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    # Leading zeros are part of an ID, so such a value stays a string.
    return float(text) if _FLOAT.fullmatch(text) and not _LEADING_ZERO.match(text) else text


def _tagged(tag: str | None, value: Any) -> Any:
    """Write out a short form: ``!Ref X`` becomes ``{"Ref": "X"}``, ``!Sub X`` becomes ``{"Fn::Sub": "X"}``."""
    if not tag or not tag.startswith("!") or tag == "!":
        return value
    name = tag[1:]
    if name in {"Ref", "Condition"}:
        return {name: value}
    if name == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {f"Fn::{name}": value}


def _first_words(error: yaml.YAMLError) -> str:
    problem, mark = getattr(error, "problem", None), getattr(error, "problem_mark", None)
    words = str(problem or error).splitlines()[0][:120]
    return f"{words} in line {mark.line + 1}" if mark else words
