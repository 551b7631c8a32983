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
ASSUME = Need(
    actions=("sts:AssumeRole",),
    source="AWS Batch User Guide, AWS Batch IAM policies, roles, and permissions, read on 2026-12-01",
)
SUBMIT = Need(
    actions=("batch:SubmitJob",),
    source="Service Authorization Reference, AWS Batch, read on 2026-12-01: queue and definition are both required",
)
SUBMIT_SERVICE_JOB = Need(
    actions=("batch:SubmitServiceJob",),
    source="Service Authorization Reference, AWS Batch, read on 2026-12-01",
    obvious=True,
)
TAG_JOB = Need(
    actions=("batch:TagResource",),
    source="answers of AWS Batch: wri/gfw-data-api#175 (2021), TerraConstructs/base#137 (2026): asked of queue and definition",
)
HEAR_OF_JOBS = Need(
    actions=("events:PutTargets", "events:PutRule", "events:DescribeRule"),
    source="AWS Step Functions Developer Guide, IAM policies for AWS Batch, read on 2026-12-01; nasa/cumulus#2693",
)
READ_JOBS = Need(
    actions=("batch:DescribeJobs",),
    source="AWS Step Functions Developer Guide, IAM policies for AWS Batch, read on 2026-12-01; ASFHyP3/hyp3#1089",
)
END_JOB = Need(
    actions=("batch:TerminateJob",),
    source="AWS Step Functions Developer Guide, IAM policies for AWS Batch, read on 2026-12-01; "
    "awslabs/visual-asset-management-system#305",
)
JOIN_CLUSTER = Need(
    actions=("ecs:RegisterContainerInstance",),
    source="AWS Batch User Guide, Amazon ECS instance role, read on 2026-12-01",
    obvious=True,
)
PASS_TO_INSTANCES = Need(
    actions=("iam:PassRole",),
    keys=(("iam:passedtoservice", "ec2.amazonaws.com"),),
    source="Amazon ECS Developer Guide, Amazon ECS Managed Instances instance profile, 2026: the name of the role must begin "
    "with ecsInstanceRole for the managed policy",
)
SEE_SCALING = Need(
    actions=("autoscaling:DescribeScalingActivities",),
    source="AWS Batch User Guide, jobs stuck in RUNNABLE due to capacity, read on 2026-12-01",
    obvious=True,
)
TAG_INSTANCES = Need(
    actions=("ec2:CreateTags",),
    source="AWS Batch User Guide, Amazon EC2 Spot Fleet role, read on 2026-12-01",
    obvious=True,
)
SET_INSIGHTS = Need(
    actions=("ecs:UpdateCluster",),
    source="AWS Batch User Guide, AWS Batch managed policy, version 14 of AWSBatchServiceRole, 2026-08-25",
    obvious=True,
)
CREATE_CLUSTER = Need(
    actions=("ecs:CreateCluster",),
    source="AWS Batch User Guide, AWS Batch service IAM role: AWSBatchServiceRole, read on 2026-12-01",
    obvious=True,
)
CREATE_INSTANCES = Need(
    actions=("autoscaling:CreateAutoScalingGroup",),
    source="AWS Batch User Guide, AWS Batch service IAM role: AWSBatchServiceRole, read on 2026-12-01",
    obvious=True,
)
PUBLISH = Need(
    actions=("sns:Publish",),
    source="Amazon EventBridge User Guide, resource-based policies for targets, read on 2026-12-01",
    obvious=True,
)
ENCRYPT_MESSAGES = Need(
    actions=("kms:Decrypt", "kms:GenerateDataKey"),
    source="Amazon SNS Developer Guide and Amazon SQS Developer Guide, key management, read on 2026-12-01",
    obvious=True,
)
SEND = Need(
    actions=("sqs:SendMessage",),
    source="Amazon EventBridge User Guide, dead-letter queues, read on 2026-12-01; aws/aws-cdk#15238",
)
ENCRYPT_LOGS = Need(
    actions=("kms:Encrypt", "kms:Decrypt", "kms:GenerateDataKey"),
    keys=(("kms:viaservice", None),),
    source="Amazon CloudWatch Logs User Guide, encrypt log data, read on 2026-12-01; hashicorp/terraform-provider-aws#29282",
    obvious=True,
)
USE_DISK_KEY = Need(
    actions=("kms:Decrypt", "kms:GenerateDataKeyWithoutPlaintext", "kms:CreateGrant"),
    keys=(("kms:viaservice", "ec2.{region}.amazonaws.com"), ("kms:grantisforawsresource", "true")),
    source="Amazon EC2 Auto Scaling User Guide, required KMS key policy for encrypted volumes, read on 2026-12-01; aws/aws-cdk#34491",
    obvious=True,
)
MOUNT = Need(
    actions=("elasticfilesystem:ClientMount",),
    keys=(("elasticfilesystem:accessedviamounttarget", "true"),),
    source="Amazon EFS User Guide, using IAM to control access to file systems, read on 2026-12-01",
    obvious=True,
)
PULL_FOR_NODES = Need(
    actions=("ecr:GetAuthorizationToken",),
    source="Amazon EKS User Guide, Amazon EKS node IAM role, read on 2026-12-01",
    obvious=True,
)
