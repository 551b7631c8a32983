"""Who calls AWS, and which principals of a resource's policy that is."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

from batch_constructs.assembly.may.naming import arn_in, arn_of, pseudo
from batch_constructs.assembly.may.statements import one_is
from batch_constructs.assembly.may.texts import Hole, arn_matches, joined, matches, split
from batch_constructs.assembly.may.verdicts import NO, UNKNOWN, YES, any_of, inverse

if TYPE_CHECKING:
    from batch_constructs.assembly.may.texts import Text
    from batch_constructs.assembly.proofs import Verdict
    from batch_constructs.assembly.template import Resource
    from batch_constructs.assembly.template.resources import Role, Statement
    from batch_constructs.assembly.template.stacks import Stack

_ACCOUNT, _RESOURCE = 4, 5
_SUFFIXES = ("amazonaws.com", "amazonaws.com.cn")


@dataclass(frozen=True)
class RoleOf:
    """A role of the assembly."""

    role: Role

    @property
    def label(self) -> str:
        """The role's name in messages."""
        return self.role.label

    @property
    def stack(self) -> Stack:
        """The stack whose account it belongs to."""
        return self.role.stack

    @cached_property
    def arn(self) -> Text:
        """The role's ARN."""
        return arn_of(self.role)


@dataclass(frozen=True)
class ServiceLinkedRole:
    """A role that AWS makes for a service in the account of a stack.

    Attributes:
        name: such as ``AWSServiceRoleForAutoScaling``.
        service: such as ``autoscaling``.
        policy: the managed policy with all its rights.
        home: a resource of the account.
    """

    name: str
    service: str
    policy: str
    home: Resource

    @property
    def stack(self) -> Stack:
        """A stack of the account."""
        return self.home.stack

    @property
    def label(self) -> str:
        """The role's name in messages."""
        return self.name

    @cached_property
    def arn(self) -> Text:
        """The role's ARN."""
        path = f"aws-service-role/{self.service}.amazonaws.com/{self.name}"
        return arn_in(self.stack, f"iam::{{account}}:role/{path}")


@dataclass(frozen=True)
class Service:
    """A service of AWS that acts on behalf of the account of a stack, without a role.

    Attributes:
        name: such as ``events``.
        stack: a stack of the account.
        regional: whether its principal names the Region, as that of CloudWatch Logs does.
    """

    name: str
    stack: Stack
    regional: bool = False

    @property
    def label(self) -> str:
        """The service's principal, in the partition ``aws``."""
        return f"{self.name}.REGION.amazonaws.com" if self.regional else f"{self.name}.amazonaws.com"


@dataclass(frozen=True)
class Anonymous:
    """A client that does not say who it is, such as an NFS client without IAM.

    Attributes:
        label: its name in messages.
        stack: the stack of the resource.
    """

    label: str
    stack: Stack


Principal: TypeAlias = RoleOf | ServiceLinkedRole | Service | Anonymous


def named_in(statement: Statement, principal: Principal) -> tuple[Verdict, Verdict]:
    """Return whether a statement of a resource's policy names a principal itself, and whether it names its account."""
    if statement.raw("NotPrincipal") is not None:
        directly, by_account = _listed(statement, "NotPrincipal", principal)
        # IAM does not spare a role with a boundary, and its guide does not say what an account means for its roles.
        limited = isinstance(principal, RoleOf) and principal.role.permissions_boundary is not None
        return (UNKNOWN if limited or by_account is not NO else inverse(directly)), NO
    return _listed(statement, "Principal", principal)


def _listed(statement: Statement, member: str, principal: Principal) -> tuple[Verdict, Verdict]:
    node = statement.raw(member)
    if isinstance(node, str):
        return (YES, NO) if node == "*" else (UNKNOWN, UNKNOWN)
    if not isinstance(node, dict):
        return UNKNOWN, UNKNOWN
    listed = statement.principals if member == "Principal" else statement.not_principals
    everybody = one_is(statement, listed.aws, _is_everybody)
    if isinstance(principal, Anonymous):
        return everybody, NO
    if isinstance(principal, Service):
        service = one_is(statement, listed.services, lambda each: _is_service(each, principal))
        return any_of((service, everybody)), NO
    role = one_is(statement, listed.aws, lambda each: _is_role(each, principal))
    account = one_is(statement, listed.aws, lambda each: _is_account(each, principal))
    return any_of((role, everybody)), account


def _is_everybody(text: Text) -> Verdict:
    if len(text) == 1 and isinstance(text[0], Hole) and text[0].kind == "free" and not text[0].of_resource:
        # A parameter may be an asterisk.
        return UNKNOWN
    return YES if text == ("*",) else NO


def _is_role(text: Text, principal: RoleOf | ServiceLinkedRole) -> Verdict:
    if text == principal.arn:
        return YES
    sessions = split(text, ":", _RESOURCE)
    if len(sessions) > _RESOURCE and sessions[2] == ("sts",):
        # A session has a name that the program chooses which assumes the role.
        return UNKNOWN
    return matches(text, principal.arn, wildcards=False)


def _is_account(text: Text, principal: RoleOf | ServiceLinkedRole) -> Verdict:
    """Return whether a principal is the whole account: its number, or the ARN of its root."""
    account = split(principal.arn, ":", _RESOURCE)[_ACCOUNT]
    root = arn_in(principal.stack, "iam::{account}:root")
    return any_of((matches(text, account, wildcards=False), arn_matches(text, root)))


def _is_service(text: Text, principal: Service) -> Verdict:
    if text and isinstance(text[-1], Hole) and text[-1].word != "AWS::URLSuffix":
        # A parameter may hold the suffix, as in ec2.${Suffix}, or also a part of the name.
        whole = joined(_full_name(principal))
        return any_of(matches(text, joined((*whole, f".{suffix}")), wildcards=False) for suffix in _SUFFIXES)
    name = _without_suffix(text)
    if not principal.regional:
        return matches(name, (principal.name,), wildcards=False)
    regional = joined(_full_name(principal))
    # Some services also accept the principal without the Region.
    return UNKNOWN if name == (principal.name,) else matches(name, regional, wildcards=False)


def _full_name(principal: Service) -> Text:
    """Return a service's name without suffix, with its Region if its principal has one."""
    if principal.regional:
        return (f"{principal.name}.", *pseudo(principal.stack, "AWS::Region"))
    return (principal.name,)


def _without_suffix(text: Text) -> Text:
    """Return a service's principal without ``.amazonaws.com``, which differs between partitions."""
    *parts, last = text or ("",)
    if isinstance(last, Hole):
        suffix = last.word == "AWS::URLSuffix" and parts and isinstance(parts[-1], str)
        return joined((*parts[:-1], str(parts[-1]).removesuffix("."))) if suffix else text
    return joined((*parts, last.partition(".amazonaws.")[0]))
