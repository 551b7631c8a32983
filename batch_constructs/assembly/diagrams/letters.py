"""Measures the width of words, and shortens them where there is too little room."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["shortened", "width", "wrapped"]

# Widths in DejaVu Sans, the widest of the possible fonts, as a fraction of the letter size.
_WIDTHS = {
    **dict.fromkeys("'ijlI|", 0.3),
    **dict.fromkeys(" ,.:;/", 0.34),
    **dict.fromkeys("!()[]-ft`", 0.4),
    **dict.fromkeys('"r', 0.46),
    **dict.fromkeys("s_*zcJLT?", 0.56),
    **dict.fromkeys("wGOQNHUD&+~<>=#", 0.83),
    **dict.fromkeys("mMW@%…", 1.0),
}
_OTHERS = 0.65
_BOLDER = 1.1


def width(words: str, size: float, *, bold: bool = False) -> float:
    """Return the width of words in pixels, slightly too large rather than too small.

    Args:
        words: the words.
        size: the letter size in pixels.
        bold: whether the letters are bold.
    """
    letters = sum(_WIDTHS.get(letter, _OTHERS) for letter in words)
    return letters * size * (_BOLDER if bold else 1)


def shortened(words: str, room: float, size: float, *, bold: bool = False) -> str:
    """Return the words, shortened to the room.

    A path loses its first folders, because its end identifies it: the name of an image, not its registry. A single
    word loses its middle.

    Args:
        words: the words.
        room: the width in pixels.
        size: the letter size in pixels.
        bold: whether the letters are bold.
    """

    def fits(part: str) -> bool:
        return width(part, size, bold=bold) <= room

    if fits(words):
        return words
    if "/" in words and " " not in words and "://" not in words:
        folders = words.split("/")
        ends = ("…/" + "/".join(folders[first:]) for first in range(1, len(folders)))
        if end := next(filter(fits, ends), None):
            return end
        words = f"…/{folders[-1]}"
    if " " not in words and "://" not in words:
        return _without_middle(words, fits)
    while words and not fits(f"{words}…"):
        words = words[:-1].rstrip(" ,")
    return f"{words}…"


def _without_middle(word: str, fits: Callable[[str], bool]) -> str:
    """Return the longest start and end of a word that fit, because names often differ only at the end."""
    for left in range(len(word) - 1, 1, -1):
        part = f"{word[: (left + 1) // 2]}…{word[len(word) - left // 2 :]}"
        if fits(part):
            return part
    return "…"


def wrapped(words: str, room: float, size: float, most: int = 3) -> list[str]:
    """Return the words in as few lines as possible, broken at commas; the last line is shortened to the room.

    Args:
        words: the words.
        room: the width in pixels.
        size: the letter size in pixels.
        most: the maximum number of lines.
    """
    lines: list[str] = []
    for part in _parts(words, room, size):
        longer = f"{lines[-1]} {part}" if lines else part
        if lines and (len(lines) == most or width(longer, size) <= room):
            lines[-1] = longer
        else:
            lines.append(part)
    return [shortened(line, room, size) for line in lines]


def _parts(words: str, room: float, size: float) -> Iterator[str]:
    """Yield the parts that a line must not break: the text between commas, or its words if it is too long."""
    pieces = words.split(", ")
    for number, piece in enumerate(pieces, 1):
        part = piece if number == len(pieces) else f"{piece},"
        yield from [part] if width(part, size) <= room else part.split(" ")
