"""Properties and checks of tasks on Fargate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from batch_constructs._border.arguments import checked
from batch_constructs._border.problems import Problems
from batch_constructs._border.spelling import given
from batch_constructs._border.tokens import known
from batch_constructs.facts import limits
from batch_constructs.facts.instance_types import Architecture
from batch_constructs.facts.tasks import PLATFORM_LOG_DRIVERS
from batch_constructs.facts.vocabulary import OperatingSystemFamily
from batch_constructs.job_definitions.container import Platform
from batch_constructs.job_definitions.fargate import fargate_members
from batch_constructs.job_definitions.fargate_checks import check_version
from batch_constructs.job_definitions.images import check_platform
from batch_constructs.job_definitions.linux_parameters import LinuxParameters
from batch_constructs.job_definitions.log_drivers import check_driver
from batch_constructs.job_definitions.mounts import check_mounts_on_fargate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk import Size

    from batch_constructs.job_definitions.task_containers import TaskContainer

__all__ = ["FargateTask", "check_task_on_fargate", "platform_of"]


@checked
@dataclass(frozen=True, slots=True, kw_only=True)
class FargateTask:
    """The Fargate settings of a job with several containers.

    Attributes:
        architecture: ``X86_64`` or ``ARM64``, as the images are built. By default AWS takes ``X86_64``.
        operating_system_family: Linux, or the Windows Server that the images are built for. By default Linux.
        assign_public_ip: Whether tasks get a public address. In public subnets they need one to pull their images.
            By default no.
        ephemeral_storage: Disk space, 21 to 200 GiB; it needs platform version 1.4.0. By default 20 GiB.
        platform_version: ``"LATEST"`` or a number such as ``"1.4.0"``. By default the latest.

    Raises:
        ValueError: arguments that AWS would refuse, all of them in one message.

    Guide: Job Definition Parameters (Fargate).
    """

    architecture: Architecture | None = None
    operating_system_family: OperatingSystemFamily | None = None
    assign_public_ip: bool = False
    ephemeral_storage: Size | None = None
    platform_version: str | None = None

    def __post_init__(self) -> None:
        problems = Problems()
        windows = self.operating_system_family not in {None, OperatingSystemFamily.LINUX}
        allowed = {None, Architecture.X86_64} if windows else {None, Architecture.X86_64, Architecture.ARM64}
        words = "X86_64 on Windows" if windows else "X86_64 or ARM64 on Fargate"
        problems.check(self.architecture in allowed, f"architecture must be {words}, got {self.architecture}")
        problems.within("ephemeral_storage", _gibibytes(self.ephemeral_storage), limits.EPHEMERAL_STORAGE_GIB)
        check_version(problems, self.platform_version, self.ephemeral_storage)
        problems.raise_if_any()


def platform_of(task: FargateTask) -> Platform:
    """Return the platform of a task on Fargate."""
    return Platform(
        capability="FARGATE",
        needs_execution_role=True,
        members={
            **fargate_members(
                architecture=task.architecture,
                operating_system_family=task.operating_system_family,
                assign_public_ip=task.assign_public_ip,
                storage_gib=_gibibytes(task.ephemeral_storage),
            ),
            **given(platformVersion=task.platform_version),
        },
    )


def check_task_on_fargate(problems: Problems, task: FargateTask, containers: Sequence[TaskContainer]) -> None:
    """Add a problem for containers that a task on Fargate cannot have, alone or together."""
    for container in containers:
        check_on_fargate(problems, task, container)
        check_platform(problems, container.image, [task.architecture or Architecture.X86_64])
        if container.logging is not None:
            name = f"logging of container {container.name!r}"
            check_driver(problems, name, container.logging, PLATFORM_LOG_DRIVERS, "Fargate")
    vcpus = [each.vcpus for each in containers]
    if task.operating_system_family not in {None, OperatingSystemFamily.LINUX} and known(vcpus):
        problems.within("the vcpus of all containers", sum(vcpus), limits.WINDOWS_VCPUS)


def check_on_fargate(problems: Problems, task: FargateTask, container: TaskContainer) -> None:
    """Add a problem for arguments of a container that Fargate does not support."""
    name = f"container {container.name!r}"
    for what, timeout in (
        ("start_timeout", container.start_timeout),
        ("stop_timeout", container.stop_timeout),
    ):
        if timeout is not None:
            problems.within(
                f"{what} of {name}", timeout.to_seconds(), limits.FARGATE_CONTAINER_TIMEOUT_SECONDS
            )
    linux = container.linux_parameters
    only_init = linux is None or linux == LinuxParameters(init_process_enabled=linux.init_process_enabled)
    given = {
        "gpus": container.gpus is not None,
        "privileged": bool(container.privileged),
        "linux_parameters other than init_process_enabled": not only_init,
    }
    router = container.firelens
    problems.check(
        router is None or not known(router.config_file) or router.config_object is None,
        f"config_file of {name} must be a path in the container on Fargate, got the ARN of an object",
    )
    found = [argument for argument, is_given in given.items() if is_given]
    problems.check(not found, f"{name} must be without {', '.join(found)} on Fargate: leave them out")
    check_mounts_on_fargate(problems, container.mounts, task.platform_version)


def _gibibytes(size: Size | None) -> float | None:
    return None if size is None else size.to_gibibytes()
