"""Output of ``changes``: a block for each resource with its problems, and a summary; or JSON."""

from __future__ import annotations

import json
import shlex
import shutil
import sys
from collections import Counter
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import click

from batch_constructs.assembly.changes import Kind, Risk
from batch_constructs.assembly.changes.losses import NOUNS
from batch_constructs.cli.differences import difference
from batch_constructs.cli.failing import did_you_mean
from batch_constructs.cli.plain import whole, wrapped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from batch_constructs.assembly.changes import Change, PropertyChange

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
    """Print a block for each resource, with its change, the reasons, and problems with remedies, and a summary.

    With ``quiet``, print only the blocks with problems.
    """
    width = terminal_width()
    for change in changes:
        if change.problems or not quiet:
            click.echo("\n".join(line.printed(width) for line in block(change)) + "\n")
    if quiet:
        return
    click.echo(wrapped(summary(changes), 0, width))
    if others:
        left = (
            f"{_counted(others, 'resource')} of other services {'is' if others == 1 else 'are'} not compared"
        )
        click.echo(wrapped(f"{left}: see cdk diff", 0, width))


def as_json(changes: Sequence[Change], _: int, *, quiet: bool = False) -> None:
    """Print all changes as a JSON list."""
    del quiet
    click.echo(json.dumps([_members(change) for change in changes], indent=2))


def tell_unused(removed: Sequence[str], changes: Sequence[Change]) -> None:
    """Print on stderr the ``--removed`` names that are not removed: misspelt, or left over from an earlier deploy."""
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
        found.append(_counted(surprises, "surprise"))
    changed = _counted(count, "change") if count else "no changes"
    if found:
        return f"{changed}: {', '.join(found)}{_tags(changes)}"
    return f"{changed}, nothing fails{_tags(changes)}" if count else changed


def _losses(changes: Sequence[Change]) -> Iterator[str]:
    """Yield losses such as ``1 queue goes with its jobs``, ``2 scheduling policies may go``."""
    lost = Counter((NOUNS[change.type], change.at_least in _GOING) for change in changes if change.loss)
    for noun in NOUNS.values():
        for certain in (True, False):
            if number := lost[noun, certain]:
                verb = ("goes" if number == 1 else "go") if certain else "may go"
                jobs = f" with {'its' if number == 1 else 'their'} jobs" if noun in _WITH_JOBS else ""
                yield f"{_counted(number, noun)} {verb}{jobs}"


def _tags(changes: Sequence[Change]) -> str:
    number = sum(change.for_tags for change in changes)
    return f"; {_counted(number, 'infrastructure update')} for tags alone" if number else ""


def _counted(number: int, noun: str) -> str:
    plural = f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"
    return f"{number} {noun if number == 1 else plural}"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a block.

    Attributes:
        text: The text after the lead.
        lead: The first words, in bold.
        colour: The colour of the lead; by default none.
        margin: The indentation of the line.
    """

    text: str
    lead: str = ""
    colour: str | None = None
    margin: int = 2

    def printed(self, width: int) -> str:
        """Return the line, wrapped between words for a terminal with a width; 0 for any other output."""
        line = wrapped(f"{self.lead}{self.text}", self.margin, width)
        lead = wrapped(self.lead, 0, 0)
        styled = click.style(lead, fg=self.colour, bold=True) if lead else ""
        return line.replace(lead, styled, 1) if line.lstrip().startswith(lead) else line


def block(change: Change) -> Iterator[Line]:
    """Yield the lines of a resource's block."""
    kind = change.type.removeprefix("AWS::Batch::").removeprefix("AWS::CloudFormation::")
    path = change.construct_path.removesuffix("/Resource") or change.logical_id
    named = f" ({change.logical_id})" if path != change.logical_id else ""
    yield Line(named, f"{kind} {whole(path)}", margin=0)
    jobs = f": {change.jobs}" if change.jobs else ""
    yield Line(jobs, _how(change.kind, change.at_least), _KINDS.get(change.kind))
    verb = "moved" if change.moved else "renamed"
    for way, other in (("from", change.renamed_from), ("to", change.renamed_to)):
        if other:
            yield Line(f"{verb} {way} {whole(other)}")
    yield from _properties(change.properties)
    if change.hint:
        yield Line(change.hint)
    for problem in change.problems:
        yield Line(f" {problem.message}", str(problem.risk), _RISKS[problem.risk])
        yield Line(f"fix {problem.remedy}", margin=4)
        if problem.loss:
            yield Line(f"or accept it: {whole(f'--removed {shlex.quote(path)}')}", margin=4)


def _properties(properties: Sequence[PropertyChange]) -> Iterator[Line]:
    """Yield a line for each property, largest effect first; each has its effect if the effects differ."""
    effects = {(each.effect.kind, each.effect.at_least) for each in properties}
    ordered = sorted(properties, key=lambda each: each.effect.kind.rank, reverse=True)
    for each in ordered[:_MAX_PROPERTIES]:
        own = f" ({_how(each.effect.kind, each.effect.at_least)})" if len(effects) > 1 else ""
        yield Line(f"{difference(each)}{own}")
    if (more := len(properties) - _MAX_PROPERTIES) > 0:
        yield Line(f"and {more} more")


def terminal_width() -> int:
    """Return the columns of the terminal; 0 if the output goes elsewhere, so that lines are not wrapped."""
    return max(shutil.get_terminal_size().columns, 40) if sys.stdout.isatty() else 0


def _how(kind: Kind, at_least: Kind) -> str:
    if kind is at_least:
        return kind
    sure = "" if at_least is Kind.UNCHANGED else f", {at_least} at least"
    return f"may be {kind}{sure}"


def _members(change: Change) -> dict[str, Any]:
    return {**asdict(change), "certain": change.certain}
