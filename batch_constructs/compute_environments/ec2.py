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

    It costs nothing while idle. Its instances run Amazon Linux 2023 (the NVIDIA variant if the types have GPUs), with
    an encrypted gp3 disk and IMDSv2, and without inbound ports. Every change is made in place, except of name, tags,
    and from EC2 to Fargate.

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
            vpc_subnets: The subnets. By default the private ones, else the isolated, else the public ones.
            security_groups: The security groups of the instances. By default a new one without inbound rules.
            instance_types: Types (``"c7i.large"``), families (``"c7i"``) or bundles (``"default_x86_64"``,
                ``"default_arm64"``, ``"optimal"``), all of one architecture. By default ``default_x86_64``: m6i, c6i,
                r6i and c7i.
            min_vcpus: vCPUs that keep running, and are paid for, even when idle; 0 or more. By default 0.
            max_vcpus: vCPUs up to which it scales, at least 1; by default 256.
            scale_down_delay: How long an idle instance is kept for the next job: 0, or 20 minutes to a week. By
                default 0.
            allocation_strategy: How instance types are chosen. By default those that fit at the lowest price per vCPU.
                ``BEST_FIT`` rules out in-place updates. ``BEST_FIT_PROGRESSIVE_ORDERED`` uses the order of
                ``instance_types``, which must not be bundles then.
            image_types: The image types of AWS, 1 or 2. By default those of Amazon Linux 2023 that fit the instance
                types.
            image_ids: Images of your own, by the image type that they replace: ``{ImageType.ECS_AL2023: "ami-…"}``. By
                default the newest images of AWS, which updates keep current.
            instance_role: The instances' role. By default a new one with the rights that the ECS agent needs.
            launch_template: The launch template of the instances. By default a new one. A change of it is a change of
                each environment that uses it.
            storage: Disks of each instance besides its root volume, and swap; not together with a launch template of
                your own. By default none.
            mounts: File systems and buckets that each instance mounts, by path, such as ``{"/fsx":
                FsxLustreMount(file_system=…)}``, with ports and rights; not together with a launch template of your
                own. Jobs reach them by ``mounts={"/data": Host("/fsx")}`` of their definition. By default none.
            aws_cli: The AWS CLI in a folder of each instance, for containers to mount, as Nextflow does; not together
                with a launch template of your own. By default none.
            launch_template_overrides: Launch templates for some of the instance types, at most 10. By default none.
            placement_group: A placement group for low latency between instances. By default none.
            key_pair: The key pair for SSH. By default none: Session Manager needs no key and no open port.
            instance_tags: Tags of instances and their disks, at most 50; a change replaces the instances. Tags of the
                stack are kept off the environment, since a changed tag would replace it. By default none.
            container_insights: The metrics that ECS collects about the cluster, at CloudWatch's price. By default the
                account's ECS setting, which is off unless you changed it, according to the guide; according to the API
                they are off. ``DISABLED`` is off for certain. A `BatchServiceRole` gets the right
                ``ecs:UpdateCluster``; another role of your own must have it, or the environment becomes INVALID.
            update_policy: What happens to running jobs when an update replaces instances. By default they go on for
                up to 30 minutes.
            update_to_latest_image_version: Whether such an update installs the newest image. By default yes if AWS
                allows it and no image is your own.
            replace_compute_environment: Whether every change of capacity makes a new environment. By default changes
                are made in place.
            service_role: A role of your own for AWS Batch; with it, only the size can be updated in place. By default
                the service-linked role.
            enabled: Whether jobs are placed; by default yes. AWS does not create a disabled environment.
            compute_environment_name: 1 to 128 letters, digits, ``-`` and ``_``. By default CloudFormation makes a name,
                so that the environment can be replaced.
            context: Reserved by AWS; by default omitted.

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
