"""Environments whose instances you start yourself."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from aws_cdk import Fn
from aws_cdk import aws_iam as iam

from batch_constructs._border.arguments import checked
from batch_constructs._border.places import check_place
from batch_constructs._border.problems import Problems
from batch_constructs._border.spelling import given
from batch_constructs._border.tokens import known
from batch_constructs.compute_environments.base import OwnComputeEnvironment
from batch_constructs.compute_environments.insights import allow_insights
from batch_constructs.facts import images, limits, patterns
from batch_constructs.facts import instance_types as types
from batch_constructs.launch_templates.launch_template import BatchLaunchTemplate
from batch_constructs.launch_templates.user_data import ShellScript
from batch_constructs.roles import BatchServiceRole, EcsInstanceRole, is_service_linked

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aws_cdk import aws_ec2 as ec2
    from constructs import Construct
    from jsii import Number

    from batch_constructs.facts.vocabulary import ContainerInsights
    from batch_constructs.launch_templates.storage import Storage
    from batch_constructs.launch_templates.user_data import UserDataPart

__all__ = ["UnmanagedComputeEnvironment"]


@checked
class UnmanagedComputeEnvironment(OwnComputeEnvironment):
    """An environment for instances of your own: AWS Batch makes an ECS cluster for it, and they join.

    Use this if AWS Batch cannot start what you need: instances under a licence, on a dedicated host, in an Auto Scaling
    group with a schedule. It starts no instance; `instance_template` describes one that joins::

        environment = UnmanagedComputeEnvironment(self, "Own", unmanaged_vcpus=64)
        template = environment.instance_template("Instances", instance_type="c7i.4xlarge", security_groups=[group])
        launch = autoscaling.CfnAutoScalingGroup.LaunchTemplateSpecificationProperty(
            launch_template_id=template.ref, version=template.attr_latest_version_number
        )

    Guide: Compute Environments (unmanaged); Creating a Compute Environment.
    """

    _tags_belong = "put it on the instances that you start, or on the job definition"

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        unmanaged_vcpus: Number | None = None,
        container_insights: ContainerInsights | None = None,
        service_role: iam.IRole | iam.Role | None = None,
        enabled: bool = True,
        compute_environment_name: str | None = None,
        context: str | None = None,
    ) -> None:
        """Create the environment, and a service role, which it must have.

        Args:
            scope: Where the environment belongs.
            id: Its name in that scope.
            unmanaged_vcpus: How many vCPUs the instances will have together, at least 0. Fair share uses it to reserve
                capacity; by default it reserves nothing.
            container_insights: The metrics that ECS collects about the cluster, at CloudWatch's price. By default the
                account's ECS setting, which is off unless you changed it, according to the guide; according to the API
                they are off. ``DISABLED`` is off for certain. A `BatchServiceRole` gets the right
                ``ecs:UpdateCluster``; another role of your own must have it, or the environment becomes INVALID.
            service_role: The role with which AWS Batch registers tasks on the instances; AWS refuses its service-linked
                role here. By default a new `BatchServiceRole`.
            enabled: Whether jobs are placed; by default yes. AWS does not create a disabled environment.
            compute_environment_name: 1 to 128 letters, digits, ``-`` and ``_``. By default CloudFormation makes a name,
                so that the environment can be replaced.
            context: Reserved by AWS; by default omitted.

        Raises:
            ValueError: arguments that AWS would refuse, all of them in one message.
        """
        problems = Problems()
        problems.within("unmanaged_vcpus", unmanaged_vcpus, limits.UNMANAGED_VCPUS)
        problems.matches("compute_environment_name", compute_environment_name, patterns.RESOURCE_NAME)
        check_place(problems, scope, "service_role", [service_role], region=False)
        problems.check(
            service_role is None or not is_service_linked(service_role),
            "service_role must not be a service-linked role, which AWS refuses for unmanaged environments, got "
            "AWSServiceRoleForBatch: leave it out for a BatchServiceRole",
        )
        problems.raise_if_any()

        super().__init__(scope, id)
        self.service_role: iam.IRole = service_role or BatchServiceRole(self, "ServiceRole")
        self._define(
            given(
                unmanagedvCpus=unmanaged_vcpus,
                ecsSettings=given(containerInsights=container_insights),
                context=context,
            ),
            type="UNMANAGED",
            enabled=enabled,
            service_role=self.service_role,
            compute_environment_name=compute_environment_name,
        )
        self._outlive(self.service_role)
        allow_insights(self.service_role, container_insights)

    def _refer_to(self, document: Mapping[str, Any]) -> None:
        super()._refer_to(document)
        if document.get("serviceRole"):
            self.service_role = iam.Role.from_role_arn(self, "ServiceRole", document["serviceRole"])

    @cached_property
    def ecs_cluster_arn(self) -> str:
        """The ARN of the ECS cluster that AWS Batch makes for it, known at deploy time.

        CloudFormation does not have it, so the first reading adds a custom resource: a function that asks AWS Batch
        once a deploy and may do nothing else.
        """
        return described(self, "EcsCluster", _CLUSTER_PATH, kind="Custom::BatchEcsCluster")

    def instance_template(
        self,
        id: str,
        *,
        instance_type: str | None = None,
        image_id: str | None = None,
        security_groups: Sequence[ec2.ISecurityGroup | ec2.SecurityGroup] = (),
        instance_role: EcsInstanceRole | None = None,
        user_data: Sequence[UserDataPart] = (),
        storage: Storage | None = None,
    ) -> BatchLaunchTemplate:
        """Return a launch template whose instances join the environment, for an Auto Scaling group or a fleet.

        Args:
            id: The template's name inside the environment.
            instance_type: The instance type, such as ``c7i.4xlarge``; not a family. By default none: the mixed
                instances policy of the group names them.
            image_id: An image with the ECS agent: ``ami-…``, or ``resolve:ssm:`` and a parameter that holds one. By
                default, for an instance type, Amazon Linux 2023 for ECS as it fits the type, the newest at each start
                of an instance; without a type, none.
            security_groups: The security groups of the instances. By default those of the Auto Scaling group or the
                VPC.
            instance_role: The role by which instances register. By default a new one.
            user_data: Further parts, which run before the agent joins. By default none.
            storage: Disks. By default an encrypted root disk.

        Raises:
            ValueError: the type is not one, AWS has no image for it and none is given, or the parts of the user data
                are too large together or contradict each other.
        """
        problems = Problems()
        if instance_type is not None and known(instance_type):
            problems.check(
                "." in instance_type,
                f"instance_type must be a type such as 'c7i.large', not a family, got {instance_type!r}",
            )
            if image_id is None and "." in instance_type:
                image_id = _newest_image(problems, instance_type)
        problems.raise_if_any()
        join = ShellScript(
            f"#!/bin/bash\nset -eu\necho ECS_CLUSTER={self._cluster_name()} >> /etc/ecs/ecs.config\n"
        )
        template = BatchLaunchTemplate(self, id, user_data=[*user_data, join], storage=storage)
        role = instance_role or EcsInstanceRole(template, "InstanceRole")
        # A managed environment refuses both in a template; here nothing else could name them.
        template.add_property_override("LaunchTemplateData.IamInstanceProfile.Arn", role.instance_profile_arn)
        if security_groups:
            ids = [group.security_group_id for group in security_groups]
            template.add_property_override("LaunchTemplateData.SecurityGroupIds", ids)
        for member, value in (("InstanceType", instance_type), ("ImageId", image_id)):
            if value is not None:
                template.add_property_override(f"LaunchTemplateData.{member}", value)
        return template

    def _cluster_name(self) -> str:
        return Fn.select(1, Fn.split("/", self.ecs_cluster_arn))


_CLUSTER_PATH = "computeEnvironments.0.ecsClusterArn"


def described(environment: OwnComputeEnvironment, id: str, path: str, *, kind: str) -> str:
    """Return a fact of an environment that only AWS Batch knows, and only at deploy time.

    Args:
        environment: The environment; the custom resource belongs to it.
        id: The name of the custom resource in it.
        path: The path of the fact in the answer of DescribeComputeEnvironments.
        kind: The type of the custom resource.
    """
    from aws_cdk import custom_resources as cr  # noqa: PLC0415 - few need it, and it costs 300 ms

    ask = cr.AwsSdkCall(
        service="Batch",
        action="DescribeComputeEnvironments",
        parameters={"computeEnvironments": [environment.compute_environment_arn]},
        physical_resource_id=cr.PhysicalResourceId.of(environment.compute_environment_arn),
        output_paths=[path],
    )
    asked = cr.AwsCustomResource(
        environment,
        id,
        on_update=ask,
        # IAM allows this action on all resources only.
        policy=cr.AwsCustomResourcePolicy.from_sdk_calls(resources=["*"]),
        install_latest_aws_sdk=False,
        resource_type=kind,
    )
    return asked.get_response_field(path)


def _newest_image(problems: Problems, name: str) -> str | None:
    """Return AWS's newest image for ECS; add a problem if none is known for the type."""
    type_ = types.find(name)
    parameter = None if type_ is None else images.ecs_parameter(type_)
    problems.check(
        parameter is not None,
        f"image_id must be given if no image of AWS is known to fit, got instance_type={name!r}{types.nearest(name)}",
    )
    return None if parameter is None else f"resolve:ssm:{parameter}"
