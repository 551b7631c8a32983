"""The rights that AWS Batch and the services around it need, as data.

Guide: AWS Batch IAM Policies, Roles, and Permissions; Creating AWS Batch IAM Policies. Each need has the actions, what they are about, and the keys of the request that conditions may ask for. Rules combine a
need with the proof *May*.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """Rights that a principal needs on a resource.

    Attributes:
        actions: the actions; all of them are needed.
        keys: the condition keys of the request, in lower case, as far as they are known: a value with ``{region}``, or
            ``None`` for a key that the request does not have.
        source: where AWS says so, and when it was read.
        obvious: whether the place of a finding shows what the actions are about.
    """

    actions: tuple[str, ...]
    keys: tuple[tuple[str, str | None], ...] = ()
    source: str
    obvious: bool = False


READ_SECRET = Need(
    actions=("secretsmanager:GetSecretValue",),
    obvious=True,
    source="Amazon ECS Developer Guide, task execution IAM role, read on 2026-12-01",
)
READ_PARAMETER = Need(
    actions=("ssm:GetParameters",),
    obvious=True,
    source="Amazon ECS Developer Guide, task execution IAM role, read on 2026-12-01",
)
DECRYPT_SECRET = Need(
    actions=("kms:Decrypt",),
    keys=(("kms:viaservice", "secretsmanager.{region}.amazonaws.com"),),
    source="AWS Secrets Manager User Guide, encryption and decryption: the reader decrypts; aws/aws-cdk#17156",
)
LOG_IN_TO_ECR = Need(
    actions=("ecr:GetAuthorizationToken",),
    source="Amazon ECR User Guide, private repository policies and pulling an image, read on 2026-12-01",
)
PULL = Need(
    actions=("ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"),
    source="Amazon ECR User Guide, IAM permissions for pulling an image, read on 2026-12-01; OvertureMaps/overture-tiles#20",
)
WRITE_LOGS = Need(
    actions=("logs:CreateLogStream", "logs:PutLogEvents"),
    source="Amazon ECS Developer Guide, task execution IAM role, read on 2026-12-01",
    obvious=True,
)
CREATE_LOG_GROUP = Need(
    actions=("logs:CreateLogGroup",),
    source="Amazon ECS Developer Guide, awslogs-create-group, read on 2026-12-01",
    obvious=True,
)
