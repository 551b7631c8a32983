"""The results of rehearsals as tables."""

from __future__ import annotations

from datetime import timedelta
from statistics import median
from typing import TYPE_CHECKING

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from batch_constructs.cli.plain import printable
from batch_constructs.rehearsal.amounts import spelled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from batch_constructs.rehearsal import Rehearsal
    from batch_constructs.rehearsal.results import EnvironmentResult, QueueResult
    from batch_constructs.rehearsal.sensitivity import Variation

_PIPED_WIDTH = 140


def show(results: Sequence[Sequence[Rehearsal]], names: Sequence[str], *, quiet: bool = False) -> None:
    """Print one rehearsal in full, or several side by side.

    Args:
        results: For each template, a rehearsal for each seed.
        names: The templates.
        quiet: Whether to leave out the remarks and the assumptions.
    """
    console = _console()
    if len(results) == 1 and len(results[0]) == 1:
        _one(console, results[0][0])
    else:
        _several(console, results, names)
    if not quiet:
        _remarks(console, results[0][0])


def _one(console: Console, result: Rehearsal) -> None:
    begin = result.start + timedelta(seconds=result.first)
    jobs = sum(each.jobs for each in result.queues)
    console.print(
        f"{jobs:,} jobs from {begin:%Y-%m-%d %H:%M} UTC: done after {spelled(result.makespan)}, "
        f"at {result.end:%H:%M} UTC",
        soft_wrap=True,
    )
    if result.submitting >= 1:
        console.print(f"submitting them takes {spelled(result.submitting)}")
    console.print(_queues(result))
    console.print(_environments(result.environments))
    if result.never_ran:
        console.print(_never_ran(result))


def _queues(result: Rehearsal) -> Table:
    table = _table(
        "Queues",
        (
            "queue",
            "share",
            "jobs",
            "succeeded",
            "failed",
            "lost",
            "left",
            "wait p50",
            "p95",
            "max",
            "vCPU-h",
            "cost",
            "per 1,000",
        ),
    )
    for queue in result.queues:
        table.add_row(*_queue_row(queue))
        for share in result.shares:
            if share.queue == queue.queue:
                table.add_row(*_queue_row(share))
    return table


def _queue_row(each: QueueResult) -> tuple[str, ...]:
    return (
        "" if each.share else printable(each.queue),
        printable(each.share),
        f"{each.jobs:,}",
        f"{each.succeeded:,}",
        f"{each.failed:,}",
        f"{each.lost:,}",
        f"{each.left:,}",
        spelled(each.waits.p50),
        spelled(each.waits.p95),
        spelled(each.waits.max),
        f"{each.vcpu_hours:,.1f}",
        _dollars(each.cost),
        _dollars(each.per_thousand),
    )


def _environments(environments: Iterable[EnvironmentResult]) -> Table:
    table = _table(
        "Compute environments",
        ("environment", "peak vCPUs", "of", "launched", "reclaimed", "vCPU-h", "idle", "cost", "on demand"),
    )
    for each in environments:
        types = ", ".join(f"{number} {name}" for name, number in list(each.types.items())[:3])
        more = len(each.types) - 3
        types += f" and {more} other types" if more > 0 else ""
        table.add_row(
            printable(each.environment),
            f"{each.peak_vcpus:,.0f}",
            f"{each.max_vcpus:,.0f}",
            f"{each.launched:,}" if not types else f"{each.launched:,}: {types}",
            f"{each.reclaimed:,}",
            f"{each.vcpu_hours:,.1f}",
            f"{each.idle:.0%}",
            _dollars(each.cost),
            _dollars(each.on_demand_cost),
        )
    return table


def _never_ran(result: Rehearsal) -> Table:
    table = _table("Never ran", ("jobs", "submission", "reason", "rule"))
    for each in result.never_ran:
        table.add_row(
            f"{each.number:,}", printable(each.label), printable(each.reason), ", ".join(each.rules)
        )
    return table


_FIGURES: dict[str, tuple[Callable[[Rehearsal], float | None], Callable[[float], str]]] = {
    "makespan": (lambda each: each.makespan, spelled),
    "wait p50, worst queue": (lambda each: max((q.waits.p50 for q in each.queues), default=0.0), spelled),
    "wait p95, worst queue": (lambda each: each.worst_wait, spelled),
    "wait max": (lambda each: max((q.waits.max for q in each.queues), default=0.0), spelled),
    "jobs that failed": (lambda each: float(sum(q.failed for q in each.queues)), lambda v: f"{v:,.0f}"),
    "jobs that never ran": (lambda each: float(sum(n.number for n in each.never_ran)), lambda v: f"{v:,.0f}"),
    "instances launched": (
        lambda each: float(sum(e.launched for e in each.environments)),
        lambda v: f"{v:,.0f}",
    ),
    "reclaimed": (lambda each: float(sum(e.reclaimed for e in each.environments)), lambda v: f"{v:,.0f}"),
    "idle": (lambda each: each.idle, lambda v: f"{v:.0%}"),
    "cost": (lambda each: each.cost, lambda v: f"${v:,.2f}"),
    "idle network and keys a month": (lambda each: each.idle_per_month, lambda v: f"${v:,.2f}"),
}


def _several(console: Console, results: Sequence[Sequence[Rehearsal]], names: Sequence[str]) -> None:
    seeds = len(results[0])
    title = f"Median of {seeds} rehearsals (least to most)" if seeds > 1 else "Side by side"
    table = _table(title, ("", *map(printable, names)))
    for figure, (read, write) in _FIGURES.items():
        table.add_row(figure, *(_spread([read(each) for each in group], write) for group in results))
    console.print(table)


def _spread(values: list[float | None], write: Callable[[float], str]) -> str:
    known = [each for each in values if each is not None]
    if len(known) < len(values):
        return "?"
    middle = write(median(known))
    low, high = write(min(known)), write(max(known))
    return middle if low == high else f"{middle} ({low} to {high})"


def show_sensitivity(base: Rehearsal, variations: Sequence[Variation]) -> None:
    """Print what each change does, the one that moves the waits most first."""
    console = _console()
    table = _table("What moves the result", ("change", "wait p95", "makespan", "cost"))
    table.add_row("as it is", *_moved(base, base))
    by_wait = sorted(
        variations, key=lambda each: (-abs(each.result.worst_wait - base.worst_wait), each.label)
    )
    before = _moved(base, base)
    for each in by_wait:
        if (row := _moved(each.result, base)) != before:
            table.add_row(printable(each.label), *row)
    console.print(table)
    without = [each.label for each in by_wait if _moved(each.result, base) == before]
    if without:
        console.print(f"without effect: {'; '.join(map(printable, without))}", soft_wrap=True)
    halves = [each.label for each in by_wait if each.result.worst_wait <= base.worst_wait / 2]
    if halves and base.worst_wait:
        console.print(f"halves the wait: {'; '.join(map(printable, halves))}", soft_wrap=True)


def _moved(result: Rehearsal, base: Rehearsal) -> tuple[str, str, str]:
    def against(now: float | None, before: float | None, write: Callable[[float], str]) -> str:
        if now is None or before is None:
            return "?"
        part = f" ({now / before - 1:+.0%})" if before and round(now / before - 1, 2) else ""
        return f"{write(now)}{part}"

    return (
        against(result.worst_wait, base.worst_wait, spelled),
        against(result.makespan, base.makespan, spelled),
        against(result.cost, base.cost, _dollars),
    )


def _console() -> Console:
    console = Console(highlight=False, markup=False)
    return console if console.is_terminal else Console(highlight=False, markup=False, width=_PIPED_WIDTH)


def _remarks(console: Console, result: Rehearsal) -> None:
    """Print what costs are made of, what has no price, what is left out, and every assumption with its origin."""
    console.print(f"prices: {result.prices}", soft_wrap=True)
    if result.idle_per_month:
        console.print(
            f"NAT gateways, interface endpoints and keys: ${result.idle_per_month:,.2f} a month, jobs or not",
            soft_wrap=True,
        )
    for sentence in result.missing:
        console.print(f"no price: {printable(sentence)}", soft_wrap=True)
    for sentence in result.notices:
        console.print(f"note: {printable(sentence)}", soft_wrap=True)
    calibrated = (
        f"fitted to {printable(result.calibrated)}"
        if result.calibrated
        else "not calibrated: no figure of AWS is in it"
    )
    console.print(f"model: {calibrated}; seed {result.seed}", soft_wrap=True)
    table = _table("Assumptions, where AWS documents nothing", ("name", "value", "meaning", "origin"))
    for each in result.assumptions:
        table.add_row(each.name, each.shown, each.meaning, each.origin)
    console.print(table)


def _dollars(value: float | None) -> str:
    return "?" if value is None else f"${value:,.2f}"


def _table(title: str, columns: Sequence[str]) -> Table:
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
    for name in columns:
        table.add_column(name, overflow="fold")
    return table
