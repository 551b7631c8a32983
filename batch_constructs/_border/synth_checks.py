"""The rules at ``cdk synth``: a validation plugin that checks the templates of the whole app.

This is the only module of the constructs that imports the reading side, and it does so only when the templates are
written.
"""

from __future__ import annotations

from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING
from weakref import WeakSet

import jsii
from aws_cdk import (
    IPolicyValidationPlugin,
    PolicyValidationPluginReport,
    PolicyViolatingResource,
    PolicyViolation,
    Validations,
)
from constructs import Construct

from batch_constructs._border.last_words import end_with
from batch_constructs.facts.arguments import is_construct

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aws_cdk import IPolicyValidationContext
    from constructs import IConstruct

    from batch_constructs.assembly.checks import Finding

__all__ = ["CONTEXT_KEY", "PLUGIN", "BatchChecks", "CheckedConstruct", "check_at_synth", "errors_in"]

PLUGIN = "batch-constructs"
"""The plugin's name: a rule is acknowledged as ``batch-constructs::JQ-03``."""

CONTEXT_KEY = "batch-constructs:checks"
"""The context key that turns the rules off: ``{"context": {"batch-constructs:checks": false}}``."""

# Scopes whose app already has the plugin: reading the root of every construct would be a call to Node.js each time.
_SEEN: WeakSet[IConstruct] = WeakSet()


def check_at_synth(scope: Construct) -> None:
    """Add the plugin to the app of this scope, once; it checks all Batch resources of the app.

    Args:
        scope: Where a construct of this library is about to be added.
    """
    if scope in _SEEN or type(scope).__module__.startswith("batch_constructs."):
        return
    _SEEN.add(scope)
    root = scope.node.root
    if root in _SEEN and root is not scope:
        return
    _SEEN.add(root)
    if root.node.try_get_context(CONTEXT_KEY) not in {False, "false"}:
        Validations.of(root).add_plugins(BatchChecks())
        # Python waits for Node.js most of the time until synth: time enough to load the rules, which takes 40 ms. The
        # thread imports modules and calls no CDK; ``validate`` finds them loaded, or waits at Python's import lock.
        Thread(target=_load_rules, daemon=True).start()


def _load_rules() -> None:
    from batch_constructs.assembly.checks import rules  # noqa: PLC0415 - in a thread of its own

    rules()


class CheckedConstruct(Construct):
    """A construct that adds the checks at synth to its app."""

    def __init__(self, scope: Construct, id: str) -> None:
        """Create the construct.

        Args:
            scope: Where the construct belongs.
            id: Its name in that scope.
        """
        check_at_synth(scope)
        super().__init__(scope, id)
        kind = next((each.__name__ for each in type(self).__mro__ if is_construct(each.__name__)), "")
        if kind:
            # Findings name the argument of this class. Metadata is in the cloud assembly, not in the template.
            self.node.add_metadata(PLUGIN, kind)


@jsii.implements(IPolicyValidationPlugin)
class BatchChecks:
    """The validation plugin that reports the findings of all rules."""

    @property
    def name(self) -> str:
        """The prefix of acknowledgements."""
        return PLUGIN

    @property
    def version(self) -> None:
        """No version: looking it up would take as long as many rules."""

    @property
    def rule_ids(self) -> list[str]:
        """The ids of all rules, which can be acknowledged."""
        from batch_constructs.assembly.checks import rules  # noqa: PLC0415 - only at synth

        return list(rules())

    def validate(self, context: IPolicyValidationContext) -> PolicyValidationPluginReport:
        """Check the templates that synth has just written.

        Args:
            context: The paths of the templates.
        """
        from batch_constructs.assembly.checks import Severity, check  # noqa: PLC0415 - only at synth
        from batch_constructs.assembly.template import read  # noqa: PLC0415

        findings: list[Finding] = []
        for folder in _folders(context.template_paths):
            found = check(read(folder))
            findings += found
            if errors := [finding for finding in found if finding.severity is Severity.ERROR]:
                end_with(folder.name, _last_words(errors))
        return PolicyValidationPluginReport(
            success=all(finding.severity is not Severity.ERROR for finding in findings),
            violations=[_violation(finding) for finding in findings],
        )


def errors_in(resource_type: str, properties: Mapping[str, object]) -> list[str]:
    """Return the errors that rules find in a single resource, before it is created; warnings follow at synth.

    Args:
        resource_type: Such as ``AWS::Batch::JobQueue``.
        properties: The properties, as in a template.
    """
    from batch_constructs.assembly.checks import Severity, check  # noqa: PLC0415 - only where it is asked for
    from batch_constructs.assembly.template import model_of  # noqa: PLC0415

    model = model_of({"Resources": {"Resource": {"Type": resource_type, "Properties": properties}}})
    return [
        f"{finding.message} ({finding.rule_id}): {finding.remedy}"
        # A resource alone refers to what its template has.
        for finding in check(model, ignore=["TPL-05"])
        if finding.severity is Severity.ERROR
    ]


def _last_words(errors: Sequence[Finding]) -> list[str]:
    """Return a line for each error, after a title."""
    lines = [f"  {each.rule_id} {each.resource.label}: {each.message}; {each.advice}" for each in errors]
    return [f"jobs of AWS Batch would not run: {len(errors)} error{'s' * (len(errors) != 1)}", *lines]


def _folders(template_paths: list[str]) -> list[Path]:
    # Whole folders are checked, since templates refer to each other.
    folders = {Path(path).resolve().parent for path in template_paths}
    return sorted(each for each in folders if not any(parent in folders for parent in each.parents))


def _violation(finding: Finding) -> PolicyViolation:
    return PolicyViolation(
        rule_name=finding.rule_id,
        description=finding.message,
        fix=f"{finding.advice}; {finding.rule.link}",
        severity=finding.severity.value,
        violating_resources=[
            PolicyViolatingResource(
                resource_logical_id=finding.logical_id,
                template_path=finding.file,
                locations=[f"Properties.{finding.property_path}" if finding.property_path else "Properties"],
            )
        ],
    )
