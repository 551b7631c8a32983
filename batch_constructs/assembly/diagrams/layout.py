"""Places the cards of a chart in columns, in the order in which a job goes through a platform.

Triggers are on the left, followed by definitions, queues, and environments in their networks; alerts are below. A
card is near the cards that lead to it, so that few lines cross.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from batch_constructs.assembly.diagrams.chart import Card, CardKind, Chart
from batch_constructs.assembly.diagrams.letters import wrapped

__all__ = ["Box", "Layout", "lines", "place"]

WIDTH = 236
MARGIN = 32
GAP = 104  # between columns, for the lines
BELOW = 20  # between cards
HEAD = 30  # the name of a card, or of a network
LINE = 16
LETTERS = 12  # the letter size of a line
INDENT = 16
_COLUMNS = (CardKind.TRIGGER, CardKind.DEFINITION, CardKind.QUEUE, CardKind.ENVIRONMENT)
_INSET = 16
_TITLE = 56
_BAND = 60
_NETWORK_LINES = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A rectangle in pixels."""

    x: float
    y: float
    width: float
    height: float

    @property
    def middle(self) -> float:
        """The vertical middle."""
        return self.y + self.height / 2


@dataclass(slots=True)
class Layout:
    """A chart in pixels.

    Attributes:
        cards: the place of each card, by key.
        networks: the frame of each network, by name.
        titles: the heading of each column and band, with its position.
        width: of the whole picture.
        height: of the whole picture.
    """

    cards: dict[str, Box] = field(default_factory=dict)
    networks: dict[str, Box] = field(default_factory=dict)
    titles: list[tuple[str, float, float]] = field(default_factory=list)
    width: float = 2 * MARGIN + WIDTH
    height: float = 2 * MARGIN + _TITLE


_HEADINGS = {
    CardKind.TRIGGER: "What starts jobs",
    CardKind.DEFINITION: "Job definitions",
    CardKind.QUEUE: "Job queues",
    CardKind.ENVIRONMENT: "Compute environments",
    CardKind.ALERT: "Alerts",
}


def place(chart: Chart) -> Layout:
    """Return a layout with a place for every card."""
    layout = Layout()
    columns = [(kind, cards) for kind in _COLUMNS if (cards := _ordered(chart, kind))]
    # All columns are centred on one line, whatever frames are around some cards.
    above = max((_above(kind, cards) for kind, cards in columns), default=0)
    below = max((_column_height(kind, cards) - _above(kind, cards) for kind, cards in columns), default=0)
    x: float = MARGIN
    for kind, cards in columns:
        inset = _INSET if kind is CardKind.ENVIRONMENT and any(card.network for card in cards) else 0
        layout.titles.append((_HEADINGS[kind], x + inset, MARGIN + _TITLE - 14))
        top = MARGIN + _TITLE + above - _above(kind, cards)
        _stack(layout, cards, x + inset, top, framed=kind is CardKind.ENVIRONMENT)
        layout.width = x + WIDTH + 2 * inset + MARGIN
        x += WIDTH + 2 * inset + GAP
    bottom = _alerts(layout, chart, MARGIN + _TITLE + above + below)
    layout.height = bottom + MARGIN
    return layout


def lines(card: Card) -> list[str]:
    """Return the lines of a card below its name, wrapped to its width."""
    return [part for line in card.lines for part in wrapped(line, WIDTH - 1.5 * INDENT, LETTERS)]


def height(card: Card) -> float:
    """Return the height of a card."""
    return HEAD + LINE * len(lines(card)) + 10


def _ordered(chart: Chart, kind: CardKind) -> list[Card]:
    """Return the cards of a column, each near the cards that it is connected to."""
    cards = chart.of(kind)
    if kind is CardKind.ENVIRONMENT:
        order = [line.end for queue in chart.of(CardKind.QUEUE) for line in chart.lines_from(queue.key)]
        networks = [*chart.networks, None]
        return sorted(cards, key=lambda card: (networks.index(card.network), _first(order, [card.key])))
    if kind is CardKind.QUEUE:
        return cards
    follow = CardKind.QUEUE if kind is CardKind.DEFINITION else CardKind.DEFINITION
    order = [card.key for card in _ordered(chart, follow)]
    return sorted(cards, key=lambda card: _first(order, [line.end for line in chart.lines_from(card.key)]))


def _first(order: list[str], keys: list[str]) -> int:
    return min((order.index(key) for key in keys if key in order), default=len(order))


def _column_height(kind: CardKind, cards: list[Card]) -> float:
    total = sum(height(card) + BELOW for card in cards) - BELOW
    if kind is CardKind.ENVIRONMENT:
        total += len({card.network for card in cards if card.network}) * (
            HEAD + _NETWORK_LINES * LINE + _INSET
        )
    return total


def _above(kind: CardKind, cards: list[Card]) -> float:
    """Return the height of a column above the middle of its cards."""
    framed = kind is CardKind.ENVIRONMENT
    head = HEAD + _NETWORK_LINES * LINE if framed and cards[0].network else 0
    foot = _INSET if framed and cards[-1].network else 0
    return head + (_column_height(kind, cards) - head - foot) / 2


def _stack(layout: Layout, cards: list[Card], x: float, y: float, *, framed: bool) -> None:
    network = None
    for index, card in enumerate(cards):
        if framed and card.network and card.network != network:
            network = card.network
            own = [each for each in cards if each.network == network]
            inner = sum(height(each) + BELOW for each in own) - BELOW
            frame = HEAD + _NETWORK_LINES * LINE + inner + _INSET
            layout.networks[network] = Box(x=x - _INSET, y=y, width=WIDTH + 2 * _INSET, height=frame)
            y += HEAD + _NETWORK_LINES * LINE
        layout.cards[card.key] = Box(x=x, y=y, width=WIDTH, height=height(card))
        y += height(card) + BELOW
        follower = cards[index + 1].network if index + 1 < len(cards) else None
        if network is not None and follower != network:
            y += _INSET


def _alerts(layout: Layout, chart: Chart, y: float) -> float:
    """Place each alert in a row with its subscribers; return the bottom of the last row."""
    alerts = chart.of(CardKind.ALERT)
    if not alerts:
        return y
    y += _BAND
    layout.titles.append((_HEADINGS[CardKind.ALERT], MARGIN, y - 14))
    for alert in alerts:
        listeners = [line.end for line in chart.lines_from(alert.key) if line.end not in layout.cards]
        layout.cards[alert.key] = Box(x=MARGIN, y=y, width=WIDTH, height=height(alert))
        tall, below = height(alert), y
        for key in listeners:
            card = chart.cards[key]
            layout.cards[key] = Box(x=MARGIN + WIDTH + GAP, y=below, width=WIDTH, height=height(card))
            below += height(card) + BELOW
        layout.width = max(layout.width, 2 * MARGIN + 2 * WIDTH + GAP if listeners else 0)
        y = max(y + tall + BELOW, below)
    return y - BELOW
