"""Compute environments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from batch_constructs.assembly.template.members import (
    Boolean,
    Integer,
    Keyword,
    Link,
    Links,
    Struct,
    Structs,
    Text,
    TextMap,
    Texts,
)
from batch_constructs.assembly.template.resources.clusters import EksCluster
from batch_constructs.assembly.template.resources.launch_templates import LaunchTemplate
from batch_constructs.assembly.template.resources.networks import SecurityGroup, Subnet
from batch_constructs.assembly.template.resources.placement import PlacementGroup
from batch_constructs.assembly.template.resources.roles import InstanceProfile, Role
from batch_constructs.assembly.template.unknown import Unknown, is_known, is_one_of
from batch_constructs.assembly.template.views import Resource, View

if TYPE_CHECKING:
    from collections.abc import Iterator


class LaunchTemplateOverride(View):
    """Another launch template for some of the instance types."""

    launch_template_id = Text("LaunchTemplateId")
    launch_template_name = Text("LaunchTemplateName")
    launch_template_by_id = Link("LaunchTemplateId", LaunchTemplate)
    launch_template_by_name = Link("LaunchTemplateName", LaunchTemplate)
    target_instance_types = Texts("TargetInstanceTypes")
    userdata_type = Keyword("UserdataType")
    version = Text("Version")

    @property
    def launch_template(self) -> LaunchTemplate | None:
        """The launch template, if it is in the assembly."""
        return self.launch_template_by_id or self.launch_template_by_name


class LaunchTemplateSpecification(View):
    """The launch template from which an environment starts its instances."""

    launch_template_id = Text("LaunchTemplateId")
    launch_template_name = Text("LaunchTemplateName")
    launch_template_by_id = Link("LaunchTemplateId", LaunchTemplate)
    launch_template_by_name = Link("LaunchTemplateName", LaunchTemplate)
    overrides = Structs("Overrides", LaunchTemplateOverride)
    userdata_type = Keyword("UserdataType")
    version = Text("Version")

    @property
    def launch_template(self) -> LaunchTemplate | None:
        """The launch template, if it is in the assembly."""
        return self.launch_template_by_id or self.launch_template_by_name


class Ec2Configuration(View):
    """The kind of AMI for the instances."""

    batch_image_status = Text("BatchImageStatus")
    image_id_override = Text("ImageIdOverride")
    image_kubernetes_version = Text("ImageKubernetesVersion")
    image_type = Keyword("ImageType")


class ScalingPolicy(View):
    """The delay before an environment scales down."""

    min_scale_down_delay_minutes = Integer("MinScaleDownDelayMinutes")


class CapacityReservations(View):
    """The capacity reservations to use."""

    reservation_group_arn = Text("ReservationGroupArn")
    reservation_preference = Keyword("ReservationPreference")


class InstanceRequirements(View):
    """The instance types that ECS may choose from."""

    allowed_instance_types = Texts("AllowedInstanceTypes")


class ManagedInstancesNetworkConfiguration(View):
    """The network of managed instances."""

    subnet_ids = Texts("Subnets")
    subnets = Links("Subnets", Subnet)
    security_group_ids = Texts("SecurityGroups")
    security_groups = Links("SecurityGroups", SecurityGroup)


class ManagedInstancesStorageConfiguration(View):
    """The disk of managed instances."""

    storage_size_gib = Integer("StorageSizeGiB")


class InstanceLaunchTemplate(View):
    """The settings with which managed instances start."""

    capacity_option_type = Keyword("CapacityOptionType")
    capacity_reservations = Struct("CapacityReservations", CapacityReservations)
    ec2_instance_profile_arn = Text("Ec2InstanceProfileArn")
    ec2_instance_profile = Link("Ec2InstanceProfileArn", InstanceProfile)
    fips_enabled = Boolean("FipsEnabled")
    instance_requirements = Struct("InstanceRequirements", InstanceRequirements)
    monitoring = Keyword("Monitoring")
    network_configuration = Struct("NetworkConfiguration", ManagedInstancesNetworkConfiguration)
    storage_configuration = Struct("StorageConfiguration", ManagedInstancesStorageConfiguration)


class InfrastructureOptimization(View):
    """The time after which idle managed instances are terminated."""

    scale_in_after = Integer("ScaleInAfter")


class ManagedInstancesProvider(View):
    """ECS Managed Instances as the capacity of an environment."""

    infrastructure_role_arn = Text("InfrastructureRoleArn")
    infrastructure_role = Link("InfrastructureRoleArn", Role)
    infrastructure_optimization = Struct("InfrastructureOptimization", InfrastructureOptimization)
    instance_launch_template = Struct("InstanceLaunchTemplate", InstanceLaunchTemplate)
    propagate_tags = Keyword("PropagateTags")


class ComputeResources(View):
    """The capacity of a managed environment."""

    allocation_strategy = Keyword("AllocationStrategy")
    bid_percentage = Integer("BidPercentage")
    capacity_tags = TextMap("CapacityTags")
    desired_vcpus = Integer("DesiredvCpus")
    ec2_configuration = Structs("Ec2Configuration", Ec2Configuration)
    ec2_key_pair = Text("Ec2KeyPair")
    image_id = Text("ImageId")
    instance_role = Text("InstanceRole")
    instance_profile = Link("InstanceRole", InstanceProfile)
    instance_types = Texts("InstanceTypes")
    launch_template = Struct("LaunchTemplate", LaunchTemplateSpecification)
    managed_instances_provider = Struct("ManagedInstancesProvider", ManagedInstancesProvider)
    max_vcpus = Integer("MaxvCpus")
    min_vcpus = Integer("MinvCpus")
    placement_group = Text("PlacementGroup")
    placement_group_resource = Link("PlacementGroup", PlacementGroup)
    scaling_policy = Struct("ScalingPolicy", ScalingPolicy)
    security_group_ids = Texts("SecurityGroupIds")
    security_groups = Links("SecurityGroupIds", SecurityGroup)
    spot_iam_fleet_role = Text("SpotIamFleetRole")
    spot_fleet_role = Link("SpotIamFleetRole", Role)
    subnet_ids = Texts("Subnets")
    subnets = Links("Subnets", Subnet)
    tags = TextMap("Tags")
    type = Keyword("Type")
    update_to_latest_image_version = Boolean("UpdateToLatestImageVersion")

    @property
    def fargate(self) -> bool:
        """Return whether it is certainly Fargate."""
        return is_one_of(self.type, "FARGATE", "FARGATE_SPOT")

    @property
    def ec2(self) -> bool:
        """Return whether Batch certainly starts EC2 instances, on demand or Spot."""
        return is_one_of(self.type, "EC2", "SPOT")

    @property
    def template_uses(
        self,
    ) -> Iterator[tuple[LaunchTemplateSpecification | LaunchTemplateOverride, LaunchTemplate | None]]:
        """The references to a launch template, for all types or for some, with the template if it is in the assembly."""
        named = self.launch_template
        if named.present:
            yield named, named.launch_template
            yield from ((override, override.launch_template) for override in named.overrides)


class EksAccessEntry(View):
    """The setting that lets Batch create an access entry in the cluster."""

    desired_state = Keyword("DesiredState")


class EksConfiguration(View):
    """The cluster and namespace of an environment on Amazon EKS."""

    access_entry = Struct("AccessEntry", EksAccessEntry)
    cluster_arn = Text("EksClusterArn")
    cluster = Link("EksClusterArn", EksCluster)
    kubernetes_namespace = Text("KubernetesNamespace")

    @property
    def cluster_key(self) -> str | None:
        """A key that is equal for environments of the same cluster; ``None`` if the cluster is not known."""
        if self.cluster is not None:
            return f"{self.cluster.stack.name}/{self.cluster.logical_id}"
        return self.cluster_arn if is_known(self.cluster_arn) else None


class EcsSettings(View):
    """Settings of the environment's ECS cluster."""

    container_insights = Keyword("ContainerInsights")


class UpdatePolicy(View):
    """The handling of running jobs during an infrastructure update."""

    job_execution_timeout_minutes = Integer("JobExecutionTimeoutMinutes")
    terminate_jobs_on_update = Boolean("TerminateJobsOnUpdate")


class ComputeEnvironment(Resource):
    """A compute environment. ``type_`` is ``MANAGED`` or ``UNMANAGED``."""

    TYPES = ("AWS::Batch::ComputeEnvironment",)
    NAME = "ComputeEnvironmentName"

    name = Text("ComputeEnvironmentName")
    type_ = Keyword("Type")
    compute_resources = Struct("ComputeResources", ComputeResources)
    ecs_settings = Struct("EcsSettings", EcsSettings)
    eks_configuration = Struct("EksConfiguration", EksConfiguration)
    replace_compute_environment = Boolean("ReplaceComputeEnvironment")
    service_role_arn = Text("ServiceRole")
    service_role = Link("ServiceRole", Role)
    state = Keyword("State")
    tags = TextMap("Tags")
    unmanaged_vcpus = Integer("UnmanagedvCpus")
    update_policy = Struct("UpdatePolicy", UpdatePolicy)

    def raw(self, name: str) -> Any:
        """Return a member as the template has it, resolved but of any type.

        An empty ``ServiceRole``, as in AWS's own skeletons, means the service-linked role, like an omitted one.
        """
        value = super().raw(name)
        return None if name == "ServiceRole" and isinstance(value, str) and not value else value

    @property
    def eks(self) -> bool | Unknown:
        """Return whether it runs on Amazon EKS."""
        configuration = self.eks_configuration
        return (
            configuration.present
            if isinstance(configuration.node, dict | None)
            else Unknown("the orchestrator")
        )
