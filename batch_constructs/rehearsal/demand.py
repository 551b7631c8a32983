"""The jobs in RUNNABLE by what they need, and the instances that environments launch for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch_constructs.rehearsal.fleets import Waiting
from batch_constructs.rehearsal.measures import Sample

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from batch_constructs.local.engine import Environment, Job, Need, Queue
    from batch_constructs.rehearsal.fleets import Fleet, Instance
    from batch_constructs.rehearsal.hosts import HostType
    from batch_constructs.rehearsal.scenarios import Scenarios
    from batch_constructs.rehearsal.stage import Stage


class Demand:
    """What waits for capacity.

    Args:
        stage: The platform.
        scenarios: What EC2 does not have.
        spot_price: What Spot capacity costs, as a part of the On-Demand price; ``None`` if nobody has said it.
    """

    def __init__(self, stage: Stage, scenarios: Scenarios, spot_price: float | None = None) -> None:
        self._stage = stage
        self._spot_price = spot_price or 0.0
        self._scenarios = scenarios
        # The number of jobs by queue, platform, need and the needs of nodes.
        self._waiting: dict[tuple[str, str, Need, tuple[Need, ...]], int] = {}

    def count(self, job: Job, number: int) -> None:
        """Count children that come to wait, or with a minus sign wait no longer."""
        work = job.work
        key = work.queue, work.platform, work.need, work.nodes
        self._waiting[key] = self._waiting.get(key, 0) + number

    def launched(self, now: float) -> Sequence[tuple[Fleet, Instance]]:
        """Launch instances for the jobs that wait, queue by queue by their priority, and return them."""
        launched: list[tuple[Fleet, Instance]] = []
        for queue in sorted(self._stage.engine.queues.values(), key=lambda each: -each.priority):
            waiting = self._in_queue(queue.name)
            for environment in queue.environments:
                fleet = self._stage.fleets.get(environment.name)
                if fleet is None or not (environment.enabled and environment.valid):
                    continue
                fitting = [each for platform, each in waiting if platform == environment.platform]
                started = fleet.scale_out(fitting, now, self._available(fleet, now), self._most(queue, now))
                launched += [(fleet, each) for each in started]
        for fleet in self._stage.fleets.values():
            if fleet.environment.enabled and fleet.environment.valid:
                launched += [(fleet, each) for each in fleet.keep_minimum(now, self._available(fleet, now))]
        return launched

    def will_be_met(self, now: float, *, woken: bool) -> bool:
        """Return whether hosts boot or will end, or jobs that wait may go on later.

        Args:
            now: The time.
            woken: Whether a timeout or a job state time limit is still due.
        """
        if any(each.changing for each in self._stage.fleets.values()):
            return True
        waits = any(number > 0 for number in self._waiting.values())
        return waits and (woken or self._scenarios.changes_after(now))

    def sample(self, now: float) -> Sample:
        """Return the capacity, its use, and the jobs of a moment."""
        environments = self._stage.environments.values()
        fleets = [self._stage.fleets.get(each.name) for each in environments]
        waiting: dict[str, int] = {}
        running: dict[str, float] = {}
        for queue in self._stage.engine.queues.values():
            for share in queue.shares:
                label = f"{queue.name}: {share.name}" if share.name else queue.name
                waiting[label], running[label] = share.runnable, share.running
        return Sample(
            now,
            tuple(self._capacity(each) for each in environments),
            tuple(each.used for each in environments),
            tuple(len(each.past) + len(each.instances) if each else 0 for each in fleets),
            tuple(each.reclaimed if each else 0 for each in fleets),
            waiting,
            running,
        )

    def _most(self, queue: Queue, now: float) -> float:
        """Return the vCPUs that a queue's environments may still get, without what its policy reserves for idle shares."""
        policy = queue.policy
        if policy is None or not policy.compute_reservation:
            return float("inf")
        active = sum(share.active(now) for share in queue.shares)
        has = sum(self._capacity(each) for each in queue.environments)
        return queue.max_vcpus * policy.usable(active) - has

    def _in_queue(self, queue: str) -> list[tuple[str, Waiting]]:
        """Return the platform and the jobs of each kind that wait in a queue."""
        found = []
        for (name, platform, need, nodes), number in self._waiting.items():
            if name != queue or number <= 0:
                continue
            if nodes:
                found += [
                    (platform, Waiting(need=each, number=number * nodes.count(each), exclusive=True))
                    for each in dict.fromkeys(nodes)
                ]
            else:
                found.append((platform, Waiting(need=need, number=number)))
        return found

    def _available(self, fleet: Fleet, now: float) -> Callable[[HostType], bool]:
        market = "SPOT" if fleet.spot else "ON_DEMAND"
        fleets = [each for each in self._stage.fleets.values() if each.spot == fleet.spot]

        def available(type_: HostType) -> bool:
            if fleet.spot and self._spot_price > fleet.bid:
                return False
            used = sum(each.vcpus for each in fleets)
            return self._scenarios.has(type_, market, used, now)

        return available

    def _capacity(self, environment: Environment) -> float:
        fleet = self._stage.fleets.get(environment.name)
        return environment.used if fleet is None else fleet.vcpus
