"""The actions of AWS's managed policies that rules check.

Guide: AWS Batch IAM Policies, Roles, and Permissions; Amazon ECS Instance Role; AWS Batch Managed Policy. A policy that
is not listed may allow anything.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

SUBMIT_JOB = "batch:SubmitJob"
CREATE_TAGS = "ec2:CreateTags"
CREATE_LOG_STREAM = "logs:CreateLogStream"
GET_AUTHORIZATION_TOKEN = "ecr:GetAuthorizationToken"  # noqa: S105 - an action of IAM
GET_PARAMETERS = "ssm:GetParameters"
GET_SECRET_VALUE = "secretsmanager:GetSecretValue"  # noqa: S105 - an action of IAM
PUT_LOG_EVENTS = "logs:PutLogEvents"
UPDATE_CLUSTER = "ecs:UpdateCluster"
REGISTER_CONTAINER_INSTANCE = "ecs:RegisterContainerInstance"

_LOGS = (CREATE_LOG_STREAM, PUT_LOG_EVENTS)

ALLOWED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "AmazonECSTaskExecutionRolePolicy": (GET_AUTHORIZATION_TOKEN, *_LOGS),
        "AmazonEC2ContainerServiceforEC2Role": (GET_AUTHORIZATION_TOKEN, REGISTER_CONTAINER_INSTANCE, *_LOGS),
        "AmazonEC2ContainerRegistryReadOnly": (GET_AUTHORIZATION_TOKEN,),
        "AmazonEC2SpotFleetAutoscaleRole": (),
        "AmazonEC2SpotFleetRole": (),
        "AmazonEC2SpotFleetTaggingRole": (CREATE_TAGS,),
        "AmazonS3FullAccess": (),
        "AmazonS3ReadOnlyAccess": (),
        "AmazonSSMManagedInstanceCore": (GET_PARAMETERS,),
        "AWSBatchServiceEventTargetRole": (SUBMIT_JOB,),
        # Version 14, of 2026-08-25.
        "AWSBatchServiceRole": (CREATE_TAGS, UPDATE_CLUSTER, *_LOGS),
        "AWSLambdaBasicExecutionRole": _LOGS,
        "CloudWatchAgentServerPolicy": _LOGS,
    }
)
"""The allowed actions by the policy's name, without its path."""


def may_allow(policy: str, action: str) -> bool:
    """Return whether a managed policy of AWS allows an action, or is unknown."""
    return policy not in ALLOWED or action.lower() in {each.lower() for each in ALLOWED[policy]}
