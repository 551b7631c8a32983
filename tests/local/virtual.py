"""Runs the engine on a virtual clock, as simply as it can be done."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from heapq import heappop, heappush
from itertools import count
from typing import TYPE_CHECKING

from batch_constructs.local.engine import (
    Assumptions,
    Attempt,
    Blocked,
    Changed,
    Effect,
    Engine,
    Environment,
    Exited,
    FairShare,
    Host,
    Hosts,
    Input,
    Job,
    Need,
    Queue,
    Refresh,
    Start,
    Started,
    State,
    Stop,
    Submit,
    TimeLimit,
    WakeAt,
    Work,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


@dataclass(frozen=True)
class Run:
    """What happened at a time: an attempt started."""

    time: float
    job: str
    index: int
    number: int
    node: int | None = None


@dataclass
class World:
    """One queue with one environment on one machine, and a clock.

    ``duration`` and ``exit_code`` decide how each attempt goes; a negative duration never ends by itself.
    """

    vcpus: float = 4
    memory: float = 1_000_000
    max_vcpus: float = 256
    policy: FairShare | None = None
    time_limits: Sequence[TimeLimit] = ()
    duration: Callable[[Attempt], float] = lambda _: 10
    exit_code: Callable[[Attempt], int] = lambda _: 0
    assumptions: Assumptions = field(default_factory=Assumptions)
    grace: float = 2
    """Seconds that a container takes to end after SIGTERM."""
    now: float = 0
    runs: list[Run] = field(default_factory=list)
    changes: list[tuple[float, str, int, State, str]] = field(default_factory=list)
    blocked: list[tuple[float, str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.host = Host("i-1", self.vcpus, self.memory)

        largest = Need(vcpus=self.vcpus, memory=int(self.memory))
        self.environment = Environment(
            "ce", max_vcpus=self.max_vcpus, hosts=Hosts([self.host]), largest=largest
        )
        self.engine = Engine(self.assumptions)
        self.queue = self.add_queue("q")
        self._heap: list[tuple[float, int, Input]] = []
        self._numbers = count()

    def add_queue(self, name: str, priority: int = 1) -> Queue:
        queue = Queue(name, priority, [self.environment], self.policy, self.time_limits)
        self.engine.queues[name] = queue
        return queue

    def submit(self, *works: Work, at: float = 0) -> None:
        for work in works:
            self.later(at, Submit(work))

    def later(self, at: float, event: Input) -> None:
        heappush(self._heap, (at, next(self._numbers), event))

    def run(self, until: float = float("inf")) -> World:
        while self._heap and self._heap[0][0] <= until:
            self.now, _, event = heappop(self._heap)
            self.apply(event)
        return self

    def apply(self, event: Input) -> None:
        self.carry_out(self.engine.apply(event, self.now))

    def carry_out(self, effects: list[Effect]) -> None:
        for effect in effects:
            match effect:
                case Start(attempt):
                    self._start(attempt)
                case Stop(attempt, _):
                    self.later(self.now + self.grace, Exited(attempt, 143))
                case WakeAt(time):
                    self.later(time, Refresh())
                case Changed(job, first, last, state, reason, _):
                    self.changes += [
                        (self.now, job.work.id, index, state, reason) for index in range(first, last + 1)
                    ]
                case Blocked(_, job, _, reason):
                    self.blocked.append((self.now, job.work.id, reason))

    def _start(self, attempt: Attempt) -> None:
        self.runs.append(Run(self.now, attempt.job.work.id, attempt.index, attempt.number, attempt.node))
        self.later(self.now, Started(attempt))
        if (seconds := self.duration(attempt)) >= 0:
            self.later(self.now + seconds, Exited(attempt, self.exit_code(attempt)))

    def restarted(self) -> World:
        """Return a world with a new engine that has what a store would have kept of this one."""
        world = replace(self, runs=[], changes=[], blocked=[])
        for name, queue in self.engine.queues.items():
            if name not in world.engine.queues:
                world.add_queue(name, queue.priority)
        jobs = []
        for old in self.engine.jobs.values():
            new = Job(old.work, world.engine.queues[old.work.queue].share(old.work), old.order)
            new.resume(bytes(old.states), bytes(old.attempts))
            new.canceled = old.canceled
            jobs.append(new)
        world.carry_out(world.engine.resume(jobs, "Host EC2 (instance i-1) terminated.", self.now))
        return world

    # What tests ask

    def states(self, job_id: str, index: int = 0) -> list[str]:
        """Return the states that a child went through."""
        return [state.name for _, job, child, state, _ in self.changes if (job, child) == (job_id, index)]

    def order(self) -> list[str]:
        """Return the ids of jobs in the order in which attempts started; children as ``id:index``."""
        return [
            f"{each.job}:{each.index}" if self.engine.jobs[each.job].work.array_size else each.job
            for each in self.runs
        ]

    def started(self, job_id: str) -> list[float]:
        return [each.time for each in self.runs if each.job == job_id]

    def state(self, job_id: str) -> str:
        return self.engine.jobs[job_id].state.name

    def reason(self, job_id: str) -> str:
        return self.engine.jobs[job_id].reason


def job(id: str, **settings: object) -> Work:
    """Return a job in the queue ``q``."""
    return Work(id=id, **{"queue": "q", **settings})  # type: ignore[arg-type]
