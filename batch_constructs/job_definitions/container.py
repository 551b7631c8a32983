"""The container of a single-node job on ECS: what definitions for EC2 and for Fargate share."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import jsii
from aws_cdk import aws_batch as batch
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs

from batch_constructs import _cfn
from batch_constructs._problems import Problems
from batch_constructs.facts import limits, patterns
from batch_constructs.job_definitions.base import JobDefinitionBase
from batch_constructs.job_definitions.images import check_image, resolve_image
from batch_constructs.roles import ExecutionRole, JobRole

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aws_cdk import aws_ecs as ecs
    from constructs import Construct
    from jsii import Number

    from batch_constructs.job_definitions.retries import RetryStrategy

__all__ = ["ContainerJob", "ContainerJobDefinition", "Platform"]

_L1 = batch.CfnJobDefinition


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """What only one platform has: EC2, or Fargate."""

    capability: str
    needs_execution_role: bool
    privileged: bool | None = None
    network_configuration: batch.CfnJobDefinition.NetworkConfigurationProperty | None = None
    fargate_platform_configuration: batch.CfnJobDefinition.FargatePlatformConfigurationProperty | None = None
    runtime_platform: batch.CfnJobDefinition.RuntimePlatformProperty | None = None
    ephemeral_storage: batch.CfnJobDefinition.EphemeralStorageProperty | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerJob:
    """The arguments that definitions for EC2 and for Fargate share, checked together."""

    image: str | ecs.ContainerImage
    command: Sequence[str] | None
    parameters: Mapping[str, str] | None
    environment: Mapping[str, str] | None
    secrets: Mapping[str, batch.Secret] | None
    job_role: iam.IRole | None
    execution_role: iam.IRole | None
    log_group: logs.ILogGroup | None
    log_retention: logs.RetentionDays
    retry_strategy: RetryStrategy | None
    timeout_seconds: float | None
    user: str | None
    readonly_root_filesystem: bool | None
    scheduling_priority: Number | None
    propagate_tags: bool
    skip_deregister_on_update: bool
    job_definition_name: str | None
    resources: Mapping[str, str]

    def problems(self) -> Problems:
        """Everything about these arguments that AWS would refuse."""
        problems = Problems()
        check_image(problems, self.image)
        problems.matches("job_definition_name", self.job_definition_name, patterns.RESOURCE_NAME)
        problems.within("scheduling_priority", self.scheduling_priority, limits.SCHEDULING_PRIORITY)
        problems.within("timeout", self.timeout_seconds, limits.ATTEMPT_DURATION_SECONDS)
        for name in (*(self.environment or ()), *(self.secrets or ())):
            problems.matches(f"the environment name {name!r}", name, patterns.ENVIRONMENT_VARIABLE)
        both = sorted(set(self.environment or ()) & set(self.secrets or ()))
        problems.check(
            not both, f"a name stands in environment or in secrets, not in both, got {', '.join(both)}"
        )
        for index, word in enumerate(self.command or ()):
            problems.check(word != "", f"command must not hold an empty string, got one at index {index}")
        return problems


@jsii.implements(iam.IGrantable)
class ContainerJobDefinition(JobDefinitionBase):
    """A definition of jobs with one container on ECS. Grant to it, and its jobs get a role with that right."""

    cfn: batch.CfnJobDefinition
    """The CloudFormation resource."""

    log_group: logs.ILogGroup
    """Where the jobs' output goes."""

    _job_role: iam.IRole | None
    _execution_role: iam.IRole | None

    @property
    def grant_principal(self) -> iam.IPrincipal:
        """The jobs' role as the CDK's ``grant_*`` methods take it: ``bucket.grant_read(definition)``."""
        return self.job_role.grant_principal

    @property
    def job_role(self) -> iam.IRole:
        """The role of the code inside the job; made when first asked for, unless it was given."""
        if self._job_role is None:
            self._job_role = role = JobRole(self, "JobRole")
            self.cfn.add_property_override("ContainerProperties.JobRoleArn", role.role_arn)
        return self._job_role

    @property
    def execution_role(self) -> iam.IRole | None:
        """The role with which ECS starts the job; ``None`` where the instance's role does it."""
        return self._execution_role

    @cached_property
    def job_definition_arn(self) -> str:  # type: ignore[override] # read once, when first needed
        """The ARN of the revision that this deploy registers."""
        return self.cfn.ref

    def __init__(self, scope: Construct, id: str, *, job: ContainerJob, platform: Platform) -> None:
        """Create the helpers, then the definition."""
        super().__init__(scope, id)
        self.log_group = job.log_group or logs.LogGroup(self, "LogGroup", retention=job.log_retention)
        execution_role = job.execution_role
        if execution_role is None and (platform.needs_execution_role or job.secrets):
            execution_role = ExecutionRole(self, "ExecutionRole")
        self._job_role, self._execution_role = job.job_role, execution_role
        image, credentials = resolve_image(
            self, job.image, (lambda: execution_role) if execution_role else None
        )
        if execution_role is not None:
            self.log_group.grant_write(execution_role)
            for secret in (job.secrets or {}).values():
                secret.grant_read(execution_role)
        self.cfn = _L1(
            self,
            "Resource",
            type="container",
            job_definition_name=job.job_definition_name,
            platform_capabilities=[platform.capability],
            parameters=dict(job.parameters) if job.parameters else None,
            propagate_tags=job.propagate_tags,
            retry_strategy=_retry_strategy(job.retry_strategy),
            timeout=None
            if job.timeout_seconds is None
            else _L1.TimeoutProperty(attempt_duration_seconds=job.timeout_seconds),
            scheduling_priority=job.scheduling_priority,
            # Work that is queued or running keeps the revision that it was submitted with.
            resource_retention_policy=_L1.ResourceRetentionPolicyProperty(
                skip_deregister_on_update=job.skip_deregister_on_update
            ),
            container_properties=_L1.ContainerPropertiesProperty(
                image=image,
                repository_credentials=None
                if credentials is None
                else _L1.RepositoryCredentialsProperty(credentials_parameter=credentials),
                command=list(job.command) if job.command else None,
                environment=_environment(job.environment),
                secrets=_secrets(job.secrets),
                resource_requirements=[
                    _L1.ResourceRequirementProperty(type=kind, value=value)
                    for kind, value in job.resources.items()
                ],
                job_role_arn=None if job.job_role is None else job.job_role.role_arn,
                execution_role_arn=None if execution_role is None else execution_role.role_arn,
                log_configuration=_L1.LogConfigurationProperty(
                    log_driver="awslogs",
                    options={"awslogs-group": self.log_group.log_group_name, "awslogs-region": _cfn.region()},
                ),
                user=job.user,
                readonly_root_filesystem=job.readonly_root_filesystem,
                privileged=platform.privileged,
                network_configuration=platform.network_configuration,
                fargate_platform_configuration=platform.fargate_platform_configuration,
                runtime_platform=platform.runtime_platform,
                ephemeral_storage=platform.ephemeral_storage,
            ),
        )


def _environment(
    environment: Mapping[str, str] | None,
) -> list[batch.CfnJobDefinition.EnvironmentProperty] | None:
    return [
        _L1.EnvironmentProperty(name=name, value=value) for name, value in (environment or {}).items()
    ] or None


def _secrets(
    secrets: Mapping[str, batch.Secret] | None,
) -> list[batch.CfnJobDefinition.SecretProperty] | None:
    return [
        _L1.SecretProperty(name=name, value_from=secret.arn) for name, secret in (secrets or {}).items()
    ] or None


def _retry_strategy(strategy: RetryStrategy | None) -> batch.CfnJobDefinition.RetryStrategyProperty | None:
    if strategy is None:
        return None
    rules = [
        _L1.EvaluateOnExitProperty(
            action=rule.action.value,
            on_exit_code=rule.on_exit_code,
            on_reason=rule.on_reason,
            on_status_reason=rule.on_status_reason,
        )
        for rule in strategy.evaluate_on_exit
    ]
    return _L1.RetryStrategyProperty(attempts=strategy.attempts, evaluate_on_exit=rules or None)
