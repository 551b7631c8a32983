"""Compares two assemblies and tells what a deployment would do."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from batch_constructs.assembly.changes import environments, exports, loops, losses, problems
from batch_constructs.assembly.changes.change import Change, DeployProblem, Effect, Kind, PropertyChange
from batch_constructs.assembly.changes.comparison import Comparison, is_retained
from batch_constructs.assembly.changes.effects import WHOLE
from batch_constructs.assembly.changes.images import blocked_images
from batch_constructs.assembly.changes.jobs import consequence
from batch_constructs.assembly.changes.matching import pair_stacks, same_place
from batch_constructs.assembly.changes.renames import renames
from batch_constructs.assembly.template.resources import ComputeEnvironment

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from batch_constructs.assembly.changes.renames import Rename
    from batch_constructs.assembly.template import BatchModel, Resource, Stack

_BATCH = "AWS::Batch::"
_BY_LOOP = "{}: a loop that is not read may create it"
_ORDER = (
    "ComputeEnvironment",
    "ServiceEnvironment",
    "JobQueue",
    "SchedulingPolicy",
    "QuotaShare",
    "ConsumableResource",
    "JobDefinition",
)


def plan(old: BatchModel, new: BatchModel, *, removed: Collection[str] = ()) -> tuple[Change, ...]:
    """Return what a deployment of a new assembly over an old one would do to the resources of AWS Batch.

    Resources are the same if they have the same stack and logical id. If the templates leave something open, ``kind`` is
    the worst possible effect, and ``at_least`` the certain one. Expressions that are the same in both assemblies are
    assumed to have the same value, even parameters that are read from SSM.

    Chapter: Updating Compute Environments.

    Args:
        old: what is deployed.
        new: what would be deployed.
        removed: queues, environments, policies and quotas of the old assembly that may be deleted or replaced, by construct
            path or logical id. By default none: each deletion is a surprise.

    Returns:
        A change for each resource that is affected, or surprisingly not affected; environments first. Last a refused
        change for each stack that would remove or change an export that another stack imports.
    """
    planner = _Planner(old, new, removed)
    changes = [change for pair in planner.comparison.pairs for change in planner.changes(*pair)]
    changes += loops.differing(old, new)
    changes += exports.refused(planner.comparison, old, new)
    return tuple(sorted(changes, key=_order))


def not_compared(old: BatchModel, new: BatchModel) -> int:
    """Return the number of resources of other services in the two assemblies, which a plan does not cover."""
    return sum(
        not any(stack.resources[name].type.startswith(_BATCH) for stack in stacks if name in stack.resources)
        for pair in pair_stacks(old, new)
        if (stacks := [stack for stack in pair if stack is not None])
        for name in {name for stack in stacks for name in stack.resources}
    )


def _order(change: Change) -> int:
    name = change.type.removeprefix(_BATCH)
    return _ORDER.index(name) if name in _ORDER else len(_ORDER)


class _Planner:
    def __init__(self, old: BatchModel, new: BatchModel, removed: Collection[str]) -> None:
        self._old = old
        self._new = new
        self._removed = removed
        self.comparison = Comparison(old, new)
        pairs = self.comparison.pairs
        self._gone = [one for one, other in pairs if one is not None and other is None]
        come = [other for one, other in pairs if one is None and other is not None]
        found = renames(self.comparison, self._gone, come)
        self._renamed_to = {rename.old: rename for rename in found}
        self._renamed_from = {rename.new: rename for rename in found}

    def changes(self, old: Resource | None, new: Resource | None) -> Iterator[Change]:
        if not any(each is not None and each.type.startswith(_BATCH) for each in (old, new)):
            return
        if old is not None and new is not None:
            yield from self._both(old, new)
        elif new is not None:
            yield self._created(new, self._renamed_from.get(new))
        elif old is not None:
            yield self._deleted(old, self._renamed_to.get(old))

    def _both(self, old: Resource, new: Resource) -> Iterator[Change]:
        """Yield the change of a resource that both templates have, unless its condition excludes it from both."""
        exists = self.comparison.existence(old, new)
        hint = f"whether it exists depends on {self.comparison.reason(old, new)}"
        if not {(True, False), (False, True)} & exists:
            if (True, True) in exists:
                yield from self._kept(old, new, "", goes=False)
        elif (True, True) in exists or len(exists & {(True, False), (False, True)}) > 1:
            yield from self._kept(old, new, hint, goes=(True, False) in exists)
        elif (True, False) in exists:
            yield self._deleted(old, None, hint, certain=len(exists) == 1)
        else:
            change = self._created(new, None)
            at_least = Kind.CREATED if len(exists) == 1 else Kind.UNCHANGED
            yield replace(change, at_least=at_least, hint=hint)

    def _created(self, new: Resource, rename: Rename | None) -> Change:
        found = tuple(problems.creation_problems(self.comparison, new))
        if isinstance(new, ComputeEnvironment):
            found += tuple(blocked_images(new, Kind.CREATED, Kind.CREATED))
        change = _change(new, Kind.CREATED, problems=found)
        stack = self.comparison.counterpart(new.stack)
        if stack is not None and loops.may_contain(stack, new):
            return replace(change, at_least=Kind.UNCHANGED, hint=_BY_LOOP.format("it may exist already"))
        if rename is None:
            return change
        return replace(change, renamed_from=_place(rename.old, rename), moved=rename.across)

    def _deleted(
        self, old: Resource, rename: Rename | None, hint: str = "", *, certain: bool = True
    ) -> Change:
        change = replace(
            _change(old, Kind.DELETED), at_least=Kind.DELETED if certain else Kind.UNCHANGED, hint=hint
        )
        if rename is not None:
            change = replace(change, renamed_to=_place(rename.new, rename), moved=rename.across)
        stack = self.comparison.counterpart(old.stack)
        if stack is not None and loops.may_contain(stack, old):
            change = replace(change, at_least=Kind.UNCHANGED, hint=_BY_LOOP.format("it may stay"))
        if is_retained(old):
            hint = "DeletionPolicy keeps it: CloudFormation only stops managing it"
            return replace(change, jobs="it stays, and its jobs continue", hint=hint)
        if old.stack in self.comparison.abandoned:
            change = replace(change, at_least=Kind.UNCHANGED, hint=self._abandoned(old.stack))
        found: list[DeployProblem] = []
        if isinstance(old, ComputeEnvironment):
            found += environments.queue_problems(
                self.comparison, old, self._old, self._new, Kind.DELETED, change.at_least
            )
        found += losses.loss_problems(old, Kind.DELETED, change.at_least, rename, self._removed)
        return replace(change, jobs=consequence(old, None, Kind.DELETED), problems=tuple(found))

    def _abandoned(self, stack: Stack) -> str:
        """Return what happens to a stack that nothing deploys any more."""
        stays = "stays until somebody deletes it"
        for other in self._new.stacks:
            if other.name == stack.name and not same_place(stack, other):
                before, after = (
                    " ".join(
                        str(each.environment.get(name, "")) for name in ("AWS::AccountId", "AWS::Region")
                    )
                    for each in (stack, other)
                )
                return f"the stack {stack.name} moves from {before} to {after}; the old one {stays}"
        return f"the stack {stack.name} is no longer deployed; it {stays}"

    def _kept(self, old: Resource, new: Resource, condition: str, *, goes: bool) -> Iterator[Change]:
        """Yield the change of a resource that stays.

        Args:
            old: the resource before.
            new: the resource after.
            condition: why a condition may decide otherwise than before; empty if it does not.
            goes: whether the condition may delete the resource.
        """
        if old.type != new.type:
            yield _change(new, Kind.REFUSED, problems=tuple(problems.type_problems(old, new)))
            return
        differences = self.comparison.differences(old, new)
        kind, at_least = _kinds(differences)
        hints: list[str] = []
        tags = False
        if isinstance(old, ComputeEnvironment) and isinstance(new, ComputeEnvironment):
            hints += dict.fromkeys(environments.causes(self.comparison, new))
            tags = kind is Kind.INFRASTRUCTURE_UPDATE and environments.for_tags(self.comparison, old, new)
        if tags:
            hints.append("only tags change, but this starts new instances")
        if condition:
            hints = [condition]
            kind = Kind.DELETED if goes else max(kind, Kind.CREATED, key=lambda each: each.rank)
            at_least = Kind.UNCHANGED
        found = tuple(self._problems(old, new, kind, at_least))
        if kind is Kind.UNCHANGED and not found:
            return
        jobs = consequence(old, new, kind) if kind is not Kind.UNCHANGED else ""
        yield replace(
            _change(new, kind),
            at_least=at_least,
            properties=differences,
            jobs=jobs,
            problems=found,
            hint="; ".join(hints),
            for_tags=tags,
        )

    def _problems(self, old: Resource, new: Resource, kind: Kind, at_least: Kind) -> Iterator[DeployProblem]:
        yield from problems.common_problems(self.comparison, old, new, kind, at_least)
        if isinstance(old, ComputeEnvironment) and isinstance(new, ComputeEnvironment):
            yield from environments.update_problems(self.comparison, old, new, kind)
            if kind is Kind.REPLACED:
                replacing = [
                    each.path
                    for each in self.comparison.differences(old, new)
                    if each.effect.kind is kind
                    and not each.path.startswith("ComputeResources.Ec2Configuration")
                ]
                yield from blocked_images(new, kind, at_least, " and ".join(replacing[:2]))
            yield from environments.queue_problems(self.comparison, old, self._old, self._new, kind, at_least)
        # Properties from a macro are unknown, so no loss is reported for them.
        if kind in {Kind.REPLACED, Kind.DELETED} and not self._open_as_a_whole(old, new):
            yield from losses.loss_problems(old, kind, at_least, None, self._removed)

    def _open_as_a_whole(self, old: Resource, new: Resource) -> bool:
        return any(change.path == WHOLE for change in self.comparison.differences(old, new))


def _place(resource: Resource, rename: Rename) -> str:
    """Return the name for the other side of a rename, with its stack if that is another one and the path lacks it."""
    name = resource.label
    return f"{resource.stack.name}/{name}" if rename.across and not resource.construct_path else name


def _kinds(differences: Iterable[PropertyChange]) -> tuple[Kind, Kind]:
    """Return the worst and the certain effect of all changes."""
    effects = [Effect(kind=Kind.UNCHANGED, at_least=Kind.UNCHANGED), *(each.effect for each in differences)]
    return (
        max((each.kind for each in effects), key=lambda kind: kind.rank),
        max((each.at_least for each in effects), key=lambda kind: kind.rank),
    )


def _change(resource: Resource, kind: Kind, *, problems: tuple[DeployProblem, ...] = ()) -> Change:
    return Change(
        type=resource.type,
        stack=resource.stack.name,
        logical_id=resource.logical_id,
        construct_path=resource.construct_path,
        kind=kind,
        at_least=kind,
        problems=problems,
    )
