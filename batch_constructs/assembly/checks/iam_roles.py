"""Roles of AWS Batch, its instances and its jobs: their ARNs and their trust policies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch_constructs.assembly.checks import Finding, Severity, rule
from batch_constructs.assembly.checks._rights import Claim, Right, asked, unmet
from batch_constructs.assembly.checks._roles import misnamed, trusting
from batch_constructs.assembly.may import RoleOf, managed_names, things
from batch_constructs.assembly.template import PartialText, Reference, is_known, is_one_of
from batch_constructs.assembly.template.resources import ComputeResources, InstanceProfile, Role
from batch_constructs.assembly.template.resources.containers import JobContainer
from batch_constructs.facts import needs, role_trust

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_constructs.assembly.template import BatchModel
    from batch_constructs.assembly.template.resources import ComputeEnvironment, EcsTask

CHAPTER = "AWS Batch IAM Policies, Roles, and Permissions"

ERROR, WARNING = Severity.ERROR, Severity.WARNING
_CLUSTER = "ecs:{region}:{account}:cluster/{name}"


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


def _as_service(environment: ComputeEnvironment, _: BatchModel) -> Iterator[Claim]:
    yield from trusting(environment, "ServiceRole", environment.service_role, role_trust.SERVICE)


@rule(
    "IAM-02",
    chapter="AWS Batch Service IAM Role",
    severity=ERROR,
    remedy="leave out ServiceRole, or give the full ARN of a role that trusts batch.amazonaws.com",
    prevents="an INVALID environment: not authorized to perform sts:AssumeRole",
    asks=asked(_as_service),
)
def service_role(environment: ComputeEnvironment, batch: BatchModel) -> Iterator[Finding]:
    """A service role must be given by its full ARN and must trust AWS Batch."""
    yield from misnamed(environment, "ServiceRole", environment.service_role_arn)
    yield from unmet(_as_service(environment, batch), batch)


def _to_set_insights(environment: ComputeEnvironment, _: BatchModel) -> Iterator[Claim]:
    role = environment.service_role
    if role is not None and environment.ecs_settings.gives("ContainerInsights"):
        cluster = things.here(environment, _CLUSTER)
        rights = (Right(needs.SET_INSIGHTS, cluster),)
        yield Claim(
            where=environment, at="ServiceRole", who="the service role", principal=RoleOf(role), rights=rights
        )


@rule(
    "IAM-16",
    chapter="AWS Batch Service IAM Role",
    severity=WARNING,
    remedy="allow the role ecs:UpdateCluster on arn:aws:ecs:*:*:cluster/*, or use the service-linked role",
    prevents="an INVALID environment when Container Insights change",
    asks=asked(_to_set_insights),
)
def service_role_may_set_insights(environment: ComputeEnvironment, batch: BatchModel) -> Iterator[Finding]:
    """Your own service role must allow ecs:UpdateCluster if Container Insights are set."""
    yield from unmet(_to_set_insights(environment, batch), batch)


def _to_serve(environment: ComputeEnvironment, _: BatchModel) -> Iterator[Claim]:
    role, resources = environment.service_role, environment.compute_resources
    if role is None or not is_one_of(environment.eks, False):
        return
    cluster = things.here(environment, _CLUSTER, without_resource=True)
    rights = [Right(needs.CREATE_CLUSTER, cluster)]
    if resources.ec2 and is_one_of(resources.type, "EC2"):
        group = "autoscaling:{region}:{account}:autoScalingGroup:{name}:autoScalingGroupName/{name}"
        rights.append(Right(needs.CREATE_INSTANCES, things.here(environment, group, without_resource=True)))
    yield Claim(
        where=environment,
        at="ServiceRole",
        who="the service role",
        principal=RoleOf(role),
        rights=tuple(rights),
    )


@rule(
    "IAM-20",
    chapter="AWS Batch Service IAM Role",
    severity=ERROR,
    remedy="leave out ServiceRole, or attach service-role/AWSBatchServiceRole to your own role",
    prevents="an INVALID environment: the service role is not authorized to perform ecs:CreateCluster",
    asks=asked(_to_serve),
)
def service_role_may_serve(environment: ComputeEnvironment, batch: BatchModel) -> Iterator[Finding]:
    """Your own service role must allow AWS Batch to create the cluster and the instances of an environment."""
    yield from unmet(_to_serve(environment, batch), batch)


def _to_join(environment: ComputeEnvironment, _: BatchModel) -> Iterator[Claim]:
    resources, at = environment.compute_resources, "InstanceRole"
    profile = resources.instance_profile
    for role in profile.roles if resources.ec2 and profile is not None else ():
        yield from trusting(resources, at, role, role_trust.INSTANCE)
        if is_one_of(environment.eks, False):
            yield Claim(
                where=resources,
                at=at,
                principal=RoleOf(role),
                rights=(Right(needs.JOIN_CLUSTER, things.here(environment, _CLUSTER)),),
                says=f"{{name}} needs {{rights}}, such as from {role_trust.INSTANCE.managed_policy}, got none",
            )


@rule(
    "IAM-03",
    chapter="Amazon ECS Instance Role",
    severity=ERROR,
    remedy="give an instance profile, by ARN or name, with a role that trusts ec2.amazonaws.com and may join clusters",
    prevents="an INVALID environment, or jobs that wait in RUNNABLE: no instance registers with the cluster",
    asks=asked(_to_join),
)
def instance_role(environment: ComputeEnvironment, batch: BatchModel) -> Iterator[Finding]:
    """Instances must have a profile whose role trusts EC2 and may register with Amazon ECS."""
    resources, at = environment.compute_resources, "InstanceRole"
    if not resources.ec2:
        return
    if resources.omits(at):
        yield Finding(resources, f"an environment on EC2 needs {at}, got none", at=at)
    yield from _no_profile(resources, batch)
    yield from unmet(_to_join(environment, batch), batch)


def _to_run_pods(environment: ComputeEnvironment, _: BatchModel) -> Iterator[Claim]:
    resources = environment.compute_resources
    profile = resources.instance_profile
    for role in profile.roles if is_one_of(environment.eks, True) and profile is not None else ():
        rights = (Right(needs.PULL_FOR_NODES),)
        yield Claim(
            where=resources, at="InstanceRole", who="the node role", principal=RoleOf(role), rights=rights
        )


@rule(
    "IAM-21",
    chapter="AWS Batch on Amazon EKS",
    severity=WARNING,
    remedy="attach AmazonEC2ContainerRegistryPullOnly and AmazonEKSWorkerNodePolicy to the role: EksNodeRole does",
    prevents="nodes that never become ready: they cannot pull the images of Amazon EKS, and jobs wait in RUNNABLE",
    asks=asked(_to_run_pods),
)
def node_role_may_pull(environment: ComputeEnvironment, batch: BatchModel) -> Iterator[Finding]:
    """Nodes of Amazon EKS should have a role that may log in to Amazon ECR, which has the images of Amazon EKS."""
    yield from unmet(_to_run_pods(environment, batch), batch)


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
    yield from unmet(trusting(resources, at, resources.spot_fleet_role, role_trust.SPOT_FLEET), batch)


def _as_tasks(subject: JobContainer | EcsTask, _: BatchModel) -> Iterator[Claim]:
    yield from trusting(subject, "ExecutionRoleArn", subject.execution_role, role_trust.EXECUTION)
    if isinstance(subject, JobContainer):
        yield from trusting(subject, "JobRoleArn", subject.job_role, role_trust.JOB)
    else:
        yield from trusting(subject, "TaskRoleArn", subject.task_role, role_trust.JOB)


@rule(
    "IAM-06",
    severity=ERROR,
    remedy="let the role's trust policy name ecs-tasks.amazonaws.com",
    prevents="jobs that fail to start: ECS was unable to assume the role",
    asks=asked(_as_tasks),
)
def job_roles_trust_tasks(subject: JobContainer | EcsTask, batch: BatchModel) -> Iterator[Finding]:
    """Job roles and execution roles must trust ecs-tasks.amazonaws.com."""
    yield from unmet(_as_tasks(subject, batch), batch)


def _to_tag_instances(environment: ComputeEnvironment, _: BatchModel) -> Iterator[Claim]:
    resources = environment.compute_resources
    role = resources.spot_fleet_role
    fleet = is_one_of(resources.type, "SPOT") and is_one_of(resources.allocation_strategy, "BEST_FIT", None)
    if role is not None and fleet:
        got = ", ".join(managed_names(role)) or "no managed policy"
        yield Claim(
            where=resources,
            at="SpotIamFleetRole",
            principal=RoleOf(role),
            rights=(
                Right(
                    needs.TAG_INSTANCES, things.here(environment, "ec2:{region}:{account}:instance/{name}")
                ),
            ),
            says=f"the Spot Fleet role {{name}} needs AmazonEC2SpotFleetTaggingRole, got {got}",
        )


@rule(
    "IAM-12",
    chapter="Amazon EC2 Spot Fleet Role",
    severity=ERROR,
    remedy="attach service-role/AmazonEC2SpotFleetTaggingRole, or choose a strategy that needs no fleet role",
    prevents="Spot Instances that are not tagged and never scale down",
    asks=asked(_to_tag_instances),
)
def spot_fleet_role_may_tag(environment: ComputeEnvironment, batch: BatchModel) -> Iterator[Finding]:
    """The Spot Fleet role must have the policy that allows it to tag instances."""
    yield from unmet(_to_tag_instances(environment, batch), batch)
