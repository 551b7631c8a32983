"""Permissions of roles, from every policy in the assembly."""

from __future__ import annotations

from typing import Any

import pytest

from batch_constructs.assembly.template import model_of
from batch_constructs.assembly.template.resources import Role

ALLOW = {"Effect": "Allow", "Action": ["batch:SubmitJob"], "Resource": "*"}


def permissions(role: dict[str, Any], **others: Any) -> tuple[Any, Role]:
    model = model_of({"Resources": {"Role": {"Type": "AWS::IAM::Role", "Properties": role}, **others}})
    return model.permissions, model.of(Role)[0]


def policy(*roles: Any) -> dict[str, Any]:
    document = {"Statement": {**ALLOW, "Action": "logs:*"}}
    return {"Type": "AWS::IAM::Policy", "Properties": {"PolicyDocument": document, "Roles": list(roles)}}


def test_actions_come_from_all_policies() -> None:
    """Inline, attached and the stack's own managed policies count; denials do not."""
    inline = {
        "PolicyName": "a",
        "PolicyDocument": {"Statement": [ALLOW, {"Effect": "Deny", "Action": "s3:*"}]},
    }
    own = {
        "Type": "AWS::IAM::ManagedPolicy",
        "Properties": {"PolicyDocument": {"Statement": {**ALLOW, "Action": "ec2:*"}}},
    }
    found, role = permissions(
        {"Policies": [inline], "ManagedPolicyArns": [{"Ref": "Own"}]},
        Own=own,
        Attached=policy({"Ref": "Role"}),
    )
    assert found.allowed_actions(role) == {"batch:submitjob", "logs:*", "ec2:*"}
    assert found.all_known(role)


@pytest.mark.parametrize(
    ("arn", "names", "all_known"),
    [
        (
            {"Fn::Sub": "arn:${AWS::Partition}:iam::aws:policy/service-role/AWSBatchServiceRole"},
            {"AWSBatchServiceRole"},
            True,
        ),
        ("arn:aws:iam::123456789012:policy/mine", {"mine"}, False),
        ({"Ref": "Parameter"}, set(), False),
        ({"Fn::If": ["C", "arn:aws:iam::aws:policy/A", {"Ref": "AWS::NoValue"}]}, set(), False),
    ],
)
def test_managed_policies(arn: Any, names: set[str], all_known: bool) -> None:
    """Managed policies have their name; only AWS's own have known permissions."""
    found, role = permissions({"ManagedPolicyArns": [arn]})
    assert found.managed_policies(role) == names
    assert found.all_known(role) is all_known


def test_a_policy_on_an_unknown_role_may_be_on_any() -> None:
    """As long as one policy is attached to a parameter, no role is completely known."""
    found, role = permissions({}, Attached=policy({"Ref": "Parameter"}))
    assert not found.all_known(role)
    found, role = permissions({}, Attached=policy("another-role"))
    assert not found.all_known(role)


@pytest.mark.parametrize(
    ("statement", "services"),
    [
        ({"Principal": {"Service": "ec2.amazonaws.com"}}, {"ec2"}),
        (
            {"Principal": {"Service": ["ecs-tasks.amazonaws.com", "batch.amazonaws.com.cn"]}},
            {"ecs-tasks", "batch"},
        ),
        ({"Principal": {"Service": {"Fn::Sub": "ec2.${AWS::URLSuffix}"}}}, {"ec2"}),
        ({"Principal": {"AWS": "arn"}}, set()),
        ({"Principal": {"Service": {"Ref": "P"}}}, None),
        ({"Principal": {"Ref": "P"}}, None),
        ({"Fn::If": ["C", {}, {"Effect": "Deny"}]}, None),
    ],
)
def test_trusted_services(statement: Any, services: set[str] | None) -> None:
    """Services have no suffix, which differs by partition."""
    found, role = permissions({"AssumeRolePolicyDocument": {"Statement": [statement]}})
    assert found.trusted_services(role) == services
