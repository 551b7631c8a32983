"""What the parts of AWS Batch must reach over the network: the destination, the port, and the reason.

Services are named by the part after ``com.amazonaws.<region>.``, as in `endpoints`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from batch_constructs.facts import endpoints
from batch_constructs.facts.sources import ECR, ECS, EFS, VPC

if TYPE_CHECKING:
    from batch_constructs.facts.sources import Source

LAYERS_BUCKET = "starport-layer-bucket"
"""The name, after ``prod-<region>-``, of the bucket with the image layers of Amazon ECR. Source: Amazon ECR User Guide,
Minimum Amazon S3 bucket permissions."""

REPLY_PORTS = (1024, 65_535)
"""The ports to which replies go. Source: Amazon VPC User Guide, Ephemeral ports."""

DEFAULT_ACL_RULE = 100
"""The number of the entry that allows everything in a default network ACL. Source: Amazon VPC User Guide, Default network
ACL."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkNeed:
    """Something that must be reached.

    Attributes:
        to: the service, such as ``ecs-agent``; `INTERNET` for anything else outside.
        why: what it is for, after "to".
        port: the port.
        last_port: the last port of a range; by default there is only one.
        bucket: the part of the name of the bucket of S3 that is needed; empty for other services.
        source: the document that states it.
    """

    to: str
    why: str
    port: int = endpoints.HTTPS_PORT
    last_port: int = 0
    bucket: str = ""
    source: Source


INTERNET = "internet"
"""A destination that is no AWS service, such as a public registry."""

_WHY = {
    "ecs": ("register the instance with its cluster", ECS),
    "ecs-agent": ("receive jobs", ECS),
    "ecs-telemetry": ("report metrics", ECS),
    "ecr.api": ("log in to Amazon ECR", ECR),
    "ecr.dkr": ("find images in Amazon ECR", ECR),
    "logs": ("write logs", ECS),
    "ec2": ("set up the network of pods", VPC),
    "eks": ("join the cluster", VPC),
    "sts": ("assume roles", VPC),
    "secretsmanager": ("read secrets", ECS),
    "ssm": ("read parameters", ECS),
}

IMAGE_LAYERS = NetworkNeed(
    to=endpoints.S3_GATEWAY, why="pull the layers of images in Amazon ECR", bucket=LAYERS_BUCKET, source=ECR
)
PUBLIC_IMAGE = NetworkNeed(to=INTERNET, why="pull images from a public registry", source=ECR)
"""No endpoint leads to a public registry, nor to the Amazon ECR Public Gallery."""


def service(name: str) -> NetworkNeed:
    """Return the need of an AWS service, by its name in `endpoints`."""
    why, source = _WHY[name]
    return NetworkNeed(to=name, why=why, source=source)


INSTANCES = (*map(service, endpoints.EC2_JOBS), IMAGE_LAYERS)
"""An instance with the ECS agent, on EC2 or as a managed instance."""
FARGATE = (*map(service, endpoints.FARGATE_JOBS), IMAGE_LAYERS)
"""A Fargate task; the agent is outside of its network."""
EKS_NODES = (*map(service, endpoints.EKS_JOBS), IMAGE_LAYERS)
"""A node of Amazon EKS, which runs pods."""

NFS = NetworkNeed(to="the file system", why="mount it", port=2049, source=EFS)
"""A mount target of Amazon EFS or Amazon S3 Files."""
