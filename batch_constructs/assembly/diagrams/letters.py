"""How much room words take, and what is left of them where there is too little."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["fitted", "width", "wrapped"]

# In DejaVu Sans, the widest of the fonts that a picture may be shown in; in parts of the letters' size.
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
    """How wide words are, in pixels, rather too much than too little.

    Args:
        words: What is written.
        size: Of the letters, in pixels.
        bold: Whether the letters are.
    """
    letters = sum(_WIDTHS.get(letter, _OTHERS) for letter in words)
    return letters * size * (_BOLDER if bold else 1)


def fitted(words: str, room: float, size: float, *, bold: bool = False) -> str:
    """The words, or as many of them as there is room for.

    A path loses its first folders, since its end tells it apart: the name of an image, not its registry. A word loses
    its middle.

    Args:
        words: What is written.
        room: In pixels.
        size: Of the letters, in pixels.
        bold: Whether the letters are.
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
    """The longest beginning and end of a word for which there is room: names often differ at the end only."""
    for left in range(len(word) - 1, 1, -1):
        part = f"{word[: (left + 1) // 2]}…{word[len(word) - left // 2 :]}"
        if fits(part):
            return part
    return "…"


def wrapped(words: str, room: float, size: float, most: int = 3) -> list[str]:
    """The words in as few lines as there is room for, cut where a comma is; the last one ends where the room does.

    Args:
        words: What is written.
        room: In pixels.
        size: Of the letters, in pixels.
        most: How many lines at most.
    """
    lines: list[str] = []
    for part in _parts(words, room, size):
        longer = f"{lines[-1]} {part}" if lines else part
        if lines and (len(lines) == most or width(longer, size) <= room):
            lines[-1] = longer
        else:
            lines.append(part)
    return [fitted(line, room, size) for line in lines]


def _parts(words: str, room: float, size: float) -> Iterator[str]:
    """What a line must not be cut in: what stands between commas, or a word of it if that is too long."""
    pieces = words.split(", ")
    for number, piece in enumerate(pieces, 1):
        part = piece if number == len(pieces) else f"{piece},"
        yield from [part] if width(part, size) <= room else part.split(" ")
