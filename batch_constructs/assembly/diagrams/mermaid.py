"""Writes a chart as Mermaid, which many repository hosts can draw."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch_constructs.assembly.diagrams.chart import Card, CardKind, Chart

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["mermaid"]

_SHAPES = {
    CardKind.TRIGGER: ("([", "])"),
    CardKind.DEFINITION: ("[", "]"),
    CardKind.QUEUE: ("[[", "]]"),
    CardKind.ENVIRONMENT: ("[", "]"),
    CardKind.ALERT: ("{{", "}}"),
    CardKind.LISTENER: (">", "]"),
}
_ENTITIES = str.maketrans({"#": "#35;", '"': "#quot;", "<": "#lt;", ">": "#gt;", "`": "#96;", "|": "#124;"})


def mermaid(chart: Chart) -> str:
    """Return a chart as a flowchart from left to right."""
    return "\n".join(_lines(chart)) + "\n"


def _lines(chart: Chart) -> Iterator[str]:
    ids = {key: f"n{number}" for number, key in enumerate(chart.cards, 1)}
    yield "flowchart LR"
    for number, (network, details) in enumerate(chart.networks.items(), 1):
        yield f'  subgraph net{number}["{_text(" ".join([network, *details]))}"]'
        for card in chart.cards.values():
            if card.network == network:
                yield f"    {_node(ids[card.key], card)}"
        yield "  end"
    for card in chart.cards.values():
        if card.network is None:
            yield f"  {_node(ids[card.key], card)}"
    for line in chart.lines:
        label = f"|{_text(line.label)}|" if line.label else ""
        yield f"  {ids[line.start]} -->{label} {ids[line.end]}"


def _node(name: str, card: Card) -> str:
    opening, closing = _SHAPES[card.kind]
    words = "<br/>".join(_text(line) for line in (card.name, *card.lines))
    return f'{name}{opening}"{words}"{closing}'


def _text(words: str) -> str:
    """Return words escaped for a label: Mermaid reads entities that begin with a hash."""
    printable = "".join(letter if letter.isprintable() else " " for letter in words)
    return printable.translate(_ENTITIES)
