"""The members that ECS Managed Instances refuse. Guide: Compute environments on Amazon ECS Managed Instances."""

from __future__ import annotations

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
