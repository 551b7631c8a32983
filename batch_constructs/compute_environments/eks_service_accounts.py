"""A service account of Kubernetes with an IAM role, as which jobs on Amazon EKS act on AWS."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jsii
from aws_cdk import aws_iam as iam

from batch_constructs._border import cdk
from batch_constructs._border.arguments import checked
from batch_constructs._border.problems import Problems
from batch_constructs._border.synth_checks import CheckedConstruct
from batch_constructs.compute_environments.eks_namespaces import apply_manifest
from batch_constructs.facts import patterns

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk import aws_eks as eks
    from constructs import Construct

    from batch_constructs.compute_environments.eks_namespaces import EksNamespace

__all__ = ["EksServiceAccount"]


@checked
@jsii.implements(iam.IGrantable)
class EksServiceAccount(CheckedConstruct):
    """A service account with an IAM role for jobs on Amazon EKS. Grant to it, and pods that run as it have that right.

    At first it has no right at all. Pods get its role by EKS Pod Identity: the cluster needs the add-on
    ``eks-pod-identity-agent``, with tolerations for the taint of AWS Batch's nodes. Definitions name it::

        account = EksServiceAccount(self, "Training", namespace=environment.namespace) bucket.grant_read(account)
        EksJobDefinition(self, "Train", containers=[…], service_account_name=account.service_account_name)

    Guide: AWS Batch on Amazon EKS (newer than the table of contents); Job Definition Parameters (eksProperties).
    """

    role: iam.Role
    """The role, which only this cluster's pods of this service account can assume."""

    association: eks.CfnPodIdentityAssociation
    """The association that gives the role to the service account."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        namespace: EksNamespace,
        service_account_name: str | None = None,
        create_service_account: bool = True,
        managed_policies: Sequence[iam.IManagedPolicy] = (),
    ) -> None:
        """Create the service account and its role.

        Args:
            scope: Where it belongs.
            id: Its name in that scope.
            namespace: The namespace of the jobs, with its cluster.
            service_account_name: Its name in Kubernetes: lower-case letters, digits, hyphens and periods. By default
                the construct's id in lower case.
            create_service_account: Whether Kubernetes' object is made as well, if the CDK applies those of the
                namespace; by default yes. If it does not, apply ``manifest``.
            managed_policies: Policies of the jobs from the start. By default none.

        Raises:
            ValueError: Kubernetes would refuse the name.
        """
        name = id.lower() if service_account_name is None else service_account_name
        problems = Problems()
        problems.matches("service_account_name", name, patterns.DNS_SUBDOMAIN)
        problems.raise_if_any()

        from aws_cdk import aws_eks as eks  # noqa: PLC0415 - 240 ms that only its users pay

        super().__init__(scope, id)
        self.namespace = namespace
        self.service_account_name = name
        reference = namespace.cluster.cluster_ref
        self.role = iam.Role(
            self,
            "Role",
            assumed_by=iam.ServicePrincipal(
                "pods.eks.amazonaws.com",
                conditions={
                    "StringEquals": {
                        "aws:SourceAccount": cdk.account(),
                        # The session tags that EKS sets when it assumes the role for a pod.
                        "aws:RequestTag/eks-cluster-arn": reference.cluster_arn,
                        "aws:RequestTag/kubernetes-namespace": namespace.namespace,
                        "aws:RequestTag/kubernetes-service-account": name,
                    },
                },
            ).with_session_tags(),
            managed_policies=list(managed_policies) or None,
        )
        self.association = eks.CfnPodIdentityAssociation(
            self,
            "Association",
            cluster_name=reference.cluster_name,
            namespace=namespace.namespace,
            service_account=name,
            role_arn=self.role.role_arn,
        )
        if create_service_account and namespace.applied:
            applied = apply_manifest(self, namespace.cluster, [self.manifest])
            applied.node.add_dependency(namespace)

    @property
    def grant_principal(self) -> iam.IPrincipal:
        """The pods' role as the CDK's ``grant_*`` methods take it: ``bucket.grant_read(account)``."""
        return self.role.grant_principal

    @property
    def manifest(self) -> dict[str, Any]:
        """Kubernetes' object, for ``kubectl apply`` if the CDK does not apply it."""
        metadata = {"name": self.service_account_name, "namespace": self.namespace.namespace}
        return {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata}
