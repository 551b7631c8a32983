"""The ``batch-constructs`` command: checks templates, explains rules, shows and compares templates.

It only reads templates, without ``aws_cdk`` and Node.js, and loads modules only when a command needs them.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path

import click

from batch_constructs.cli.local import local
from batch_constructs.cli.progress import progress
from batch_constructs.cli.rehearse import rehearse

_PATHS = click.Path(path_type=Path)
_FORMATS = click.Choice(["text", "json", "sarif", "github"])


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="batch-constructs", prog_name="batch-constructs")
def main() -> None:
    """Prove that the jobs of AWS Batch in a template or a CDK application will run."""
    for stream in (sys.stdout, sys.stderr):
        # A template may contain characters that the terminal, or UTF-8 itself, cannot encode.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


main.add_command(local)
main.add_command(rehearse)


@main.command()
@click.argument("kind", type=click.Choice(["platform", "nextflow", "etl"]), default="platform")
@click.argument("folder", type=_PATHS, default=Path())
def init(kind: str, folder: Path) -> None:
    """Write a project to start from: app, stack, tests, and a workflow for CI.

    \b
    batch-constructs init platform my-platform
    batch-constructs init nextflow my-pipelines
    batch-constructs init etl .

    The project gets the name of the folder. Existing files are not overwritten.

    Exit status: 0 written, 2 a file exists already, or cannot be written.
    """
    from batch_constructs.cli import init as projects  # noqa: PLC0415 - loaded only when needed
    from batch_constructs.cli.failing import fail  # noqa: PLC0415 - as above

    try:
        written = projects.write(kind, folder)
    except (projects.NotNamedError, projects.NotEmptyError, OSError) as error:
        fail(str(error))
    for path in written:
        click.echo(f"wrote {folder / path}")
    click.echo(f"next: see {folder / 'README.md'}")


@main.command()
@click.argument("paths", nargs=-1, type=_PATHS)
@click.option(
    "--format", "style", type=_FORMATS, default="text", show_default=True, help="The output format."
)
@click.option("--strict", is_flag=True, help="Fail on warnings too.")
@click.option("--select", metavar="RULE", multiple=True, help="Apply only this rule or family; repeatable.")
@click.option("--ignore", metavar="RULE", multiple=True, help="Leave out this rule or family; repeatable.")
@click.option(
    "--baseline", metavar="FILE", type=_PATHS, help="Count only findings that are not in this file."
)
@click.option(
    "--write-baseline", is_flag=True, help="Write the current findings to the baseline, and exit with 0."
)
@click.option(
    "--why",
    nargs=2,
    metavar="RULE RESOURCE",
    help="Print what the rule asks about one resource, with each step of the answer.",
)
@click.option("-q", "--quiet", is_flag=True, help="Print findings only.")
def check(
    paths: tuple[Path, ...],
    style: str,
    *,
    strict: bool,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    baseline: Path | None,
    write_baseline: bool,
    why: tuple[str, str] | None,
    quiet: bool,
) -> None:
    """Check templates, cdk.out folders, or folders of templates; - is a template on standard input.

    \b
    batch-constructs check cdk.out
    batch-constructs check --strict --ignore NET template.yaml
    batch-constructs check --format sarif cdk.out > findings.sarif
    batch-constructs check cdk.out --baseline batch-baseline.json --write-baseline
    batch-constructs check cdk.out --why NET-06 Platform/Compute

    Defaults of the options can be set in pyproject.toml, under [tool.batch-constructs].

    Exit status: 0 no findings, 1 errors (with --strict also warnings), 2 a path cannot be read.
    """
    from batch_constructs.cli import checking  # noqa: PLC0415 - the rules cost 30 ms

    if why is not None:
        checking.explain(paths, *why)
        return
    options = checking.Options(
        paths=paths,
        select=select,
        ignore=ignore,
        strict=strict,
        style=style,
        quiet=quiet,
        baseline=baseline,
        write_baseline=write_baseline,
    )
    sys.exit(checking.check(options))


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
    from batch_constructs.assembly.checks import rules as registered  # noqa: PLC0415 - as above
    from batch_constructs.assembly.checks.unchecked import UNCHECKED  # noqa: PLC0415 - as above
    from batch_constructs.cli import explain  # noqa: PLC0415 - as above
    from batch_constructs.cli.failing import did_you_mean, fail  # noqa: PLC0415 - as above

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
        hint = did_you_mean(name, every)
        fail(f"there is no rule {rule!r}{hint}; `batch-constructs rules` lists them")


@main.command()
@click.argument("paths", nargs=-1, required=True, type=_PATHS)
@click.option("--tables", is_flag=True, help="Print tables with all sizes and limits instead of a tree.")
def show(paths: tuple[Path, ...], *, tables: bool) -> None:
    """Show the AWS Batch resources of templates or cdk.out folders; - is a template on standard input.

    \b
    batch-constructs show cdk.out
    batch-constructs show --tables cdk.out

    Exit status: 0 shown, 2 a path cannot be read.
    """
    from batch_constructs.cli.inputs import read_path  # noqa: PLC0415 - as above

    models = []
    for path in paths:
        with progress(f"reading {path}"):
            models.append(read_path(path))
    for note in (note for model in models for note in (*model.repeated, *model.unread)):
        click.echo(f"note: {note}", err=True)
    from batch_constructs.cli import tables as rows  # noqa: PLC0415 - rich costs 60 ms
    from batch_constructs.cli import tree  # noqa: PLC0415 - as above

    (rows if tables else tree).show(models)


@main.command()
@click.argument("path", type=_PATHS)
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    type=_PATHS,
    help="The output file: .svg, .mmd (Mermaid) or .png; - writes Mermaid to the terminal.",
)
@click.option("-q", "--quiet", is_flag=True, help="Do not print the name of the file.")
def diagram(path: Path, output: Path | None, *, quiet: bool) -> None:
    """Draw the platform of a template or a cdk.out folder; - is a template on standard input.

    It shows triggers, definitions, queues with their environments in order, networks and alerts.

    \b
    batch-constructs diagram cdk.out -o platform.svg
    batch-constructs diagram cdk.out -o -

    Exit status: 0 drawn, 2 the path cannot be read or the file cannot be written.
    """
    from batch_constructs.cli import pictures  # noqa: PLC0415 - as above
    from batch_constructs.cli.failing import fail, reason  # noqa: PLC0415 - as above
    from batch_constructs.cli.inputs import STANDARD_INPUT, read_path  # noqa: PLC0415 - as above

    with progress(f"drawing {path}"):
        model = read_path(path)
    endings = f"{', '.join(list(pictures.FORMATS)[:-1])} or {list(pictures.FORMATS)[-1]}"
    if output is None:
        fail(f"diagram needs -o FILE, which ends in {endings}; -o - writes Mermaid to the terminal")
    terminal = str(output) == STANDARD_INPUT
    if not terminal and output.suffix not in pictures.FORMATS:
        fail(f"the output must end in {endings}, got {output.name!r}")
    try:
        with progress(f"drawing {path}"):
            pictures.write(model, output)
    except OSError as error:
        fail(f"{output}: it cannot be written ({reason(error)})")
    except pictures.NoRendererError as error:
        fail(str(error))
    if not quiet and not terminal:
        click.echo(f"wrote {output}", err=True)


@main.command()
@click.argument("old")
@click.argument("new")
@click.option(
    "--format",
    "style",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="The output format.",
)
@click.option(
    "--removed",
    metavar="PATH",
    multiple=True,
    help="Accept the removal of this queue, environment, policy or quota: construct path or logical id; repeatable.",
)
@click.option("-q", "--quiet", is_flag=True, help="Print only changes with problems.")
def changes(old: str, new: str, style: str, removed: tuple[str, ...], *, quiet: bool) -> None:
    """Show what a deploy of NEW over OLD would do to environments, queues, definitions and policies.

    \b
    batch-constructs changes deployed.json cdk.out
    batch-constructs changes git:v1.2:tests/snapshots/test_stack/test_platform.template.json cdk.out

    OLD and NEW are templates, cdk.out folders, folders of templates, or templates in git: git:REVISION:PATH. One of them can
    be -, a template on standard input.

    A queue, environment or policy of OLD that is removed or replaced is a problem, unless --removed names it.

    Exit status: 0 no problems, 1 something fails or may fail, or is lost, 2 a path cannot be read.
    """
    from batch_constructs.assembly.changes import not_compared, plan  # noqa: PLC0415 - as above
    from batch_constructs.cli import changes as blocks  # noqa: PLC0415 - as above
    from batch_constructs.cli.failing import fail  # noqa: PLC0415 - as above
    from batch_constructs.cli.inputs import STANDARD_INPUT, read_git  # noqa: PLC0415 - as above

    if old == new == STANDARD_INPUT:
        fail("only one of OLD and NEW can be standard input, got - twice")
    models = [read_git(path) for path in (old, new)]
    with progress("comparing"):
        planned = plan(*models, removed=removed)
    blocks.FORMATS[style](planned, not_compared(*models), quiet=quiet)
    blocks.tell_unused(removed, planned)
    if any(change.problems for change in planned):
        sys.exit(1)


if __name__ == "__main__":
    main()
