"""The hosts of a compute environment on EC2: which it launches for the jobs that wait, and when it ends them.

Source: AWS Batch User Guide, "Instance type allocation strategies" and "Compute environment parameters". Which size of
equally cheap ones AWS Batch takes is not documented; here it is the largest that the waiting jobs fill.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING

from batch_constructs.local.engine import Host

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from batch_constructs.local.engine import Attempt, Environment, Need
    from batch_constructs.rehearsal.hosts import HostType

_ORDERED = frozenset({"BEST_FIT_PROGRESSIVE_ORDERED", "SPOT_CAPACITY_OPTIMIZED_PRIORITIZED"})
_MOST_LAUNCHES = 1_000
"""Instances that one look launches at most; the next look launches more."""


@dataclass(slots=True, eq=False)
class Instance:
    """An instance from its launch to its end.

    Attributes:
        host: The engine's view of it.
        type: Its type.
        launched: When it was launched.
        attempts: Those that it runs now.
        idle_since: Since when it has none; while it boots, not a number that matters.
        ready: Whether it takes jobs.
        ran: Whether it has had a job.
        ended: When it ended, or ``None``.
        images: The job definitions whose image it has.
    """

    host: Host
    type: HostType
    launched: float
    attempts: dict[Attempt, None] = field(default_factory=dict)
    idle_since: float = 0
    ready: bool = False
    ran: bool = False
    ended: float | None = None
    images: set[str] = field(default_factory=set)


@dataclass(slots=True, kw_only=True, eq=False)
class Waiting:
    """Jobs that wait for the same resources.

    Attributes:
        need: What each of them, or each of their nodes, reserves.
        number: How many hosts or places they need.
        exclusive: Whether each takes a whole host, as a node of a multi-node job does.
    """

    need: Need
    number: int
    exclusive: bool = False

    def per_host(self, type_: HostType) -> int:
        """Return how many of them one empty host holds."""
        return 1 if self.exclusive else max(type_.capacity(self.need), 1)


@dataclass(slots=True, kw_only=True, eq=False)
class Fleet:
    """The instances of one managed compute environment.

    Attributes:
        environment: The engine's view of it.
        types: What it can launch, in the order of its allocation strategy.
        strategy: The allocation strategy.
        spot: Whether its instances are Spot.
        min_vcpus: The vCPUs that it keeps even when idle.
        idle_end: Seconds after which an idle instance ends.
        delay: Seconds after its last job before which an instance does not end; 0 without a scale-down delay.
        bid: The most that Spot capacity may cost, as a part of the On-Demand price.
        instances: Those that have not ended, by their host.
        vcpus: The vCPUs of these.
        past: Those that have ended.
        refused: The number of times that it wanted to launch and EC2 had nothing.
        reclaimed: The number of instances that AWS took back.
    """

    environment: Environment
    types: Sequence[HostType]
    strategy: str = "BEST_FIT_PROGRESSIVE"
    spot: bool = False
    min_vcpus: float = 0
    idle_end: float = 300
    delay: float = 0
    bid: float = 1
    instances: dict[Host, Instance] = field(default_factory=dict)
    vcpus: float = 0
    past: list[Instance] = field(default_factory=list)
    refused: int = 0
    reclaimed: int = 0
    _idle: dict[Host, Instance] = field(default_factory=dict)
    _booting: dict[Host, Instance] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    @property
    def room(self) -> float:
        """The vCPUs that it may still launch."""
        return self.environment.max_vcpus - self.vcpus

    def could_hold(self, need: Need) -> bool:
        """Return whether one of its types holds a need."""
        return any(each.holds(need) for each in self.types)

    # Launching

    def scale_out(
        self,
        waiting: Sequence[Waiting],
        now: float,
        available: Callable[[HostType], bool],
        most: float = float("inf"),
    ) -> list[Instance]:
        """Launch instances for the jobs that no booting instance will hold, and return these instances.

        Args:
            waiting: The jobs that wait. Afterwards they are only those that still have no instance.
            now: The time.
            available: Returns whether EC2 has one more instance of a type.
            most: The vCPUs that it may launch for these jobs, exceeded by at most one instance.
        """
        launched: list[Instance] = []
        parts = [_Part(each) for each in self._booting.values()]
        for kind in waiting:
            _count_on(parts, kind)
            while kind.number > 0 and most > 0 and len(launched) < _MOST_LAUNCHES:
                type_ = self._choose(kind, available)
                if type_ is None:
                    break
                launched.append(self.launch(type_, now))
                most -= type_.vcpus
                parts.append(_Part(launched[-1]))
                _count_on(parts[-1:], kind)
        return launched

    def keep_minimum(self, now: float, available: Callable[[HostType], bool]) -> list[Instance]:
        """Launch what is missing to the environment's ``minvCpus``."""
        launched: list[Instance] = []
        while self.vcpus < self.min_vcpus and self.types and len(launched) < _MOST_LAUNCHES:
            missing = self.min_vcpus - self.vcpus
            fitting = [each for each in self.types if available(each)]
            if not fitting:
                break
            best = min(fitting, key=lambda each: (each.rank, abs(each.vcpus - missing), each.vcpus))
            launched.append(self.launch(best, now))
        return launched

    def launch(self, type_: HostType, now: float) -> Instance:
        """Launch one instance; it takes jobs when `is_ready` is called."""
        room = type_.room
        name = f"{self.environment.name}-{next(self._numbers)}"
        host = Host(name, room.vcpus, room.memory, room.gpus, exclusive=True)
        instance = self.instances[host] = self._booting[host] = Instance(host, type_, now)
        self.vcpus += type_.vcpus
        return instance

    def _choose(self, kind: Waiting, available: Callable[[HostType], bool]) -> HostType | None:
        """Return the type to launch next for some jobs, or ``None`` if there is no room or no capacity."""
        if self.room <= 0:
            return None
        holding = [each for each in self.types if each.holds(kind.need)]
        if self.strategy == "BEST_FIT":
            # It waits for the one type that it prefers.
            holding = holding[:1]
        fitting = [each for each in holding if available(each)]
        if not fitting:
            self.refused += bool(holding)
            return None
        within = [each for each in fitting if each.vcpus <= self.room]
        if not within:
            # Batch exceeds maxvCpus by at most one instance; with BEST_FIT on demand by none.
            if self.strategy == "BEST_FIT" and not self.spot:
                return None
            return min(fitting, key=lambda each: (each.vcpus, each.rank))
        if self.strategy in _ORDERED:
            return within[0]
        cheapest = min(each.rank for each in within)
        equal = [each for each in within if each.rank == cheapest]
        filled = [each for each in equal if kind.per_host(each) <= kind.number]
        return max(filled or equal[:1], key=lambda each: each.vcpus)

    # The life of an instance

    def is_ready(self, instance: Instance, now: float) -> bool:
        """Let an instance take jobs, unless it has ended while it booted; return whether it does."""
        if instance.ended is not None:
            return False
        del self._booting[instance.host]
        instance.ready, instance.idle_since = True, now
        self._idle[instance.host] = instance
        self.environment.hosts.append(instance.host)
        return True

    def takes(self, attempt: Attempt) -> Instance:
        """Count an attempt on its host, and return the host's instance."""
        instance = self.instances[attempt.host]
        instance.attempts[attempt] = None
        instance.ran = True
        self._idle.pop(attempt.host, None)
        return instance

    def frees(self, attempt: Attempt, now: float) -> None:
        """Count the end of an attempt on its host."""
        if instance := self.instances.get(attempt.host):
            instance.attempts.pop(attempt, None)
            if not instance.attempts:
                instance.idle_since = now
                self._idle[attempt.host] = instance

    def drain(self, instance: Instance) -> None:
        """Give an instance no more jobs: it is reclaimed soon."""
        if instance.host in self.environment.hosts:
            self.environment.hosts.remove(instance.host)

    def end(self, instance: Instance, now: float) -> None:
        """End an instance."""
        if instance.ended is not None:
            return
        instance.ended = now
        self.drain(instance)
        self.vcpus -= instance.type.vcpus
        del self.instances[instance.host]
        self._idle.pop(instance.host, None)
        self._booting.pop(instance.host, None)
        self.past.append(instance)

    def scale_in(self, now: float) -> None:
        """End the instances that have been idle for long enough, except those that the minimum needs."""
        due = [each for each in self._idle.values() if now - each.idle_since >= self._patience(each)]
        for instance in due:
            if self.vcpus - instance.type.vcpus >= self.min_vcpus:
                self.end(instance, now)

    def _patience(self, instance: Instance) -> float:
        """Return how long an instance may be idle; the delay counts from its last job, so it needs one."""
        return self.delay if self.delay and instance.ran else self.idle_end

    @property
    def changing(self) -> bool:
        """Return whether an instance boots, has work, or will end for want of it."""
        spare = self.vcpus - self.min_vcpus
        return (
            bool(self._booting)
            or len(self._idle) < len(self.instances)
            or any(each.type.vcpus <= spare for each in self._idle.values())
        )


@dataclass(slots=True)
class _Part:
    """A booting instance, and the part of it, 0 to 1, that no job has been counted on."""

    instance: Instance
    free: float = 1.0


def _count_on(parts: list[_Part], kind: Waiting) -> None:
    """Count jobs on the free parts of booting instances, and reduce their number."""
    for part in parts:
        if kind.number <= 0:
            return
        if not part.instance.type.holds(kind.need):
            continue
        per_host = kind.per_host(part.instance.type)
        placed = min(int(part.free * per_host + 1e-9), kind.number)
        kind.number -= placed
        part.free -= placed / per_host
