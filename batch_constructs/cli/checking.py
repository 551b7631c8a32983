"""The command ``check``: its settings, its inputs, and the findings that count."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from batch_constructs.assembly import checks
from batch_constructs.cli import baseline, reports
from batch_constructs.cli.failing import did_you_mean, fail
from batch_constructs.cli.inputs import read_path
from batch_constructs.cli.progress import progress
from batch_constructs.cli.settings import Settings, find_settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from batch_constructs.assembly.checks import Finding
    from batch_constructs.assembly.template import BatchModel, Resource

__all__ = ["Options", "check", "explain"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The options of the command line; omitted ones come from the settings."""

    paths: tuple[Path, ...]
    select: tuple[str, ...]
    ignore: tuple[str, ...]
    strict: bool
    style: str
    quiet: bool
    baseline: Path | None
    write_baseline: bool


def check(options: Options) -> int:
    """Check, report, and return the exit status."""
    settings = find_settings(Path.cwd())
    paths = options.paths or tuple(map(_from_here, settings.paths))
    if not paths:
        fail(
            "check needs a path: a template, a cdk.out folder, a folder of templates, or - for standard input"
        )
    select, ignore = options.select or settings.select, options.ignore or settings.ignore
    file = options.baseline or (settings.baseline and _from_here(settings.baseline))
    if options.write_baseline and file is None:
        fail("--write-baseline needs --baseline FILE, or baseline in pyproject.toml")
    _check_rules(settings)
    models, findings = [], []
    for path in paths:
        with progress(f"checking {path}"):
            model = read_path(path)
            models.append(model)
            findings += _found(model, select, ignore, settings.severity)
    if not options.quiet:
        _tell_unread(models)
    if options.write_baseline and file is not None:
        click.echo(f"wrote {reports.counted(baseline.write(file, findings), 'finding')} to {file}", err=True)
        return 0
    known = 0
    if file is not None:
        every = len(findings)
        resources = [resource for model in models for resource in model.resources]
        findings, stale = baseline.apply(file, findings, resources, checks.applied(select, ignore))
        known = every - len(findings)
        _tell_stale(file, stale)
    reports.FORMATS[options.style](findings, "" if options.quiet else _summary(findings, models, known))
    strict = options.strict or settings.strict
    return int(any(strict or finding.severity is checks.Severity.ERROR for finding in findings))


def explain(paths: Sequence[Path], rule: str, resource: str) -> None:
    """Print the questions that a rule asks about a resource, with each step of their answers.

    Args:
        paths: the templates; empty for those of the settings.
        rule: the rule's id.
        resource: a logical id, or a construct path.
    """
    every = checks.rules()
    found = every.get(rule.upper())
    if found is None:
        fail(f"there is no rule {rule!r}{did_you_mean(rule.upper(), every)}")
    if found.asks is None:
        fail(
            f"{found.id} compares values of the template and asks no proof; `batch-constructs rules {found.id}` explains it"
        )
    places = paths or find_settings(Path.cwd()).paths
    asked = {home: each for path in places for home, each in checks.why(read_path(path), found).items()}
    names = {name for home in asked for name in (home.logical_id, home.construct_path, home.label) if name}
    if resource not in names:
        fail(
            f"{found.id} asks nothing about {resource!r}{did_you_mean(resource, names)}; {_asks_about(asked)}"
        )
    reports.proofs(
        found,
        {
            home: each
            for home, each in asked.items()
            if resource in {home.logical_id, home.construct_path, home.label}
        },
    )


def _asks_about(resources: Iterable[Resource]) -> str:
    labels = sorted({resource.label for resource in resources})
    return f"it asks about {', '.join(labels)}" if labels else "nothing that it asks about is there"


def _from_here(path: Path) -> Path:
    """Return a path of the settings for messages: relative if it is below the current folder."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


def _found(
    model: BatchModel, select: Sequence[str], ignore: Sequence[str], severity: Mapping[str, str]
) -> list[Finding]:
    try:
        findings = checks.check(model, select=select, ignore=ignore, acknowledged=False)
    except ValueError as error:
        fail(str(error))
    levels = {name.upper(): checks.Severity(level) for name, level in severity.items()}
    return [_levelled(finding, levels) for finding in findings]


def _levelled(finding: Finding, levels: Mapping[str, checks.Severity]) -> Finding:
    """Return the finding with the severity in the settings of its rule or family."""
    level = levels.get(finding.rule_id, levels.get(finding.rule.family))
    return finding if level is None else replace(finding, severity=level)


def _tell_unread(models: Sequence[BatchModel]) -> None:
    for model in models:
        for note in checks.unread(model):
            click.echo(f"note: {note}", err=True)


def _check_rules(settings: Settings) -> None:
    """End with an error if the settings have a name that is neither a rule nor a family."""
    try:
        checks.applied((*settings.select, *settings.severity), settings.ignore)
    except ValueError as error:
        fail(f"{settings.file}: {error}")


def _tell_stale(file: Path, stale: Sequence[baseline.Key]) -> None:
    if stale:
        shown = "; ".join(" ".join(filter(None, key)) for key in stale[:3])
        more = f"; and {len(stale) - 3} more" if len(stale) > 3 else ""
        verb = "is" if len(stale) == 1 else "are"
        click.echo(
            f"{file}: {reports.counted(len(stale), 'entry', 'entries')} {verb} no longer found ({shown}{more}); "
            "--write-baseline removes stale entries",
            err=True,
        )


def _summary(findings: Sequence[Finding], models: Sequence[BatchModel], known: int) -> str:
    """Return such as ``2 errors in 1 template with 3 resources of AWS Batch``."""
    templates = sum(len(model.stacks) for model in models)
    resources = sum(_is_batch(resource) for model in models for resource in model.resources)
    where = reports.counted(templates, "template")
    if not findings and not resources:
        verb = "has" if templates == 1 else "have"
        return f"no findings: {where} {verb} no resources of AWS Batch"
    behind = f", and {known} known" if known else ""
    batch = reports.counted(resources, "resource")
    return f"{reports.summary(findings)}{behind} in {where} with {batch} of AWS Batch"


def _is_batch(resource: Resource) -> bool:
    return resource.type.startswith("AWS::Batch::")
