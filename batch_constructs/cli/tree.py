"""The AWS Batch resources of a template as a tree, with the same content as the diagram."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text
from rich.tree import Tree

from batch_constructs.assembly.diagrams import CardKind, draw
from batch_constructs.cli.plain import printable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from batch_constructs.assembly.diagrams import Card, Chart
    from batch_constructs.assembly.template import BatchModel

_PIPED_WIDTH = 140
_SECTIONS = (
    ("job queues", CardKind.QUEUE),
    ("compute environments", CardKind.ENVIRONMENT),
    ("job definitions", CardKind.DEFINITION),
    ("what starts jobs", CardKind.TRIGGER),
    ("alerts", CardKind.ALERT),
)


def show(models: Iterable[BatchModel]) -> None:
    """Print a tree for each model, and its files."""
    console = Console(highlight=False, markup=False)
    if not console.is_terminal:
        console = Console(highlight=False, markup=False, width=_PIPED_WIDTH)
    for model in models:
        chart = draw(model)
        console.print(_tree(chart) if chart.cards else "no resources of AWS Batch")
        for stack in model.stacks:
            console.print(f"template: {printable(stack.file)}", soft_wrap=True)


def _tree(chart: Chart) -> Tree:
    tree = Tree(Text(printable(chart.title), style="bold"), guide_style="dim")
    if chart.networks:
        branch = tree.add(Text("networks", style="bold"))
        for name, said in chart.networks.items():
            branch.add(_words(name, said))
    for heading, kind in _SECTIONS:
        cards = chart.of(kind)
        if cards:
            branch = tree.add(Text(heading, style="bold"))
            for card in cards:
                _add(branch, chart, card)
    return tree


def _add(branch: Tree, chart: Chart, card: Card) -> None:
    said = [*card.lines, *(["in no template here"] if card.elsewhere else [])]
    twig = branch.add(_words(card.name, said))
    for line in chart.lines_from(card.key):
        end = chart.cards[line.end]
        # Listeners have no section of their own.
        details = end.lines if end.kind is CardKind.LISTENER else ()
        twig.add(_words(f"{line.label}. {end.name}" if line.label else f"→ {end.name}", details))


def _words(name: str, said: Iterable[str]) -> Text:
    text = Text(printable(name), style="cyan")
    more = ", ".join(filter(None, said))
    return text.append(f"  {printable(more)}", style="default") if more else text
