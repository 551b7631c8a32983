"""The body of a dashboard: widgets in rows of a grid, so that none covers another."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["COLUMNS", "Grid", "Line", "alarm_states", "graph", "numbers", "query", "searches", "text"]

COLUMNS = 24
"""How wide a dashboard of CloudWatch is."""
PERIOD = 300
"""Seconds that a point of a graph stands for."""
_MINUTE = 60_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One metric of a graph.

    Attributes:
        namespace: Where the metric is.
        name: Its name.
        dimensions: What it is of.
        statistic: How its points are summed up.
        label: What the graph calls it.
        color: How it is drawn.
        in_minutes: Whether it is in milliseconds, and is drawn in minutes.
    """

    namespace: str
    name: str
    dimensions: Mapping[str, str]
    statistic: str
    label: str
    color: str
    in_minutes: bool = False

    def rendered(self, number: int) -> list[list[Any]]:
        """As CloudWatch wants it: a metric, or one that is not shown and an expression over it."""
        flat = [word for pair in self.dimensions.items() for word in pair]
        shown = {"label": self.label, "color": self.color}
        metric = [self.namespace, self.name, *flat]
        if not self.in_minutes:
            return [[*metric, {"stat": self.statistic, **shown}]]
        return [
            [{"expression": f"m{number}/{_MINUTE}", "id": f"e{number}", **shown}],
            [*metric, {"stat": self.statistic, "id": f"m{number}", "visible": False}],
        ]


@dataclass(slots=True)
class Grid:
    """Rows of widgets, from the top down.

    Attributes:
        widgets: what CloudWatch wants, each with its place.
    """

    widgets: list[dict[str, Any]] = field(default_factory=list)
    _y: int = 0

    def row(self, height: int, widgets: Sequence[Mapping[str, Any]], *, most: int = 3) -> None:
        """Put widgets side by side, as wide as they can be, and begin another row where there are too many.

        Args:
            height: How tall they are, in units of the grid.
            widgets: Each with its type and properties.
            most: How many stand side by side at most.
        """
        for start in range(0, len(widgets), most):
            chunk = widgets[start : start + most]
            width = COLUMNS // min(most, len(widgets))
            for number, widget in enumerate(chunk):
                place = {"x": number * width, "y": self._y, "width": width, "height": height}
                self.widgets.append({**widget, **place})
            self._y += height


def text(markdown: str) -> dict[str, Any]:
    """A widget of words."""
    return {"type": "text", "properties": {"markdown": markdown}}


def alarm_states(title: str, arns: Sequence[str]) -> dict[str, Any]:
    """A widget of alarms and their states."""
    return {"type": "alarm", "properties": {"title": title, "alarms": list(arns)}}


def graph(
    title: str, lines: Sequence[Line], *, region: str, axis: str, stacked: bool = False
) -> dict[str, Any]:
    """A widget of lines.

    Args:
        title: What stands above it.
        lines: What it shows.
        region: Where the metrics are.
        axis: What the left axis counts.
        stacked: Whether the lines are put on each other.
    """
    return _metrics(
        title,
        [each for number, line in enumerate(lines) for each in line.rendered(number)],
        region,
        view="timeSeries",
        stacked=stacked,
        yAxis={"left": {"label": axis, "min": 0, "showUnits": False}},
    )


def numbers(title: str, lines: Sequence[Line], *, region: str) -> dict[str, Any]:
    """A widget of numbers over the whole time that the dashboard shows.

    Args:
        title: What stands above it.
        lines: What it shows.
        region: Where the metrics are.
    """
    return _metrics(
        title,
        [each for number, line in enumerate(lines) for each in line.rendered(number)],
        region,
        view="singleValue",
        setPeriodToTimeRange=True,
    )


def searches(
    title: str, namespace: str, dimension: str, name: str, words: str, *, region: str, axis: str
) -> dict[str, Any]:
    """A widget of a line for each metric that a search finds.

    Args:
        title: What stands above it.
        namespace: Where the metrics are.
        dimension: The one dimension that they have.
        name: Their name.
        words: What else they must have.
        region: Where they are.
        axis: What the left axis counts.
    """
    search = f"SEARCH('{{{namespace},{dimension}}} MetricName=\"{name}\" {words}', 'Average', {PERIOD})"
    return _metrics(
        title,
        [[{"expression": search, "id": "e0", "label": ""}]],
        region,
        view="timeSeries",
        yAxis={"left": {"label": axis, "min": 0, "showUnits": False}},
    )


def query(title: str, log_group: str, question: str, *, region: str) -> dict[str, Any]:
    """A widget of rows that Logs Insights finds.

    Args:
        title: What stands above it.
        log_group: Where it looks.
        question: In the language of Logs Insights.
        region: Where the group is.
    """
    return {
        "type": "log",
        "properties": {
            "title": title,
            "view": "table",
            "region": region,
            "query": f"SOURCE '{log_group}' | {question}",
        },
    }


def _metrics(title: str, metrics: list[list[Any]], region: str, **more: object) -> dict[str, Any]:
    properties = {"title": title, "region": region, "period": PERIOD, "metrics": metrics, **more}
    return {"type": "metric", "properties": properties}
