"""Jobs of several containers, which depend on each other and share one task."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch_constructs.assembly.checks import Finding, Severity, miscounted, misspelt, outside, rule
from batch_constructs.assembly.template import is_none_of, is_one_of, known, literals
from batch_constructs.facts import limits
from batch_constructs.facts.tasks import FIRELENS_FILE_TYPES, FIRELENS_OPTIONS, IpcMode, PidMode
from batch_constructs.facts.vocabulary import DependencyCondition, FirelensType

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from batch_constructs.assembly.template.resources import EcsTask, JobDefinition, TaskContainer
    from batch_constructs.assembly.template.resources.containers import (
        EcsProperties,
        FirelensConfiguration,
    )

ERROR, WARNING = Severity.ERROR, Severity.WARNING
_CHAPTER = "Job Definition Parameters"


@rule("ECS-01", chapter=_CHAPTER, severity=ERROR, remedy="describe all containers in one task")
def one_task(properties: EcsProperties) -> Iterator[Finding]:
    """A job of several containers must have exactly one task."""
    yield from miscounted(limits.ECS_TASKS, properties, "TaskProperties", properties.task_properties)
    if properties.lacks("TaskProperties"):
        yield Finding(properties, f"TaskProperties must have {limits.ECS_TASKS.words}, got none")


@rule("ECS-02", chapter=_CHAPTER, severity=ERROR, remedy="give the task 1 to 10 containers")
def number_of_containers(task: EcsTask) -> Iterator[Finding]:
    """A task must have 1 to 10 containers."""
    yield from miscounted(limits.ECS_CONTAINERS, task, "Containers", task.containers)
    if task.lacks("Containers"):
        yield Finding(task, f"Containers must have {limits.ECS_CONTAINERS.words}, got none")


@rule(
    "ECS-03",
    chapter=_CHAPTER,
    severity=ERROR,
    remedy="leave out Essential in the container whose end is the end of the job",
    prevents="ClientException: a task must have at least one essential container",
)
def one_container_is_essential(task: EcsTask) -> Iterator[Finding]:
    """At least one container of a task must be essential."""
    containers = task.containers
    if containers and containers.complete and all(is_one_of(c.essential, False) for c in containers):
        yield Finding(
            task, "at least one container must be essential, got Essential false in all", at="Containers"
        )


@rule(
    "ECS-04",
    chapter=_CHAPTER,
    severity=ERROR,
    remedy="give each container a name of its own, and name in DependsOn another container that does not wait in turn",
    prevents="ClientException: the containers of a task depend on each other in a circle, or on one that is missing",
)
def dependencies_lead_to_containers(task: EcsTask) -> Iterator[Finding]:
    """Containers must have names of their own, and DependsOn must lead to other containers of the task, never in a circle."""
    seen: set[str] = set()
    for container in task.containers:
        if known(container.name) and container.name in seen:
            message = f"each container must have a name of its own, got {container.name!r} twice"
            yield Finding(container, message, at="Name")
        seen |= {container.name} if known(container.name) else set()
    closed = task.containers.complete and all(known(container.name) for container in task.containers)
    graph: dict[str, list[str]] = {c.name: [] for c in task.containers if known(c.name)}
    for container in task.containers:
        for dependency in container.depends_on:
            name = dependency.container_name
            if known(name) and known(container.name) and name == container.name:
                message = f"a container cannot depend on itself, got {name!r}"
                yield Finding(dependency, message, at="ContainerName")
            elif known(name) and name not in seen and closed:
                message = f"DependsOn must name a container of the task, got {name!r}"
                yield Finding(dependency, message, at="ContainerName")
            elif known(name) and known(container.name):
                graph[container.name].append(name)
    if circle := _circle(graph):
        message = f"DependsOn must not lead back to its container, got {' -> '.join(circle)}"
        yield Finding(task, message, at="Containers")


def _circle(graph: Mapping[str, list[str]]) -> list[str] | None:
    """The first way that leads back to its start, ends included."""
    done: set[str] = set()
    for start in graph:
        way: list[str] = []
        branches = [iter([start])]
        while branches:
            name = next(branches[-1], None)
            if name is None:
                branches.pop()
                if way:
                    done.add(way.pop())
            elif name in way:
                return [*way[way.index(name) :], name]
            elif name not in done:
                way.append(name)
                branches.append(iter(graph.get(name, [])))
    return None


@rule(
    "ECS-05",
    chapter=_CHAPTER,
    severity=ERROR,
    remedy="wait for START, or give the other container Essential false: the end of an essential one ends the task",
)
def nobody_waits_for_the_end_of_an_essential_container(task: EcsTask) -> Iterator[Finding]:
    """A container must wait for START, COMPLETE or SUCCESS of another one, for the last two only if that is not essential."""
    essential = {c.name: c for c in task.containers if known(c.name) and is_one_of(c.essential, True, None)}
    for container in task.containers:
        for dependency in container.depends_on:
            name, condition = dependency.container_name, dependency.condition
            yield from misspelt(DependencyCondition, dependency, "Condition", condition)
            if (
                known(name)
                and name in essential
                and is_one_of(condition, DependencyCondition.COMPLETE, DependencyCondition.SUCCESS)
            ):
                message = f"Condition must be START for an essential container, got {condition} of {name!r}"
                yield Finding(dependency, message, at="Condition")


@rule(
    "ECS-06",
    chapter=_CHAPTER,
    severity=ERROR,
    remedy="wait at least 2 seconds, on Fargate at most 120",
)
def timeouts_in_range(definition: JobDefinition) -> Iterator[Finding]:
    """The times in which a container starts and stops must be at least 2 seconds, on Fargate at most 120."""
    limit = (
        limits.FARGATE_CONTAINER_TIMEOUT_SECONDS if definition.fargate else limits.CONTAINER_TIMEOUT_SECONDS
    )
    for container in _task_containers(definition):
        yield from outside(limit, container, "StartTimeout", container.start_timeout)
        yield from outside(limit, container, "StopTimeout", container.stop_timeout)


def _tasks(definition: JobDefinition) -> Iterator[EcsTask]:
    yield from definition.ecs_properties.task_properties
    for node_range in definition.node_properties.node_range_properties:
        yield from node_range.ecs_properties.task_properties


def _task_containers(definition: JobDefinition) -> Iterator[TaskContainer]:
    for task in _tasks(definition):
        yield from task.containers


@rule(
    "ECS-07",
    chapter=_CHAPTER,
    severity=ERROR,
    remedy="choose host, task or none; leave IpcMode out on Fargate",
)
def ipc_mode(definition: JobDefinition) -> Iterator[Finding]:
    """IpcMode must be host, task or none, and cannot be given on Fargate."""
    for task in _tasks(definition):
        yield from misspelt(IpcMode, task, "IpcMode", task.ipc_mode)
        if definition.fargate and known(task.ipc_mode):
            message = f"Fargate has no IpcMode, got {task.ipc_mode.lower()}"
            yield Finding(task, message, at="IpcMode")


@rule("ECS-08", chapter=_CHAPTER, severity=ERROR, remedy="choose host or task, or leave PidMode out")
def pid_mode(task: EcsTask) -> Iterator[Finding]:
    """PidMode must be host or task."""
    yield from misspelt(PidMode, task, "PidMode", task.pid_mode)


@rule(
    "ECS-09",
    chapter=_CHAPTER,
    severity=ERROR,
    remedy="give one container of the task a FirelensConfiguration of type fluentbit or fluentd, and another one the "
    "log driver awsfirelens",
    prevents="jobs that fail before they start, because nothing takes their log",
)
def logs_have_a_router(task: EcsTask) -> Iterator[Finding]:
    """The log driver awsfirelens and a container with a FireLens configuration must come together, of type fluentbit or fluentd."""
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
    """AWS Batch refuses a log router to which no container sends."""
    logs = [container.log_configuration for container in containers]
    if all(each.absent or is_none_of(each.log_driver, "AWSFIRELENS") for each in logs):
        for container in containers:
            if container.firelens_configuration.present:
                message = "FirelensConfiguration needs a container whose log driver is awsfirelens, got none"
                yield Finding(container, message, at="FirelensConfiguration")


def _router_problems(router: FirelensConfiguration) -> Iterator[Finding]:
    yield from misspelt(FirelensType, router, "Type", router.type)
    options = router.options
    if not known(options):
        return
    for name in sorted(options.keys() - set(FIRELENS_OPTIONS)):
        message = f"Options of FireLens are {', '.join(FIRELENS_OPTIONS)}, got {name!r}"
        yield Finding(router, message, at="Options", severity=WARNING)
    file_type = options.get("config-file-type")
    if literals([file_type]) and is_none_of(file_type, *FIRELENS_FILE_TYPES):
        message = f"config-file-type must be {' or '.join(FIRELENS_FILE_TYPES)}, got {file_type!r}"
        yield Finding(router, message, at="Options")
