"""Output of findings: text for people, and JSON, SARIF and annotations for machines."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import click

from batch_constructs.assembly.checks import Severity
from batch_constructs.assembly.proofs import Verdict
from batch_constructs.cli.plain import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from batch_constructs.assembly.checks import Finding, Rule
    from batch_constructs.assembly.proofs import Question
    from batch_constructs.assembly.template import Resource

_SARIF = "https://json.schemastore.org/sarif-2.1.0.json"
_VERDICT_COLOURS = {Verdict.YES: "green", Verdict.NO: "red", Verdict.UNKNOWN: "yellow"}
_COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow"}


def text(findings: Sequence[Finding], last: str) -> None:
    """Print each finding with its place, the line of the template, and the remedy, and a summary line."""
    sources: dict[str, list[str]] = {}
    for finding in findings:
        severity = click.style(str(finding.severity), fg=_COLOURS[finding.severity], bold=True)
        click.echo(f"{severity} {click.style(finding.rule_id, bold=True)} {printable(finding.message)}")
        place = " ".join(filter(None, (both_names(finding.resource), finding.property_path)))
        click.echo(f"  at  {printable(place)}")
        click.echo(f"  in  {finding.file or 'standard input'}:{finding.line}")
        if finding.file and not finding.construct_path:
            _quote(sources, finding)
        click.echo(f"  fix {finding.advice}")
        click.echo(click.style(f"  see {finding.rule.link}", dim=True))
        click.echo()
    if last:
        click.echo(last)


def proofs(rule: Rule, asked: Mapping[Resource, Sequence[Question]]) -> None:
    """Print each question that a rule asks about resources, its answer, and the steps that lead to it."""
    click.echo(f"{click.style(rule.id, bold=True)} {rule.sentence}")
    for resource, questions in asked.items():
        click.echo(f"  at  {printable(resource.construct_path or resource.logical_id)}")
        if not questions:
            click.echo("      no questions: nothing there needs an answer, or its kind is unknown")
        for question in questions:
            click.echo()
            click.echo(f"{printable(question.text)} {_verdict(question.answer.verdict)}")
            for step in question.answer.steps:
                click.echo(f"  {_verdict(step.verdict, 7)}  {printable(str(step))}")


def _verdict(verdict: Verdict, width: int = 0) -> str:
    return click.style(f"{verdict:<{width}}", fg=_VERDICT_COLOURS[verdict], bold=True)


def both_names(resource: Resource) -> str:
    """Return the construct path with the logical id, ``Jobs/Queue/Resource (Queue4A7E)``, or the logical id alone."""
    path, logical_id = resource.construct_path, resource.logical_id
    return f"{path} ({logical_id})" if path and path != logical_id else logical_id


def counted(number: int, one: str, many: str = "") -> str:
    """Return ``1 template`` or ``2 templates``."""
    return f"{number} {one if number == 1 else many or f'{one}s'}"


def summary(findings: Sequence[Finding]) -> str:
    """``2 errors and 1 warning``."""
    counts = [(severity, sum(f.severity is severity for f in findings)) for severity in Severity]
    parts = [counted(count, str(severity)) for severity, count in counts if count]
    return " and ".join(parts) or "no findings"


def as_json(findings: Sequence[Finding], _: str) -> None:
    """Print all findings as a JSON list."""
    click.echo(json.dumps([_members(finding) for finding in findings], indent=2))


def as_github(findings: Sequence[Finding], _: str) -> None:
    """Print one workflow command for each finding, which GitHub Actions shows at the line."""
    for finding in findings:
        place = (
            f"file={_escaped(finding.file, True)},line={finding.line},title={_escaped(finding.rule_id, True)}"
        )
        message = f"{_place(finding)}: {finding.message} ({finding.advice})"
        click.echo(f"::{finding.severity} {place}::{_escaped(message, False)}")


def as_sarif(findings: Sequence[Finding], _: str) -> None:
    """Print a SARIF 2.1.0 log for code scanning."""
    used = {finding.rule_id: finding.rule for finding in findings}
    driver = {
        "name": "batch-constructs",
        "rules": [_sarif_rule(rule) for rule in used.values()],
    }
    results = [_sarif_result(finding, list(used)) for finding in findings]
    log = {"$schema": _SARIF, "version": "2.1.0", "runs": [{"tool": {"driver": driver}, "results": results}]}
    click.echo(json.dumps(log, indent=2))


FORMATS: Mapping[str, Callable[[Sequence[Finding], str], None]] = {
    "text": text,
    "json": as_json,
    "sarif": as_sarif,
    "github": as_github,
}


def _quote(sources: dict[str, list[str]], finding: Finding) -> None:
    """Print the line of the template that the finding is about."""
    if finding.file not in sources:
        sources[finding.file] = (
            Path(finding.file).read_text(encoding="utf-8-sig", errors="replace").split("\n")
        )
    lines = sources[finding.file]
    if finding.line <= len(lines) and len(line := lines[finding.line - 1].strip()) <= 200:
        click.echo(click.style(f"      | {printable(line)}", dim=True))


def _members(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule_id,
        "severity": str(finding.severity),
        "message": finding.message,
        "remedy": finding.remedy,
        "chapter": finding.rule.chapter,
        "link": finding.rule.link,
        "resource": finding.logical_id,
        "resource_type": finding.resource.type,
        "property": finding.property_path,
        "construct": finding.construct_path,
        "argument": finding.argument,
        "file": finding.file,
        "line": finding.line,
    }


def _sarif_rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "shortDescription": {"text": rule.sentence},
        "help": {"text": f"{rule.remedy} ({rule.chapter})"},
        "helpUri": rule.link,
        "defaultConfiguration": {"level": str(rule.severity)},
    }


def _sarif_result(finding: Finding, rule_ids: list[str]) -> dict[str, Any]:
    region = {"startLine": finding.line}
    location: dict[str, Any] = {
        "logicalLocations": [
            {"fullyQualifiedName": finding.construct_path or finding.logical_id, "kind": "resource"}
        ]
    }
    if finding.file:
        artifact = {"uri": quote(Path(finding.file).as_posix())}
        location["physicalLocation"] = {"artifactLocation": artifact, "region": region}
    return {
        "ruleId": finding.rule_id,
        "ruleIndex": rule_ids.index(finding.rule_id),
        "level": str(finding.severity),
        "message": {"text": f"{finding.message} ({finding.advice})"},
        "locations": [location],
        # Stays the same when other parts of the file change, unlike line numbers.
        "partialFingerprints": {"batchConstructs/v1": f"{finding.rule_id}:{_place(finding)}"},
    }


def _place(finding: Finding) -> str:
    return ".".join(filter(None, (finding.construct_path or finding.logical_id, finding.property_path)))


def _escaped(value: str, property_: bool) -> str:  # noqa: FBT001 - GitHub escapes more inside properties
    value = value.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return value.replace(":", "%3A").replace(",", "%2C") if property_ else value
