"""Checks of roles: their ARN, and who may assume them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch_constructs.assembly.checks import Finding, Severity
from batch_constructs.assembly.checks._rights import Claim, Right
from batch_constructs.assembly.may import Service, thing_of
from batch_constructs.assembly.template import PartialText, Reference, is_known, is_none_of, is_one_of
from batch_constructs.assembly.template.resources import InstanceProfile, Role
from batch_constructs.facts import needs, patterns, role_trust

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_constructs.assembly.template import Unknown, View
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
        if named and at == "ServiceRole" and is_one_of(target.path_, None, "/"):
            # The API takes the name of a service role without a path.
            return
        note = _NAME_NOTES.get(at, "") if named else " without its path"
        got = value.attribute or f"Ref, which is its name{note}"
        yield Finding(
            where,
            f"{at} must be the full ARN of {target.label}, such as !GetAtt {target.logical_id}.Arn, got {got}",
            at=at,
            severity=Severity.WARNING if named else Severity.ERROR,
        )


def trusting(
    where: View, at: str, role: Role | None, trust: RoleTrust, *, severity: Severity = Severity.ERROR
) -> Iterator[Claim]:
    """Yield the right of a service to assume a role, if the role is in the assembly."""
    if role is not None:
        service, _, _ = trust.principal.partition(".amazonaws")
        yield Claim(
            where=where,
            at=at,
            principal=Service(service, role.stack),
            rights=(Right(needs.ASSUME, thing_of(role)),),
            says=f"{role.label} must trust {trust.principal}, got {_trusted(role)}".replace("{", "(").replace(
                "}", ")"
            ),
            severity=severity,
        )


def _trusted(role: Role) -> str:
    """Return the services that a role trusts, for messages."""
    names = {
        (each.prefix if isinstance(each, PartialText) else each).split(".amazonaws")[0].rstrip(".")
        for statement in role.assume_role_policy_document.statements
        for each in statement.principals.services
        if is_known(each) or isinstance(each, PartialText)
    }
    return ", ".join(sorted(names)) or "no service"
