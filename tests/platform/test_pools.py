"""Pools and queues of a platform: values that check themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from batch_constructs import CpuPool, FargatePool, GpuPool, ImportedComputeEnvironment, OwnPool, PlatformQueue

if TYPE_CHECKING:
    from collections.abc import Callable

    from aws_cdk import Stack

ENVIRONMENT_ARN = "arn:aws:batch:eu-west-1:123456789012:compute-environment/mine"


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: CpuPool(name="a/b"), "the name of a pool must be 1 to 128 letters"),
        (lambda: CpuPool(name=""), "the name of a pool must be 1 to 128 letters"),
        (lambda: CpuPool(queues=["a b"]), "the name of a queue must be 1 to 128 letters"),
        (lambda: PlatformQueue(name="ä"), "the name of a queue must be 1 to 128 letters"),
        (
            lambda: CpuPool(queues=["a", PlatformQueue(name="a")]),
            "queues must have different names, got a, a",
        ),
        (
            lambda: CpuPool(spot_max_vcpus=0, on_demand_max_vcpus=0),
            "the pool 'cpu' must have capacity, got spot_max_vcpus=0 and on_demand_max_vcpus=0",
        ),
        (lambda: CpuPool(spot_max_vcpus=-1), "spot_max_vcpus must be at least 0 vCPUs, got -1"),
        (lambda: FargatePool(on_demand_max_vcpus=-1), "on_demand_max_vcpus must be at least 0 vCPUs, got -1"),
        (
            lambda: GpuPool(
                instance_types=["g6"], on_demand_max_vcpus=0, queues=[PlatformQueue(name="now", spot=False)]
            ),
            "a queue with spot=False needs capacity on demand, got now in the pool 'gpu'",
        ),
        (lambda: CpuPool(instance_types=["c7i", "c7g"]), "instance_types must share one architecture"),
        (lambda: CpuPool(instance_types=["C7i"]), r"got 'C7i' \(did you mean 'c7i'\?\)"),
        (lambda: CpuPool(instance_types=[]), "instance_types must name at least one"),
        (lambda: GpuPool(instance_types=["c7i"]), "instance_types must have GPUs of NVIDIA, got c7i without"),
        (lambda: GpuPool(instance_types=["p3"]), "got p3, for which AWS has no image any more"),
        (
            lambda: PlatformQueue(name="q", compute_reservation=50),
            "share_decay and compute_reservation need shares, got none",
        ),
        (lambda: PlatformQueue(name="q", shares=(), compute_reservation=100), "compute_reservation must be"),
        (
            lambda: OwnPool(name="mine", compute_environments=[]),
            "compute_environments must name at least one",
        ),
    ],
)
def test_fails_when_a_pool_says_what_cannot_be(make: Callable[[], Any], message: str) -> None:
    """Fails when the value is created, before any construct."""
    with pytest.raises(ValueError, match=message):
        make()


def test_all_problems_of_a_pool_come_together() -> None:
    """One error names them all."""
    with pytest.raises(ValueError, match="different names") as error:
        CpuPool(queues=["a", "a"], spot_max_vcpus=0, on_demand_max_vcpus=0, instance_types=[])
    assert len(str(error.value).splitlines()) == 3


def test_fails_when_a_pool_has_disks_and_a_template(stack: Stack) -> None:
    """Fails if both define the disks."""
    from batch_constructs import BatchLaunchTemplate, InstanceStoreVolumes, Storage

    template = BatchLaunchTemplate(stack, "Template")
    with pytest.raises(ValueError, match="got launch_template as well: give it to BatchLaunchTemplate"):
        CpuPool(storage=Storage(instance_store=InstanceStoreVolumes()), launch_template=template)


def test_fails_when_a_pool_of_ones_own_should_leave_spot_out(stack: Stack) -> None:
    """Fails for a queue without Spot, since the platform does not know which environments are Spot."""
    mine = ImportedComputeEnvironment(stack, "Mine", compute_environment_arn=ENVIRONMENT_ARN)
    with pytest.raises(ValueError, match="got one with spot=False: make a pool of those on demand"):
        OwnPool(name="mine", compute_environments=[mine], queues=[PlatformQueue(name="q", spot=False)])


def test_values_stay_as_they_are() -> None:
    """Two platforms can share a pool."""
    pool = CpuPool()
    with pytest.raises(AttributeError):
        pool.name = "other"  # type: ignore[misc]
    assert pool == CpuPool(name="cpu")
