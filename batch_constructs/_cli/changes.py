"""What a deploy would do, as a table and the problems below it, or as JSON."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from itertools import takewhile
from typing import TYPE_CHECKING, Any

import click
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from batch_constructs.assembly.changes import Kind, Risk

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from batch_constructs.assembly.changes import Change, PropertyChange

_PIPED_WIDTH = 140
_MAX_PROPERTIES = 6
_MAX_VALUE = 48
_BEFORE = 16  # signs that are shown before a difference
_reference = re.compile(r"\$\{(\w+)(\.\w+)?\}")
_COLOURS = {Risk.FAILS: "red", Risk.MAY_FAIL: "yellow", Risk.SURPRISE: "yellow"}


def text(changes: Sequence[Change]) -> None:
    """Print a row for each resource, then the problems with their remedies; last a sum."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=_PIPED_WIDTH)
    if changes:
        table = Table(
            title="Changes", title_justify="left", title_style="bold", box=SIMPLE_HEAD, pad_edge=False
        )
        for head in ("resource", "how", "why", "jobs"):
            table.add_column(head, overflow="fold")
        for change in changes:
            # What stands in a template is no markup of rich.
            cells = (_name(change), _how(change), _why(change), change.jobs or "-")
            table.add_row(*(cell.replace("[", "\\[") for cell in cells))
        console.print(table)
    for change in changes:
        _print_problems(change)
    click.echo(summary(changes))


def as_json(changes: Sequence[Change]) -> None:
    """Print a list of changes."""
    click.echo(json.dumps([_members(change) for change in changes], indent=2))


FORMATS: Mapping[str, Callable[[Sequence[Change]], None]] = {"text": text, "json": as_json}


def summary(changes: Sequence[Change]) -> str:
    """``2 changes: 1 fails, 1 surprise``."""
    count = sum(change.kind is not Kind.UNCHANGED for change in changes)
    risks = [problem.risk for change in changes for problem in change.problems]
    found = [
        f"{risks.count(risk)} {risk}{'s' * (risk is Risk.SURPRISE and risks.count(risk) > 1)}"
        for risk in Risk
        if risk in risks
    ]
    changed = f"{count} change{'s' * (count != 1)}" if count else "no changes"
    return f"{changed}: {', '.join(found)}" if found else f"{changed}, nothing fails" if count else changed


def _print_problems(change: Change) -> None:
    for problem in change.problems:
        risk = click.style(str(problem.risk), fg=_COLOURS[problem.risk], bold=True)
        click.echo(f"{risk} {problem.message}")
        click.echo(f"  at  {change.construct_path or change.logical_id}")
        click.echo(f"  fix {problem.remedy}")
        click.echo()


def _name(change: Change) -> str:
    """The kind of resource, and the construct's path, which says more than the logical id."""
    path = change.construct_path.removesuffix("/Resource")
    return f"{change.type.removeprefix('AWS::Batch::')}\n{path or change.logical_id}"


def _how(change: Change) -> str:
    if change.certain:
        return change.kind
    sure = "" if change.at_least is Kind.UNCHANGED else f", {change.at_least} at least"
    return f"may be {change.kind}{sure}"


def _why(change: Change) -> str:
    lines = [_difference(each) for each in change.properties[:_MAX_PROPERTIES]]
    if more := len(change.properties) - len(lines):
        lines.append(f"and {more} more")
    return "\n".join(filter(None, (*lines, change.hint))) or "-"


def _difference(change: PropertyChange) -> str:
    verb = "" if change.certain else " may change"
    if change.old == change.new and change.new is not None:
        # The same expression, whose value depends on another resource.
        return f"{change.path}{' follows' if change.certain else ' may follow'} {change.new.strip('${}')}"
    if change.old is None:
        return f"{change.path}:{verb} new, {_short(change.new)}"
    if change.new is None:
        return f"{change.path}:{verb} removed, was {_short(change.old)}"
    if said := _listed(change.old, change.new):
        return f"{change.path}:{verb} {said}"
    old, new = _apart(change.old, change.new)
    return f"{change.path}:{verb} {old} -> {new}"


def _listed(old: str, new: str) -> str:
    """What differs between the environments of a queue, by name; of other values nothing."""
    before, after = _environments(old), _environments(new)
    if not before or not after or before == after:
        return ""
    said = [f"{name} added" for name in after if name not in before]
    said += [f"{name} removed" for name in before if name not in after]
    both = [name for name in before if name in after]
    if both != [name for name in after if name in before]:
        said.append(f"order changed to {', '.join(after)}")
    return "; ".join(said)


def _environments(text: str) -> list[str]:
    """The environments that a list of a queue names, in their order; empty for anything else."""
    try:
        entries = json.loads(text)
        ordered = sorted(entries, key=lambda entry: int(entry["Order"]))
        arns = [entry.get("ComputeEnvironment") or entry["ServiceEnvironment"] for entry in ordered]
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
        return []
    if not all(isinstance(arn, str) for arn in arns):
        return []
    names = [_reference.sub(r"\1", arn).rpartition("/")[2] for arn in arns]
    return names if len(set(names)) == len(names) else []


def _apart(old: str, new: str) -> tuple[str, str]:
    """Two values, cut so that the first difference is seen."""
    same = takewhile(lambda pair: pair[0] == pair[1], zip(old, new, strict=False))
    first = sum(1 for _ in same)
    start = first - _BEFORE
    if max(len(old), len(new)) <= _MAX_VALUE or start <= _BEFORE:
        return _short(old), _short(new)
    return _short(f"…{old[start:]}"), _short(f"…{new[start:]}")


def _short(value: str | None) -> str:
    whole = value or "-"
    return whole if len(whole) <= _MAX_VALUE else f"{whole[: _MAX_VALUE - 1]}…"


def _members(change: Change) -> dict[str, Any]:
    return {**asdict(change), "certain": change.certain}
