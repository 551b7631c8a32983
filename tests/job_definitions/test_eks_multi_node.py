"""Jobs on several nodes of Amazon EKS."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from batch_constructs import EksMultiNodeParallelJobDefinition, EksNodeGroup, EksPod, NodeRange
from tests.job_definitions.test_eks import container

if TYPE_CHECKING:
    from collections.abc import Callable

    from aws_cdk import Stack

    Only = Callable[[str], dict[str, Any]]

DEFINITION = "AWS::Batch::JobDefinition"


def group(
    nodes: int | NodeRange, *, gpus: int | None = None, vcpus: float = 1, **arguments: Any
) -> EksNodeGroup:
    """Return nodes with a small pod; arguments can be changed."""
    pod = EksPod(containers=[container(vcpus=vcpus, gpus=gpus)], **arguments)
    return EksNodeGroup(nodes=nodes, pod=pod)


def define(stack: Stack, *groups: EksNodeGroup, **arguments: Any) -> EksMultiNodeParallelJobDefinition:
    return EksMultiNodeParallelJobDefinition(stack, "Job", node_groups=groups, **arguments)


def test_each_group_of_nodes_has_a_pod(stack: Stack, only: Only) -> None:
    """Pain 25 (aws-cdk#30906): the L2 cannot define a job on several nodes of EKS."""
    definition = define(stack, group(1, namespace="jobs"), group(3, namespace="jobs"), main_node=0)
    found = only(DEFINITION)
    assert found["Type"] == "multinode"
    assert "PlatformCapabilities" not in found
    assert "PropagateTags" not in found
    nodes = found["NodeProperties"]
    assert (nodes["NumNodes"], nodes["MainNode"]) == (4, 0)
    assert [each["TargetNodes"] for each in nodes["NodeRangeProperties"]] == ["0:0", "1:3"]
    for each in nodes["NodeRangeProperties"]:
        assert "InstanceTypes" not in each
        assert each["EksProperties"]["PodProperties"]["Metadata"] == {"Namespace": "jobs"}
        assert [one["Image"] for one in each["EksProperties"]["PodProperties"]["Containers"]] == ["busybox"]
    assert [str(each) for each in definition.node_ranges] == ["0:0", "1:3"]


def test_an_image_of_the_cdk_may_be_in_every_group(stack: Stack, only: Only, tmp_path: Any) -> None:
    """Assets of different pods do not collide."""
    from aws_cdk import aws_ecs as ecs

    groups = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "Dockerfile").write_text(f"FROM scratch\nLABEL a={name}\n", encoding="utf-8")
        image = ecs.ContainerImage.from_asset(str(tmp_path / name))
        groups.append(EksNodeGroup(nodes=1, pod=EksPod(containers=[container(image=image)])))
    define(stack, *groups)
    ranges = only(DEFINITION)["NodeProperties"]["NodeRangeProperties"]
    one, two = (each["EksProperties"]["PodProperties"]["Containers"][0]["Image"] for each in ranges)
    assert one != two


def test_groups_hold_consumable_resources(stack: Stack, only: Only) -> None:
    """The resources of each node are rendered in its range."""
    from aws_cdk import aws_batch as batch

    licence = batch.CfnConsumableResource(stack, "Licence", resource_type="REPLENISHABLE", total_quantity=5)
    pod = EksPod(containers=[container()])
    define(stack, EksNodeGroup(nodes=2, pod=pod, consumes={licence: 2}))
    [nodes] = only(DEFINITION)["NodeProperties"]["NodeRangeProperties"]
    [held] = nodes["ConsumableResourceProperties"]["ConsumableResourceList"]
    assert held["Quantity"] == 2


@pytest.mark.parametrize(
    ("groups", "arguments", "message"),
    [
        ([], {}, "the length of node_groups must be from 1 to 5"),
        ([group(1)], {"main_node": 1}, "main_node must be one of the 1 nodes from 0, got 1"),
        ([group(1), group(NodeRange(first=1, last=2))], {}, "all have a count of nodes or all a NodeRange"),
        ([group(1, namespace="a"), group(1)], {}, "must have one namespace, got 'a' and none"),
        ([group(1, namespace="a"), group(1, namespace="b")], {}, "must have one namespace, got 'a' and 'b'"),
        (
            [group(1)],
            {"instance_type": "c5.large"},
            "instance_type must be left out for nodes that run pods.*got 'c5.large': make an EksComputeEnvironment",
        ),
        ([group(1)], {"job_definition_name": "!"}, "job_definition_name must be"),
    ],
)
def test_fails_when_nodes_do_not_add_up(
    stack: Stack, groups: list[EksNodeGroup], arguments: dict[str, Any], message: str
) -> None:
    """Fails when AWS would refuse the nodes, before anything is in the tree."""
    before = len(stack.node.children)
    with pytest.raises(ValueError, match=message):
        define(stack, *groups, **arguments)
    assert len(stack.node.children) == before


def test_fails_when_a_group_has_too_many_images(stack: Stack) -> None:
    """Fails when a range of nodes would have more than 10 different images, init containers included."""
    ten = [container(name=f"c{number}", image=f"image{number}") for number in range(10)]
    define(stack, EksNodeGroup(nodes=2, pod=EksPod(containers=ten)))
    first = [container(name="first", image="another")]
    with pytest.raises(
        ValueError, match=r"the images of a group of nodes must be from 1 to 10 different images"
    ):
        EksMultiNodeParallelJobDefinition(
            stack,
            "More",
            node_groups=[EksNodeGroup(nodes=2, pod=EksPod(containers=ten, init_containers=first))],
        )
