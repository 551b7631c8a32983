"""Names and ARNs of the resources of a template, as a deployment would make them up."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from batch_constructs.assembly.template import BatchModel, Resource

ACCOUNT = "123456789012"
"""The account of everything that is local."""

# What the ARN of a resource ends in, with the resource's name in it.
_ARN_ENDINGS = {
    "AWS::Batch::ComputeEnvironment": "batch:{region}:{account}:compute-environment/{name}",
    "AWS::Batch::ConsumableResource": "batch:{region}:{account}:consumable-resource/{name}",
    "AWS::Batch::JobDefinition": "batch:{region}:{account}:job-definition/{name}:1",
    "AWS::Batch::JobQueue": "batch:{region}:{account}:job-queue/{name}",
    "AWS::Batch::QuotaShare": "batch:{region}:{account}:quota-share/{name}",
    "AWS::Batch::SchedulingPolicy": "batch:{region}:{account}:scheduling-policy/{name}",
    "AWS::Batch::ServiceEnvironment": "batch:{region}:{account}:service-environment/{name}",
    "AWS::IAM::InstanceProfile": "iam::{account}:instance-profile/{name}",
    "AWS::IAM::ManagedPolicy": "iam::{account}:policy/{name}",
    "AWS::IAM::Role": "iam::{account}:role/{name}",
    "AWS::Logs::LogGroup": "logs:{region}:{account}:log-group:{name}:*",
    "AWS::S3::Bucket": "s3:::{name}",
    "AWS::SecretsManager::Secret": "secretsmanager:{region}:{account}:secret:{name}-a1b2c3",
    "AWS::SSM::Parameter": "ssm:{region}:{account}:parameter/{name}",
    "AWS::StepFunctions::StateMachine": "states:{region}:{account}:stateMachine:{name}",
    "AWS::ECR::Repository": "ecr:{region}:{account}:repository/{name}",
    "AWS::Events::Rule": "events:{region}:{account}:rule/{name}",
}
# Ref gives the ARN of these, and the name of all others.
_REF_IS_ARN = re.compile(
    r"AWS::(Batch::.*|IAM::ManagedPolicy|SNS::Topic|SecretsManager::Secret|StepFunctions::StateMachine)\Z"
)
_NAMES = ("Name", "{kind}Name", "QueueName", "TopicName", "RoleName", "FunctionName")


class Identities:
    """The name and ARN of each resource of a model."""

    def __init__(self, model: BatchModel, region: str, account: str = ACCOUNT) -> None:
        self._region = region
        self._account = account
        self._short = Counter(_short_name(resource) for resource in model.resources)

    def name(self, resource: Resource) -> str:
        """Return the name that the template gives, else one made of the construct's path or the logical id."""
        given = _given_name(resource)
        if given:
            return given
        short = _short_name(resource)
        return short if self._short[short] == 1 else f"{_clean(resource.stack.name)}-{resource.logical_id}"

    def arn(self, resource: Resource) -> str:
        """Return the ARN of a resource."""
        service = resource.type.split("::")[1].lower()
        ending = _ARN_ENDINGS.get(resource.type, service + ":{region}:{account}:{name}")
        return "arn:aws:" + ending.format(
            region=self._region, account=self._account, name=self.name(resource)
        )

    def attribute(self, resource: Resource, attribute: str) -> str:
        """Return what ``Fn::GetAtt``, or with an empty attribute ``Ref``, gives for a resource."""
        if attribute.endswith("Arn") or (not attribute and _REF_IS_ARN.match(resource.type)):
            return self.arn(resource)
        if not attribute or attribute.endswith(("Name", "Id", "Ref")):
            return self.name(resource)
        if attribute == "RepositoryUri":
            return f"{self._account}.dkr.ecr.{self._region}.amazonaws.com/{self.name(resource)}"
        return f"{self.name(resource)}.{attribute}"


def _given_name(resource: Resource) -> str:
    kind = resource.type.rpartition("::")[2]
    for pattern in (type(resource).NAME, *_NAMES):
        member = pattern.format(kind=kind)
        value = resource.raw(member) if member and resource.present else None
        if isinstance(value, str):
            return value
    return ""


def _short_name(resource: Resource) -> str:
    """Return the path of the construct without its stack; without the CDK the logical id."""
    path = resource.label.partition("/")[2] if resource.construct_path else ""
    return _clean(path)[:128] or resource.logical_id


def _clean(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9_-]+", "-", text).strip("-")
