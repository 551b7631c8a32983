"""Findings that hold for some deployments of a template only, by its closed parameters and conditions."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

from batch_constructs.assembly.checks._rules import Finding, Severity
from batch_constructs.assembly.template.choices import Deployment, explained, plan_deployments

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from batch_constructs.assembly.template import BatchModel, Resource

_ROUNDS = 4

Place: TypeAlias = "tuple[str, Resource, str]"
"""Rule, resource of the base model, and path."""
Messages: TypeAlias = "dict[str, tuple[Finding, list[Deployment]]]"
"""The findings of one place by their message, each with the deployments that have it."""


def found_in_arms(
    model: BatchModel, findings: Sequence[Finding], apply: Callable[[BatchModel], Iterable[Finding]]
) -> Iterator[Finding]:
    """Yield the findings that appear once the choices of a template are made.

    A finding in every deployment is like any other. One in some deployments is a warning that names the arm: the value
    of the parameter, or the condition.

    Args:
        model: the model with all choices open, after its rules were applied.
        findings: what these rules found; a place that has a finding already gets no second one.
        apply: applies the same rules to the model of a deployment.
    """
    taken = {(finding.rule_id, finding.resource, finding.property_path) for finding in findings}
    for group, places in _looked_at(model, apply):
        for place, messages in places.items():
            if place not in taken:
                taken.add(place)
                yield from _merged(place[1], messages, group)


def _looked_at(
    model: BatchModel, apply: Callable[[BatchModel], Iterable[Finding]]
) -> list[tuple[Sequence[Deployment], Mapping[Place, Messages]]]:
    """Return each group of deployments with its findings.

    A rule that knows the type of an environment reads more of it than one that does not, and so may meet choices that
    nobody had read before; then they are planned again.
    """
    looked_at: list[tuple[Sequence[Deployment], Mapping[Place, Messages]]] = []
    for _ in range(_ROUNDS):
        before = [stack.open.count for stack in model.stacks]
        looked_at = [(group, _places(group, apply)) for group in plan_deployments(model).groups]
        if before == [stack.open.count for stack in model.stacks]:
            break
    return looked_at


def _places(
    group: Sequence[Deployment], apply: Callable[[BatchModel], Iterable[Finding]]
) -> Mapping[Place, Messages]:
    """Return the findings in a group of deployments by their place."""
    places: dict[Place, Messages] = defaultdict(dict)
    for deployment in group:
        for finding in apply(deployment.model()):
            place = finding.rule_id, _original(finding.resource), finding.property_path
            _, where = places[place].setdefault(finding.message, (finding, []))
            if not where or where[-1] is not deployment:
                where.append(deployment)
    return places


def _original(resource: Resource) -> Resource:
    """Return the resource of the base model; itself if only this deployment creates it, in a loop."""
    return resource.stack.original.resources.get(resource.logical_id, resource)


def _merged(resource: Resource, messages: Messages, group: Sequence[Deployment]) -> Iterator[Finding]:
    """Yield the findings of a place: as they are if all deployments have the same, else with their arms."""
    everywhere = len({id(each) for _, where in messages.values() for each in where}) == len(group)
    for finding, where in messages.values():
        # The resource of the deployment's model is another object than that of the model that users hold.
        moved = replace(finding, where=resource, at=finding.property_path)
        if not everywhere:
            moved = replace(moved, severity=Severity.WARNING)
        if len(where) < len(group):
            moved = replace(moved, message=f"if {explained(where, group)}: {finding.message}")
        yield moved
