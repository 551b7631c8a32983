"""Container images for a certain processor architecture: those that the CDK builds, and Docker Hub's own for one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from batch_constructs.assembly.checks import Finding, Severity, rule
from batch_constructs.assembly.fit.hosts import containers_of, hosts_behind, pod_containers_of
from batch_constructs.assembly.fit.misfits import kind_of_jobs
from batch_constructs.assembly.template import PartialText, is_known
from batch_constructs.assembly.template.resources import JobQueue
from batch_constructs.facts import instance_types
from batch_constructs.facts.instance_types import Architecture

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_constructs.assembly.template import BatchModel, Unknown
    from batch_constructs.assembly.template.resources import Container, JobDefinition, PodContainer

CHAPTER = "Job Definition Parameters"

_PLATFORMS = {
    "linux/amd64": Architecture.X86_64,
    "linux/arm64": Architecture.ARM64,
    "linux/arm64/v8": Architecture.ARM64,
}
# Docker's official images for one architecture: https://github.com/docker-library/official-images (2026).
_OF_ONE = re.compile(r"(?:docker\.io/)?(arm64v8|amd64)/[^/]+\Z")
_OFFICIAL = {"arm64v8": Architecture.ARM64, "amd64": Architecture.X86_64}


@rule(
    "FIT-06",
    severity=Severity.ERROR,
    remedy="build the image for the architecture of the hosts (platform= of the asset), or choose other instance types",
    prevents="exec format error: the container's program is for another processor",
)
def images_are_for_the_hosts(definition: JobDefinition, batch: BatchModel) -> Iterator[Finding]:
    """An image must be for the processor architecture of the hosts, if the CDK builds it or Docker names it for one."""
    containers: tuple[Container | PodContainer, ...] = (
        *containers_of(definition),
        *pod_containers_of(definition),
    )
    for container in containers:
        built = _built_for(container.image, definition.stack.image_platforms)
        if built is None:
            continue
        severity, hosts = _hosts(definition, batch)
        if hosts and built not in hosts:
            words = " and ".join(sorted(hosts))
            message = f"the image is for {built}, and the hosts of {definition.label} are {words}"
            yield Finding(container, message, at="Image", severity=severity)


def _built_for(image: str | Unknown | None, platforms: dict[str, str]) -> Architecture | None:
    """Return the architecture of an image, if it is certain."""
    if is_known(image) and (official := _OF_ONE.match(image)):
        return _OFFICIAL[official[1]]
    end = image.suffix if isinstance(image, PartialText) else image
    tag = end.rpartition(":")[2] if is_known(end) else ""
    return _PLATFORMS.get(platforms.get(tag, ""))


def _hosts(definition: JobDefinition, batch: BatchModel) -> tuple[Severity, frozenset[Architecture]]:
    """Return the architectures of the hosts, empty if they are unknown; a warning if other queues may exist."""
    kind = kind_of_jobs(definition)
    if kind in {"FARGATE", "MANAGED_INSTANCES"}:
        single, tasks = definition.container_properties, definition.ecs_properties.task_properties
        platforms = [single.runtime_platform] if single.present else []
        words = [each.cpu_architecture for each in (*platforms, *(task.runtime_platform for task in tasks))]
        found = {Architecture.X86_64 if word is None else _named(word) for word in words}
        return Severity.ERROR, frozenset() if None in found else frozenset(filter(None, found))
    submitted = {submission.queue for submission in batch.submissions.of(definition)}
    queues = [queue for queue in submitted if queue is not None]
    severity = Severity.ERROR if queues else Severity.WARNING
    names = [hosts_behind(queue) for queue in queues or batch.of(JobQueue)]
    if kind not in {"EC2", "EKS"} or not names or None in names:
        return severity, frozenset()
    return severity, frozenset(instance_types.architectures_of([n for found in names for n in found or ()]))


def _named(word: str | Unknown) -> Architecture | None:
    return next((each for each in Architecture if is_known(word) and each.upper() == word.upper()), None)
