"""Multi-node parallel jobs: ranges, main node, EFA."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batch_constructs import (
    JobChain,
    JobChainStateMachine,
    MultiNodeParallelJobDefinition,
    NodeGroup,
    NodeOverrides,
    NodeRange,
    SubmitJobRequest,
)
from batch_constructs._border.problems import Problems
from batch_constructs.assembly.checks import check
from batch_constructs.assembly.template import read
from batch_constructs.job_definitions.node_groups import check_nodes
from batch_constructs.testing.synthesis import synthesized

if TYPE_CHECKING:
    from collections.abc import Callable

    from aws_cdk import Stack

DEFINITION = "AWS::Batch::JobDefinition"


def group(nodes: int | NodeRange, **arguments: Any) -> NodeGroup:
    """Return a small group; arguments can be changed."""
    from aws_cdk import Size

    return NodeGroup(
        **{"nodes": nodes, "image": "mpi:1", "vcpus": 2, "memory": Size.gibibytes(4), **arguments}
    )


def define(stack: Stack, *groups: NodeGroup, **arguments: Any) -> MultiNodeParallelJobDefinition:
    return MultiNodeParallelJobDefinition(stack, "Job", node_groups=groups, **arguments)


def nodes_of(only: Callable[[str], dict[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = only(DEFINITION)["NodeProperties"]
    return found


def test_counted_groups_follow_each_other(stack: Stack, only: Callable[[str], dict[str, Any]]) -> None:
    """One head and three workers are nodes 0 and 1 to 3."""
    define(stack, group(1), group(3, command=["work"]))
    nodes = nodes_of(only)
    assert only(DEFINITION)["Type"] == "multinode"
    assert (nodes["NumNodes"], nodes["MainNode"]) == (4, 0)
    assert [each["TargetNodes"] for each in nodes["NodeRangeProperties"]] == ["0:0", "1:3"]
    assert nodes["NodeRangeProperties"][1]["Container"]["Command"] == ["work"]


def test_a_range_inside_another_takes_its_nodes(stack: Stack, only: Callable[[str], dict[str, Any]]) -> None:
    """The count is that of the nodes, not the sum of the ranges (the L2 adds them up)."""
    define(stack, group(NodeRange(first=0, last=9)), group(NodeRange(first=4, last=5)), main_node=4)
    nodes = nodes_of(only)
    assert (nodes["NumNodes"], nodes["MainNode"]) == (10, 4)


def test_an_open_end_lets_a_submission_change_the_number(
    stack: Stack, only: Callable[[str], dict[str, Any]]
) -> None:
    """AWS takes another ``numNodes`` only if a range has no end, and so does the rule."""
    workers = NodeRange(first=1, last=3, open_ended=True)
    definition = define(stack, group(NodeRange(first=0, last=0)), group(workers))
    nodes = nodes_of(only)
    assert nodes["NumNodes"] == 4
    assert [each["TargetNodes"] for each in nodes["NodeRangeProperties"]] == ["0:0", "1:"]
    size = SubmitJobRequest(
        job_name="mpi",
        job_queue="nodes",
        job_definition=definition.job_definition_arn,
        node_overrides=NodeOverrides(num_nodes=8),
    )
    JobChainStateMachine(stack, "Larger", chain=JobChain(jobs={"mpi": size}))
    JobChainStateMachine(
        stack,
        "TooSmall",
        chain=JobChain(jobs={"mpi": replace(size, node_overrides=NodeOverrides(num_nodes=1))}),
    )
    [too_small] = check(read(synthesized(stack)), select=["MNP-05", "MNP-09"])
    assert "NumNodes must be above the start of the open range" in too_small.message


def test_efa_brings_devices_and_locked_memory(stack: Stack, only: Callable[[str], dict[str, Any]]) -> None:
    """Pain 12 (metaflow#1510): one argument gives the devices, unlimited locked memory, and half of it shared."""
    from aws_cdk import Size

    define(stack, group(2, efa_interfaces=4, memory=Size.gibibytes(2)), instance_type="p4d.24xlarge")
    [nodes] = nodes_of(only)["NodeRangeProperties"]
    container = nodes["Container"]
    assert [each["HostPath"] for each in container["LinuxParameters"]["Devices"]] == [
        f"/dev/infiniband/uverbs{number}" for number in range(4)
    ]
    assert {tuple(each["Permissions"]) for each in container["LinuxParameters"]["Devices"]} == {
        ("READ", "WRITE", "MKNOD")
    }
    assert container["LinuxParameters"]["SharedMemorySize"] == 1024
    assert container["Ulimits"] == [{"Name": "memlock", "SoftLimit": -1, "HardLimit": -1}]
    assert nodes["Container"]["InstanceType"] == "p4d.24xlarge"
    assert "InstanceTypes" not in nodes


@pytest.mark.parametrize("place", ["shared_memory", "linux_parameters"])
def test_shared_memory_that_is_given_counts(
    stack: Stack, only: Callable[[str], dict[str, Any]], place: str
) -> None:
    """It can be in the group or in the Linux parameters; without an adapter it is Docker's 64 MiB."""
    from aws_cdk import Size

    from batch_constructs import LinuxParameters

    size = Size.mebibytes(100)
    given = {place: size if place == "shared_memory" else LinuxParameters(shared_memory_size=size)}
    define(stack, group(1, efa_interfaces=1, **given), group(1))
    one, other = nodes_of(only)["NodeRangeProperties"]
    assert one["Container"]["LinuxParameters"]["SharedMemorySize"] == 100
    assert "LinuxParameters" not in other["Container"]


def test_a_grant_reaches_every_node(stack: Stack, only: Callable[[str], dict[str, Any]]) -> None:
    """All containers get the same role."""
    from aws_cdk import aws_s3 as s3

    definition = define(stack, group(1), group(3))
    s3.Bucket.from_bucket_name(stack, "Data", "data").grant_read(definition)
    containers = [each["Container"] for each in nodes_of(only)["NodeRangeProperties"]]
    [role] = {each["JobRoleArn"]["Fn::GetAtt"][0] for each in containers}
    assert role.startswith("JobJobRole")
    assert {each["Image"] for each in containers} == {"mpi:1"}


@pytest.mark.parametrize(
    ("groups", "arguments", "message"),
    [
        ([], {}, "the length of node_groups must be from 1 to 5"),
        ([1] * 6, {}, "the length of node_groups must be from 1 to 5"),
        ([0], {}, "nodes must be at least 1 in every group, got 0"),
        ([2], {"main_node": 2}, "main_node must be one of the 2 nodes from 0, got 2"),
        ([NodeRange(first=1, last=3)], {}, "must cover all nodes from 0 to 3"),
        (
            [NodeRange(first=0, last=3), NodeRange(first=2, last=5)],
            {},
            "must follow each other or be inside each other, got 0:3 and 2:5",
        ),
        ([1, NodeRange(first=1, last=2)], {}, "all have a count of nodes or all a NodeRange"),
        (
            [NodeRange(first=0, last=1, open_ended=True), NodeRange(first=2, last=3)],
            {},
            "an open_ended range must hold the last node, 3, got 0:1",
        ),
    ],
)
def test_fails_when_nodes_do_not_add_up(
    stack: Stack, groups: list[int | NodeRange], arguments: dict[str, Any], message: str
) -> None:
    """Fails when AWS would refuse the nodes, before anything is in the tree (the L2 lets all of these through)."""
    before = len(stack.node.children)
    with pytest.raises(ValueError, match=message):
        define(stack, *[group(each) for each in groups], **arguments)
    assert len(stack.node.children) == before


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"vcpus": 97}, "vcpus must fit instance_type, got 97 on p4d.24xlarge with 96"),
        ({"gpus": 9}, "gpus must fit instance_type, got 9 on p4d.24xlarge with 8"),
        ({"efa_interfaces": 5}, "efa_interfaces must fit instance_type, got 5 on p4d.24xlarge with 4"),
    ],
)
def test_fails_when_a_node_is_larger_than_its_instance(
    stack: Stack, arguments: dict[str, Any], message: str
) -> None:
    """Fails when the job would wait without end; a type that is missing from the data passes."""
    with pytest.raises(ValueError, match=message):
        define(stack, group(2, **arguments), instance_type="p4d.24xlarge")
    define(stack, group(2, **arguments), instance_type="p99x.24xlarge")


@pytest.mark.parametrize(("first", "last"), [(-1, 0), (3, 2)])
def test_fails_when_a_range_is_none(first: int, last: int) -> None:
    """Fails when a range begins below 0, or ends before it begins."""
    with pytest.raises(ValueError, match="first must"):
        NodeRange(first=first, last=last)


@given(st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8)), min_size=1, max_size=5), st.integers(0, 8))
def test_nodes_pass_exactly_if_each_has_one_innermost_range(
    pairs: list[tuple[int, int]], main_node: int
) -> None:
    """Nodes are covered from 0 on by nested or separate ranges, with a main node: nothing else is refused."""
    ranges = [NodeRange(first=min(pair), last=max(pair)) for pair in pairs]
    sets = [set(range(each.first, each.last + 1)) for each in ranges]
    every = set().union(*sets)
    crossing = any(
        one & other and not (one <= other or other <= one)
        for index, one in enumerate(sets)
        for other in sets[index + 1 :]
    )
    legal = every == set(range(max(every) + 1)) and main_node in every and not crossing
    problems = Problems()
    check_nodes(problems, ranges, main_node)
    if legal:
        problems.raise_if_any()
    else:
        with pytest.raises(ValueError, match="node"):
            problems.raise_if_any()


def test_tokens_pass_untouched(stack: Stack, only: Callable[[str], dict[str, Any]]) -> None:
    """Amounts and types that only CloudFormation knows are never checked."""
    from aws_cdk import CfnParameter, Size

    number = CfnParameter(stack, "Number", type="Number").value_as_number
    text = CfnParameter(stack, "Type").value_as_string
    define(stack, group(2, vcpus=number, memory=Size.mebibytes(number)), instance_type=text)
    [nodes] = nodes_of(only)["NodeRangeProperties"]
    assert nodes["Container"]["InstanceType"] == {"Ref": "Type"}
    assert nodes["Container"]["ResourceRequirements"][0]["Value"] == {"Ref": "Number"}
