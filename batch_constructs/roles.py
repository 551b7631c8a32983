"""The roles of AWS Batch, each with exactly the trust and the rights of the user guide.

Every class here *is* an ``iam.Role``: you can use it wherever the CDK accepts a role, also in ``grant_*`` methods.
"""

from __future__ import annotations

import re
from functools import cache, cached_property
from typing import TYPE_CHECKING

from aws_cdk import aws_iam as iam
from constructs import Dependable, DependencyGroup

from batch_constructs._border import cdk
from batch_constructs._border.arguments import checked
from batch_constructs._border.keys import let_write_logs
from batch_constructs._border.synth_checks import check_at_synth
from batch_constructs.facts.role_trust import SERVICE_LINKED_ROLE_PATH

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk import aws_ecr as ecr
    from aws_cdk import aws_logs as logs
    from constructs import Construct, IConstruct, IDependable

# ACCOUNT.dkr.ecr.REGION.SUFFIX/NAME; account, Region and name may be tokens.
_PART = r"(\$\{Token\[[^\]]+\]\}|[\w-]+)"
_ECR_ADDRESS = re.compile(rf"{_PART}\.dkr\.ecr\.{_PART}\.[^/]+/([^:@]+)")

__all__ = [
    "BatchServiceRole",
    "CheckedRole",
    "EcsInstanceRole",
    "ExecutionRole",
    "InstanceRole",
    "JobRole",
    "SpotFleetRole",
    "is_service_linked",
]


class CheckedRole(iam.Role):
    """A role that adds the checks at synth to its app, as every construct of this library does."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        assumed_by: iam.IPrincipal | iam.ServicePrincipal,
        managed_policies: Sequence[iam.IManagedPolicy] = (),
    ) -> None:
        """Create the role.

        Args:
            scope: Where the role belongs.
            id: Its name in that scope.
            assumed_by: The principal that may assume it.
            managed_policies: Its policies.
        """
        check_at_synth(scope)
        super().__init__(scope, id, assumed_by=assumed_by, managed_policies=list(managed_policies) or None)


class InstanceRole(CheckedRole):
    """A role of EC2 instances, with its instance profile."""

    def __init__(self, scope: Construct, id: str, *, managed_policies: Sequence[iam.IManagedPolicy]) -> None:
        """Create the role and its instance profile.

        Args:
            scope: Where the role belongs.
            id: Its name in that scope.
            managed_policies: Its policies.
        """
        super().__init__(
            scope,
            id,
            assumed_by=cdk.service_principal("ec2.amazonaws.com"),
            managed_policies=managed_policies,
        )
        # It has no name: a named profile would block a second stack in the account.
        self.instance_profile = iam.CfnInstanceProfile(self, "InstanceProfile", roles=[self])

    @cached_property
    def instance_profile_arn(self) -> str:
        """The ARN of its instance profile, read once for all environments that share the role."""
        return self.instance_profile.attr_arn


@checked
class EcsInstanceRole(InstanceRole):
    """The role of the container instances of an EC2 or Spot environment, with its instance profile.

    It trusts ``ec2.amazonaws.com`` and has ``AmazonEC2ContainerServiceforEC2Role``: register with the cluster,
    pull images, write logs. Jobs on the instance can use these rights, too, since they share its network. So give rights
    to a job's definition; give this role only what every job on the instance may do.

    Guide: Amazon ECS Instance Role.
    """

    def __init__(
        self, scope: Construct, id: str, *, managed_policies: Sequence[iam.IManagedPolicy] = ()
    ) -> None:
        """Create the role and its instance profile.

        Args:
            scope: Where the role belongs.
            id: Its name in that scope.
            managed_policies: Further policies, such as ``AmazonSSMManagedInstanceCore`` for Session Manager. By
                default none: the instances have only the rights that the ECS agent needs.
        """
        own = cdk.managed_policy("service-role/AmazonEC2ContainerServiceforEC2Role")
        super().__init__(scope, id, managed_policies=[own, *managed_policies])

    @cached_property
    def rights(self) -> IDependable:
        """The role and all its policies, now and later, which must be deleted after the environments.

        The instance profile is not included: an environment depends on it already, by naming it.
        """
        group = DependencyGroup()
        Dependable.implement(group, _Rights(self))
        return group


class _Rights(Dependable):
    """The role's policies as dependencies, read at synth, when all are known."""

    def __init__(self, role: EcsInstanceRole) -> None:
        super().__init__()
        self._role = role

    @property
    def dependency_roots(self) -> list[IConstruct]:
        return [each for each in self._role.node.children if each != self._role.instance_profile]


@checked
class SpotFleetRole(CheckedRole):
    """The role of Spot Fleet for a Spot environment with the ``BEST_FIT`` strategy.

    No class here makes such an environment, because AWS Batch can update only its size. Give the role's ARN to
    `SpotComputeEnvironment.from_cli_json` as ``spotIamFleetRole``, or to the CDK's L1 or L2. It has
    ``AmazonEC2SpotFleetTaggingRole``, without which the instances of an environment with the service-linked role never
    scale down.

    Guide: Amazon EC2 Spot Fleet Role.
    """

    def __init__(self, scope: Construct, id: str) -> None:
        """Create the role.

        Args:
            scope: Where the role belongs.
            id: Its name in that scope.
        """
        super().__init__(
            scope,
            id,
            assumed_by=cdk.service_principal("spotfleet.amazonaws.com"),
            managed_policies=[cdk.managed_policy("service-role/AmazonEC2SpotFleetTaggingRole")],
        )


@checked
class BatchServiceRole(CheckedRole):
    """A role of your own for AWS Batch, instead of its service-linked role.

    Prefer the service-linked role, which AWS Batch creates itself: with your own role, only the size of an environment can
    be updated in place. The trust is limited to this account and to AWS Batch
    environments and jobs in it (both are needed, because a queue can use several environments).

    Guide: AWS Batch Service IAM Role; Cross-service confused deputy prevention (newer than the table of contents).
    """

    def __init__(self, scope: Construct, id: str) -> None:
        """Create the role.

        Args:
            scope: Where the role belongs.
            id: Its name in that scope.
        """
        super().__init__(
            scope,
            id,
            assumed_by=cdk.guarded_principal(
                "batch.amazonaws.com",
                {
                    "StringEquals": {"aws:SourceAccount": cdk.account()},
                    "ArnLike": {
                        "aws:SourceArn": [
                            cdk.arn("batch", "compute-environment/*"),
                            cdk.arn("batch", "job/*"),
                        ]
                    },
                },
            ),
            managed_policies=[cdk.managed_policy("service-role/AWSBatchServiceRole")],
        )
        self._sets_insights = False

    def allow_container_insights(self) -> None:
        """Allow setting Container Insights of clusters (``ecs:UpdateCluster``), which environments with them need.

        AWS's managed policy has it since August 2026, and AWS's guide still asks to add it. Without it the environment becomes
        INVALID when the setting changes.
        """
        if not self._sets_insights:
            self._sets_insights = True
            # The cluster has no name before AWS Batch creates it.
            self.add_to_policy(
                iam.PolicyStatement(actions=["ecs:UpdateCluster"], resources=[cdk.arn("ecs", "cluster/*")])
            )


@checked
class ExecutionRole(CheckedRole):
    """The role with which ECS starts a job: to pull the image, create the log stream and read the secrets.

    `FargateJobDefinition` creates one itself, and `Ec2JobDefinition` does so if it has secrets. Create your own to
    share it among definitions. It has only the rights given here and those that a definition adds for its own
    log group, image and secrets. The trust is limited to this account.

    Guide: AWS Batch execution IAM role (newer than the table of contents).
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        log_groups: Sequence[logs.ILogGroup] = (),
        repositories: Sequence[ecr.IRepository] = (),
    ) -> None:
        """Create the role.

        Args:
            scope: Where the role belongs.
            id: Its name in that scope.
            log_groups: Groups that jobs may write to. By default only those that definitions add.
            repositories: ECR repositories to pull from. By default only those that definitions add.
        """
        super().__init__(scope, id, assumed_by=_tasks_of_this_account())
        for log_group in log_groups:
            log_group.grant_write(self)
            let_write_logs(self, log_group)
        for repository in repositories:
            repository.grant_pull(self)

    def allow_pull(self, image: str) -> None:
        """Allow pulling an image by its ECR address; images from elsewhere need no rights.

        Args:
            image: ``ACCOUNT.dkr.ecr.REGION.amazonaws.com/NAME:TAG``, or any other image.
        """
        allow_pull(self, image)


@checked
class JobRole(CheckedRole):
    """The role of the code inside a job. It starts without rights.

    A definition creates one itself at the first ``bucket.grant_read(definition)``. Create your own to share it among
    definitions. The trust is limited to ECS tasks of this account.

    Guide: Job Definition Parameters (``jobRoleArn``); Cross-service confused deputy prevention (newer than the table
    of contents).
    """

    def __init__(
        self, scope: Construct, id: str, *, managed_policies: Sequence[iam.IManagedPolicy] = ()
    ) -> None:
        """Create the role.

        Args:
            scope: Where the role belongs.
            id: Its name in that scope.
            managed_policies: Its policies at the start. By default none.
        """
        super().__init__(scope, id, assumed_by=_tasks_of_this_account(), managed_policies=managed_policies)


def allow_pull(role: iam.IRole, image: str) -> None:
    """Allow a role to pull an image by its ECR address; do nothing for images from elsewhere."""
    address = _ECR_ADDRESS.match(image)
    if address is None:
        return
    account, region, name = address.groups()
    repository = f"arn:{cdk.partition()}:ecr:{region}:{account}:repository/{name}"
    pull = ["ecr:BatchCheckLayerAvailability", "ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage"]
    role.add_to_principal_policy(iam.PolicyStatement(actions=pull, resources=[repository]))
    # GetAuthorizationToken has no resource type: IAM accepts only the wildcard.
    role.add_to_principal_policy(iam.PolicyStatement(actions=["ecr:GetAuthorizationToken"], resources=["*"]))


@cache
def _tasks_of_this_account() -> iam.ServicePrincipal:
    return cdk.guarded_principal(
        "ecs-tasks.amazonaws.com", {"StringEquals": {"aws:SourceAccount": cdk.account()}}
    )


def is_service_linked(role: iam.IRole) -> bool:
    """Return whether a role is known to be AWS Batch's service-linked role."""
    arn = role.role_arn
    return SERVICE_LINKED_ROLE_PATH in arn or arn.endswith("/AWSServiceRoleForBatch")
