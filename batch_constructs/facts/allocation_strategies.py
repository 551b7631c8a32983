"""How Batch chooses among instance types, and what each way rules out. Chapter: Allocation Strategies."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from batch_constructs.facts._data import load

if TYPE_CHECKING:
    from collections.abc import Mapping

DEFAULT = "BEST_FIT"
"""What counts on EC2 and SPOT when none is named; EKS requires one (AS-03, AS-04)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Strategy:
    """An allocation strategy.

    Attributes:
        name: as ``allocationStrategy`` takes it.
        resource_types: the values of ``computeResources.type`` that take it (AS-01).
        infrastructure_updates: whether an environment can be updated in place with it (UPD-04).
        eks: whether environments on EKS take it; ``None`` = not confirmed, so no error.
        ordered: whether the order of ``instanceTypes`` counts.
    """

    name: str
    resource_types: frozenset[str]
    infrastructure_updates: bool
    eks: bool | None
    ordered: bool


_DATA = load("allocation_strategies.json")

STRATEGIES: Mapping[str, Strategy] = MappingProxyType(
    {
        row["name"]: Strategy(**row | {"resource_types": frozenset(row["resource_types"])})
        for row in _DATA["allocation_strategies"]
    }
)
"""By name."""


def for_resource_type(resource_type: str) -> tuple[Strategy, ...]:
    """The strategies that a ``computeResources.type`` takes; none for Fargate and Managed Instances (AS-02)."""
    return tuple(strategy for strategy in STRATEGIES.values() if resource_type in strategy.resource_types)


def metadata() -> tuple[str, str]:
    """Where the strategies come from, and the day as ``YYYY-MM-DD``."""
    return _DATA["source"], _DATA["date"]
