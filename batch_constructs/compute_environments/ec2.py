"""Environments on EC2 instances that AWS Batch starts and stops: on demand, and Spot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import Annotations
from aws_cdk import aws_batch as batch
from aws_cdk import aws_iam as iam

from batch_constructs.compute_environments.allocation import (
    ON_DEMAND_STRATEGIES,
    SPOT_STRATEGIES,
    AllocationStrategy,
)
from batch_constructs.compute_environments.base import ManagedComputeEnvironment
from batch_constructs.compute_environments.capacity import Capacity, ImageType
from batch_constructs.facts import instance_types as types
from batch_constructs.facts import limits
from batch_constructs.launch_templates import BatchLaunchTemplate, specification
from batch_constructs.networking import placement
from batch_constructs.roles import EcsInstanceRole

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aws_cdk import aws_ec2 as ec2
    from aws_cdk.interfaces.aws_ec2 import ILaunchTemplateRef
    from constructs import Construct
    from jsii import Number

    from batch_constructs.compute_environments.update_policy import UpdatePolicy

__all__ = ["Ec2ComputeEnvironment", "SpotComputeEnvironment"]

_L1 = batch.CfnComputeEnvironment


class _Ec2Family(ManagedComputeEnvironment):
    """What on-demand and Spot environments share: instances with a role, a launch template, an image."""

    instance_role: EcsInstanceRole | iam.IInstanceProfile
    """The role of its instances, with the instance profile."""

    launch_template: ILaunchTemplateRef
    """What its instances look like: disks, metadata service, user data."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        type: str,
        capacity: Capacity,
        vpc: ec2.IVpc,
        vpc_subnets: ec2.SubnetSelection | None,
        security_groups: Sequence[ec2.ISecurityGroup] | None,
        instance_role: EcsInstanceRole | iam.IInstanceProfile | None,
        launch_template: ILaunchTemplateRef | None,
        bid_percentage: Number | None,
        placement_group: ec2.IPlacementGroup | None,
        update_policy: UpdatePolicy | None,
        service_role: iam.IRole | None,
        enabled: bool,
    ) -> None:
        # Both may refuse what they are given, so both come before there is anything in the tree.
        subnets = placement(vpc, vpc_subnets).subnet_ids
        template = None if launch_template is None else specification(launch_template)

        super().__init__(scope, id)
        self.security_groups = list(security_groups) if security_groups else [self._own_security_group(vpc)]
        self.instance_role = instance_role or EcsInstanceRole(self, "InstanceRole")
        self.launch_template = launch_template or BatchLaunchTemplate(
            self, "LaunchTemplate", tags=capacity.instance_tags
        )
        self.cfn = _L1(
            self,
            "Resource",
            type="MANAGED",
            compute_environment_name=capacity.compute_environment_name,
            state="ENABLED" if enabled else "DISABLED",
            service_role=None if service_role is None else service_role.role_arn,
            # CloudFormation's own default replaces the environment at every change, and stops at its queue.
            replace_compute_environment=capacity.replace_compute_environment,
            update_policy=_update_policy(update_policy),
            compute_resources=_L1.ComputeResourcesProperty(
                type=type,
                allocation_strategy=capacity.allocation_strategy.value,
                minv_cpus=capacity.min_vcpus,
                maxv_cpus=capacity.max_vcpus,
                instance_types=list(capacity.instance_types),
                subnets=list(subnets),
                security_group_ids=[group.security_group_id for group in self.security_groups],
                instance_role=self.instance_role.instance_profile_arn,
                launch_template=template or specification(self.launch_template),
                ec2_configuration=[
                    _L1.Ec2ConfigurationObjectProperty(image_type=image.value) for image in capacity.images()
                ],
                update_to_latest_image_version=capacity.latest_images(),
                bid_percentage=bid_percentage,
                placement_group=None if placement_group is None else placement_group.placement_group_name,
                tags=dict(capacity.instance_tags) if capacity.instance_tags else None,
            ),
        )
        self._keep_stack_tags_off()
        self._outlive(instance_role, service_role)
        self._warn_of(capacity.unfamiliar())

    def _warn_of(self, unfamiliar: Sequence[str]) -> None:
        if unfamiliar:
            date = types.metadata()[1]
            Annotations.of(self).add_warning_v2(
                "batch-constructs:unfamiliarInstanceType",
                f"the instance data of {date} do not know {', '.join(unfamiliar)}",
            )


class Ec2ComputeEnvironment(_Ec2Family):
    """Capacity on EC2 at on-demand prices.

    Idle, it costs nothing. Its instances run Amazon Linux 2023 (the NVIDIA variant where the types have GPUs), with
    an encrypted gp3 disk and IMDSv2; they need no inbound port and get none. Every change but those of name, tags
    and EC2 against Fargate is made in place.

    Guide: Creating a Compute Environment; Compute Environment Parameters; Allocation Strategies.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        vpc: ec2.IVpc | ec2.Vpc,
        vpc_subnets: ec2.SubnetSelection | None = None,
        security_groups: Sequence[ec2.ISecurityGroup | ec2.SecurityGroup] | None = None,
        instance_types: Sequence[str] = ("default_x86_64",),
        min_vcpus: Number = 0,
        max_vcpus: Number = 256,
        allocation_strategy: AllocationStrategy = AllocationStrategy.BEST_FIT_PROGRESSIVE,
        image_types: Sequence[ImageType] | None = None,
        instance_role: EcsInstanceRole | iam.IInstanceProfile | iam.InstanceProfile | None = None,
        launch_template: ILaunchTemplateRef | None = None,
        placement_group: ec2.IPlacementGroup | ec2.PlacementGroup | None = None,
        instance_tags: Mapping[str, str] | None = None,
        update_policy: UpdatePolicy | None = None,
        update_to_latest_image_version: bool | None = None,
        replace_compute_environment: bool = False,
        service_role: iam.IRole | iam.Role | None = None,
        enabled: bool = True,
        compute_environment_name: str | None = None,
    ) -> None:
        """Create the environment, with its security group, instance role and launch template.

        Args:
            scope: Where the environment belongs.
            id: Its name in that scope.
            vpc: The network. Its instances must reach ECS: by NAT, public addresses or endpoints.
            vpc_subnets: Which subnets. By default the private ones, else the isolated, else the public ones.
            security_groups: What instances belong to. By default one of its own, without inbound rules.
            instance_types: Types (``"c7i.large"``), families (``"c7i"``) or bundles (``"default_x86_64"``,
                ``"default_arm64"``, ``"optimal"``), all of one architecture. By default ``default_x86_64``: m6i,
                c6i, r6i and c7i.
            min_vcpus: vCPUs that are kept, and paid, even when idle; 0 or more.
            max_vcpus: vCPUs to which it grows, at least 1; by default 256.
            allocation_strategy: How types are chosen. By default further types at the lowest price per vCPU.
                ``BEST_FIT`` rules out every update in place.
            image_types: Which image of AWS, 1 or 2. By default those of Amazon Linux 2023 that fit the types.
            instance_role: The instances' role. By default one of its own with what the ECS agent needs.
            launch_template: What instances look like. By default one of its own. A change of it is a change of the
                environment, also where it is shared.
            placement_group: A group for low latency among instances. By default none.
            instance_tags: Tags of instances and their disks, at most 50; a change replaces the instances. Tags of
                the stack do not reach the environment, where a changed tag would replace it.
            update_policy: What happens to running jobs when an update replaces instances. By default they go on
                for up to 30 minutes.
            update_to_latest_image_version: Whether such an update takes the newest image. By default yes wherever
                AWS allows it.
            replace_compute_environment: Make a new environment at every change of capacity. By default changes are
                made in place.
            service_role: A role of your own for AWS Batch, which rules out every update in place but that of the
                size. By default the service-linked role.
            enabled: Whether jobs are placed; by default yes.
            compute_environment_name: 1 to 128 letters, digits, ``-`` and ``_``. By default CloudFormation makes
                one, without which the environment could never be replaced.

        Raises:
            ValueError: arguments that AWS would refuse or that contradict each other, all of them in one message.
        """
        capacity = Capacity(
            instance_types=instance_types,
            min_vcpus=min_vcpus,
            max_vcpus=max_vcpus,
            allocation_strategy=allocation_strategy,
            image_types=image_types,
            instance_tags=instance_tags,
            compute_environment_name=compute_environment_name,
            replace_compute_environment=replace_compute_environment,
            update_to_latest_image_version=update_to_latest_image_version,
            has_service_role=service_role is not None,
            has_security_groups=security_groups is None or len(security_groups) > 0,
        )
        capacity.problems(ON_DEMAND_STRATEGIES, "demand").raise_if_any()
        super().__init__(
            scope,
            id,
            type="EC2",
            capacity=capacity,
            vpc=vpc,
            vpc_subnets=vpc_subnets,
            security_groups=security_groups,
            instance_role=instance_role,
            launch_template=launch_template,
            bid_percentage=None,
            placement_group=placement_group,
            update_policy=update_policy,
            service_role=service_role,
            enabled=enabled,
        )


class SpotComputeEnvironment(_Ec2Family):
    """Capacity on EC2 at Spot prices, which AWS may take back with two minutes' notice.

    Give its jobs `RetryStrategy.on_spot_reclaim`, and its queue an `Ec2ComputeEnvironment` as second choice. It
    differs from that class in price and strategy only, and needs no Spot Fleet role, since its strategy is never
    ``BEST_FIT``.

    Guide: Creating a Compute Environment; Allocation Strategies; Amazon EC2 Spot Fleet Role.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        vpc: ec2.IVpc | ec2.Vpc,
        vpc_subnets: ec2.SubnetSelection | None = None,
        security_groups: Sequence[ec2.ISecurityGroup | ec2.SecurityGroup] | None = None,
        instance_types: Sequence[str] = ("default_x86_64",),
        min_vcpus: Number = 0,
        max_vcpus: Number = 256,
        allocation_strategy: AllocationStrategy = AllocationStrategy.SPOT_PRICE_CAPACITY_OPTIMIZED,
        bid_percentage: Number | None = None,
        image_types: Sequence[ImageType] | None = None,
        instance_role: EcsInstanceRole | iam.IInstanceProfile | iam.InstanceProfile | None = None,
        launch_template: ILaunchTemplateRef | None = None,
        placement_group: ec2.IPlacementGroup | ec2.PlacementGroup | None = None,
        instance_tags: Mapping[str, str] | None = None,
        update_policy: UpdatePolicy | None = None,
        update_to_latest_image_version: bool | None = None,
        replace_compute_environment: bool = False,
        service_role: iam.IRole | iam.Role | None = None,
        enabled: bool = True,
        compute_environment_name: str | None = None,
    ) -> None:
        """Create the environment, with its security group, instance role and launch template.

        Args:
            scope: Where the environment belongs.
            id: Its name in that scope.
            vpc: The network. Its instances must reach ECS: by NAT, public addresses or endpoints.
            vpc_subnets: Which subnets. By default the private ones, else the isolated, else the public ones.
            security_groups: What instances belong to. By default one of its own, without inbound rules.
            instance_types: Types, families or bundles, all of one architecture; the more, the fewer interruptions.
                By default ``default_x86_64``: m6i, c6i, r6i and c7i.
            min_vcpus: vCPUs that are kept, and paid, even when idle; 0 or more.
            max_vcpus: vCPUs to which it grows, at least 1; by default 256.
            allocation_strategy: How types are chosen. By default by price and by the risk of interruption.
            bid_percentage: The most to pay, in percent of the on-demand price, at least 1. By default 100, which
                AWS recommends.
            image_types: Which image of AWS, 1 or 2. By default those of Amazon Linux 2023 that fit the types.
            instance_role: The instances' role. By default one of its own with what the ECS agent needs.
            launch_template: What instances look like. By default one of its own. A change of it is a change of the
                environment, also where it is shared.
            placement_group: A group for low latency among instances. By default none.
            instance_tags: Tags of instances and their disks, at most 50; a change replaces the instances. Tags of
                the stack do not reach the environment, where a changed tag would replace it.
            update_policy: What happens to running jobs when an update replaces instances. By default they go on
                for up to 30 minutes.
            update_to_latest_image_version: Whether such an update takes the newest image. By default yes wherever
                AWS allows it.
            replace_compute_environment: Make a new environment at every change of capacity. By default changes are
                made in place.
            service_role: A role of your own for AWS Batch, which rules out every update in place but that of the
                size. By default the service-linked role.
            enabled: Whether jobs are placed; by default yes.
            compute_environment_name: 1 to 128 letters, digits, ``-`` and ``_``. By default CloudFormation makes
                one, without which the environment could never be replaced.

        Raises:
            ValueError: arguments that AWS would refuse or that contradict each other, all of them in one message.
        """
        capacity = Capacity(
            instance_types=instance_types,
            min_vcpus=min_vcpus,
            max_vcpus=max_vcpus,
            allocation_strategy=allocation_strategy,
            image_types=image_types,
            instance_tags=instance_tags,
            compute_environment_name=compute_environment_name,
            replace_compute_environment=replace_compute_environment,
            update_to_latest_image_version=update_to_latest_image_version,
            has_service_role=service_role is not None,
            has_security_groups=security_groups is None or len(security_groups) > 0,
        )
        problems = capacity.problems(SPOT_STRATEGIES, "Spot")
        problems.within("bid_percentage", bid_percentage, limits.BID_PERCENTAGE)
        problems.raise_if_any()
        super().__init__(
            scope,
            id,
            type="SPOT",
            capacity=capacity,
            vpc=vpc,
            vpc_subnets=vpc_subnets,
            security_groups=security_groups,
            instance_role=instance_role,
            launch_template=launch_template,
            bid_percentage=bid_percentage,
            placement_group=placement_group,
            update_policy=update_policy,
            service_role=service_role,
            enabled=enabled,
        )


def _update_policy(policy: UpdatePolicy | None) -> batch.CfnComputeEnvironment.UpdatePolicyProperty | None:
    if policy is None:
        return None
    return _L1.UpdatePolicyProperty(
        job_execution_timeout_minutes=policy.job_execution_timeout_minutes,
        terminate_jobs_on_update=policy.terminate_jobs_on_update,
    )
