"""Output of ``rules``: the list, or everything about one rule."""

from __future__ import annotations

from textwrap import fill
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Iterable

    from batch_constructs.assembly.checks import Rule


def listing(rules: Iterable[Rule]) -> None:
    """Print a line for each rule."""
    for rule in rules:
        click.echo(f"{rule.id:<8} {rule.severity:<8} {rule.sentence}")


def explain(rule: Rule) -> None:
    """Print everything about a rule."""
    click.echo(f"{click.style(rule.id, bold=True)} ({rule.severity})")
    click.echo(fill(rule.sentence, 100))
    click.echo()
    facts = {"fix": rule.remedy, "prevents": rule.prevents, "chapter": rule.chapter, "see": rule.link}
    for name, fact in facts.items():
        if fact:
            click.echo(fill(fact, 100, initial_indent=f"{name:<9}", subsequent_indent=" " * 9))
