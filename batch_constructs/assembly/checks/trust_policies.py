"""Trust policies, instance profiles and attached policies, as far as IAM refuses them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from batch_constructs.assembly.checks import Finding, Severity, miscounted, rule
from batch_constructs.assembly.template import literals
from batch_constructs.facts import limits, role_trust

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_constructs.assembly.template.resources import InstanceProfile, Role

CHAPTER = "AWS Batch IAM Policies, Roles, and Permissions"

ERROR = Severity.ERROR
# Partitions outside of the internet have domains of their own.
_PRINCIPAL = re.compile(r"[a-z0-9.-]+\.(amazonaws\.[a-z.]+|[a-z0-9.]+\.gov)", re.IGNORECASE)


@rule(
    "IAM-27",
    severity=ERROR,
    remedy="give each instance profile one role",
    prevents="LimitExceeded: Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1",
)
def profile_has_one_role(profile: InstanceProfile) -> Iterator[Finding]:
    """An instance profile can have one role only."""
    if (count := len(profile.role_names)) > 1:
        yield Finding(profile, f"an instance profile can have one role, got {count}", at="Roles")


@rule(
    "IAM-23",
    severity=ERROR,
    remedy="name services in full, such as ecs-tasks.amazonaws.com, allow sts:AssumeRole only, and leave out Resource",
    prevents="MalformedPolicyDocument: Invalid principal in policy, or: AssumeRole policy may only specify STS "
    "AssumeRole actions",
)
def trust_policy_is_one(role: Role) -> Iterator[Finding]:
    """A trust policy must name services by their full names and STS actions only, and cannot name resources."""
    for statement in role.assume_role_policy_document.statements:
        for service in literals(statement.principals.services):
            if not _PRINCIPAL.fullmatch(service):
                message = f"a service must be named in full, such as ecs-tasks.amazonaws.com, got {service!r}"
                yield Finding(statement, message, at="Principal.Service")
        for action in literals(statement.actions):
            if action.lower() not in role_trust.ACTIONS:
                message = f"a trust policy can allow actions of STS that assume a role, got {action!r}"
                yield Finding(statement, message, at="Action")
        if statement.gives("Resource"):
            message = "a trust policy cannot have Resource: the role itself is the resource"
            yield Finding(statement, message, at="Resource")


@rule(
    "IAM-25",
    severity=ERROR,
    remedy="combine statements in fewer policies",
    prevents="LimitExceeded: Cannot exceed quota for PoliciesPerRole",
)
def number_of_managed_policies(role: Role) -> Iterator[Finding]:
    """A role can have at most 25 managed policies, however high its quota is."""
    yield from miscounted(
        limits.MANAGED_POLICIES_PER_ROLE, role, "ManagedPolicyArns", role.managed_policy_arns
    )
