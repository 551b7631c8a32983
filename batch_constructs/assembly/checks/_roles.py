"""Checks of roles: their ARN, and their trust policy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch_constructs.assembly.checks import Finding, Severity
from batch_constructs.assembly.template import PartialText, Reference, is_known, is_none_of
from batch_constructs.assembly.template.resources import InstanceProfile, Role
from batch_constructs.facts import patterns, role_trust

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_constructs.assembly.template import BatchModel, Unknown, View
    from batch_constructs.facts.role_trust import RoleTrust

# The member for which the guide allows a name.
_NAME_NOTES = {"ServiceRole": " (AWS accepts a name only if the role has no path)"}
_LINKED = f":role/{role_trust.SERVICE_LINKED_ROLE_NAME}"


def misnamed(where: View, at: str, value: str | Unknown | None) -> Iterator[Finding]:
    """Add a problem if a role is not given by its full ARN; a warning if AWS may still find it."""
    if isinstance(value, Reference):
        yield from _misnamed_reference(where, at, value)
        return
    text = value.text if isinstance(value, PartialText) else value
    if not is_known(text):
        return
    if ":instance-profile/" in text:
        yield Finding(where, f"{at} must be the ARN of a role, got an instance profile", at=at)
    elif text.endswith(_LINKED) or text == role_trust.SERVICE_LINKED_ROLE_NAME:
        path = role_trust.SERVICE_LINKED_ROLE_PATH
        yield Finding(
            where, f"{at} must be the full ARN of the role, with the path {path}, got {text!r}", at=at
        )
    elif is_known(value) and (problem := patterns.ROLE_ARN.problem(at, value)):
        severity = Severity.ERROR if value.startswith("arn:") else Severity.WARNING
        note = _NAME_NOTES.get(at, "") if severity is Severity.WARNING else ""
        yield Finding(where, f"{problem}{note}", at=at, severity=severity)


def _misnamed_reference(where: View, at: str, value: Reference) -> Iterator[Finding]:
    target = value.target
    if isinstance(target, InstanceProfile):
        message = f"{at} must be the ARN of a role, got the instance profile {target.label}"
        yield Finding(where, message, at=at)
    elif isinstance(target, Role) and value.attribute != "Arn":
        named = not value.attribute and not is_none_of(target.path_, None, "/")
        note = _NAME_NOTES.get(at, "") if named else " without its path"
        got = value.attribute or f"Ref, which is its name{note}"
        yield Finding(
            where,
            f"{at} must be the full ARN of {target.label}, such as !GetAtt {target.logical_id}.Arn, got {got}",
            at=at,
            severity=Severity.WARNING if named else Severity.ERROR,
        )


def untrusted(
    where: View,
    at: str,
    role: Role | None,
    trust: RoleTrust,
    batch: BatchModel,
    *,
    severity: Severity = Severity.ERROR,
) -> Iterator[Finding]:
    """Add a problem if a role's trust policy certainly does not name the service that assumes the role."""
    services = (
        None if role is None or not _names_services_only(role) else batch.permissions.trusted_services(role)
    )
    service = trust.principal.partition(".amazonaws")[0]
    if role is not None and services is not None and service not in services:
        got = ", ".join(sorted(services)) or "no service"
        message = f"{role.label} must trust {trust.principal}, got {got}"
        yield Finding(where, message, at=at, severity=severity)


def _names_services_only(role: Role) -> bool:
    """Return whether every statement names services only."""
    return not any(
        statement.raw("NotPrincipal") is not None
        or not statement.principals.aws.complete
        or any(
            not isinstance(each, Reference) and (not is_known(each) or each == "*")
            for each in statement.principals.aws
        )
        for statement in role.assume_role_policy_document.statements
    )
