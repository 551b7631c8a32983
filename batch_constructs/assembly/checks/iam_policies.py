"""Permissions of AWS Batch, of jobs, and of roles that submit them."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from batch_constructs.assembly.checks import Finding, Severity, rule
from batch_constructs.assembly.checks._roles import untrusted
from batch_constructs.assembly.template import PartialText, Reference, is_known
from batch_constructs.assembly.template.permissions import may_allow
from batch_constructs.assembly.template.resources import JobDefinition, JobQueue
from batch_constructs.facts import api_calls, managed_policies, role_trust

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_constructs.assembly.template import BatchModel, Unknown
    from batch_constructs.assembly.template.resources import (
        ComputeEnvironment,
        ConsumableResource,
        Role,
        Statement,
    )
    from batch_constructs.assembly.template.resources.submissions import Submission

CHAPTER = "Supported Resource-Level Permissions for AWS Batch API Actions"

ERROR, WARNING = Severity.ERROR, Severity.WARNING
_SUBMIT = managed_policies.SUBMIT_JOB
_TRUST = {
    "AWS::Events::Rule": role_trust.EVENTS,
    "AWS::Scheduler::Schedule": role_trust.SCHEDULER,
    "AWS::Pipes::Pipe": role_trust.PIPES,
}


@rule(
    "IAM-05",
    chapter="AWS Batch Service IAM Role",
    severity=WARNING,
    remedy="add conditions on aws:SourceAccount, and on aws:SourceArn with the environment and job/* of the account",
    prevents="another account that makes AWS Batch use this role",
)
def confused_deputy(environment: ComputeEnvironment) -> Iterator[Finding]:
    """A service role should trust AWS Batch only on behalf of its own account, for environments and for jobs."""
    role = environment.service_role
    for statement in role.assume_role_policy_document.statements if role is not None else ():
        services = [service for service in statement.principals.services if is_known(service)]
        if role is None or not any(service.startswith("batch.") for service in services):
            continue
        if statement.condition is None:
            message = "the role trusts AWS Batch on behalf of any account: it has no condition"
            yield Finding(statement, message, at="Condition")
        elif _forgets_jobs(statement.condition):
            message = "aws:SourceArn must name job/* in addition to the compute environment"
            yield Finding(statement, message, at="Condition")


def _forgets_jobs(condition: Any) -> bool:
    operators = condition.values() if isinstance(condition, dict) else ()
    keys = [key for operator in operators if isinstance(operator, dict) for key in operator.items()]
    for name, value in keys:
        if name.lower() == "aws:sourcearn":
            values = value if isinstance(value, list) else [value]
            texts = [v.text if isinstance(v, PartialText) else v for v in values]
            return all(isinstance(text, str) and ":compute-environment/" in text for text in texts)
    return False


@rule(
    "IAM-08",
    severity=WARNING,
    remedy="allow the action on *, in a separate statement",
    prevents="AccessDenied, although the policy seems to allow the call",
)
def actions_on_everything(statement: Statement) -> Iterator[Finding]:
    """A policy must allow most Describe and List calls of Batch on *, since they do not support resources."""
    resources = [_text(resource) for resource in statement.resources]
    narrow = resources and all(
        text is not None and ":batch:" in text and text[-1] != "*" for text in resources
    )
    if (
        not narrow
        or not statement.resources.complete
        or not (is_known(statement.effect) and statement.effect == "Allow")
    ):
        return
    for index, action in enumerate(statement.actions):
        if is_known(action) and action.lower().startswith(_READING) and not _supports(action, resources):
            yield Finding(
                statement,
                f"{action} is allowed on {_allowed_on(action)}, got {resources[0]}",
                at=f"Action[{index}]",
            )


_READING = ("batch:describe", "batch:list")


def _supported_kinds(action: str) -> list[frozenset[str]]:
    """Return the kinds of resources of each call that an action matches; a pattern may match several calls."""
    return [
        kinds
        for name, kinds in api_calls.READING_CALLS.items()
        if fnmatchcase(f"batch:{name}".lower(), action.lower())
    ]


def _supports(action: str, resources: list[str | None]) -> bool:
    """Return whether an action, or one that a pattern matches, can be allowed on one of the resources."""
    calls = _supported_kinds(action)
    # An unknown action may support any resource. The name of a quota share follows that of its queue.
    return not calls or any(
        f":{kind}/" in (text or "") or f"/{kind}/" in (text or "")
        for kinds in calls
        for kind in kinds
        for text in resources
    )


def _allowed_on(action: str) -> str:
    kinds = sorted({kind for each in _supported_kinds(action) for kind in each})
    one = len(kinds) == 1 and len(_supported_kinds(action)) == 1
    return f"a {kinds[0]}" if one else "* or not at all"


@rule(
    "IAM-09",
    severity=ERROR,
    remedy="allow batch:SubmitJob on the job queue and on the job definition",
    prevents="AccessDeniedException: not authorized to perform batch:SubmitJob",
)
def submitter_has_both(role: Role, batch: BatchModel) -> Iterator[Finding]:
    """A role that submits jobs must be allowed to do so on the job queue and on the job definition."""
    lists = _submit_resources(role, batch)
    if not lists:
        return
    kinds = {kind for resource in lists for kind in _kinds(resource)}
    if len(kinds) == 1:
        missing = "job definition" if kinds == {JobQueue} else "job queue"
        yield Finding(
            role, f"{_SUBMIT} must be allowed on a job queue and on a job definition, got no {missing}"
        )


@rule(
    "IAM-13",
    chapter="CloudWatch Events IAM Role",
    severity=ERROR,
    remedy="let the role trust the service that submits, and allow it batch:SubmitJob on the queue and the definition",
    prevents="jobs that are never submitted; only the metric FailedInvocations shows it",
)
def submitting_role(submission: Submission, batch: BatchModel) -> Iterator[Finding]:
    """The role that submits a job must trust its service, and must be allowed to submit to this queue and definition."""
    role = submission.role
    if role is None:
        return
    at = "RoleArn"
    trust = _TRUST.get(submission.home.type)
    if trust is not None:
        # The guide requires it of EventBridge rules only.
        severity = ERROR if trust is role_trust.EVENTS else WARNING
        yield from untrusted(submission, at, role, trust, batch, severity=severity)
    if batch.permissions.surely_lacks(role, _SUBMIT):
        yield Finding(submission, f"{role.label} needs {_SUBMIT}, got no policy that allows it", at=at)
        return
    allowed = _submit_resources(role, batch)
    for resource in (submission.queue, submission.definition):
        if resource is None or not allowed:
            continue
        same = [
            target for target in map(_target, allowed) if target is None or isinstance(target, type(resource))
        ]
        if same and not any(target is None or target is resource for target in same):
            got = ", ".join(sorted({target.label for target in same if target is not None}))
            message = f"{role.label} must be allowed {_SUBMIT} on {resource.label}, got {got}"
            yield Finding(submission, message, at=at)


@rule(
    "CR-06",
    chapter="Consumable Resources",
    severity=WARNING,
    remedy="also allow the role batch:SubmitJob on the consumable resource: queue.grant_submit_job does",
    prevents="AccessDenied for a job whose queue and definition the role may use",
)
def submitter_may_use(submission: Submission, batch: BatchModel) -> Iterator[Finding]:
    """A role that submits a job must be allowed to use the consumable resources that the job asks for."""
    role, definition = submission.role, submission.definition
    allowed = [] if role is None else _submit_resources(role, batch)
    if role is None or definition is None or not allowed:
        return
    override = submission.consumable_resource_properties_override
    ranges = definition.node_properties.node_range_properties
    held = [
        definition.consumable_resource_properties,
        *(nodes.consumable_resource_properties for nodes in ranges),
    ]
    for properties in held if override.absent else [override]:
        for requirement in properties.consumable_resource_list:
            resource = requirement.consumable_resource
            if resource is not None and not any(_may_name(each, resource) for each in allowed):
                message = (
                    f"{role.label} must be allowed {_SUBMIT} on {resource.label}, which "
                    f"{definition.label} consumes"
                )
                yield Finding(submission, message, at="RoleArn")


def _may_name(allowed: str | Unknown, resource: ConsumableResource) -> bool:
    """Return whether a policy's resource is this consumable resource, or may be; queues and definitions are not."""
    parts = allowed.parts if isinstance(allowed, PartialText) else (allowed,)
    if any(isinstance(part, Reference) and part.target is resource for part in parts):
        return True
    text = _text(allowed) or ""
    return _target(allowed) is None and not any(
        kind in text for kind in (":job-queue/", ":job-definition/", ":job/")
    )


def _submit_resources(role: Role, batch: BatchModel) -> list[str | Unknown]:
    """Return all resources that a role may submit to; none if that is not certain."""
    permissions = batch.permissions
    policies = permissions.managed_policies(role)
    if not permissions.all_known(role) or any(managed_policies.may_allow(each, _SUBMIT) for each in policies):
        return []
    found: list[str | Unknown] = []
    for document in permissions.documents(role):
        if not document.statements.complete:
            return []
        for statement in document.statements:
            if may_allow(statement, _SUBMIT):
                if not statement.resources.complete or not statement.resources or not statement.actions:
                    return []
                found += statement.resources
    return found


def _text(resource: str | Unknown) -> str | None:
    if isinstance(resource, PartialText):
        return resource.text
    return resource if is_known(resource) else None


def _target(resource: str | Unknown) -> JobQueue | JobDefinition | None:
    """Return the only queue or definition of the assembly that a policy names; ``None`` if it may name others too."""
    parts = resource.parts if isinstance(resource, PartialText) else (resource,)
    targets = [part.target for part in parts if isinstance(part, Reference)]
    target = targets[0] if len(targets) == 1 else None
    return target if isinstance(target, JobQueue | JobDefinition) else None


def _kinds(resource: str | Unknown) -> set[type[JobQueue | JobDefinition]]:
    """Return the kinds that a policy names, queues or definitions; both if that is not certain."""
    target = _target(resource)
    if target is not None:
        return {type(target)}
    text = _text(resource) or ""
    for word, kind in ((":job-queue/", JobQueue), (":job-definition/", JobDefinition)):
        if word in text:
            return {kind}
    return {JobQueue, JobDefinition}
