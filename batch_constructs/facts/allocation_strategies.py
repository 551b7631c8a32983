"""The allocation strategies, and what each rules out. Guide: Allocation Strategies."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from batch_constructs.facts._data import load

if TYPE_CHECKING:
    from collections.abc import Mapping

DEFAULT = "BEST_FIT"
"""The default on EC2 and SPOT; on EKS a strategy is required (AS-03, AS-04)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Strategy:
    """An allocation strategy.

    Attributes:
        name: The value of ``allocationStrategy``.
        resource_types: The values of ``computeResources.type`` that accept it (AS-01).
        infrastructure_updates: Whether an environment with it can be updated in place (UPD-04).
        eks: Whether environments on EKS accept it; ``None`` = not confirmed, so no error.
        ordered: Whether the order of ``instanceTypes`` counts.
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
"""The strategies by name."""


def for_resource_type(resource_type: str) -> tuple[Strategy, ...]:
    """Return the strategies that a ``computeResources.type`` accepts; none for Fargate and Managed Instances (AS-02)."""
    return tuple(strategy for strategy in STRATEGIES.values() if resource_type in strategy.resource_types)


def metadata() -> tuple[str, str]:
    """Return the source of the strategies, and its day as ``YYYY-MM-DD``."""
    return _DATA["source"], _DATA["date"]
