"""How AWS Batch chooses among the instance types of an environment."""

from __future__ import annotations

from enum import StrEnum

__all__ = ["AllocationStrategy"]


class AllocationStrategy(StrEnum):
    """Which of its instance types an environment launches.

    `Ec2ComputeEnvironment` and `EfaComputeEnvironment` take those on demand, `SpotComputeEnvironment` those for Spot;
    `GpuComputeEnvironment` and `EksComputeEnvironment` take the ones or the others by their argument ``spot``. On
    Fargate and ECS Managed Instances there is nothing to choose.

    The defaults, `BEST_FIT_PROGRESSIVE` on demand and `SPOT_PRICE_CAPACITY_OPTIMIZED` for Spot, are what AWS
    recommends: the first waits for no single type, the second pays little for what is seldom taken back. Both keep
    in-place updates possible, unlike `BEST_FIT`, which AWS takes where none is named. For Spot on Amazon EKS it is
    `SPOT_CAPACITY_OPTIMIZED`, the one that AWS names there.

    Guide: Allocation Strategies.
    """

    BEST_FIT_PROGRESSIVE = "BEST_FIT_PROGRESSIVE"
    """On demand and Spot: further types at the lowest price per vCPU when the best one is short."""

    BEST_FIT_PROGRESSIVE_ORDERED = "BEST_FIT_PROGRESSIVE_ORDERED"
    """On demand: the order of ``instance_types`` is the order in which they are tried."""

    SPOT_PRICE_CAPACITY_OPTIMIZED = "SPOT_PRICE_CAPACITY_OPTIMIZED"
    """Spot: pools that are both cheap and unlikely to be interrupted."""

    SPOT_CAPACITY_OPTIMIZED = "SPOT_CAPACITY_OPTIMIZED"
    """Spot: pools that are the least likely to be interrupted."""

    SPOT_CAPACITY_OPTIMIZED_PRIORITIZED = "SPOT_CAPACITY_OPTIMIZED_PRIORITIZED"
    """Spot: capacity first, then the order of ``instance_types`` as far as it goes."""

    BEST_FIT = "BEST_FIT"
    """On demand: the cheapest type that fits, and waits for it. It rules out every in-place update."""


ON_DEMAND_STRATEGIES = frozenset(
    {
        AllocationStrategy.BEST_FIT_PROGRESSIVE,
        AllocationStrategy.BEST_FIT_PROGRESSIVE_ORDERED,
        AllocationStrategy.BEST_FIT,
    }
)
# BEST_FIT is left out: on Spot it needs a Spot Fleet role, and its instances never scale down without a policy
# that is easily forgotten.
SPOT_STRATEGIES = frozenset(
    {
        AllocationStrategy.BEST_FIT_PROGRESSIVE,
        AllocationStrategy.SPOT_PRICE_CAPACITY_OPTIMIZED,
        AllocationStrategy.SPOT_CAPACITY_OPTIMIZED,
        AllocationStrategy.SPOT_CAPACITY_OPTIMIZED_PRIORITIZED,
    }
)
