"""The allocation strategies, by which AWS Batch chooses among the instance types of an environment."""

from __future__ import annotations

from enum import StrEnum

__all__ = ["AllocationStrategy"]


class AllocationStrategy(StrEnum):
    """The strategy by which an environment chooses the instance types that it launches.

    `Ec2ComputeEnvironment` and `EfaComputeEnvironment` take the on-demand strategies, `SpotComputeEnvironment` the Spot
    ones; `GpuComputeEnvironment` and `EksComputeEnvironment` take either, depending on their argument ``spot``. On
    Fargate and ECS Managed Instances there is nothing to choose.

    The defaults, `BEST_FIT_PROGRESSIVE` on demand and `SPOT_PRICE_CAPACITY_OPTIMIZED` for Spot, are what AWS
    recommends: the first does not wait for a single type, the second balances a low price and few interruptions. Both
    keep in-place updates possible, unlike `BEST_FIT`, which AWS uses if none is named. For Spot on Amazon EKS the
    default is `SPOT_CAPACITY_OPTIMIZED`, which AWS recommends there.

    Guide: Allocation Strategies.
    """

    BEST_FIT_PROGRESSIVE = "BEST_FIT_PROGRESSIVE"
    """On demand and Spot: the best types at the lowest price per vCPU, and further ones when those are short."""

    BEST_FIT_PROGRESSIVE_ORDERED = "BEST_FIT_PROGRESSIVE_ORDERED"
    """On demand: the order of ``instance_types`` is the order in which they are tried."""

    SPOT_PRICE_CAPACITY_OPTIMIZED = "SPOT_PRICE_CAPACITY_OPTIMIZED"
    """Spot: pools that are both cheap and unlikely to be interrupted."""

    SPOT_CAPACITY_OPTIMIZED = "SPOT_CAPACITY_OPTIMIZED"
    """Spot: pools that are the least likely to be interrupted."""

    SPOT_CAPACITY_OPTIMIZED_PRIORITIZED = "SPOT_CAPACITY_OPTIMIZED_PRIORITIZED"
    """Spot: capacity first, then the order of ``instance_types`` as far as possible."""

    BEST_FIT = "BEST_FIT"
    """On demand: the cheapest type that fits; jobs wait until it is available. It rules out in-place updates."""


ON_DEMAND_STRATEGIES = frozenset(
    {
        AllocationStrategy.BEST_FIT_PROGRESSIVE,
        AllocationStrategy.BEST_FIT_PROGRESSIVE_ORDERED,
        AllocationStrategy.BEST_FIT,
    }
)
# BEST_FIT is missing: on Spot it needs a Spot Fleet role, and its instances never scale down without a policy
# that is easily forgotten.
SPOT_STRATEGIES = frozenset(
    {
        AllocationStrategy.BEST_FIT_PROGRESSIVE,
        AllocationStrategy.SPOT_PRICE_CAPACITY_OPTIMIZED,
        AllocationStrategy.SPOT_CAPACITY_OPTIMIZED,
        AllocationStrategy.SPOT_CAPACITY_OPTIMIZED_PRIORITIZED,
    }
)
