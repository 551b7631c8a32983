"""Multi-node parallel jobs: their nodes, node ranges and main node."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from batch_constructs.assembly.checks import Finding, Severity, miscounted, one_of, outside, rule
from batch_constructs.assembly.fit.hosts import containers_of, pod_amount, pod_containers_of, type_of
from batch_constructs.assembly.template import Unknown, is_known
from batch_constructs.facts import limits, quotas

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_constructs.assembly.template import View
    from batch_constructs.assembly.template.resources import (
        JobDefinition,
        NodeProperties,
        NodeRange,
    )

CHAPTER = "Multi-node Parallel Jobs"

ERROR, WARNING = Severity.ERROR, Severity.WARNING
_TARGET = re.compile(r"([0-9]{0,9}):([0-9]{0,9})|([0-9]{1,9})")


@rule("MNP-02", severity=ERROR, remedy="give at least one node")
def number_of_nodes(nodes: NodeProperties) -> Iterator[Finding]:
    """A multi-node parallel job must have at least one node, and by default at most 1,000."""
    yield from outside(limits.NODES, nodes, "NumNodes", nodes.num_nodes)
    if is_known(nodes.num_nodes) and nodes.num_nodes > quotas.NODES.value:
        message = f"NumNodes above {quotas.NODES.value:,} needs a raised quota, got {nodes.num_nodes}"
        yield Finding(nodes, message, at="NumNodes", severity=WARNING)


@rule(
    "MNP-03",
    severity=ERROR,
    remedy="choose the index of a node, counted from 0",
    prevents="ClientException: mainNode must be smaller than numNodes",
)
def main_node_exists(nodes: NodeProperties) -> Iterator[Finding]:
    """The main node must be one of the nodes."""
    main, count = nodes.main_node, nodes.num_nodes
    if is_known(main) and is_known(count) and count > 0 and not 0 <= main < count:
        yield Finding(
            nodes, f"MainNode must be from 0 to {count - 1} with NumNodes {count}, got {main}", at="MainNode"
        )


@rule("MNP-04", severity=ERROR, remedy="describe the nodes in 1 to 5 ranges")
def number_of_ranges(nodes: NodeProperties) -> Iterator[Finding]:
    """The nodes must be described in 1 to 5 ranges."""
    yield from miscounted(limits.NODE_RANGES, nodes, "NodeRangeProperties", nodes.node_range_properties)


@rule(
    "MNP-05",
    severity=ERROR,
    remedy="cover every node from 0 to NumNodes - 1 with the ranges, and no other",
    prevents="ClientException: the node ranges do not account for all nodes",
)
def ranges_cover_the_nodes(nodes: NodeProperties) -> Iterator[Finding]:
    """The ranges together must cover every node, and no node that does not exist."""
    count = nodes.num_nodes
    for node_range in nodes.node_range_properties:
        target = node_range.target_nodes
        if is_known(target) and not _TARGET.fullmatch(target):
            yield Finding(node_range, f"TargetNodes must look like 0:3, got {target!r}", at="TargetNodes")
        elif is_known(target) and target.isdigit():
            # AWS's pages describe ranges only, but its answer to another form ("should contain only digits") may allow it.
            message = f"TargetNodes should be the range {target}:{target}, got {target!r}"
            yield Finding(node_range, message, at="TargetNodes", severity=WARNING)
    ranges = _ranges(nodes)
    if ranges is None or not is_known(count) or count < 1:
        return
    for index, (first, last) in ranges:
        if first > last or last >= count:
            message = (
                f"TargetNodes must stay between 0 and {count - 1} with NumNodes {count}, got {first}:{last}"
            )
            fix = f"end the ranges at {count - 1}, or set NumNodes to {max(first, last) + 1}"
            yield Finding(nodes, message, at=f"NodeRangeProperties[{index}].TargetNodes", fix=fix)
    end = 0
    for first, last in sorted(span for _, span in ranges):
        if first > end:
            break
        end = max(end, last + 1)
    if end < count:
        yield Finding(
            nodes,
            f"the ranges must cover every node, got none for node {end}",
            at="NodeRangeProperties",
            fix=f"add a range that begins at {end}; the last node is {count - 1}",
        )


@rule(
    "MNP-06",
    severity=WARNING,
    remedy="keep ranges separate, or put one inside the other: then the inner one applies",
)
def ranges_do_not_cross(nodes: NodeProperties) -> Iterator[Finding]:
    """Two node ranges must be separate, or one inside the other; they must not overlap in part."""
    spans = sorted((span for _, span in _ranges(nodes) or ()), key=lambda span: (span[0], -span[1]))
    for (first, last), (start, end) in pairwise(spans):
        if first < start <= last < end:
            message = f"the ranges {first}:{last} and {start}:{end} overlap, so it is undefined what nodes {start}:{last} run"
            yield Finding(nodes, message, at="NodeRangeProperties")


def _ranges(nodes: NodeProperties) -> list[tuple[int, tuple[int, int]]] | None:
    """Return index, first and last node of each range; ``None`` if one of them is unknown."""
    ranges = nodes.node_range_properties
    count = nodes.num_nodes
    if not ranges or not ranges.complete or not is_known(count):
        return None
    spans: list[tuple[int, tuple[int, int]]] = []
    for index, node_range in enumerate(ranges):
        target = _TARGET.fullmatch(node_range.target_nodes) if is_known(node_range.target_nodes) else None
        if target is None:
            return None
        first, last, only = target.groups()
        span = (int(only), int(only)) if only else (int(first or 0), int(last) if last else count - 1)
        spans.append((index, span))
    return spans


_PROPERTIES = ("Container", "EcsProperties", "EksProperties")


@rule(
    "MNP-07",
    severity=ERROR,
    remedy="describe the nodes of a range by Container, by EcsProperties or by EksProperties",
)
def one_description_of_a_range(node_range: NodeRange) -> Iterator[Finding]:
    """The nodes of a range must have exactly one of Container, EcsProperties and EksProperties."""
    words = one_of(list(_PROPERTIES))
    if all(node_range.omits(name) for name in _PROPERTIES):
        yield Finding(node_range, f"a node range needs {words}, got none of them")
    elif len(found := node_range.gives(*_PROPERTIES)) > 1:
        yield Finding(node_range, f"a node range can have one of {words}, got {' and '.join(found)}")


@rule(
    "MNP-08",
    severity=ERROR,
    remedy="give vCPUs and memory in a range that covers the node",
    prevents="ClientException: vCPU and memory must be given at least once for each node",
)
def nodes_have_vcpus_and_memory(nodes: NodeProperties) -> Iterator[Finding]:
    """Each node must have vCPUs and memory from a range."""
    ranges = _ranges(nodes)
    if ranges is None:
        return
    for kind in ("VCPU", "MEMORY"):
        without = [(i, span) for i, span in ranges if not _may_set(nodes.node_range_properties[i], kind)]
        with_amount = [span for each in ranges for span in [each[1]] if each not in without]
        for index, (first, last) in without:
            # A gap can only start at a range's first node or right after the end of another range.
            starts = {first, *(end + 1 for _, end in with_amount if first <= end < last)}
            gaps = [n for n in sorted(starts) if not any(start <= n <= end for start, end in with_amount)]
            if gaps and first <= last:
                message = f"each node needs {kind} from its container, got none for node {gaps[0]}"
                yield Finding(nodes, message, at=f"NodeRangeProperties[{index}]")


def _may_set(node_range: NodeRange, kind: str) -> bool:
    """Return whether a range may set the ``VCPU`` or ``MEMORY`` of its nodes."""
    pod_name = {"VCPU": "cpu", "MEMORY": "memory"}[kind]
    asked = [container.requirement(kind) for container in containers_of(node_range)]
    asked += [pod_amount(container, pod_name) for container in pod_containers_of(node_range)]
    container = node_range.container
    old = container.vcpus if kind == "VCPU" else container.memory
    described = any(not view.absent for view in _descriptions(node_range))
    return not described or any(amount is not None for amount in (*asked, old)) or not _all_there(node_range)


def _descriptions(node_range: NodeRange) -> tuple[View, ...]:
    return node_range.container, node_range.ecs_properties, node_range.eks_properties


def _all_there(node_range: NodeRange) -> bool:
    """Return whether all containers of a range are known."""
    tasks = node_range.ecs_properties.task_properties
    pod = node_range.eks_properties.pod_properties
    lists = (tasks, pod.containers, *(task.containers for task in tasks))
    return all(items.complete for items in lists) and not any(
        isinstance(view.node, Unknown) for view in _descriptions(node_range)
    )


@rule(
    "MNP-10",
    severity=ERROR,
    remedy="give one instance type for all nodes, and none for a job with a single node",
    prevents="ClientException: all node groups must use the same instance type",
)
def one_instance_type(definition: JobDefinition) -> Iterator[Finding]:
    """All nodes must have the same instance type; a single-node job must have none."""
    container = definition.container_properties
    if is_known(container.instance_type):
        message = (
            f"only nodes of a multi-node parallel job can have an InstanceType, got {container.instance_type}"
        )
        yield Finding(container, message, at="InstanceType")
    nodes = definition.node_properties
    for node_range in nodes.node_range_properties:
        yield from miscounted(
            limits.NODE_RANGE_INSTANCE_TYPES, node_range, "InstanceTypes", node_range.instance_types
        )
        yield from _types_without_a_task(node_range)
    names = {type_of(node_range) for node_range in nodes.node_range_properties} - {None}
    if len(names) > 1:
        message = f"all nodes must have one instance type, got {' and '.join(sorted(filter(None, names)))}"
        yield Finding(nodes, message, at="NodeRangeProperties")


def _types_without_a_task(node_range: NodeRange) -> Iterator[Finding]:
    """Add a problem if InstanceTypes are given with a Container or a pod, where AWS refuses them."""
    if not node_range.gives("InstanceTypes") or not node_range.ecs_properties.absent:
        return
    for other, way in (
        (node_range.container, "write Container.InstanceType"),
        (node_range.eks_properties, "an environment of that type decides for pods"),
    ):
        if other.present:
            message = f"AWS Batch accepts InstanceTypes with EcsProperties only: {way}"
            yield Finding(node_range, message, at="InstanceTypes")
