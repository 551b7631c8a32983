"""The members that ECS Managed Instances refuse. Guide: Compute environments on Amazon ECS Managed Instances."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

REFUSED_MEMBERS = (
    "AllocationStrategy",
    "BidPercentage",
    "DesiredvCpus",
    "Ec2Configuration",
    "Ec2KeyPair",
    "ImageId",
    "InstanceRole",
    "InstanceTypes",
    "LaunchTemplate",
    "MinvCpus",
    "PlacementGroup",
    "SecurityGroupIds",
    "SpotIamFleetRole",
    "Subnets",
)
"""Members of ``computeResources`` that must not be given; AWS Batch User Guide, 2026-10. Types, subnets and groups are in
``managedInstancesProvider``."""

_LAUNCH = "ManagedInstancesProvider.InstanceLaunchTemplate"
IN_THE_PROVIDER: Mapping[str, str] = MappingProxyType(
    {
        "InstanceRole": f"{_LAUNCH}.Ec2InstanceProfileArn",
        "InstanceTypes": f"{_LAUNCH}.InstanceRequirements.AllowedInstanceTypes",
        "SecurityGroupIds": f"{_LAUNCH}.NetworkConfiguration.SecurityGroups",
        "Subnets": f"{_LAUNCH}.NetworkConfiguration.Subnets",
    }
)
"""The members of the provider that replace some of them."""
