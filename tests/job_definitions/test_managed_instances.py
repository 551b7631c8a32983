"""Jobs on ECS Managed Instances."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from batch_constructs import Architecture, ManagedInstancesJobDefinition, TaskContainer
from batch_constructs.testing import assert_no_findings

if TYPE_CHECKING:
    from collections.abc import Callable

    from aws_cdk import Stack

DEFINITION = "AWS::Batch::JobDefinition"


def define(stack: Stack, **arguments: Any) -> ManagedInstancesJobDefinition:
    from aws_cdk import Size

    container = TaskContainer(name="main", image="busybox", vcpus=2, memory=Size.gibibytes(3))
    return ManagedInstancesJobDefinition(stack, "Job", containers=[container], **arguments)


def test_a_job_for_managed_instances_is_a_task(stack: Stack, only: Callable[[str], dict[str, Any]]) -> None:
    """AWS refuses ``containerProperties`` and a network configuration there; ECS needs the execution role."""
    define(stack, architecture=Architecture.ARM64)
    definition = only(DEFINITION)
    [task] = definition["EcsProperties"]["TaskProperties"]
    assert definition["PlatformCapabilities"] == ["MANAGED_INSTANCES"]
    assert "ContainerProperties" not in definition
    assert not {"NetworkConfiguration", "PlatformVersion", "EphemeralStorage"} & set(task)
    assert task["RuntimePlatform"]["CpuArchitecture"] == "ARM64"
    assert "ExecutionRoleArn" in task
    assert_no_findings(stack, warnings=True)


def test_fails_when_no_managed_instance_has_the_architecture(stack: Stack) -> None:
    """Fails when it is neither of the two."""
    with pytest.raises(
        ValueError, match="architecture must be X86_64 or ARM64 on Managed Instances, got i386"
    ):
        define(stack, architecture=Architecture.I386)
