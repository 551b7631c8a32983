"""What an EKS cluster tells of itself, whichever construct it is: L2 of either generation, L1, or imported."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from aws_cdk import aws_ec2 as ec2
    from aws_cdk.interfaces.aws_eks import IClusterRef

__all__ = ["ClusterFacts"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterFacts:
    """What is known of a cluster.

    Attributes:
        arn: Its ARN.
        name: Its name.
        vpc: Its network, where it tells.
        security_group_id: Of the group that EKS made for it, to which nodes belong; where it tells.
        of_first_generation: Whether it is an L2 of ``aws_eks``, not of ``aws_eks_v2``.
        applies_manifests: Whether the CDK can apply Kubernetes' objects to it.
        access_entries: Whether it lets in by access entries; ``None``: not known.
        config_map: Whether it lets in by its ConfigMap ``aws-auth``, and the CDK writes that; ``None``: not known.
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
        """Read them, one border crossing each.

        Args:
            cluster: An ``eks.Cluster`` or ``eks_v2.Cluster``, made here or imported, or a ``CfnCluster``.
        """
        reference = cluster.cluster_ref
        first = hasattr(cluster, "awscli_layer")
        modes = _modes(cluster, first=first)
        return cls(
            arn=reference.cluster_arn,
            name=reference.cluster_name,
            vpc=_told(cluster, "vpc"),
            security_group_id=_told(cluster, "cluster_security_group_id")
            or _told(cluster, "attr_cluster_security_group_id"),
            of_first_generation=first,
            applies_manifests=any(_told(cluster, each) for each in ("kubectl_role", "kubectl_provider")),
            access_entries=None if modes is None else "API" in modes,
            config_map=None if modes is None else "CONFIG_MAP" in modes,
        )


def _told(cluster: IClusterRef, name: str) -> Any:
    """An attribute; ``None`` where the cluster has none, or was imported without."""
    try:
        return getattr(cluster, name, None)
    except RuntimeError:
        # The CDK's imported clusters raise in JavaScript for what they were not told.
        return None


def _modes(cluster: IClusterRef, *, first: bool) -> set[str] | None:
    """How the cluster lets in; ``None`` where only AWS knows."""
    if _told(cluster, "role") is None:
        return None  # imported, or an L1
    if not first:
        return {"API"}
    mode = _told(cluster, "authentication_mode")
    # What CloudFormation makes of a cluster that does not say.
    return {"CONFIG_MAP"} if mode is None else set(mode.name.split("_AND_"))
