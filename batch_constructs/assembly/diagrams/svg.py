"""Draws a chart as SVG: one file without fonts, scripts or links, the same on every machine."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from batch_constructs.assembly.diagrams.chart import Card, CardKind, Chart
from batch_constructs.assembly.diagrams.layout import (
    HEAD,
    INDENT,
    LETTERS,
    LINE,
    MARGIN,
    Box,
    Layout,
    lines,
    place,
)
from batch_constructs.assembly.diagrams.letters import shortened

if TYPE_CHECKING:
    from collections.abc import Sequence

    from batch_constructs.assembly.diagrams.chart import Line

__all__ = ["svg"]

_COLORS = {
    CardKind.TRIGGER: "#c2185b",
    CardKind.DEFINITION: "#1565c0",
    CardKind.QUEUE: "#d86613",
    CardKind.ENVIRONMENT: "#2e7d32",
    CardKind.ALERT: "#b71c1c",
    CardKind.LISTENER: "#6a1b9a",
}
_NETWORK = "#5e35b1"
_TITLE, _NAME = 20, 14  # pixels, as in the style
_STYLE = """text{font-family:Inter,"Segoe UI",Helvetica,Arial,"DejaVu Sans",sans-serif;fill:#232f3e}
.title{font-size:20px;font-weight:600}.heading{font-size:13px;font-weight:600;fill:#5f6b7a;letter-spacing:.03em}
.name{font-size:14px;font-weight:600}.line{font-size:12px;fill:#414d5c}.order{font-size:11px;font-weight:600;fill:#fff}
.network{font-size:13px;font-weight:600;fill:#5e35b1}"""
_ARROW = (
    '<defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="0">'
    '<path d="M0 0L8 4L0 8z" fill="#7d8998"/></marker></defs>'
)


def svg(chart: Chart) -> str:
    """Return a chart as SVG."""
    layout = place(chart)
    width, height = round(layout.width), round(layout.height)
    size = f'width="{width}" height="{height}"'
    title = _text(shortened(chart.title, width - 2 * MARGIN, _TITLE, bold=True))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" {size} role="img">',
        f"<title>{_text(chart.title)}</title>",
        f"<style>{_STYLE}</style>",
        _ARROW,
        f'<rect width="{width}" height="{height}" fill="#fff"/>',
        f'<text class="title" x="{MARGIN}" y="44">{title}</text>',
        *(
            f'<text class="heading" x="{x:g}" y="{y:g}">{_text(words)}</text>'
            for words, x, y in layout.titles
        ),
        *(_frame(name, chart.networks[name], box) for name, box in layout.networks.items()),
        *(_path(line, layout) for line in chart.lines),
        *(_card(chart.cards[key], box) for key, box in layout.cards.items()),
        *(_order(line, layout) for line in chart.lines if line.label),
        "</svg>",
    ]
    return "\n".join(part for part in parts if part) + "\n"


def _card(card: Card, box: Box) -> str:
    color = _COLORS[card.kind]
    dashes = ' stroke-dasharray="5 4"' if card.elsewhere else ""
    name = _text(shortened(card.name, _room(box), _NAME, bold=True))
    texts = [
        f'<text class="name" x="{box.x + INDENT:g}" y="{box.y + 21:g}">{name}</text>',
        _lines(lines(card), box, 8),
    ]
    # The tooltip has the words that the card has no room for.
    full = escape("\n".join((card.name, *card.lines)))
    return (
        f"<g><title>{full}</title>"
        f'<rect x="{box.x:g}" y="{box.y:g}" width="{box.width:g}" height="{box.height:g}" rx="6" '
        f'fill="#fff" stroke="#c6cdd5"{dashes}/>'
        f'<path d="M{box.x + 6:g} {box.y:g}h-1a5 5 0 0 0 -5 5v{box.height - 10:g}a5 5 0 0 0 5 5h1z" fill="{color}"/>'
        f"{''.join(texts)}</g>"
    )


def _frame(name: str, details: list[str], box: Box) -> str:
    heading = _text(shortened(name, _room(box), _NAME, bold=True))
    return (
        f'<rect x="{box.x:g}" y="{box.y:g}" width="{box.width:g}" height="{box.height:g}" rx="8" '
        f'fill="#f6f3fc" stroke="{_NETWORK}" stroke-opacity=".5" stroke-dasharray="6 4"/>'
        f'<text class="network" x="{box.x + INDENT:g}" y="{box.y + 20:g}">{heading}</text>{_lines(details, box, 6)}'
    )


def _lines(details: Sequence[str], box: Box, below: int) -> str:
    return "".join(
        f'<text class="line" x="{box.x + INDENT:g}" y="{box.y + HEAD + LINE * number + below:g}">'
        f"{_text(shortened(line, _room(box), LETTERS))}</text>"
        for number, line in enumerate(details)
    )


def _room(box: Box) -> float:
    return box.width - 1.5 * INDENT


def _ends(line: Line, layout: Layout) -> tuple[float, float, float, float]:
    start, end = layout.cards[line.start], layout.cards[line.end]
    return start.x + start.width, start.middle, end.x, end.middle


def _path(line: Line, layout: Layout) -> str:
    x1, y1, x2, y2 = _ends(line, layout)
    bend = max(40.0, (x2 - x1) / 2)
    return (
        f'<path d="M{x1:g} {y1:g}C{x1 + bend:g} {y1:g} {x2 - bend:g} {y2:g} {x2 - 2:g} {y2:g}" fill="none" '
        'stroke="#7d8998" stroke-width="1.5" marker-end="url(#arrow)"/>'
    )


def _order(line: Line, layout: Layout) -> str:
    """Return the position of an environment in its queue, drawn on the line to it."""
    _, _, x, y = _ends(line, layout)
    return (
        f'<circle cx="{x - 20:g}" cy="{y:g}" r="8.5" fill="{_COLORS[CardKind.QUEUE]}"/>'
        f'<text class="order" x="{x - 20:g}" y="{y + 4:g}" text-anchor="middle">{_text(line.label)}</text>'
    )


def _text(words: str) -> str:
    """Return words escaped for XML."""
    return escape("".join(letter if letter.isprintable() else " " for letter in words))
