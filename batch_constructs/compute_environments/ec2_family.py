"""The base class of environments whose instances AWS Batch starts on EC2: on demand, Spot, with GPUs, with EFA."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aws_cdk import Annotations
from aws_cdk import aws_ec2 as ec2

from batch_constructs._border.places import check_place, role_beside
from batch_constructs._border.problems import Problems
from batch_constructs._border.spelling import given
from batch_constructs.compute_environments.base import ManagedComputeEnvironment, imported_instance_role
from batch_constructs.compute_environments.insights import allow_insights
from batch_constructs.compute_environments.surroundings import check_network
from batch_constructs.facts import instance_types as types
from batch_constructs.launch_templates.launch_template import BatchLaunchTemplate
from batch_constructs.launch_templates.specification import (
    override_specifications,
    specification,
)
from batch_constructs.launch_templates.storage import check_disks
from batch_constructs.roles import EcsInstanceRole, InstanceRole

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aws_cdk import aws_iam as iam
    from aws_cdk.interfaces.aws_ec2 import ILaunchTemplateRef
    from constructs import Construct

    from batch_constructs.compute_environments.capacity import Capacity
    from batch_constructs.launch_templates.aws_cli import AwsCli
    from batch_constructs.launch_templates.capacity_reservations import CapacityReservation
    from batch_constructs.launch_templates.mounts import Mount
    from batch_constructs.launch_templates.network_interfaces import NetworkInterface
    from batch_constructs.launch_templates.storage import Storage

__all__ = ["Ec2Family", "check_instances", "check_reservation"]


class Ec2Family(ManagedComputeEnvironment):
    """An environment on EC2: instances with a role, a launch template, an image."""

    _tags_belong = "instance_tags={{{key!r}: {value!r}}} puts it on the instances and their disks"

    instance_role: InstanceRole | iam.IInstanceProfile
    """The role of its instances, with the instance profile."""

    launch_template: ILaunchTemplateRef
    """The launch template of its instances: disks, metadata service, user data."""

    placement_group: ec2.IPlacementGroup | None
    """The placement group of its instances; ``None`` if EC2 places them."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        capacity: Capacity,
        vpc: ec2.IVpc,
        vpc_subnets: ec2.SubnetSelection | None,
        subnet_ids: Sequence[str],
        security_groups: Sequence[ec2.ISecurityGroup] | None,
        instance_role: InstanceRole | iam.IInstanceProfile | None,
        launch_template: ILaunchTemplateRef | None,
        placement_group: ec2.IPlacementGroup | None,
        key_pair: ec2.IKeyPair | None,
        service_role: iam.IRole | None,
        capacity_reservation: CapacityReservation | None = None,
        network_interfaces: Sequence[NetworkInterface] = (),
        storage: Storage | None = None,
        mounts: Mapping[str, Mount] | None = None,
        aws_cli: AwsCli | None = None,
        cluster: bool = False,
    ) -> None:
        """Create the environment and the resources that were not given; the subclass has checked the arguments."""
        problems = Problems()
        check_network(problems, scope, vpc, vpc_subnets, security_groups)
        overrides_given = [each.launch_template for each in capacity.launch_template_overrides]
        check_place(problems, scope, "launch_template", [launch_template, *overrides_given])
        self._check_interfaces(problems, [launch_template, *overrides_given])
        check_place(problems, scope, "key_pair", [key_pair])
        check_place(problems, scope, "placement_group", [placement_group], account=False)
        # Roles have no Region.
        check_place(problems, scope, "instance_role", [instance_role], region=False)
        check_place(problems, scope, "service_role", [service_role], region=False)
        problems.raise_if_any()
        # Both may raise, so they come before anything is in the tree.
        template = None if launch_template is None else specification(launch_template)
        overrides = override_specifications(capacity.launch_template_overrides, capacity.userdata_type)

        super().__init__(scope, id)
        self.security_groups = list(security_groups or [self._own_security_group(vpc)])
        self.instance_role = instance_role or self._own_instance_role()
        self.launch_template = launch_template or BatchLaunchTemplate(
            self,
            "LaunchTemplate",
            tags=capacity.instance_tags,
            network_interfaces=network_interfaces,
            security_groups=self.security_groups if network_interfaces else (),
            capacity_reservation=capacity_reservation,
            storage=storage,
            mounts=mounts,
            aws_cli=aws_cli,
        )
        group = placement_group or (self._own_placement_group() if cluster else None)
        self.placement_group = group
        resources = given(
            type=capacity.kind,
            allocationStrategy=capacity.allocation_strategy,
            minvCpus=capacity.min_vcpus,
            maxvCpus=capacity.max_vcpus,
            scalingPolicy=given(minScaleDownDelayMinutes=capacity.scale_down_delay),
            instanceTypes=capacity.instance_types,
            subnets=subnet_ids,
            securityGroupIds=self._security_group_ids(),
            instanceRole=self.instance_role.instance_profile_arn,
            launchTemplate=given(
                **(template or specification(self.launch_template)),
                overrides=overrides,
                userdataType=capacity.userdata_type,
            ),
            ec2Configuration=[
                given(
                    imageType=image, imageIdOverride=own, imageKubernetesVersion=capacity.kubernetes_version
                )
                for image, own in capacity.images().items()
            ],
            ec2KeyPair=None if key_pair is None else key_pair.key_pair_name,
            updateToLatestImageVersion=capacity.latest_images(),
            bidPercentage=capacity.bid_percentage,
            placementGroup=None if group is None else group.placement_group_name,
            tags=capacity.instance_tags,
        )
        self._tagged |= (capacity.instance_tags or {}).keys()
        self._define(
            given(
                updatePolicy=capacity.update_policy,
                ecsSettings=given(containerInsights=capacity.container_insights),
                context=capacity.context,
                eksConfiguration=self._eks_configuration(),
                computeResources=resources,
            ),
            enabled=capacity.enabled,
            service_role=service_role,
            replace_compute_environment=capacity.replace_compute_environment,
            compute_environment_name=capacity.compute_environment_name,
        )
        self._outlive(instance_role, service_role)
        allow_insights(service_role, capacity.container_insights)
        self._allow_instances(
            [self.launch_template, *(each.launch_template for each in capacity.launch_template_overrides)]
        )
        self._warn_of_unknown(capacity.unknown_types())
        self._warn_of_download(vpc, subnet_ids)

    def _check_interfaces(
        self, problems: Problems, templates: Sequence[ILaunchTemplateRef | BatchLaunchTemplate | None]
    ) -> None:
        """Add a problem if a template has network interfaces, since the environment names groups: aws/aws-cdk#21577."""
        problems.check(
            not any(
                isinstance(each, BatchLaunchTemplate) and each.has_network_interfaces for each in templates
            ),
            "launch_template must not name network_interfaces, since AWS Batch refuses security groups of an "
            "environment together with them: make an EfaComputeEnvironment for it",
        )

    def tag_instances(self, tags: Mapping[str, str]) -> None:
        """Add tags to instances, and to their disks if the launch template is of this library; it replaces instances.

        Args:
            tags: The tags; equal keys get the new value.
        """
        if isinstance(self.launch_template, BatchLaunchTemplate):
            self.launch_template.add_tags(tags)
        self._override_tags("Tags", tags)

    def _refer_to(self, document: Mapping[str, Any]) -> None:
        super()._refer_to(document)
        resources = document["computeResources"]
        if "instanceRole" in resources:
            self.instance_role = imported_instance_role(self, resources["instanceRole"])
        if (template := resources.get("launchTemplate", {}).get("launchTemplateId")) is not None:
            self.launch_template = ec2.CfnLaunchTemplate.from_launch_template_id(
                self, "LaunchTemplate", template
            )
        group = resources.get("placementGroup")
        self.placement_group = (
            None
            if group is None
            else ec2.PlacementGroup.from_placement_group_name(self, "PlacementGroup", group)
        )

    def _allow_instances(self, templates: Sequence[ILaunchTemplateRef]) -> None:
        needing = [each for each in templates if isinstance(each, BatchLaunchTemplate) and each.needs_rights]
        if not needing:
            return
        profile = self.instance_role
        role = profile if isinstance(profile, InstanceRole) else profile.role
        if role is None:
            Annotations.of(self).add_warning_v2(
                "batch-constructs:instancesWithoutRights",
                "the launch template needs rights for the instances' role, of which only the instance profile is "
                "known: call allow_instances of the template with the role",
            )
            return
        role = role_beside(self, role)
        for each in needing:
            each.allow_instances(role=role, security_groups=self)
        # The first instance may start with the environment, and already needs these rights to mount.
        rights = role.node.try_find_child("DefaultPolicy") or role.node.try_find_child("Policy")
        if rights is not None:
            self.cfn.node.add_dependency(rights)

    def _own_instance_role(self) -> InstanceRole:
        return EcsInstanceRole(self, "InstanceRole")

    def _eks_configuration(self) -> dict[str, Any]:
        return {}

    def _own_placement_group(self) -> ec2.PlacementGroup:
        return ec2.PlacementGroup(self, "PlacementGroup", strategy=ec2.PlacementGroupStrategy.CLUSTER)

    def _security_group_ids(self) -> list[str] | None:
        return [group.security_group_id for group in self.security_groups]

    def _warn_of_download(self, vpc: ec2.IVpc, subnet_ids: Sequence[str]) -> None:
        aws_cli = (
            self.launch_template.aws_cli if isinstance(self.launch_template, BatchLaunchTemplate) else None
        )
        if aws_cli is None or not aws_cli.is_from_aws:
            return
        if set(subnet_ids) <= {subnet.subnet_id for subnet in vpc.isolated_subnets}:
            Annotations.of(self).add_warning_v2(
                "batch-constructs:awsCliOutOfReach",
                "instances in isolated subnets do not reach awscli.amazonaws.com, and take no jobs without the AWS CLI "
                "that aws_cli asks for: set its url to a copy that they reach, or use an image that has it",
            )

    def _warn_of_unknown(self, names: Sequence[str]) -> None:
        if names:
            date = types.metadata()[1]
            Annotations.of(self).add_warning_v2(
                "batch-constructs:unfamiliarInstanceType",
                f"the instance data of {date} have no {', '.join(names)}",
            )


def check_instances(
    problems: Problems,
    launch_template: ILaunchTemplateRef | None,
    storage: Storage | None,
    mounts: Mapping[str, Mount] | None,
    aws_cli: AwsCli | None = None,
) -> None:
    """Add a problem for arguments that belong into a launch template of the user, and for disks that collide.

    Args:
        problems: Where to add it.
        launch_template: The template of the user, if there is one.
        storage: Disks of the instances.
        mounts: The mounts of the instances, by path.
        aws_cli: The AWS CLI on the instances.
    """
    given = {"storage": storage, "mounts": mounts, "aws_cli": aws_cli}
    names = [name for name, value in given.items() if value]
    problems.check(
        launch_template is None or not names,
        f"{' and '.join(names)} must be in the launch template, got launch_template as well: give it to "
        "BatchLaunchTemplate instead",
    )
    check_disks(problems, storage, mounts or {})


def check_reservation(
    problems: Problems, reservation: CapacityReservation | None, launch_template: ILaunchTemplateRef | None
) -> None:
    """Add a problem if both a reservation and a launch template are given: the template must name the reservation."""
    problems.check(
        reservation is None or launch_template is None,
        "capacity_reservation must be in the launch template, got launch_template as well: give it to "
        "BatchLaunchTemplate instead",
    )
