"""Applies rules to a model."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from batch_constructs.assembly.checks._rules import Finding, Rule, Severity, rules
from batch_constructs.assembly.template import BatchModel, View
from batch_constructs.assembly.template.views import kind_named

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator


def check(
    model: BatchModel,
    *,
    select: Collection[str] = (),
    ignore: Collection[str] = (),
    crash: bool = False,
) -> tuple[Finding, ...]:
    """What breaks a rule in a model, in the order of its stacks and their resources.

    Args:
        model: what `batch_constructs.assembly.template.read` gives.
        select: rule ids or families (``JQ-07``, ``JQ``) to apply; all when empty.
        ignore: rule ids or families to leave out.
        crash: let an error inside a rule through. By default such a rule finds nothing: a check must not stand
            in the way of a deployment because of its own mistake.

    Raises:
        ValueError: a name in ``select`` or ``ignore`` is neither a rule nor a family.
    """
    chosen = _chosen(select, ignore)
    findings: dict[tuple[Any, ...], Finding] = {}
    for rule in chosen:
        for subject in _subjects(model, rule):
            for finding in _apply(rule, subject, model, crash=crash):
                findings.setdefault(
                    (rule.id, id(finding.resource), finding.property_path, finding.message), finding
                )
    places = {id(resource): place for place, resource in enumerate(model.resources)}
    return tuple(sorted(findings.values(), key=lambda finding: places[id(finding.resource)]))


def _chosen(select: Collection[str], ignore: Collection[str]) -> list[Rule]:
    everything = rules()
    names = {name for rule in everything.values() for name in (rule.id, rule.family)}
    for name in (*select, *ignore):
        if name not in names:
            raise ValueError(f"{name!r} is neither a rule nor a family of rules")
    return [
        rule
        for rule in everything.values()
        if (not select or {rule.id, rule.family} & set(select)) and not {rule.id, rule.family} & set(ignore)
    ]


def _subjects(model: BatchModel, rule: Rule) -> Iterator[View | BatchModel]:
    for name in rule.subject.split("|"):
        kind = kind_named(name.strip())
        if name.strip() == BatchModel.__name__:
            yield model
        elif kind is None:
            raise TypeError(f"rule {rule.id} looks at {name.strip()}, which is no view")
        else:
            yield from model.of(kind)


def _apply(rule: Rule, subject: View | BatchModel, model: BatchModel, *, crash: bool) -> Iterator[Finding]:
    try:
        for finding in rule.function(*((subject, model) if rule.wants_model else (subject,))):
            mild = Severity.WARNING in {finding.severity, rule.severity}
            yield replace(finding, rule=rule, severity=Severity.WARNING if mild else Severity.ERROR)
    except Exception:
        if crash:
            raise
