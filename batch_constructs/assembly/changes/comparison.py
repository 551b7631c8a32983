"""Compares two assemblies, resource by resource, also through references.

The comparison is recursive: the properties of two resources are compared value by value, and a reference is the same
if the resource behind it keeps the attribute, which depends on that resource's properties. It ends, because
CloudFormation refuses circular references.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from batch_constructs.assembly.changes.change import Kind, PropertyChange, without_indexes
from batch_constructs.assembly.changes.effects import WHOLE, effect
from batch_constructs.assembly.changes.matching import pair_stacks, root_names, same_place
from batch_constructs.assembly.changes.names import is_settled
from batch_constructs.assembly.changes.rendering import rendered
from batch_constructs.assembly.changes.sameness import MISSING, Sameness, Values
from batch_constructs.assembly.template import Either, as_text
from batch_constructs.assembly.template.outcomes import outcomes
from batch_constructs.facts import updates

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_constructs.assembly.template import BatchModel, Resource, Stack

_LAUNCH_TEMPLATE = "AWS::EC2::LaunchTemplate"
# A change of one of these creates a new version of a launch template.
_VERSIONED = ("LaunchTemplateData", "VersionDescription")
_NEW_IDENTITY = {Kind.REPLACED, Kind.NEW_REVISION}
_NO_FACTS = updates.ResourceType(
    create_only=frozenset(), conditional=frozenset(), unordered=frozenset(), any_case=frozenset()
)


class Comparison:
    """Two assemblies with their stacks and resources in pairs.

    Attributes:
        pairs: the resources of both, in the order of the new assembly; ``None`` for a resource without a counterpart.
        abandoned: the old stacks that the new assembly does not deploy, but that nothing deletes either.
    """

    def __init__(self, old: BatchModel, new: BatchModel) -> None:
        self.pairs: list[tuple[Resource | None, Resource | None]] = []
        self._values: dict[tuple[Stack, Stack], Values] = {}
        self._differences: dict[Resource, tuple[PropertyChange, ...]] = {}
        stacks = list(pair_stacks(old, new))
        deployed = {before.name for before, after in stacks if before is not None and after is not None}
        roots = root_names(old.stacks)
        self._roots = {**roots, **root_names(new.stacks)}
        self.abandoned = {stack for stack, root in roots.items() if root not in deployed}
        for before, after in stacks:
            if before is not None and after is not None:
                self._values[before, after] = Values(before, after, self.keeps)
            self.pairs += _pairs(before, after)
        both = [(one, other) for one, other in self.pairs if one is not None and other is not None]
        self._partners = dict(both)
        self._before = {other: one for one, other in both}

    @property
    def old(self) -> tuple[Resource, ...]:
        """The old resources."""
        return tuple(one for one, _ in self.pairs if one is not None)

    def stays(self, old: Resource) -> bool:
        """Return whether an old resource keeps its name after the deployment."""
        new = self.partner(old)
        if new is None:
            return is_retained(old) or old.stack in self.abandoned
        return self.identity(old, new) is Sameness.SAME

    def counterpart(self, stack: Stack) -> Stack | None:
        """Return the stack that an old or a new stack is compared with."""
        for pair in self._values:
            if stack in pair:
                return pair[1] if stack is pair[0] else pair[0]
        return None

    def partner(self, old: Resource) -> Resource | None:
        """Return the new counterpart of an old resource."""
        return self._partners.get(old)

    def before(self, new: Resource) -> Resource | None:
        """Return the old counterpart of a new resource."""
        return self._before.get(new)

    def differences(self, old: Resource, new: Resource) -> tuple[PropertyChange, ...]:
        """Return the properties that differ between an old resource and its partner."""
        if old not in self._differences:
            # In a circle, which CloudFormation refuses, a resource counts as equal while it is being compared.
            self._differences[old] = ()
            walk = _Walk(self._values[old.stack, new.stack], old, new)
            before, after = (_entry(each).get("Properties", {}) for each in (old, new))
            self._differences[old] = tuple(walk.differing("", before, after))
        return self._differences[old]

    def same(self, old: Resource, new: Resource, name: str) -> Sameness:
        """Return whether a property is the same in both."""
        values = self._values[old.stack, new.stack]
        return values.same(_properties(old).get(name, MISSING), _properties(new).get(name, MISSING))

    def same_stack(self, old: Resource, new: Resource) -> bool:
        """Return whether the stacks of two resources are counterparts."""
        return (old.stack, new.stack) in self._values

    def same_name(self, old: Resource, new: Resource) -> Sameness:
        """Return whether two resources of one type, which may not be counterparts, have the same name."""
        if self.same_stack(old, new):
            return self.same(old, new, type(new).NAME)
        if not same_place(old.stack, new.stack):
            return Sameness.OTHER
        # An expression such as ${AWS::StackName}-jobs gives another name in another stack.
        one, other = (each.raw(type(each).NAME) for each in (old, new))
        below_one_root = self._roots.get(old.stack) == self._roots.get(new.stack)
        shared = is_settled(one) or (below_one_root and "AWS::StackName" not in as_text(one))
        return Sameness.SAME if shared and as_text(one) == as_text(other) else Sameness.OTHER

    def together(self, old: Resource, new: Resource) -> frozenset[tuple[bool, bool]]:
        """Return the possible pairs of whether an old resource existed and a new one, of any logical id, exists."""
        if self.same_stack(old, new):
            return self._values[old.stack, new.stack].inputs.outcomes(_condition(old), _condition(new))
        return outcomes(old.stack, _condition(old), new.stack, _condition(new))

    def value(self, before: Stack, after: Stack, old: Any, new: Any) -> Sameness:
        """Return whether an expression of a stack has the same value as one of its counterpart."""
        return self._values[before, after].same(old, new)

    def conditions(
        self, before: Stack, after: Stack, old: str | None, new: str | None
    ) -> frozenset[tuple[bool, bool]]:
        """Return the possible pairs of answers of a condition of a stack and one of its counterpart."""
        return self._values[before, after].inputs.outcomes(old, new)

    def existence(self, old: Resource, new: Resource) -> frozenset[tuple[bool, bool]]:
        """Return the possible pairs of whether the old resource exists and the new one will, by their conditions."""
        inputs = self._values[old.stack, new.stack].inputs
        return inputs.outcomes(_condition(old), _condition(new))

    def reason(self, old: Resource, new: Resource) -> str:
        """Return the reason why another condition decides whether a resource exists."""
        return self._values[old.stack, new.stack].inputs.behind(_condition(old), _condition(new))

    def identity(self, old: Resource, new: Resource) -> Sameness:
        """Return whether a resource stays the same one: neither replaced nor registered as a new revision."""
        effects = [change.effect for change in self.differences(old, new)]
        if old.type != new.type or any(does.at_least in _NEW_IDENTITY for does in effects):
            return Sameness.OTHER
        return Sameness.MAYBE if any(does.kind in _NEW_IDENTITY for does in effects) else Sameness.SAME

    def new_version(self, old: Resource, new: Resource) -> tuple[PropertyChange, ...]:
        """Return the changes that create a new version of a launch template."""
        return tuple(c for c in self.differences(old, new) if updates.touches(_VERSIONED, c.member))

    def keeps(self, old: Resource, new: Resource, attribute: str) -> Sameness:
        """Return whether an attribute, empty for ``Ref``, has the same value after the deployment."""
        if self.partner(old) is not new:
            return Sameness.OTHER
        differences = self.differences(old, new)
        identity = self.identity(old, new)
        if not differences or identity is Sameness.OTHER:
            return identity
        if old.type == _LAUNCH_TEMPLATE and attribute.endswith("VersionNumber"):
            if attribute == "DefaultVersionNumber":
                # CloudFormation never changes the default version: it stays the first one.
                return identity
            versions = self.new_version(old, new)
            certain = any(change.certain for change in versions)
            return Sameness.OTHER if certain else Sameness.MAYBE if versions else identity
        names_it = not attribute or attribute.endswith(("Arn", "Id", "Name"))
        return identity if names_it and old.type in updates.TYPES else max(identity, Sameness.MAYBE)


class _Walk:
    """The comparison of the properties of two resources, from the top down."""

    def __init__(self, values: Values, old: Resource, new: Resource) -> None:
        self._values = values
        self._facts = updates.TYPES.get(new.type, _NO_FACTS)
        self._old = old
        self._new = new

    def differing(self, path: str, old: Any, new: Any, cause: str = "") -> Iterator[PropertyChange]:
        if old == new:
            cause = " and ".join(self._values.inputs.causes(old)) or cause
        one, other = self._values.resolve(old, new)
        if isinstance(one, dict | None) and isinstance(other, dict | None) and (one or other):
            yield from self._members(path, old, new, (one or {}, other or {}), cause)
            return
        if arms := self._arms(old, new):
            changes = [change for pair in arms for change in self.differing(path, *pair, cause)]
            for change in {each.path: each for each in changes}.values():
                does = effect(self._old, self._new, change.path, certain=False)
                yield replace(change, certain=False, effect=does)
            return
        if isinstance(one, list) and isinstance(other, list) and self._elementwise(path, one, other):
            for index, pair in enumerate(zip(one, other, strict=True)):
                yield from self.differing(f"{path}[{index}]", *pair, cause)
            return
        sameness = self._leniently(path, one, other, self._values.same(old, new))
        if sameness is not Sameness.SAME:
            yield self._change(path or WHOLE, one, other, cause, certain=sameness is Sameness.OTHER)

    def _arms(self, old: Any, new: Any) -> list[tuple[Any, Any]]:
        """Return the pairs of arms of an open Fn::If with structures, of which the same condition chooses one."""
        if not all(isinstance(node, dict) and node.keys() == {"Fn::If"} for node in (old, new)):
            return []
        sides = [node["Fn::If"] for node in (old, new)]
        if not all(isinstance(side, list) and len(side) == 3 and isinstance(side[0], str) for side in sides):
            return []
        name = sides[0][0]
        values = self._values.resolve(old, new)
        is_open = all(isinstance(value, Either) for value in values)
        if not is_open or name != sides[1][0] or self._values.inputs.condition_changes(name):
            return []
        options = [option for value in values for option in value.options]
        structures = all(isinstance(option, dict | list | None) for option in options)
        return list(zip(sides[0][1:], sides[1][1:], strict=True)) if structures else []

    def _change(self, path: str, one: Any, other: Any, cause: str, *, certain: bool) -> PropertyChange:
        return PropertyChange(
            path=path,
            old=rendered(self._old.stack, one),
            new=rendered(self._new.stack, other),
            certain=certain,
            cause=cause,
            effect=effect(self._old, self._new, path, certain=certain),
        )

    def _members(
        self, path: str, old: Any, new: Any, members: tuple[dict[str, Any], dict[str, Any]], cause: str
    ) -> Iterator[PropertyChange]:
        one, other = members
        if "Fn::Transform" in one or "Fn::Transform" in other:
            if self._values.same(old, new) is not Sameness.SAME:
                yield self._change(path or WHOLE, one, other, cause, certain=False)
            return
        for name in (*one, *(name for name in other if name not in one)):
            below = f"{path}.{name}" if path else name
            yield from self.differing(below, one.get(name, MISSING), other.get(name, MISSING), cause)

    def _elementwise(self, path: str, one: list[Any], other: list[Any]) -> bool:
        """Return whether two lists of structures are compared element by element."""
        pairs = (self._values.resolve(*pair) for pair in zip(one, other, strict=False))
        structures = all(isinstance(a, dict) and isinstance(b, dict) for a, b in pairs)
        return len(one) == len(other) and structures and not self._reordered(path, one, other)

    def _leniently(self, path: str, one: Any, other: Any, sameness: Sameness) -> Sameness:
        """Return MAYBE for a difference only in order or case, which CloudFormation may ignore; else the given sameness."""
        if sameness is not Sameness.OTHER:
            return sameness
        if isinstance(one, list) and isinstance(other, list) and self._reordered(path, one, other):
            return Sameness.MAYBE
        words = isinstance(one, str) and isinstance(other, str) and one.lower() == other.lower()
        return Sameness.MAYBE if words and without_indexes(path) in self._facts.any_case else sameness

    def _reordered(self, path: str, one: list[Any], other: list[Any]) -> bool:
        if without_indexes(path) not in self._facts.unordered or len(one) != len(other):
            return False
        left = list(other)
        for element in one:
            match = next((e for e in left if self._values.same(element, e) is Sameness.SAME), MISSING)
            if match is MISSING:
                return False
            left.remove(match)
        return any(self._values.same(*pair) is not Sameness.SAME for pair in zip(one, other, strict=True))


def is_retained(resource: Resource) -> bool:
    """Return whether CloudFormation keeps the resource when it leaves the template."""
    return _entry(resource).get("DeletionPolicy") in {"Retain", "RetainExceptOnCreate"}


def _pairs(old: Stack | None, new: Stack | None) -> Iterator[tuple[Resource | None, Resource | None]]:
    before = old.resources if old is not None else {}
    after = new.resources if new is not None else {}
    for logical_id, resource in after.items():
        yield before.get(logical_id), resource
    for logical_id, resource in before.items():
        if logical_id not in after:
            yield resource, None


def _entry(resource: Resource) -> dict[str, Any]:
    entry: dict[str, Any] = vars(resource)["entry"]
    return entry


def _condition(resource: Resource) -> str | None:
    name = _entry(resource).get("Condition")
    return name if isinstance(name, str) else None


def _properties(resource: Resource) -> dict[str, Any]:
    return resource.node if isinstance(resource.node, dict) else {}
