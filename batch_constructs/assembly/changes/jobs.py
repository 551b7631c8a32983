"""The consequences of a change for jobs that wait or run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch_constructs.assembly.changes.change import Kind
from batch_constructs.assembly.template import as_text, is_given, is_none_of, is_one_of
from batch_constructs.assembly.template.resources import ComputeEnvironment, JobDefinition, JobQueue
from batch_constructs.facts import updates

if TYPE_CHECKING:
    from batch_constructs.assembly.template import Resource

_RETRIED = "and retried if they have attempts left"
_GO_ON = "running jobs continue"
_FARGATE_FIRST = (
    "end its jobs first: an environment on Fargate with active jobs becomes INVALID when it is deleted"
)


def consequence(old: Resource | None, new: Resource | None, kind: Kind) -> str:
    """Return the consequence of a change for jobs, in words; empty for resources that no job depends on."""
    match old, new:
        case (ComputeEnvironment(), _) | (_, ComputeEnvironment()):
            return _of_environment(old, new, kind)  # type: ignore[arg-type]
        case (JobQueue(), _) | (_, JobQueue()):
            return _of_queue(new, kind)  # type: ignore[arg-type]
        case _, JobDefinition():
            return _of_definition(new, kind)
        case JobDefinition(), _:
            return "running jobs continue; the revision is deregistered, and submissions that name it fail"
    return ""


def _of_environment(old: ComputeEnvironment | None, new: ComputeEnvironment | None, kind: Kind) -> str:
    match kind:
        case Kind.REPLACED:
            if old is not None and old.compute_resources.fargate:
                return f"new jobs go to the new environment; {_FARGATE_FIRST}"
            return f"new jobs go to the new environment; those on the old one may be terminated with it, {_RETRIED}"
        case Kind.DELETED:
            if old is not None and old.compute_resources.fargate:
                return _FARGATE_FIRST
            return f"jobs that run on it may be terminated, {_RETRIED}"
        case Kind.INFRASTRUCTURE_UPDATE:
            return _during_update(new) if new is not None else ""
        case Kind.CREATED | Kind.REFUSED:
            return ""
    if new is not None and old is not None and _disabled(old, new):
        return "running jobs continue; no new jobs start there"
    if new is not None and kind is Kind.IN_PLACE and new.compute_resources.managed_instances_provider.present:
        return "new instances get the change; AWS does not say what happens to jobs on the old ones"
    return _GO_ON


def _disabled(old: ComputeEnvironment | JobQueue, new: ComputeEnvironment | JobQueue) -> bool:
    return is_one_of(new.state, "DISABLED") and is_none_of(old.state, "DISABLED")


def _during_update(environment: ComputeEnvironment) -> str:
    policy = environment.update_policy
    terminate, minutes = policy.terminate_jobs_on_update, policy.job_execution_timeout_minutes
    limit = updates.DEFAULT_TIMEOUT_MINUTES if minutes is None else as_text(minutes)
    terminated = f"terminated at once, {_RETRIED}"
    finish = f"given {limit} minutes to finish, then terminated, {_RETRIED}"
    if is_one_of(terminate, True):
        return f"jobs on the old instances are {terminated}"
    if is_one_of(terminate, False, None):
        return f"jobs on the old instances are {finish}"
    return f"jobs on the old instances are {terminated}, or {finish}"


def _of_queue(new: JobQueue | None, kind: Kind) -> str:
    match kind:
        case Kind.REPLACED:
            return "jobs that wait or run in the old queue are terminated when it is deleted"
        case Kind.DELETED:
            return "jobs that wait or run in it are terminated"
        case Kind.CREATED | Kind.REFUSED:
            return ""
    if new is not None and is_one_of(new.state, "DISABLED"):
        return "jobs in the queue continue; it accepts no new ones"
    return "jobs in the queue continue"


def _of_definition(new: JobDefinition, kind: Kind) -> str:
    match kind:
        case Kind.REPLACED:
            return "running jobs continue; the old name is deregistered, and submissions by it fail"
        case Kind.NEW_REVISION:
            keep = new.resource_retention_policy.skip_deregister_on_update
            if is_one_of(keep, True):
                return "running jobs continue; the old revision stays for submissions that name it"
            if is_given(keep) and not is_one_of(keep, False):
                return "running jobs continue; the old revision may be deregistered, then submissions that name it fail"
            return (
                "running jobs continue; the old revision is deregistered, and submissions that name it fail"
            )
        case Kind.CREATED:
            return ""
    return _GO_ON
