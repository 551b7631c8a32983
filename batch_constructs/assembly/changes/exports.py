"""Exports in use, which CloudFormation neither changes nor removes."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from batch_constructs.assembly.changes.change import Change, DeployProblem, Kind, Risk
from batch_constructs.assembly.changes.matching import pair_stacks, root_names
from batch_constructs.assembly.changes.sameness import Sameness

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from batch_constructs.assembly.changes.comparison import Comparison
    from batch_constructs.assembly.template import BatchModel, Stack

    Importers = dict[str, set[str]]

_STACK = "AWS::CloudFormation::Stack"
_IMPORT = "Fn::ImportValue"
_SHOWN = 3


def refused(comparison: Comparison, old: BatchModel, new: BatchModel) -> Iterator[Change]:
    """Yield a change for each stack whose update fails, or may fail, because others import its exports."""
    roots, importers, after = root_names(old.stacks), _importers(old), _importers(new)
    for before, planned in pair_stacks(old, new):
        if planned is None or before is None or not importers:
            continue
        found = tuple(_problems(comparison, before, planned, roots[before], importers, after))
        if found:
            certain = any(problem.risk is Risk.FAILS for problem in found)
            yield Change(
                type=_STACK,
                stack=planned.name,
                logical_id=planned.name,
                construct_path="",
                kind=Kind.REFUSED,
                at_least=Kind.REFUSED if certain else Kind.UNCHANGED,
                problems=found,
            )


def _problems(
    comparison: Comparison, old: Stack, new: Stack, here: str, importers: Importers, after: Importers
) -> Iterator[DeployProblem]:
    offered = new.own_exports()
    # A stack that still imports from this one is deployed after it, so its old imports block the change.
    later = {user for name in offered for user in after.get(name, ())}
    staying = {user for users in after.values() for user in users}
    found: dict[tuple[Risk, str, tuple[str, ...]], list[str]] = defaultdict(list)
    for name, (_, value) in old.own_exports().items():
        users = importers.get(name, set()) - {here}
        if not users:
            continue
        exists = _existence(comparison, old, new, name) if name in offered else {(True, False)}
        sameness = Sameness.OTHER
        if (True, False) in exists:
            sameness = Sameness.OTHER if len(exists) == 1 else Sameness.MAYBE
        elif (True, True) in exists:
            sameness = comparison.value(old, new, value, offered[name][1])
        else:
            continue
        if sameness is Sameness.SAME:
            continue
        certain = sameness is Sameness.OTHER and any(
            user in later or user in after.get(name, ()) or user not in staying for user in users
        )
        verb = "removed" if (True, False) in exists else "changed"
        found[Risk.FAILS if certain else Risk.MAY_FAIL, verb, tuple(sorted(users))].append(name)
    for (risk, verb, holders), names in found.items():
        yield _problem(risk, verb, holders, names)


def _existence(comparison: Comparison, old: Stack, new: Stack, name: str) -> Collection[tuple[bool, bool]]:
    """Return the possible pairs of whether an export existed and will exist, by the conditions of its outputs."""
    conditions = [stack.export_conditions().get(name) for stack in (old, new)]
    return comparison.conditions(old, new, *conditions)


def _problem(risk: Risk, verb: str, users: tuple[str, ...], names: list[str]) -> DeployProblem:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    who = ", ".join(users)
    remedy = f"deploy {who} first without it, and keep the export until then: Stack.export_value"
    if verb == "changed":
        remedy = f"deploy {who} first without it, or let it use Fn::GetStackOutput, which allows the change"
    return DeployProblem(
        risk=risk,
        message=(
            f"{', '.join(names[:_SHOWN])}{more} would be {verb}, which CloudFormation refuses for an export that "
            f"another stack imports: {who}"
        ),
        remedy=remedy,
    )


def _importers(model: BatchModel) -> Importers:
    """Return the stacks that import each export; nested stacks count under the name of their root."""
    roots = root_names(model.stacks)
    found: Importers = defaultdict(set)
    for stack in model.stacks:
        for argument in _arguments(stack.root):
            name = stack.resolve(argument)
            if isinstance(name, str):
                found[name].add(roots[stack])
    return found


def _arguments(root: Any) -> Iterator[Any]:
    left = [root]
    while left:
        node = left.pop()
        if isinstance(node, list):
            left += node
        elif isinstance(node, dict):
            if len(node) == 1 and _IMPORT in node:
                yield node[_IMPORT]
            left += node.values()
