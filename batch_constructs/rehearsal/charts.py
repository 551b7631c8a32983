"""Draws a rehearsal as SVG: vCPUs by environment, waiting jobs by queue, and a Gantt chart of a small plan."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from html import escape
from math import ceil, log10
from typing import TYPE_CHECKING

from batch_constructs.rehearsal.amounts import spelled
from batch_constructs.rehearsal.documents import thinned

if TYPE_CHECKING:
    from collections.abc import Sequence

    from batch_constructs.rehearsal.measures import Run, Sample
    from batch_constructs.rehearsal.results import Rehearsal

_WIDTH = 960
_LEFT, _RIGHT = 190, 24
_PANEL, _GAP, _ROW = 150, 56, 20
_MOST_ROWS = 60
_COLORS = ("#1565c0", "#d86613", "#2e7d32", "#6a1b9a", "#b71c1c", "#00838f", "#827717", "#5d4037")
_OUTCOMES = {"succeeded": "#2e7d32", "failed": "#b71c1c", "lost": "#d86613", "stopped": "#7d8998"}
_MARKS = {"launch": ("instances launched", "#2e7d32"), "reclaim": ("instances reclaimed", "#b71c1c")}
_STYLE = """text{font-family:Inter,"Segoe UI",Helvetica,Arial,"DejaVu Sans",sans-serif;fill:#232f3e;font-size:12px}
.title{font-size:18px;font-weight:600}.heading{font-size:13px;font-weight:600}.quiet{fill:#5f6b7a}
.page{fill:#fff}.grid{stroke:#e3e7ec;stroke-width:1}
@media (prefers-color-scheme:dark){text{fill:#e6e9ee}.quiet{fill:#a9b3c1}.page{fill:#161b22}.grid{stroke:#30363d}}"""


def svg(result: Rehearsal) -> str:
    """Return the pictures of a rehearsal as one SVG."""
    page = _Page(end=max(result.samples[-1].time, result.makespan, 1.0) if result.samples else 1.0)
    jobs = sum(each.jobs for each in result.queues)
    title = f"{jobs:,} jobs, done after {spelled(result.makespan)}"
    page.text(24, 36, title, "title")
    points: Sequence[Sample] = thinned(result.samples)
    page.top = 64
    times = [each.time for each in points]
    for index, name in enumerate(result.names):
        page.panel(
            f"{name}: vCPUs",
            [
                _Line([each.capacity[index] for each in points], "the environment has", area=True),
                _Line([each.used[index] for each in points], "jobs reserve", area=True),
            ],
            times,
            first_color=index,
            marks=[
                *_marks(times, [each.launched[index] for each in points], "launch"),
                *_marks(times, [each.reclaimed[index] for each in points], "reclaim"),
            ],
        )
    groups = list(dict.fromkeys(name for each in points for name in each.waiting))
    page.panel(
        "Jobs in RUNNABLE",
        [_Line([float(each.waiting.get(name, 0)) for each in points], name) for name in groups],
        times,
    )
    if len(groups) > 1:
        page.panel(
            "vCPUs that run",
            [_Line([each.running.get(name, 0.0) for each in points], name) for name in groups],
            times,
        )
    page.gantt(_rows(result.runs))
    page.axis(result)
    return page.drawn(title)


@dataclass(frozen=True, slots=True)
class _Line:
    values: list[float]
    name: str
    area: bool = False


@dataclass(frozen=True, slots=True)
class _Bar:
    """A row of the Gantt chart: a name, and pieces from, to and color."""

    name: str
    pieces: list[tuple[float, float, str]]


def _marks(times: list[float], counts: list[int], kind: str) -> list[tuple[float, str]]:
    """Return the times at which a count has risen."""
    return [
        (time, kind)
        for time, count, before in zip(times, counts, [0, *counts], strict=False)
        if count > before
    ]


def _rows(runs: Sequence[Run]) -> list[_Bar]:
    """Return a row for each child, or for each submission if there are many children."""
    rows: dict[str, list[tuple[float, float, str]]] = {}
    children = {(each.label, each.child) for each in runs}
    labels = {each.label for each in runs}
    if len(children) <= _MOST_ROWS:
        arrays = {each.label for each in runs if each.child}
        for each in runs:
            name = f"{each.label}:{each.child}" if each.label in arrays else each.label
            rows.setdefault(name, []).append((each.runnable, each.running, "#c3cad4"))
            rows[name].append((each.running, each.ended, _OUTCOMES[each.outcome]))
    elif len(labels) <= _MOST_ROWS:
        for label in dict.fromkeys(each.label for each in runs):
            own = [each for each in runs if each.label == label]
            first = min(each.running for each in own)
            rows[label] = [
                (min(each.runnable for each in own), first, "#c3cad4"),
                (first, max(each.ended for each in own), _OUTCOMES["succeeded"]),
            ]
    return [_Bar(name, pieces) for name, pieces in rows.items()]


@dataclass(slots=True)
class _Page:
    """A page that grows downwards; its time axis is the same for all panels."""

    end: float
    top: float = 0
    parts: list[str] = field(default_factory=list)

    def text(self, x: float, y: float, words: str, kind: str = "", anchor: str = "start") -> None:
        chosen = f' class="{kind}"' if kind else ""
        where = "" if anchor == "start" else f' text-anchor="{anchor}"'
        self.parts.append(f'<text{chosen} x="{x:g}" y="{y:g}"{where}>{escape(words)}</text>')

    def x(self, time: float) -> float:
        return round(_LEFT + (_WIDTH - _LEFT - _RIGHT) * min(time, self.end) / self.end, 1)

    def panel(
        self,
        title: str,
        lines: list[_Line],
        times: list[float],
        *,
        first_color: int = 0,
        marks: Sequence[tuple[float, str]] = (),
    ) -> None:
        """Draw lines over time below what is drawn already, with a mark below for each launch and each reclaim."""
        if not lines:
            return
        most = _round_up(max((max(each.values, default=0.0) for each in lines), default=0.0))
        bottom = self.top + 24 + _PANEL
        self.text(24, self.top + 14, title, "heading")
        for part in (0.0, 0.5, 1.0):
            y = bottom - _PANEL * part
            self.parts.append(f'<path class="grid" d="M{_LEFT} {y:g}H{_WIDTH - _RIGHT}"/>')
            self.text(_LEFT - 8, y + 4, f"{most * part:,g}", "quiet", "end")
        for index, line in enumerate(lines):
            color = _COLORS[(first_color if line.area else index) % len(_COLORS)]
            self._line(line, times, most, bottom, color, faint=line.area and not index)
            opacity = ' opacity=".35"' if line.area and not index else ""
            y = self.top + 44 + 18 * index
            self.parts.append(f'<rect x="24" y="{y - 9:g}" width="10" height="10" fill="{color}"{opacity}/>')
            self.text(40, y, _short(line.name), "quiet")
        for index, (kind, (words, color)) in enumerate(_MARKS.items()):
            own = [time for time, what in marks if what == kind]
            if own:
                y = self.top + 44 + 18 * (len(lines) + index)
                self.text(40, y, words, "quiet")
                self._triangle(29, y, color)
            for time in own:
                self._triangle(self.x(time), bottom + 10, color)
        self.top = bottom + _GAP - 24

    def _triangle(self, x: float, y: float, color: str) -> None:
        self.parts.append(f'<path d="M{x:g} {y - 9:g}l5 9h-10z" fill="{color}"/>')

    def _line(
        self, line: _Line, times: list[float], most: float, bottom: float, color: str, *, faint: bool
    ) -> None:
        path, last = [], None
        for time, value in zip(times, line.values, strict=True):
            x, y = self.x(time), round(bottom - _PANEL * value / most, 1)
            # Steps: a value holds until the next look.
            if last is None:
                path.append(f"M{x:g} {y:g}")
            elif y != last:
                path.append(f"H{x:g}V{y:g}")
            last = y
        path.append(f"H{self.x(times[-1] if times else 0.0):g}")
        drawn = "".join(path)
        if line.area:
            opacity = ".25" if faint else ".75"
            self.parts.append(
                f'<path d="{drawn}V{bottom:g}H{self.x(times[0] if times else 0.0):g}Z" fill="{color}" opacity="{opacity}"/>'
            )
        else:
            self.parts.append(f'<path d="{drawn}" fill="none" stroke="{color}" stroke-width="2"/>')

    def gantt(self, rows: list[_Bar]) -> None:
        """Draw a bar for each row: gray while it waits, then by its outcome."""
        if not rows:
            return
        self.text(24, self.top + 14, "Runs: waiting, then running", "heading")
        self.top += 24
        for row in rows:
            y = self.top + 4
            self.text(24, y + 12, _short(row.name), "quiet")
            for begin, end, color in row.pieces:
                if end > begin:
                    width = max(self.x(end) - self.x(begin), 1.0)
                    self.parts.append(
                        f'<rect x="{self.x(begin):g}" y="{y:g}" width="{width:.1f}" height="14" rx="2" fill="{color}"/>'
                    )
            self.top += _ROW
        self.top += _GAP - 24

    def axis(self, result: Rehearsal) -> None:
        """Draw the times of day."""
        for part in range(5):
            time = self.end * part / 4
            moment = result.start + timedelta(seconds=time)
            anchor = {0: "start", 4: "end"}.get(part, "middle")
            self.text(self.x(time), self.top, f"{moment:%H:%M}", "quiet", anchor)
        self.text(24, self.top, f"{result.start:%Y-%m-%d} UTC", "quiet")
        self.top += 24

    def drawn(self, title: str) -> str:
        """Return the page as SVG."""
        height = ceil(self.top)
        size = f'viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" height="{height}"'
        return "\n".join(
            [
                f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img">',
                f"<title>{escape(title)}</title>",
                f"<style>{_STYLE}</style>",
                f'<rect class="page" width="{_WIDTH}" height="{height}"/>',
                *self.parts,
                "</svg>\n",
            ]
        )


def _round_up(value: float) -> float:
    """Return the next round number: 1, 2 or 5 times a power of ten."""
    if value <= 0:
        return 1.0
    size = 10.0 ** int(log10(value)) if value >= 1 else 1.0
    return next(size * step for step in (1, 2, 5, 10, 20) if size * step >= value)


def _short(name: str) -> str:
    return name if len(name) <= 24 else f"…{name[-23:]}"
