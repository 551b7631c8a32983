"""Compute environments: the capacity on which AWS Batch runs jobs."""

from batch_constructs.compute_environments.allocation import AllocationStrategy
from batch_constructs.compute_environments.base import ComputeEnvironmentBase, ImportedComputeEnvironment
from batch_constructs.compute_environments.ec2 import Ec2ComputeEnvironment
from batch_constructs.compute_environments.efa import EfaComputeEnvironment
from batch_constructs.compute_environments.fargate import FargateComputeEnvironment
from batch_constructs.compute_environments.gpu import GpuComputeEnvironment
from batch_constructs.compute_environments.images import ImageType
from batch_constructs.compute_environments.spot import SpotComputeEnvironment
from batch_constructs.compute_environments.update_policy import UpdatePolicy

__all__ = [
    "AllocationStrategy",
    "ComputeEnvironmentBase",
    "Ec2ComputeEnvironment",
    "EfaComputeEnvironment",
    "FargateComputeEnvironment",
    "GpuComputeEnvironment",
    "ImageType",
    "ImportedComputeEnvironment",
    "SpotComputeEnvironment",
    "UpdatePolicy",
]
