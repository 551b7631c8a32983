"""Allocation strategies of environments."""

from __future__ import annotations

from batch_constructs import AllocationStrategy
from batch_constructs.compute_environments.allocation import ON_DEMAND_STRATEGIES, SPOT_STRATEGIES
from batch_constructs.facts import allocation_strategies as facts


def test_all_strategies_of_aws_are_there() -> None:
    """The enum has the six strategies of the facts."""
    assert len(AllocationStrategy) == 6
    assert set(AllocationStrategy) == set(facts.STRATEGIES)


def test_environments_take_what_aws_takes() -> None:
    """Environments take all strategies, except `BEST_FIT` on Spot, which needs a Spot Fleet role."""
    assert {each.name for each in facts.for_resource_type("EC2")} == ON_DEMAND_STRATEGIES
    assert {each.name for each in facts.for_resource_type("SPOT")} - {"BEST_FIT"} == SPOT_STRATEGIES


def test_the_defaults_can_be_updated_in_place() -> None:
    """The default strategies allow updates in place, unlike AWS's own default."""
    assert facts.STRATEGIES[AllocationStrategy.BEST_FIT_PROGRESSIVE].infrastructure_updates
    assert facts.STRATEGIES[AllocationStrategy.SPOT_PRICE_CAPACITY_OPTIMIZED].infrastructure_updates
    assert not facts.STRATEGIES[facts.DEFAULT].infrastructure_updates
