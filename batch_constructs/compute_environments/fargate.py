"""Environments on Fargate: no instances to choose, patch, or pay for while idle."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch_constructs._border.arguments import checked
from batch_constructs._border.places import check_place
from batch_constructs._border.problems import Problems
from batch_constructs._border.spelling import given
from batch_constructs.compute_environments.base import ManagedComputeEnvironment
from batch_constructs.compute_environments.insights import allow_insights
from batch_constructs.compute_environments.surroundings import check_network
from batch_constructs.facts import limits, patterns
from batch_constructs.facts.vocabulary import ResourceKind
from batch_constructs.networking import placement

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk import aws_ec2 as ec2
    from aws_cdk import aws_iam as iam
    from constructs import Construct
    from jsii import Number

    from batch_constructs.facts.vocabulary import ContainerInsights

__all__ = ["FargateComputeEnvironment"]


@checked
class FargateComputeEnvironment(ManagedComputeEnvironment):
    """Capacity on Fargate: each job gets the vCPUs and the memory that it asks for.

    It has no arguments that AWS refuses on Fargate, such as instance types, roles, images or launch templates.

    Guide: Creating a Compute Environment; Compute Environment Parameters.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        vpc: ec2.IVpc | ec2.Vpc,
        vpc_subnets: ec2.SubnetSelection | None = None,
        security_groups: Sequence[ec2.ISecurityGroup | ec2.SecurityGroup] | None = None,
        max_vcpus: Number = 256,
        spot: bool = False,
        container_insights: ContainerInsights | None = None,
        replace_compute_environment: bool = False,
        service_role: iam.IRole | iam.Role | None = None,
        enabled: bool = True,
        compute_environment_name: str | None = None,
    ) -> None:
        """Create the environment, with a security group.

        Args:
            scope: Where the environment belongs.
            id: Its name in that scope.
            vpc: The network. In subnets without NAT or endpoints its jobs need ``assign_public_ip``.
            vpc_subnets: The subnets, at most 16. By default the private ones, else the isolated, else the public ones.
            security_groups: The security groups of the tasks, 1 to 5. By default a new one without inbound rules.
            max_vcpus: vCPUs up to which it scales, at least 1; by default 256.
            spot: Whether to run on spare capacity that AWS may take back; x86 Linux only. By default no.
            container_insights: The metrics that ECS collects about the cluster, at CloudWatch's price. By default the
                account's ECS setting, which is off unless you changed it, according to the guide; according to the API
                they are off. ``DISABLED`` is off for certain. A `BatchServiceRole` gets the right
                ``ecs:UpdateCluster``; another role of your own must have it, or the environment becomes INVALID.
            replace_compute_environment: Whether every change of capacity makes a new environment. By default changes
                are made in place.
            service_role: A role of your own for AWS Batch. By default the service-linked role.
            enabled: Whether jobs are placed; by default yes. AWS does not create a disabled environment.
            compute_environment_name: 1 to 128 letters, digits, ``-`` and ``_``. By default CloudFormation makes a name,
                so that the environment can be replaced.

        Raises:
            ValueError: arguments that AWS would refuse or that contradict each other, all of them in one message.
        """
        problems = Problems()
        problems.within("max_vcpus", max_vcpus, limits.MAX_VCPUS)
        problems.matches("compute_environment_name", compute_environment_name, patterns.RESOURCE_NAME)
        if security_groups is not None:
            problems.within(
                "the length of security_groups", len(security_groups), limits.FARGATE_SECURITY_GROUPS
            )
        problems.check(
            compute_environment_name is None or not replace_compute_environment,
            "replace_compute_environment needs a generated name, since the new environment is made before the old "
            f"one goes, got compute_environment_name={compute_environment_name!r}: omit the name",
        )
        subnets = placement(vpc, vpc_subnets).subnet_ids
        problems.within("the number of subnets", len(subnets), limits.FARGATE_SUBNETS)
        check_network(problems, scope, vpc, vpc_subnets, security_groups)
        check_place(problems, scope, "service_role", [service_role], region=False)
        problems.raise_if_any()

        super().__init__(scope, id)
        self.security_groups = list(security_groups) if security_groups else [self._own_security_group(vpc)]
        self._define(
            given(
                ecsSettings=given(containerInsights=container_insights),
                computeResources=given(
                    type=ResourceKind.FARGATE_SPOT if spot else ResourceKind.FARGATE,
                    maxvCpus=max_vcpus,
                    subnets=subnets,
                    securityGroupIds=[group.security_group_id for group in self.security_groups],
                ),
            ),
            enabled=enabled,
            service_role=service_role,
            replace_compute_environment=replace_compute_environment,
            compute_environment_name=compute_environment_name,
        )
        self._outlive(service_role)
        allow_insights(service_role, container_insights)
