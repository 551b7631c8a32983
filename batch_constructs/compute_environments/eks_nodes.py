"""The role of the nodes that AWS Batch adds to an EKS cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch_constructs._border import cdk
from batch_constructs._border.arguments import checked
from batch_constructs.roles import InstanceRole

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk import aws_eks as eks
    from aws_cdk import aws_iam as iam
    from aws_cdk.interfaces.aws_eks import IClusterRef
    from constructs import Construct

__all__ = ["EksNodeRole"]

_POLICIES = ("AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly", "AmazonEKS_CNI_Policy")


@checked
class EksNodeRole(InstanceRole):
    """The role of nodes of an EKS cluster, with its instance profile, and its access entry in the cluster.

    It trusts ``ec2.amazonaws.com`` and has the rights that the kubelet and the network plugin need, and those to pull
    images. Jobs have other rights: those of their service account.

    Guide: AWS Batch on Amazon EKS (newer than the table of contents); Amazon ECS Instance Role.
    """

    access_entry: eks.CfnAccessEntry | None
    """The access entry by which its nodes join; ``None`` if the ConfigMap ``aws-auth`` gives them access."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        cluster: IClusterRef | None,
        managed_policies: Sequence[iam.IManagedPolicy] = (),
    ) -> None:
        """Create the role, its instance profile, and its access entry.

        Args:
            scope: Where the role belongs.
            id: Its name in that scope.
            cluster: The cluster that its nodes join by an access entry, which it must accept (``API`` or
                ``API_AND_CONFIG_MAP``). ``None`` for no entry: `EksComputeEnvironment` or you add the role to the
                ConfigMap ``aws-auth``.
            managed_policies: Further policies, such as ``CloudWatchAgentServerPolicy`` for a log agent. By default
                none.
        """
        own = [cdk.managed_policy(name) for name in _POLICIES]
        super().__init__(scope, id, managed_policies=[*own, *managed_policies])
        self.access_entry = None
        if cluster is not None:
            from aws_cdk import aws_eks as eks  # noqa: PLC0415 - 240 ms that only its users pay

            self.access_entry = eks.CfnAccessEntry(
                self,
                "AccessEntry",
                cluster_name=cluster.cluster_ref.cluster_name,
                principal_arn=self.role_arn,
                type="EC2_LINUX",
            )
