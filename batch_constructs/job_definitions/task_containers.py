"""The containers of one task: what each runs, and how they wait for each other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from batch_constructs._border.arguments import checked
from batch_constructs._border.problems import Problems, did_you_mean
from batch_constructs._border.tokens import known, mebibytes, seconds
from batch_constructs.facts import limits
from batch_constructs.facts.vocabulary import DependencyCondition, FirelensType
from batch_constructs.job_definitions.container import Container, requirements
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
    """Makes a container the log router of its task; the others send it their output with ``ecs.LogDrivers.firelens``.

    Guide: Job Definition Parameters (newer than its table of contents).

    Attributes:
        type: Which router the image holds. By default Fluent Bit.
        enable_ecs_log_metadata: Whether messages tell their cluster, task and container. By default AWS says yes.
        config_file: More configuration: the ARN of an object in S3, which the execution role may then read, or a path
            in the container. Fargate takes paths only. By default none.

    Raises:
        ValueError: a configuration file that is neither.
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
        """The ARN of the configuration file, where it is in S3. A token is taken for one."""
        file = self.config_file
        if file is None or (known(file) and (not file.startswith("arn:") or ":s3:::" not in file)):
            return None
        return file

    @property
    def options(self) -> dict[str, str]:
        """As the router takes them."""
        found = {}
        if self.enable_ecs_log_metadata is not None:
            found["enable-ecs-log-metadata"] = "true" if self.enable_ecs_log_metadata else "false"
        if self.config_file is not None:
            found["config-file-type"] = "file" if self.config_object is None else "s3"
            found["config-file-value"] = self.config_file
        return found


@checked
@dataclass(frozen=True, slots=True, kw_only=True)
class TaskContainer:
    """One of the containers of a job.

    Guide: Job Definition Parameters (ecsProperties; newer than its table of contents).

    Attributes:
        name: What dependencies and the overrides of a submission call it; each in a job has a name of its own.
        image: An address such as ``"busybox:1.36"``, or a container image of the CDK.
        vcpus: vCPUs of this container: whole ones on instances, at least 1; on Fargate those of all containers
            together are a size that it sells.
        memory: Memory of this container, at least 4 MiB; if it uses more, it is killed.
        gpus: NVIDIA GPUs that it has for itself, at least 1; not on Fargate. By default none.
        command: What it runs; ``Ref::name`` stands for a parameter. By default what the image says.
        environment: Variables. Names that begin with ``AWS_BATCH`` belong to AWS Batch. By default none.
        secrets: Variables whose values are read at the start of each job; the right to read them is granted. By
            default none.
        essential: Whether its end ends the job. At least one container must be. By default yes.
        depends_on: What other containers must have done before it starts, by their names: ``START``ed, ended
            (``COMPLETE``) or ended with exit code 0 (``SUCCESS``). The last two not of an essential one, whose end is
            the end of all. By default it waits for none.
        start_timeout: How long it waits for the others before the job fails, at least 2 seconds, on Fargate at most
            120. By default ECS decides.
        stop_timeout: How long it may take to end when asked to, 2 seconds or more, on Fargate at most 120. By default
            30 seconds.
        firelens: Makes it the log router of the job. By default it is none.
        logging: How its output is written, as `AwsLogs`, or a log driver of the CDK such as
            ``ecs.LogDrivers.firelens(…)``. By default as the definition says.
        mounts: Volumes by the path at which it sees them. The same object in several containers is one volume, by
            which they hand files to each other: ``Host()`` is an empty one. By default none.
        linux_parameters: Init process, shared memory, tmpfs, devices and swap; Fargate knows the first one only. By
            default none.
        ulimits: Limits of the kernel, such as open files. By default those of Docker.
        repository_credentials: The secret with which a private registry lets in, where ``image`` is an address. By
            default none.
        user: Name or id inside the container. By default what the image says.
        privileged: Root-like power on the instance; not on Fargate. By default no.
        readonly_root_filesystem: Whether it can write to volumes only. By default no.

    Raises:
        ValueError: arguments that AWS would refuse on every platform, all of them in one message.
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
            self.name != "", "name must not be empty: overrides and dependencies call the container by it"
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
    """What it has in common with the only container of a job."""
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
    """Note containers whose root the agent of ECS Exec cannot write to."""
    fixed = [each.name for each in containers if each.readonly_root_filesystem]
    problems.check(
        not enabled or not fixed,
        "enable_execute_command needs writable root file systems, its agent writes to them, got "
        f"readonly_root_filesystem=True of {', '.join(map(repr, fixed))}: leave one of the two out",
    )


def check_firelens(
    problems: Problems, containers: Sequence[TaskContainer], logging: AwsLogs | ecs.LogDriver | None
) -> None:
    """Note a log router that nobody sends to, senders without a router, and a router that sends to itself.

    Args:
        problems: Where to note it.
        containers: Those of one task.
        logging: Of the definition: how containers write that do not say it.
    """
    drivers = {each.name: driver_of(logging if each.logging is None else each.logging) for each in containers}
    senders = [name for name, driver in drivers.items() if driver == FIRELENS_DRIVER]
    routers = [each.name for each in containers if each.firelens is not None]
    problems.check(
        len(routers) <= 1, f"a job takes one log router, got firelens of {', '.join(map(repr, routers))}"
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
    """Note containers of one task that do not add up: names, and who waits for whom."""
    problems.within("the length of containers", len(containers), limits.ECS_CONTAINERS)
    by_name = {each.name: each for each in containers}
    problems.check(
        len(by_name) == len(containers),
        "containers must have a name of their own each, got one of them twice",
    )
    problems.check(
        not containers or any(each.essential for each in containers),
        "at least one container must be essential: its end is the end of the job",
    )
    for each in containers:
        for name, condition in (each.depends_on or {}).items():
            if name not in by_name:
                known_names = did_you_mean(name, by_name)
                problems.add(
                    f"depends_on must name containers of the job, got {name!r} in {each.name!r}{known_names}"
                )
            elif condition != DependencyCondition.START and by_name[name].essential:
                problems.add(
                    f"depends_on must wait for START of an essential container, whose end ends the job, got "
                    f"{condition.value} of {name!r} in {each.name!r}: give it essential=False"
                )
    circle = _circle({each.name: list(each.depends_on or ()) for each in containers})
    problems.check(not circle, f"depends_on must not lead back to its container, got {' -> '.join(circle)}")


def _circle(graph: Mapping[str, Sequence[str]]) -> list[str]:
    """A way that leads back to its start, ends included; at most ten containers make it cheap to try all."""
    ways = [[name] for name in graph]
    for way in ways:
        for name in graph.get(way[-1], ()):
            if name == way[0]:
                return [*way, name]
            if name not in way:
                ways.append([*way, name])
    return []
