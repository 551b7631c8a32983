"""Definitions of jobs on ECS: their roles, their log group, their grants."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import jsii
from aws_cdk import aws_batch as batch
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs

from batch_constructs.job_definitions.base import JobDefinitionBase
from batch_constructs.job_definitions.images import resolve_image
from batch_constructs.permissions import grants
from batch_constructs.roles import ExecutionRole, JobRole

if TYPE_CHECKING:
    from collections.abc import Sequence

    from constructs import Construct

    from batch_constructs._problems import Problems
    from batch_constructs.job_definitions.container import Container, Platform
    from batch_constructs.job_definitions.settings import DefinitionSettings

__all__ = ["EcsJobDefinition", "SingleContainerJobDefinition"]


@jsii.implements(iam.IGrantable)
class EcsJobDefinition(JobDefinitionBase):
    """A definition of jobs on ECS. Grant to it, and its jobs get a role with that right."""

    cfn: batch.CfnJobDefinition
    """The CloudFormation resource."""

    log_group: logs.ILogGroup
    """Where the jobs' output goes."""

    _containers: Sequence[str]
    """Where its containers stand in the resource's properties."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        job_role: iam.IRole | None,
        execution_role: iam.IRole | None,
        needs_execution_role: bool,
        log_group: logs.ILogGroup | None,
        log_retention: logs.RetentionDays,
    ) -> None:
        """Create the helpers: log group, and execution role where one is needed."""
        super().__init__(scope, id)
        self.log_group = log_group or logs.LogGroup(self, "LogGroup", retention=log_retention)
        if execution_role is None and needs_execution_role:
            execution_role = ExecutionRole(self, "ExecutionRole")
        if execution_role is not None:
            self.log_group.grant_write(execution_role)
        self._job_role, self._execution_role = job_role, execution_role
        # Who may register revisions: they must be allowed to pass a job role, too, that is made later.
        self._registrants: list[iam.IGrantable] = []

    @property
    def grant_principal(self) -> iam.IPrincipal:
        """The jobs' role as the CDK's ``grant_*`` methods take it: ``bucket.grant_read(definition)``."""
        return self.job_role.grant_principal

    @property
    def job_role(self) -> iam.IRole:
        """The role of the code inside the job; made when first asked for, unless it was given."""
        if self._job_role is None:
            self._job_role = role = JobRole(self, "JobRole")
            for container in self._containers:
                self.cfn.add_property_override(f"{container}.JobRoleArn", role.role_arn)
            for grantee in self._registrants:
                grants.pass_roles(grantee, [role])
        return self._job_role

    @property
    def execution_role(self) -> iam.IRole | None:
        """The role with which ECS starts the job; ``None`` where the instance's role does it."""
        return self._execution_role

    def grant_read_logs(self, grantee: iam.IGrantable) -> iam.Grant:
        """Allow to read what its jobs write to its log group.

        Guide: Using the awslogs Log Driver.

        Args:
            grantee: A role, a function, a user: who reads.
        """
        return self.log_group.grant_read(grantee)

    def _roles_to_pass(self, grantee: iam.IGrantable) -> Sequence[iam.IRole]:
        if self._job_role is None:
            self._registrants.append(grantee)
        return [role for role in (self._job_role, self._execution_role) if role is not None]

    @cached_property
    def job_definition_arn(self) -> str:  # type: ignore[override] # read once, when first needed
        """The ARN of the revision that this deploy registers."""
        return self.cfn.ref

    def _render(
        self, container: Container, platform: Platform
    ) -> batch.CfnJobDefinition.ContainerPropertiesProperty:
        role = self._execution_role
        if role is not None:
            for secret in (container.secrets or {}).values():
                secret.grant_read(role)
        return container.render(
            image=resolve_image(self, container.image, role),
            platform=platform,
            job_role_arn=None if self._job_role is None else self._job_role.role_arn,
            execution_role_arn=None if role is None else role.role_arn,
            log_group_name=self.log_group.log_group_name,
        )


class SingleContainerJobDefinition(EcsJobDefinition):
    """A definition of single-node jobs with one container."""

    _containers = ("ContainerProperties",)

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        container: Container,
        settings: DefinitionSettings,
        platform: Platform,
        problems: Problems,
        job_role: iam.IRole | None,
        execution_role: iam.IRole | None,
        log_group: logs.ILogGroup | None,
        log_retention: logs.RetentionDays,
    ) -> None:
        """Check what the kinds share, raise all problems, then create the definition.

        Raises:
            ValueError: arguments that AWS would refuse, those that the caller noted included.
        """
        container.check(problems)
        settings.check(problems)
        problems.raise_if_any()
        super().__init__(
            scope,
            id,
            job_role=job_role,
            execution_role=execution_role,
            needs_execution_role=platform.needs_execution_role or bool(container.secrets),
            log_group=log_group,
            log_retention=log_retention,
        )
        self.cfn = settings.define(
            self,
            type="container",
            platform_capability=platform.capability,
            container_properties=self._render(container, platform),
        )
