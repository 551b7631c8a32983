"""Applies rules to a model."""

from __future__ import annotations

import sys
from dataclasses import replace
from difflib import get_close_matches
from itertools import chain
from typing import TYPE_CHECKING, Any

from batch_constructs.assembly.checks._arms import found_in_arms
from batch_constructs.assembly.checks._rules import Finding, Rule, Severity, rules
from batch_constructs.assembly.template import BatchModel, View
from batch_constructs.assembly.template.garbage import undisturbed
from batch_constructs.assembly.template.views import kind_named

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from batch_constructs.assembly.proofs import Question
    from batch_constructs.assembly.template import Resource

# The CDK's prefix for a rule's id.
PLUGIN = "batch-constructs"


@undisturbed()
def check(
    model: BatchModel,
    *,
    select: Collection[str] = (),
    ignore: Collection[str] = (),
    acknowledged: bool = True,
    crash: bool = False,
) -> tuple[Finding, ...]:
    """Return what breaks a rule in a model, in the order of its stacks and their resources.

    Args:
        model: the result of `batch_constructs.assembly.template.read`.
        select: rule ids or families (``JQ-07``, ``jq``) to apply; all when empty.
        ignore: rule ids or families to leave out.
        acknowledged: whether to include findings that were acknowledged in the CDK, as ``batch-constructs::JQ-02`` on
            the construct or on one above it. At synth the CDK removes them itself.
        crash: whether to raise an error inside a rule. By default the rule reports nothing and a line on stderr says
            so, because a bug in a rule must not block a deployment.

    Raises:
        ValueError: a name in ``select`` or ``ignore`` is neither a rule nor a family.
    """
    chosen = applied(select, ignore).values()

    def found(deployed: BatchModel) -> Iterator[Finding]:
        for rule in chosen:
            yield from _apply(rule, deployed, crash=crash)

    everywhere = list(found(model))
    findings: dict[tuple[Any, ...], Finding] = {}
    for finding in chain(everywhere, found_in_arms(model, everywhere, found)):
        if acknowledged or not _acknowledged(finding):
            key = (finding.rule_id, finding.resource, finding.property_path, finding.message)
            findings.setdefault(key, finding)
    places = {resource: place for place, resource in enumerate(model.resources)}
    return tuple(sorted(findings.values(), key=lambda finding: places.get(finding.resource, len(places))))


def why(model: BatchModel, rule: Rule) -> dict[Resource, tuple[Question, ...]]:
    """Return the questions that a rule asks, with their answers, by the resource that they are about.

    Args:
        model: the result of `batch_constructs.assembly.template.read`.
        rule: the rule; one without ``asks`` has no questions.
    """
    found: dict[Resource, tuple[Question, ...]] = {}
    if rule.asks is None:
        return found
    for subject in _subjects(model, rule):
        if isinstance(subject, View):
            found[subject.home] = (*found.get(subject.home, ()), *rule.asks(subject, model))
    return found


def applied(select: Collection[str] = (), ignore: Collection[str] = ()) -> dict[str, Rule]:
    """Return the rules that a choice applies, by id; names may be in upper or lower case.

    Args:
        select: rule ids or families (``JQ-07``, ``jq``) to apply; all when empty.
        ignore: rule ids or families to leave out.

    Raises:
        ValueError: a name is neither a rule nor a family.
    """
    everything = rules()
    names = {name for rule in everything.values() for name in (rule.id, rule.family)}
    for name in (*select, *ignore):
        if name.upper() not in names:
            near = get_close_matches(name.upper(), names, n=1)
            hint = f" (did you mean {near[0]!r}?)" if near else ""
            raise ValueError(f"{name!r} is neither a rule nor a family of rules{hint}")
    chosen, left_out = ({name.upper() for name in side} for side in (select, ignore))
    return {
        rule.id: rule
        for rule in everything.values()
        if (not chosen or {rule.id, rule.family} & chosen) and not {rule.id, rule.family} & left_out
    }


def _subjects(model: BatchModel, rule: Rule) -> Iterable[View | BatchModel]:
    """Return the views that a rule applies to. Most rules name one kind; then nothing is copied."""
    if rule.subject == BatchModel.__name__:
        return (model,)
    kinds = [kind_named(name.strip()) for name in rule.subject.split("|")]
    if None in kinds:
        raise TypeError(f"rule {rule.id} looks at {rule.subject}, which is not a view")
    found = [model.of(kind) for kind in kinds if kind is not None]
    return found[0] if len(found) == 1 else chain.from_iterable(found)


def _apply(rule: Rule, model: BatchModel, *, crash: bool) -> Iterator[Finding]:
    function, more = rule.function, (model,) if rule.wants_model else ()
    # A rule over the whole model counts what is missing, which a loop or a macro that is not read may create.
    if model.unread and (more or rule.subject == BatchModel.__name__):
        return
    for subject in _subjects(model, rule):
        try:
            for finding in function(subject, *more):
                mild = Severity.WARNING in {finding.severity, rule.severity}
                yield replace(finding, rule=rule, severity=Severity.WARNING if mild else Severity.ERROR)
        except Exception as error:
            if crash:
                raise
            _report_crash(rule, subject, error)


def _report_crash(rule: Rule, subject: View | BatchModel, error: Exception) -> None:
    """Report on stderr that a rule crashed, because its findings are missing."""
    where = f" at {subject.home.label}" if isinstance(subject, View) else ""
    details = " ".join(str(error).split())
    sys.stderr.write(
        f"batch-constructs: rule {rule.id} failed{where} ({type(error).__name__}: {details}) and found nothing: please "
        "report it with the template\n"
    )


def _acknowledged(finding: Finding) -> bool:
    """Return whether the rule was acknowledged on the construct or on one above it."""
    acknowledged = finding.resource.stack.acknowledged
    if not acknowledged:
        return False
    parts = finding.construct_path.split("/")
    above = ("/".join(parts[:length]) for length in range(1, len(parts) + 1))
    return any(f"{PLUGIN}::{finding.rule_id}" in acknowledged.get(path, ()) for path in above)
