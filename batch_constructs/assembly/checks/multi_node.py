"""Multi-node parallel jobs: nodes, their ranges, the main node."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from batch_constructs.assembly.checks import Finding, Severity, miscounted, outside, rule
from batch_constructs.assembly.template import known
from batch_constructs.facts import limits, quotas

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_constructs.assembly.template.resources import NodeProperties

ERROR, WARNING = Severity.ERROR, Severity.WARNING
_CHAPTER = "Multi-node Parallel Jobs"
_TARGET = re.compile(r"([0-9]{0,9}):([0-9]{0,9})")


@rule("MNP-02", chapter=_CHAPTER, severity=ERROR, remedy="give at least one node")
def number_of_nodes(nodes: NodeProperties) -> Iterator[Finding]:
    """A multi-node parallel job has at least one node, and by default at most 1,000."""
    yield from outside(limits.NODES, nodes, "NumNodes", nodes.num_nodes)
    if known(nodes.num_nodes) and nodes.num_nodes > quotas.NODES.value:
        message = f"NumNodes above {quotas.NODES.value:,} needs a raised quota, got {nodes.num_nodes}"
        yield Finding(nodes, message, at="NumNodes", severity=WARNING)


@rule(
    "MNP-03",
    chapter=_CHAPTER,
    severity=ERROR,
    remedy="choose the index of a node, counted from 0",
    prevents="ClientException: mainNode must be smaller than numNodes",
)
def main_node_exists(nodes: NodeProperties) -> Iterator[Finding]:
    """The main node is one of the nodes."""
    main, count = nodes.main_node, nodes.num_nodes
    if known(main) and known(count) and count > 0 and not 0 <= main < count:
        yield Finding(
            nodes, f"MainNode must be from 0 to {count - 1} with NumNodes {count}, got {main}", at="MainNode"
        )


@rule("MNP-04", chapter=_CHAPTER, severity=ERROR, remedy="describe the nodes in 1 to 5 ranges")
def number_of_ranges(nodes: NodeProperties) -> Iterator[Finding]:
    """The nodes are described in 1 to 5 ranges."""
    yield from miscounted(limits.NODE_RANGES, nodes, "NodeRangeProperties", nodes.node_range_properties)


@rule(
    "MNP-05",
    chapter=_CHAPTER,
    severity=ERROR,
    remedy="let the ranges cover every node from 0 to NumNodes - 1, and none beyond",
    prevents="ClientException: the node ranges do not account for all nodes",
)
def ranges_cover_the_nodes(nodes: NodeProperties) -> Iterator[Finding]:
    """The ranges together cover every node, and no node that does not exist."""
    count = nodes.num_nodes
    for node_range in nodes.node_range_properties:
        target = node_range.target_nodes
        if known(target) and not _TARGET.fullmatch(target):
            yield Finding(node_range, f"TargetNodes must look like 0:3, got {target!r}", at="TargetNodes")
    ranges = _ranges(nodes)
    if ranges is None or not known(count) or count < 1:
        return
    for index, (first, last) in ranges:
        if first > last or last >= count:
            message = (
                f"TargetNodes must stay between 0 and {count - 1} with NumNodes {count}, got {first}:{last}"
            )
            yield Finding(nodes, message, at=f"NodeRangeProperties[{index}].TargetNodes")
    end = 0
    for first, last in sorted(span for _, span in ranges):
        if first > end:
            break
        end = max(end, last + 1)
    if end < count:
        yield Finding(
            nodes, f"the ranges must cover every node, got none for node {end}", at="NodeRangeProperties"
        )


@rule(
    "MNP-06",
    chapter=_CHAPTER,
    severity=WARNING,
    remedy="let ranges follow each other, or one lie inside the other: then the inner one counts",
)
def ranges_do_not_cross(nodes: NodeProperties) -> Iterator[Finding]:
    """Two ranges lie side by side or one inside the other; they do not cross."""
    spans = sorted((span for _, span in _ranges(nodes) or ()), key=lambda span: (span[0], -span[1]))
    for (first, last), (start, end) in pairwise(spans):
        if first < start <= last < end:
            message = f"the ranges {first}:{last} and {start}:{end} cross, so it is open what nodes {start}:{last} run"
            yield Finding(nodes, message, at="NodeRangeProperties")


def _ranges(nodes: NodeProperties) -> list[tuple[int, tuple[int, int]]] | None:
    """The ranges as index and first and last node; ``None`` if one of them is unknown."""
    ranges = nodes.node_range_properties
    count = nodes.num_nodes
    if not ranges or not ranges.complete or not known(count):
        return None
    spans: list[tuple[int, tuple[int, int]]] = []
    for index, node_range in enumerate(ranges):
        target = _TARGET.fullmatch(node_range.target_nodes) if known(node_range.target_nodes) else None
        if target is None:
            return None
        spans.append((index, (int(target[1] or 0), int(target[2]) if target[2] else count - 1)))
    return spans
