"""Facts of an EKS cluster, whichever construct it is: L2 of either generation, L1, or imported."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from aws_cdk import aws_ec2 as ec2
    from aws_cdk.interfaces.aws_eks import IClusterRef

__all__ = ["ClusterFacts"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterFacts:
    """The known facts of a cluster.

    Attributes:
        arn: Its ARN.
        name: Its name.
        vpc: Its network, if it is known.
        security_group_id: The id of the group that EKS made for it and its nodes, if it is known.
        of_first_generation: Whether it is an L2 of ``aws_eks``, not of ``aws_eks_v2``.
        applies_manifests: Whether the CDK can apply Kubernetes' objects to it.
        access_entries: Whether it gives access by access entries; ``None``: not known.
        config_map: Whether it gives access by its ConfigMap ``aws-auth``, which the CDK writes; ``None``: not known.
    """

    arn: str
    name: str
    vpc: ec2.IVpc | None
    security_group_id: str | None
    of_first_generation: bool
    applies_manifests: bool
    access_entries: bool | None
    config_map: bool | None

    @classmethod
    def of(cls, cluster: IClusterRef) -> Self:
        """Read the facts; each is a call to Node.js.

        Args:
            cluster: An ``eks.Cluster`` or ``eks_v2.Cluster``, made here or imported, or a ``CfnCluster``.
        """
        reference = cluster.cluster_ref
        first = hasattr(cluster, "awscli_layer")
        modes = _modes(cluster, first=first)
        return cls(
            arn=reference.cluster_arn,
            name=reference.cluster_name,
            vpc=_attribute(cluster, "vpc"),
            security_group_id=_attribute(cluster, "cluster_security_group_id")
            or _attribute(cluster, "attr_cluster_security_group_id"),
            of_first_generation=first,
            applies_manifests=any(_attribute(cluster, each) for each in ("kubectl_role", "kubectl_provider")),
            access_entries=None if modes is None else "API" in modes,
            config_map=None if modes is None else "CONFIG_MAP" in modes,
        )


def _attribute(cluster: IClusterRef, name: str) -> Any:
    """Return an attribute; ``None`` if the cluster has none, or was imported without it."""
    try:
        return getattr(cluster, name, None)
    except RuntimeError:
        # The CDK's imported clusters raise in JavaScript for attributes that they were not given.
        return None


def _modes(cluster: IClusterRef, *, first: bool) -> set[str] | None:
    """Return how the cluster gives access; ``None`` if only AWS knows."""
    if _attribute(cluster, "role") is None:
        return None  # imported, or an L1
    if not first:
        return {"API"}
    mode = _attribute(cluster, "authentication_mode")
    # CloudFormation's default for a cluster without a mode.
    return {"CONFIG_MAP"} if mode is None else set(mode.name.split("_AND_"))
