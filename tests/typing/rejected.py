"""What a type checker must refuse. Nothing here is run: mypy reads it with all else, and an ignore too many is an error.

Each line is a mistake that users make; if it became acceptable to the types, ``warn_unused_ignores`` would say so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import batch_constructs as bc

if TYPE_CHECKING:
    from aws_cdk import Duration, Size, Stack
    from aws_cdk import aws_ec2 as ec2


def environments(stack: Stack, vpc: ec2.IVpc) -> None:
    """A string for an enumeration, a number for a name, an argument that does not exist, a missing one."""
    bc.SpotComputeEnvironment(stack, "A", vpc=vpc, allocation_strategy="SPOT")  # type: ignore[arg-type]
    bc.SpotComputeEnvironment(stack, "B", vpc=vpc, instance_types=[7])  # type: ignore[list-item]
    bc.SpotComputeEnvironment(stack, "C", vpc=vpc, desired_vcpus=4)  # type: ignore[call-arg]
    bc.FargateComputeEnvironment(stack, "D", vpc=vpc, instance_types=["c7i"])  # type: ignore[call-arg]
    bc.Ec2ComputeEnvironment(stack, "E")  # type: ignore[call-arg]
    bc.Ec2ComputeEnvironment(stack, "F", vpc, max_vcpus=4)  # type: ignore[call-arg]


def queues(stack: Stack, definition: bc.Ec2JobDefinition, spot: bc.SpotComputeEnvironment) -> None:
    """A definition where an environment belongs, one thing where a list belongs."""
    bc.JobQueue(stack, "A", compute_environments=[definition])  # type: ignore[list-item]
    bc.JobQueue(stack, "B", compute_environments=spot)  # type: ignore[arg-type]
    queue = bc.JobQueue(stack, "C", compute_environments=[spot])
    queue.grant_submit_job(stack, definition)  # type: ignore[arg-type]


def definitions(stack: Stack, gigabyte: Size, hour: Duration) -> None:
    """A size as a number, a duration as a number, a word as an action."""
    bc.Ec2JobDefinition(stack, "A", image="i", vcpus=1, memory=512)  # type: ignore[arg-type]
    bc.Ec2JobDefinition(stack, "B", image="i", vcpus=1, memory=gigabyte, timeout=60)  # type: ignore[arg-type]
    bc.FargateJobDefinition(stack, "C", image="i", vcpus=1, memory=gigabyte, gpus=1)  # type: ignore[call-arg]
    bc.RetryRule(action="RETRY", on_exit_code="1")  # type: ignore[arg-type]
    bc.RetryStrategy(attempts="3")  # type: ignore[arg-type]
    limit = bc.JobStateTimeLimit(reason=bc.TimeLimitReason.MAX_RESOURCE, max_time=hour)
    limit.max_time = hour  # type: ignore[misc]


def names(stack: Stack) -> None:
    """A misspelt name of the package."""
    bc.JobQueu(stack, "A")  # type: ignore[attr-defined]
