"""The table of the options of ``batch-constructs local`` on the page about it, made from the commands themselves."""  # noqa: INP001

from __future__ import annotations

from collections import defaultdict

import click

from batch_constructs.cli.local import local

START, END = "<!-- options: written by `make docs` -->\n", "<!-- end of options -->\n"


def with_options(text: str) -> str:
    """Return the page with the options of today; a page without their place comes back as it is."""
    before, start, rest = text.partition(START)
    if not start:
        return text
    return "".join([before, START, _table(), END, rest.partition(END)[2]])


def _table() -> str:
    """Return the table: the options of all commands, each with the commands that have it and what it says."""
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
