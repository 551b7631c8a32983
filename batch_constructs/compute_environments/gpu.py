"""Environments whose instances have GPUs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from batch_constructs._border.arguments import checked
from batch_constructs._border.tokens import known, minutes
from batch_constructs.compute_environments.allocation import AllocationStrategy
from batch_constructs.compute_environments.capacity import Capacity
from batch_constructs.compute_environments.ec2_family import Ec2Family, check_instances, check_reservation
from batch_constructs.compute_environments.images import ImageType
from batch_constructs.facts import gpus
from batch_constructs.facts import images as image_facts
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

    from batch_constructs._border.problems import Problems
    from batch_constructs.compute_environments.update_policy import UpdatePolicy
    from batch_constructs.facts.vocabulary import ContainerInsights
    from batch_constructs.launch_templates.aws_cli import AwsCli
    from batch_constructs.launch_templates.capacity_reservations import CapacityReservation
    from batch_constructs.launch_templates.mounts import Mount
    from batch_constructs.launch_templates.overrides import LaunchTemplateOverride
    from batch_constructs.launch_templates.storage import Storage
    from batch_constructs.roles import EcsInstanceRole


__all__ = ["GpuComputeEnvironment", "check_gpus"]

_NVIDIA = ImageType.ECS_AL2023_NVIDIA
_OLDER_NVIDIA = ImageType.ECS_AL2_NVIDIA


@checked
class GpuComputeEnvironment(Ec2Family):
    """Capacity on EC2 for jobs with GPUs, on demand or Spot, also in reserved capacity.

    All its instances have NVIDIA GPUs, and run Amazon Linux 2023 with NVIDIA's driver. AWS names p3 to p6 and g3 to g6
    for jobs with GPUs; g7 and g7e are accepted as well, but are not on its lists yet. In all else it is an
    `Ec2ComputeEnvironment`. Jobs without GPUs should run elsewhere: here they would block the GPUs.

    Guide: GPU Jobs; Using a GPU Workload AMI.
    """

    _kinds = frozenset({"Ec2ComputeEnvironment", "SpotComputeEnvironment"})

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        vpc: ec2.IVpc | ec2.Vpc,
        vpc_subnets: ec2.SubnetSelection | None = None,
        security_groups: Sequence[ec2.ISecurityGroup | ec2.SecurityGroup] | None = None,
        instance_types: Sequence[str],
        spot: bool = False,
        min_vcpus: Number = 0,
        max_vcpus: Number = 256,
        scale_down_delay: Duration | None = None,
        allocation_strategy: AllocationStrategy | None = None,
        bid_percentage: Number | None = None,
        capacity_reservation: CapacityReservation | None = None,
        image_id: str | None = None,
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
            instance_types: Types or families with NVIDIA GPUs, such as ``["g6", "p5.48xlarge"]``; Arm types (g5g), p3
                and g3 need an ``image_id`` of your own.
            spot: Whether to run at Spot prices, on capacity that AWS may take back with two minutes' notice. By
                default no.
            min_vcpus: vCPUs that keep running, and are paid for, even when idle; 0 or more. By default 0.
            max_vcpus: vCPUs up to which it scales, at least 1; by default 256.
            scale_down_delay: How long an idle instance is kept for the next job: 0, or 20 minutes to a week. By
                default 0.
            allocation_strategy: How instance types are chosen. By default those that fit at the lowest price per vCPU;
                with ``spot``, by price and by the risk of interruption.
            bid_percentage: With ``spot`` only: the most to pay, in percent of the on-demand price, 0 to 100. By
                default 100, which AWS recommends.
            capacity_reservation: Where to start the instances; not with ``spot``, nor with a launch template of your
                own, which names it itself. By default wherever EC2 has room.
            image_id: An image of your own with ECS agent and NVIDIA's driver. By default AWS's newest for Amazon Linux
                2023, which updates keep current; it has no driver for p3 and g3.
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
        older = _need_older_driver(instance_types)
        image = _OLDER_NVIDIA if older else _NVIDIA
        strategy = _default_strategy(spot=spot) if allocation_strategy is None else allocation_strategy
        capacity = Capacity(
            kind=ResourceKind.SPOT if spot else ResourceKind.EC2,
            instance_types=instance_types,
            min_vcpus=min_vcpus,
            max_vcpus=max_vcpus,
            scale_down_delay=minutes(scale_down_delay),
            allocation_strategy=strategy,
            bid_percentage=bid_percentage,
            image_types=[image],
            image_ids=None if image_id is None else {image: image_id},
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
        check_gpus(problems, instance_types, own_image=image_id is not None)
        problems.check(
            capacity_reservation is None or not spot,
            "capacity_reservation is for capacity on demand, got spot=True: leave one of the two out",
        )
        check_reservation(problems, capacity_reservation, launch_template)
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
            capacity_reservation=capacity_reservation,
            storage=storage,
            mounts=mounts,
            aws_cli=aws_cli,
        )

    @classmethod
    def _check_document(cls, problems: Problems, document: Mapping[str, Any]) -> None:
        super()._check_document(problems, document)
        names = document.get("computeResources", {}).get("instanceTypes", ())
        # Another rule checks whether the image suits them.
        check_gpus(problems, names, own_image=True)


def _default_strategy(*, spot: bool) -> AllocationStrategy:
    if spot:
        return AllocationStrategy.SPOT_PRICE_CAPACITY_OPTIMIZED
    return AllocationStrategy.BEST_FIT_PROGRESSIVE


def _need_older_driver(instance_types: Sequence[str]) -> list[str]:
    refused = image_facts.IMAGE_TYPES[_NVIDIA].families_refused
    return [name for name in instance_types if known(name) and name.partition(".")[0] in refused]


def check_gpus(problems: Problems, instance_types: Sequence[str], *, own_image: bool = False) -> None:
    """Add a problem for types without GPUs, with GPUs that AWS Batch cannot schedule, or without an image of AWS."""
    older = [] if own_image else _need_older_driver(instance_types)
    problems.check(
        not older,
        f"instance_types must run {_NVIDIA}, got {', '.join(older)}, for which AWS has no image any more: leave "
        "it out, or give image_id",
    )
    names = [name for name in instance_types if known(name)]
    arm = [
        why
        for name in names
        if (why := gpus.why_unschedulable(name, own_image=own_image)) and not _foreign(name)
    ]
    problems.check(
        not arm,
        f"instance_types must have GPUs that AWS Batch gives to jobs with an image of its own, got {' and '.join(arm)}: "
        "leave it out, or give image_id",
    )
    without = list(filter(None, map(gpus.without_nvidia, names)))
    problems.check(
        not without,
        f"instance_types must have GPUs of NVIDIA, got {', '.join(without)}: make an Ec2ComputeEnvironment for it",
    )


def _foreign(name: str) -> bool:
    return gpus.without_nvidia(name) is not None
