"""Environments on ECS Managed Instances."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch_constructs.assembly.checks import Finding, Severity, misspelt, outside, rule
from batch_constructs.assembly.template import is_known, is_one_of
from batch_constructs.facts import limits, vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_constructs.assembly.template import View
    from batch_constructs.assembly.template.resources import ComputeResources, JobDefinition
    from batch_constructs.assembly.template.resources.compute_environments import ManagedInstancesProvider

CHAPTER = "Compute Environment Parameters"

ERROR, WARNING = Severity.ERROR, Severity.WARNING
_KIND = vocabulary.ResourceKind.ECS_MANAGED_INSTANCES


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
    "MI-04",
    chapter="Job Definition Parameters",
    severity=ERROR,
    remedy="leave out NetworkMode, or define the job for MANAGED_INSTANCES",
)
def host_network(definition: JobDefinition) -> Iterator[Finding]:
    """Only jobs on ECS Managed Instances can set a network mode, which is host."""
    platform = definition.platform
    if not is_known(platform) or platform == vocabulary.PlatformCapability.MANAGED_INSTANCES:
        return
    for task in definition.ecs_properties.task_properties:
        if is_one_of(task.network_mode, "HOST"):
            message = f"only jobs for MANAGED_INSTANCES can have a NetworkMode, got one with {platform}"
            yield Finding(task, message, at="NetworkMode")
