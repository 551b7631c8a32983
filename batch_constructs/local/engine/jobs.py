"""Jobs as the engine keeps them: an array is one object with a byte per child, whatever its size.

A million single jobs must fit into memory, too. So those in the same state share the constants that describe it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from batch_constructs.local.engine.work import DependencyKind, State

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from batch_constructs.local.engine.hosts import Host
    from batch_constructs.local.engine.places import Environment
    from batch_constructs.local.engine.shares import Share
    from batch_constructs.local.engine.work import Need, Work

# By state: the states, and the counts of states, of a job that is no array.
_BYTES = tuple(bytes((number,)) for number in range(256))
_COUNTS = tuple(tuple(int(each is state) for each in State) for state in State)


class Job:
    """A submitted job with the state of each of its children.

    Attributes:
        work: What was submitted.
        share: The share that it counts for.
        order: Its place among all submissions.
        states: The state of each child.
        attempts: The number of attempts of each child that reached STARTING.
        counts: The number of children in each state.
        open: The number of jobs that must end before any child may run.
        canceled: The reason of a cancellation that waits for the job's dependencies to end.
        reason: The status reason of the whole job.
    """

    __slots__ = ("attempts", "canceled", "counts", "open", "order", "reason", "share", "states", "work")

    def __init__(self, work: Work, share: Share, order: int) -> None:
        self.work = work
        self.share = share
        self.order = order
        self.states: bytes | bytearray
        self.attempts: bytes | bytearray
        self.counts: list[int] | tuple[int, ...]
        if work.size == 1:
            self.states = self.attempts = _BYTES[0]
            self.counts = _COUNTS[0]
        else:
            self.states, self.attempts = bytearray(work.size), bytearray(work.size)
            self.counts = [work.size, 0, 0, 0, 0, 0, 0]
        self.open = 0
        self.canceled: str | None = None
        self.reason = ""

    def __repr__(self) -> str:
        return f"<Job {self.work.id} {self.state.name}>"

    @property
    def state(self) -> State:
        """The state of the job; of an array the one that AWS Batch shows for its parent."""
        if not self.work.array_size:
            return State(self.states[0])
        counts = self.counts
        if counts[State.SUBMITTED] == self.work.size:
            return State.SUBMITTED
        if counts[State.SUCCEEDED] + counts[State.FAILED] < self.work.size:
            return State.PENDING
        return State.FAILED if counts[State.FAILED] else State.SUCCEEDED

    @property
    def done(self) -> bool:
        """Return whether every child has ended."""
        return self.counts[State.SUCCEEDED] + self.counts[State.FAILED] == self.work.size

    @property
    def sequential(self) -> bool:
        """Return whether each child waits for the child before it."""
        return any(each.kind is DependencyKind.SEQUENTIAL for each in self.work.depends_on)

    @property
    def pairs(self) -> int:
        """The number of other arrays whose child with the same index must succeed first."""
        return sum(each.kind is DependencyKind.N_TO_N for each in self.work.depends_on)

    def waiting(
        self, indexes: Iterable[int] | None = None, newest: State = State.RUNNABLE
    ) -> Iterator[tuple[int, int]]:
        """Yield the children that have not started, as ranges of neighbors in the same state, first and last.

        Args:
            indexes: The children to look at; by default all.
            newest: The last state that counts as waiting.
        """
        states, size = self.states, self.work.size
        if indexes is None:
            if states[0] <= newest and self.counts[states[0]] == size:
                yield 0, size - 1
                return
            indexes = range(size)
        first = last = -2
        for index in indexes:
            if states[index] > newest:
                continue
            if index == last + 1 and states[index] == states[first]:
                last = index
                continue
            if first >= 0:
                yield first, last
            first = last = index
        if first >= 0 and states[first] <= newest:
            yield first, last

    def resume(self, states: bytes, attempts: bytes) -> None:
        """Take over the states and attempts that an earlier engine left."""
        if self.work.size == 1:
            self.states, self.attempts, self.counts = states, attempts, _COUNTS[states[0]]
        else:
            self.states, self.attempts = bytearray(states), bytearray(attempts)
            self.counts = [states.count(state) for state in State]

    def move(self, first: int, last: int, state: State) -> None:
        """Give children that are in the same state another one."""
        states, counts, number = self.states, self.counts, last - first + 1
        if isinstance(states, bytes) or isinstance(counts, tuple):
            self.states, self.counts = _BYTES[state], _COUNTS[state]
            return
        counts[states[first]] -= number
        counts[state] += number
        if number == 1:
            states[first] = state
        else:
            states[first : last + 1] = bytes((state,)) * number

    def begin(self, index: int) -> int:
        """Count an attempt of a child, and return its number."""
        attempts = self.attempts
        number = attempts[index] + 1
        if isinstance(attempts, bytes):
            self.attempts = _BYTES[number]
        else:
            attempts[index] = number
        return number


@dataclass(slots=True, eq=False)
class Attempt:
    """One container, task, pod or node of a job, from its placement to its end.

    Attributes:
        job: The job.
        index: The child's index; 0 for a job that is no array.
        number: The attempt, from 1.
        environment: The compute environment that took it.
        host: Where it was placed.
        need: What it reserves.
        node: The node's index in a multi-node job, else ``None``.
        state: STARTING or RUNNING, and a final state after its end.
        started: When it reached RUNNING.
        stopping: Why it is being stopped; such an attempt is not retried.
        group: All nodes of a multi-node job's attempt, this one included; empty for other jobs.
    """

    job: Job
    index: int
    number: int
    environment: Environment
    host: Host
    need: Need
    node: int | None = None
    state: State = State.STARTING
    started: float | None = None
    stopping: str | None = None
    group: Sequence[Attempt] = ()

    @property
    def main(self) -> bool:
        """Return whether its end is the end of the job's attempt."""
        return self.node is None or self.node == self.job.work.main_node
