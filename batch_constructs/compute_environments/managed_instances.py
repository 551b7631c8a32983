"""Environments on ECS Managed Instances: EC2 instances that ECS starts, patches and replaces."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aws_cdk import aws_iam as iam

from batch_constructs._border.arguments import checked
from batch_constructs._border.places import check_place
from batch_constructs._border.problems import Problems
from batch_constructs._border.spelling import given
from batch_constructs._border.tokens import gibibytes, seconds
from batch_constructs.compute_environments.base import (
    ManagedComputeEnvironment,
    imported_instance_role,
    imported_security_groups,
)
from batch_constructs.compute_environments.managed_instances_roles import (
    ManagedInstancesInfrastructureRole,
    ManagedInstancesInstanceRole,
)
from batch_constructs.compute_environments.surroundings import check_network
from batch_constructs.facts import limits, patterns
from batch_constructs.facts.vocabulary import (
    CapacityOption,
    CapacityTagSource,
    Monitoring,
    ResourceKind,
    word_of,
)
from batch_constructs.networking import placement

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aws_cdk import Duration, Size
    from aws_cdk import aws_ec2 as ec2
    from constructs import Construct
    from jsii import Number

    from batch_constructs.facts.vocabulary import ReservationPreference

__all__ = ["ManagedInstancesComputeEnvironment"]

_NEVER = -1


@checked
class ManagedInstancesComputeEnvironment(ManagedComputeEnvironment):
    """Capacity on EC2 instances that Amazon ECS manages: it starts, patches, drains and ends them.

    It takes no images, launch templates or allocation strategies: ECS chooses the cheapest of the instance types that
    fit. Its jobs are defined for the platform ``MANAGED_INSTANCES``; its queue has environments of this kind only.
    Without NAT its subnets must give public addresses. A change of ``capacity_option`` or ``fips_enabled`` replaces the
    environment.

    Guide: Amazon ECS Managed Instances compute environments (newer than the table of contents).
    """

    _tags_belong = "capacity_tags={{{key!r}: {value!r}}} puts it on the capacity provider and its instances"

    instance_role: ManagedInstancesInstanceRole | iam.IInstanceProfile
    """The role of its instances, with the instance profile."""

    infrastructure_role: iam.IRole
    """The role that lets ECS start and end instances."""

    capacity_option: CapacityOption | None
    """Whether its instances are on demand or on Spot; ``None`` if a token in a document says it."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        vpc: ec2.IVpc | ec2.Vpc,
        vpc_subnets: ec2.SubnetSelection | None = None,
        security_groups: Sequence[ec2.ISecurityGroup | ec2.SecurityGroup] | None = None,
        max_vcpus: Number = 256,
        instance_types: Sequence[str] | None = None,
        capacity_option: CapacityOption = CapacityOption.ON_DEMAND,
        reservation_group_arn: str | None = None,
        reservation_preference: ReservationPreference | None = None,
        storage: Size | None = None,
        use_local_storage: bool | None = None,
        scale_in_after: Duration | None = None,
        never_scale_in: bool = False,
        detailed_monitoring: bool = False,
        fips_enabled: bool | None = None,
        capacity_tags: Mapping[str, str] | None = None,
        instance_metadata_tags: bool | None = None,
        infrastructure_role: iam.IRole | iam.Role | None = None,
        instance_role: ManagedInstancesInstanceRole
        | iam.IInstanceProfile
        | iam.InstanceProfile
        | None = None,
        replace_compute_environment: bool = False,
        service_role: iam.IRole | iam.Role | None = None,
        enabled: bool = True,
        compute_environment_name: str | None = None,
    ) -> None:
        """Create the environment, with a security group, its roles and an instance profile unless they are given.

        Args:
            scope: Where the environment belongs.
            id: Its name in that scope.
            vpc: The network.
            vpc_subnets: The subnets. By default the private ones, else the isolated, else the public ones.
            security_groups: The security groups of the instances, at least one. By default a new one without inbound
                rules.
            max_vcpus: vCPUs up to which it scales, at least 1; by default 256.
            instance_types: Types (``m5.large``) or families (``g5``) that ECS may start. By default any that fits.
            capacity_option: On demand, Spot or reserved; by default on demand. A change replaces the environment.
            reservation_group_arn: A resource group of capacity reservations to use. By default none.
            reservation_preference: Whether reservations are used only, first, or never. By default AWS decides.
            storage: The root disk, at least 1 GiB. By default ECS chooses it for the instance type.
            use_local_storage: Whether containers may use the disks in the instance. By default they may not.
            scale_in_after: How long an instance may be idle, up to an hour. By default AWS decides.
            never_scale_in: Whether idle instances are kept; by default they are ended.
            detailed_monitoring: Whether metrics come each minute, at a price; by default every five.
            fips_enabled: Whether cryptographic modules are FIPS 140-2 validated ones, if the Region has them. A change
                replaces the environment. By default AWS decides.
            capacity_tags: Tags of the capacity provider and its instances, at most 50. The deploying role needs
                ``batch:SetCapacityTags``. By default none.
            instance_metadata_tags: Whether the code on an instance can read its tags. By default it cannot.
            infrastructure_role: The role that lets ECS start and end instances; it must be allowed to pass the
                instances' role. By default a new one.
            instance_role: The role by which instances register. By default a new one.
            replace_compute_environment: Whether every change of capacity makes a new environment. By default changes
                are made in place.
            service_role: A role of your own for AWS Batch. By default the service-linked role.
            enabled: Whether jobs are placed; by default yes. AWS does not create a disabled environment.
            compute_environment_name: 1 to 128 letters, digits, ``-`` and ``_``. By default CloudFormation makes a name,
                so that the environment can be replaced.

        Raises:
            ValueError: arguments that AWS would refuse or that contradict each other, all of them in one message.
        """
        idle = seconds(scale_in_after)
        problems = Problems()
        problems.within("max_vcpus", max_vcpus, limits.MAX_VCPUS)
        problems.matches("compute_environment_name", compute_environment_name, patterns.RESOURCE_NAME)
        problems.within("scale_in_after", idle, limits.MANAGED_INSTANCES_SCALE_IN_SECONDS)
        problems.within("storage", gibibytes(storage), limits.MANAGED_INSTANCES_STORAGE_GIB)
        problems.tags("capacity_tags", capacity_tags or {})
        problems.check(
            not never_scale_in or idle is None,
            f"scale_in_after and never_scale_in exclude each other, got both: {idle} seconds and never",
        )
        problems.check(
            security_groups is None or len(security_groups) > 0,
            "security_groups must name at least one, or be omitted for a new one",
        )
        problems.check(
            instance_types is None or len(instance_types) > 0,
            "instance_types must name at least one type or family, or be omitted for any",
        )
        for name in instance_types or ():
            problems.matches("instance_types", name, patterns.MANAGED_INSTANCE_TYPE)
        problems.check(
            compute_environment_name is None or not replace_compute_environment,
            "replace_compute_environment needs a generated name, since the new environment is made before the old "
            f"one goes, got compute_environment_name={compute_environment_name!r}: omit the name",
        )
        subnets = placement(vpc, vpc_subnets).subnet_ids
        check_network(problems, scope, vpc, vpc_subnets, security_groups)
        check_place(problems, scope, "infrastructure_role", [infrastructure_role], region=False)
        check_place(problems, scope, "instance_role", [instance_role], region=False)
        check_place(problems, scope, "service_role", [service_role], region=False)
        problems.raise_if_any()

        super().__init__(scope, id)
        self.capacity_option = capacity_option
        self.security_groups = list(security_groups or [self._own_security_group(vpc)])
        self.instance_role = instance_role or ManagedInstancesInstanceRole(self, "InstanceRole")
        role = self.instance_role
        self.infrastructure_role = infrastructure_role or ManagedInstancesInfrastructureRole(
            self, "InfrastructureRole", instance_roles=[role] if isinstance(role, iam.Role) else []
        )
        template = given(
            ec2InstanceProfileArn=self.instance_role.instance_profile_arn,
            networkConfiguration=given(
                subnets=subnets, securityGroups=[group.security_group_id for group in self.security_groups]
            ),
            capacityOptionType=capacity_option,
            capacityReservations=given(
                reservationGroupArn=reservation_group_arn, reservationPreference=reservation_preference
            ),
            instanceRequirements=given(allowedInstanceTypes=instance_types),
            storageConfiguration=given(storageSizeGiB=gibibytes(storage)),
            localStorageConfiguration=given(useLocalStorage=use_local_storage),
            monitoring=Monitoring.DETAILED if detailed_monitoring else None,
            fipsEnabled=fips_enabled,
            instanceMetadataTagsPropagation=instance_metadata_tags,
        )
        provider = given(
            infrastructureRoleArn=self.infrastructure_role.role_arn,
            instanceLaunchTemplate=template,
            infrastructureOptimization=given(scaleInAfter=_NEVER if never_scale_in else idle),
            # Without this the tags would not reach the instances, and so not the bill.
            propagateTags=CapacityTagSource.CAPACITY_PROVIDER if capacity_tags else None,
        )
        resources = given(
            type=ResourceKind.ECS_MANAGED_INSTANCES,
            maxvCpus=max_vcpus,
            capacityTags=capacity_tags,
            managedInstancesProvider=provider,
        )
        self._tagged |= (capacity_tags or {}).keys()
        self._define(
            {"computeResources": resources},
            enabled=enabled,
            service_role=service_role,
            replace_compute_environment=replace_compute_environment,
            compute_environment_name=compute_environment_name,
        )
        # Also for its own roles: their rights are separate policies, which must outlive the instances.
        self._outlive(self.infrastructure_role, self.instance_role, service_role)

    def tag_instances(self, tags: Mapping[str, str]) -> None:
        """Add tags to instances, as `capacity_tags` does.

        Args:
            tags: What to add; equal keys get the new value.
        """
        self._override_tags("CapacityTags", tags)
        self.cfn.add_property_override(
            "ComputeResources.ManagedInstancesProvider.PropagateTags",
            CapacityTagSource.CAPACITY_PROVIDER.value,
        )

    def _refer_to(self, document: Mapping[str, Any]) -> None:
        super()._refer_to(document)
        provider = document["computeResources"]["managedInstancesProvider"]
        template = provider["instanceLaunchTemplate"]
        option = template.get("capacityOptionType", CapacityOption.ON_DEMAND.value)
        self.capacity_option = word_of(CapacityOption, option)
        groups = template["networkConfiguration"].get("securityGroups", ())
        self.security_groups = imported_security_groups(self, groups)
        self.instance_role = imported_instance_role(self, template["ec2InstanceProfileArn"])
        self.infrastructure_role = iam.Role.from_role_arn(
            self, "InfrastructureRole", provider["infrastructureRoleArn"]
        )
