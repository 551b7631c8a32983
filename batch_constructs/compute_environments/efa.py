"""Environments for jobs of several nodes that talk over the Elastic Fabric Adapter."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from aws_cdk import Annotations
from aws_cdk import aws_ec2 as ec2

from batch_constructs._border.arguments import checked
from batch_constructs._border.tokens import minutes
from batch_constructs.compute_environments.adapters import (
    check_adapters,
    check_layouts,
    layouts_of,
    may_cluster,
)
from batch_constructs.compute_environments.allocation import AllocationStrategy
from batch_constructs.compute_environments.capacity import Capacity
from batch_constructs.compute_environments.ec2_family import Ec2Family, check_instances, check_reservation
from batch_constructs.compute_environments.nodes import check_one_zone, default_group, warn_of_nodes
from batch_constructs.facts.vocabulary import ResourceKind
from batch_constructs.launch_templates.network_interfaces import NetworkInterface
from batch_constructs.networking import placement

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aws_cdk import Duration
    from aws_cdk import aws_iam as iam
    from aws_cdk.interfaces.aws_ec2 import ILaunchTemplateRef
    from constructs import Construct
    from jsii import Number

    from batch_constructs._border.problems import Problems
    from batch_constructs.compute_environments.images import ImageType
    from batch_constructs.compute_environments.update_policy import UpdatePolicy
    from batch_constructs.facts.vocabulary import ContainerInsights
    from batch_constructs.launch_templates.aws_cli import AwsCli
    from batch_constructs.launch_templates.capacity_reservations import CapacityReservation
    from batch_constructs.launch_templates.mounts import Mount
    from batch_constructs.launch_templates.storage import Storage
    from batch_constructs.roles import EcsInstanceRole


__all__ = ["EfaComputeEnvironment"]


@checked
class EfaComputeEnvironment(Ec2Family):
    """Capacity on EC2 whose instances talk to each other over the Elastic Fabric Adapter, for multi-node jobs.

    Its launch template attaches an adapter to each network card that takes one. The security group of the adapters lets
    its members talk to each other in both directions, as the fabric asks for. Its instances stand in one Availability
    Zone and one cluster placement group. It runs on demand only, as multi-node jobs do. Types with other network cards
    need an environment of their own.

    Each container of a multi-node job also has an interface of its own, for addresses: MPI starts its processes over it,
    NCCL finds its peers. AWS Batch puts that interface into the security groups of the environment, and never into those
    of a launch template. But it refuses groups of an environment beside network interfaces of a launch template ("Either
    compute environment Security Groups or Network Interfaces in Launch template are exclusively allowed"), and adapters
    are such interfaces. So the nodes belong to the *default security group of the VPC*, which lets its members talk to
    each other unless somebody removed its rules, as ``ec2.Vpc(restrict_default_security_group=True)`` does.
    ``connections`` opens the adapters and the instances, which mount file systems; ``node_connections`` opens the
    containers of the nodes, such as to a database.

    Guide: Elastic Fabric Adapter; Multi-node Parallel Jobs.
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
        instance_types: Sequence[str],
        network_interfaces: Sequence[NetworkInterface] | None = None,
        min_vcpus: Number = 0,
        max_vcpus: Number,
        scale_down_delay: Duration | None = None,
        allocation_strategy: AllocationStrategy = AllocationStrategy.BEST_FIT_PROGRESSIVE,
        capacity_reservation: CapacityReservation | None = None,
        image_types: Sequence[ImageType] | None = None,
        image_ids: Mapping[ImageType, str] | None = None,
        instance_role: EcsInstanceRole | iam.IInstanceProfile | iam.InstanceProfile | None = None,
        launch_template: ILaunchTemplateRef | None = None,
        storage: Storage | None = None,
        mounts: Mapping[str, Mount] | None = None,
        aws_cli: AwsCli | None = None,
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
        """Create the environment, with its network interfaces, security group, placement group and instance role.

        Args:
            scope: Where the environment belongs.
            id: Its name in that scope.
            vpc: The network. Its instances must reach ECS: by NAT, public addresses or endpoints.
            vpc_subnets: One subnet, since a cluster placement group lies in one Availability Zone. By default the
                first private one, else the first isolated, else the first public one, whose instances get no public
                address where they have several network cards.
            security_groups: What instances belong to: groups that let all traffic in from themselves and out to
                themselves. By default one of its own. They do not hold for the containers of multi-node jobs, which
                belong to the default security group of the VPC.
            instance_types: Types with an Elastic Fabric Adapter, all with the same network cards, such as
                ``["p5.48xlarge"]``; families only if all their sizes are so.
            network_interfaces: With which interfaces the instances start. By default those that `efa_interfaces`
                gives for the types; to be given for types that the data do not know.
            min_vcpus: vCPUs that are kept, and paid, even when idle; 0 or more. Only single-node jobs use them: AWS Batch
                starts new instances for each multi-node job. By default none.
            max_vcpus: vCPUs to which it grows: at least those of all nodes of a job together.
            scale_down_delay: How long an idle instance is kept for the next job: none, or 20 minutes to a week. By
                default none.
            allocation_strategy: How types are chosen. By default further types at the lowest price per vCPU.
                ``BEST_FIT`` rules out every update in place. ``BEST_FIT_PROGRESSIVE_ORDERED`` goes by the order of
                ``instance_types``, which must not be bundles then.
            capacity_reservation: Where to start the instances; not beside a launch template of your own, which names
                it itself. Its Availability Zone must be that of the subnet. By default wherever EC2 has room.
            image_types: Which image of AWS, 1 or 2. By default those of Amazon Linux 2023 that fit the types.
            image_ids: Images of your own, by the image type in whose place they stand: ``{ImageType.ECS_AL2023:
                "ami-…"}``. By default the newest of AWS, which updates keep so.
            instance_role: The instances' role. By default one of its own with what the ECS agent needs.
            launch_template: What instances look like, with network interfaces and their security groups, which are to
                be given here, too. By default one of its own. A change of it is a change of the environment.
            storage: Disks of each instance besides its root volume, and swap; not beside a launch template of your own.
                By default none.
            mounts: What each instance mounts from the network, by where, such as ``{"/fsx": FsxLustreMount(
                file_system=…)}``, with ports and rights; not beside a launch template of your own. Jobs see it by
                ``mounts={"/data": Host("/fsx")}`` of their definition, which says what a container mounts. By default
                nothing.
            aws_cli: The AWS CLI in a folder of each instance, for containers to mount, as Nextflow does; not beside a
                launch template of your own. By default none.
            placement_group: A cluster placement group. By default one of its own; none with a capacity reservation,
                which has its own place: give its group if it was made in one.
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
            launch_template_overrides=(),
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
        check_adapters(problems, instance_types)
        layouts = layouts_of(instance_types)
        if launch_template is None and network_interfaces is None:
            check_layouts(problems, layouts)
        _check_template(problems, launch_template, network_interfaces, security_groups)
        check_reservation(problems, capacity_reservation, launch_template)
        check_instances(problems, launch_template, storage, mounts, aws_cli)
        subnets = placement(vpc, vpc_subnets)
        check_one_zone(problems, subnets, vpc_subnets, capacity_reservation)
        problems.raise_if_any()

        # For types that the data do not know, one adapter is what nearly all have.
        interfaces = network_interfaces or next(iter(layouts), (NetworkInterface(),))
        super().__init__(
            scope,
            id,
            capacity=capacity,
            vpc=vpc,
            vpc_subnets=vpc_subnets,
            subnet_ids=subnets.subnet_ids[:1],
            security_groups=security_groups,
            instance_role=instance_role,
            launch_template=launch_template,
            placement_group=placement_group,
            key_pair=key_pair,
            service_role=service_role,
            capacity_reservation=capacity_reservation,
            network_interfaces=interfaces,
            storage=storage,
            mounts=mounts,
            aws_cli=aws_cli,
            cluster=capacity_reservation is None and may_cluster(instance_types),
        )
        self._vpc = vpc
        warn_of_nodes(self, vpc, min_vcpus)
        if subnets.public and len(interfaces) > 1:
            Annotations.of(self).add_warning_v2(
                "batch-constructs:noPublicAddress",
                "EC2 gives instances with several network interfaces no public address, and in this public subnet "
                "they need one to reach AWS: choose a private subnet with NAT or endpoints",
            )

    @cached_property
    def node_connections(self) -> ec2.Connections:
        """Opens the containers of multi-node jobs to others: ``environment.node_connections.allow_to_default_port(db)``.

        They belong to the default security group of the VPC.

        Raises:
            ValueError: the VPC is imported, and does not tell its default group.
        """
        return ec2.Connections(security_groups=[default_group(self, self._vpc)])

    @classmethod
    def _check_document(cls, problems: Problems, properties: Mapping[str, Any]) -> None:
        super()._check_document(problems, properties)
        check_adapters(problems, properties["ComputeResources"].get("InstanceTypes", ()))

    def _own_security_group(self, vpc: ec2.IVpc) -> ec2.ISecurityGroup:
        group = super()._own_security_group(vpc)
        # The fabric asks for both rules by name of the group: a rule for all addresses is not enough.
        itself = group.security_group_id
        ec2.CfnSecurityGroupIngress(
            self, "FromItself", group_id=itself, ip_protocol="-1", source_security_group_id=itself
        )
        ec2.CfnSecurityGroupEgress(
            self, "ToItself", group_id=itself, ip_protocol="-1", destination_security_group_id=itself
        )
        return group

    def _check_interfaces(self, problems: Problems, templates: Sequence[Any]) -> None:
        """Nothing: it names no groups beside the interfaces of its launch template."""

    def _security_group_ids(self) -> None:
        # The network interfaces carry them, and EC2 refuses both together.
        return None


def _check_template(
    problems: Problems,
    launch_template: ILaunchTemplateRef | None,
    network_interfaces: Sequence[NetworkInterface] | None,
    security_groups: Sequence[ec2.ISecurityGroup] | None,
) -> None:
    problems.check(
        network_interfaces is None or len(network_interfaces) > 0,
        "network_interfaces must hold at least one, or be omitted for those of the types",
    )
    problems.check(
        launch_template is None or network_interfaces is None,
        "network_interfaces stand in the launch template, got launch_template as well: give them to "
        "BatchLaunchTemplate instead",
    )
    problems.check(
        launch_template is None or security_groups is not None,
        "launch_template needs security_groups: those that its network interfaces belong to",
    )
