"""The instance types that an environment can launch, in the order in which its allocation strategy takes them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from batch_constructs.facts import instance_types, memory, prices
from batch_constructs.local.engine import Need

if TYPE_CHECKING:
    from collections.abc import Sequence

    from batch_constructs.facts.instance_types import InstanceType
    from batch_constructs.facts.memory import Orchestration
    from batch_constructs.facts.prices import Prices


@dataclass(frozen=True, slots=True, kw_only=True)
class HostType:
    """An instance type with what its hosts offer to jobs.

    Attributes:
        name: The instance type.
        room: The vCPUs, memory and GPUs for jobs.
        vcpus: The vCPUs that count for ``maxvCpus``.
        price: US dollars an hour on demand, or ``None`` if it is not known.
        rank: The order of launching: the lowest first, by price a vCPU.
    """

    name: str
    room: Need
    vcpus: int
    price: float | None
    rank: float

    def holds(self, need: Need) -> bool:
        """Return whether an empty host has room for a need."""
        room = self.room
        return need.vcpus <= room.vcpus and need.memory <= room.memory and need.gpus <= room.gpus

    def capacity(self, need: Need) -> int:
        """Return how many jobs of one kind an empty host holds."""
        room = self.room
        counts = [room.vcpus // need.vcpus] if need.vcpus else []
        counts += [room.memory // need.memory] if need.memory else []
        counts += [room.gpus // need.gpus] if need.gpus else []
        return int(min(counts, default=1))


def host_types(
    names: Sequence[str], known_prices: Prices, *, orchestration: Orchestration = "ECS"
) -> list[HostType]:
    """Return the host types of an environment's ``instanceTypes``, cheapest a vCPU first; unknown names are left out."""
    found = {each.name: each for name in names for each in instance_types.members(name)}
    return sorted(
        (_host_type(each, known_prices, orchestration) for each in found.values()),
        key=lambda each: (each.rank, each.vcpus, each.name),
    )


def _host_type(found: InstanceType, known_prices: Prices, orchestration: Orchestration) -> HostType:
    price = known_prices.of(found.name)
    # The order of prices hardly differs between Regions, so that of us-east-1 serves where a Region has none.
    ranked = price if price is not None else prices.in_region(prices.US_EAST_1).of(found.name)
    room = Need(
        vcpus=memory.available_vcpus(found, orchestration),
        memory=memory.likely_memory_mib(found, orchestration),
        gpus=found.gpu_count,
    )
    return HostType(
        name=found.name,
        room=room,
        vcpus=found.vcpus,
        price=price,
        rank=round(ranked / found.vcpus, 4) if ranked is not None else float("inf"),
    )
