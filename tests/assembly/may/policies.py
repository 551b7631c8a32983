"""Templates with policies drawn at random, and the questions about them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from random import Random

SUB = "Fn::Sub"
ROLE, STRANGER = {"Fn::GetAtt": ["Role", "Arn"]}, {"Fn::GetAtt": ["Stranger", "Arn"]}
SERVICE = "events.amazonaws.com"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A resource and an action on it.

    Attributes:
        kind: its CloudFormation type.
        action: the action that is asked about.
        ref: its ARN in a template.
        patterns: patterns that match it, and some that do not.
        policy: the type of the resource that holds its policy, or the property; empty if it has no policy.
    """

    kind: str
    action: str
    ref: dict[str, Any]
    patterns: tuple[str, ...]
    policy: str = ""


def _arn(rest: str) -> str:
    return f"arn:aws:{rest}"


SUBJECTS = (
    Subject(
        kind="AWS::KMS::Key",
        action="kms:Decrypt",
        ref={"Fn::GetAtt": ["Thing", "Arn"]},
        patterns=(
            "kms:*:*:key/*",
            "kms:${AWS::Region}:${AWS::AccountId}:key/*",
            "kms:us-east-1:*:key/*",
            "kms:*:*:*",
        ),
        policy="KeyPolicy",
    ),
    Subject(
        kind="AWS::SNS::Topic",
        action="sns:Publish",
        ref={"Ref": "Thing"},
        patterns=("sns:*:*:*", "sns:*:${AWS::AccountId}:Th?ng", "sns:*:999999999999:*", "sqs:*:*:*"),
        policy="AWS::SNS::TopicPolicy",
    ),
    Subject(
        kind="AWS::SQS::Queue",
        action="sqs:SendMessage",
        ref={"Fn::GetAtt": ["Thing", "Arn"]},
        patterns=("sqs:*:*:*", "sqs:eu-west-?:*:*", "sqs:*:*:Other*", "sqs:*:*:T*"),
        policy="AWS::SQS::QueuePolicy",
    ),
    Subject(
        kind="AWS::ECR::Repository",
        action="ecr:BatchGetImage",
        ref={"Fn::GetAtt": ["Thing", "Arn"]},
        patterns=("ecr:*:*:repository/*", "ecr:*:*:repository/team/*", "ecr:*:*:*"),
        policy="RepositoryPolicyText",
    ),
    Subject(
        kind="AWS::Batch::JobQueue",
        action="batch:SubmitJob",
        ref={"Ref": "Thing"},
        patterns=(
            "batch:*:*:job-queue/*",
            "batch:*:*:job-definition/*",
            "batch:*:*:job*",
            "batch:*:*:job-queue/Thing",
        ),
    ),
)

_CONDITIONS: tuple[dict[str, Any], ...] = (
    {"Bool": {"aws:SecureTransport": "true"}},
    {"Bool": {"aws:SecureTransport": "false"}},
    {"BoolIfExists": {"aws:SecureTransport": ["true"]}},
    {"ArnEquals": {"aws:PrincipalArn": ROLE}},
    {"ArnNotEquals": {"aws:PrincipalArn": ROLE}},
    {"ArnLike": {"AWS:PrincipalArn": "arn:aws:iam::*:role/*"}},
    {"StringLike": {"aws:PrincipalArn": ["arn:aws:iam::*:user/*", STRANGER]}},
    {"StringEquals": {"aws:PrincipalAccount": {"Ref": "AWS::AccountId"}}},
    {"StringNotEquals": {"aws:PrincipalAccount": {"Ref": "AWS::AccountId"}}},
    {"StringNotEqualsIfExists": {"aws:PrincipalAccount": "999999999999"}},
    {"StringEqualsIgnoreCase": {"aws:RequestedRegion": "EU-WEST-1"}},
    {"StringEquals": {"aws:SourceVpc": "vpc-1"}},
    {"Null": {"aws:SourceVpc": "true"}},
    {"Null": {"aws:PrincipalArn": "false"}},
    {"StringNotEquals": {"aws:SourceVpc": "vpc-1"}, "Bool": {"aws:SecureTransport": "true"}},
    {"NumericLessThan": {"aws:MultiFactorAuthAge": "300"}},
    {"ForAnyValue:StringEquals": {"aws:RequestedRegion": ["eu-west-1", "us-east-1"]}},
    {"StringEquals": {"aws:PrincipalTag/team": "${aws:username}"}},
)


def draw(random: Random) -> tuple[dict[str, Any], Subject, bool]:
    """Return the resources of a template, the subject of the question, and whether a service asks in place of the role."""
    subject = random.choice(SUBJECTS)
    role: dict[str, Any] = {"AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": []}}
    role["Policies"] = [
        {"PolicyName": f"P{number}", "PolicyDocument": _document(random, subject)}
        for number in range(random.choice((0, 1, 1, 2)))
    ]
    resources: dict[str, Any] = {
        "Role": {"Type": "AWS::IAM::Role", "Properties": role},
        "Stranger": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": {"Statement": []}}},
        "Thing": {"Type": subject.kind, "Properties": {}},
        "Other": {"Type": subject.kind, "Properties": {}},
    }
    if random.random() < 0.25:
        role["PermissionsBoundary"] = {"Ref": "Boundary"}
        document = _document(random, subject)
        resources["Boundary"] = {
            "Type": "AWS::IAM::ManagedPolicy",
            "Properties": {"PolicyDocument": document},
        }
    if subject.policy and (subject.policy == "KeyPolicy" or random.random() < 0.6):
        _give_policy(resources, subject, _document(random, subject, principals=True))
    return resources, subject, bool(subject.policy) and random.random() < 0.2


def _give_policy(resources: dict[str, Any], subject: Subject, document: dict[str, Any]) -> None:
    if "::" not in subject.policy:
        resources["Thing"]["Properties"][subject.policy] = document
        return
    member = "Topics" if "SNS" in subject.policy else "Queues"
    properties = {"PolicyDocument": document, member: [{"Ref": "Thing"}]}
    resources["Policy"] = {"Type": subject.policy, "Properties": properties}


def _document(random: Random, subject: Subject, *, principals: bool = False) -> dict[str, Any]:
    statements = [_statement(random, subject, principals) for _ in range(random.choice((1, 1, 2, 3)))]
    return {"Version": "2012-10-17", "Statement": statements}


def _statement(random: Random, subject: Subject, principals: bool) -> dict[str, Any]:
    service, _, name = subject.action.partition(":")
    actions = (
        "*",
        f"{service}:*",
        subject.action,
        f"{service}:{name[:3]}*",
        f"{service}:List*",
        subject.action.upper(),
    )
    resources: list[Any] = [
        "*",
        "*",
        subject.ref,
        _other(subject.ref),
        *({SUB: _arn(each)} for each in subject.patterns),
    ]
    statement: dict[str, Any] = {
        "Effect": random.choice(("Allow", "Allow", "Allow", "Deny")),
        random.choice(("Action", "Action", "Action", "Action", "NotAction")): _some(random, actions),
    }
    if not (principals and subject.policy == "RepositoryPolicyText"):
        member = random.choice(("Resource", "Resource", "Resource", "Resource", "NotResource"))
        statement[member] = _some(random, resources)
    if principals:
        _name_principals(random, statement)
    if random.random() < 0.35:
        statement["Condition"] = random.choice(_CONDITIONS)
    return statement


def _name_principals(random: Random, statement: dict[str, Any]) -> None:
    root = {SUB: "arn:aws:iam::${AWS::AccountId}:root"}
    everybody = (
        "*",
        {"AWS": "*"},
        {"AWS": ROLE},
        {"AWS": STRANGER},
        {"AWS": root},
        {"AWS": {"Ref": "AWS::AccountId"}},
    )
    services = (
        {"Service": SERVICE},
        {"Service": ["sns.amazonaws.com"]},
        {"Service": SERVICE, "AWS": STRANGER},
    )
    # IAM's guide advises against Allow with NotPrincipal, and the simulator says that its own answer is a guess.
    member = "NotPrincipal" if statement["Effect"] == "Deny" and random.random() < 0.2 else "Principal"
    choices = (everybody[2:4]) if member == "NotPrincipal" else (*everybody, *services)
    statement[member] = random.choice(choices)


def _other(ref: dict[str, Any]) -> dict[str, Any]:
    return {"Ref": "Other"} if "Ref" in ref else {"Fn::GetAtt": ["Other", "Arn"]}


def _some(random: Random, values: Any) -> Any:
    chosen = random.sample(list(values), random.choice((1, 1, 2)))
    return chosen[0] if len(chosen) == 1 else chosen
