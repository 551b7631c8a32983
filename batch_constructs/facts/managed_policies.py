"""The statements of AWS's managed policies that roles around AWS Batch have.

Guide: AWS Batch IAM Policies, Roles, and Permissions; Amazon ECS Instance Role; AWS Batch Managed Policy. A policy that is not listed may allow anything. AWS adds actions to its policies, so the facts can lag behind; each has
the date of its version. Source: iann0036/iam-dataset of 2026-08-22 and zoph-io/MAMIP of 2026-03-07, which read the
policies from AWS; ``regenerate_managed_policies`` updates them.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from functools import cache
from typing import Any

from batch_constructs.facts._data import load

DATA_FILE = "managed_policies.json.gz"

SUBMIT_JOB = "batch:SubmitJob"
CREATE_TAGS = "ec2:CreateTags"
CREATE_LOG_STREAM = "logs:CreateLogStream"
GET_AUTHORIZATION_TOKEN = "ecr:GetAuthorizationToken"  # noqa: S105 - an action of IAM
GET_PARAMETERS = "ssm:GetParameters"
GET_SECRET_VALUE = "secretsmanager:GetSecretValue"  # noqa: S105 - an action of IAM
PUT_LOG_EVENTS = "logs:PutLogEvents"
UPDATE_CLUSTER = "ecs:UpdateCluster"
REGISTER_CONTAINER_INSTANCE = "ecs:RegisterContainerInstance"

_LATER: dict[str, list[dict[str, Any]]] = {
    # Version 14 of 2026-08-25, from the user guide's page of the policy.
    "AWSBatchServiceRole": [
        {"Effect": "Allow", "Action": "ecs:UpdateCluster", "Resource": "arn:aws:ecs:*:*:cluster/*"}
    ],
}
"""Statements of versions that are newer than the data."""


@cache
def policies() -> dict[str, Any]:
    """Return all policies by name, without their path: version, date and statements."""
    return load(DATA_FILE)


def statements(name: str) -> list[dict[str, Any]] | None:
    """Return the statements of a managed policy.

    Args:
        name: The name without its path, such as ``AmazonECSTaskExecutionRolePolicy``.

    Returns:
        ``None`` if the policy is not among the facts.
    """
    found = policies().get(name)
    return None if found is None else [*found["statements"], *_LATER.get(name, [])]


def may_allow(policy: str, action: str) -> bool:
    """Return whether a managed policy of AWS allows an action on something, or is unknown."""
    found = statements(policy)
    return found is None or any(
        "NotAction" in each or any(fnmatchcase(action.lower(), a.lower()) for a in _listed(each["Action"]))
        for each in found
        if each["Effect"] == "Allow"
    )


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value
