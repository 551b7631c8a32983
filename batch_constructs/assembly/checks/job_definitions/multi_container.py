"""Jobs of several containers, which depend on each other and share one task."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch_constructs.assembly.checks import Finding, Severity, miscounted, misspelt, outside, rule
from batch_constructs.assembly.template import is_known, is_one_of
from batch_constructs.facts import limits
from batch_constructs.facts.tasks import IpcMode, PidMode
from batch_constructs.facts.vocabulary import DependencyCondition

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from batch_constructs.assembly.template.resources import EcsTask, JobDefinition, TaskContainer
    from batch_constructs.assembly.template.resources.containers import EcsProperties

CHAPTER = "Job Definition Parameters"

ERROR, WARNING = Severity.ERROR, Severity.WARNING


@rule("ECS-01", severity=ERROR, remedy="describe all containers in one task")
def one_task(properties: EcsProperties) -> Iterator[Finding]:
    """A job of several containers must have exactly one task."""
    yield from miscounted(limits.ECS_TASKS, properties, "TaskProperties", properties.task_properties)
    if properties.omits("TaskProperties"):
        yield Finding(properties, f"TaskProperties must have {limits.ECS_TASKS.words}, got none")


@rule("ECS-02", severity=ERROR, remedy="give the task 1 to 10 containers")
def number_of_containers(task: EcsTask) -> Iterator[Finding]:
    """A task must have 1 to 10 containers."""
    yield from miscounted(limits.ECS_CONTAINERS, task, "Containers", task.containers)
    if task.omits("Containers"):
        yield Finding(task, f"Containers must have {limits.ECS_CONTAINERS.words}, got none")


@rule(
    "ECS-03",
    severity=ERROR,
    remedy="leave out Essential in the container that ends the job",
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
    severity=ERROR,
    remedy="give each container a different name, and let DependsOn name other containers, without a circle",
    prevents="ClientException: the containers of a task depend on each other in a circle, or on one that is missing",
)
def dependencies_lead_to_containers(task: EcsTask) -> Iterator[Finding]:
    """Containers of a task must have different names, and DependsOn must name other containers, without a circle."""
    seen: set[str] = set()
    for container in task.containers:
        if is_one_of(container.name, ""):
            yield Finding(container, "the name of a container must not be empty, got ''", at="Name")
        elif is_known(container.name) and container.name in seen:
            message = f"each container must have a different name, got {container.name!r} twice"
            yield Finding(container, message, at="Name")
        seen |= {container.name} if is_known(container.name) else set()
    closed = task.containers.complete and all(is_known(container.name) for container in task.containers)
    graph: dict[str, list[str]] = {c.name: [] for c in task.containers if is_known(c.name)}
    for container in task.containers:
        for dependency in container.depends_on:
            name = dependency.container_name
            if is_known(name) and is_known(container.name) and name == container.name:
                message = f"a container cannot depend on itself, got {name!r}"
                yield Finding(dependency, message, at="ContainerName")
            elif is_known(name) and name not in seen and closed:
                message = f"DependsOn must name a container of the task, got {name!r}"
                yield Finding(dependency, message, at="ContainerName")
            elif is_known(name) and is_known(container.name):
                graph[container.name].append(name)
    if circle := _circle(graph):
        message = f"DependsOn must not form a circle, got {' -> '.join(circle)}"
        yield Finding(task, message, at="Containers")


def _circle(graph: Mapping[str, list[str]]) -> list[str] | None:
    """Return the first circle of names, with its start repeated at the end; ``None`` without a circle."""
    done: set[str] = set()
    for start in graph:
        path: list[str] = []
        branches = [iter([start])]
        while branches:
            name = next(branches[-1], None)
            if name is None:
                branches.pop()
                if path:
                    done.add(path.pop())
            elif name in path:
                return [*path[path.index(name) :], name]
            elif name not in done:
                path.append(name)
                branches.append(iter(graph.get(name, [])))
    return None


@rule(
    "ECS-05",
    severity=ERROR,
    remedy="wait for START, or give the other container Essential false: when an essential one ends, so does the task",
)
def condition_fits_essential_containers(task: EcsTask) -> Iterator[Finding]:
    """A container can wait for START of an essential container, and also for COMPLETE or SUCCESS of any other."""
    essential = {
        c.name: c for c in task.containers if is_known(c.name) and is_one_of(c.essential, True, None)
    }
    for container in task.containers:
        for dependency in container.depends_on:
            name, condition = dependency.container_name, dependency.condition
            yield from misspelt(DependencyCondition, dependency, "Condition", condition)
            if (
                is_known(name)
                and name in essential
                and is_one_of(condition, DependencyCondition.COMPLETE, DependencyCondition.SUCCESS)
            ):
                message = f"Condition must be START for an essential container, got {condition} of {name!r}"
                yield Finding(dependency, message, at="Condition")


@rule("ECS-06", severity=ERROR, remedy="give at least 2 seconds, on Fargate at most 120")
def timeouts_in_range(definition: JobDefinition) -> Iterator[Finding]:
    """The start and stop timeouts of a container must be at least 2 seconds, on Fargate at most 120."""
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


@rule("ECS-07", severity=ERROR, remedy="choose host, task or none; leave IpcMode out on Fargate")
def ipc_mode(definition: JobDefinition) -> Iterator[Finding]:
    """IpcMode must be host, task or none, and cannot be given on Fargate."""
    for task in _tasks(definition):
        yield from misspelt(IpcMode, task, "IpcMode", task.ipc_mode)
        if definition.fargate and is_known(task.ipc_mode):
            message = f"Fargate has no IpcMode, got {task.ipc_mode.lower()}"
            yield Finding(task, message, at="IpcMode")


@rule("ECS-08", severity=ERROR, remedy="choose host or task, or leave PidMode out")
def pid_mode(task: EcsTask) -> Iterator[Finding]:
    """PidMode must be host or task."""
    yield from misspelt(PidMode, task, "PidMode", task.pid_mode)
