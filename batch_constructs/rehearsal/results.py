"""The answers of a rehearsal: waiting times, makespan, use of capacity, costs, and the jobs that never ran."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from batch_constructs.local.engine import Assumption
    from batch_constructs.rehearsal.measures import Run, Sample


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """Seconds that attempts waited, from RUNNABLE to RUNNING.

    Attributes:
        mean: The mean.
        p50: The median.
        p95: The 95th percentile.
        max: The longest.
    """

    mean: float
    p50: float
    p95: float
    max: float


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueResult:
    """The jobs of one queue, or of one share of it.

    Attributes:
        queue: The queue's name.
        share: The share identifier; empty for the whole queue.
        jobs: The number of jobs; each child of an array counts.
        succeeded: Those that succeeded.
        failed: Those that failed.
        left: Those that had not ended when the rehearsal ended.
        attempts: The attempts that started.
        lost: Attempts that ended with their host.
        waits: How long attempts waited.
        vcpu_hours: The vCPU-hours that attempts reserved.
        cost: US dollars, idle capacity included; ``None`` if a price is missing.
    """

    queue: str
    share: str
    jobs: int
    succeeded: int
    failed: int
    left: int
    attempts: int
    lost: int
    waits: Waits
    vcpu_hours: float
    cost: float | None = None

    @property
    def per_thousand(self) -> float | None:
        """US dollars for 1,000 jobs."""
        return None if self.cost is None or not self.jobs else self.cost * 1_000 / self.jobs


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvironmentResult:
    """The capacity of one compute environment.

    Attributes:
        environment: Its name.
        max_vcpus: What it may have.
        peak_vcpus: The most that it had.
        launched: The instances that it launched; of Fargate, the tasks.
        reclaimed: The Spot instances that AWS took back.
        refused: How often EC2 had nothing to launch.
        vcpu_hours: The vCPU-hours that it had.
        used_vcpu_hours: The vCPU-hours that jobs reserved of these.
        types: The number of launched instances by type.
        cost: US dollars; ``None`` if a price is missing.
        on_demand_cost: US dollars if none of it were Spot; ``None`` if a price is missing.
    """

    environment: str
    max_vcpus: float
    peak_vcpus: float
    launched: int
    reclaimed: int
    refused: int
    vcpu_hours: float
    used_vcpu_hours: float
    types: dict[str, int]
    cost: float | None
    on_demand_cost: float | None

    @property
    def idle(self) -> float:
        """The part of its capacity that no job used, 0 to 1."""
        return 0.0 if not self.vcpu_hours else max(0.0, 1 - self.used_vcpu_hours / self.vcpu_hours)


@dataclass(frozen=True, slots=True, kw_only=True)
class NeverRan:
    """Jobs that did not start before the rehearsal ended.

    Attributes:
        label: Their submission.
        number: How many.
        reason: Why, in AWS's words where it has some.
        rules: The rules of ``batch-constructs check`` that say so, too.
    """

    label: str
    number: int
    reason: str
    rules: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """What a platform does with a plan.

    Attributes:
        start: The first moment.
        first: Seconds from there to the first submission.
        makespan: Seconds from the first submission to the end of the last job.
        submitting: Seconds that submitting takes.
        queues: The result of each queue.
        shares: The result of each share of queues with a fair-share policy.
        environments: The result of each compute environment.
        never_ran: The jobs that did not start.
        idle_per_month: US dollars a month for NAT gateways, endpoints and keys, whether jobs run or not; ``None`` if a
            price is missing.
        missing: What has no price, one sentence each.
        prices: Where the prices come from.
        assumptions: What AWS does not document, with its values.
        notices: What the rehearsal leaves out.
        samples: The state over time.
        names: The names of the environments, in the order of the samples.
        groups: The wait of each attempt in seconds, by queue and share.
        runs: Each run, if there are few; else empty.
        seed: The seed.
        calibrated: How well the model reproduces the jobs that it was fitted to; empty if it was not fitted.
    """

    start: datetime
    first: float
    makespan: float
    submitting: float
    queues: tuple[QueueResult, ...]
    shares: tuple[QueueResult, ...]
    environments: tuple[EnvironmentResult, ...]
    never_ran: tuple[NeverRan, ...]
    idle_per_month: float | None
    missing: tuple[str, ...]
    prices: str
    assumptions: tuple[Assumption, ...]
    notices: tuple[str, ...]
    samples: Sequence[Sample]
    names: tuple[str, ...]
    groups: Sequence[Sequence[float]]
    runs: Sequence[Run]
    seed: int
    calibrated: str = ""

    @property
    def end(self) -> datetime:
        """When the last job ended."""
        return self.start + timedelta(seconds=self.first + self.makespan)

    @property
    def cost(self) -> float | None:
        """US dollars of all environments; ``None`` if a price is missing."""
        costs = [each.cost for each in self.environments]
        return None if None in costs else sum(each for each in costs if each is not None)

    @property
    def idle(self) -> float:
        """The part of all capacity that no job used, 0 to 1."""
        had = sum(each.vcpu_hours for each in self.environments)
        used = sum(each.used_vcpu_hours for each in self.environments)
        return max(0.0, 1 - used / had) if had else 0.0

    @property
    def worst_wait(self) -> float:
        """The 95th percentile of the waits, in the queue where it is longest."""
        return max((each.waits.p95 for each in self.queues), default=0.0)

    def queue(self, name: str) -> QueueResult:
        """Return the result of a queue by its name."""
        return next(each for each in self.queues if each.queue == name)

    def share(self, name: str) -> QueueResult:
        """Return the result of a share by its identifier."""
        return next(each for each in self.shares if each.share == name)
