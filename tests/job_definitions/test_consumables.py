"""Consumable resources of jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from batch_constructs import (
    Ec2JobDefinition,
    FargateJobDefinition,
    MultiNodeParallelJobDefinition,
    NodeGroup,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from aws_cdk import Stack
    from aws_cdk import aws_batch as batch

DEFINITION = "AWS::Batch::JobDefinition"


def seats(stack: Stack, id: str = "Seats") -> batch.CfnConsumableResource:
    from aws_cdk import aws_batch as batch

    return batch.CfnConsumableResource(stack, id, resource_type="REPLENISHABLE", total_quantity=10)


def requirement(id: str, quantity: int) -> dict[str, Any]:
    return {"ConsumableResource": {"Ref": id}, "Quantity": quantity}


def test_a_definition_says_what_its_jobs_hold(stack: Stack, only: Callable[[str], dict[str, Any]]) -> None:
    """Resources are named by ARN, as CloudFormation needs, and later ones are appended."""
    definition = FargateJobDefinition(stack, "Job", image="busybox", consumes={seats(stack): 2})
    definition.consume(seats(stack, "Tokens"))
    properties = only(DEFINITION)["ConsumableResourceProperties"]
    assert properties == {"ConsumableResourceList": [requirement("Seats", 2), requirement("Tokens", 1)]}


def test_the_l2s_and_imported_resources_fit(stack: Stack, only: Callable[[str], dict[str, Any]]) -> None:
    """Every construct that the CDK accepts as a consumable resource is accepted."""
    from aws_cdk import aws_batch as batch

    arn = "arn:aws:batch:eu-west-1:123456789012:consumable-resource/seats"
    definition = FargateJobDefinition(stack, "Job", image="busybox")
    definition.consume(batch.ConsumableResource.from_consumable_resource_arn(stack, "Seats", arn), quantity=3)
    [entry] = only(DEFINITION)["ConsumableResourceProperties"]["ConsumableResourceList"]
    assert entry == {"ConsumableResource": arn, "Quantity": 3}


def test_nodes_hold_their_own(stack: Stack, only: Callable[[str], dict[str, Any]]) -> None:
    """Both the job and the nodes of a group can use resources."""
    from aws_cdk import Size

    nodes = NodeGroup(
        nodes=2, image="busybox", vcpus=1, memory=Size.gibibytes(1), consumes={seats(stack, "OfNodes"): 1}
    )
    MultiNodeParallelJobDefinition(stack, "Job", node_groups=[nodes], consumes={seats(stack): 2})
    properties = only(DEFINITION)
    assert properties["ConsumableResourceProperties"]["ConsumableResourceList"] == [requirement("Seats", 2)]
    [nodes_of] = properties["NodeProperties"]["NodeRangeProperties"]
    assert nodes_of["ConsumableResourceProperties"]["ConsumableResourceList"] == [requirement("OfNodes", 1)]


def test_fails_when_nothing_is_consumed(stack: Stack) -> None:
    """Fails for a quantity of 0, in every place, before anything is in the tree."""
    from aws_cdk import Size

    message = "the quantity of a consumable resource must be at least 1, got 0"
    resource = seats(stack)
    nodes = NodeGroup(nodes=1, image="busybox", vcpus=1, memory=Size.gibibytes(1), consumes={resource: 0})
    with pytest.raises(ValueError, match=message):
        FargateJobDefinition(stack, "Job", image="busybox", consumes={resource: 0})
    with pytest.raises(ValueError, match=message):
        MultiNodeParallelJobDefinition(stack, "Job", node_groups=[nodes])
    with pytest.raises(ValueError, match=message):
        FargateJobDefinition(stack, "Job", image="busybox").consume(resource, quantity=0)


def test_fails_when_a_resource_is_consumed_twice(stack: Stack) -> None:
    """Fails with the path of the definition, since AWS allows each resource once."""
    resource = seats(stack)
    definition = FargateJobDefinition(stack, "Job", image="busybox", consumes={resource: 2})
    with pytest.raises(
        ValueError, match="consumed once, with all of its quantity, got another 1 in 'Stack/Job'"
    ):
        definition.consume(resource)


def test_fails_when_an_imported_definition_shall_consume(stack: Stack) -> None:
    """Fails with the path of the definition, whose revisions are registered elsewhere."""
    imported = Ec2JobDefinition.from_job_definition_name(stack, "Imported", "align")
    with pytest.raises(ValueError, match="consume needs a definition made in this app, got 'Stack/Imported'"):
        imported.consume(seats(stack))
