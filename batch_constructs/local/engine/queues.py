"""Job queues: who is next, by priority, share and submission."""

from __future__ import annotations

from bisect import insort
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from batch_constructs.local.engine.shares import FairShare, Share
from batch_constructs.local.engine.work import State

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from batch_constructs.local.engine.jobs import Job
    from batch_constructs.local.engine.places import Environment


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeLimit:
    """A job state time limit action: the job at the head is canceled when it waits too long for one reason."""

    reason: str
    seconds: float


@dataclass(slots=True)
class _Range:
    """Neighboring children of one job, from the next one to the last."""

    job: Job
    next: int
    last: int


class Line:
    """The runnable children of one share with one scheduling priority, in the order of submission.

    Retried children come first. A range of an array's children is one entry.
    """

    __slots__ = ("_entries", "_retried")

    def __init__(self) -> None:
        self._retried: deque[tuple[Job, int]] = deque()
        self._entries: deque[_Range] = deque()

    def add(self, job: Job, first: int, last: int) -> None:
        """Add the children from first to last."""
        if self._entries:
            end = self._entries[-1]
            if end.job is job and end.last == first - 1:
                end.last = last
                return
        self._entries.append(_Range(job, first, last))

    def add_in_front(self, job: Job, index: int) -> None:
        """Add a child that is retried."""
        self._retried.appendleft((job, index))

    def head(self) -> tuple[Job, int] | None:
        """Return the child that is next; canceled ones are dropped."""
        while self._retried:
            job, index = self._retried[0]
            if job.states[index] == State.RUNNABLE:
                return job, index
            self._retried.popleft()
        while self._entries:
            entry = self._entries[0]
            states = entry.job.states
            while entry.next <= entry.last and states[entry.next] != State.RUNNABLE:
                entry.next += 1
            if entry.next <= entry.last:
                return entry.job, entry.next
            self._entries.popleft()
        return None

    def __iter__(self) -> Iterator[tuple[Job, int]]:
        """Yield all runnable children in order."""
        yield from (each for each in self._retried if each[0].states[each[1]] == State.RUNNABLE)
        for each in self._entries:
            children = range(each.next, each.last + 1)
            yield from ((each.job, index) for index in children if each.job.states[index] == State.RUNNABLE)


@dataclass(slots=True, eq=False)
class Queue:
    """A job queue.

    Attributes:
        name: Its name.
        priority: Queues with a higher priority are served first.
        environments: Its compute environments in their order.
        policy: The fair-share policy, or ``None`` for first in, first out.
        time_limits: Its job state time limit actions.
        enabled: Whether it takes new jobs.
        shares: The shares that were ever used, by identifier.
        runnable: The number of children that wait in RUNNABLE.
        blocked: The reason why the head of the queue does not start, and since when; empty if it is not blocked.
    """

    name: str
    priority: int = 1
    environments: list[Environment] = field(default_factory=list)
    policy: FairShare | None = None
    time_limits: Sequence[TimeLimit] = ()
    enabled: bool = True
    shares: dict[str, Share] = field(default_factory=dict)
    runnable: int = 0
    blocked: str = ""
    blocked_since: float = 0
    blocked_head: tuple[Job, int] | None = None
    _lines: dict[str, dict[int, Line]] = field(default_factory=dict)
    _priorities: dict[str, list[int]] = field(default_factory=dict)

    @property
    def max_vcpus(self) -> float:
        """The vCPUs that all its environments may have together."""
        return sum(each.max_vcpus for each in self.environments)

    def share(self, job: Job) -> Share:
        """Return the share that a job counts for."""
        name = job.work.share if self.policy else ""
        if name not in self.shares:
            self.shares[name] = Share(name, self.policy.weight(name) if self.policy else 1.0)
        return self.shares[name]

    def add(self, job: Job, first: int, last: int) -> None:
        """Let children wait at the end of their line."""
        self._line(job).add(job, first, last)
        self.runnable += last - first + 1

    def add_in_front(self, job: Job, index: int) -> None:
        """Let a retried child wait in front of its line."""
        self._line(job).add_in_front(job, index)
        self.runnable += 1

    def heads(self, now: float) -> Iterator[tuple[Job, int]]:
        """Yield the head of each share, in the order in which the shares are served."""
        names = list(self._lines)
        if self.policy and len(names) > 1:
            names.sort(key=lambda name: (self.shares[name].turn(self.policy, now), name))
        for name in names:
            if head := self._head(name):
                yield head

    def in_order(self, now: float) -> Iterator[tuple[Job, int]]:
        """Yield all runnable children, share by share, in the order in which the shares are served."""
        names = sorted(self._lines, key=lambda name: (self.shares[name].turn(self.policy, now), name))
        for name in names:
            for priority in self._priorities[name]:
                yield from self._lines[name][-priority]

    def _head(self, name: str) -> tuple[Job, int] | None:
        lines = self._lines[name]
        for priority in self._priorities[name]:
            if head := lines[-priority].head():
                return head
        return None

    def _line(self, job: Job) -> Line:
        name = self.share(job).name
        lines = self._lines.setdefault(name, {})
        # Without a policy the scheduling priority has no effect.
        priority = job.work.priority if self.policy else 0
        if priority not in lines:
            lines[priority] = Line()
            insort(self._priorities.setdefault(name, []), -priority)
        return lines[priority]
