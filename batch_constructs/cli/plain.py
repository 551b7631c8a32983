"""Strings of a template on a terminal."""

from __future__ import annotations

from textwrap import wrap

# Replaces a space inside an identifier until the line is wrapped; `printable` removes any other one.
_JOINT = "\0"


def printable(text: str) -> str:
    """Return the string without characters that would move the cursor, colour the rest or begin a new line."""
    return text if text.isprintable() else "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


def whole(identifier: str) -> str:
    """Return an identifier so that `wrapped` does not break it, even at a space."""
    return printable(identifier).replace(" ", _JOINT)


def wrapped(text: str, margin: int, width: int) -> str:
    """Return a string wrapped at spaces, never inside a word; as one line if the width is 0.

    Args:
        text: The string.
        margin: The indentation; the lines after the first are indented by two more.
        width: The columns of the terminal; 0 if the output goes elsewhere.
    """
    space = " " * margin
    line = _JOINT.join(map(printable, text.split(_JOINT)))
    lines = [f"{space}{line}"]
    if width:
        lines = wrap(
            lines[0], width, subsequent_indent=f"{space}  ", break_long_words=False, break_on_hyphens=False
        )
    return "\n".join(lines).replace(_JOINT, " ")
