"""Environments for multi-node jobs that communicate over the Elastic Fabric Adapter."""

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
    """Capacity on EC2 whose instances communicate over the Elastic Fabric Adapter, for multi-node jobs.

    Its launch template attaches an adapter to each network card that takes one. The security group of the adapters
    allows traffic between its members in both directions, as the fabric needs. Its instances are in one Availability
    Zone and one cluster placement group. It runs on demand only, as multi-node jobs do. Types with other network cards
    need an environment of their own.

    Each container of a multi-node job also has a network interface of its own: MPI starts its processes over it, and
    NCCL finds its peers. AWS Batch puts that interface into the security groups of the environment, never into those
    of a launch template. But it refuses groups of an environment together with network interfaces of a launch template
    ("Either compute environment Security Groups or Network Interfaces in Launch template are exclusively allowed"), and
    adapters are such interfaces. So the containers are in the *default security group of the VPC*, which allows traffic
    between its members unless its rules were removed, as by ``ec2.Vpc(restrict_default_security_group=True)``.
    ``connections`` opens the adapters and the instances, such as to file systems; ``node_connections`` opens the
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
            vpc_subnets: One subnet, since a cluster placement group is in one Availability Zone. By default the first
                private one, else the first isolated, else the first public one, where instances with several network
                cards get no public address.
            security_groups: The security groups of the instances, which must allow all traffic between their members.
                By default a new one. They do not apply to the containers of multi-node jobs, which are in the default
                security group of the VPC.
            instance_types: Types with an Elastic Fabric Adapter, all with the same network cards, such as
                ``["p5.48xlarge"]``; families only if this is true of all their sizes.
            network_interfaces: The network interfaces of the instances. By default those of `efa_interfaces` for the
                types; required for types that are not in the instance data.
            min_vcpus: vCPUs that keep running, and are paid for, even when idle; 0 or more. Only single-node jobs use
                them: AWS Batch starts new instances for each multi-node job. By default 0.
            max_vcpus: vCPUs up to which it scales: at least those of all nodes of a job together.
            scale_down_delay: How long an idle instance is kept for the next job: 0, or 20 minutes to a week. By
                default 0.
            allocation_strategy: How instance types are chosen. By default those that fit at the lowest price per vCPU.
                ``BEST_FIT`` rules out in-place updates. ``BEST_FIT_PROGRESSIVE_ORDERED`` uses the order of
                ``instance_types``, which must not be bundles then.
            capacity_reservation: Where to start the instances; not together with a launch template of your own, which
                names it itself. Its Availability Zone must be that of the subnet. By default wherever EC2 has room.
            image_types: The image types of AWS, 1 or 2. By default those of Amazon Linux 2023 that fit the instance
                types.
            image_ids: Images of your own, by the image type that they replace: ``{ImageType.ECS_AL2023: "ami-…"}``. By
                default the newest images of AWS, which updates keep current.
            instance_role: The instances' role. By default a new one with the rights that the ECS agent needs.
            launch_template: The launch template, with network interfaces and their security groups, which you also give
                here. By default a new one. A change of it is a change of the environment.
            storage: Disks of each instance besides its root volume, and swap; not together with a launch template of
                your own. By default none.
            mounts: File systems and buckets that each instance mounts, by path, such as ``{"/fsx":
                FsxLustreMount(file_system=…)}``, with ports and rights; not together with a launch template of your
                own. Jobs reach them by ``mounts={"/data": Host("/fsx")}`` of their definition. By default none.
            aws_cli: The AWS CLI in a folder of each instance, for containers to mount, as Nextflow does; not together
                with a launch template of your own. By default none.
            placement_group: A cluster placement group. By default a new one; none with a capacity reservation, which is
                placed already: give its group if it was made in one.
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

        # Nearly all types that are missing from the data have one adapter.
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
        """The connections of the containers of multi-node jobs, which are in the VPC's default security group.

        Use them as in ``environment.node_connections.allow_to_default_port(db)``.

        Raises:
            ValueError: the VPC is imported, and its default group is unknown.
        """
        return ec2.Connections(security_groups=[default_group(self, self._vpc)])

    @classmethod
    def _check_document(cls, problems: Problems, document: Mapping[str, Any]) -> None:
        super()._check_document(problems, document)
        check_adapters(problems, document.get("computeResources", {}).get("instanceTypes", ()))

    def _own_security_group(self, vpc: ec2.IVpc) -> ec2.ISecurityGroup:
        group = super()._own_security_group(vpc)
        # The fabric needs both rules to name the group: a rule for all addresses is not enough.
        itself = group.security_group_id
        ec2.CfnSecurityGroupIngress(
            self, "FromItself", group_id=itself, ip_protocol="-1", source_security_group_id=itself
        )
        ec2.CfnSecurityGroupEgress(
            self, "ToItself", group_id=itself, ip_protocol="-1", destination_security_group_id=itself
        )
        return group

    def _check_interfaces(self, problems: Problems, templates: Sequence[Any]) -> None:
        """Do nothing: it names no groups together with the interfaces of its launch template."""

    def _security_group_ids(self) -> None:
        # They are at the network interfaces, and EC2 refuses both together.
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
        "network_interfaces must be in the launch template, got launch_template as well: give them to "
        "BatchLaunchTemplate instead",
    )
    problems.check(
        launch_template is None or security_groups is not None,
        "launch_template needs security_groups: those that its network interfaces belong to",
    )
