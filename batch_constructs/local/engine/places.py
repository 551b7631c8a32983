"""The places where jobs run: compute environments with their hosts, and consumable resources."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from batch_constructs.local.engine.hosts import Hosts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from batch_constructs.local.engine.hosts import Host
    from batch_constructs.local.engine.work import Need, Work


@dataclass(slots=True, eq=False)
class Environment:
    """A compute environment with the hosts that it has now.

    Attributes:
        name: Its name.
        platform: ``EC2``, ``FARGATE``, ``MANAGED_INSTANCES`` or ``EKS``.
        max_vcpus: The vCPUs that its jobs may reserve together.
        enabled: Whether it takes new jobs.
        valid: Whether its status is VALID.
        hosts: Its hosts; several environments may share one.
        largest: The most that a host of its instance types offers, or ``None`` where its hosts are all there is.
        used: The vCPUs that its jobs reserve now.
        cluster: The name of its Amazon ECS cluster, for ARNs of tasks; the engine does not look at it.
    """

    name: str
    platform: str = "EC2"
    max_vcpus: float = 256
    enabled: bool = True
    valid: bool = True
    hosts: Hosts = field(default_factory=Hosts)
    largest: Need | None = None
    used: float = 0
    cluster: str = ""

    def place(self, needs: Sequence[Need], *, fullest: bool = True) -> list[Host] | None:
        """Return a host for each need, with the room reserved, or ``None`` if there is no room for all of them.

        Args:
            needs: What each node reserves.
            fullest: Take the hosts that have the least vCPUs free; otherwise those that have the most.
        """
        if (
            not (self.enabled and self.valid)
            or self.used + sum(need.vcpus for need in needs) > self.max_vcpus
        ):
            return None
        found: list[Host] = []
        for need in needs:
            host = self.hosts.best(need, found, fullest=fullest)
            if host is None:
                for taken, earlier in zip(found, needs, strict=False):
                    self.release(taken, earlier)
                return None
            host.take(need)
            self.used += need.vcpus
            found.append(host)
        return found

    def place_one(self, need: Need, *, fullest: bool = True) -> Host | None:
        """Return a host for one need, with the room reserved, or ``None`` if there is no room."""
        if not (self.enabled and self.valid) or self.used + need.vcpus > self.max_vcpus:
            return None
        host = self.hosts.best(need, fullest=fullest)
        if host is not None:
            host.take(need)
            self.used += need.vcpus
        return host

    def release(self, host: Host, need: Need) -> None:
        """Free the room of a job that ended."""
        host.give_back(need)
        self.used -= need.vcpus

    def could_ever_hold(self, need: Need) -> bool:
        """Return whether an empty host of this environment has room for the need."""
        if self.largest is None:
            return False
        return (
            need.vcpus <= self.largest.vcpus
            and need.memory <= self.largest.memory
            and need.gpus <= self.largest.gpus
        )


@dataclass(slots=True, eq=False)
class Consumable:
    """A consumable resource.

    Attributes:
        name: Its name.
        total: The amount that exists.
        replenishable: Whether a job gives back what it held.
        used: The amount that jobs hold, or have used up.
    """

    name: str
    total: int
    replenishable: bool = True
    used: int = 0


class Consumables:
    """All consumable resources, taken when a job starts and given back when it ends."""

    def __init__(self) -> None:
        self._by_name: dict[str, Consumable] = {}

    def __getitem__(self, name: str) -> Consumable:
        return self._by_name[name]

    def has(self, name: str) -> bool:
        """Return whether there is a resource of this name."""
        return name in self._by_name

    def put(self, resource: Consumable) -> None:
        """Add a resource, or replace the one of the same name."""
        self._by_name[resource.name] = resource

    def suffice(self, work: Work) -> bool:
        """Return whether there is enough for one more child of a job."""
        return all(self._free(name) >= quantity for name, quantity in work.consumables)

    def take(self, work: Work) -> None:
        """Take what one child of a job holds."""
        for name, quantity in work.consumables:
            self._by_name[name].used += quantity

    def take_again(self, work: Work) -> None:
        """Take what a child held before a restart; what it has used up is counted already."""
        for name, quantity in work.consumables:
            if (resource := self._by_name.get(name)) and resource.replenishable:
                resource.used += quantity

    def give_back(self, work: Work) -> None:
        """Give back what one child of a job held, where it is replenishable."""
        for name, quantity in work.consumables:
            if (resource := self._by_name.get(name)) and resource.replenishable:
                resource.used -= quantity

    def _free(self, name: str) -> int:
        resource = self._by_name.get(name)
        return resource.total - resource.used if resource else 0
