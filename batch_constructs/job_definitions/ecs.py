"""The base classes of definitions of jobs on ECS: roles, log group, grants."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import jsii
from aws_cdk import aws_batch as batch
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from constructs import Construct

from batch_constructs._border.keys import let_write_logs
from batch_constructs._border.places import role_beside
from batch_constructs.job_definitions.base import JobDefinitionBase
from batch_constructs.job_definitions.documents import (
    DefinitionCliJson,
    amounts,
    container_arguments,
    role_arguments,
)
from batch_constructs.job_definitions.ecs_links import EcsLinks
from batch_constructs.job_definitions.images import brings_credentials, may_be_private, resolve_image
from batch_constructs.job_definitions.log_drivers import (
    AwsLogs,
    check_logging,
    check_no_router,
    needs_secret,
    resolve_logging,
)
from batch_constructs.job_definitions.mounts import connect
from batch_constructs.job_definitions.parameters import placeholders
from batch_constructs.job_definitions.secret_grants import grant_secret
from batch_constructs.permissions import grants
from batch_constructs.roles import ExecutionRole, JobRole

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aws_cdk import aws_ecs as ecs

    from batch_constructs._border.problems import Problems
    from batch_constructs.job_definitions.container import Container, Platform
    from batch_constructs.job_definitions.images import ResolvedImage
    from batch_constructs.job_definitions.log_drivers import ResolvedLogging
    from batch_constructs.job_definitions.settings import DefinitionSettings

__all__ = ["EcsJobDefinition", "SingleContainerJobDefinition"]


@jsii.implements(iam.IGrantable)
class EcsJobDefinition(DefinitionCliJson, EcsLinks, JobDefinitionBase):
    """A definition of jobs on ECS. Grant to it, and its jobs get a role with that right."""

    cfn: batch.CfnJobDefinition
    """The CloudFormation resource."""

    parameters: Mapping[str, str]
    """Default values for placeholders; a submission can override them."""

    placeholders: frozenset[str]
    """The names in all words ``Ref::name`` of its commands; a submission must set those without a default."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        job_role: iam.IRole | None,
        execution_role: iam.IRole | None,
        needs_execution_role: bool,
        logging: AwsLogs | ecs.LogDriver | None,
        log_group: logs.ILogGroup | None,
        log_retention: logs.RetentionDays,
    ) -> None:
        """Create the log group, and the execution role if one is needed."""
        super().__init__(scope, id)
        logging = logging or AwsLogs()
        self._log_group = log_group
        if log_group is None and isinstance(logging, AwsLogs):
            self._log_group = logs.LogGroup(self, "LogGroup", retention=log_retention)
        self._job_role, self._execution_role = job_role, execution_role
        # Principals that may register revisions: they must also be allowed to pass a job role that is made later.
        self._registrants: list[iam.IGrantable] = []
        if execution_role is not None and self._log_group is not None:
            # A new log group needs no right in the role's stack: that stack would need this one, which needs it.
            writer = execution_role if self._log_group is log_group else role_beside(self, execution_role)
            self._log_group.grant_write(writer)
        if needs_execution_role or needs_secret(logging):
            self._ensure_execution_role()
        self._logging = self._resolve_logging(logging)
        if log_group is not None:
            let_write_logs(self, log_group)

    @property
    def grant_principal(self) -> iam.IPrincipal:
        """The jobs' role as the CDK's ``grant_*`` methods take it: ``bucket.grant_read(definition)``."""
        return self.job_role.grant_principal

    @property
    def job_role(self) -> iam.IRole:
        """The role of the code in the job; made when first read, unless it was given."""
        if self._job_role is None:
            self._job_role = role = JobRole(self, "JobRole")
            for member in self._job_role_members:
                self.cfn.add_property_override(member, role.role_arn)
            for grantee in self._registrants:
                grants.pass_roles(grantee, [role])
        return self._job_role

    @property
    def execution_role(self) -> iam.IRole | None:
        """The role with which ECS starts the job; ``None`` if it uses the instance's role."""
        return self._execution_role

    @property
    def log_group(self) -> logs.ILogGroup:
        """The log group of the jobs' output.

        Raises:
            ValueError: the output goes to another log driver, given by ``logging``.
        """
        if self._log_group is None:
            raise ValueError(
                f"log_group exists only for jobs that write to CloudWatch Logs, got logging with {self._logging.driver}"
            )
        return self._log_group

    def grant_read_logs(self, grantee: iam.IGrantable) -> iam.Grant:
        """Allow to read what its jobs write to its log group.

        Args:
            grantee: The role, function or user that reads.

        Raises:
            ValueError: its jobs do not write to CloudWatch Logs, or the grantee is in another account.

        Guide: Using the awslogs Log Driver (newer than the table of contents).
        """
        grants.check_account(grantee, self.env, "grant_read_logs")
        return self.log_group.grant_read(grantee)

    def _roles_to_pass(self, grantee: iam.IGrantable) -> Sequence[iam.IRole]:
        if self._job_role is None:
            self._registrants.append(grantee)
        return [role for role in (self._job_role, self._execution_role) if role is not None]

    @cached_property
    def job_definition_arn(self) -> str:  # type: ignore[override] # read once, when first needed
        """The ARN of the revision that this deploy registers."""
        return self.cfn.ref

    def _ensure_execution_role(self) -> iam.IRole:
        """Return the execution role; make it if there is none."""
        if self._execution_role is None:
            self._execution_role = ExecutionRole(self, "ExecutionRole")
            if self._log_group is not None:
                self._log_group.grant_write(self._execution_role)
        return self._execution_role

    def _resolve_logging(self, logging: AwsLogs | ecs.LogDriver) -> ResolvedLogging:
        name = "" if self._log_group is None else self._log_group.log_group_name
        resolved = resolve_logging(self, logging, log_group_name=name, role=self._execution_role)
        if resolved.secrets and self._execution_role is None:
            role = self._ensure_execution_role()
            resolved = resolve_logging(self, logging, log_group_name=name, role=role)
        self._log_group = self._log_group or resolved.log_group
        return resolved

    def _resolve_images(self, containers: Sequence[Container]) -> list[ResolvedImage]:
        # Private registries first: only binding them shows that a role is needed, which then pulls all images.
        images = sorted((each.image for each in containers), key=lambda image: not may_be_private(image))
        if any(map(brings_credentials, images)):
            self._ensure_execution_role()
        resolved: dict[int, ResolvedImage] = {}
        for image in images:
            if id(image) in resolved:
                continue
            # The names of an image's assets are unique only inside one scope.
            scope = (
                Construct(self, f"Image{len(resolved)}") if resolved and not isinstance(image, str) else self
            )
            address, secret = resolve_image(scope, image, self._execution_role)
            if secret is not None and self._execution_role is None:
                address, secret = resolve_image(scope, image, self._ensure_execution_role())
            resolved[id(image)] = address, secret
        return [self._with_credentials(each, resolved[id(each.image)]) for each in containers]

    def _with_credentials(self, container: Container, image: ResolvedImage) -> ResolvedImage:
        secret = container.repository_credentials
        if secret is None:
            return image
        grant_secret(secret, self._ensure_execution_role())
        return image[0], secret.secret_arn

    def _render(
        self, containers: Sequence[Container], platform: Platform
    ) -> list[batch.CfnJobDefinition.ContainerPropertiesProperty]:
        """Return the properties of each container; call `_finish` with the containers after the resource is made."""
        images = self._resolve_images(containers)
        role = self._execution_role
        if role is not None:
            for container in containers:
                for secret in (container.secrets or {}).values():
                    grant_secret(secret, role)
        return [
            container.render(
                image=image,
                platform=platform,
                job_role_arn=None if self._job_role is None else self._job_role.role_arn,
                execution_role_arn=None if role is None else role.role_arn,
                log_configuration=self._logging.log_configuration,
            )
            for container, image in zip(containers, images, strict=True)
        ]

    def _finish(self, containers: Sequence[Container], settings: DefinitionSettings) -> None:
        """Give the jobs' role the rights that the containers need for mounts and ECS Exec."""
        self._variables = self._variables_of(containers)
        self._consumed = settings.consumes or {}
        self.parameters = dict(settings.parameters or {})
        self.placeholders = placeholders(container.command for container in containers)
        for container in containers:
            for volume in container.volumes.file_systems:
                connect(self, self.job_role, volume)
        if any(container.enable_execute_command for container in containers):
            grants.open_session(self)


class SingleContainerJobDefinition(EcsJobDefinition):
    """A definition of single-node jobs with one container."""

    _job_role_members = ("ContainerProperties.JobRoleArn",)

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
        logging: AwsLogs | ecs.LogDriver | None,
        log_group: logs.ILogGroup | None,
        log_retention: logs.RetentionDays,
    ) -> None:
        """Check the arguments that all kinds share, raise all problems, then create the definition.

        Raises:
            ValueError: arguments that AWS would refuse, including problems that the caller added.
        """
        container.check(problems)
        settings.check(problems)
        check_logging(problems, logging, log_group)
        check_no_router(problems, logging)
        problems.raise_if_any()
        super().__init__(
            scope,
            id,
            job_role=job_role,
            execution_role=execution_role,
            needs_execution_role=platform.needs_execution_role or container.needs_execution_role,
            logging=logging,
            log_group=log_group,
            log_retention=log_retention,
        )
        [properties] = self._render([container], platform)
        self.cfn = settings.define(
            self, type="container", platform_capability=platform.capability, container_properties=properties
        )
        self._finish([container], settings)

    @classmethod
    def _arguments_of(cls, properties: Mapping[str, Any], references: Construct) -> dict[str, Any]:
        settings = super()._arguments_of(properties, references)
        container = properties["ContainerProperties"]
        return {
            **settings,
            **role_arguments(container, [container], references),
            **container_arguments(container),
            **amounts(container),
        }
