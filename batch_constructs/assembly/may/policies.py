"""The policies that decide about a request: those of a role, its boundary, and those of a resource."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from batch_constructs.assembly.may.principals import ServiceLinkedRole
from batch_constructs.assembly.template.memo import once
from batch_constructs.assembly.template.resources.roles import AttachedPolicy, PolicyDocument, Role
from batch_constructs.assembly.template.unknown import (
    PartialText,
    Reference,
    Unknown,
    as_text,
    ending,
    is_known,
)
from batch_constructs.facts import managed_policies

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_constructs.assembly.may.principals import RoleOf
    from batch_constructs.assembly.may.things import Thing
    from batch_constructs.assembly.template import BatchModel, Resource

_OF_AWS = ":iam::aws:policy/"


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy that counts for a request.

    Attributes:
        label: its name for readers.
        document: its statements; ``None`` for a policy outside the assembly.
        sure: whether it certainly exists and is attached.
    """

    label: str
    document: PolicyDocument | None
    sure: bool = True


def identity_policies(principal: RoleOf | ServiceLinkedRole, batch: BatchModel) -> Iterator[Policy]:
    """Yield the policies of a role: inline, attached, and managed by AWS or by the user."""
    if isinstance(principal, ServiceLinkedRole):
        yield _of_aws(principal.home, "", principal.policy)
        return
    role = principal.role
    for inline in role.policies:
        name = inline.name if is_known(inline.name) else ""
        yield Policy(f"{role.label}, inline policy {name}".rstrip(), inline.document)
    for policy, sure in _attached(batch).get(role, ()):
        yield Policy(policy.label, policy.document, sure and not policy.conditional)
    for arn in role.managed_policy_arns:
        yield _managed(role, "ManagedPolicyArns", arn)
    if isinstance(role.node, Unknown) or not (role.policies.complete and role.managed_policy_arns.complete):
        yield Policy(f"other policies of {role.label}", None)


def boundary(principal: RoleOf | ServiceLinkedRole) -> Policy | None:
    """Return the permissions boundary of a role; ``None`` if it has none."""
    if isinstance(principal, ServiceLinkedRole) or principal.role.permissions_boundary is None:
        return None
    return _managed(principal.role, "PermissionsBoundary", principal.role.permissions_boundary)


def managed_names(role: Role) -> list[str]:
    """Return the names of the managed policies of a role, as far as they are known."""
    return sorted({name for arn in role.managed_policy_arns if (name := ending(arn))})


def _managed(role: Role, member: str, arn: str | Unknown) -> Policy:
    """Return the managed policy with an ARN: of the assembly, of AWS, or unknown."""
    if isinstance(arn, Reference) and isinstance(arn.target, AttachedPolicy):
        return Policy(arn.target.label, arn.target.document, not arn.target.conditional)
    text = arn.text if isinstance(arn, PartialText) else arn
    name = ending(arn)
    if name and is_known(text) and _OF_AWS in text:
        return _of_aws(role, member, name)
    return Policy(name or as_text(arn), None)


def _of_aws(home: Resource, member: str, name: str) -> Policy:
    found = managed_policies.statements(name)
    return Policy(name, None if found is None else PolicyDocument(home, (member,), {"Statement": found}))


@once
def _attached(batch: BatchModel) -> dict[Role, list[tuple[AttachedPolicy, bool]]]:
    """Return the attached policies by role, each with whether it certainly is attached."""
    found: dict[Role, list[tuple[AttachedPolicy, bool]]] = defaultdict(list)
    roles = batch.of(Role)
    for policy in batch.of(AttachedPolicy):
        sure = {*policy.roles, *([policy.role] if policy.role is not None else [])}
        names = [*policy.role_names, *([] if policy.role_name is None else [policy.role_name])]
        for role in roles:
            complete = policy.role_names.complete or not policy.role_names.given
            if role in sure:
                found[role].append((policy, True))
            elif not complete or any(_may_name(name, role) for name in names):
                found[role].append((policy, False))
    return found


def _may_name(name: str | Unknown, role: Role) -> bool:
    """Return whether a name, which is none of a role of the assembly for certain, may still be this role's."""
    if isinstance(name, Reference):
        return name.target.TYPES != Role.TYPES and not isinstance(name.target, Role)
    return isinstance(name, Unknown) or isinstance(role.name, Unknown)


_PLACES: dict[str, tuple[tuple[str, str, str], ...]] = {
    "AWS::ECR::Repository": (("", "", "RepositoryPolicyText"),),
    "AWS::EFS::FileSystem": (("", "", "FileSystemPolicy"),),
    "AWS::IAM::Role": (("", "", "AssumeRolePolicyDocument"),),
    "AWS::KMS::Key": (("", "", "KeyPolicy"),),
    "AWS::S3::Bucket": (("AWS::S3::BucketPolicy", "Bucket", "PolicyDocument"),),
    "AWS::SNS::Topic": (
        ("AWS::SNS::TopicPolicy", "Topics", "PolicyDocument"),
        ("AWS::SNS::TopicInlinePolicy", "TopicArn", "PolicyDocument"),
    ),
    "AWS::SQS::Queue": (
        ("AWS::SQS::QueuePolicy", "Queues", "PolicyDocument"),
        ("AWS::SQS::QueueInlinePolicy", "Queue", "PolicyDocument"),
    ),
    "AWS::SecretsManager::Secret": (("AWS::SecretsManager::ResourcePolicy", "SecretId", "ResourcePolicy"),),
}
"""Where templates hold the policy of a resource: the type of its own, the member that names the resource, the policy."""


_WITH_POLICIES = frozenset({"ecr", "elasticfilesystem", "kms", "s3", "secretsmanager", "sns", "sqs", "sts"})
"""The services whose resources have policies."""

_ACCOUNT_ROOT = {"AWS": {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:root"}}
_BY_DEFAULT: dict[str, dict[str, Any]] = {
    "AWS::KMS::Key": {"Effect": "Allow", "Principal": _ACCOUNT_ROOT, "Action": "kms:*", "Resource": "*"},
    # Without a policy, a file system lets in every client that reaches a mount target.
    "AWS::EFS::FileSystem": {"Effect": "Allow", "Principal": "*", "Action": "elasticfilesystem:Client*"},
}
"""The policy of a resource whose template has none."""


def policies_of(thing: Thing, action: str, batch: BatchModel) -> Iterator[Policy]:
    """Yield the policies of a resource; one that is unknown if the resource is not in the assembly."""
    resource = thing.resource
    if resource is None:
        if thing.arns != (("*",),) and action.partition(":")[0] in _WITH_POLICIES:
            yield Policy(f"policy of {thing}", None)
        return
    found = list(_policies_in(resource, batch))
    if not found and resource.type in _BY_DEFAULT:
        document = PolicyDocument(resource, (), {"Statement": _BY_DEFAULT[resource.type]})
        found = [Policy(f"default policy of {resource.label}", document)]
    yield from found


def _policies_in(resource: Resource, batch: BatchModel) -> Iterator[Policy]:
    for kind, member, document in _PLACES.get(resource.type, ()):
        if not kind:
            node = resource.raw(document)
            if node is not None:
                yield Policy(f"policy of {resource.label}", _document(resource, document, node))
            elif isinstance(resource, Role):
                # CloudFormation requires it, so something that is not seen here must add it.
                yield Policy(f"policy of {resource.label}", None)
            continue
        for policy in _by_type(batch).get(kind, ()):
            named = _names(policy, member, resource)
            if named is None:
                # Something else may give the resource its policy, too.
                yield Policy(policy.label, None)
            elif named:
                yield Policy(
                    policy.label, _document(policy, document, policy.raw(document)), not policy.conditional
                )


@once
def _by_type(batch: BatchModel) -> dict[str, list[Resource]]:
    kinds = {kind for places in _PLACES.values() for kind, _, _ in places if kind}
    found: dict[str, list[Resource]] = defaultdict(list)
    for resource in batch.resources:
        if resource.type in kinds:
            found[resource.type].append(resource)
    return found


def _document(home: Resource, member: str, node: object) -> PolicyDocument:
    usable = node if isinstance(node, dict | Unknown) else Unknown("a policy of another form")
    return PolicyDocument(home, (member,), usable)


def _names(policy: Resource, member: str, resource: Resource) -> bool | None:
    """Return whether a policy belongs to a resource; ``None`` if that is not certain."""
    node = policy.raw(member)
    values = node if isinstance(node, list) else [node]
    known = [policy.stack.resolve(value) for value in values]
    if any(isinstance(value, Reference) and value.target is resource for value in known):
        return True
    return None if any(_may_be(value, resource) for value in known) else False


def _may_be(value: object, resource: Resource) -> bool:
    if isinstance(value, Reference):
        return False
    name = resource.raw(type(resource).NAME) if type(resource).NAME else None
    return (
        isinstance(value, Unknown)
        or (isinstance(name, str) and name in str(value))
        or isinstance(name, Unknown)
    )
