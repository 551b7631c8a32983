"""Elastic Fabric Adapters as devices of containers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from batch_constructs.assembly.checks import Finding, Severity, rule
from batch_constructs.assembly.checks.efa import adapters_of
from batch_constructs.assembly.fit.hosts import containers_of, hosts_behind, type_of
from batch_constructs.assembly.template import is_known, is_one_of, literals
from batch_constructs.assembly.template.resources import NodeRange
from batch_constructs.facts import instance_types
from batch_constructs.facts.vocabulary import DevicePermission, word_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_constructs.assembly.template.resources import (
        ComputeEnvironment,
        ComputeResources,
        Container,
        JobDefinition,
        JobQueue,
        Submission,
    )
    from batch_constructs.assembly.template.resources.containers import Device

CHAPTER = "Elastic Fabric Adapter"

ERROR, WARNING = Severity.ERROR, Severity.WARNING
_DEVICE = re.compile(r"/dev/infiniband/uverbs[0-9]+")


def _passes_device(container: Container) -> bool:
    paths = literals(device.host_path for device in container.linux_parameters.devices)
    return any(_DEVICE.fullmatch(path) for path in paths)


@rule(
    "EFA-04",
    severity=ERROR,
    remedy="choose instance types with an Elastic Fabric Adapter, or leave out the device",
    prevents="containers that cannot start: the instance has no /dev/infiniband/uverbs0",
)
def hosts_have_the_device(where: NodeRange | Submission) -> Iterator[Finding]:
    """Containers with an Elastic Fabric Adapter must run on instances with one, and nodes with one should pass it on."""
    if isinstance(where, NodeRange):
        name = type_of(where)
        type_ = instance_types.find(name) if name is not None else None
        if type_ is not None and not type_.efa_supported and any(map(_passes_device, containers_of(where))):
            yield Finding(
                where, f"{type_.name} has no Elastic Fabric Adapter, got a container that needs one"
            )
        return
    definition, queue = where.definition, where.queue
    if definition is None or queue is None:
        return
    if not any(map(_passes_device, _containers(definition))):
        yield from _unused_adapters(where, definition, queue)
        return
    names = hosts_behind(queue)
    if names and not any(t.efa_supported for name in names for t in instance_types.members(name)):
        message = (
            f"{definition.label} needs an Elastic Fabric Adapter, and no instance type behind"
            f" {queue.label} has one"
        )
        yield Finding(where, message)
    elif names and not any(_may_attach(environment.compute_resources) for environment in queue.environments):
        message = (
            f"{definition.label} needs an Elastic Fabric Adapter, and no launch template behind"
            f" {queue.label} attaches one"
        )
        yield Finding(where, message, severity=WARNING)


def _unused_adapters(submission: Submission, definition: JobDefinition, queue: JobQueue) -> Iterator[Finding]:
    """Add a problem if all instances of the nodes have an adapter and their containers do not get it."""
    environments = queue.environments
    containers = list(_containers(definition)) if definition.multi_node else []
    if (
        containers
        and all(map(_passes_nothing, containers))
        and environments
        and queue.sees_all_environments
        and all(map(_attaches, environments))
    ):
        message = (
            f"the instances behind {queue.label} have an Elastic Fabric Adapter, and {definition.label}"
            " passes no /dev/infiniband/uverbs0 to its containers"
        )
        yield Finding(submission, message, severity=WARNING)


def _passes_nothing(container: Container) -> bool:
    """Return whether the container certainly gets no adapter; a privileged container gets all devices."""
    devices = container.linux_parameters.devices
    paths = [device.host_path for device in devices]
    return (
        devices.complete
        and len(literals(paths)) == len(paths)
        and is_one_of(container.privileged, None, False)
    )


def _attaches(environment: ComputeEnvironment) -> bool:
    specification = environment.compute_resources.launch_template
    template = specification.launch_template
    return template is not None and specification.overrides.empty and bool(adapters_of(template))


def _containers(definition: JobDefinition) -> Iterator[Container]:
    yield from containers_of(definition)
    for node_range in definition.node_properties.node_range_properties:
        yield from containers_of(node_range)


def _may_attach(resources: ComputeResources) -> bool:
    """Return whether instances may get an adapter from a launch template."""
    specification = resources.launch_template
    if specification.absent:
        return False
    template = specification.launch_template
    if template is None or not template.data.present or not specification.overrides.empty:
        return True
    interfaces = template.data.network_interfaces
    ordinary = all(is_one_of(i.interface_type, None, "INTERFACE") for i in interfaces)
    return not (interfaces.complete and ordinary)


@rule(
    "EFA-05",
    severity=ERROR,
    remedy="leave out ContainerPath and Permissions, or repeat HostPath and name READ, WRITE and MKNOD",
    prevents="jobs that do not find the adapter, and fail or use a slower network",
)
def device_is_passed_as_it_is(device: Device) -> Iterator[Finding]:
    """The device of an Elastic Fabric Adapter must have the same path in the container, and all permissions."""
    host, container, permissions = device.host_path, device.container_path, device.permissions
    if not is_known(host) or not _DEVICE.fullmatch(host):
        return
    if is_known(container) and container != host:
        yield Finding(device, f"ContainerPath must also be {host}, got {container}", at="ContainerPath")
    names = literals(permissions)
    if names and permissions.complete and len(names) == len(permissions):
        missing = set(DevicePermission) - {word_of(DevicePermission, word) for word in names}
        if missing:
            message = f"Permissions must be READ, WRITE and MKNOD, got no {' and no '.join(sorted(missing))}"
            yield Finding(device, message, at="Permissions")
