"""Text of a template on a terminal."""

from __future__ import annotations


def printable(text: str) -> str:
    """The text without signs that would move the cursor, colour the rest or begin a new line."""
    return text if text.isprintable() else "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)
