"""The right of AWS Batch to run pods in a namespace, if it gets access to the cluster by an access entry."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from aws_cdk import CfnResource, CustomResource, Duration, RemovalPolicy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs

from batch_constructs._border import cdk
from batch_constructs._border.arguments import checked
from batch_constructs._border.problems import Problems
from batch_constructs._border.synth_checks import CheckedConstruct
from batch_constructs.facts import eks_access as facts
from batch_constructs.facts import patterns
from batch_constructs.facts.role_trust import SERVICE_LINKED_ROLE_NAME, SERVICE_LINKED_ROLE_PATH

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aws_cdk.interfaces.aws_batch import IComputeEnvironmentRef
    from aws_cdk.interfaces.aws_eks import IClusterRef
    from constructs import Construct

__all__ = ["EksNamespaceAccess"]

_CODE = Path(__file__).with_name("functions") / "namespace_access.py"
# The longest that a Lambda function may run: AWS Batch has this time to make its entry.
_LONGEST = Duration.minutes(15)


@checked
class EksNamespaceAccess(CheckedConstruct):
    """The right of AWS Batch to run pods in a namespace of an EKS cluster, by EKS's access policy for it.

    `EksComputeEnvironment` makes one itself. Make your own for an environment of the L2, of the L1 or from JSON: if AWS
    Batch gets access by an access entry, Kubernetes' own roles do not count, and without this jobs stay RUNNABLE.

    A function waits until AWS Batch has made its entry, which happens with the environment, and associates
    ``AWSBatchNamespacePolicy`` for the namespace; other namespaces of the policy stay. On deletion it has AWS Batch
    remove the entry, unless other environments of the cluster need it, and removes the namespace from the policy. On a
    cluster of mode ``API`` AWS Batch cannot remove it, so the function asks EKS after the environment is gone. If EKS
    refuses, the entry stays and the log says so.

    Guide: Amazon EKS access entry authentication (newer than the table of contents).
    """

    association: CustomResource
    """The resource that waits for the entry and associates the policy. A `JobQueue` waits for it."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        compute_environment: IComputeEnvironmentRef,
        cluster: IClusterRef,
        namespace: str,
    ) -> None:
        """Create the function, its role, its log group, and the two resources that call it.

        Args:
            scope: Where it belongs; the stack of the environment.
            id: Its name in that scope.
            compute_environment: The environment that targets the cluster and the namespace, of any kind.
            cluster: An ``eks.Cluster`` or ``eks_v2.Cluster``, made here or imported, or a ``CfnCluster``.
            namespace: The namespace of the jobs' pods, as in the environment.

        Raises:
            ValueError: AWS Batch would refuse the namespace.
        """
        problems = Problems()
        problems.matches("namespace", namespace, patterns.EKS_JOB_NAMESPACE)
        problems.raise_if_any()
        super().__init__(scope, id)
        reference = cluster.cluster_ref
        path = f"{SERVICE_LINKED_ROLE_PATH.strip('/')}/{SERVICE_LINKED_ROLE_NAME}"
        self._properties = {
            "Cluster": reference.cluster_name,
            "ClusterArn": reference.cluster_arn,
            "Namespace": namespace,
            "Principal": f"arn:{cdk.partition()}:iam::{cdk.account()}:role/{path}",
            "Policy": facts.namespace_policy_arn(cdk.partition()),
        }
        self._role = iam.Role(self, "Role", assumed_by=cdk.service_principal("lambda.amazonaws.com"))
        self._function = self._make_function()
        self._allow_cluster(reference.cluster_arn, reference.cluster_name)
        clean_up = self._resource("CleanUp", "Custom::BatchAccessEntryCleanUp", self._properties)
        arn = compute_environment.compute_environment_ref.compute_environment_arn
        self.association = self._resource(
            "Association", "Custom::BatchNamespaceAccess", {**self._properties, "ComputeEnvironment": arn}
        )
        # Disabling the entry needs a right on the environment itself, which must not exist before the environment.
        update = iam.Policy(self, "Update", roles=[self._role])
        update.add_statements(
            iam.PolicyStatement(actions=["batch:UpdateComputeEnvironment"], resources=[arn])
        )
        self.association.node.add_dependency(update)
        if (resource := _resource_of(compute_environment)) is not None:
            # So it is deleted after the environment, when nobody needs the entry.
            resource.node.add_dependency(clean_up)

    def _make_function(self) -> lambda_.CfnFunction:
        log_group = logs.LogGroup(
            self, "LogGroup", retention=logs.RetentionDays.ONE_MONTH, removal_policy=RemovalPolicy.DESTROY
        )
        log_group.grant_write(self._role)
        return lambda_.CfnFunction(
            self,
            "Function",
            description="Lets AWS Batch run pods in a namespace of an EKS cluster",
            runtime="python3.14",
            architectures=["arm64"],
            handler="index.handler",
            # CloudFormation zips the code itself: no asset, no bucket, and reviewers see the code.
            code=lambda_.CfnFunction.CodeProperty(zip_file=_CODE.read_text(encoding="utf-8")),
            role=self._role.role_arn,
            memory_size=256,
            timeout=_LONGEST.to_seconds(),
            logging_config=lambda_.CfnFunction.LoggingConfigProperty(log_group=log_group.log_group_name),
        )

    def _allow_cluster(self, cluster_arn: str, cluster_name: str) -> None:
        allow = self._role.add_to_policy
        # The action has no resource in IAM.
        allow(iam.PolicyStatement(actions=["batch:DescribeComputeEnvironments"], resources=["*"]))
        allow(iam.PolicyStatement(actions=["eks:DescribeCluster"], resources=[cluster_arn]))
        # The entry's ARN ends with an id that EKS makes, and may contain the role's path.
        entry = cdk.arn(
            "eks", f"access-entry/{cluster_name}/role/{cdk.account()}/*{SERVICE_LINKED_ROLE_NAME}/*"
        )
        looking = ["eks:DescribeAccessEntry", "eks:ListAssociatedAccessPolicies", "eks:DeleteAccessEntry"]
        allow(iam.PolicyStatement(actions=looking, resources=[entry]))
        allow(
            iam.PolicyStatement(
                actions=["eks:AssociateAccessPolicy", "eks:DisassociateAccessPolicy"],
                resources=[entry],
                conditions={"ArnEquals": {"eks:policyArn": self._properties["Policy"]}},
            )
        )

    def _resource(self, id: str, kind: str, properties: Mapping[str, str]) -> CustomResource:
        made = CustomResource(
            self,
            id,
            service_token=self._function.attr_arn,
            resource_type=kind,
            properties=dict(properties),
            service_timeout=_LONGEST,
        )
        # Otherwise its first and last calls would run with a role without rights.
        made.node.add_dependency(self._role.node.find_child("DefaultPolicy"))
        return made


def _resource_of(environment: IComputeEnvironmentRef) -> CfnResource | None:
    """Return the CloudFormation resource of an environment that this app makes."""
    if isinstance(environment, CfnResource):
        return environment
    child = getattr(environment, "cfn", None) or environment.node.default_child
    return child if isinstance(child, CfnResource) else None
