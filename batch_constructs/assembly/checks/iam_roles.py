"""Roles of AWS Batch, its instances and its jobs: their ARNs and their trust policies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch_constructs.assembly.checks import Finding, Severity, rule
from batch_constructs.assembly.checks._roles import misnamed, untrusted
from batch_constructs.assembly.template import PartialText, Reference, is_known, is_one_of
from batch_constructs.assembly.template.resources import ComputeResources, InstanceProfile, Role
from batch_constructs.assembly.template.resources.containers import JobContainer
from batch_constructs.facts import managed_policies, role_trust

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_constructs.assembly.template import BatchModel
    from batch_constructs.assembly.template.resources import ComputeEnvironment, EcsTask

CHAPTER = "AWS Batch IAM Policies, Roles, and Permissions"

ERROR, WARNING = Severity.ERROR, Severity.WARNING


@rule(
    "IAM-01",
    severity=ERROR,
    remedy="give the role's full ARN, such as !GetAtt Role.Arn",
    prevents="an INVALID environment, or jobs that fail because their role is not found",
)
def roles_by_arn(subject: ComputeResources | JobContainer | EcsTask) -> Iterator[Finding]:
    """Roles of jobs, of Spot fleets and of Managed Instances must be given by their full ARN."""
    if isinstance(subject, ComputeResources):
        provider = subject.managed_instances_provider
        yield from misnamed(subject, "SpotIamFleetRole", subject.spot_iam_fleet_role)
        yield from misnamed(provider, "InfrastructureRoleArn", provider.infrastructure_role_arn)
        return
    yield from misnamed(subject, "ExecutionRoleArn", subject.execution_role_arn)
    if isinstance(subject, JobContainer):
        yield from misnamed(subject, "JobRoleArn", subject.job_role_arn)
    else:
        yield from misnamed(subject, "TaskRoleArn", subject.task_role_arn)


@rule(
    "IAM-02",
    chapter="AWS Batch Service IAM Role",
    severity=ERROR,
    remedy="leave out ServiceRole, or give the full ARN of a role that trusts batch.amazonaws.com",
    prevents="an INVALID environment: not authorized to perform sts:AssumeRole",
)
def service_role(environment: ComputeEnvironment, batch: BatchModel) -> Iterator[Finding]:
    """A service role must be given by its full ARN and must trust AWS Batch."""
    yield from misnamed(environment, "ServiceRole", environment.service_role_arn)
    yield from untrusted(environment, "ServiceRole", environment.service_role, role_trust.SERVICE, batch)


@rule(
    "IAM-16",
    chapter="AWS Batch Service IAM Role",
    severity=WARNING,
    remedy="allow the role ecs:UpdateCluster on arn:aws:ecs:*:*:cluster/*, or use the service-linked role",
    prevents="an INVALID environment when Container Insights change",
)
def service_role_may_set_insights(environment: ComputeEnvironment, batch: BatchModel) -> Iterator[Finding]:
    """Your own service role must allow ecs:UpdateCluster if Container Insights are set."""
    role, settings = environment.service_role, environment.ecs_settings
    set_ = settings.gives("ContainerInsights")
    if role is not None and set_ and batch.permissions.surely_lacks(role, managed_policies.UPDATE_CLUSTER):
        message = f"the service role {role.label} needs ecs:UpdateCluster, got no policy that allows it"
        yield Finding(environment, message, at="ServiceRole")


@rule(
    "IAM-03",
    chapter="Amazon ECS Instance Role",
    severity=ERROR,
    remedy="give an instance profile, by ARN or name, with a role that trusts ec2.amazonaws.com and may join clusters",
    prevents="an INVALID environment, or jobs that wait in RUNNABLE: no instance registers with the cluster",
)
def instance_role(environment: ComputeEnvironment, batch: BatchModel) -> Iterator[Finding]:
    """Instances must have a profile whose role trusts EC2 and may register with Amazon ECS."""
    resources, at = environment.compute_resources, "InstanceRole"
    if not resources.ec2:
        return
    if resources.omits(at):
        yield Finding(resources, f"an environment on EC2 needs {at}, got none", at=at)
    yield from _no_profile(resources, batch)
    profile = resources.instance_profile
    for role in profile.roles if profile is not None else ():
        yield from untrusted(resources, at, role, role_trust.INSTANCE, batch)
        action = managed_policies.REGISTER_CONTAINER_INSTANCE
        if is_one_of(environment.eks, False) and batch.permissions.surely_lacks(role, action):
            usual = role_trust.INSTANCE.managed_policy
            yield Finding(resources, f"{role.label} needs {action}, such as from {usual}, got none", at=at)


def _no_profile(resources: ComputeResources, batch: BatchModel) -> Iterator[Finding]:
    value, at = resources.instance_role, "InstanceRole"
    text = value.text if isinstance(value, PartialText) else value
    if is_known(text) and ":role/" in text:
        yield Finding(resources, f"{at} must be an instance profile, got the role {text!r}", at=at)
    elif isinstance(value, Reference) and isinstance(value.target, Role):
        role = value.target
        names = [profile.name for profile in batch.of(InstanceProfile)]
        same = any(isinstance(name, Reference) and name.target is role for name in names)
        if value.attribute or not same:
            named = not value.attribute and role.name is not None
            message = f"{at} must be an instance profile, got the role {role.label}"
            yield Finding(resources, message, at=at, severity=WARNING if named else ERROR)


@rule(
    "IAM-04",
    chapter="Amazon EC2 Spot Fleet Role",
    severity=ERROR,
    remedy="choose SPOT_PRICE_CAPACITY_OPTIMIZED, which needs no fleet role, or give one",
    prevents="ClientException: spotIamFleetRole is required",
)
def spot_fleet_role(resources: ComputeResources, batch: BatchModel) -> Iterator[Finding]:
    """Spot capacity with BEST_FIT, the default strategy, must have a fleet role that trusts spotfleet.amazonaws.com."""
    at = "SpotIamFleetRole"
    if not is_one_of(resources.type, "SPOT") or not is_one_of(
        resources.allocation_strategy, "BEST_FIT", None
    ):
        return
    if resources.omits(at):
        got = resources.allocation_strategy or "no strategy, which is BEST_FIT,"
        yield Finding(resources, f"{at} must be given with BEST_FIT, got {got} without one", at=at)
    yield from untrusted(resources, at, resources.spot_fleet_role, role_trust.SPOT_FLEET, batch)


@rule(
    "IAM-06",
    severity=ERROR,
    remedy="let the role's trust policy name ecs-tasks.amazonaws.com",
    prevents="jobs that fail to start: ECS was unable to assume the role",
)
def job_roles_trust_tasks(subject: JobContainer | EcsTask, batch: BatchModel) -> Iterator[Finding]:
    """Job roles and execution roles must trust ecs-tasks.amazonaws.com."""
    yield from untrusted(subject, "ExecutionRoleArn", subject.execution_role, role_trust.EXECUTION, batch)
    if isinstance(subject, JobContainer):
        yield from untrusted(subject, "JobRoleArn", subject.job_role, role_trust.JOB, batch)
    else:
        yield from untrusted(subject, "TaskRoleArn", subject.task_role, role_trust.JOB, batch)


@rule(
    "IAM-12",
    chapter="Amazon EC2 Spot Fleet Role",
    severity=ERROR,
    remedy="attach service-role/AmazonEC2SpotFleetTaggingRole, or choose a strategy that needs no fleet role",
    prevents="Spot Instances that are not tagged and never scale down",
)
def spot_fleet_role_may_tag(environment: ComputeEnvironment, batch: BatchModel) -> Iterator[Finding]:
    """The Spot Fleet role must have the policy that allows it to tag instances."""
    resources = environment.compute_resources
    role = resources.spot_fleet_role
    fleet = is_one_of(resources.type, "SPOT") and is_one_of(resources.allocation_strategy, "BEST_FIT", None)
    if role is not None and fleet and batch.permissions.surely_lacks(role, managed_policies.CREATE_TAGS):
        got = ", ".join(sorted(batch.permissions.managed_policies(role))) or "no managed policy"
        message = f"the Spot Fleet role {role.label} needs AmazonEC2SpotFleetTaggingRole, got {got}"
        yield Finding(resources, message, at="SpotIamFleetRole")
