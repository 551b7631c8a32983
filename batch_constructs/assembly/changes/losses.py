"""The losses of a deployment: a queue with its jobs, an environment, a policy, a quota."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch_constructs.assembly.changes.change import DeployProblem, Kind, Risk, names_of
from batch_constructs.assembly.template import is_one_of
from batch_constructs.assembly.template.resources import ComputeEnvironment, JobQueue

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from batch_constructs.assembly.changes.renames import Rename
    from batch_constructs.assembly.template import Resource

NOUNS = {
    "AWS::Batch::JobQueue": "queue",
    "AWS::Batch::ComputeEnvironment": "environment",
    "AWS::Batch::ServiceEnvironment": "service environment",
    "AWS::Batch::SchedulingPolicy": "scheduling policy",
    "AWS::Batch::QuotaShare": "quota share",
    "AWS::Batch::ConsumableResource": "consumable resource",
}
"""Nouns for what would be lost. A job definition is no loss, because it can be registered again."""

_WITH_JOBS = {
    "AWS::Batch::JobQueue": " with the jobs that wait or run in it",
    "AWS::Batch::ComputeEnvironment": ", and jobs that run on it may be terminated",
}
_EMPTY_FIRST = {
    "AWS::Batch::JobQueue": "set State DISABLED, and remove it when it is empty",
    "AWS::Batch::ComputeEnvironment": (
        "set State DISABLED, and remove it when no job runs on it and no queue uses it"
    ),
}
_EMPTY = "remove it when it is empty: while DISABLED, it accepts no new jobs, but may still have older ones"
_SECOND_ONE = {
    "AWS::Batch::JobQueue": "create a second queue next to it, and remove the old one when it is empty",
    "AWS::Batch::ComputeEnvironment": (
        "create a second environment next to it, exchange the two in the queue, and remove the old one when no job "
        "runs on it"
    ),
}


def loss_problems(
    old: Resource, kind: Kind, at_least: Kind, rename: Rename | None, removed: Collection[str]
) -> Iterator[DeployProblem]:
    """Yield a problem if a resource is deleted or replaced, unless the user has accepted it."""
    noun = NOUNS.get(old.type)
    if isinstance(old, ComputeEnvironment) and is_one_of(old.state, "DISABLED"):
        # This follows the remedy: no new jobs start there, and nothing waits when it is deleted.
        return
    if noun is None or names_of(old.construct_path, old.logical_id) & set(removed):
        return
    verb = "is deleted" if at_least in {Kind.DELETED, Kind.REPLACED} else "may be deleted"
    jobs = _WITH_JOBS.get(old.type, "")
    if kind is Kind.REPLACED:
        message = f"the {noun} is replaced, and the old one {verb}{jobs}"
        remedy = _SECOND_ONE.get(old.type, f"create a second {noun} next to it, and move its users")
        if isinstance(old, ComputeEnvironment) and old.compute_resources.ec2:
            remedy += "; ReplaceComputeEnvironment false lets most properties change in place"
    elif rename is None:
        message = f"the {noun} {verb}{jobs}"
        remedy = (
            _EMPTY
            if isinstance(old, JobQueue) and is_one_of(old.state, "DISABLED")
            else _EMPTY_FIRST.get(old.type, f"remove the {noun} when nothing uses it any more")
        )
    else:
        message, remedy = _of_rename(rename, noun, f"{verb}{jobs}")
    yield DeployProblem(risk=Risk.SURPRISE, message=message, remedy=remedy, loss=True)


def _of_rename(rename: Rename, noun: str, goes: str) -> tuple[str, str]:
    old = rename.old
    by_cdk, article = bool(old.construct_path), "an" if noun.startswith("e") else "a"
    if rename.across:
        message = f"{article} {noun} in another stack is a new {noun}: this one {goes}"
        move = (
            "cdk refactor --unstable=refactor"
            if by_cdk
            else "a stack refactor of CloudFormation (create-stack-refactor)"
        )
        return message, f"move it in a separate deployment, with no other change: {move}"
    what = "construct id" if by_cdk else "logical id"
    message = f"{article} {noun} under another {what} is a new {noun}: this one {goes}"
    if not rename.keepable:
        return message, _EMPTY_FIRST.get(old.type, f"remove the {noun} when nothing uses it any more")
    if not by_cdk:
        return message, f"keep the logical id {old.logical_id}"
    keep = f"the construct's .node.default_child.override_logical_id({old.logical_id!r})"
    return (
        message,
        f"keep its logical id: {keep}; or rename it in a separate deployment: cdk refactor --unstable=refactor",
    )
