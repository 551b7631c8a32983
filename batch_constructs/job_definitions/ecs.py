"""The base classes of definitions of jobs on ECS: roles, log group, grants."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jsii
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from constructs import Construct

from batch_constructs._border.keys import let_write_logs
from batch_constructs._border.places import role_beside
from batch_constructs._border.spelling import given
from batch_constructs._border.tokens import known
from batch_constructs.facts.vocabulary import DEFAULT_LOG_GROUP
from batch_constructs.job_definitions.images import brings_credentials, may_be_private, resolve_image
from batch_constructs.job_definitions.links import link
from batch_constructs.job_definitions.log_drivers import (
    AwsLogs,
    check_logging,
    check_no_router,
    needs_secret,
    resolve_logging,
)
from batch_constructs.job_definitions.mounts import Volumes, connect
from batch_constructs.job_definitions.own import OwnJobDefinition
from batch_constructs.job_definitions.secret_grants import grant_secret
from batch_constructs.permissions import grants
from batch_constructs.roles import ExecutionRole, JobRole

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aws_cdk import aws_ecs as ecs

    from batch_constructs._border.problems import Problems
    from batch_constructs.job_definitions.container import Container, Platform
    from batch_constructs.job_definitions.images import ResolvedImage
    from batch_constructs.job_definitions.links import Access, Linkable
    from batch_constructs.job_definitions.log_drivers import ResolvedLogging
    from batch_constructs.job_definitions.settings import DefinitionSettings

__all__ = ["EcsJobDefinition", "SingleContainerJobDefinition"]


@jsii.implements(iam.IGrantable)
class EcsJobDefinition(OwnJobDefinition):
    """A definition of jobs on ECS. Grant to it, and its jobs get a role with that right."""

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
        self._log_driver = self._logging.driver
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
            for member in dict.fromkeys(each.role for each in self._placed):
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
                f"log_group exists only for jobs that write to CloudWatch Logs, got logging with {self._log_driver}"
            )
        return self._log_group

    def grant_read_logs(self, grantee: iam.IGrantable) -> iam.Grant:
        """Allow to read the jobs' output in its log group.

        Args:
            grantee: The role, function or user that reads.

        Raises:
            ValueError: its jobs do not write to CloudWatch Logs, or the grantee is in another account.

        Guide: Using the awslogs Log Driver (newer than the table of contents).
        """
        grants.check_account(grantee, self.env, "grant_read_logs")
        return self.log_group.grant_read(grantee)

    def use(
        self,
        resource: Linkable,
        *,
        access: Access | None = None,
        variable: str | None = None,
        containers: Sequence[str] | None = None,
    ) -> iam.Grant:
        """Give the jobs the right to use a resource, and a variable with its name.

        ``job.use(bucket)`` lets the job role read and write, and sets ``BUCKET_NAME``; it includes the right to use the
        bucket's key. The variable is in the definition, so a submission may still override it.

        Args:
            resource: A bucket, DynamoDB table, SQS queue, topic, secret, parameter of Systems Manager, Kinesis stream,
                event bus, function or state machine: the CDK's L2, made or imported.
            access: The access of the jobs. By default they may read and write a bucket, table, queue or stream, read a
                secret or parameter, and send to or start the others.
            variable: The name of the variable. By default ``BUCKET_NAME``, ``TABLE_NAME``, ``QUEUE_URL``,
                ``TOPIC_ARN``, ``SECRET_ARN``, ``PARAMETER_NAME``, ``STREAM_NAME``, ``EVENT_BUS_NAME``,
                ``FUNCTION_NAME`` or ``STATE_MACHINE_ARN``.
            containers: The names of the containers that get the variable, if there are several. They all share the
                right of the job role. By default all get it.

        Raises:
            ValueError: the resource is of another kind or has no such access, or a container has a variable or a secret
                of that name.

        Guide: Job Definition Parameters (``jobRoleArn``, ``environment``).
        """
        return link(
            self,
            self.cfn,
            resource,
            self._variables,
            access=access,
            variable=variable,
            containers=containers,
        )

    def _roles_to_pass(self, grantee: iam.IGrantable) -> Sequence[iam.IRole]:
        if self._job_role is None:
            self._registrants.append(grantee)
        return [role for role in (self._job_role, self._execution_role) if role is not None]

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
        resolved: dict[str | ecs.ContainerImage, ResolvedImage] = {}
        for image in images:
            if image in resolved:
                continue
            # The names of an image's assets are unique only inside one scope.
            scope = (
                Construct(self, f"Image{len(resolved)}") if resolved and not isinstance(image, str) else self
            )
            address, secret = resolve_image(scope, image, self._execution_role)
            if secret is not None and self._execution_role is None:
                address, secret = resolve_image(scope, image, self._ensure_execution_role())
            resolved[image] = address, secret
        return [self._with_credentials(each, resolved[each.image]) for each in containers]

    def _with_credentials(self, container: Container, image: ResolvedImage) -> ResolvedImage:
        secret = container.repository_credentials
        if secret is None:
            return image
        grant_secret(secret, self._ensure_execution_role())
        return image[0], secret.secret_arn

    def _render(self, containers: Sequence[Container], platform: Platform) -> list[dict[str, Any]]:
        """Return the members of each container; call `_connect` after the resource is made."""
        images = self._resolve_images(containers)
        if self._execution_role is not None:
            for container in containers:
                for secret in (container.secrets or {}).values():
                    grant_secret(secret, self._execution_role)
        rendered = []
        for container, image in zip(containers, images, strict=True):
            volumes = Volumes(container.mounts)
            rendered.append(
                {
                    **container.members(image, volumes),
                    **self._roles("jobRoleArn"),
                    **given(
                        logConfiguration=self._logging.members,
                        volumes=volumes.members,
                        enableExecuteCommand=container.enable_execute_command,
                        instanceType=container.instance_type,
                    ),
                    **platform.members,
                }
            )
        return rendered

    def _roles(self, job_role: str) -> dict[str, Any]:
        """Return the members with the ARNs of its roles.

        Args:
            job_role: The member of the job role, which has two names.
        """
        roles = {job_role: self._job_role, "executionRoleArn": self._execution_role}
        return {name: role.role_arn for name, role in roles.items() if role is not None}

    def _connect(self, containers: Sequence[Container], settings: DefinitionSettings) -> None:
        """Give the jobs' role the rights that the containers need for mounts and ECS Exec."""
        self._consumed = settings.consumes or {}
        for container in containers:
            for volume in Volumes(container.mounts).file_systems:
                connect(self, self.job_role, volume)
        if any(container.enable_execute_command for container in containers):
            grants.open_session(self)

    def _refer_to(self, document: Mapping[str, Any]) -> None:
        super()._refer_to(document)
        self._registrants = []
        named = {
            name: arn
            for each in reversed(self._placed)
            for name, arn in each.holder.items()
            if "RoleArn" in name
        }
        job_role = named.get("jobRoleArn", named.get("taskRoleArn"))
        self._job_role = None if job_role is None else iam.Role.from_role_arn(self, "JobRole", job_role)
        self._execution_role = _execution_role(self, named.get("executionRoleArn"))
        logging = [each.members.get("logConfiguration", {"logDriver": "awslogs"}) for each in self._placed]
        to_logs = [each for each in logging if each["logDriver"].lower() == "awslogs"]
        self._log_group = None
        self._log_driver = logging[0]["logDriver"]
        if to_logs:
            name = to_logs[0].get("options", {}).get("awslogs-group", DEFAULT_LOG_GROUP)
            self._log_group = logs.LogGroup.from_log_group_name(self, "LogGroup", name)


def _execution_role(scope: Construct, arn: str | None) -> iam.IRole | None:
    if arn is None or not known(arn):
        return None if arn is None else iam.Role.from_role_arn(scope, "ExecutionRole", arn, mutable=False)
    # A role by name is in the stack's account. From the ARN the CDK would assume another account, and add a policy
    # for the role to the log group.
    return iam.Role.from_role_name(scope, "ExecutionRole", arn.partition("/")[2], mutable=False)


class SingleContainerJobDefinition(EcsJobDefinition):
    """A definition of single-node jobs with one container."""

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
        self._make(
            {
                "type": "container",
                "platformCapabilities": [platform.capability],
                **settings.members,
                "containerProperties": properties,
            }
        )
        self._connect([container], settings)
