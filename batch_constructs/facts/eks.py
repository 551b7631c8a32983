"""The resources that Amazon EKS reserves on a node, and the requirements of Batch on a cluster.

Guide: Compute Resource Memory Management, and the chapters on Amazon EKS.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from batch_constructs.facts.instance_types import InstanceType

KUBERNETES_VERSIONS = ("1.29", "1.30", "1.31", "1.32", "1.33", "1.34")
"""The versions in supported_kubernetes_version and batch_eks_invalid_compute_environment, read in 2026-10 (EKS-15)."""

DISPUTED_KUBERNETES_VERSIONS = ("1.35", "1.36")
"""Versions on no list, although eks-ce-shared-responsibility and updating-k8s-version-ce use 1.36 (EKS-15)."""

NODE_TAINT = "batch.amazonaws.com/batch-node"
"""The taint of every node of Batch, NoSchedule and NoExecute: DaemonSets need a toleration for it."""

COMPUTE_ENVIRONMENT_LABEL = "batch.amazonaws.com/compute-environment-uuid"
"""The label that assigns a node to an unmanaged environment, with the uuid of DescribeComputeEnvironments.

Source: create-compute-environment-unmanaged-eks, 2026-02."""

KUBERNETES_USER = "aws-batch"
"""The Kubernetes user of the service-linked role."""

DAEMON_SET_MILLICORES = 500
DAEMON_SET_MEMORY_MIB = 500
"""What Batch reserves for DaemonSets until it has seen a node."""

EVICTION_THRESHOLD_MIB = 100
_KUBELET_MIB = 255
_POD_MIB = 11
# Thousandths of a vCPU, times ten: 6 % of the first, 1 % of the second, 0.5 % of the next two, 0.25 % of the rest.
_FIRST_VCPUS = (600, 100, 50, 50)
_FURTHER_VCPU = 25


DEFAULT_CONTAINER_NAME = "Default"
"""The name that AWS Batch gives to a container of a pod without one (API, EksContainer)."""


class ImagePullPolicy(StrEnum):
    """When a node pulls an image again; by default Always for the tag latest, else IfNotPresent (EKS-09).

    Guide: Job Definition Parameters (eksProperties).
    """

    ALWAYS = "Always"
    IF_NOT_PRESENT = "IfNotPresent"
    NEVER = "Never"


class DnsPolicy(StrEnum):
    """The DNS servers of a pod; by default ClusterFirstWithHostNet if hostNetwork is omitted as well (EKS-10).

    Guide: Job Definition Parameters (eksProperties).
    """

    DEFAULT = "Default"
    CLUSTER_FIRST = "ClusterFirst"
    CLUSTER_FIRST_WITH_HOST_NET = "ClusterFirstWithHostNet"


class EmptyDirMedium(StrEnum):
    """The medium of an emptyDir: the disk of the node, or its memory (EKS-11).

    Guide: Job Definition Parameters (eksProperties).
    """

    DISK = ""
    MEMORY = "Memory"


@dataclass(frozen=True, slots=True, kw_only=True)
class Allocatable:
    """The resources of a node that pods can use."""

    millicores: int
    memory_mib: int


def reserved_millicores(vcpus: int) -> int:
    """Return the thousandths of a vCPU that a node reserves: 70 of 2 vCPUs, 310 of 96."""
    further = max(vcpus - len(_FIRST_VCPUS), 0)
    return (sum(_FIRST_VCPUS[:vcpus]) + further * _FURTHER_VCPU) // 10


def max_pods(instance_type: InstanceType) -> int:
    """Return the number of pods that Amazon's VPC plugin has addresses for, without prefix delegation.

    Only the first network card counts. Each interface uses one address itself, and two pods need none.
    """
    interfaces = instance_type.network_cards[0].max_interfaces
    return interfaces * (instance_type.ipv4_per_interface - 1) + 2


def allocatable(vcpus: int, capacity_mib: int, pods: int) -> Allocatable:
    """Return the resources of a node that pods can use.

    Args:
        vcpus: The vCPUs of the instance type.
        capacity_mib: The memory that the node reports, which is less than the installed memory.
        pods: The kubelet's maximum, see ``max_pods``.
    """
    return Allocatable(
        millicores=vcpus * 1_000 - reserved_millicores(vcpus),
        memory_mib=capacity_mib - _POD_MIB * pods - _KUBELET_MIB - EVICTION_THRESHOLD_MIB,
    )
