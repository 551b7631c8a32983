"""The effects of a deployment on a resource, as plain values."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    Value: TypeAlias = "str | list[Value] | dict[str, Value]"

_INDEX = re.compile(r"\[[0-9]+\]")


class Kind(StrEnum):
    """The effect on a resource; of several effects the last one in this order counts."""

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
        """The position in the order of the kinds."""
        return list(Kind).index(self)


class Risk(StrEnum):
    """The severity of a problem."""

    FAILS = "fails"
    """The deployment fails."""
    MAY_FAIL = "may fail"
    """The deployment fails depending on values that the templates leave open."""
    SURPRISE = "surprise"
    """The deployment succeeds, but does something unexpected."""


def risk(certain: bool) -> Risk:  # noqa: FBT001 - reads as it is called
    """Return the risk of a failure that is certain, or only possible."""
    return Risk.FAILS if certain else Risk.MAY_FAIL


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployProblem:
    """The reason why a deployment fails, or is a surprise.

    Attributes:
        risk: the severity.
        message: what happens, and why.
        remedy: what to do instead.
        loss: whether the deployment deletes something of the old assembly, with its content. Users accept it by name
            (``removed``).
    """

    risk: Risk
    message: str
    remedy: str
    loss: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """The effect of a property's change on its resource.

    Attributes:
        kind: the worst possible effect.
        at_least: the certain effect.
        why: the reason why the service refuses it, or may; empty if it does not.
        remedy: what to do then.
    """

    kind: Kind
    at_least: Kind
    why: str = ""
    remedy: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PropertyChange:
    """A changed property.

    Attributes:
        path: the path from the resource's properties, such as ``RetryStrategy.EvaluateOnExit[0].Action``.
        old: the value before: a string, also for a number, or lists and dicts of strings, with ``${…}`` for unknown
            values; ``None`` if it was omitted. It equals ``new`` if the property refers to something with a new value,
            such as a launch template's latest version.
        new: the value after, likewise; ``None`` if it is omitted.
        certain: whether it certainly changes; else the templates leave it open.
        effect: the effect of the change on the resource.
        cause: the input of an unchanged expression that changes: ``parameter Spot (default no -> yes)``, ``mapping Sizes``,
            ``condition UseSpot``; empty if the expression itself changes.
    """

    path: str
    old: Value | None
    new: Value | None
    certain: bool
    effect: Effect
    cause: str = ""

    @property
    def member(self) -> str:
        """The path without list indexes, as in the schemas."""
        return without_indexes(self.path)


def without_indexes(path: str) -> str:
    """Return a path without list indexes, as in the schemas."""
    return _INDEX.sub("", path)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """The effect of a deployment on one resource of AWS Batch, or on a stack whose update would fail.

    Attributes:
        type: the CloudFormation type, such as ``AWS::Batch::JobQueue``; ``AWS::CloudFormation::Stack`` for a stack.
        stack: the stack's name.
        logical_id: the resource's name in the template; for a stack its name.
        construct_path: the CDK's path of the construct; empty without the CDK.
        kind: the worst possible effect.
        at_least: the certain effect; it differs from ``kind`` if the templates leave something open.
        properties: the changed properties.
        jobs: the consequence for the jobs, in words.
        problems: the reasons why the deployment fails, or is a surprise.
        hint: additional information; may be empty.
        renamed_from: for a created resource, its construct path or logical id before; empty if it is new.
        renamed_to: for a deleted resource, its new construct path or logical id; empty if it has none.
        moved: whether a renamed resource changes its stack.
        for_tags: whether an environment gets new instances only for a change of tags.
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
        """Return whether the effect is certain."""
        return self.kind is self.at_least

    @property
    def loss(self) -> bool:
        """Return whether a queue, environment, policy or quota is deleted without the user's consent."""
        return any(problem.loss for problem in self.problems)

    @property
    def names(self) -> set[str]:
        """The names that users may write for it: the construct path with and without ``/Resource``, the logical id."""
        return names_of(self.construct_path, self.logical_id)


def names_of(construct_path: str, logical_id: str) -> set[str]:
    """Return the names for a resource: the construct path with and without ``/Resource``, the logical id."""
    return {logical_id, construct_path, construct_path.removesuffix("/Resource")} - {""}
