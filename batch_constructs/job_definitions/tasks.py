"""Definitions of jobs whose containers share an ECS task (``ecsProperties``)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, Any

from aws_cdk import Fn
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from constructs import Construct

from batch_constructs._border.spelling import given, pairs
from batch_constructs._border.tokens import known
from batch_constructs.job_definitions.ecs import EcsJobDefinition
from batch_constructs.job_definitions.log_drivers import AwsLogs, check_logging, resolve_logging
from batch_constructs.job_definitions.mounts import Volumes
from batch_constructs.job_definitions.secret_grants import grant_secret
from batch_constructs.job_definitions.task_containers import (
    check_dependencies,
    check_execute_command,
    check_firelens,
    container_of,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aws_cdk import aws_ecs as ecs

    from batch_constructs._border.problems import Problems
    from batch_constructs.facts.tasks import IpcMode, PidMode
    from batch_constructs.job_definitions.container import Container, Platform
    from batch_constructs.job_definitions.settings import DefinitionSettings
    from batch_constructs.job_definitions.task_containers import TaskContainer

__all__ = ["Task", "TaskJobDefinition", "TasksJobDefinition", "task_of"]


@dataclass(frozen=True, slots=True)
class Task:
    """Containers that start together on one host, with the volumes that they share."""

    containers: Sequence[TaskContainer]
    inner: Sequence[Container]
    """Each container in the form of a job's only container."""

    volumes: Volumes
    ipc_mode: IpcMode | None
    pid_mode: PidMode | None
    enable_execute_command: bool | None

    name: str = ""
    """The prefix of its helper constructs' names, if there are several tasks."""


def task_of(
    containers: Sequence[TaskContainer],
    *,
    ipc_mode: IpcMode | None,
    pid_mode: PidMode | None,
    enable_execute_command: bool | None,
    name: str = "",
) -> Task:
    """Return a task of these containers."""
    inner = [
        replace(container_of(each), enable_execute_command=enable_execute_command) for each in containers
    ]
    volumes = Volumes(*(each.mounts for each in containers))
    return Task(containers, inner, volumes, ipc_mode, pid_mode, enable_execute_command, name)


class TasksJobDefinition(EcsJobDefinition):
    """A definition of jobs with one task or, on several nodes, with a task for each kind of node."""

    _log_retention: logs.RetentionDays

    def _render_tasks(self, tasks: Sequence[Task]) -> list[dict[str, Any]]:
        """Return the members of each task that all platforms have."""
        containers = [
            (task, *pair) for task in tasks for pair in zip(task.containers, task.inner, strict=True)
        ]
        # Log drivers come before the images, since they may need the execution role, which then pulls the images.
        logging = [self._log_configuration(each, task.name) for task, each, _ in containers]
        for _, each, _ in containers:
            if each.firelens is not None and each.firelens.config_object is not None:
                _let_read(self._ensure_execution_role(), each.firelens.config_object)
        images = self._resolve_images([inner for _, _, inner in containers])
        if self._execution_role is not None:
            for _, _, inner in containers:
                for secret in (inner.secrets or {}).values():
                    grant_secret(secret, self._execution_role)
        rendered = iter(
            {**inner.members(image, task.volumes), **_of_task(each, log_configuration)}
            for (task, each, inner), image, log_configuration in zip(containers, images, logging, strict=True)
        )
        return [
            given(
                containers=list(islice(rendered, len(task.containers))),
                volumes=task.volumes.members,
                **self._roles("taskRoleArn"),
                ipcMode=task.ipc_mode,
                pidMode=task.pid_mode,
                enableExecuteCommand=task.enable_execute_command,
            )
            for task in tasks
        ]

    def _log_configuration(self, container: TaskContainer, task: str) -> dict[str, Any]:
        logging = container.logging
        if logging is None:
            return self._logging.members
        if isinstance(logging, AwsLogs):
            if self._log_group is None:
                self._log_group = logs.LogGroup(self, "LogGroup", retention=self._log_retention)
                if self._execution_role is not None:
                    self._log_group.grant_write(self._execution_role)
            return self._resolve_logging(logging).members
        # The names of a driver's log group are unique only inside one scope.
        scope = Construct(self, f"{task}{container.name}Logging")
        resolved = resolve_logging(scope, logging, log_group_name="", role=self._execution_role)
        if resolved.secrets and self._execution_role is None:
            resolved = resolve_logging(scope, logging, log_group_name="", role=self._ensure_execution_role())
        return resolved.members


class TaskJobDefinition(TasksJobDefinition):
    """A definition of single-node jobs with one or more containers in one task."""

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
        task = task_of(
            containers, ipc_mode=ipc_mode, pid_mode=pid_mode, enable_execute_command=enable_execute_command
        )
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
        self._make(
            {
                "type": "container",
                "platformCapabilities": [platform.capability],
                **settings.members,
                "ecsProperties": {"taskProperties": [{**rendered, **platform.members}]},
            }
        )
        self._connect(task.inner, settings)


def _of_task(container: TaskContainer, log_configuration: Mapping[str, Any]) -> dict[str, Any]:
    """Return the members that only a container of a task has."""
    return given(
        name=container.name,
        essential=container.essential,
        dependsOn=pairs(container.depends_on, "containerName", "condition"),
        startTimeout=container.start_timeout,
        stopTimeout=container.stop_timeout,
        firelensConfiguration=container.firelens,
        logConfiguration=log_configuration,
    )


def _let_read(role: iam.IRole, object_arn: str) -> None:
    """Let the execution role read the router's configuration in S3, and get the Region of its bucket."""
    bucket = object_arn.partition("/")[0] if known(object_arn) else Fn.select(0, Fn.split("/", object_arn))
    iam.Grant.add_to_principal(grantee=role, actions=["s3:GetObject"], resource_arns=[object_arn])
    iam.Grant.add_to_principal(grantee=role, actions=["s3:GetBucketLocation"], resource_arns=[bucket])
