"""Jobs on Windows, which run only on Fargate."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from batch_constructs.assembly.checks import Finding, Severity, misspelt, rule
from batch_constructs.assembly.template import is_known
from batch_constructs.assembly.template.resources import JobContainer
from batch_constructs.facts.vocabulary import WINDOWS_REFUSED, CpuArchitecture, OperatingSystemFamily, word_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from batch_constructs.assembly.template.resources import Container, EcsTask, JobDefinition
    from batch_constructs.assembly.template.resources.containers import RuntimePlatform, Volume
    from batch_constructs.assembly.template.resources.submissions import Submission

CHAPTER = "Job Definition Parameters"

ERROR, WARNING = Severity.ERROR, Severity.WARNING
# A version of Windows Server that is newer than the API's list.
_LATER_WINDOWS = re.compile(r"WINDOWS_SERVER_20[0-9]{2}_(CORE|FULL)")


@rule(
    "WIN-01",
    severity=ERROR,
    remedy="leave out settings for Linux only: LinuxParameters, Privileged, ReadonlyRootFilesystem, Ulimits, User and EFS",
)
def windows_has_no_linux_features(job: JobContainer | EcsTask) -> Iterator[Finding]:
    """A container on Windows cannot have settings for Linux, such as ulimits, a user, privileges or an EFS volume."""
    if not _windows(job.runtime_platform):
        return
    containers: Sequence[Container] = (job,) if isinstance(job, JobContainer) else job.containers
    for container in containers:
        for name in _linux_members(container):
            yield Finding(container, f"containers on Windows cannot have {name}, got one", at=name)
    for volume in job.volumes:
        yield from _efs_on_windows(volume)


def _linux_members(container: Container) -> Iterator[str]:
    """Yield the members of the container, by CloudFormation name, that Windows does not support."""
    for word in WINDOWS_REFUSED:
        name = word[:1].upper() + word[1:]
        value = container.raw(name) if container.gives(name) else None
        # False, an empty list and an empty structure have no effect; aws-cdk-lib writes them itself.
        asks = not (value is False or value in ("false", [], {})) if is_known(value) else value is not None
        if asks:
            yield name


def _efs_on_windows(volume: Volume) -> Iterator[Finding]:
    if volume.efs.present:
        yield Finding(
            volume, "containers on Windows cannot have EFS volumes, got one", at="EfsVolumeConfiguration"
        )


def _windows(platform: RuntimePlatform) -> bool:
    family = platform.operating_system_family
    return is_known(family) and family.startswith("WINDOWS")


@rule("WIN-02", severity=ERROR, remedy="choose LINUX or one of the Windows families")
def operating_system_family(platform: RuntimePlatform) -> Iterator[Finding]:
    """OperatingSystemFamily must be LINUX or a Windows Server of 2019 or 2022, core or full."""
    family = platform.operating_system_family
    later = is_known(family) and _LATER_WINDOWS.fullmatch(family) is not None
    for finding in misspelt(OperatingSystemFamily, platform, "OperatingSystemFamily", family):
        yield Finding(finding.where, finding.message, at=finding.at, severity=WARNING if later else ERROR)


@rule("WIN-03", severity=ERROR, remedy="choose X86_64 on Windows, X86_64 or ARM64 on Linux")
def windows_runs_on_x86_64(platform: RuntimePlatform) -> Iterator[Finding]:
    """CpuArchitecture must be X86_64 or ARM64, on Windows X86_64."""
    architecture = platform.cpu_architecture
    yield from misspelt(CpuArchitecture, platform, "CpuArchitecture", architecture)
    if (
        _windows(platform)
        and is_known(architecture)
        and word_of(CpuArchitecture, architecture) is CpuArchitecture.ARM64
    ):
        message = "CpuArchitecture must be X86_64 on Windows, got ARM64"
        yield Finding(platform, message, at="CpuArchitecture")


@rule(
    "WIN-04",
    severity=ERROR,
    remedy="add an environment of type FARGATE to the queue",
    prevents="a job that blocks the queue: Fargate Spot does not support Windows",
)
def windows_is_not_on_fargate_spot(submission: Submission) -> Iterator[Finding]:
    """A job on Windows must be submitted to a queue with a Fargate environment that is not Spot."""
    definition, queue = submission.definition, submission.queue
    if definition is None or queue is None or not any(map(_windows, _platforms(definition))):
        return
    kinds = [environment.compute_resources.type for environment in queue.environments]
    if (
        kinds
        and queue.sees_all_environments
        and all(is_known(kind) and kind == "FARGATE_SPOT" for kind in kinds)
    ):
        message = (
            f"{definition.label} runs on Windows, and {queue.label} has only environments on Fargate Spot"
        )
        yield Finding(submission, message)


def _platforms(definition: JobDefinition) -> Iterator[RuntimePlatform]:
    yield definition.container_properties.runtime_platform
    for task in definition.ecs_properties.task_properties:
        yield task.runtime_platform
