"""The ARNs of resources, and what ``Ref`` and ``Fn::GetAtt`` return for them.

Source: CloudFormation registry schemas of 2026-10-20 (identifiers and attributes), and the Service Authorization
Reference (forms of ARNs), read on 2026-12-01.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Naming:
    """How resources of a type are named.

    Attributes:
        arn: the ARN after ``arn:partition:``, with ``{region}``, ``{account}`` and ``{name}``; other words in braces are
            properties or parts that AWS chooses.
        name: the property with the name; empty if AWS always chooses it.
        arns: the attributes with the ARN; an empty string is ``Ref``.
        names: the attributes with the name.
    """

    arn: str
    name: str = ""
    arns: tuple[str, ...] = ("Arn",)
    names: tuple[str, ...] = ("",)


NAMINGS: Mapping[str, Naming] = MappingProxyType(
    {
        "AWS::Batch::ComputeEnvironment": Naming(
            "batch:{region}:{account}:compute-environment/{name}",
            "ComputeEnvironmentName",
            ("", "ComputeEnvironmentArn"),
            (),
        ),
        "AWS::Batch::ConsumableResource": Naming(
            "batch:{region}:{account}:consumable-resource/{name}",
            "ConsumableResourceName",
            ("", "ConsumableResourceArn"),
            (),
        ),
        "AWS::Batch::JobDefinition": Naming(
            "batch:{region}:{account}:job-definition/{name}:{revision}",
            "JobDefinitionName",
            ("", "JobDefinitionArn"),
            (),
        ),
        "AWS::Batch::JobQueue": Naming(
            "batch:{region}:{account}:job-queue/{name}", "JobQueueName", ("", "JobQueueArn"), ()
        ),
        "AWS::ECR::Repository": Naming("ecr:{region}:{account}:repository/{name}", "RepositoryName"),
        "AWS::EFS::AccessPoint": Naming("elasticfilesystem:{region}:{account}:access-point/{name}"),
        "AWS::EFS::FileSystem": Naming(
            "elasticfilesystem:{region}:{account}:file-system/{name}", names=("", "FileSystemId")
        ),
        "AWS::EKS::Cluster": Naming("eks:{region}:{account}:cluster/{name}", "Name"),
        "AWS::Events::Rule": Naming("events:{region}:{account}:rule/{name}", "Name"),
        "AWS::IAM::Role": Naming("iam::{account}:role{Path}{name}", "RoleName"),
        "AWS::IAM::User": Naming("iam::{account}:user{Path}{name}", "UserName"),
        "AWS::KMS::Key": Naming("kms:{region}:{account}:key/{name}", names=("", "KeyId")),
        "AWS::Logs::LogGroup": Naming("logs:{region}:{account}:log-group:{name}:*", "LogGroupName"),
        "AWS::S3::Bucket": Naming("s3:::{name}", "BucketName"),
        "AWS::SNS::Topic": Naming(
            "sns:{region}:{account}:{name}", "TopicName", ("", "TopicArn"), ("TopicName",)
        ),
        "AWS::SQS::Queue": Naming("sqs:{region}:{account}:{name}", "QueueName", names=("QueueName",)),
        "AWS::SSM::Parameter": Naming("ssm:{region}:{account}:parameter/{name}", "Name", ()),
        # Secrets Manager adds a hyphen and six characters to the name.
        "AWS::SecretsManager::Secret": Naming(
            "secretsmanager:{region}:{account}:secret:{name}-{random}", "Name", ("", "Id"), ()
        ),
        "AWS::StepFunctions::StateMachine": Naming(
            "states:{region}:{account}:stateMachine:{name}", "StateMachineName", ("", "Arn"), ("Name",)
        ),
    }
)
"""The naming of each type that policies or needs refer to."""
