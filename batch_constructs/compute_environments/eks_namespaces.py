"""A namespace of an EKS cluster that AWS Batch may run jobs in."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast
from weakref import WeakKeyDictionary

from aws_cdk import Annotations

from batch_constructs._border.arguments import checked
from batch_constructs._border.problems import Problems
from batch_constructs._border.synth_checks import CheckedConstruct
from batch_constructs.compute_environments.eks_clusters import ClusterFacts
from batch_constructs.facts import patterns
from batch_constructs.facts.eks_access import manifests
from batch_constructs.facts.vocabulary import AccessEntryState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk.interfaces.aws_eks import IClusterRef
    from constructs import Construct, IConstruct

__all__ = ["EksNamespace", "apply_manifest", "check_unprepared", "needs_roles"]


# The prepared namespaces of a cluster: preparing one twice fails at deploy, since it exists already.
_PREPARED: WeakKeyDictionary[IClusterRef, set[str]] = WeakKeyDictionary()


def check_unprepared(problems: Problems, cluster: IClusterRef, namespace: str) -> None:
    """Add a problem if AWS Batch refuses the namespace, or it is prepared already.

    Args:
        problems: Where to add it.
        cluster: The cluster.
        namespace: Its name.
    """
    problems.matches("namespace", namespace, patterns.EKS_JOB_NAMESPACE)
    problems.check(
        namespace not in _PREPARED.get(cluster, ()),
        f"a namespace of a cluster is prepared once, got {namespace!r} again: make one EksNamespace, and give it to "
        "each environment",
    )


def needs_roles(access_entry: AccessEntryState | None, facts: ClusterFacts) -> bool:
    """Return whether Kubernetes' roles may count: not if AWS Batch gets access by an access entry.

    Args:
        access_entry: The state that the environments ask for.
        facts: The facts of the cluster.
    """
    if access_entry is None:
        return facts.access_entries is False
    by_entry_only = facts.config_map is False
    return access_entry is AccessEntryState.DISABLED or (
        access_entry is AccessEntryState.INHERIT_FROM_CLUSTER and not by_entry_only
    )


@checked
class EksNamespace(CheckedConstruct):
    """A namespace for jobs of AWS Batch.

    `EksComputeEnvironment` makes one itself. Make your own if several environments of a cluster share a namespace, or
    if it exists already.

    If AWS Batch gets access to the cluster by an access entry, as by default, Kubernetes needs only the namespace: each
    environment associates the access policy itself. If it gets access by the ConfigMap ``aws-auth``
    (``access_entry=AccessEntryState.DISABLED``, or a cluster known to accept nothing else), the objects include
    Kubernetes' roles and their bindings to the user ``aws-batch``.

    The CDK applies it to clusters that have a ``kubectl`` here: an L2 with a kubectl layer, or one that was imported
    with its kubectl provider. For others, apply ``to_json()`` before the first deploy of an environment, which would
    become INVALID without it.

    Guide: AWS Batch on Amazon EKS (newer than the table of contents); Troubleshooting AWS Batch.
    """

    cluster: IClusterRef
    """The cluster."""

    namespace: str
    """The name."""

    manifests: Sequence[dict[str, Any]]
    """Kubernetes' objects: the namespace, and for the ConfigMap ``aws-auth`` also roles and their bindings."""

    has_roles: bool
    """Whether Kubernetes' roles for AWS Batch are among the objects."""

    applied: bool
    """Whether the CDK applies them."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        cluster: IClusterRef,
        namespace: str,
        create_namespace: bool = True,
        access_entry: AccessEntryState | None = None,
        apply: bool | None = None,
    ) -> None:
        """Prepare the namespace.

        Args:
            scope: Where it belongs.
            id: Its name in that scope.
            cluster: An ``eks.Cluster`` or ``eks_v2.Cluster``, made here or imported, or a ``CfnCluster``.
            namespace: 1 to 63 lower-case letters, digits and hyphens; neither ``default`` nor beginning with
                ``kube``. Each namespace of a cluster is prepared once.
            create_namespace: Whether the namespace is made and later deleted, with all that is in it, including claims
                of volumes; by default yes.
            access_entry: How the cluster gives access to AWS Batch, as in the environments of the namespace. By default
                by an access entry; if the cluster is known to have none, by its ConfigMap. ``DISABLED``: by the
                ConfigMap. ``INHERIT_FROM_CLUSTER``: by either, so Kubernetes' roles are made in case they count.
            apply: Whether the CDK applies the objects. By default it does if it can, and warns if it cannot; ``False``
                says that you do.

        Raises:
            ValueError: Kubernetes or AWS Batch would refuse the name, or the CDK cannot apply to this cluster.
        """
        facts = ClusterFacts.of(cluster)
        problems = Problems()
        check_unprepared(problems, cluster, namespace)
        problems.check(
            not apply or facts.applies_manifests,
            "apply needs a cluster with a kubectl of the CDK, got one without: give it a kubectl layer, or apply "
            "to_json() yourself",
        )
        problems.raise_if_any()

        super().__init__(scope, id)
        _PREPARED.setdefault(cluster, set()).add(namespace)
        self.cluster = cluster
        self.namespace = namespace
        self.has_roles = needs_roles(access_entry, facts)
        self.manifests = manifests(namespace, create_namespace=create_namespace, rbac=self.has_roles)
        self.applied = facts.applies_manifests if apply is None else apply
        if self.applied and self.manifests:
            apply_manifest(self, cluster, self.manifests)
        elif apply is None and self.manifests:
            Annotations.of(self).add_warning_v2(
                "batch-constructs:namespaceNotApplied",
                f"the CDK has no kubectl for this cluster: apply to_json() of the namespace {namespace} before the "
                "first deploy, or its environments become INVALID; apply=False says that you do",
            )

    def to_json(self) -> str:
        """Return all objects in one, for ``kubectl apply -f``; every YAML tool also reads JSON."""
        return json.dumps({"apiVersion": "v1", "kind": "List", "items": [*self.manifests]}, indent=2)


def apply_manifest(scope: Construct, cluster: IClusterRef, objects: Sequence[dict[str, Any]]) -> IConstruct:
    """Have the CDK apply objects to a cluster, as a resource of the scope and not of the cluster.

    So they are deleted with the scope, and may be in another stack than the cluster.

    Args:
        scope: The construct that owns them.
        cluster: An L2 with a kubectl.
        objects: The objects, in this order.
    """
    l2 = cast("Any", cluster)
    if ClusterFacts.of(cluster).of_first_generation:
        from aws_cdk import aws_eks as eks  # noqa: PLC0415 - already imported by the user of such a cluster

        return eks.KubernetesManifest(scope, "Manifest", cluster=l2, manifest=[*objects])
    from aws_cdk import aws_eks_v2 as eks_v2  # noqa: PLC0415 - the same

    return eks_v2.KubernetesManifest(scope, "Manifest", cluster=l2, manifest=[*objects])
