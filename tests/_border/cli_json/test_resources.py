"""A resource is given the properties of a document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from batch_constructs._border.cli_json.resources import complete, read, write
from batch_constructs.facts.requests import request

if TYPE_CHECKING:
    from collections.abc import Callable

    from aws_cdk import Stack

QUEUE = request("CreateJobQueue")
DOCUMENT = {
    "jobQueueName": "high",
    "priority": 10,
    "computeEnvironmentOrder": [{"order": 1, "computeEnvironment": "spot"}],
    "tags": {"cost.center": "7"},
}


def made(stack: Stack, **arguments: Any) -> Any:
    from aws_cdk import aws_batch as batch

    return batch.CfnJobQueue(stack, "Queue", **{"priority": 1, **arguments})


def test_a_resource_says_what_the_document_says(stack: Stack) -> None:
    """Members that it lacks or that differ are overridden."""
    queue = made(stack, tags={"cost.center": "6"})
    complete(queue, read(QUEUE, DOCUMENT))
    assert write(QUEUE, queue) == DOCUMENT


def test_what_is_equal_is_not_overridden(stack: Stack, only: Callable[[str], dict[str, Any]]) -> None:
    """An equal property can still be changed through the L1."""
    queue = made(stack, job_queue_name="high")
    complete(queue, read(QUEUE, DOCUMENT))
    queue.job_queue_name = "higher"
    assert only("AWS::Batch::JobQueue")["JobQueueName"] == "higher"


def test_fails_when_a_rule_is_broken_by_the_document_alone() -> None:
    """Fails when AWS would refuse a value, at the line that reads it."""
    with pytest.raises(ValueError, match=r"Priority must be from 0 to 1,000, got 1001 \(JQ-07\): "):
        read(QUEUE, {**DOCUMENT, "priority": 1001})


def test_tokens_pass(stack: Stack) -> None:
    """A document may refer to resources of the app."""
    from aws_cdk import Aws, CfnParameter

    priority = CfnParameter(stack, "Priority", type="Number")
    document = {
        **DOCUMENT,
        "priority": priority.value_as_number,
        "computeEnvironmentOrder": [
            {"order": 1, "computeEnvironment": f"arn:aws:batch:{Aws.REGION}:1:compute-environment/spot"}
        ],
    }
    queue = made(stack)
    complete(queue, read(QUEUE, document))
    written = write(QUEUE, queue)
    assert written["priority"] == "${Priority}"
    assert written["computeEnvironmentOrder"][0]["computeEnvironment"] == (
        "arn:aws:batch:${AWS::Region}:1:compute-environment/spot"
    )


@pytest.mark.parametrize(
    "order",
    [
        [],
        [{"order": 1, "computeEnvironment": "spot"}, {"order": 2, "computeEnvironment": "other"}],
    ],
    ids=["shorter", "longer"],
)
def test_a_list_of_another_length_is_replaced_as_a_whole(stack: Stack, order: list[dict[str, Any]]) -> None:
    """A list is overridden element by element only if both have equally many elements."""
    queue = made(stack, compute_environment_order=order)
    complete(queue, read(QUEUE, DOCUMENT))
    assert write(QUEUE, queue)["computeEnvironmentOrder"] == DOCUMENT["computeEnvironmentOrder"]
