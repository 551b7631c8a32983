"""The tables on the pages about the local Batch and rehearsals that are made from the code: options and assumptions."""  # noqa: INP001

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import click

from batch_constructs.cli.local import local
from batch_constructs.local.engine import Assumptions
from batch_constructs.rehearsal.assumptions import HostAssumptions

if TYPE_CHECKING:
    from collections.abc import Iterable

    from batch_constructs.local.engine import Assumption


def with_tables(text: str) -> str:
    """Return a page with the tables of today; a page without a place for them comes back as it is."""
    for name, table in (
        ("options", _options),
        ("assumptions", lambda: _assumptions(Assumptions().listed())),
        ("assumptions of a rehearsal", lambda: _assumptions(HostAssumptions().listed())),
    ):
        start, end = f"<!-- {name}: written by `make docs` -->\n", f"<!-- end of {name} -->\n"
        before, found, rest = text.partition(start)
        if found:
            text = "".join([before, start, table(), end, rest.partition(end)[2]])
    return text


def _assumptions(listed: Iterable[Assumption]) -> str:
    """Return the table of what AWS does not document, with the values that are assumed."""
    rows = [f"| `{each.name}` | `{each.shown}` | {each.meaning} | {each.origin} |" for each in listed]
    return "\n".join(["", "| name | assumed | meaning | origin |", "|---|---|---|---|", *rows, "", ""])


def _options() -> str:
    """Return the table of options: the options of all commands, each with the commands that have it and what it says."""
    commands: dict[tuple[str, str], list[str]] = defaultdict(list)
    for name, command in local.commands.items():
        for option in command.params:
            if isinstance(option, click.Option):
                commands[_spelling(option), _meaning(option)].append(f"`{name}`")
    rows = [
        f"| {spelling} | {', '.join(names)} | {meaning} |" for (spelling, meaning), names in commands.items()
    ]
    return "\n".join(["", "| option | of | meaning |", "|---|---|---|", *rows, "", ""])


def _spelling(option: click.Option) -> str:
    """Return an option as it is written: ``-q``, ``--quiet`` or ``--queue TEXT``."""
    context = click.Context(click.Command("local"))
    value = "" if option.is_flag else f" {option.make_metavar(context)}"
    return ", ".join(f"`{each}{value}`" for each in option.opts).replace("|", "\\|")


def _meaning(option: click.Option) -> str:
    """Return the help of an option, with its default."""
    default = f" Default: `{option.default}`." if option.show_default else ""
    return f"{option.help}{default}"
