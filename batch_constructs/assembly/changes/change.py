"""What a deploy would do to a resource, as plain values."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    Value: TypeAlias = "str | list[Value] | dict[str, Value]"

_INDEX = re.compile(r"\[[0-9]+\]")


class Kind(StrEnum):
    """What happens to a resource; a later one swallows the earlier ones."""

    UNCHANGED = "unchanged"
    IN_PLACE = "in place"
    SCALING_UPDATE = "scaling update"
    INFRASTRUCTURE_UPDATE = "infrastructure update"
    NEW_REVISION = "new revision"
    REFUSED = "refused"
    REPLACED = "replaced"
    CREATED = "created"
    DELETED = "deleted"

    @property
    def rank(self) -> int:
        """The place in the order of the kinds."""
        return list(Kind).index(self)


class Risk(StrEnum):
    """How bad a problem is."""

    FAILS = "fails"
    """The deploy fails."""
    MAY_FAIL = "may fail"
    """The deploy fails if what the templates leave open turns out badly."""
    SURPRISE = "surprise"
    """The deploy succeeds and does not do what one expects."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployProblem:
    """Why a deploy fails, or surprises.

    Attributes:
        risk: how bad it is.
        message: what happens, and why.
        remedy: what to do instead.
        loss: whether the problem is that something of the old assembly goes, with what it holds. A user who means it
            accepts it by name (``removed``).
    """

    risk: Risk
    message: str
    remedy: str
    loss: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What a change of a property does to its resource.

    Attributes:
        kind: what happens, or at worst may happen.
        at_least: what happens for certain.
        why: why the service refuses it, or may; empty if it does not.
        remedy: what to do then.
    """

    kind: Kind
    at_least: Kind
    why: str = ""
    remedy: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PropertyChange:
    """A property that differs.

    Attributes:
        path: the way from the resource's properties, such as ``RetryStrategy.EvaluateOnExit[0].Action``.
        old: the value before: a string, also for a number, or lists and dicts of strings, with ``${…}`` for what is not
            known; ``None`` if it was not given. It equals ``new`` if the property refers to something that gets another
            value, such as a launch template's newest version.
        new: the value after, likewise; ``None`` if it is not given.
        certain: whether it changes for certain; else the templates leave it open.
        effect: what the change does to the resource.
    """

    path: str
    old: Value | None
    new: Value | None
    certain: bool
    effect: Effect

    @property
    def member(self) -> str:
        """The path without the indexes of lists, as the schemas have it."""
        return plain(self.path)


def plain(path: str) -> str:
    """Return a path without the indexes of lists, as the schemas have it."""
    return _INDEX.sub("", path)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a deploy would do to one resource of AWS Batch, or a stack that it would fail to update.

    Attributes:
        type: the CloudFormation type, such as ``AWS::Batch::JobQueue``; ``AWS::CloudFormation::Stack`` for a stack.
        stack: the stack's name.
        logical_id: the resource's name in the template; of a stack its name.
        construct_path: the CDK's path of the construct; empty if the CDK has not made it.
        kind: what happens, or at worst may happen.
        at_least: what happens for certain; differs from ``kind`` if the templates leave something open.
        properties: what differs.
        jobs: what that means for the jobs, in words.
        problems: why the deploy fails or surprises.
        hint: something that a reader may want to know; empty if there is nothing.
        renamed_from: of a created resource the construct path or logical id that it had before; empty if it is new.
        renamed_to: of a deleted resource the construct path or logical id that it gets; empty if it is gone.
        moved: whether a renamed resource changes its stack.
        for_tags: whether an environment gets new instances only so that they have other tags.
    """

    type: str
    stack: str
    logical_id: str
    construct_path: str
    kind: Kind
    at_least: Kind
    properties: tuple[PropertyChange, ...] = ()
    jobs: str = ""
    problems: tuple[DeployProblem, ...] = field(default=())
    hint: str = ""
    renamed_from: str = ""
    renamed_to: str = ""
    moved: bool = False
    for_tags: bool = False

    @property
    def certain(self) -> bool:
        """Whether the templates say for certain what happens."""
        return self.kind is self.at_least

    @property
    def loss(self) -> bool:
        """Whether a queue, environment, policy or quota of the old assembly goes and nobody has accepted it."""
        return any(problem.loss for problem in self.problems)

    @property
    def names(self) -> set[str]:
        """What a user may call the resource: the construct path with and without ``/Resource``, the logical id."""
        return names_of(self.construct_path, self.logical_id)


def names_of(construct_path: str, logical_id: str) -> set[str]:
    """What a user may call a resource: the construct path with and without ``/Resource``, the logical id."""
    return {logical_id, construct_path, construct_path.removesuffix("/Resource")} - {""}
