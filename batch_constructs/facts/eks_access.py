"""The rights of AWS Batch in an EKS cluster, by an access policy of EKS or by Kubernetes' roles.

If AWS Batch has an access entry (``status`` ACTIVE), Kubernetes' roles are bypassed: AWS Batch associates
``AWSBatchClusterPolicy`` with it, and the user must associate the policy for the namespace, or jobs stay RUNNABLE.
If it has access by the ConfigMap ``aws-auth``, Kubernetes' roles count.

Source: AWS Batch User Guide, eks-access-entries and getting-started-eks (steps 2 and 3a), versions of October 2026;
the roles from the version of January 2026. Only AWS Batch can create access entries for service-linked roles: EKS
refuses them from anybody else (hashicorp/terraform-provider-aws#36447).
"""

from __future__ import annotations

from typing import Any

from batch_constructs.facts.eks import KUBERNETES_USER

__all__ = ["NAMESPACE_POLICY", "cluster_rules", "manifests", "namespace_policy_arn", "namespace_rules"]

NAMESPACE_POLICY = "AWSBatchNamespacePolicy"
"""The access policy that lets AWS Batch create pods in a namespace; without it jobs stay RUNNABLE."""

_RBAC = "rbac.authorization.k8s.io"
_READ = ("get", "list", "watch")

_CLUSTER_RULES = (
    ("", ("namespaces",), ("get",)),
    ("", ("nodes", "pods", "configmaps"), _READ),
    ("", ("events",), ("list",)),
    ("apps", ("daemonsets", "deployments", "statefulsets", "replicasets"), _READ),
    (_RBAC, ("clusterroles", "clusterrolebindings"), ("get", "list")),
)
_NAMESPACE_RULES = (
    ("", ("pods",), ("create", *_READ, "delete", "patch")),
    ("", ("serviceaccounts",), ("get", "list")),
    (_RBAC, ("roles", "rolebindings"), ("get", "list")),
)


def namespace_policy_arn(partition: str) -> str:
    """Return the ARN of the access policy for namespaces.

    Args:
        partition: Such as ``aws``; a token passes.
    """
    return f"arn:{partition}:eks::aws:cluster-access-policy/{NAMESPACE_POLICY}"


def cluster_rules() -> list[dict[str, Any]]:
    """Return the rules of its rights to read in the whole cluster."""
    return [_rule(*each) for each in _CLUSTER_RULES]


def namespace_rules() -> list[dict[str, Any]]:
    """Return the rules of its rights in a namespace with jobs."""
    return [_rule(*each) for each in _NAMESPACE_RULES]


def manifests(namespace: str, *, create_namespace: bool = True, rbac: bool = True) -> list[dict[str, Any]]:
    """Return the objects that let AWS Batch run jobs in a namespace, for ``kubectl apply``.

    The rights on the cluster have a name of their own for each namespace, so that deleting one
    leaves the others.

    Args:
        namespace: Its name; tokens pass.
        create_namespace: Whether the namespace is one of the objects. It comes first.
        rbac: Whether Kubernetes' roles are among the objects. They count only if AWS Batch has access by the ConfigMap
            ``aws-auth``; with an access entry, only the namespace is needed.
    """
    whole = f"aws-batch-cluster-role-{namespace}"
    own = "aws-batch-compute-environment-role"
    within = {"namespace": namespace}
    first = [{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}}]
    roles = [
        _object("ClusterRole", {"name": whole}, rules=cluster_rules()),
        _object("ClusterRoleBinding", {"name": f"{whole}-binding"}, **_binding("ClusterRole", whole)),
        _object("Role", {"name": own, **within}, rules=namespace_rules()),
        _object("RoleBinding", {"name": f"{own}-binding", **within}, **_binding("Role", own)),
    ]
    return [*(first if create_namespace else []), *(roles if rbac else [])]


def _rule(group: str, resources: tuple[str, ...], verbs: tuple[str, ...]) -> dict[str, Any]:
    return {"apiGroups": [group], "resources": [*resources], "verbs": [*verbs]}


def _object(kind: str, metadata: dict[str, str], **members: Any) -> dict[str, Any]:
    return {"apiVersion": f"{_RBAC}/v1", "kind": kind, "metadata": metadata, **members}


def _binding(kind: str, name: str) -> dict[str, Any]:
    return {
        "subjects": [{"kind": "User", "name": KUBERNETES_USER, "apiGroup": _RBAC}],
        "roleRef": {"kind": kind, "name": name, "apiGroup": _RBAC},
    }
