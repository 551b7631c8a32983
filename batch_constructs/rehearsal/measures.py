"""Collects what happens in a rehearsal: waiting times, capacity over time, and a line for each run of a small plan."""

from __future__ import annotations

from array import array
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from batch_constructs.local.engine import State

if TYPE_CHECKING:
    from collections.abc import Sequence

    from batch_constructs.local.engine import Attempt, Job

_NEVER = -1.0

MOST_RUNS = 2_000
"""The number of runs up to which each one is kept, for a Gantt chart."""


class Run(NamedTuple):
    """One attempt of one child: its job's label, its index and attempt, its place, and its times in seconds."""

    label: str
    child: int
    attempt: int
    queue: str
    environment: str
    runnable: float
    placed: float
    running: float
    ended: float
    outcome: str


class Sample(NamedTuple):
    """The state of everything at one time.

    Attributes:
        time: Seconds after the start.
        capacity: By environment, the vCPUs that it has.
        used: By environment, the vCPUs that jobs reserve.
        launched: By environment, the instances that it has launched so far.
        reclaimed: By environment, the instances that AWS has taken back so far.
        waiting: The jobs in RUNNABLE by queue, or by share where a queue has a fair-share policy.
        running: The vCPUs that jobs of a queue or share reserve, likewise.
    """

    time: float
    capacity: tuple[float, ...]
    used: tuple[float, ...]
    launched: tuple[int, ...]
    reclaimed: tuple[int, ...]
    waiting: dict[str, int]
    running: dict[str, float]


@dataclass(slots=True)
class Group:
    """The jobs of one queue and share.

    Attributes:
        waits: Seconds from RUNNABLE to RUNNING, of each attempt.
        ran: Seconds that attempts ran, together.
        vcpu_seconds: The vCPUs that they reserved, times seconds.
        lost: Attempts that ended with their host.
        failed: Attempts that ended with another exit code than 0, or were stopped.
        attempts: All attempts that started.
        succeeded: Jobs that succeeded; each child of an array counts.
        unsuccessful: Jobs that failed for good.
    """

    waits: array[float] = field(default_factory=lambda: array("d"))
    ran: float = 0
    vcpu_seconds: float = 0
    lost: int = 0
    failed: int = 0
    attempts: int = 0
    succeeded: int = 0
    unsuccessful: int = 0


class Measures:
    """What a rehearsal has seen.

    Attributes:
        groups: By queue and share.
        samples: The state at each look of the environments, and at the end.
        used: By environment, the vCPU-seconds that jobs reserved, by queue.
        tasks: By environment and processor, the vCPU-seconds and GB-seconds that Fargate charges, and the tasks.
        runs: Each run, as long as there are few; else ``None``.
        first: When the first job was submitted; ``None`` before.
        last_end: When the last attempt ended.
    """

    def __init__(self) -> None:
        self.groups: dict[tuple[str, str], Group] = defaultdict(Group)
        self.samples: list[Sample] = []
        self.used: dict[tuple[str, str], float] = defaultdict(float)
        self.tasks: dict[tuple[str, str], list[float]] = defaultdict(lambda: [0.0, 0.0, 0.0])
        self.runs: list[Run] | None = []
        self.first: float | None = None
        self.last_end = 0.0
        self._since: dict[Job, float | array[float]] = {}

    def runnable(self, job: Job, first: int, last: int, now: float) -> None:
        """Record since when children wait."""
        if first == 0 and last == job.work.size - 1:
            self._since[job] = now
            return
        since = self._since.get(job)
        if not isinstance(since, array):
            since = self._since[job] = array("d", [_NEVER if since is None else since]) * job.work.size
        since[first : last + 1] = array("d", [now]) * (last - first + 1)

    def since(self, attempt: Attempt) -> float:
        """Return since when the child of an attempt has waited."""
        since = self._since.get(attempt.job, 0.0)
        return since[attempt.index] if isinstance(since, array) else since

    def has_waited(self, job: Job, index: int) -> bool:
        """Return whether a child has become RUNNABLE."""
        since = self._since.get(job, _NEVER)
        return (since[index] if isinstance(since, array) else since) != _NEVER

    def finished(self, job: Job) -> None:
        """Count the children of a job that has ended."""
        self._since.pop(job, None)
        group = self.groups[job.work.queue, job.work.share]
        group.succeeded += job.counts[State.SUCCEEDED]
        group.unsuccessful += job.counts[State.FAILED]

    def task(self, attempt: Attempt, processor: str, length: float) -> None:
        """Record a task on Fargate."""
        found = self.tasks[attempt.environment.name, processor]
        found[0] += attempt.need.vcpus * length
        found[1] += attempt.need.memory / 1_024 * length
        found[2] += 1

    def started(self, attempt: Attempt, now: float) -> None:
        """Record that an attempt has reached RUNNING."""
        work = attempt.job.work
        group = self.groups[work.queue, work.share]
        group.attempts += 1
        group.waits.append(now - self.since(attempt))

    def ended(self, attempt: Attempt, placed: float, now: float, outcome: str) -> None:
        """Record the end of an attempt, or of one node of it."""
        work = attempt.job.work
        length = now - placed
        group = self.groups[work.queue, work.share]
        group.vcpu_seconds += length * attempt.need.vcpus
        self.used[attempt.environment.name, work.queue] += length * attempt.need.vcpus
        self.last_end = now
        if not attempt.main:
            return
        group.ran += now - (attempt.started if attempt.started is not None else now)
        group.lost += outcome == "lost"
        group.failed += outcome == "failed"

    def keep(self, run: Run) -> None:
        """Keep a run for the Gantt chart, unless there are too many."""
        if self.runs is not None:
            self.runs.append(run)
            if len(self.runs) > MOST_RUNS:
                self.runs = None


def percentile(values: Sequence[float], part: float) -> float:
    """Return the smallest of sorted values that at least a part of them does not exceed; 0 without values."""
    if not values:
        return 0.0
    return values[min(len(values) - 1, max(0, -int(-part * len(values) // 1) - 1))]
