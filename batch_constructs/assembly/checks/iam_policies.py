"""Statements about AWS Batch that do not do what they seem to do."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from batch_constructs.assembly.checks import Finding, Severity, rule
from batch_constructs.assembly.may import texts_of
from batch_constructs.assembly.template import PartialText, as_text, is_known, is_one_of, literals
from batch_constructs.facts import api_calls

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_constructs.assembly.template.resources import ComputeEnvironment, Statement

CHAPTER = "Supported Resource-Level Permissions for AWS Batch API Actions"

WARNING = Severity.WARNING


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
    resources = [text for each in statement.resources for text in texts_of(each, statement)]
    narrow = resources and all(":batch:" in text and text[-1] != "*" for text in resources)
    if not narrow or not statement.resources.complete or not is_one_of(statement.effect, "Allow"):
        return
    for index, action in enumerate(statement.actions):
        if is_known(action) and action.lower().startswith(_READING) and not _supports(action, resources):
            yield Finding(
                statement,
                f"{action} is allowed on {_allowed_on(action)}, got {as_text(statement.resources[0])}",
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


def _supports(action: str, resources: list[str]) -> bool:
    """Return whether an action, or one that a pattern matches, can be allowed on one of the resources."""
    calls = _supported_kinds(action)
    # An unknown action may support any resource. The name of a quota share follows that of its queue.
    return not calls or any(
        f":{kind}/" in text or f"/{kind}/" in text for kinds in calls for kind in kinds for text in resources
    )


def _allowed_on(action: str) -> str:
    kinds = sorted({kind for each in _supported_kinds(action) for kind in each})
    one = len(kinds) == 1 and len(_supported_kinds(action)) == 1
    return f"a {kinds[0]}" if one else "* or not at all"


@rule(
    "IAM-17",
    severity=WARNING,
    remedy="leave out the condition, or use a key that the action has, such as aws:ResourceTag",
    prevents="AccessDenied for every call, although the policy seems to allow the action",
)
def conditions_can_match(statement: Statement) -> Iterator[Finding]:
    """A condition must not ask for a key that requests of the action never have, such as batch:JobQueue for TerminateJob."""
    condition = statement.condition
    if not is_one_of(statement.effect, "Allow") or not isinstance(condition, dict):
        return
    for operator, keys in condition.items():
        for key in keys if isinstance(keys, dict) and not _passes_without_key(operator) else ():
            for action in literals(statement.actions):
                if key.lower().startswith("batch:") and not _has_key(action, key):
                    message = f"{action} is never allowed: its requests have no {key}, got a condition on it"
                    yield Finding(statement, message, at=f"Condition.{operator}.{key}")


def _passes_without_key(operator: str) -> bool:
    """Return whether an operator may also match a request without the key."""
    name = operator.lower()
    return name.endswith("ifexists") or name == "null" or name.startswith("forallvalues:") or "not" in name


def _has_key(action: str, key: str) -> bool:
    """Return whether a call that an action matches has a condition key; an unknown call may have any key."""
    calls = [name for name in api_calls.ACTIONS if fnmatchcase(f"batch:{name}".lower(), action.lower())]
    keys = {each.lower() for name in calls for each in api_calls.CONDITION_KEYS.get(name, ())}
    return not calls or key.lower() in keys
