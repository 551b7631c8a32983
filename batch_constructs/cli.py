"""The ``batch-constructs`` command: checks templates, explains rules, shows what a template holds.

It reads templates only: no ``aws_cdk``, no Node.js, and nothing is loaded before a command needs it.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from batch_constructs._cli.progress import progress

if TYPE_CHECKING:
    from batch_constructs.assembly.checks import Finding
    from batch_constructs.assembly.template import BatchModel

_PATHS = click.Path(path_type=Path)
_FORMATS = click.Choice(["text", "json", "sarif", "github"])


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="batch-constructs", prog_name="batch-constructs")
def main() -> None:
    """Prove that the jobs of AWS Batch in a template or a CDK application will run."""
    for stream in (sys.stdout, sys.stderr):
        # A template may hold signs that the terminal, or UTF-8 itself, cannot write.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


@main.command()
@click.argument("paths", nargs=-1, required=True, type=_PATHS)
@click.option("--format", "style", type=_FORMATS, default="text", show_default=True, help="How to report.")
@click.option("--strict", is_flag=True, help="Fail on warnings too.")
@click.option("--select", metavar="RULE", multiple=True, help="Apply only this rule or family; repeatable.")
@click.option("--ignore", metavar="RULE", multiple=True, help="Leave out this rule or family; repeatable.")
def check(
    paths: tuple[Path, ...], style: str, *, strict: bool, select: tuple[str, ...], ignore: tuple[str, ...]
) -> None:
    """Check templates, cdk.out folders, or folders of templates.

    \b
    batch-constructs check cdk.out
    batch-constructs check --strict --ignore NET template.yaml
    batch-constructs check --format sarif cdk.out > findings.sarif

    Exit status: 0 nothing found, 1 errors found (with --strict also warnings), 2 a path cannot be read.
    """
    from batch_constructs.assembly import checks  # noqa: PLC0415 - the rules cost 30 ms

    findings: list[Finding] = []
    for path in paths:
        with progress(f"checking {path}"):
            model = _read(path)
            try:
                findings += checks.check(model, select=select, ignore=ignore, acknowledged=False)
            except ValueError as error:
                _fail(str(error))
    from batch_constructs._cli import reports  # noqa: PLC0415 - as above

    reports.FORMATS[style](findings)
    if any(strict or finding.severity is checks.Severity.ERROR for finding in findings):
        sys.exit(1)


@main.command()
@click.argument("rule", required=False)
def rules(rule: str | None) -> None:
    """List the rules, or explain one of them.

    \b
    batch-constructs rules
    batch-constructs rules JQ
    batch-constructs rules JQ-03

    Exit status: 0 found, 2 there is no such rule.
    """
    from batch_constructs._cli import explain  # noqa: PLC0415 - as above
    from batch_constructs.assembly.checks import rules as registered  # noqa: PLC0415 - as above
    from batch_constructs.assembly.checks.unchecked import UNCHECKED  # noqa: PLC0415 - as above

    every = registered()
    if rule is None:
        explain.listing(every.values())
    elif (name := rule.upper()) in every:
        explain.explain(every[name])
    elif family := [each for each in every.values() if each.family == name]:
        explain.listing(family)
    elif name in UNCHECKED:
        click.echo(f"{name} is not checked: {UNCHECKED[name]}")
    else:
        _fail(f"there is no rule {rule!r}; `batch-constructs rules` lists them")


@main.command()
@click.argument("paths", nargs=-1, required=True, type=_PATHS)
@click.option("--tables", is_flag=True, help="Tables with all sizes and limits, in place of a tree.")
def show(paths: tuple[Path, ...], *, tables: bool) -> None:
    """Show what templates or cdk.out folders hold of AWS Batch.

    \b
    batch-constructs show cdk.out
    batch-constructs show --tables cdk.out

    Exit status: 0 shown, 2 a path cannot be read.
    """
    models = []
    for path in paths:
        with progress(f"reading {path}"):
            models.append(_read(path))
    from batch_constructs._cli import tables as rows  # noqa: PLC0415 - rich costs 60 ms
    from batch_constructs._cli import tree  # noqa: PLC0415 - as above

    (rows if tables else tree).show(models)


@main.command()
@click.argument("path", type=_PATHS)
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    required=True,
    type=_PATHS,
    help="Where to: .svg, .mmd (Mermaid) or .png; - writes Mermaid to the terminal.",
)
def diagram(path: Path, output: Path) -> None:
    """Draw the platform of a template or a cdk.out folder.

    What starts jobs, definitions, queues in their order of environments, networks, alerts.

    \b
    batch-constructs diagram cdk.out -o platform.svg
    batch-constructs diagram cdk.out -o -

    Exit status: 0 drawn, 2 the path cannot be read or the file cannot be written.
    """
    from batch_constructs._cli import pictures  # noqa: PLC0415 - as above

    if str(output) != "-" and output.suffix not in pictures.FORMATS:
        _fail(f"the output must end in {', '.join(pictures.FORMATS)}, got {output.name!r}")
    try:
        with progress(f"drawing {path}"):
            pictures.write(_read(path), output)
    except (OSError, pictures.NoRendererError) as error:
        _fail(str(error))


@main.command()
@click.argument("old")
@click.argument("new")
@click.option(
    "--format",
    "style",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How to report.",
)
@click.option(
    "--removed",
    metavar="PATH",
    multiple=True,
    help="Accept that this queue, environment, policy or quota goes: construct path or logical id; repeatable.",
)
def changes(old: str, new: str, style: str, removed: tuple[str, ...]) -> None:
    """Tell what a deploy of NEW over OLD would do to environments, queues, definitions and policies.

    \b
    batch-constructs changes deployed.json cdk.out
    batch-constructs changes git:v1.2:tests/snapshots/test_stack/test_platform.template.json cdk.out

    Each is a template, a cdk.out folder, a folder of templates, or a template in git: git:REVISION:PATH.

    A queue, environment or policy of OLD that goes or is made anew is a surprise, unless --removed names it.

    Exit status: 0 nothing fails or surprises, 1 something does or may, 2 a path cannot be read.
    """
    from batch_constructs._cli import git_files  # noqa: PLC0415 - as above

    models = []
    for path in (old, new):
        with git_files.checked_out(path, _fail) as file:
            models.append(_read(file))
    from batch_constructs._cli import changes as blocks  # noqa: PLC0415 - as above
    from batch_constructs.assembly.changes import not_compared, plan  # noqa: PLC0415 - as above

    with progress("comparing"):
        planned = plan(*models, removed=removed)
    blocks.FORMATS[style](planned, not_compared(*models))
    if any(change.problems for change in planned):
        sys.exit(1)


def _read(path: Path) -> BatchModel:
    from batch_constructs.assembly.template import UnreadableInputError, read  # noqa: PLC0415 - as above

    try:
        return read(path)
    except UnreadableInputError as error:
        _fail(str(error))


def _fail(message: str) -> NoReturn:
    """End with one line: there is nothing that could be checked."""
    click.echo(f"error: {' '.join(message.split())}", err=True)
    sys.exit(2)


if __name__ == "__main__":
    main()
