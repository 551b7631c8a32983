"""Definitions of jobs whose containers share an ECS task (``ecsProperties``)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, Any

from aws_cdk import Fn
from aws_cdk import aws_batch as batch
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from constructs import Construct

from batch_constructs._border.cdk import struct
from batch_constructs._border.cli_json.constructs import word
from batch_constructs._border.tokens import known, seconds
from batch_constructs.facts.tasks import IpcMode, PidMode
from batch_constructs.job_definitions.container import environment_properties, secret_properties
from batch_constructs.job_definitions.documents import amounts, container_arguments, role_arguments
from batch_constructs.job_definitions.ecs import EcsJobDefinition
from batch_constructs.job_definitions.linux_parameters import linux_parameters_property, ulimit_properties
from batch_constructs.job_definitions.log_drivers import AwsLogs, check_logging, resolve_logging
from batch_constructs.job_definitions.mounts import Volumes
from batch_constructs.job_definitions.secret_grants import grant_secret
from batch_constructs.job_definitions.task_containers import (
    DependencyCondition,
    TaskContainer,
    check_dependencies,
    check_execute_command,
    check_firelens,
    container_of,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aws_cdk import aws_ecs as ecs

    from batch_constructs._border.problems import Problems
    from batch_constructs.job_definitions.container import Container, Platform
    from batch_constructs.job_definitions.images import ResolvedImage
    from batch_constructs.job_definitions.settings import DefinitionSettings

__all__ = ["Task", "TaskJobDefinition", "TasksJobDefinition", "task_arguments_of", "task_of"]

_L1 = batch.CfnJobDefinition


@dataclass(frozen=True, slots=True)
class Task:
    """Containers that start together on one host, with the volumes that they share."""

    containers: Sequence[TaskContainer]
    inner: Sequence[Container]
    """Each container in the form of a job's only container."""

    volumes: Volumes
    name: str = ""
    """The prefix of its helper constructs' names, if there are several tasks."""


def task_of(
    containers: Sequence[TaskContainer], *, enable_execute_command: bool | None, name: str = ""
) -> Task:
    """Return a task of these containers."""
    inner = [
        replace(container_of(each), enable_execute_command=enable_execute_command) for each in containers
    ]
    return Task(containers, inner, Volumes(*(each.mounts for each in containers)), name)


class TasksJobDefinition(EcsJobDefinition):
    """A definition of jobs with one task or, on several nodes, with a task for each kind of node."""

    _log_retention: logs.RetentionDays

    def _render_tasks(
        self, tasks: Sequence[Task]
    ) -> list[list[batch.CfnJobDefinition.TaskContainerPropertiesProperty]]:
        """Return the containers of each task."""
        self._containers_of_tasks = [[each.name for each in task.containers] for task in tasks]
        all_of_them = [
            (task, *pair) for task in tasks for pair in zip(task.containers, task.inner, strict=True)
        ]
        # Log drivers come before the images, since they may need the execution role, which then pulls the images.
        log_configurations = [self._log_configuration(each, task.name) for task, each, _ in all_of_them]
        for _, each, _ in all_of_them:
            if each.firelens is not None and each.firelens.config_object is not None:
                _let_read(self._ensure_execution_role(), each.firelens.config_object)
        images = self._resolve_images([inner for _, _, inner in all_of_them])
        if self._execution_role is not None:
            for _, _, inner in all_of_them:
                for secret in (inner.secrets or {}).values():
                    grant_secret(secret, self._execution_role)
        rendered = iter(
            [
                _task_container(each, image, inner.resources, task.volumes, log_configuration)
                for (task, each, inner), image, log_configuration in zip(
                    all_of_them, images, log_configurations, strict=True
                )
            ]
        )
        return [list(islice(rendered, len(task.containers))) for task in tasks]

    def _log_configuration(
        self, container: TaskContainer, task: str
    ) -> batch.CfnJobDefinition.LogConfigurationProperty:
        logging = container.logging
        if logging is None:
            return self._logging.log_configuration
        if isinstance(logging, AwsLogs):
            if self._log_group is None:
                self._log_group = logs.LogGroup(self, "LogGroup", retention=self._log_retention)
                if self._execution_role is not None:
                    self._log_group.grant_write(self._execution_role)
            return self._resolve_logging(logging).log_configuration
        # The names of a driver's log group are unique only inside one scope.
        scope = Construct(self, f"{task}{container.name}Logging")
        resolved = resolve_logging(scope, logging, log_group_name="", role=self._execution_role)
        if resolved.secrets and self._execution_role is None:
            resolved = resolve_logging(scope, logging, log_group_name="", role=self._ensure_execution_role())
        return resolved.log_configuration


class TaskJobDefinition(TasksJobDefinition):
    """A definition of single-node jobs with one or more containers in one task."""

    _job_role_members = ("EcsProperties.TaskProperties.0.TaskRoleArn",)

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        containers: Sequence[TaskContainer],
        settings: DefinitionSettings,
        platform: Platform,
        problems: Problems,
        ipc_mode: IpcMode | None,
        pid_mode: PidMode | None,
        enable_execute_command: bool | None,
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
        check_dependencies(problems, containers)
        check_execute_command(problems, containers, enabled=enable_execute_command)
        check_firelens(problems, containers, logging)
        settings.check(problems)
        check_logging(problems, logging, log_group)
        problems.raise_if_any()
        task = task_of(containers, enable_execute_command=enable_execute_command)
        super().__init__(
            scope,
            id,
            job_role=job_role,
            execution_role=execution_role,
            needs_execution_role=platform.needs_execution_role
            or any(each.needs_execution_role for each in task.inner),
            logging=logging,
            log_group=log_group,
            log_retention=log_retention,
        )
        self._log_retention = log_retention
        [rendered] = self._render_tasks([task])
        role = self._execution_role
        properties = struct(
            _L1.EcsTaskPropertiesProperty,
            containers=rendered,
            volumes=task.volumes.properties,
            execution_role_arn=None if role is None else role.role_arn,
            task_role_arn=None if self._job_role is None else self._job_role.role_arn,
            ipc_mode=None if ipc_mode is None else ipc_mode.value,
            pid_mode=None if pid_mode is None else pid_mode.value,
            enable_execute_command=enable_execute_command,
            network_configuration=platform.network_configuration,
            platform_version=getattr(platform.fargate_platform_configuration, "platform_version", None),
            runtime_platform=platform.runtime_platform,
            ephemeral_storage=platform.ephemeral_storage,
        )
        self.cfn = settings.define(
            self,
            type="container",
            platform_capability=platform.capability,
            ecs_properties=_L1.EcsPropertiesProperty(task_properties=[properties]),
        )
        self._finish(task.inner, settings)

    @classmethod
    def _arguments_of(cls, properties: Mapping[str, Any], references: Construct) -> dict[str, Any]:
        settings = super()._arguments_of(properties, references)
        [task] = properties["EcsProperties"]["TaskProperties"]
        return {
            **settings,
            **role_arguments(task, task["Containers"], references),
            **task_arguments_of(task),
        }


def task_arguments_of(task: Mapping[str, Any]) -> dict[str, Any]:
    """Return the keyword arguments for the properties of a task on any platform."""
    return {
        "containers": [
            _container(each, f"container-{index}") for index, each in enumerate(task["Containers"])
        ],
        "ipc_mode": word(IpcMode, task.get("IpcMode")),
        "pid_mode": word(PidMode, task.get("PidMode")),
    }


def _container(container: Mapping[str, Any], name: str) -> TaskContainer:
    return TaskContainer(
        name=container.get("Name", name),
        essential=container.get("Essential", True),
        depends_on={
            each["ContainerName"]: condition
            for each in container.get("DependsOn", ())
            if "ContainerName" in each and (condition := word(DependencyCondition, each.get("Condition")))
        },
        privileged=container.get("Privileged"),
        **container_arguments(container),
        **amounts(container),
    )


def _task_container(
    container: TaskContainer,
    image: ResolvedImage,
    resources: Mapping[str, str],
    volumes: Volumes,
    log_configuration: batch.CfnJobDefinition.LogConfigurationProperty,
) -> batch.CfnJobDefinition.TaskContainerPropertiesProperty:
    address, credentials = image
    return struct(
        _L1.TaskContainerPropertiesProperty,
        name=container.name,
        image=address,
        repository_credentials=None
        if credentials is None
        else _L1.RepositoryCredentialsProperty(credentials_parameter=credentials),
        command=list(container.command) if container.command else None,
        environment=environment_properties(container.environment),
        secrets=secret_properties(container.secrets),
        resource_requirements=[
            _L1.ResourceRequirementProperty(type=kind, value=value) for kind, value in resources.items()
        ],
        essential=container.essential,
        depends_on=[
            _L1.TaskContainerDependencyProperty(container_name=name, condition=condition.value)
            for name, condition in (container.depends_on or {}).items()
        ]
        or None,
        start_timeout=seconds(container.start_timeout),
        stop_timeout=seconds(container.stop_timeout),
        firelens_configuration=None
        if container.firelens is None
        else _L1.FirelensConfigurationProperty(
            type=container.firelens.type.value, options=container.firelens.options or None
        ),
        log_configuration=log_configuration,
        mount_points=volumes.task_mount_points(container.mounts),
        linux_parameters=linux_parameters_property(container.linux_parameters),
        ulimits=ulimit_properties(container.ulimits),
        user=container.user,
        privileged=container.privileged,
        readonly_root_filesystem=container.readonly_root_filesystem,
    )


def _let_read(role: iam.IRole, object_arn: str) -> None:
    """Let the execution role read the router's configuration in S3, and get the Region of its bucket."""
    bucket = object_arn.partition("/")[0] if known(object_arn) else Fn.select(0, Fn.split("/", object_arn))
    iam.Grant.add_to_principal(grantee=role, actions=["s3:GetObject"], resource_arns=[object_arn])
    iam.Grant.add_to_principal(grantee=role, actions=["s3:GetBucketLocation"], resource_arns=[bucket])
