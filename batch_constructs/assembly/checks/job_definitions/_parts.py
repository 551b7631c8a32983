"""The parts of a job definition that several rules iterate over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch_constructs.assembly.template import is_known
from batch_constructs.assembly.template.resources.containers import EcsTask
from batch_constructs.facts import fargate

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from batch_constructs.assembly.template.resources import Container, JobContainer, JobDefinition


def containers_of(owner: JobContainer | EcsTask) -> Sequence[Container]:
    """Return the containers that share the owner's roles, network and volumes."""
    return owner.containers if isinstance(owner, EcsTask) else (owner,)


def owners_of_one_node(definition: JobDefinition) -> Iterator[JobContainer | EcsTask]:
    """Yield the single container or the task of a definition that is not multi-node."""
    if definition.container_properties.present:
        yield definition.container_properties
    yield from definition.ecs_properties.task_properties


def old_platform_version(owner: JobContainer | EcsTask) -> tuple[str, str] | None:
    """Return the version of the Fargate platform and its place if it is older than 1.4.0; else ``None``."""
    if isinstance(owner, EcsTask):
        version, at = owner.platform_version, "PlatformVersion"
    else:
        version = owner.fargate_platform_configuration.platform_version
        at = "FargatePlatformConfiguration.PlatformVersion"
    return (version, at) if is_known(version) and version in fargate.OLD_PLATFORM_VERSIONS else None


def owners(definition: JobDefinition) -> Iterator[JobContainer | EcsTask]:
    """Yield every single container and every task, in all node ranges."""
    yield from owners_of_one_node(definition)
    for node_range in definition.node_properties.node_range_properties:
        if node_range.container.present:
            yield node_range.container
        yield from node_range.ecs_properties.task_properties


def containers(definition: JobDefinition) -> Iterator[Container]:
    """Yield every container on Amazon ECS."""
    for owner in owners(definition):
        yield from containers_of(owner)
