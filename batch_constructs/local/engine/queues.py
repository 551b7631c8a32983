"""Job queues: who is next, by priority, share and submission."""

from __future__ import annotations

from bisect import insort
from collections import deque
from dataclasses import dataclass
from itertools import count
from math import gcd
from typing import TYPE_CHECKING

from batch_constructs.local.engine.shares import Share
from batch_constructs.local.engine.work import State

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from batch_constructs.local.engine.jobs import Job
    from batch_constructs.local.engine.places import Environment
    from batch_constructs.local.engine.shares import FairShare
    from batch_constructs.local.engine.work import Work

_GOLDEN = 0.618


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

    def add_at_end(self, job: Job, index: int) -> None:
        """Add a child after all that wait; it is not part of a range."""
        self._entries.append(_Range(job, index, index))

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


def _mixed(first: int, last: int) -> Iterator[int]:
    """Yield all numbers from first to last, with neighbors far apart."""
    size = last - first + 1
    # Without a common divisor with the size, the steps reach every number once.
    step = next(each for each in count(int(size * _GOLDEN) + 1) if gcd(each, size) == 1)
    yield from (first + (size // 2 + position * step) % size for position in range(size))


class Lane:
    """The runnable children of one share, by scheduling priority."""

    __slots__ = ("_lines", "_order", "share")

    def __init__(self, share: Share) -> None:
        self.share = share
        self._lines: dict[int, Line] = {}
        self._order: list[int] = []

    def line(self, priority: int) -> Line:
        """Return the line of a scheduling priority."""
        if priority not in self._lines:
            self._lines[priority] = Line()
            insort(self._order, -priority)
        return self._lines[priority]

    def head(self) -> tuple[Job, int] | None:
        """Return the child that is next."""
        for priority in self._order:
            if head := self._lines[-priority].head():
                return head
        return None

    def __iter__(self) -> Iterator[tuple[Job, int]]:
        """Yield all runnable children in order."""
        for priority in self._order:
            yield from self._lines[-priority]


class Queue:
    """A job queue.

    Attributes:
        name: Its name.
        priority: Queues with a higher priority are served first.
        environments: Its compute environments in their order.
        time_limits: Its job state time limit actions.
        enabled: Whether it takes new jobs.
        removed: Whether it was removed while jobs ran; it is gone when the last of them has ended.
        lanes: Its shares with the children that wait, by identifier; one without a name where it has no policy.
        runnable: The number of children that wait in RUNNABLE.
        blocked: The reason why the head of the queue does not start; empty if it is not blocked.
        blocked_since: When that began.
        blocked_head: The child at the head that does not start, with or without a reason.
        blocked_at: How often the engine had counted freed room when the head last found none.
    """

    def __init__(
        self,
        name: str,
        priority: int = 1,
        environments: Sequence[Environment] = (),
        policy: FairShare | None = None,
        time_limits: Sequence[TimeLimit] = (),
    ) -> None:
        self.name = name
        self.priority = priority
        self.environments = list(environments)
        self.time_limits = time_limits
        self.enabled = True
        self.removed = False
        self.lanes: dict[str, Lane] = {}
        self.runnable = 0
        self.blocked = ""
        self.blocked_since = 0.0
        self.blocked_at = -1
        self.blocked_head: tuple[Job, int] | None = None
        self._policy = policy
        self._refreshed = float("-inf")

    @property
    def policy(self) -> FairShare | None:
        """The fair-share policy, or ``None`` for first in, first out."""
        return self._policy

    @policy.setter
    def policy(self, policy: FairShare | None) -> None:
        self._policy = policy
        for share in self.shares:
            share.follow(policy)

    @property
    def shares(self) -> list[Share]:
        """The shares that were ever used."""
        return [lane.share for lane in self.lanes.values()]

    @property
    def max_vcpus(self) -> float:
        """The vCPUs that all its environments may have together."""
        return sum(each.max_vcpus for each in self.environments)

    def share(self, work: Work, *, usage_window: bool = False) -> Share:
        """Return the share that a job counts for.

        Args:
            work: The job.
            usage_window: How the usage of a new share counts: `Assumptions.usage_window`.
        """
        name = work.share if self._policy else ""
        if name not in self.lanes:
            self.lanes[name] = Lane(Share(name, self._policy, usage_window=usage_window))
        return self.lanes[name].share

    def add(self, job: Job, first: int, last: int, *, in_order: bool = True) -> None:
        """Let children wait at the end of their line, in the order of their indexes or in a mixed one."""
        line = self._line(job)
        if in_order:
            line.add(job, first, last)
        else:
            for index in _mixed(first, last):
                line.add_at_end(job, index)
        self.count(job, last - first + 1)

    def add_again(self, job: Job, index: int, *, in_front: bool) -> None:
        """Let a retried child wait in front of its line, or at its end."""
        line = self._line(job)
        (line.add_in_front if in_front else line.add_at_end)(job, index)
        self.count(job, 1)

    def count(self, job: Job, number: int) -> None:
        """Count children that come to wait, or with a minus sign wait no longer."""
        self.runnable += number
        job.share.runnable += number

    def head(self, now: float, usage_cycle: float, running_weight: float) -> tuple[Job, int] | None:
        """Return the child that is next: the head of the share whose turn it is."""
        if self._policy is not None:
            self._refresh(now, usage_cycle, running_weight)
        best, lowest = None, 0.0
        for lane in self.lanes.values():
            share = lane.share
            if share.runnable and (
                best is None or share.turn < lowest or (share.turn == lowest and share.name < best.share.name)
            ):
                best, lowest = lane, share.turn
        return best.head() if best else None

    def in_order(self, now: float, running_weight: float = 1) -> Iterator[tuple[Job, int]]:
        """Yield all runnable children, share by share, in the order in which the shares are served."""
        self._refresh(now, 0, running_weight)
        for lane in sorted(self.lanes.values(), key=lambda each: (each.share.turn, each.share.name)):
            yield from lane

    def _refresh(self, now: float, usage_cycle: float, running_weight: float) -> None:
        """Decay the usage of all shares, unless that was done within the cycle."""
        if now - self._refreshed >= usage_cycle and now != self._refreshed:
            self._refreshed = now
            for lane in self.lanes.values():
                lane.share.refresh(now, running_weight)

    def _line(self, job: Job) -> Line:
        # Without a policy the scheduling priority has no effect.
        return self.lanes[job.share.name].line(job.work.priority if self._policy else 0)
