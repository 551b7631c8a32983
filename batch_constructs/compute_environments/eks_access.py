"""Access of AWS Batch and its nodes to an EKS cluster: by access entries, or by its ConfigMap ``aws-auth``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aws_cdk import Acknowledgment, Annotations, Stack, Validations
from aws_cdk import aws_batch as batch
from aws_cdk import aws_iam as iam

from batch_constructs._border import cdk
from batch_constructs._border.spelling import given
from batch_constructs.compute_environments.eks_namespaces import check_unprepared, needs_roles
from batch_constructs.facts.eks import KUBERNETES_USER
from batch_constructs.facts.role_trust import SERVICE_LINKED_ROLE_NAME
from batch_constructs.facts.vocabulary import AccessEntryState

if TYPE_CHECKING:
    from aws_cdk import aws_eks as eks
    from aws_cdk.interfaces.aws_eks import IClusterRef
    from constructs import Construct, IDependable

    from batch_constructs._border.problems import Problems
    from batch_constructs.compute_environments.base import OwnComputeEnvironment
    from batch_constructs.compute_environments.eks_clusters import ClusterFacts
    from batch_constructs.compute_environments.eks_namespace_access import EksNamespaceAccess
    from batch_constructs.compute_environments.eks_namespaces import EksNamespace

__all__ = [
    "acknowledge_access_entry",
    "check_access",
    "check_namespace",
    "eks_configuration",
    "grant_namespace",
    "map_roles",
    "wanted_access",
]


_NODE_GROUPS = ["system:bootstrappers", "system:nodes"]
_NODE_USER = "system:node:{{EC2PrivateDNSName}}"


def wanted_access(access_entry: AccessEntryState | None, facts: ClusterFacts) -> AccessEntryState | None:
    """Return the access entry's state that the environment asks for; ``None`` for nothing.

    Args:
        access_entry: The user's choice.
        facts: The facts of the cluster.
    """
    # On such a cluster AWS Batch makes the entry itself.
    by_itself = facts.access_entries and facts.config_map is False
    return access_entry or (None if by_itself else AccessEntryState.ENABLED)


def check_access(problems: Problems, access_entry: AccessEntryState | None, facts: ClusterFacts) -> None:
    """Add a problem if the cluster gives access by other means."""
    if access_entry is AccessEntryState.DISABLED:
        problems.check(
            facts.config_map is not False,
            "access_entry must not be DISABLED for a cluster that gives access by access entries only, got DISABLED: "
            "leave it out",
        )
    else:
        problems.check(
            facts.access_entries is not False,
            "access_entry must be DISABLED for a cluster that gives access by its ConfigMap only, got "
            f"{access_entry}: give the cluster authentication_mode=API_AND_CONFIG_MAP, or DISABLED here",
        )


def check_namespace(
    problems: Problems,
    cluster: IClusterRef,
    namespace: str | EksNamespace,
    facts: ClusterFacts,
    access: AccessEntryState | None,
) -> None:
    """Add a problem if AWS Batch refuses the namespace, it is another cluster's, or lacks the roles that it needs."""
    if isinstance(namespace, str):
        check_unprepared(problems, cluster, namespace)
    else:
        problems.check(
            namespace.has_roles or not needs_roles(access, facts),
            f"namespace must have Kubernetes' roles for AWS Batch if access_entry is {access}, got "
            f"{namespace.namespace!r} without: make its EksNamespace with access_entry={access}",
        )
        problems.check(
            namespace.cluster.cluster_ref.cluster_arn == facts.arn,
            f"namespace must be one of the cluster, got {namespace.namespace!r} of another",
        )


def eks_configuration(facts: ClusterFacts, namespace: str, access: AccessEntryState | None) -> dict[str, Any]:
    """Return the part of an environment's properties about its cluster.

    Args:
        facts: The facts of the cluster.
        namespace: The namespace of the jobs' pods.
        access: The state that it asks for; ``None`` for nothing.
    """
    return given(
        eksClusterArn=facts.arn, kubernetesNamespace=namespace, accessEntry=given(desiredState=access)
    )


def grant_namespace(
    environment: OwnComputeEnvironment, cluster: IClusterRef, namespace: str, access: AccessEntryState | None
) -> EksNamespaceAccess | None:
    """Let AWS Batch make pods in the namespace, unless it gets no access entry.

    Args:
        environment: The environment; its queues wait for the access.
        cluster: Its cluster.
        namespace: The namespace of the jobs' pods.
        access: The access entry's state that the environment asks for.
    """
    if access is AccessEntryState.DISABLED:
        return None
    from batch_constructs.compute_environments.eks_namespace_access import EksNamespaceAccess  # noqa: PLC0415 - 300 ms

    granted = EksNamespaceAccess(
        environment, "NamespaceAccess", compute_environment=environment, cluster=cluster, namespace=namespace
    )
    environment.usable_after = [granted.association]
    return granted


def acknowledge_access_entry(cfn: batch.CfnComputeEnvironment) -> None:
    """Tell the CDK's own validation that its schema is older than the access entry.

    Args:
        cfn: An environment with one.
    """
    Validations.of(cfn).acknowledge(
        Acknowledgment(
            id="CloudFormation-Validate::F3002",
            reason="the schemas that the CDK 2.275 validates with are older than EksConfiguration.AccessEntry",
        )
    )


def map_roles(scope: Construct, cluster: IClusterRef, node_role: iam.IRole | None) -> list[IDependable]:
    """Add AWS Batch and the nodes to the ConfigMap of a cluster, or warn that somebody must.

    Args:
        scope: The environment.
        cluster: Its cluster.
        node_role: The role of the nodes, if it is not in the ConfigMap yet.

    Returns:
        What must exist before the environment.
    """
    # The ConfigMap needs the role without its path: with it, nobody would get access.
    arn = f"arn:{cdk.partition()}:iam::{cdk.account()}:role/{SERVICE_LINKED_ROLE_NAME}"
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
    """Return the ConfigMap, which the CDK manages for clusters that it made, and for roles of the same stack."""
    if Stack.of(cluster) is not Stack.of(scope):
        return None
    return getattr(cluster, "aws_auth", None)
