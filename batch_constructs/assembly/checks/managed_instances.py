"""Environments on ECS Managed Instances."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch_constructs.assembly.checks import Finding, Severity, misspelt, one_of, outside, rule
from batch_constructs.assembly.checks._rights import Claim, Right, asked, unmet
from batch_constructs.assembly.checks._roles import trusting
from batch_constructs.assembly.checks.job_definitions._parts import containers
from batch_constructs.assembly.may import RoleOf, Thing, thing_named, thing_of
from batch_constructs.assembly.may.policies import identity_policies
from batch_constructs.assembly.template import Reference, is_known, is_none_of, is_one_of
from batch_constructs.facts import limits, needs, role_trust, vocabulary
from batch_constructs.facts.managed_instances import IN_THE_PROVIDER, REFUSED_MEMBERS
from batch_constructs.facts.tasks import PLATFORM_LOG_DRIVERS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_constructs.assembly.template import BatchModel, View
    from batch_constructs.assembly.template.resources import ComputeResources, JobDefinition, JobQueue, Role
    from batch_constructs.assembly.template.resources.compute_environments import (
        InstanceLaunchTemplate,
        ManagedInstancesProvider,
    )

CHAPTER = "Compute Environment Parameters"

ERROR, WARNING = Severity.ERROR, Severity.WARNING
_KIND = vocabulary.ResourceKind.ECS_MANAGED_INSTANCES
_GUIDE = "Amazon ECS Managed Instances"
_PROFILE = "Ec2InstanceProfileArn"
_PLATFORM = vocabulary.PlatformCapability.MANAGED_INSTANCES


@rule("MI-01", severity=ERROR, remedy="give ManagedInstancesProvider with type ECS_MANAGED_INSTANCES only")
def provider_goes_with_type(resources: ComputeResources) -> Iterator[Finding]:
    """ECS Managed Instances must have a provider with role, profile and network; no other type can have one."""
    kind, at = resources.type, "ManagedInstancesProvider"
    provider = resources.managed_instances_provider
    if is_one_of(kind, _KIND) and resources.omits(at):
        yield Finding(resources, f"{_KIND} needs a {at}, got none", at=at)
    if is_known(kind) and kind != _KIND and resources.gives(at):
        yield Finding(resources, f"{at} needs {_KIND}, got {kind}", at=at)
    template = provider.instance_launch_template
    network = template.network_configuration
    yield from _lacking(provider, "InfrastructureRoleArn", "InstanceLaunchTemplate")
    yield from _lacking(template, "Ec2InstanceProfileArn", "NetworkConfiguration")
    yield from _lacking(network, "Subnets", "SecurityGroups")


def _lacking(view: View, *names: str) -> Iterator[Finding]:
    for name in names:
        if view.omits(name):
            yield Finding(view, f"{name} must be given, got none", at=name)


@rule(
    "MI-02",
    severity=ERROR,
    remedy="write one of the allowed values; ScaleInAfter is -1, or 0 to 3,600 seconds",
)
def provider_values(provider: ManagedInstancesProvider) -> Iterator[Finding]:
    """ECS Managed Instances must have valid settings, and idle instances can stay for at most an hour."""
    template = provider.instance_launch_template
    reservations, optimization = template.capacity_reservations, provider.infrastructure_optimization
    yield from misspelt(
        vocabulary.CapacityOption, template, "CapacityOptionType", template.capacity_option_type
    )
    yield from misspelt(vocabulary.Monitoring, template, "Monitoring", template.monitoring)
    yield from misspelt(
        vocabulary.ReservationPreference,
        reservations,
        "ReservationPreference",
        reservations.reservation_preference,
    )
    yield from misspelt(vocabulary.CapacityTagSource, provider, "PropagateTags", provider.propagate_tags)
    yield from outside(
        limits.MANAGED_INSTANCES_SCALE_IN_SECONDS, optimization, "ScaleInAfter", optimization.scale_in_after
    )


@rule("MI-03", severity=ERROR, remedy="tag instances of other environments with Tags, in ComputeResources")
def capacity_tags_go_with_type(resources: ComputeResources) -> Iterator[Finding]:
    """Only ECS Managed Instances can have capacity tags."""
    kind = resources.type
    if is_known(kind) and kind != _KIND and resources.gives("CapacityTags"):
        yield Finding(resources, f"CapacityTags need {_KIND}, got {kind}", at="CapacityTags")


@rule(
    "MI-05",
    chapter="Job Definition Parameters",
    severity=ERROR,
    remedy="describe the container in EcsProperties, and leave out RuntimePlatform or write LINUX",
    prevents="ClientException: Cannot use ECS containerProperties for MANAGED_INSTANCES",
)
def jobs_are_tasks_on_linux(definition: JobDefinition) -> Iterator[Finding]:
    """A job on ECS Managed Instances must be described by EcsProperties, and run on Linux."""
    if not is_one_of(definition.platform, vocabulary.PlatformCapability.MANAGED_INSTANCES):
        return
    if definition.container_properties.present:
        message = "a job for MANAGED_INSTANCES needs EcsProperties, got ContainerProperties"
        yield Finding(definition, message, at="ContainerProperties")
    for task in definition.ecs_properties.task_properties:
        platform, at = task.runtime_platform, "OperatingSystemFamily"
        family = platform.operating_system_family
        if is_known(family) and family != vocabulary.OperatingSystemFamily.LINUX:
            yield Finding(platform, f"{at} must be LINUX for MANAGED_INSTANCES, got {family}", at=at)


@rule(
    "MI-04",
    chapter="Job Definition Parameters",
    severity=ERROR,
    remedy="leave out NetworkMode, or define the job for MANAGED_INSTANCES",
)
def host_network(definition: JobDefinition) -> Iterator[Finding]:
    """Only jobs on ECS Managed Instances can set a network mode, which is host."""
    platform, at = definition.platform, "NetworkMode"
    for task in definition.ecs_properties.task_properties if is_known(platform) else ():
        if platform == _PLATFORM and is_none_of(task.network_mode, "HOST", None):
            yield Finding(task, f"{at} must be host, got {task.network_mode}", at=at)
        if platform != _PLATFORM and is_one_of(task.network_mode, "HOST"):
            message = f"only jobs for {_PLATFORM} can have a {at}, got one with {platform}"
            yield Finding(task, message, at=at)


@rule(
    "MI-24",
    chapter=_GUIDE,
    severity=ERROR,
    remedy="leave it out; types, subnets and security groups are in ManagedInstancesProvider.InstanceLaunchTemplate",
    prevents="ClientException: the parameter is not valid for ECS Managed Instances",
)
def no_members_of_ec2(resources: ComputeResources) -> Iterator[Finding]:
    """Environments on ECS Managed Instances cannot have the parameters of EC2 instances."""
    if not is_one_of(resources.type, _KIND):
        return
    # AS-02 checks the allocation strategy.
    for name in resources.gives(*(member for member in REFUSED_MEMBERS if member != "AllocationStrategy")):
        instead = IN_THE_PROVIDER.get(name)
        hint = f": write it in {instead}" if instead else ""
        yield Finding(resources, f"{name} must not be given for {_KIND}{hint}", at=name)


@rule(
    "MI-25",
    chapter=_GUIDE,
    severity=ERROR,
    remedy="leave out what only Fargate has, log with awslogs, splunk or awsfirelens, and give an execution role",
    prevents="ClientException: the job definition does not fit MANAGED_INSTANCES",
)
def definitions_fit(definition: JobDefinition) -> Iterator[Finding]:
    """A job on ECS Managed Instances must have an execution role, a supported log driver, and no settings of Fargate."""
    if not is_one_of(definition.platform, _PLATFORM):
        return
    for task in definition.ecs_properties.task_properties:
        for name in task.gives("NetworkConfiguration", "PlatformVersion"):
            yield Finding(task, f"{name} is for Fargate only, got it with {_PLATFORM}", at=name)
        if task.omits("ExecutionRoleArn"):
            message = f"a job for {_PLATFORM} needs ExecutionRoleArn, got none"
            # Only the console's page says that it is required.
            yield Finding(task, message, severity=WARNING)
    for container in containers(definition):
        driver = container.log_configuration.log_driver
        word = vocabulary.word_of(vocabulary.LogDriver, driver) if is_known(driver) else None
        if word is not None and word not in PLATFORM_LOG_DRIVERS:
            message = f"LogDriver must be {one_of(sorted(PLATFORM_LOG_DRIVERS))} for {_PLATFORM}, got {word}"
            yield Finding(container.log_configuration, message, at="LogDriver")


def _to_launch(provider: ManagedInstancesProvider, batch: BatchModel) -> Iterator[Claim]:
    role, template, at = provider.infrastructure_role, provider.instance_launch_template, _PROFILE
    yield from trusting(provider, "InfrastructureRoleArn", role, role_trust.INFRASTRUCTURE)
    profile = template.ec2_instance_profile
    for passed in profile.roles if profile is not None else ():
        yield from trusting(template, at, passed, role_trust.INSTANCE)
        if role is not None:
            rights = (Right(needs.PASS_TO_INSTANCES, _passed(passed, role, batch)),)
            yield Claim(
                where=template, at=at, who="the infrastructure role", principal=RoleOf(role), rights=rights
            )


def _passed(passed: Role, role: Role, batch: BatchModel) -> Thing:
    """Return the instance role; if AWS's policy alone decides, with a name such as CloudFormation makes."""
    policies = [policy.label for policy in identity_policies(RoleOf(role), batch)]
    if passed.name is not None or policies != [role_trust.INFRASTRUCTURE.managed_policy]:
        return thing_of(passed)
    made = thing_named("STACK-ROLE-ID", passed.stack, "iam::{account}:role/{name}")
    return Thing(made.arns, passed, f"{passed.label}, whose RoleName CloudFormation makes")


@rule(
    "MI-26",
    chapter=_GUIDE,
    severity=ERROR,
    remedy="allow the infrastructure role iam:PassRole on the instance role: AWS's policy for it passes only roles whose "
    "names begin with ecsInstanceRole",
    prevents="jobs that fail when they start: Amazon ECS is not authorized to launch instances",
    asks=asked(_to_launch),
)
def roles_of_managed_instances(provider: ManagedInstancesProvider, batch: BatchModel) -> Iterator[Finding]:
    """ECS Managed Instances must have a profile by ARN, roles that trust ECS and EC2, and the right to pass the role."""
    yield from _no_profile_arn(provider.instance_launch_template, _PROFILE)
    yield from unmet(_to_launch(provider, batch), batch)


def _no_profile_arn(template: InstanceLaunchTemplate, at: str) -> Iterator[Finding]:
    """Add a problem if the instance profile is given by its name, or is a role."""
    value = template.ec2_instance_profile_arn
    if isinstance(value, Reference):
        kind = value.target.type
        if kind == "AWS::IAM::InstanceProfile" and value.attribute == "Arn":
            return
        if kind in {"AWS::IAM::InstanceProfile", "AWS::IAM::Role"}:
            got = (
                f"{value.target.label}, an {kind}"
                if kind == "AWS::IAM::Role"
                else f"the name of {value.target.label}"
            )
            yield Finding(template, f"{at} must be the ARN of an instance profile, got {got}", at=at)
    elif is_known(value) and ":instance-profile/" not in value:
        yield Finding(template, f"{at} must be the ARN of an instance profile, got {value!r}", at=at)


@rule(
    "JQ-30",
    chapter=_GUIDE,
    severity=ERROR,
    remedy="put all On-Demand environments before the Spot environments",
    prevents="ClientException: Spot compute environments cannot be ordered before On-Demand compute environments",
)
def on_demand_before_spot(queue: JobQueue) -> Iterator[Finding]:
    """In a queue on ECS Managed Instances, On-Demand environments must be before all Spot environments."""
    entries = [entry for entry in queue.compute_environment_order if is_known(entry.order)]
    spot = ""
    for entry in sorted(entries, key=lambda entry: entry.order if is_known(entry.order) else 0):
        resources = None if entry.environment is None else entry.environment.compute_resources
        if resources is None or not is_one_of(resources.type, _KIND):
            continue
        option = resources.managed_instances_provider.instance_launch_template.capacity_option_type
        if is_one_of(option, "SPOT"):
            spot = spot or resources.home.label
        elif spot and is_one_of(option, "ON_DEMAND", None):
            message = f"{resources.home.label} is On-Demand and must be before {spot}, which is Spot"
            yield Finding(entry, message, at="Order")
