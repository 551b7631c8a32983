"""Collects the permissions of roles from all the policies in an assembly."""

from __future__ import annotations

from collections import defaultdict
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from batch_constructs.assembly.template.resources.roles import AttachedPolicy, Role, Statement
from batch_constructs.assembly.template.unknown import PartialText, Reference, Unknown, ending, is_known
from batch_constructs.facts import managed_policies

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_constructs.assembly.template.resources.roles import PolicyDocument
    from batch_constructs.assembly.template.views import Views


class Permissions:
    """The roles of an assembly with the policies attached to them."""

    def __init__(self, model: Views) -> None:
        self._attached: dict[Role, list[AttachedPolicy]] = defaultdict(list)
        # A policy that is attached to an unknown role may be attached to any role.
        self._anywhere = False
        self._lacking: dict[tuple[Role, str], bool] = {}
        for policy in model.of(AttachedPolicy):
            self._anywhere |= not policy.roles.complete or isinstance(policy.role_name, Unknown)
            for role in policy.roles:
                self._attached[role].append(policy)

    def documents(self, role: Role) -> Iterator[PolicyDocument]:
        """Yield all policies in the assembly, inline and attached."""
        for policy in role.policies:
            yield policy.document
        for attached in self._attached.get(role, ()):
            yield attached.document
        for arn in role.managed_policy_arns:
            if isinstance(arn, Reference) and isinstance(arn.target, AttachedPolicy):
                yield arn.target.document

    def statements(self, role: Role) -> Iterator[Statement]:
        """Yield the statements of all policies in the assembly, inline and attached."""
        for document in self.documents(role):
            yield from document.statements

    def surely_lacks(self, role: Role, action: str) -> bool:
        """Return whether it is certain that no policy allows an action, such as ``ecr:GetAuthorizationToken``."""
        key = role, action
        if key not in self._lacking:
            policies = self.managed_policies(role)
            self._lacking[key] = (
                self.all_known(role)
                and not any(managed_policies.may_allow(policy, action) for policy in policies)
                and all(document.statements.complete for document in self.documents(role))
                and not any(may_allow(statement, action) for statement in self.statements(role))
            )
        return self._lacking[key]

    def managed_policies(self, role: Role) -> frozenset[str]:
        """Return the names of the managed policies, as far as they are known: ``AmazonEC2SpotFleetTaggingRole``."""
        return frozenset(name for arn in role.managed_policy_arns if (name := ending(arn)))

    def all_known(self, role: Role) -> bool:
        """Return whether `statements` and AWS's managed policies are all that the role allows."""
        arns = role.managed_policy_arns
        return (
            not self._anywhere
            and arns.complete
            and all(_is_own(arn) or _is_of_aws(arn) for arn in arns)
            and role.policies.complete
            and not isinstance(role.node, Unknown)
        )

    def allowed_actions(self, role: Role) -> frozenset[str]:
        """Return the actions of all ``Allow`` statements, in lower case; patterns stay patterns."""
        return frozenset(
            action.lower()
            for statement in self.statements(role)
            if is_known(statement.effect) and statement.effect == "Allow"
            for action in statement.actions
            if is_known(action)
        )

    def trusted_services(self, role: Role) -> frozenset[str] | None:
        """Return the services that may assume the role, such as ``ec2``; ``None`` if that is not certain."""
        document = role.assume_role_policy_document
        services: set[str] = set()
        for statement in document.statements:
            if not statement.principals.services.complete or isinstance(statement.principal, Unknown):
                return None
            for service in statement.principals.services:
                name = service.prefix if isinstance(service, PartialText) else service
                if not isinstance(name, str) or not name:
                    return None
                services.add(name.split(".amazonaws")[0].rstrip("."))
        return frozenset(services) if document.statements.complete and document.present else None


def may_allow(statement: Statement, action: str) -> bool:
    """Return whether a statement allows an action on some resource, or may do so."""
    if is_known(statement.effect) and statement.effect != "Allow":
        return False
    if not is_known(statement.effect) or not statement.actions.complete or not statement.actions:
        return True
    return any(not is_known(each) or fnmatchcase(action.lower(), each.lower()) for each in statement.actions)


def may_name(statement: Statement, service: str) -> bool:
    """Return whether a statement of a resource policy names a service, such as ``events``, or may do so.

    Accounts and roles are not services; ``*`` and unknown values may be any service.
    """
    if statement.raw("NotPrincipal") is not None or not isinstance(statement.principal, dict):
        return statement.present
    services, aws = statement.principals.services, statement.principals.aws
    if not services.complete or not aws.complete:
        return True
    names = [name.prefix if isinstance(name, PartialText) else name for name in services]
    return any(
        not is_known(name) or name.split(".amazonaws")[0].rstrip(".") == service for name in names
    ) or any(
        not isinstance(each, Reference | PartialText) and (not is_known(each) or each == "*") for each in aws
    )


def _is_of_aws(arn: str | Unknown) -> bool:
    text = arn.text if isinstance(arn, PartialText) else arn
    return isinstance(text, str) and ":iam::aws:policy/" in text


def _is_own(arn: object) -> bool:
    return isinstance(arn, Reference) and isinstance(arn.target, AttachedPolicy)
