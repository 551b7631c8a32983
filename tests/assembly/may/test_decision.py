"""What counts for an answer: every policy of the role and of the resource, and nothing that is not certain."""

from __future__ import annotations

from typing import Any

import pytest

from batch_constructs.assembly.may import EVERYTHING, RoleOf, Service, may, thing_named, thing_of
from batch_constructs.assembly.proofs import Answer, Verdict
from batch_constructs.assembly.template import BatchModel, model_of
from batch_constructs.assembly.template.resources import Role

YES, NO, UNKNOWN = Verdict.YES, Verdict.NO, Verdict.UNKNOWN
ROOT = {"AWS": {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:root"}}


def allow(action: str, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def document(*statements: Any) -> dict[str, Any]:
    return {"PolicyDocument": {"Version": "2012-10-17", "Statement": list(statements)}}


def model(role: dict[str, Any], **others: dict[str, Any]) -> tuple[BatchModel, RoleOf]:
    """Return a model with a role and other resources, each as ``Type`` and properties."""
    resources = {"Role": {"Type": "AWS::IAM::Role", "Properties": role}, **others}
    batch = model_of({"Resources": resources, "Parameters": {"P": {"Type": "String"}}})
    return batch, RoleOf(next(each for each in batch.of(Role) if each.logical_id == "Role"))


def resource(kind: str, **properties: Any) -> dict[str, Any]:
    return {"Type": kind, "Properties": properties}


def asked(role: dict[str, Any], action: str, name: str = "", **others: dict[str, Any]) -> Answer:
    """Return whether the role may do something, with the resource of a name or with everything."""
    batch, principal = model(role, **others)
    thing = thing_of(batch.stacks[0].resources[name]) if name else EVERYTHING
    return may(batch, principal, action, thing)


@pytest.mark.parametrize(
    "action", ["batch:DescribeJobs", "logs:PutLogEvents", "ec2:RunInstances", "ecr:GetAuthorizationToken"]
)
def test_every_policy_of_the_role_counts(action: str) -> None:
    """Inline, attached, the stack's own managed policies, and those of AWS."""
    role = {
        "Policies": [{"PolicyName": "a", **document(allow("batch:Describe*"))}],
        "ManagedPolicyArns": [
            {"Ref": "Own"},
            {
                "Fn::Sub": "arn:${AWS::Partition}:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
            },
        ],
    }
    own = resource("AWS::IAM::ManagedPolicy", **document(allow("ec2:*")))
    attached = resource("AWS::IAM::Policy", Roles=[{"Ref": "Role"}], **document(allow("LOGS:*")))
    assert asked(role, action, Own=own, Attached=attached).verdict is YES
    assert asked(role, "iam:PassRole", Own=own, Attached=attached).verdict is NO


@pytest.mark.parametrize(
    "arn",
    [
        "arn:aws:iam::123456789012:policy/mine",
        "arn:aws:iam::aws:policy/NobodyKnowsThisOne",
        {"Ref": "P"},
        {"Fn::If": ["C", "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess", {"Ref": "AWS::NoValue"}]},
    ],
)
def test_policies_outside_the_assembly_may_allow_anything(arn: Any) -> None:
    """Policies of the account, future ones of AWS, parameters and conditions leave the answer open."""
    assert asked({"ManagedPolicyArns": [arn]}, "batch:DescribeJobs").verdict is UNKNOWN


@pytest.mark.parametrize(
    ("roles", "expected"),
    [([{"Ref": "P"}], UNKNOWN), ({"Ref": "P"}, UNKNOWN), (["another-role"], NO), ([{"Ref": "Role"}], YES)],
)
def test_a_policy_on_an_unknown_role_may_be_on_any(roles: Any, expected: Verdict) -> None:
    """A policy for a parameter may be for this role, one for a role by another name is not."""
    attached = resource("AWS::IAM::Policy", Roles=roles, **document(allow("batch:*")))
    assert asked({}, "batch:DescribeJobs", Attached=attached).verdict is expected


def test_a_policy_under_a_condition_may_not_exist() -> None:
    """CloudFormation creates it only for some deployments."""
    attached = resource("AWS::IAM::Policy", Roles=[{"Ref": "Role"}], **document(allow("batch:*")))
    assert asked({}, "batch:DescribeJobs", Attached={**attached, "Condition": "C"}).verdict is UNKNOWN


def test_a_role_policy_names_its_role() -> None:
    """AWS::IAM::RolePolicy has one role, by name."""
    attached = resource("AWS::IAM::RolePolicy", RoleName={"Ref": "Role"}, **document(allow("batch:*")))
    assert asked({}, "batch:DescribeJobs", Attached=attached).verdict is YES


@pytest.mark.parametrize(
    ("principal", "expected"),
    [
        ({"Service": "ec2.amazonaws.com"}, YES),
        ({"Service": ["ecs-tasks.amazonaws.com", "ec2.amazonaws.com.cn"]}, YES),
        ({"Service": {"Fn::Sub": "ec2.${AWS::URLSuffix}"}}, YES),
        ({"Service": {"Fn::Sub": "ec2.${P}"}}, UNKNOWN),
        ({"Service": {"Fn::Sub": "s3.${P}"}}, NO),
        ({"Service": "ec2messages.amazonaws.com"}, NO),
        ({"AWS": "arn:aws:iam::123456789012:role/other"}, NO),
        ({"AWS": {"Ref": "AWS::AccountId"}}, NO),
        ({"AWS": {"Ref": "P"}}, UNKNOWN),
        ({"AWS": "*"}, YES),
        ({"Service": {"Ref": "P"}}, UNKNOWN),
        ({"Ref": "P"}, UNKNOWN),
    ],
)
def test_a_trust_policy_names_services(principal: Any, expected: Verdict) -> None:
    """The suffix of a service differs by partition."""
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    batch, role = model({"AssumeRolePolicyDocument": {"Statement": statement}})
    assert may(batch, Service("ec2", role.stack), "sts:AssumeRole", thing_of(role.role)).verdict is expected


@pytest.mark.parametrize(
    ("key_policy", "expected"),
    [
        (allow("kms:*", Principal=ROOT), YES),
        (allow("kms:*", Principal={"AWS": {"Fn::GetAtt": ["Role", "Arn"]}}), YES),
        (allow("kms:*", Principal={"Service": "logs.amazonaws.com"}), NO),
        (allow("kms:*", Principal={"AWS": "arn:aws:iam::123456789012:root"}), UNKNOWN),
    ],
)
def test_the_policy_of_a_key_decides(key_policy: dict[str, Any], expected: Verdict) -> None:
    """A role with all rights may use a key only if the key's policy names the role, or leaves it to the account."""
    role = {"Policies": [{"PolicyName": "a", **document(allow("*"))}]}
    key = resource("AWS::KMS::Key", KeyPolicy={"Statement": [key_policy]})
    assert asked(role, "kms:Decrypt", "Key", Key=key).verdict is expected


def test_another_account_needs_both_sides() -> None:
    """A role's right on a topic of another account is not enough; the topic's policy is not in the template."""
    batch, role = model({"Policies": [{"PolicyName": "a", **document(allow("*"))}]})
    batch.stacks[0].bind({"AWS::AccountId": "111122223333"})
    topic = thing_named("arn:aws:sns:eu-west-1:999999999999:alerts", role.stack)
    queue = thing_named("arn:aws:batch:eu-west-1:999999999999:job-queue/theirs", role.stack)
    verdicts = [
        may(batch, role, action, thing).verdict
        for action, thing in (("sns:Publish", topic), ("batch:SubmitJob", queue))
    ]
    assert verdicts == [UNKNOWN, NO]


def test_each_policy_that_was_looked_at_is_a_step() -> None:
    """A *no* lists the policies that allow nothing, a denial is named by its statement."""
    queue = resource("AWS::Batch::JobQueue")
    role = {"Policies": [{"PolicyName": "a", **document(allow("batch:List*"))}]}
    answer = asked(role, "batch:SubmitJob", "Queue", Queue=queue)
    assert "Role, inline policy a: no statement allows batch:SubmitJob on Queue" in map(str, answer.steps)
    role["Policies"].append(
        {"PolicyName": "b", **document(allow("*"), {**allow("batch:*"), "Effect": "Deny"})}
    )
    denied = asked(role, "batch:SubmitJob", "Queue", Queue=queue)
    assert str(denied.because) == "Role, inline policy b, statement 2: denies batch:SubmitJob on Queue"


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"Bool": {"aws:SecureTransport": "true"}}, YES),
        ({"Bool": {"aws:MultiFactorAuthPresent": "true"}}, UNKNOWN),
        ({"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}, NO),
        ({"StringNotEquals": {"aws:SourceAccount": "123456789012"}}, YES),
        ({"StringEqualsIfExists": {"aws:SourceAccount": "123456789012"}}, YES),
        ({"StringEquals": {"aws:PrincipalAccount": {"Ref": "AWS::AccountId"}}}, YES),
        ({"StringEquals": {"aws:PrincipalAccount": "123456789012"}}, UNKNOWN),
        ({"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}, UNKNOWN),
        ({"StringSounds": {"aws:PrincipalAccount": "1"}}, UNKNOWN),
        ({"Null": {"aws:SourceArn": "true"}}, YES),
        ({"Null": {"aws:SourceArn": "false"}}, NO),
        ({"Fn::If": ["C", {}, {"Bool": {"a:b": "true"}}]}, UNKNOWN),
        ({"ArnLike": {"aws:PrincipalArn": {"Fn::Sub": "arn:${AWS::Partition}:iam::*:role/*"}}}, YES),
    ],
)
def test_a_condition_holds_never_or_may_hold(condition: Any, expected: Verdict) -> None:
    """Keys whose value is not known, and operators that are not known, leave the answer open."""
    role = {"Policies": [{"PolicyName": "a", **document(allow("batch:*", Condition=condition))}]}
    assert asked(role, "batch:DescribeJobs").verdict is expected
