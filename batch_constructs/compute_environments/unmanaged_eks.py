"""Environments on Amazon EKS whose nodes you start yourself."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from aws_cdk import aws_iam as iam

from batch_constructs._border.arguments import checked
from batch_constructs._border.places import check_place
from batch_constructs._border.problems import Problems
from batch_constructs._border.spelling import given
from batch_constructs.compute_environments.base import OwnComputeEnvironment
from batch_constructs.compute_environments.eks_access import (
    acknowledge_access_entry,
    check_access,
    check_namespace,
    eks_configuration,
    grant_namespace,
    map_roles,
    wanted_access,
)
from batch_constructs.compute_environments.eks_clusters import ClusterFacts
from batch_constructs.compute_environments.eks_namespaces import EksNamespace
from batch_constructs.compute_environments.unmanaged import described
from batch_constructs.facts import limits, patterns
from batch_constructs.facts.eks import COMPUTE_ENVIRONMENT_LABEL
from batch_constructs.facts.vocabulary import AccessEntryState
from batch_constructs.roles import BatchServiceRole

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aws_cdk.interfaces.aws_eks import IClusterRef
    from constructs import Construct
    from jsii import Number

    from batch_constructs.compute_environments.eks_namespace_access import EksNamespaceAccess

__all__ = ["UnmanagedEksComputeEnvironment"]


@checked
class UnmanagedEksComputeEnvironment(OwnComputeEnvironment):
    """An environment for nodes of your own in an Amazon EKS cluster: AWS Batch places jobs, you run the nodes.

    Use this if AWS Batch cannot start what you need, such as nodes of a managed node group with a capacity
    reservation. Nodes belong to it by a label, see `node_labels`. Keep other pods off them::

        environment = UnmanagedEksComputeEnvironment(self, "Own", cluster=cluster, namespace="jobs")
        cluster.add_nodegroup_capacity("Nodes", labels=environment.node_labels, desired_size=2)

    EKS Auto Mode replaces its nodes by itself, so AWS Batch runs no jobs on them; a node group next to it works.

    AWS's pages disagree about the service role. The tutorial for this kind has no step for one. The API's text and
    AWS's answers for unmanaged environments require one that is not the service-linked role. So it gets a
    `BatchServiceRole`. A document of `from_cli_json` may leave it out, and rule CE-02 warns. The access entry is for
    the service-linked role in any case, which must exist: AWS Batch makes it with the first managed environment of the
    account, or you do by ``aws iam create-service-linked-role --aws-service-name batch.amazonaws.com``.

    Guide: Compute Environments (unmanaged); AWS Batch on Amazon EKS (newer than the table of contents).
    """

    _tags_belong = "put it on the nodes that you start"

    namespace: EksNamespace
    """The namespace of its jobs, prepared for it or given; if another tool prepares it, ``apply`` is ``False``."""

    namespace_access: EksNamespaceAccess | None
    """The access policy for the namespace; ``None`` if the ConfigMap ``aws-auth`` gives AWS Batch access."""

    service_role: iam.IRole | None
    """The role of AWS Batch; ``None`` if a document names none."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        cluster: IClusterRef,
        namespace: str | EksNamespace,
        access_entry: AccessEntryState | None = None,
        unmanaged_vcpus: Number | None = None,
        service_role: iam.IRole | iam.Role | None = None,
        enabled: bool = True,
        compute_environment_name: str | None = None,
        context: str | None = None,
    ) -> None:
        """Create the environment, its namespace, and the right of AWS Batch to run pods there.

        Args:
            scope: Where the environment belongs.
            id: Its name in that scope.
            cluster: An ``eks.Cluster`` or ``eks_v2.Cluster``, made here or imported, or a ``CfnCluster``. A change of
                it replaces the environment.
            namespace: The namespace of the jobs' pods: a name, which is prepared for this environment, or an
                `EksNamespace` that several environments share. A change of it replaces the environment.
            access_entry: How the cluster gives access to AWS Batch, as on `EksComputeEnvironment`. By default by an
                access entry, which AWS Batch makes. You decide how your nodes join.
            unmanaged_vcpus: How many vCPUs your nodes have together for jobs, at least 0. According to the API, fair
                share uses it to reserve capacity; according to the console it is the most that jobs may use. By default
                it reserves nothing.
            service_role: The role of AWS Batch on AWS. By default a new `BatchServiceRole`.
            enabled: Whether jobs are placed; by default yes. AWS does not create a disabled environment.
            compute_environment_name: 1 to 128 letters, digits, ``-`` and ``_``. By default CloudFormation makes a name,
                so that the environment can be replaced.
            context: Reserved by AWS; by default omitted.

        Raises:
            ValueError: arguments that AWS would refuse, all of them in one message.
        """
        facts = ClusterFacts.of(cluster)
        access = wanted_access(access_entry, facts)
        problems = Problems()
        problems.within("unmanaged_vcpus", unmanaged_vcpus, limits.UNMANAGED_VCPUS)
        problems.matches("compute_environment_name", compute_environment_name, patterns.RESOURCE_NAME)
        check_namespace(problems, cluster, namespace, facts, access)
        check_access(problems, access, facts)
        check_place(problems, scope, "cluster", [facts.arn])
        problems.raise_if_any()

        super().__init__(scope, id)
        name = namespace if isinstance(namespace, str) else namespace.namespace
        self.service_role = service_role or BatchServiceRole(self, "ServiceRole")
        self.namespace = (
            EksNamespace(self, "Namespace", cluster=cluster, namespace=namespace, access_entry=access)
            if isinstance(namespace, str)
            else namespace
        )
        self._define(
            given(
                unmanagedvCpus=unmanaged_vcpus,
                eksConfiguration=eks_configuration(facts, name, access),
                context=context,
            ),
            type="UNMANAGED",
            enabled=enabled,
            service_role=self.service_role,
            compute_environment_name=compute_environment_name,
        )
        self._outlive(self.service_role)
        if access is not None:
            acknowledge_access_entry(self.cfn)
        # Access must exist before the environment, and be deleted after it.
        self.cfn.node.add_dependency(self.namespace)
        if access is AccessEntryState.DISABLED:
            self.cfn.node.add_dependency(*map_roles(self, cluster, None))
        self.namespace_access = grant_namespace(self, cluster, name, access)

    def _refer_to(self, document: Mapping[str, Any]) -> None:
        super()._refer_to(document)
        role_arn = document.get("serviceRole")
        self.service_role = iam.Role.from_role_arn(self, "ServiceRole", role_arn) if role_arn else None

    @cached_property
    def uuid(self) -> str:
        """The id of the environment that its nodes have as a label, known at deploy time.

        CloudFormation does not have it, so the first reading adds a custom resource: a function that asks AWS Batch
        once a deploy and may do nothing else.
        """
        return described(self, "Uuid", "computeEnvironments.0.uuid", kind="Custom::BatchEnvironmentUuid")

    @property
    def node_labels(self) -> dict[str, str]:
        """The label that makes nodes belong to the environment: ``batch.amazonaws.com/compute-environment-uuid``.

        Give it to the node group, or set it by hand:
        ``kubectl label node NAME batch.amazonaws.com/compute-environment-uuid=UUID``.
        """
        return {COMPUTE_ENVIRONMENT_LABEL: self.uuid}
