"""From two assemblies to what a deploy would do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from batch_constructs.assembly.changes import environments, exports, problems
from batch_constructs.assembly.changes.change import Change, Kind, Problem, PropertyChange, Risk
from batch_constructs.assembly.changes.comparison import Comparison
from batch_constructs.assembly.changes.effects import effect
from batch_constructs.assembly.changes.jobs import consequence
from batch_constructs.assembly.template.resources import ComputeEnvironment, JobQueue

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_constructs.assembly.template import BatchModel, Resource

_BATCH = "AWS::Batch::"
_KEPT = {"Retain", "RetainExceptOnCreate"}
_ORDER = (
    "ComputeEnvironment",
    "ServiceEnvironment",
    "JobQueue",
    "SchedulingPolicy",
    "QuotaShare",
    "JobDefinition",
)


def plan(old: BatchModel, new: BatchModel) -> tuple[Change, ...]:
    """Tell what a deploy of a new assembly over an old one would do to the resources of AWS Batch.

    Resources are the same if they have the same stack and logical id. What the templates leave open is never called
    certain: then ``kind`` is the worst that may happen, and ``at_least`` what happens in any case. Expressions that
    are the same in both are taken to give the same value, also parameters that read from SSM.

    Chapter: Updating Compute Environments.

    Args:
        old: what is deployed.
        new: what would be deployed.

    Returns:
        A change for each resource that is touched, or that is left alone to one's surprise; environments first. Last a
        refused one for each stack that would remove or change an export that another stack imports.
    """
    planner = _Planner(old, new)
    changes = [change for pair in planner.comparison.pairs for change in planner.changes(*pair)]
    changes += exports.refused(planner.comparison, old, new)
    return tuple(sorted(changes, key=_place))


def _place(change: Change) -> int:
    name = change.type.removeprefix(_BATCH)
    return _ORDER.index(name) if name in _ORDER else len(_ORDER)


class _Planner:
    def __init__(self, old: BatchModel, new: BatchModel) -> None:
        self._old = old
        self._new = new
        self.comparison = Comparison(old, new)
        pairs = self.comparison.pairs
        self._gone = [one for one, other in pairs if one is not None and other is None]
        self._come = [other for one, other in pairs if one is None and other is not None]
        self._unpaired = {each.logical_id for each in (*self._gone, *self._come)}

    def changes(self, old: Resource | None, new: Resource | None) -> Iterator[Change]:
        if not any(each is not None and each.type.startswith(_BATCH) for each in (old, new)):
            return
        if old is not None and new is not None:
            yield from self._kept(old, new)
        elif new is not None:
            found = tuple(problems.of_created(new, self._gone))
            yield _change(new, Kind.CREATED, problems=found, hint=self._renamed(new, self._gone, "was"))
        elif old is not None:
            yield self._deleted(old)

    def _deleted(self, old: Resource) -> Change:
        hints = [self._renamed(old, self._come, "is now")]
        if vars(old)["entry"].get("DeletionPolicy") in _KEPT:
            hints.append("DeletionPolicy keeps it: CloudFormation only forgets it")
            return _change(
                old, Kind.DELETED, jobs="it stays, and its jobs go on", hint="; ".join(filter(None, hints))
            )
        at_least = Kind.DELETED
        if id(old.stack) in self.comparison.abandoned:
            at_least = Kind.UNCHANGED
            hints.append(
                f"the stack {old.stack.name} is not deployed any more; it stays until somebody deletes it"
            )
        found: tuple[Problem, ...] = ()
        if isinstance(old, ComputeEnvironment):
            found = tuple(environments.attached(old, self._old, self._new, Kind.DELETED, at_least))
        jobs = consequence(old, None, Kind.DELETED)
        return _change(
            old, Kind.DELETED, at_least, jobs=jobs, problems=found, hint="; ".join(filter(None, hints))
        )

    def _renamed(self, resource: Resource, others: list[Resource], verb: str) -> str:
        """The hint that a resource is another one under a new logical id."""
        body = self._body(resource)
        for other in others:
            if other.type == resource.type and self._body(other) == body:
                stack = "" if other.stack.name == resource.stack.name else f"{other.stack.name}/"
                return f"{verb} {stack}{other.logical_id}? another construct id makes another resource"
        return ""

    def _body(self, resource: Resource) -> Any:
        """The properties but for the name, with all that has another logical id as well made the same."""
        properties = resource.node if isinstance(resource.node, dict) else {}
        return self._anonymous({k: v for k, v in properties.items() if k != type(resource).NAME})

    def _anonymous(self, node: Any) -> Any:
        if isinstance(node, dict):
            return {key: self._anonymous(value) for key, value in node.items()}
        if isinstance(node, list):
            return [self._anonymous(value) for value in node]
        return "?" if isinstance(node, str) and node in self._unpaired else node

    def _kept(self, old: Resource, new: Resource) -> Iterator[Change]:
        if old.type != new.type:
            yield _change(new, Kind.REFUSED, problems=tuple(problems.of_type(old, new)))
            return
        differences = self.comparison.differences(old, new)
        kind, at_least = _kinds(old, new, differences)
        hint = ""
        if isinstance(new, ComputeEnvironment):
            hint = "; ".join(dict.fromkeys(environments.causes(self.comparison, new)))
        if self.comparison.condition_differs(old, new):
            kind, hint = Kind.DELETED, "another condition decides whether it exists"
        found = tuple(self._problems(old, new, kind, at_least))
        if kind is Kind.UNCHANGED and not found:
            return
        jobs = consequence(old, new, kind) if kind is not Kind.UNCHANGED else ""
        yield _change(new, kind, at_least, differences, jobs=jobs, problems=found, hint=hint)

    def _problems(self, old: Resource, new: Resource, kind: Kind, at_least: Kind) -> Iterator[Problem]:
        yield from problems.of_pair(self.comparison, old, new, kind, at_least)
        if isinstance(old, ComputeEnvironment) and isinstance(new, ComputeEnvironment):
            yield from environments.of_pair(self.comparison, old, new, kind)
            yield from environments.attached(old, self._old, self._new, kind, at_least)
        if isinstance(new, JobQueue) and kind is Kind.REPLACED:
            yield Problem(
                risk=Risk.SURPRISE,
                message="the queue is replaced, and the jobs in the old one are terminated",
                remedy="make a second queue beside it, and remove the old one when it is empty",
            )


def _kinds(old: Resource, new: Resource, differences: tuple[PropertyChange, ...]) -> tuple[Kind, Kind]:
    """What happens at worst, and in any case."""
    effects = [(change, effect(old, new, change.path)) for change in differences]
    most = [does.most for _, does in effects]
    least = [does.least for change, does in effects if change.certain]
    rank = Kind.rank.fget  # type: ignore[attr-defined]
    return max(most, key=rank, default=Kind.UNCHANGED), max(least, key=rank, default=Kind.UNCHANGED)


def _change(
    resource: Resource,
    kind: Kind,
    at_least: Kind | None = None,
    properties: tuple[PropertyChange, ...] = (),
    *,
    jobs: str = "",
    problems: tuple[Problem, ...] = (),
    hint: str = "",
) -> Change:
    return Change(
        type=resource.type,
        stack=resource.stack.name,
        logical_id=resource.logical_id,
        construct_path=resource.construct_path,
        kind=kind,
        at_least=kind if at_least is None else at_least,
        properties=properties,
        jobs=jobs,
        problems=problems,
        hint=hint,
    )
