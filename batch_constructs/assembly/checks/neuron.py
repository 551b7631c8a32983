"""AWS Neuron devices, Inferentia and Trainium, that containers get."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from batch_constructs.assembly.checks import Finding, Severity, rule
from batch_constructs.assembly.fit.hosts import containers_of, hosts_behind, type_of
from batch_constructs.assembly.template import literals
from batch_constructs.assembly.template.resources import NodeRange
from batch_constructs.facts import instance_types

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from batch_constructs.assembly.template.resources import Container, JobDefinition, Submission

CHAPTER = "GPU Jobs"

_DEVICE = re.compile(r"/dev/neuron([0-9]{1,3})")


@rule(
    "GPU-06",
    severity=Severity.ERROR,
    remedy="choose instance types with enough AWS Neuron devices, such as inf2 or trn1, or leave the device out",
    prevents="containers that cannot start: error gathering device information, no such file or directory",
)
def hosts_have_neuron_devices(where: NodeRange | Submission) -> Iterator[Finding]:
    """Containers with AWS Neuron devices must run on instances that have as many."""
    names: tuple[str, ...]
    if isinstance(where, NodeRange):
        name, containers = type_of(where), containers_of(where)
        names = () if name is None or not instance_types.has_facts(name) else (name,)
        label, place = "the container", name
    else:
        definition, queue = where.definition, where.queue
        if definition is None or queue is None:
            return
        names, containers = hosts_behind(queue) or (), _containers(definition)
        label, place = definition.label, f"the instance types behind {queue.label}"
    last = max((int(found[1]) for found in map(_DEVICE.fullmatch, _paths(containers)) if found), default=None)
    if last is None or not names:
        return
    most = max((_devices(name) for name in names), default=0)
    if most <= last:
        has = f"have at most {most}" if isinstance(place, str) and " " in place else f"has {most}"
        yield Finding(where, f"{label} needs /dev/neuron{last}, and {place} {has} AWS Neuron devices")


def _paths(containers: Iterable[Container]) -> Iterator[str]:
    for container in containers:
        yield from literals(device.host_path for device in container.linux_parameters.devices)


def _containers(definition: JobDefinition) -> Iterator[Container]:
    yield from containers_of(definition)
    for node_range in definition.node_properties.node_range_properties:
        yield from containers_of(node_range)


def _devices(name: str) -> int:
    """Return the largest number of Neuron devices of an instance type, or of the types of a family."""
    return max(
        (sum(device.count for device in type_.neuron_devices) for type_ in instance_types.members(name)),
        default=0,
    )
