"""What a deploy would do: a block for each resource with its problems, or JSON; last a sum."""

from __future__ import annotations

import json
import shutil
import sys
from collections import Counter
from dataclasses import asdict
from textwrap import fill
from typing import TYPE_CHECKING, Any

import click

from batch_constructs.assembly.changes import Kind, Risk
from batch_constructs.assembly.changes.losses import NOUNS
from batch_constructs.cli.differences import difference
from batch_constructs.cli.failing import did_you_mean
from batch_constructs.cli.plain import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from batch_constructs.assembly.changes import Change

_MAX_PROPERTIES = 6
_RISKS = {Risk.FAILS: "red", Risk.MAY_FAIL: "yellow", Risk.SURPRISE: "yellow"}
_KINDS = {
    Kind.DELETED: "red",
    Kind.REPLACED: "red",
    Kind.REFUSED: "red",
    Kind.INFRASTRUCTURE_UPDATE: "yellow",
    Kind.CREATED: "green",
}
_WITH_JOBS = ("queue", "environment")
_GOING = {Kind.DELETED, Kind.REPLACED}


def text(changes: Sequence[Change], others: int, *, quiet: bool = False) -> None:
    """Print a block for each resource: what happens, why, its problems with their remedies; last a sum.

    With ``quiet`` only the blocks of what fails or surprises.
    """
    for change in changes:
        if change.problems or not quiet:
            _print_block(change)
    if quiet:
        return
    click.echo(summary(changes))
    if others:
        verb = "is" if others == 1 else "are"
        click.echo(
            f"{others} resource{'s' * (others != 1)} of other services {verb} not compared: see cdk diff"
        )


def as_json(changes: Sequence[Change], _: int, *, quiet: bool = False) -> None:
    """Print a list of changes, all of them."""
    del quiet
    click.echo(json.dumps([_members(change) for change in changes], indent=2))


def tell_unused(removed: Sequence[str], changes: Sequence[Change]) -> None:
    """Say on stderr which names were accepted as going, and do not go: misspelt, or left over from an earlier deploy."""
    going = {name for change in changes if change.kind in _GOING for name in change.names}
    for name in removed:
        if name not in going:
            click.echo(f"--removed {name}: nothing of that name goes{did_you_mean(name, going)}", err=True)


FORMATS: Mapping[str, Callable[..., None]] = {"text": text, "json": as_json}


def summary(changes: Sequence[Change]) -> str:
    """Return ``3 changes: 1 fails, 1 queue goes with its jobs``."""
    count = sum(change.kind is not Kind.UNCHANGED for change in changes)
    risks = Counter(problem.risk for change in changes for problem in change.problems if not problem.loss)
    found = [f"{risks[risk]} {risk}" for risk in (Risk.FAILS, Risk.MAY_FAIL) if risks[risk]]
    found += _losses(changes)
    if surprises := risks[Risk.SURPRISE]:
        found.append(f"{surprises} surprise{'s' * (surprises != 1)}")
    changed = f"{count} change{'s' * (count != 1)}" if count else "no changes"
    if found:
        return f"{changed}: {', '.join(found)}{_tags(changes)}"
    return f"{changed}, nothing fails{_tags(changes)}" if count else changed


def _losses(changes: Sequence[Change]) -> Iterator[str]:
    """``1 queue goes with its jobs``, ``2 scheduling policies may go``."""
    lost = Counter((NOUNS[change.type], change.at_least in _GOING) for change in changes if change.loss)
    for noun in NOUNS.values():
        for certain in (True, False):
            if number := lost[noun, certain]:
                plural = (
                    noun
                    if number == 1
                    else f"{noun.removesuffix('y')}ies"
                    if noun.endswith("y")
                    else f"{noun}s"
                )
                verb = ("goes" if number == 1 else "go") if certain else "may go"
                jobs = f" with {'its' if number == 1 else 'their'} jobs" if noun in _WITH_JOBS else ""
                yield f"{number} {plural} {verb}{jobs}"


def _tags(changes: Sequence[Change]) -> str:
    number = sum(change.for_tags for change in changes)
    return f"; {number} infrastructure update{'s' * (number != 1)} for tags alone" if number else ""


def _print_block(change: Change) -> None:
    kind = change.type.removeprefix("AWS::Batch::").removeprefix("AWS::CloudFormation::")
    path = change.construct_path.removesuffix("/Resource") or change.logical_id
    click.echo(f"{kind} {click.style(printable(path), bold=True)}")
    _print(_how(change), f": {change.jobs}" if change.jobs else "", colour=_KINDS.get(change.kind))
    verb = "moved" if change.moved else "renamed"
    for way, other in (("from", change.renamed_from), ("to", change.renamed_to)):
        if other:
            _print("", f"{verb} {way} {other}")
    for each in change.properties[:_MAX_PROPERTIES]:
        _print("", difference(each))
    if (more := len(change.properties) - _MAX_PROPERTIES) > 0:
        _print("", f"and {more} more")
    if change.hint:
        _print("", change.hint)
    for problem in change.problems:
        _print(str(problem.risk), f" {problem.message}", colour=_RISKS[problem.risk])
        _print("", f"fix {problem.remedy}", indent=4)
        if problem.loss:
            _print("", f"or accept it: --removed {path}", indent=4)
    click.echo()


def _print(lead: str, rest: str, *, colour: str | None = None, indent: int = 2) -> None:
    """Print a line with its first words in colour; on a terminal it is wrapped between words, never inside one."""
    margin = " " * indent
    line = f"{margin}{lead}{printable(rest)}"
    if width := terminal_width():
        line = fill(
            line,
            width,
            subsequent_indent=f"{margin}  ",
            break_long_words=False,
            break_on_hyphens=False,
        )
    if colour and line.startswith(margin + lead):
        line = f"{margin}{click.style(lead, fg=colour, bold=True)}{line[indent + len(lead) :]}"
    click.echo(line)


def terminal_width() -> int:
    """Return the columns of the terminal; 0 where the output goes elsewhere, and lines stay whole."""
    return max(shutil.get_terminal_size().columns, 40) if sys.stdout.isatty() else 0


def _how(change: Change) -> str:
    if change.certain:
        return change.kind
    sure = "" if change.at_least is Kind.UNCHANGED else f", {change.at_least} at least"
    return f"may be {change.kind}{sure}"


def _members(change: Change) -> dict[str, Any]:
    return {**asdict(change), "certain": change.certain}
