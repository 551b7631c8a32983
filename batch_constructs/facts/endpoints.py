"""The services that compute resources must reach, for subnets without a way to the internet.

By the name behind ``com.amazonaws.<region>.``. Chapter: Creating a VPC with Public and Private Subnets.
"""

from __future__ import annotations

ECS = ("ecs", "ecs-agent", "ecs-telemetry")
"""For instances only: Fargate needs none of them."""
ECR = ("ecr.api", "ecr.dkr")
"""For images in ECR, whose layers come through ``S3_GATEWAY``."""
LOGS = ("logs",)
"""For the log driver ``awslogs``, which is the default."""
SECRETS_MANAGER = ("secretsmanager",)
PARAMETER_STORE = ("ssm",)
BATCH = ("batch",)
"""For who calls Batch from such a subnet."""

S3_GATEWAY = "s3"
"""A gateway endpoint: it costs nothing."""

EC2_JOBS = (*ECS, *ECR, *LOGS)
FARGATE_JOBS = (*ECR, *LOGS)
EKS_JOBS = ("ec2", "eks", "sts", *ECR, *LOGS)
"""For nodes: they read their cluster and their own network, and take roles."""

HTTPS_PORT = 443
"""What the security groups of interface endpoints must let in."""
SSH_PORT = 22
"""Optional on compute resources, which need no way in at all."""
RESERVED_ADDRESSES = 5
"""Of each subnet AWS keeps these for itself."""
