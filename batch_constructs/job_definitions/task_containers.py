"""The containers of one task, and their dependencies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from batch_constructs._border.arguments import checked
from batch_constructs._border.problems import Problems, did_you_mean
from batch_constructs._border.spelling import given
from batch_constructs._border.tokens import known, mebibytes, seconds
from batch_constructs.facts import limits
from batch_constructs.facts.tasks import may_be_root
from batch_constructs.facts.vocabulary import DependencyCondition, FirelensType
from batch_constructs.job_definitions.amounts import requirements
from batch_constructs.job_definitions.container import Container
from batch_constructs.job_definitions.log_drivers import FIRELENS_DRIVER, check_logging, driver_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aws_cdk import Duration, Size
    from aws_cdk import aws_batch as batch
    from aws_cdk import aws_ecs as ecs
    from aws_cdk import aws_secretsmanager as secretsmanager
    from jsii import Number

    from batch_constructs.job_definitions.linux_parameters import LinuxParameters, Ulimit
    from batch_constructs.job_definitions.log_drivers import AwsLogs
    from batch_constructs.job_definitions.volumes import Mount

__all__ = [
    "DependencyCondition",
    "FireLens",
    "FirelensType",
    "TaskContainer",
    "check_dependencies",
    "check_execute_command",
    "check_firelens",
    "container_of",
]


@checked
@dataclass(frozen=True, slots=True, kw_only=True)
class FireLens:
    """Settings of the log router of a task; the other containers send to it with ``ecs.LogDrivers.firelens``.

    Attributes:
        type: The router in the image. By default Fluent Bit.
        enable_ecs_log_metadata: Whether messages contain their cluster, task and container. By default AWS says yes.
        config_file: More configuration: the ARN of an object in S3, which the execution role may then read, or a path
            in the container. Fargate takes paths only. By default none.

    Raises:
        ValueError: the configuration file is neither.

    Guide: Job Definition Parameters (newer than its table of contents).
    """

    type: FirelensType = FirelensType.FLUENTBIT
    enable_ecs_log_metadata: bool | None = None
    config_file: str | None = None

    def __post_init__(self) -> None:
        file = self.config_file
        if file is not None and known(file) and not file.startswith("/") and not self.config_object:
            raise ValueError(
                "config_file must be the ARN of an object in S3, such as arn:aws:s3:::bucket/fluent.conf, "
                f"or a path in the container, such as /fluent.conf, got {file!r}"
            )

    @property
    def config_object(self) -> str | None:
        """The ARN of the configuration file, if it is in S3. A token is assumed to be one."""
        file = self.config_file
        if file is None or (known(file) and (not file.startswith("arn:") or ":s3:::" not in file)):
            return None
        return file

    @property
    def options(self) -> dict[str, str]:
        """The options of the router."""
        found = {}
        if self.enable_ecs_log_metadata is not None:
            found["enable-ecs-log-metadata"] = "true" if self.enable_ecs_log_metadata else "false"
        if self.config_file is not None:
            found["config-file-type"] = "file" if self.config_object is None else "s3"
            found["config-file-value"] = self.config_file
        return found

    def _members(self) -> dict[str, Any]:
        return given(type=self.type, options=self.options)


@checked
@dataclass(frozen=True, slots=True, kw_only=True)
class TaskContainer:
    """One of the containers of a job.

    Attributes:
        name: Its name in dependencies and in overrides of a submission; unique in the job.
        image: An address such as ``"busybox:1.36"``, or a container image of the CDK.
        vcpus: vCPUs of this container: whole ones on instances, at least 1; on Fargate the vCPUs of all containers
            together must be a size that it offers.
        memory: Memory of this container, at least 4 MiB; if it uses more, it is killed.
        gpus: NVIDIA GPUs for the container alone, at least 1; not on Fargate. By default none.
        command: The command of the container; ``Ref::name`` is the placeholder of a parameter. By default that of the
            image.
        environment: Variables. Names that begin with ``AWS_BATCH`` belong to AWS Batch. By default none.
        secrets: Variables whose values are read at the start of each job; the right to read them is granted. By
            default none.
        essential: Whether its end ends the job. At least one container must be. By default yes.
        depends_on: The containers that it waits for, by their names: until they have started (``START``), ended
            (``COMPLETE``) or ended with exit code 0 (``SUCCESS``). For an essential one only ``START`` is possible,
            since its end is the end of all. By default none.
        start_timeout: How long it waits for the others before the job fails, at least 2 seconds, on Fargate at most
            120. By default ECS decides.
        stop_timeout: How long it may take to end when asked to, 2 seconds or more, on Fargate at most 120. By default
            30 seconds.
        firelens: Makes it the log router of the job. By default it is not.
        logging: Options for the log group, as `AwsLogs`, or a log driver of the CDK such as
            ``ecs.LogDrivers.firelens(…)``. By default that of the definition.
        mounts: Volumes by their path in the container. The same object in several containers is one volume, by which
            they share files: ``Host()`` is an empty one. By default none.
        linux_parameters: Init process, shared memory, tmpfs, devices and swap; Fargate has the init process only. By
            default none.
        ulimits: Limits of the kernel, such as open files. By default those of Docker.
        repository_credentials: The secret with the credentials of a private registry, if ``image`` is an address. By
            default none.
        user: The user in the container, by name or id. By default that of the image.
        privileged: Whether the container has root-like rights on the instance; not on Fargate. By default no.
        readonly_root_filesystem: Whether it can write to volumes only. By default no.

    Raises:
        ValueError: arguments that AWS would refuse on every platform, all of them in one message.

    Guide: Job Definition Parameters (ecsProperties; newer than its table of contents).
    """

    name: str
    image: str | ecs.ContainerImage
    vcpus: Number
    memory: Size
    gpus: Number | None = None
    command: Sequence[str] | None = None
    environment: Mapping[str, str] | None = None
    secrets: Mapping[str, batch.Secret] | None = None
    essential: bool = True
    depends_on: Mapping[str, DependencyCondition] | None = None
    start_timeout: Duration | None = None
    stop_timeout: Duration | None = None
    firelens: FireLens | None = None
    logging: AwsLogs | ecs.LogDriver | None = None
    mounts: Mapping[str, Mount] | None = None
    linux_parameters: LinuxParameters | None = None
    ulimits: Sequence[Ulimit] = ()
    repository_credentials: secretsmanager.ISecret | None = None
    user: str | None = None
    privileged: bool | None = None
    readonly_root_filesystem: bool | None = None

    def __post_init__(self) -> None:
        problems = Problems()
        problems.check(
            self.name != "", "name must not be empty: overrides and dependencies refer to the container by it"
        )
        problems.check(
            self.name not in (self.depends_on or {}),
            f"depends_on must name other containers, got {self.name!r} in itself",
        )
        for name, timeout in (("start_timeout", self.start_timeout), ("stop_timeout", self.stop_timeout)):
            problems.within(name, seconds(timeout), limits.CONTAINER_TIMEOUT_SECONDS)
        problems.within("memory", mebibytes(self.memory), limits.EC2_MEMORY_MIB)
        problems.within("gpus", self.gpus, limits.GPUS)
        check_logging(problems, self.logging, None)
        container_of(self).check(problems)
        problems.raise_if_any()


def container_of(each: TaskContainer) -> Container:
    """Return the container with the arguments that it shares with the only container of a job."""
    return Container(
        image=each.image,
        command=each.command,
        environment=each.environment,
        secrets=each.secrets,
        user=each.user,
        privileged=each.privileged,
        readonly_root_filesystem=each.readonly_root_filesystem,
        mounts=each.mounts,
        linux_parameters=each.linux_parameters,
        ulimits=each.ulimits,
        repository_credentials=each.repository_credentials,
        resources=requirements(vcpus=each.vcpus, memory_mib=mebibytes(each.memory), gpus=each.gpus),
    )


def check_execute_command(
    problems: Problems, containers: Sequence[TaskContainer], *, enabled: bool | None
) -> None:
    """Add a problem for containers with a read-only root, to which the agent of ECS Exec cannot write."""
    fixed = [each.name for each in containers if each.readonly_root_filesystem]
    problems.check(
        not enabled or not fixed,
        "enable_execute_command needs writable root file systems, since its agent writes to them, got "
        f"readonly_root_filesystem=True of {', '.join(map(repr, fixed))}: leave one of the two out",
    )


def check_firelens(
    problems: Problems, containers: Sequence[TaskContainer], logging: AwsLogs | ecs.LogDriver | None
) -> None:
    """Add a problem for a log router without senders, of another user than root, or that sends to itself, and the like.

    Args:
        problems: Where to add it.
        containers: The containers of one task.
        logging: The log driver of the definition, for containers without one.
    """
    drivers = {each.name: driver_of(logging if each.logging is None else each.logging) for each in containers}
    senders = [name for name, driver in drivers.items() if driver == FIRELENS_DRIVER]
    routers = [each.name for each in containers if each.firelens is not None]
    problems.check(
        len(routers) <= 1, f"a job takes one log router, got firelens of {', '.join(map(repr, routers))}"
    )
    users = [each for each in containers if each.firelens is not None and each.user is not None]
    other = [each.name for each in users if known(each.user) and not may_be_root(str(each.user))]
    problems.check(
        not other,
        f"a log router must run as root, which FireLens requires, got another user of {', '.join(map(repr, other))}: leave "
        "user out",
    )
    itself = [name for name in routers if name in senders]
    problems.check(
        not itself,
        f"a log router must not send its own output to itself, got awsfirelens of {', '.join(map(repr, itself))}: "
        "give it logging=AwsLogs()",
    )
    problems.check(
        not routers or bool(senders) or None in drivers.values(),
        f"firelens of {', '.join(map(repr, routers))} needs a container that sends to it, got none: give another one "
        "logging=ecs.LogDrivers.firelens(…)",
    )
    problems.check(
        not senders or bool(routers),
        f"logging with awsfirelens needs a log router in the job, got none for {', '.join(map(repr, senders))}: give "
        "one more container firelens=FireLens()",
    )


def check_dependencies(problems: Problems, containers: Sequence[TaskContainer]) -> None:
    """Add a problem for containers of one task whose names or dependencies do not add up."""
    problems.within("the length of containers", len(containers), limits.ECS_CONTAINERS)
    by_name = {each.name: each for each in containers}
    problems.check(
        len(by_name) == len(containers),
        "each container must have its own name, got one of them twice",
    )
    problems.check(
        not containers or any(each.essential for each in containers),
        "at least one container must be essential: its end is the end of the job",
    )
    for each in containers:
        for name, condition in (each.depends_on or {}).items():
            if name not in by_name:
                suggestion = did_you_mean(name, by_name)
                problems.add(
                    f"depends_on must name containers of the job, got {name!r} in {each.name!r}{suggestion}"
                )
            elif condition != DependencyCondition.START and by_name[name].essential:
                problems.add(
                    f"depends_on must wait for START of an essential container, whose end ends the job, got "
                    f"{condition.value} of {name!r} in {each.name!r}: give it essential=False"
                )
    circle = _circle({each.name: list(each.depends_on or ()) for each in containers})
    problems.check(not circle, f"depends_on must not lead back to its container, got {' -> '.join(circle)}")


def _circle(graph: Mapping[str, Sequence[str]]) -> list[str]:
    """Return a path that leads back to its start, both ends included; with ten containers all paths can be tried."""
    ways = [[name] for name in graph]
    for way in ways:
        for name in graph.get(way[-1], ()):
            if name == way[0]:
                return [*way, name]
            if name not in way:
                ways.append([*way, name])
    return []
