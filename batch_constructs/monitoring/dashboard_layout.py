"""The body of a dashboard: widgets in the rows of a grid, so that none covers another."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["COLUMNS", "Grid", "Line", "alarm_states", "graph", "numbers", "query", "searches", "text"]

COLUMNS = 24
"""The width of a CloudWatch dashboard in units of its grid."""
PERIOD = 300
"""The seconds that a point of a graph covers."""
_MINUTE = 60_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One metric of a graph.

    Attributes:
        namespace: The namespace of the metric.
        name: Its name.
        dimensions: Its dimensions.
        statistic: The statistic of its points.
        label: Its name in the graph.
        color: Its color.
        in_minutes: Whether the metric is in milliseconds and is drawn in minutes.
    """

    namespace: str
    name: str
    dimensions: Mapping[str, str]
    statistic: str
    label: str
    color: str
    in_minutes: bool = False

    def rendered(self, number: int) -> list[list[Any]]:
        """Return the metric as CloudWatch expects it; in minutes, a hidden metric and an expression that divides it."""
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
        widgets: The widgets as CloudWatch expects them, each with its place.
    """

    widgets: list[dict[str, Any]] = field(default_factory=list)
    _y: int = 0

    def row(self, height: int, widgets: Sequence[Mapping[str, Any]], *, most: int = 3) -> None:
        """Put widgets side by side, as wide as possible, in as many rows as needed.

        Args:
            height: Their height, in units of the grid.
            widgets: The widgets, each with its type and properties.
            most: The most widgets in a row.
        """
        for start in range(0, len(widgets), most):
            chunk = widgets[start : start + most]
            width = COLUMNS // min(most, len(widgets))
            for number, widget in enumerate(chunk):
                place = {"x": number * width, "y": self._y, "width": width, "height": height}
                self.widgets.append({**widget, **place})
            self._y += height


def text(markdown: str) -> dict[str, Any]:
    """Return a text widget."""
    return {"type": "text", "properties": {"markdown": markdown}}


def alarm_states(title: str, arns: Sequence[str]) -> dict[str, Any]:
    """Return a widget that shows alarms and their states."""
    return {"type": "alarm", "properties": {"title": title, "alarms": list(arns)}}


def graph(
    title: str, lines: Sequence[Line], *, region: str, axis: str, stacked: bool = False
) -> dict[str, Any]:
    """Return a widget with a graph.

    Args:
        title: Its title.
        lines: The metrics that it shows.
        region: The Region of the metrics.
        axis: The label of the left axis.
        stacked: Whether the lines are stacked.
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
    """Return a widget of numbers over the whole time that the dashboard shows.

    Args:
        title: Its title.
        lines: The metrics that it shows.
        region: The Region of the metrics.
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
    """Return a widget with a line for each metric that a search finds.

    Args:
        title: Its title.
        namespace: The namespace of the metrics.
        dimension: Their only dimension.
        name: Their name.
        words: Further search terms.
        region: The Region of the metrics.
        axis: The label of the left axis.
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
    """Return a widget with the rows that a query of Logs Insights finds.

    Args:
        title: Its title.
        log_group: The log group to query.
        question: The query, in the language of Logs Insights.
        region: The Region of the log group.
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
