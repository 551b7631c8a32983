"""Asserts in a test what ``cdk synth`` would report."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from aws_cdk import Stack, Stage

from batch_constructs.assembly.checks import Finding, Severity, check
from batch_constructs.assembly.template import read

if TYPE_CHECKING:
    from collections.abc import Collection

__all__ = ["assert_no_findings"]


def assert_no_findings(scope: Stack | Stage, *, ignore: Collection[str] = (), warnings: bool = False) -> None:
    """Assert that the jobs of a stack, or of a whole app, will run.

    Raw L1 and L2 resources are looked at as well as those of this library, and acknowledgements do not count here:
    name in ``ignore`` what you accept.

    Args:
        scope: The stack, or the app or stage with all its stacks.
        ignore: Rules (``"JQ-03"``) or families (``"JQ"``) to leave out.
        warnings: Whether warnings fail, too; by default only errors do.

    Raises:
        AssertionError: there are findings; one line for each, with the construct's path and the remedy.
        ValueError: ``ignore`` names what is neither a rule nor a family.
    """
    findings = [
        finding
        for finding in check(read(_synthesized(scope)), ignore=ignore)
        if (warnings or finding.severity is Severity.ERROR) and _belongs(finding, scope)
    ]
    assert not findings, "\n".join(["jobs of AWS Batch would not run:", *map(_line, findings)])


def _synthesized(scope: Stack | Stage) -> Path:
    stage = Stage.of(scope) if isinstance(scope, Stack) else scope
    if stage is None:
        raise ValueError("scope must be an app, a stage, or a stack of one")
    try:
        return Path(stage.synth(force=True).directory)
    except RuntimeError as error:
        # The rules at synth stop it after the templates are written, and so do other validation plugins.
        if "ValidationFailed" not in str(error):
            raise
        return Path(stage.outdir)


def _belongs(finding: Finding, scope: Stack | Stage) -> bool:
    if not isinstance(scope, Stack):
        return True
    return Path(finding.file).name == Path(str(scope.template_file)).name


def _line(finding: Finding) -> str:
    where = finding.construct_path or finding.logical_id
    return f"  {finding.rule_id} {where}: {finding.message}; {finding.remedy}"
