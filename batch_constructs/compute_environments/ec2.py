"""Environments on EC2 at on-demand prices."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch_constructs._border.arguments import checked
from batch_constructs._border.tokens import minutes
from batch_constructs.compute_environments.allocation import AllocationStrategy
from batch_constructs.compute_environments.capacity import Capacity
from batch_constructs.compute_environments.ec2_family import Ec2Family, check_instances
from batch_constructs.facts.vocabulary import ResourceKind
from batch_constructs.networking import placement

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aws_cdk import Duration
    from aws_cdk import aws_ec2 as ec2
    from aws_cdk import aws_iam as iam
    from aws_cdk.interfaces.aws_ec2 import ILaunchTemplateRef
    from constructs import Construct
    from jsii import Number

    from batch_constructs.compute_environments.images import ImageType
    from batch_constructs.compute_environments.update_policy import UpdatePolicy
    from batch_constructs.facts.vocabulary import ContainerInsights
    from batch_constructs.launch_templates.aws_cli import AwsCli
    from batch_constructs.launch_templates.mounts import Mount
    from batch_constructs.launch_templates.overrides import LaunchTemplateOverride
    from batch_constructs.launch_templates.storage import Storage
    from batch_constructs.roles import EcsInstanceRole


__all__ = ["Ec2ComputeEnvironment"]


@checked
class Ec2ComputeEnvironment(Ec2Family):
    """Capacity on EC2 at on-demand prices.

    Idle, it costs nothing. Its instances run Amazon Linux 2023 (the NVIDIA variant where the types have GPUs), with
    an encrypted gp3 disk and IMDSv2; they need no inbound port and get none. Every change but those of name, tags
    and EC2 against Fargate is made in place.

    Guide: Creating a Compute Environment; Compute Environment Parameters; Allocation Strategies.
    """

    _kinds = frozenset({"Ec2ComputeEnvironment"})

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
        scale_down_delay: Duration | None = None,
        allocation_strategy: AllocationStrategy = AllocationStrategy.BEST_FIT_PROGRESSIVE,
        image_types: Sequence[ImageType] | None = None,
        image_ids: Mapping[ImageType, str] | None = None,
        instance_role: EcsInstanceRole | iam.IInstanceProfile | iam.InstanceProfile | None = None,
        launch_template: ILaunchTemplateRef | None = None,
        storage: Storage | None = None,
        mounts: Mapping[str, Mount] | None = None,
        aws_cli: AwsCli | None = None,
        launch_template_overrides: Sequence[LaunchTemplateOverride] = (),
        placement_group: ec2.IPlacementGroup | ec2.PlacementGroup | None = None,
        key_pair: ec2.IKeyPair | ec2.KeyPair | None = None,
        instance_tags: Mapping[str, str] | None = None,
        container_insights: ContainerInsights | None = None,
        update_policy: UpdatePolicy | None = None,
        update_to_latest_image_version: bool | None = None,
        replace_compute_environment: bool = False,
        service_role: iam.IRole | iam.Role | None = None,
        enabled: bool = True,
        compute_environment_name: str | None = None,
        context: str | None = None,
    ) -> None:
        """Create the environment, with its security group, instance role and launch template.

        Args:
            scope: Where the environment belongs.
            id: Its name in that scope.
            vpc: The network. Its instances must reach ECS: by NAT, public addresses or endpoints.
            vpc_subnets: Which subnets. By default the private ones, else the isolated, else the public ones.
            security_groups: What instances belong to. By default one of its own, without inbound rules.
            instance_types: Types (``"c7i.large"``), families (``"c7i"``) or bundles (``"default_x86_64"``,
                ``"default_arm64"``, ``"optimal"``), all of one architecture. By default ``default_x86_64``: m6i, c6i,
                r6i and c7i.
            min_vcpus: vCPUs that are kept, and paid, even when idle; 0 or more. By default none.
            max_vcpus: vCPUs to which it grows, at least 1; by default 256.
            scale_down_delay: How long an idle instance is kept for the next job: none, or 20 minutes to a week. By
                default none.
            allocation_strategy: How types are chosen. By default further types at the lowest price per vCPU.
                ``BEST_FIT`` rules out every update in place. ``BEST_FIT_PROGRESSIVE_ORDERED`` goes by the order of
                ``instance_types``, which must not be bundles then.
            image_types: Which image of AWS, 1 or 2. By default those of Amazon Linux 2023 that fit the types.
            image_ids: Images of your own, by the image type in whose place they stand: ``{ImageType.ECS_AL2023:
                "ami-…"}``. By default the newest of AWS, which updates keep so.
            instance_role: The instances' role. By default one of its own with what the ECS agent needs.
            launch_template: What instances look like. By default one of its own. A change of it is a change of the
                environment, also where it is shared.
            storage: Disks of each instance besides its root volume, and swap; not beside a launch template of your own.
                By default none.
            mounts: What each instance mounts from the network, by where, such as ``{"/fsx": FsxLustreMount(
                file_system=…)}``, with ports and rights; not beside a launch template of your own. Jobs see it by
                ``mounts={"/data": Host("/fsx")}`` of their definition, which says what a container mounts. By default
                nothing.
            aws_cli: The AWS CLI in a folder of each instance, for containers to mount, as Nextflow does; not beside a
                launch template of your own. By default none.
            launch_template_overrides: Other launch templates for some of the types, at most 10. By default none.
            placement_group: A group for low latency among instances. By default none.
            key_pair: Whom SSH lets in. By default nobody: Session Manager needs no key and no open port.
            instance_tags: Tags of instances and their disks, at most 50; a change replaces the instances. Tags of the
                stack do not reach the environment, where a changed tag would replace it. By default none.
            container_insights: Which metrics ECS keeps of the cluster, at the price of CloudWatch. By default the account's
                setting of Amazon ECS decides, says the guide, which is off unless you changed it; the API's text says
                off. ``DISABLED`` is off for certain. With a `BatchServiceRole` the right ``ecs:UpdateCluster`` is added;
                another role of your own must have it, or the environment becomes INVALID.
            update_policy: What happens to running jobs when an update replaces instances. By default they go on for
                up to 30 minutes.
            update_to_latest_image_version: Whether such an update takes the newest image. By default yes wherever AWS
                allows it and no image is your own.
            replace_compute_environment: Make a new environment at every change of capacity. By default changes are
                made in place.
            service_role: A role of your own for AWS Batch, which rules out every update in place but that of the
                size. By default the service-linked role.
            enabled: Whether jobs are placed; by default yes. AWS creates no environment that is not.
            compute_environment_name: 1 to 128 letters, digits, ``-`` and ``_``. By default CloudFormation makes one,
                without which the environment could never be replaced.
            context: Reserved by AWS, and left out by default.

        Raises:
            ValueError: arguments that AWS would refuse or that contradict each other, all of them in one message.
        """
        capacity = Capacity(
            kind=ResourceKind.EC2,
            instance_types=instance_types,
            min_vcpus=min_vcpus,
            max_vcpus=max_vcpus,
            scale_down_delay=minutes(scale_down_delay),
            allocation_strategy=allocation_strategy,
            bid_percentage=None,
            image_types=image_types,
            image_ids=image_ids,
            launch_template=launch_template,
            launch_template_overrides=launch_template_overrides,
            instance_tags=instance_tags,
            container_insights=container_insights,
            update_policy=update_policy,
            update_to_latest_image_version=update_to_latest_image_version,
            replace_compute_environment=replace_compute_environment,
            enabled=enabled,
            compute_environment_name=compute_environment_name,
            context=context,
            has_service_role=service_role is not None,
            has_security_groups=security_groups is None or len(security_groups) > 0,
        )
        problems = capacity.problems()
        check_instances(problems, launch_template, storage, mounts, aws_cli)
        problems.raise_if_any()
        super().__init__(
            scope,
            id,
            capacity=capacity,
            vpc=vpc,
            vpc_subnets=vpc_subnets,
            subnet_ids=placement(vpc, vpc_subnets).subnet_ids,
            security_groups=security_groups,
            instance_role=instance_role,
            launch_template=launch_template,
            placement_group=placement_group,
            key_pair=key_pair,
            service_role=service_role,
            storage=storage,
            mounts=mounts,
            aws_cli=aws_cli,
        )
