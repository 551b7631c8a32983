"""What CloudFormation requires is asked for exactly once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from batch_constructs.assembly.checks import check
from batch_constructs.assembly.template import model_of
from batch_constructs.facts import schemas

if TYPE_CHECKING:
    from collections.abc import Iterator

SCALARS = {"string": "x", "integer": 1, "number": 1, "boolean": True, "map": {}}


def required() -> Iterator[tuple[str, tuple[str, ...], str]]:
    """Yield each required member: the resource type, the members that lead to its structure, and its name."""
    for kind in schemas.types():
        waiting: list[tuple[str, tuple[str, ...]]] = [(kind, ())]
        seen: set[str] = set()
        while waiting:
            name, steps = waiting.pop()
            structure = schemas.structure(name)
            yield from ((kind, steps, member) for member in sorted(structure.required))
            for member, child in structure.members.items():
                inner = child[0] if isinstance(child, list) else child
                if inner.startswith(schemas.PREFIX) and inner not in seen:
                    seen.add(inner)
                    waiting.append((inner, (*steps, member)))


def least(kind: Any) -> Any:
    """Return a value of a kind with its required members."""
    if isinstance(kind, list):
        return [least(kind[0])]
    if kind in SCALARS:
        return SCALARS[kind]
    structure = schemas.structure(kind)
    return {member: least(structure.members[member]) for member in structure.required}


def lacking(kind: str, steps: tuple[str, ...], member: str) -> dict[str, Any]:
    """Return the properties of a resource in which one required member is missing."""
    root = node = least(kind)
    name: Any = kind
    for step in steps:
        name = schemas.structure(name).members[step]
        node = node.setdefault(step, least(name)) if step not in node or node[step] else least(name)
        node, name = (node[0], name[0]) if isinstance(name, list) else (node, name)
    del node[member]
    return dict(root)


@pytest.mark.parametrize(
    ("kind", "steps", "member"),
    list(required()),
    ids=lambda each: ".".join(each) if isinstance(each, tuple) else each,
)
def test_a_missing_member_is_reported_once(kind: str, steps: tuple[str, ...], member: str) -> None:
    """A required member that is missing has one finding that asks for it, of a rule of its own or of TPL-04."""
    findings = check(
        model_of({"Resources": {"It": {"Type": kind, "Properties": lacking(kind, steps, member)}}})
    )
    words = (f"needs {member}, got none", f"{member} must be given", f"needs a {member}, got none")
    exactly = (f"{member} must be RETRY or EXIT, got none", f"{member} must have exactly 1 tasks, got none")
    asked = [each.message for each in findings if any(word in each.message for word in (*words, *exactly))]
    assert len(asked) == 1, [each.message for each in findings]
