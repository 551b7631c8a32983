"""Log routers of tasks (FireLens), and shells in containers (ECS Exec)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch_constructs.assembly.checks import Finding, Severity, misspelt, rule
from batch_constructs.assembly.checks.job_definitions._parts import containers_of
from batch_constructs.assembly.template import is_known, is_none_of, is_one_of, literals
from batch_constructs.assembly.template.resources import JobDefinition
from batch_constructs.assembly.template.resources.containers import EcsTask
from batch_constructs.facts.tasks import FIRELENS_FILE_TYPES, FIRELENS_OPTIONS, may_be_root
from batch_constructs.facts.vocabulary import FirelensType

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from batch_constructs.assembly.template.resources import JobContainer, TaskContainer
    from batch_constructs.assembly.template.resources.containers import FirelensConfiguration

CHAPTER = "Job Definition Parameters"

ERROR, WARNING = Severity.ERROR, Severity.WARNING


@rule(
    "ECS-09",
    severity=ERROR,
    remedy="give one container of the task a FirelensConfiguration of type fluentbit or fluentd, and another one the "
    "log driver awsfirelens",
    prevents="jobs that fail before they start, because nothing receives their logs",
)
def logs_have_a_router(task: EcsTask) -> Iterator[Finding]:
    """A task must have both a container with the log driver awsfirelens and one with a FireLens configuration, or neither."""
    containers = task.containers
    for container in containers:
        yield from _router_problems(container.firelens_configuration)
    if containers.complete:
        yield from _idle_router(containers)
    if not containers.complete or any(not c.firelens_configuration.absent for c in containers):
        return
    for container in containers:
        if is_one_of(container.log_configuration.log_driver, "AWSFIRELENS"):
            message = "awsfirelens needs a container with FirelensConfiguration in the task, got none"
            yield Finding(container, message, at="LogConfiguration.LogDriver")


def _idle_router(containers: Sequence[TaskContainer]) -> Iterator[Finding]:
    """Add a problem if no container sends logs to the router, which AWS Batch refuses."""
    logs = [container.log_configuration for container in containers]
    if all(each.absent or is_none_of(each.log_driver, "AWSFIRELENS") for each in logs):
        for container in containers:
            if container.firelens_configuration.present:
                message = "FirelensConfiguration needs a container whose log driver is awsfirelens, got none"
                yield Finding(container, message, at="FirelensConfiguration")


def _router_problems(router: FirelensConfiguration) -> Iterator[Finding]:
    yield from misspelt(FirelensType, router, "Type", router.type)
    options = router.options
    if not is_known(options):
        return
    for name in sorted(options.keys() - set(FIRELENS_OPTIONS)):
        message = f"Options of FireLens must be {', '.join(FIRELENS_OPTIONS)}, got {name!r}"
        yield Finding(router, message, at="Options", severity=WARNING)
    file_type = options.get("config-file-type")
    if literals([file_type]) and is_none_of(file_type, *FIRELENS_FILE_TYPES):
        message = f"config-file-type must be {' or '.join(FIRELENS_FILE_TYPES)}, got {file_type!r}"
        yield Finding(router, message, at="Options")


@rule(
    "ECS-29",
    chapter="Creating a Job Definition",
    severity=WARNING,
    remedy="give one container a FirelensConfiguration, the log driver awslogs, and no other user than root",
    prevents="logs that are lost, or a task that does not start",
)
def one_router_as_root(task: EcsTask) -> Iterator[Finding]:
    """A task should have one log router, which runs as root and does not send its own output to itself."""
    routers = [each for each in task.containers if each.firelens_configuration.present]
    for router in routers[1:]:
        message = f"a task can have one log router, got {len(routers)}"
        yield Finding(router, message, at="FirelensConfiguration")
    for router in routers:
        if is_one_of(router.log_configuration.log_driver, "AWSFIRELENS"):
            message = "a log router must not send its own output to itself, got LogDriver awsfirelens"
            yield Finding(router, message, at="LogConfiguration.LogDriver")
        if is_known(router.user) and not may_be_root(router.user):
            yield Finding(router, f"a log router must run as root, got User {router.user!r}", at="User")
        configuration = router.firelens_configuration
        file_type = configuration.options.get("config-file-type") if is_known(configuration.options) else None
        if isinstance(task.home, JobDefinition) and task.home.fargate and is_one_of(file_type, "s3"):
            message = "config-file-type must be file on Fargate, got s3"
            yield Finding(configuration, message, at="Options.config-file-type")


@rule(
    "ECS-30",
    chapter="Creating a Job Definition",
    severity=WARNING,
    remedy="give the job a role that allows ssmmessages, and leave out ReadonlyRootFilesystem",
    prevents="aws ecs execute-command fails: the agent of ECS Exec cannot start, or has no permissions",
)
def shells_can_open(owner: JobContainer | EcsTask) -> Iterator[Finding]:
    """A job with ECS Exec must have a role, and its containers a writable root file system."""
    if not is_one_of(owner.enable_execute_command, True):
        return
    role = "TaskRoleArn" if isinstance(owner, EcsTask) else "JobRoleArn"
    if owner.omits(role):
        yield Finding(owner, f"EnableExecuteCommand needs {role}, got none", at="EnableExecuteCommand")
    for container in containers_of(owner):
        if is_one_of(container.readonly_root_filesystem, True):
            message = (
                "EnableExecuteCommand needs a writable root file system, got ReadonlyRootFilesystem true"
            )
            yield Finding(container, message, at="ReadonlyRootFilesystem")
