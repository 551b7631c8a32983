"""The roles of ECS Managed Instances."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import aws_iam as iam

from batch_constructs._border import cdk
from batch_constructs._border.arguments import checked
from batch_constructs.roles import CheckedRole, InstanceRole

if TYPE_CHECKING:
    from collections.abc import Sequence

    from constructs import Construct

__all__ = ["ManagedInstancesInfrastructureRole", "ManagedInstancesInstanceRole"]


@checked
class ManagedInstancesInstanceRole(InstanceRole):
    """The role of instances that Amazon ECS manages, with its instance profile.

    It trusts ``ec2.amazonaws.com`` and has ``AmazonECSInstanceRolePolicyForManagedInstances``. It is for the instance
    itself; to give a job rights, grant to its definition.

    Guide: Amazon ECS Managed Instances compute environments (newer than the table of contents).
    """

    def __init__(
        self, scope: Construct, id: str, *, managed_policies: Sequence[iam.IManagedPolicy] = ()
    ) -> None:
        """Create the role and its instance profile.

        Args:
            scope: Where the role belongs.
            id: Its name in that scope.
            managed_policies: Further policies. By default none: the instances can do what ECS needs and nothing else.
        """
        own = cdk.managed_policy("AmazonECSInstanceRolePolicyForManagedInstances")
        super().__init__(scope, id, managed_policies=[own, *managed_policies])


@checked
class ManagedInstancesInfrastructureRole(CheckedRole):
    """The role that lets Amazon ECS start, tag and end the instances of a `ManagedInstancesComputeEnvironment`.

    It trusts ``ecs.amazonaws.com`` and has ``AmazonECSInfrastructureRolePolicyForManagedInstances``. That policy only
    passes instance roles whose name begins with ``ecsInstanceRole``; it may pass others if they are in
    ``instance_roles``.

    Guide: Amazon ECS Managed Instances compute environments (newer than the table of contents).
    """

    def __init__(
        self, scope: Construct, id: str, *, instance_roles: Sequence[iam.IRole | iam.Role] = ()
    ) -> None:
        """Create the role.

        Args:
            scope: Where the role belongs.
            id: Its name in that scope.
            instance_roles: The roles of instances, which it may pass to EC2 only. By default none.
        """
        super().__init__(
            scope,
            id,
            assumed_by=cdk.service_principal("ecs.amazonaws.com"),
            managed_policies=[cdk.managed_policy("AmazonECSInfrastructureRolePolicyForManagedInstances")],
        )
        if instance_roles:
            self.add_to_policy(
                iam.PolicyStatement(
                    actions=["iam:PassRole"],
                    resources=[role.role_arn for role in instance_roles],
                    # The service name ends differently in other partitions.
                    conditions={"StringLike": {"iam:PassedToService": "ec2.*"}},
                )
            )
