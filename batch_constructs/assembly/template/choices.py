"""The choices that a template leaves to its deployments, and the model of each deployment.

A parameter with ``AllowedValues`` has only these values, and a comparison in a condition either holds or not. Each
combination of them is a deployment that users can make. Reading the template again with the values of one combination
makes every ``Ref`` and ``Fn::If`` on them known::

    for group in deployments(model):
        for deployment in group:
            deployment.model()      # a BatchModel in which Kind is SPOT

Only what was read while it was undecided counts, so a choice that no rule looks at costs nothing.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from itertools import combinations, product
from math import prod
from typing import TYPE_CHECKING, Any

from batch_constructs.assembly.template.cloud_assembly import share_exports
from batch_constructs.assembly.template.conditions import comparison_key, comparisons_in
from batch_constructs.assembly.template.intrinsics import scalar_text
from batch_constructs.assembly.template.model import BatchModel
from batch_constructs.assembly.template.unknown import is_known

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from batch_constructs.assembly.template.stacks import Stack

_MAX_DEPLOYMENTS = 64
_MAX_RESOURCES = 10_000
_BATCH = "AWS::Batch::"


@dataclass(frozen=True, slots=True)
class Arm:
    """One outcome of a choice.

    Attributes:
        says: the outcome in words, such as ``Kind is SPOT``.
        values: the values that it gives to parameters.
        comparisons: the results of comparisons in conditions, by `comparison_key`.
    """

    says: str
    values: Mapping[str, Any] = field(default_factory=dict)
    comparisons: Mapping[str, bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Deployment:
    """One way to deploy a stack: an arm of each of its choices, or of one of them.

    Attributes:
        base: the model with all choices open.
        stack: the stack.
        arms: the arms that are chosen.
    """

    base: BatchModel
    stack: Stack
    arms: tuple[Arm, ...]

    def model(self) -> BatchModel:
        """Return the assembly as this deployment creates it."""
        values = {name: value for arm in self.arms for name, value in arm.values.items()}
        comparisons = {key: holds for arm in self.arms for key, holds in arm.comparisons.items()}
        pseudo = {name: value for name, value in values.items() if name.startswith("AWS::")}
        copies: dict[Stack, Stack] = {}
        inside = [self.stack]
        together: dict[int, list[Stack]] = defaultdict(list)
        for stack in self.base.stacks:
            parent, arguments = stack.parent or (None, {})
            if parent in inside:
                inside.append(stack)
            own = values if stack is self.stack else pseudo if stack in inside else {}
            copy = copies[stack] = stack.decided(own, comparisons if stack is self.stack else {})
            if parent in copies:
                copies[parent].nest(_nested_as(parent, stack), copy, arguments)
            together[id(stack.exports)].append(copy)
        for group in together.values():
            if len(group) > 1:
                share_exports(group)
        for stack in inside:
            copies[stack].settle()
        return BatchModel(copies.values())


@dataclass(frozen=True, slots=True)
class Plan:
    """The deployments of an assembly that are looked at.

    Attributes:
        groups: deployments of which every real one is one; each stack has a group, or a group for each of its choices.
        notes: what is left out, in one sentence for each stack.
    """

    groups: tuple[tuple[Deployment, ...], ...]
    notes: tuple[str, ...]


def plan_deployments(model: BatchModel) -> Plan:
    """Return the deployments of each stack whose choices were read, within a limit.

    Up to the limit, each combination of the choices of a stack is a deployment. Beyond it, each choice is looked at
    alone, and the largest ones not at all.
    """
    left = min(_MAX_DEPLOYMENTS, _MAX_RESOURCES // max(1, len(model.resources)))
    groups: list[tuple[Deployment, ...]] = []
    notes: list[str] = []
    for stack in model.stacks:
        choices = () if stack.is_nested else choices_of(stack)
        count = prod(len(arms) for arms in choices)
        if not choices and not stack.open.conditions:
            continue
        if count <= left:
            left -= count
            groups.append(tuple(Deployment(model, stack, arms) for arms in product(*choices)))
            continue
        alone = []
        for arms in choices:
            if len(arms) <= left:
                left -= len(arms)
                alone.append(tuple(Deployment(model, stack, (arm,)) for arm in arms))
        groups += alone
        notes.append(_note(stack, len(choices), count, len(alone)))
    return Plan(tuple(groups), tuple(notes))


def explained(found: Sequence[Deployment], group: Sequence[Deployment]) -> str:
    """Return what some deployments of a group have in common and no other has: ``Kind is SPOT or EC2``.

    If no single arm says it, it is the shortest combination of arms that says it for the first of them.
    """
    inside = {id(each) for each in found}

    def certain(arms: Iterable[Arm]) -> bool:
        wanted = {id(arm) for arm in arms}
        return all(id(each) in inside for each in group if wanted <= {id(arm) for arm in each.arms})

    first = found[0].arms
    for place, arm in enumerate(first):
        if certain([arm]):
            others = {id(each.arms[place]): each.arms[place] for each in found}
            return _joined([each for each in others.values() if certain([each])])
    for length in range(2, len(first)):
        for arms in combinations(first, length):
            if certain(arms):
                return " and ".join(arm.says for arm in arms)
    return " and ".join(arm.says for arm in first)


def choices_of(stack: Stack) -> list[tuple[Arm, ...]]:
    """Return the choices of a stack that were read while undecided, each with its arms, the smallest first."""
    names = stack.open.conditions | {
        each.condition for each in stack.resources.values() if each.condition and each.type.startswith(_BATCH)
    }
    literals: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    choices: list[tuple[Arm, ...]] = []
    seen: set[str] = set()
    for condition, sides in comparisons_in(stack.condition_section, names):
        key = comparison_key(sides)
        if key in seen or not isinstance(sides, list) or len(sides) != 2:
            continue
        seen.add(key)
        name, literal = _parameter_and_literal(stack, sides)
        if name:
            literals[name][literal].append(key)
        else:
            choices.append(_either_way(stack, condition, sides, key))
    names_of_values = {**dict.fromkeys(sorted(stack.open.parameters)), **literals, **stack.open.keys}
    choices += [_values(stack, name, literals.get(name, {})) for name in names_of_values]
    return sorted((arms for arms in choices if arms), key=len)


def _values(stack: Stack, name: str, literals: Mapping[str, list[str]]) -> tuple[Arm, ...]:
    """Return an arm for each value of a parameter; the last one is for all values without a name."""
    if name in stack.environment or _is_foreign(stack.parameters.get(name)):
        return ()
    allowed = _allowed(stack.parameters.get(name))
    rows = stack.open.keys.get(name, ())
    arms = [
        Arm(f"{name} is {_shown(value)}", {name: value})
        for value in dict.fromkeys(allowed or (*literals, *sorted(rows)))
    ]
    if not allowed and literals:
        others = {key: False for keys in literals.values() for key in keys}
        words = " or ".join(_shown(literal) for literal in literals)
        arms.append(Arm(f"{name} is not {words}", {}, others))
    return tuple(arms)


def _either_way(stack: Stack, condition: str, sides: list[Any], key: str) -> tuple[Arm, ...]:
    """Return the two arms of a comparison that no parameter decides; none if it is decided, or cannot be named."""
    if not key or all(is_known(stack.resolve(side)) for side in sides):
        return ()
    node = stack.condition_section.get(condition)
    whole = node == {"Fn::Equals": sides}
    subject = f"condition {condition}" if whole else f"a comparison of condition {condition}"
    return (
        Arm(f"{subject} holds", {}, {key: True}),
        Arm(f"{subject} does not hold", {}, {key: False}),
    )


def _parameter_and_literal(stack: Stack, sides: list[Any]) -> tuple[str, str]:
    """Return the parameter and the literal that a comparison compares; empty strings for any other comparison."""
    for one, other in (sides, sides[::-1]):
        name = one.get("Ref") if isinstance(one, dict) and len(one) == 1 else None
        text = scalar_text(other)
        if not isinstance(name, str) or text is None or _is_foreign(stack.parameters.get(name)):
            continue
        if name in stack.parameters or name.startswith("AWS::"):
            return name, text
    return "", ""


def _is_foreign(definition: Any) -> bool:
    """Return whether a parameter is a list, or is read from Parameter Store: its value is not what a deployment passes."""
    kind = definition.get("Type") if isinstance(definition, dict) else ""
    return not isinstance(kind, str) or kind.startswith(("List<", "CommaDelimitedList", "AWS::SSM::"))


def _allowed(definition: Any) -> list[str]:
    values = definition.get("AllowedValues") if isinstance(definition, dict) else None
    return (
        [text for each in values if (text := scalar_text(each)) is not None]
        if isinstance(values, list)
        else []
    )


def _shown(value: str) -> str:
    return value if value and value.strip() == value else repr(value)


def _joined(arms: Sequence[Arm]) -> str:
    """Return ``Kind is EC2 or SPOT``."""
    first, *rest = arms
    head, _, _ = first.says.rpartition(" is ")
    tails = [arm.says.removeprefix(f"{head} is ") for arm in rest]
    return " or ".join([first.says, *tails]) if head else " or ".join(arm.says for arm in arms)


def _nested_as(parent: Stack, child: Stack) -> str:
    return next(logical_id for logical_id, each in parent.nested.items() if each is child)


def _note(stack: Stack, choices: int, count: int, alone: int) -> str:
    left_out = f", {choices - alone} of them not at all" if alone < choices else ""
    return (
        f"{stack.name} has {choices} open parameters and conditions with {count:,} combinations, which is too many: "
        f"each one was checked alone{left_out}"
    )
