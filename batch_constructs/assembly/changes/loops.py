"""An ``Fn::ForEach`` whose collection only the deployment knows: a plan can only report that the loop differs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from batch_constructs.assembly.changes.change import Change, DeployProblem, Kind, Risk
from batch_constructs.assembly.changes.inputs import Inputs
from batch_constructs.assembly.changes.matching import pair_stacks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_constructs.assembly.template import BatchModel, Resource, Stack

_LOOP = "Fn::ForEach"


def differing(old: BatchModel, new: BatchModel) -> Iterator[Change]:
    """Yield a change for each loop over resources of AWS Batch that differs."""
    for before, after in pair_stacks(old, new):
        loops = [_loops(stack) for stack in (before, after)]
        for name in dict.fromkeys([*loops[0], *loops[1]]):
            bodies = [side.get(name) for side in loops]
            stack = after if after is not None and name in loops[1] else before
            if stack is None or "AWS::Batch::" not in repr(bodies):
                continue
            if bodies[0] != bodies[1]:
                yield _change(stack, name, "the loop differs")
            elif (
                before is not None
                and after is not None
                and (causes := Inputs(before, after).causes(bodies[1]))
            ):
                yield _change(stack, name, f"the loop may follow {' and '.join(causes)}")


def may_contain(stack: Stack, resource: Resource) -> bool:
    """Return whether a loop that is not read may create a resource with this type."""
    return any(resource.type in repr(body) for body in _loops(stack).values())


def _change(stack: Stack, name: str, what: str) -> Change:
    return Change(
        type=_LOOP,
        stack=stack.name,
        logical_id=name,
        construct_path="",
        kind=Kind.REPLACED,
        at_least=Kind.UNCHANGED,
        problems=(
            DeployProblem(
                risk=Risk.SURPRISE,
                message=f"{what}, and the resources that it creates are not compared",
                remedy=(
                    "compare the templates as CloudFormation expands them: aws cloudformation get-template "
                    "--template-stage Processed"
                ),
            ),
        ),
    )


def _loops(stack: Stack | None) -> dict[str, Any]:
    root = stack.root if stack is not None else None
    resources = root.get("Resources") if isinstance(root, dict) else None
    if not isinstance(resources, dict):
        return {}
    return {name: node for name, node in resources.items() if name.startswith(f"{_LOOP}::")}
