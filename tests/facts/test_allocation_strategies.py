"""The allocation strategies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from batch_constructs.facts import allocation_strategies
from batch_constructs.facts.allocation_strategies import STRATEGIES, Strategy

if TYPE_CHECKING:
    from collections.abc import Iterable


def names(strategies: Iterable[Strategy]) -> Any:
    return {strategy.name for strategy in strategies}


def test_the_strategies_are_those_of_the_api(batch_shapes: dict[str, Any]) -> None:
    """The names are exactly those of the API."""
    assert set(STRATEGIES) == set(batch_shapes["CRAllocationStrategy"]["enum"])


def test_strategies_that_allow_updates_are_those_of_the_update_api(batch_shapes: dict[str, Any]) -> None:
    """All except BEST_FIT."""
    updatable = names(strategy for strategy in STRATEGIES.values() if strategy.infrastructure_updates)
    assert updatable == set(batch_shapes["CRUpdateAllocationStrategy"]["enum"])
    assert set(STRATEGIES) - updatable == {"BEST_FIT"} == {allocation_strategies.DEFAULT}


def test_spot_strategies_are_for_spot_alone() -> None:
    """On-Demand has its own ordered strategy."""
    assert names(allocation_strategies.for_resource_type("EC2")) == {
        "BEST_FIT",
        "BEST_FIT_PROGRESSIVE",
        "BEST_FIT_PROGRESSIVE_ORDERED",
    }
    assert names(allocation_strategies.for_resource_type("SPOT")) == {
        "BEST_FIT",
        "BEST_FIT_PROGRESSIVE",
        "SPOT_CAPACITY_OPTIMIZED",
        "SPOT_PRICE_CAPACITY_OPTIMIZED",
        "SPOT_CAPACITY_OPTIMIZED_PRIORITIZED",
    }


def test_fargate_and_managed_instances_have_none() -> None:
    """Batch does not choose instance types there."""
    for resource_type in ("FARGATE", "FARGATE_SPOT", "ECS_MANAGED_INSTANCES"):
        assert allocation_strategies.for_resource_type(resource_type) == ()


def test_on_eks_only_best_fit_is_certainly_refused() -> None:
    """Unconfirmed ones are None, so no rule reports an error."""
    assert {name for name, strategy in STRATEGIES.items() if strategy.eks is False} == {"BEST_FIT"}
    assert STRATEGIES["SPOT_PRICE_CAPACITY_OPTIMIZED"].eks is None


def test_the_order_of_types_counts_in_two() -> None:
    """In the two ordered or prioritized strategies."""
    assert names(strategy for strategy in STRATEGIES.values() if strategy.ordered) == {
        "BEST_FIT_PROGRESSIVE_ORDERED",
        "SPOT_CAPACITY_OPTIMIZED_PRIORITIZED",
    }
    assert allocation_strategies.metadata()[1] == "2026-11-17"
