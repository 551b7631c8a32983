"""Finds created resources that are deleted ones under another construct id, or in another stack."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any

from batch_constructs.assembly.changes.change import Kind
from batch_constructs.assembly.template import PartialText, Reference, Unknown, as_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from batch_constructs.assembly.changes.comparison import Comparison
    from batch_constructs.assembly.template import Resource

_MAX_DEPTH = 32
# Two queues with the same environments but different priorities and names are still different queues.
_ALIKE = 0.65
# The CDK creates the same logical id in another stack, so the same logical id needs less likeness.
_ALIKE_BY_ID = 0.3


@dataclass(frozen=True, slots=True)
class Rename:
    """A resource of the old assembly and its likely successor in the new one.

    Attributes:
        old: the deleted resource.
        new: the created resource.
        across: whether the two belong to different stacks.
        keepable: whether the old one would stay if it kept its logical id, because no difference replaces it or is refused.
    """

    old: Resource
    new: Resource
    across: bool
    keepable: bool


def renames(comparison: Comparison, gone: list[Resource], created: list[Resource]) -> list[Rename]:
    """Return pairs of deleted and created resources by type and properties, the most similar first, each only once."""
    unpaired = {*gone, *created}
    batch = [[each for each in side if each.type.startswith("AWS::Batch::")] for side in (gone, created)]
    bodies = {each: _body(each, unpaired) for side in batch for each in side}
    scored = []
    for old in batch[0]:
        for new in batch[1]:
            if old.type == new.type:
                alike = _likeness(bodies[old], bodies[new])
                same_id = old.logical_id == new.logical_id
                if alike >= (_ALIKE_BY_ID if same_id else _ALIKE):
                    named = SequenceMatcher(None, _place(old), _place(new)).ratio()
                    scored.append(((alike, same_id, named), old, new))
    found: list[Rename] = []
    taken: set[Resource] = set()
    for _, old, new in sorted(scored, key=lambda each: each[0], reverse=True):
        if not {old, new} & taken:
            taken |= {old, new}
            across = not comparison.same_stack(old, new)
            keepable = across or not _forced(comparison, old, new)
            found.append(Rename(old, new, across=across, keepable=keepable))
    return found


def _forced(comparison: Comparison, old: Resource, new: Resource) -> bool:
    """Return whether the old resource cannot become the new one."""
    effects = (change.effect for change in comparison.differences(old, new))
    return any(does.at_least in {Kind.REPLACED, Kind.REFUSED} for does in effects)


def _place(resource: Resource) -> str:
    return resource.construct_path or resource.logical_id


def _likeness(one: set[tuple[str, str]], other: set[tuple[str, str]]) -> float:
    """Return the share of properties that two resources have in common, from 0 to 1."""
    return len(one & other) / len(one | other) if one | other else 1.0


def _body(resource: Resource, unpaired: set[Resource]) -> set[tuple[str, str]]:
    """Return the properties without the name; references to other unpaired resources count only by type."""
    properties = resource.node if isinstance(resource.node, dict) else {}
    kept = {name: node for name, node in properties.items() if name != type(resource).NAME}
    return set(_leaves(resource, kept, "", unpaired, 0))


def _leaves(
    resource: Resource, node: Any, path: str, unpaired: set[Resource], depth: int
) -> Iterator[tuple[str, str]]:
    value = resource.stack.resolve(node) if depth else node
    if depth > _MAX_DEPTH:
        yield path, "…"
    elif isinstance(value, dict):
        for name, member in value.items():
            yield from _leaves(resource, member, f"{path}.{name}", unpaired, depth + 1)
    elif isinstance(value, list):
        for index, element in enumerate(value):
            yield from _leaves(resource, element, f"{path}[{index}]", unpaired, depth + 1)
    elif value is not None:
        yield path, "".join(_words(value, unpaired))


def _words(value: Any, unpaired: set[Resource]) -> Iterable[str]:
    parts: tuple[str | Unknown, ...] = value.parts if isinstance(value, PartialText) else (value,)
    for part in parts:
        if isinstance(part, Reference):
            unknown = part.target in unpaired
            yield f"${{{part.target.type if unknown else part.target.logical_id}.{part.attribute}}}"
        else:
            yield as_text(part)
