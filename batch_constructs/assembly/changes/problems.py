"""Problems in the deployment of changed resources."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch_constructs.assembly.changes.change import DeployProblem, Kind, PropertyChange, Risk
from batch_constructs.assembly.changes.names import name_is_taken, name_of_another
from batch_constructs.assembly.changes.unsupported import unsupported_members
from batch_constructs.assembly.template import is_one_of
from batch_constructs.assembly.template.resources import ComputeEnvironment
from batch_constructs.facts.schemas import PREFIX

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from batch_constructs.assembly.changes.comparison import Comparison
    from batch_constructs.assembly.template import Resource


def common_problems(
    comparison: Comparison, old: Resource, new: Resource, kind: Kind, at_least: Kind
) -> Iterator[DeployProblem]:
    """Yield the problems that a resource of any type can have."""
    differences = comparison.differences(old, new)
    if kind is Kind.REPLACED:
        yield from name_is_taken(comparison, old, new, at_least)
        yield from name_of_another(comparison, new)
        yield from _replaced_by_tags(differences)
    if at_least is not Kind.REPLACED:
        yield from _refusals(differences, kind)
    if new.type.startswith(PREFIX):
        yield from unsupported_members(new, [each.member for each in differences if each.new is not None])


def _replaced_by_tags(differences: Iterable[PropertyChange]) -> Iterator[DeployProblem]:
    tags = [change for change in differences if change.member.partition(".")[0] == "Tags"]
    if any(change.effect.kind is Kind.REPLACED for change in tags):
        yield DeployProblem(
            risk=Risk.SURPRISE,
            message="a change of Tags replaces the environment",
            remedy="exclude the environment from the stack's tags: ComputeResources.Tags tag the instances",
        )


def _refusals(differences: Iterable[PropertyChange], kind: Kind) -> Iterator[DeployProblem]:
    """Yield the changes that the service refuses, unless the resource is replaced anyway."""
    found: dict[str, tuple[Risk, str, list[str]]] = {}
    for change in differences:
        does = change.effect
        if not does.why:
            continue
        certain = does.at_least is Kind.REFUSED and kind is not Kind.REPLACED
        worst, _, paths = found.get(does.why, (Risk.MAY_FAIL, "", []))
        paths.append(change.member)
        found[does.why] = (Risk.FAILS if certain else worst, does.remedy, paths)
    for why, (how_bad, remedy, paths) in found.items():
        named = ", ".join(dict.fromkeys(paths))
        yield DeployProblem(risk=how_bad, message=f"{why} (changed: {named})", remedy=remedy)


def creation_problems(comparison: Comparison, new: Resource) -> Iterator[DeployProblem]:
    """Yield the problems of a new resource: a state that AWS refuses, or a name that is still taken."""
    if isinstance(new, ComputeEnvironment) and is_one_of(new.state, "DISABLED"):
        yield DeployProblem(
            risk=Risk.FAILS,
            message="AWS creates environments only ENABLED, got State DISABLED",
            remedy="deploy it ENABLED, and disable it in a later deployment",
        )
    yield from name_of_another(comparison, new)
    if new.type.startswith(PREFIX):
        yield from unsupported_members(new)


def type_problems(old: Resource, new: Resource) -> Iterator[DeployProblem]:
    """Yield a problem if a logical id gets a resource of another type."""
    if old.type != new.type:
        yield DeployProblem(
            risk=Risk.FAILS,
            message=f"CloudFormation does not change the type of a resource, here from {old.type}",
            remedy="give the new resource another construct id",
        )
