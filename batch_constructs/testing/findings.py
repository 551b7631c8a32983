"""An assertion that rules find nothing in a stack, as ``cdk synth`` would report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch_constructs.assembly.checks import Finding, Severity, check
from batch_constructs.assembly.template import read
from batch_constructs.testing.synthesis import belongs, synthesized

if TYPE_CHECKING:
    from collections.abc import Collection

    from aws_cdk import Stack, Stage

__all__ = ["assert_no_findings"]


def assert_no_findings(scope: Stack | Stage, *, ignore: Collection[str] = (), warnings: bool = False) -> None:
    """Assert that the jobs of a stack, or of a whole app, will run.

    It also checks raw L1 and L2 resources. Acknowledgements do not count here:
    list the rules that you accept in ``ignore``.

    Args:
        scope: The stack, or the app or stage with all its stacks.
        ignore: Rules (``"JQ-03"``) or families (``"JQ"``) to leave out. By default none.
        warnings: Whether warnings fail, too; by default only errors do.

    Raises:
        AssertionError: there are findings; one line for each, with the construct's path and the remedy.
        ValueError: ``ignore`` has a name that is neither a rule nor a family.
    """
    findings = [
        finding
        for finding in check(read(synthesized(scope)), ignore=ignore)
        if (warnings or finding.severity is Severity.ERROR) and belongs(finding.file, scope)
    ]
    if findings:
        raise AssertionError("\n".join(["jobs of AWS Batch would not run:", *map(line, findings)]))


def line(finding: Finding) -> str:
    """Return a finding as a line of an assertion's message."""
    return f"  {finding.rule_id} {finding.resource.label}: {finding.message}; {finding.remedy}"
