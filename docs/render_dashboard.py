"""Draws the dashboard of the example from its reviewed template, with example data: ``make docs`` runs it.

Widgets, positions, titles, units, labels and colours come from the template; the numbers are invented.
"""  # noqa: INP001

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from docs.dashboard_data import HOURS, POINTS, ROWS, series

ROOT = Path(__file__).parents[1]
TEMPLATE = ROOT / "tests" / "golden" / "dashboard.Dashboard.template.json"
SVG = ROOT / "docs" / "pictures" / "dashboard_widgets.svg"
PNG = SVG.with_suffix(".png")
# A laptop's window: 1,440 points wide.
COLUMN, ROW, GAP = 60, 46, 5
_INK, _FAINT, _LINE, _LINK = "#16191f", "#5f6b7a", "#d5dbdb", "#0972d3"
_OK, _ALARM = "#037f0c", "#d91515"


def body(template: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the widgets, with logical ids instead of values that only CloudFormation knows."""
    [dashboard] = [
        each for each in template["Resources"].values() if each["Type"] == "AWS::CloudWatch::Dashboard"
    ]
    parts = dashboard["Properties"]["DashboardBody"]["Fn::Join"][1]
    text = "".join(part if isinstance(part, str) else _named(part) for part in parts)
    widgets: list[dict[str, Any]] = json.loads(text)["widgets"]
    return widgets


def _named(intrinsic: Any) -> str:
    while not isinstance(intrinsic, str):
        if isinstance(intrinsic, dict):
            [(name, intrinsic)] = intrinsic.items()
            if name == "Fn::GetAtt":
                intrinsic = intrinsic[0]
        else:
            intrinsic = intrinsic[1]
    return {"AWS::Region": "eu-west-1"}.get(intrinsic, intrinsic)


def picture(template: dict[str, Any]) -> str:
    """Return the whole dashboard as SVG."""
    widgets = body(template)
    limits = {
        name: each["Properties"]["ComputeResources"]["MaxvCpus"]
        for name, each in template["Resources"].items()
        if each["Type"] == "AWS::Batch::ComputeEnvironment"
    }
    width = 24 * COLUMN
    height = ROW * max(widget["y"] + widget["height"] for widget in widgets)
    drawn = [_widget(widget, limits) for widget in widgets]
    opening = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        'font-family="Helvetica, Arial, DejaVu Sans, sans-serif">'
    )
    return "\n".join(
        [
            opening,
            f'<rect width="{width}" height="{height}" fill="#f2f3f3"/>',
            *drawn,
            "</svg>\n",
        ]
    )


def _widget(widget: dict[str, Any], limits: dict[str, float]) -> str:
    x, y = widget["x"] * COLUMN + GAP, widget["y"] * ROW + GAP
    width, height = widget["width"] * COLUMN - 2 * GAP, widget["height"] * ROW - 2 * GAP
    properties = widget["properties"]
    title = properties.get("title", "")
    inside = {"text": _words, "alarm": _alarms, "log": _table}.get(widget["type"], _metrics)
    parts = [
        f'<svg x="{x}" y="{y}" width="{width}" height="{height}">',
        f'<rect x="0.5" y="0.5" width="{width - 1}" height="{height - 1}" rx="3" fill="#fff" stroke="{_LINE}"/>',
        _text(10, 20, title, size=13, bold=True) if title else "",
        inside(properties, width, height, limits),
        "</svg>",
    ]
    return "".join(parts)


def _text(
    x: float,
    y: float,
    words: str,
    *,
    size: int = 11,
    color: str = _INK,
    bold: bool = False,
    anchor: str = "start",
) -> str:
    weight = ' font-weight="bold"' if bold else ""
    return f'<text x="{x:g}" y="{y:g}" font-size="{size}" fill="{color}" text-anchor="{anchor}"{weight}>{escape(words)}</text>'


def _words(properties: dict[str, Any], width: int, height: int, _: dict[str, float]) -> str:
    del width, height
    heading, _, links = properties["markdown"].partition("\n")
    names = re.findall(r"\[([^\]]+)\]", links)
    shown, x = [_text(14, 32, heading.lstrip("# "), size=20, bold=True)], 14
    for name in names:
        shown.append(_text(x, 60, name, size=13, color=_LINK))
        x += 9 * len(name) + 22
    return "".join(shown)


def _alarms(properties: dict[str, Any], width: int, height: int, _: dict[str, float]) -> str:
    del height
    shown, across = [], (width - 20) / 6
    for number, alarm in enumerate(properties["alarms"]):
        x, y = 10 + (number % 6) * across, 30 + (number // 6) * 42
        color = _ALARM if number == 0 else _OK
        name = re.sub(r"^Alarms|[0-9A-F]{8}$", "", alarm)
        shown += [
            f'<rect x="{x:g}" y="{y}" width="{across - 6:g}" height="36" rx="3" fill="#fff" stroke="{color}"/>',
            _text(x + 10, y + 16, name, bold=True),
            _text(x + 10, y + 30, "In alarm" if number == 0 else "OK", size=10, color=color),
        ]
    return "".join(shown)


def _table(properties: dict[str, Any], width: int, height: int, _: dict[str, float]) -> str:
    head, *rows = ROWS[properties["title"]]
    asked = properties["query"]
    missing = [name for name in head if name not in asked]
    assert not missing, f"the query has no {missing}"
    wide = [2.6 if name == "Reason" else 1.0 for name in head]
    starts = [12 + (width - 24) * sum(wide[:number]) / sum(wide) for number in range(len(wide))]
    shown = [_text(x, 48, name, bold=True, color=_FAINT) for x, name in zip(starts, head, strict=True)]
    for number, row in enumerate(rows):
        y = 72 + 26 * number
        if y > height - 10:
            break
        shown.append(f'<path d="M10 {y - 17}H{width - 10}" stroke="{_LINE}"/>')
        shown += [_text(x, y, value) for x, value in zip(starts, row, strict=True)]
    return "".join(shown)


def _lines(properties: dict[str, Any], limits: dict[str, float]) -> list[tuple[str, str, list[float]]]:
    """Return label, colour and points of each visible line."""
    metrics = properties["metrics"]
    measured = {}
    for each in metrics:
        if len(each) > 1:
            *names, shape = each
            of = names[3]
            points = series(names[1], shape["stat"], of, limits.get(of, 0))
            measured[shape.get("id", len(measured))] = (shape, points)
    shown = [
        (shape["label"], shape["color"], points)
        for shape, points in measured.values()
        if shape.get("visible", True)
    ]
    for each in metrics:
        if len(each) == 1:
            [shape] = each
            if shape["expression"].startswith("SEARCH"):
                [name] = re.findall(r'MetricName="(\w+)"', shape["expression"])
                clusters = [("AWSBatch-Spot", "#1f77b4"), ("AWSBatch-OnDemand", "#ff7f0e")]
                shown += [(label, color, series(name, "Average", label, 0)) for label, color in clusters]
            else:
                id, _, divisor = shape["expression"].partition("/")  # noqa: A001 - CloudWatch's own word
                points = [value / float(divisor) for value in measured[id][1]]
                shown.append((shape["label"], shape["color"], points))
    return shown


def _metrics(properties: dict[str, Any], width: int, height: int, limits: dict[str, float]) -> str:
    lines = _lines(properties, limits)
    if properties["view"] == "singleValue":
        across = (width - 20) / len(lines)
        return "".join(
            _text(14 + number * across, 72, f"{sum(points):,.0f}", size=26)
            + _text(14 + number * across, 96, label, size=12, color=color, bold=True)
            for number, (label, color, points) in enumerate(lines)
        )
    top = _nice(max((max(points) for _, _, points in lines), default=0))
    left, right, above, below = 44, width - 12, 52, height - 44
    shown = [_text(10, 38, properties["yAxis"]["left"]["label"], size=10, color=_FAINT)]
    for part in range(3):
        y = below - (below - above) * part / 2
        shown.append(f'<path d="M{left} {y:g}H{right}" stroke="{_LINE}"/>')
        shown.append(_text(left - 6, y + 4, f"{top * part / 2:g}", size=10, color=_FAINT, anchor="end"))
    for number, hour in enumerate(HOURS):
        x = left + (right - left) * number / (len(HOURS) - 1)
        shown.append(_text(x, below + 14, hour, size=10, color=_FAINT, anchor=_anchor(number)))
    for _, color, points in lines:
        shown.append(_path(points, top, (left, right, above, below), color))
    x = left
    for label, color, _ in lines:
        shown.append(f'<rect x="{x}" y="{height - 20}" width="10" height="10" fill="{color}"/>')
        shown.append(_text(x + 14, height - 11, label, size=11))
        x += 24 + round(6.4 * len(label))
    return "".join(shown)


def _anchor(number: int) -> str:
    return {0: "start", len(HOURS) - 1: "end"}.get(number, "middle")


def _path(points: list[float], top: float, area: tuple[int, int, int, int], color: str) -> str:
    left, right, above, below = area
    places = [
        f"{left + (right - left) * number / (POINTS - 1):.1f} {below - (below - above) * value / top:.1f}"
        for number, value in enumerate(points)
    ]
    return f'<path d="M{"L".join(places)}" fill="none" stroke="{color}" stroke-width="1.6"/>'


def _nice(value: float) -> float:
    """Return a round number at or above a value."""
    steps = [step * 10**power for power in range(6) for step in (1, 2, 4, 6, 8)]
    return next(step for step in steps if step >= value)


def png(drawn: str) -> bytes:
    """Return the picture as PNG."""
    import resvg_py  # noqa: PLC0415 - a tool of the docs

    return bytes(resvg_py.svg_to_bytes(svg_string=drawn))


def main() -> None:
    """Write both pictures if the dashboard has changed; different fonts of a machine alone do not count."""
    drawn = picture(json.loads(TEMPLATE.read_text("utf-8")))
    if not PNG.exists() or not SVG.exists() or SVG.read_text("utf-8") != drawn:
        SVG.write_text(drawn, "utf-8")
        PNG.write_bytes(png(drawn))


if __name__ == "__main__":
    main()
