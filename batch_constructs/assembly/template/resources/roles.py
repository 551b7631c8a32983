"""IAM roles: their trust and their policies."""

from __future__ import annotations

from batch_constructs.assembly.template.members import Anything, Link, Links, Struct, Structs, Text, Texts
from batch_constructs.assembly.template.views import Resource, View


class Principals(View):
    """The principals of a statement."""

    services = Texts("Service", or_one=True)
    aws = Texts("AWS", or_one=True)
    federated = Texts("Federated", or_one=True)


class Statement(View):
    """A statement of a policy document. ``principal`` may also be the string ``*``."""

    effect = Text("Effect")
    actions = Texts("Action", or_one=True)
    not_actions = Texts("NotAction", or_one=True)
    resources = Texts("Resource", or_one=True)
    not_resources = Texts("NotResource", or_one=True)
    principals = Struct("Principal", Principals)
    not_principals = Struct("NotPrincipal", Principals)
    principal = Anything("Principal")
    condition = Anything("Condition")


class PolicyDocument(View):
    """A policy document."""

    statements = Structs("Statement", Statement, or_one=True)


class InlinePolicy(View):
    """A policy that is part of a role."""

    name = Text("PolicyName")
    document = Struct("PolicyDocument", PolicyDocument)


class Role(Resource):
    """An IAM role; `Permissions` of the assembly knows the policies that are attached to it."""

    TYPES = ("AWS::IAM::Role",)
    NAME = "RoleName"

    name = Text("RoleName")
    path_ = Text("Path")
    assume_role_policy_document = Struct("AssumeRolePolicyDocument", PolicyDocument)
    managed_policy_arns = Texts("ManagedPolicyArns")
    permissions_boundary = Text("PermissionsBoundary")
    policies = Structs("Policies", InlinePolicy)


class AttachedPolicy(Resource):
    """A policy resource that names the roles it is attached to."""

    TYPES = ("AWS::IAM::Policy", "AWS::IAM::RolePolicy", "AWS::IAM::ManagedPolicy")
    NAME = "ManagedPolicyName"

    document = Struct("PolicyDocument", PolicyDocument)
    role_names = Texts("Roles")
    roles = Links("Roles", Role)
    role_name = Text("RoleName")
    role = Link("RoleName", Role)


class InstanceProfile(Resource):
    """An instance profile, which gives instances a role."""

    TYPES = ("AWS::IAM::InstanceProfile",)
    NAME = "InstanceProfileName"

    name = Text("InstanceProfileName")
    role_names = Texts("Roles")
    roles = Links("Roles", Role)
