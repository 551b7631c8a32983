"""How an EKS cluster lets in AWS Batch and its nodes: by access entries, or by its ConfigMap ``aws-auth``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import Annotations, Stack
from aws_cdk import aws_iam as iam

from batch_constructs import _cfn
from batch_constructs.compute_environments.eks_namespaces import check_unprepared
from batch_constructs.facts.eks import KUBERNETES_USER
from batch_constructs.facts.role_trust import SERVICE_LINKED_ROLE_NAME
from batch_constructs.facts.vocabulary import AccessEntryState

if TYPE_CHECKING:
    from aws_cdk import aws_eks as eks
    from aws_cdk.interfaces.aws_eks import IClusterRef
    from constructs import Construct, IDependable

    from batch_constructs._problems import Problems
    from batch_constructs.compute_environments.eks_clusters import ClusterFacts
    from batch_constructs.compute_environments.eks_namespaces import EksNamespace

__all__ = ["check_access", "check_namespace", "map_roles", "wanted_access"]

_NODE_GROUPS = ["system:bootstrappers", "system:nodes"]
_NODE_USER = "system:node:{{EC2PrivateDNSName}}"


def wanted_access(access_entry: AccessEntryState | None, facts: ClusterFacts) -> AccessEntryState | None:
    """What the environment says of its access entry; ``None`` for nothing.

    Args:
        access_entry: What the user wants.
        facts: Of the cluster.
    """
    # There AWS Batch makes it by itself.
    by_itself = facts.access_entries and facts.config_map is False
    return access_entry or (None if by_itself else AccessEntryState.ENABLED)


def check_access(problems: Problems, access_entry: AccessEntryState | None, facts: ClusterFacts) -> None:
    """Note that the cluster lets in by other means."""
    if access_entry is AccessEntryState.DISABLED:
        problems.check(
            facts.config_map is not False,
            "access_entry must not be DISABLED for a cluster that lets in by access entries only, got DISABLED: "
            "leave it out",
        )
    else:
        problems.check(
            facts.access_entries is not False,
            "access_entry must be DISABLED for a cluster that lets in by its ConfigMap only, got "
            f"{access_entry}: give the cluster authentication_mode=API_AND_CONFIG_MAP, or DISABLED here",
        )


def check_namespace(
    problems: Problems, cluster: IClusterRef, namespace: str | EksNamespace, facts: ClusterFacts
) -> None:
    """Note a namespace that AWS Batch takes no jobs in, or one of another cluster."""
    if isinstance(namespace, str):
        check_unprepared(problems, cluster, namespace)
    else:
        problems.check(
            namespace.cluster.cluster_ref.cluster_arn == facts.arn,
            f"namespace must be one of the cluster, got {namespace.namespace!r} of another",
        )


def map_roles(scope: Construct, cluster: IClusterRef, node_role: iam.IRole | None) -> list[IDependable]:
    """Write AWS Batch and the nodes into the ConfigMap of a cluster, or tell that somebody must.

    Args:
        scope: The environment.
        cluster: Its cluster.
        node_role: The role of the nodes, where it is not mapped already.

    Returns:
        What must be there before the environment.
    """
    # Without its path: as the role really is called, the ConfigMap would let nobody in.
    arn = f"arn:{_cfn.partition()}:iam::{_cfn.account()}:role/{SERVICE_LINKED_ROLE_NAME}"
    config_map = _config_map(scope, cluster)
    if config_map is None:
        Annotations.of(scope).add_warning_v2(
            "batch-constructs:rolesNotMapped",
            f"the CDK cannot write this cluster's ConfigMap aws-auth: map {SERVICE_LINKED_ROLE_NAME}, without its path, "
            f"to the user {KUBERNETES_USER}, and the nodes' role to the groups {' and '.join(_NODE_GROUPS)}, such as "
            "with eksctl create iamidentitymapping, or nodes do not join and the environment becomes INVALID",
        )
        return []
    service_linked = iam.Role.from_role_arn(scope, "ServiceLinkedRole", arn, mutable=False)
    config_map.add_role_mapping(service_linked, groups=[], username=KUBERNETES_USER)
    if node_role is not None:
        config_map.add_role_mapping(node_role, groups=_NODE_GROUPS, username=_NODE_USER)
    return [config_map]


def _config_map(scope: Construct, cluster: IClusterRef) -> eks.AwsAuth | None:
    """The CDK keeps it for clusters that it made itself, and of roles of the same stack."""
    if Stack.of(cluster) is not Stack.of(scope):
        return None
    return getattr(cluster, "aws_auth", None)
