"""Names of created and replaced resources, which must be free, because CloudFormation creates before it deletes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from batch_constructs.assembly.changes.change import DeployProblem, Kind, risk
from batch_constructs.assembly.changes.sameness import Sameness
from batch_constructs.assembly.template import ImportedValue, PartialText, Unknown, as_text, is_given
from batch_constructs.assembly.template.resources import ComputeEnvironment

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_constructs.assembly.changes.comparison import Comparison
    from batch_constructs.assembly.template import Resource

# Pseudo-parameters that are the same in each stack of an account and Region.
_SETTLED = {"AWS::AccountId", "AWS::Region", "AWS::Partition", "AWS::URLSuffix"}


def is_settled(name: Any, *, in_stack: bool = False) -> bool:
    """Return whether an update cannot change a name without another text: it has no parameter and no reference.

    Args:
        name: the resolved name.
        in_stack: whether it is compared within one stack, whose own name stays.
    """
    same = _SETTLED | {"AWS::StackName"} if in_stack else _SETTLED
    parts = name.parts if isinstance(name, PartialText) else (name,)
    return all(
        is_settled(part.name, in_stack=in_stack)
        if isinstance(part, ImportedValue)
        else not isinstance(part, Unknown) or part.reason in same
        for part in parts
    )


def name_is_taken(
    comparison: Comparison, old: Resource, new: Resource, at_least: Kind
) -> Iterator[DeployProblem]:
    """Yield a problem if a replaced resource keeps its name, which the old one still has."""
    if not isinstance(new.node, dict) or type(new).NAME not in new.node:
        return
    name = new.raw(type(new).NAME)
    if not is_given(name):
        return
    sameness = comparison.same(old, new, type(new).NAME)
    if sameness is Sameness.OTHER:
        return
    certain = at_least is Kind.REPLACED and sameness is Sameness.SAME and is_settled(name, in_stack=True)
    yield DeployProblem(
        risk=risk(certain),
        message=(
            f"the new one cannot have the name {as_text(name)!r} while the old one exists, "
            "and CloudFormation creates before it deletes"
        ),
        remedy=_without_replacement(new, f"remove {type(new).NAME}, or change it in the same deploy"),
    )


def _without_replacement(new: Resource, remedy: str) -> str:
    if (
        isinstance(new, ComputeEnvironment)
        and new.replace_compute_environment is not False
        and new.compute_resources.ec2
    ):
        return f"{remedy}; for most properties ReplaceComputeEnvironment false allows updates in place"
    return remedy


def name_of_another(comparison: Comparison, new: Resource) -> Iterator[DeployProblem]:
    """Yield a problem if the name of a new resource belongs to an old one, which is still there when it is created."""
    key = type(new).NAME
    if not key or not isinstance(new.node, dict) or key not in new.node or not is_given(new.raw(key)):
        return
    name = new.raw(key)
    for old in comparison.old:
        if old.type != new.type or comparison.before(new) is old or not is_given(old.raw(key)):
            continue
        if comparison.same_name(old, new) is not Sameness.SAME:
            continue
        together = comparison.together(old, new)
        if (True, True) not in together:
            continue
        here = comparison.same_stack(old, new)
        where = "" if here else f" in {old.stack.name}"
        stays = comparison.stays(old)
        yield DeployProblem(
            risk=risk(is_settled(name, in_stack=True) and len(together) == 1 and (here or stays)),
            message=(
                f"its name {as_text(name)!r} is still taken by {old.label}{where}, which "
                f"{'stays' if stays else 'is deleted only afterwards'}"
            ),
            remedy=_other_name(old, new, stays=stays),
        )


def _other_name(old: Resource, new: Resource, *, stays: bool) -> str:
    name = type(new).NAME
    if stays:
        return f"change or remove {name}"
    keep = "construct id" if old.construct_path else f"logical id {old.logical_id}"
    return f"keep the {keep}, or change or remove {name}"
