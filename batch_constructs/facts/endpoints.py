"""The services that compute resources must reach, for subnets without internet access.

Each is named by the part after ``com.amazonaws.<region>.``. Guide: Creating a VPC with Public and Private Subnets.
"""

from __future__ import annotations

ECS = ("ecs", "ecs-agent", "ecs-telemetry")
"""For instances only: Fargate needs none of them."""
ECR = ("ecr.api", "ecr.dkr")
"""For images in ECR; their layers come through ``S3_GATEWAY``."""
LOGS = ("logs",)
"""For the log driver ``awslogs``, the default."""
SECRETS_MANAGER = ("secretsmanager",)
PARAMETER_STORE = ("ssm",)
BATCH = ("batch",)
"""For programs that call Batch from such a subnet."""

BATCH_LACKING_REGIONS = frozenset({"ap-northeast-3", "ap-southeast-3"})
"""Regions without an interface endpoint for AWS Batch; user guide, ``vpc-endpoint-considerations``, 2026."""

S3_GATEWAY = "s3"
"""A gateway endpoint, which is free."""

EC2_JOBS = (*ECS, *ECR, *LOGS)
FARGATE_JOBS = (*ECR, *LOGS)
EKS_JOBS = ("ec2", "eks", "sts", *ECR, *LOGS)
"""For nodes, which read their cluster and their network, and assume roles."""

HTTPS_PORT = 443
"""The port that the security groups of interface endpoints must open."""
SSH_PORT = 22
"""Optional: compute resources need no inbound access."""
RESERVED_ADDRESSES = 5
"""The number of addresses in each subnet that AWS reserves."""
