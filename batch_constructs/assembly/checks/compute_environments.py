"""Compute environments: type, state, roles, and the settings of each type."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch_constructs.assembly.checks import Finding, Severity, misspelt, outside, rule
from batch_constructs.assembly.template import is_none_of, is_one_of
from batch_constructs.assembly.template.resources import JobQueue
from batch_constructs.assembly.template.unknown import as_text
from batch_constructs.facts import limits, vocabulary
from batch_constructs.facts.role_trust import SERVICE_LINKED_ROLE_NAME

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_constructs.assembly.template import BatchModel
    from batch_constructs.assembly.template.resources import ComputeEnvironment

CHAPTER = "Compute Environment Parameters"

ERROR, WARNING = Severity.ERROR, Severity.WARNING


@rule(
    "CE-01",
    chapter="Compute Environments",
    severity=WARNING,
    remedy="create the environment ENABLED, and disable it in a later deployment",
    prevents="a creation that fails: a new environment must be ENABLED",
)
def created_enabled(environment: ComputeEnvironment, batch: BatchModel) -> Iterator[Finding]:
    """A compute environment must be ENABLED when it is created."""
    yield from misspelt(vocabulary.State, environment, "State", environment.state)
    if is_one_of(environment.state, "DISABLED") and not _drains(environment, batch):
        yield Finding(environment, "a new environment must be ENABLED, got State DISABLED", at="State")


def _drains(environment: ComputeEnvironment, batch: BatchModel) -> bool:
    """Return whether it comes after others in a queue, as an environment does while its last jobs finish."""
    return any(environment in queue.environments[1:] for queue in batch.of(JobQueue))


@rule(
    "CE-02",
    chapter="Creating a Compute Environment",
    severity=ERROR,
    remedy="give the ARN of a role that batch.amazonaws.com may assume",
    prevents="ClientException: ServiceRole is required; Service Linked Role cannot be used with UNMANAGED Compute "
    "Environment",
)
def unmanaged_has_a_service_role(environment: ComputeEnvironment) -> Iterator[Finding]:
    """An unmanaged environment must have a service role, and not the service-linked one."""
    arn = as_text(environment.service_role_arn)
    if is_one_of(environment.type_, "UNMANAGED") and SERVICE_LINKED_ROLE_NAME in arn:
        message = f"an UNMANAGED environment cannot have the service-linked role, got {arn}"
        yield Finding(environment, message, at="ServiceRole")
    none = environment.omits("ServiceRole") or is_one_of(environment.service_role_arn, "")
    if not is_one_of(environment.type_, "UNMANAGED") or not none:
        return
    message = "an UNMANAGED environment needs ServiceRole, got none"
    if is_one_of(environment.eks, True):
        message = (
            "an UNMANAGED environment on EKS may need ServiceRole, got none: AWS's pages disagree, the tutorial for it "
            "has no step for a role, and the page about the service-linked role asks for one"
        )
    on_ecs = is_one_of(environment.eks, False)
    yield Finding(environment, message, severity=ERROR if on_ecs else WARNING)


@rule(
    "CE-03",
    chapter="Creating a Compute Environment",
    severity=ERROR,
    remedy="leave out UnmanagedvCpus; ComputeResources.MaxvCpus limits a managed environment",
)
def unmanaged_vcpus_of_unmanaged(environment: ComputeEnvironment) -> Iterator[Finding]:
    """Only an unmanaged environment can have a number of unmanaged vCPUs."""
    if is_one_of(environment.type_, "MANAGED") and environment.gives("UnmanagedvCpus"):
        yield Finding(environment, "UnmanagedvCpus needs Type UNMANAGED, got MANAGED", at="UnmanagedvCpus")


@rule(
    "CE-04",
    chapter="Creating a Compute Environment",
    severity=ERROR,
    remedy="give ComputeResources for a managed environment only",
    prevents="ClientException: computeResources must be provided for a MANAGED compute environment",
)
def managed_has_compute_resources(environment: ComputeEnvironment) -> Iterator[Finding]:
    """A managed environment must have compute resources, an unmanaged one must have none."""
    resources = environment.compute_resources
    if is_one_of(environment.type_, "MANAGED") and environment.omits("ComputeResources"):
        yield Finding(environment, "a MANAGED environment needs ComputeResources, got none")
    if is_one_of(environment.type_, "UNMANAGED") and resources.present:
        message = "an UNMANAGED environment cannot have ComputeResources: you run the instances"
        yield Finding(environment, message, at="ComputeResources", severity=WARNING)


@rule("CE-06", severity=ERROR, remedy="write MANAGED")
def fargate_is_managed(environment: ComputeEnvironment) -> Iterator[Finding]:
    """An environment must be MANAGED or UNMANAGED, and on Fargate and ECS Managed Instances MANAGED."""
    yield from misspelt(vocabulary.EnvironmentType, environment, "Type", environment.type_)
    resources = environment.compute_resources
    kind = "Fargate" if resources.fargate else "ECS Managed Instances"
    serverless = resources.fargate or is_one_of(resources.type, "ECS_MANAGED_INSTANCES")
    if is_one_of(environment.type_, "UNMANAGED") and serverless:
        yield Finding(environment, f"Type must be MANAGED on {kind}, got UNMANAGED", at="Type")


@rule("CE-07", severity=ERROR, remedy="choose the type of compute resources")
def kind_of_resources(environment: ComputeEnvironment) -> Iterator[Finding]:
    """The type of compute resources must be EC2, SPOT, FARGATE, FARGATE_SPOT or ECS_MANAGED_INSTANCES."""
    resources = environment.compute_resources
    yield from misspelt(vocabulary.ResourceKind, resources, "Type", resources.type)
    if resources.omits("Type"):
        yield Finding(resources, "ComputeResources needs Type, got none")


@rule(
    "CE-13",
    severity=ERROR,
    remedy="give 20 to 10,080 minutes, or 0 for no delay; only EC2 and SPOT environments have one",
)
def scale_down_delay(environment: ComputeEnvironment) -> Iterator[Finding]:
    """The delay before an environment on EC2 scales down must be 0, or 20 minutes to a week."""
    resources = environment.compute_resources
    policy = resources.scaling_policy
    delay = policy.min_scale_down_delay_minutes
    yield from outside(limits.SCALE_DOWN_DELAY_MINUTES, policy, "MinScaleDownDelayMinutes", delay)
    if policy.present and is_one_of(resources.type, "ECS_MANAGED_INSTANCES"):
        yield Finding(
            resources, f"ScalingPolicy needs Type EC2 or SPOT, got {resources.type}", at="ScalingPolicy"
        )


@rule(
    "CE-14",
    chapter="Updating Compute Environments",
    severity=ERROR,
    remedy="let jobs continue for 1 to 7,200 minutes",
)
def update_timeout(environment: ComputeEnvironment) -> Iterator[Finding]:
    """The time that jobs may continue during an infrastructure update must be 1 to 7,200 minutes."""
    policy = environment.update_policy
    minutes = policy.job_execution_timeout_minutes
    yield from outside(limits.UPDATE_TIMEOUT_MINUTES, policy, "JobExecutionTimeoutMinutes", minutes)


@rule("CE-15", severity=ERROR, remedy="write ENABLED, ENHANCED or DISABLED")
def container_insights(environment: ComputeEnvironment) -> Iterator[Finding]:
    """Container Insights must be ENABLED, ENHANCED or DISABLED, and can be given for environments on Amazon ECS only."""
    settings = environment.ecs_settings
    yield from misspelt(
        vocabulary.ContainerInsights, settings, "ContainerInsights", settings.container_insights
    )
    if is_one_of(environment.eks, True) and is_none_of(settings.container_insights, None, "DISABLED"):
        message = f"ContainerInsights is for environments on ECS, got {settings.container_insights} on EKS"
        yield Finding(settings, message, at="ContainerInsights", severity=WARNING)
