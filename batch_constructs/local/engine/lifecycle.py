"""The life of a job and its attempts, from submission to end."""

from __future__ import annotations

from heapq import heappop, heappush
from itertools import count
from typing import TYPE_CHECKING

from batch_constructs.facts.limits import STOP_SECONDS
from batch_constructs.local.engine.dependencies import Dependencies
from batch_constructs.local.engine.jobs import Attempt, Job
from batch_constructs.local.engine.messages import (
    Changed,
    Ended,
    ParentChanged,
    Start,
    Stop,
    WakeAt,
)
from batch_constructs.local.engine.places import Consumables
from batch_constructs.local.engine.retries import retried
from batch_constructs.local.engine.work import State

if TYPE_CHECKING:
    from batch_constructs.local.engine.assumptions import Assumptions
    from batch_constructs.local.engine.hosts import Host
    from batch_constructs.local.engine.messages import Effect
    from batch_constructs.local.engine.queues import Queue
    from batch_constructs.local.engine.work import Work

SUCCEEDED_REASON = "Essential container in task exited"
TIMEOUT_REASON = "Job attempt duration exceeded timeout"


class Lifecycle:
    """The states of all jobs and their attempts, from the submission to the end; `Engine` decides what starts.

    Attributes:
        queues: The queues by name.
        jobs: The jobs by id.
        consumables: The consumable resources.
        running: The attempts that have a host, by job, child and node.
        assumptions: What AWS does not document.
    """

    def __init__(self, assumptions: Assumptions, *, quiet: bool) -> None:
        self.assumptions = assumptions
        self.queues: dict[str, Queue] = {}
        self.jobs: dict[str, Job] = {}
        self.consumables = Consumables()
        self.running: dict[tuple[str, int, int | None], Attempt] = {}
        self._quiet = quiet
        self._dependencies = Dependencies(self.jobs, self)
        self._timeouts: list[tuple[float, int, Attempt]] = []
        self._numbers = count()
        self._effects: list[Effect] = []
        self._now = 0.0
        # Counts the inputs that may change why a queue is blocked, and those that may give a blocked head room.
        self._version = 0
        self._room = 0

    def queue_of(self, job: Job) -> Queue:
        """Return the queue in which a job waits, or waited."""
        return self.queues[job.work.queue]

    # Submitting and becoming runnable

    def _submit(self, work: Work) -> None:
        share = self.queues[work.queue].share(work, usage_window=self.assumptions.usage_window)
        job = self.jobs[work.id] = Job(work, share, next(self._numbers))
        if not share.open:
            # One more active share may make more of a reservation usable.
            self._room += 1
        share.open += work.size
        self._tell(job, 0, work.size - 1, State.SUBMITTED)
        self._dependencies.add(job)

    def make_pending(self, job: Job) -> None:
        """Let a job wait for the jobs that it depends on."""
        for first, last in list(job.waiting(newest=State.SUBMITTED)):
            self._move(job, first, last, State.PENDING)
        self._tell_parent(job, State.PENDING)

    def make_runnable(self, job: Job, first: int, last: int) -> None:
        """Let children wait for a host."""
        if job.canceled is not None:
            self.fail(job, first, last, job.canceled)
            return
        first_of_array = job.work.array_size and job.state is State.SUBMITTED
        self._move(job, first, last, State.RUNNABLE)
        self.queue_of(job).add(job, first, last, in_order=self.assumptions.children_in_order)
        if first_of_array:
            self._tell_parent(job, State.PENDING)

    def fail(self, job: Job, first: int, last: int, reason: str) -> None:
        """Let neighbors in the same state fail before they start."""
        if job.states[first] == State.RUNNABLE:
            self.queue_of(job).count(job, first - last - 1)
        self._move(job, first, last, State.FAILED, reason)
        self._ended(job, first, last)

    def _started(self, attempt: Attempt) -> None:
        if attempt.state is not State.STARTING:
            return
        attempt.state, attempt.started = State.RUNNING, self._now
        if not attempt.main:
            return
        job = attempt.job
        self._move(job, attempt.index, attempt.index, State.RUNNING, "", attempt)
        self._effects += [Start(each) for each in attempt.group if each is not attempt]
        if job.work.timeout is not None:
            due = self._now + job.work.timeout
            heappush(self._timeouts, (due, next(self._numbers), attempt))
            self._effects.append(WakeAt(due))

    # Ending

    def _exited(
        self,
        attempt: Attempt,
        exit_code: int | None,
        reason: str = "",
        status_reason: str = "",
        invalid: bool = False,  # noqa: FBT001, FBT002 - the fields of Exited, in their order
    ) -> None:
        if attempt.state.final:
            return
        attempt.state = State.SUCCEEDED if exit_code == 0 and not attempt.stopping else State.FAILED
        self.running.pop((attempt.job.work.id, attempt.index, attempt.node), None)
        attempt.host.attempts.pop(attempt, None)
        self._room += 1
        attempt.environment.release(attempt.host, attempt.need)
        attempt.job.share.change(-attempt.need.vcpus, self._now, self.assumptions.running_weight)
        if not attempt.main:
            return
        status_reason = attempt.stopping or status_reason or SUCCEEDED_REASON
        if not self._quiet:
            self._effects.append(Ended(attempt, exit_code, reason, status_reason))
        if attempt.group:
            self._stop_others(attempt)
        self._settle(attempt, exit_code, reason, status_reason, may_retry=not (attempt.stopping or invalid))

    def _settle(
        self,
        attempt: Attempt,
        exit_code: int | None,
        reason: str,
        status_reason: str,
        *,
        may_retry: bool = True,
    ) -> None:
        """Retry the child of an attempt that ended, or let it end, too."""
        job, index = attempt.job, attempt.index
        if job.work.consumables:
            self.consumables.give_back(job.work)
        if attempt.state is State.SUCCEEDED:
            self._move(job, index, index, State.SUCCEEDED, status_reason, attempt)
            self._ended(job, index, index)
        elif may_retry and retried(job.work, attempt.number, exit_code, reason, status_reason):
            self._move(job, index, index, State.RUNNABLE, status_reason, attempt)
            queue = self.queue_of(job)
            queue.add_again(job, index, in_front=self.assumptions.retries_in_front)
        else:
            self._move(job, index, index, State.FAILED, status_reason, attempt)
            self._ended(job, index, index)

    def _stop_others(self, main: Attempt) -> None:
        """Stop the other nodes of a multi-node job; those that never started are gone at once."""
        for each in main.group:
            if each is main or each.state.final:
                continue
            each.stopping = each.stopping or "The main node of the job has ended"
            if main.started is None:
                self._exited(each, None, "", "")
            else:
                self._effects.append(Stop(each, STOP_SECONDS))

    def _ended(self, job: Job, first: int, last: int) -> None:
        """Record that children have ended for good."""
        share = job.share
        share.open -= last - first + 1
        share.last_open = self._now
        if job.work.array_size and job.done:
            self._tell_parent(job, job.state, job.reason)
        self._dependencies.ended(job, first, last)
        if not share.open:
            self._forget_removed(job.work.queue)

    def _forget_removed(self, name: str) -> None:
        """Forget a queue that was removed when the last of its jobs has ended."""
        queue = self.queues.get(name)
        if queue and queue.removed and not any(share.open for share in queue.shares):
            del self.queues[name]

    def _lose(self, host: Host, status_reason: str) -> None:
        self._version += 1
        self._room += 1
        lost = list(host.attempts)
        for environment in {each for queue in self.queues.values() for each in queue.environments}:
            if host in environment.hosts:
                environment.hosts.remove(host)
        for attempt in lost:
            self._exited(attempt, None, "", status_reason)

    # Stopping

    def _cancel(self, job_id: str, reason: str, index: int | None) -> None:
        self._end_waiting(self.jobs[job_id], reason, index, at_once=self.assumptions.cancel_pending_at_once)

    def _terminate(self, job_id: str, reason: str, index: int | None) -> None:
        job = self.jobs[job_id]
        self._end_waiting(job, reason, index, at_once=self.assumptions.terminate_pending_at_once)
        for each in range(job.work.size) if index is None else (index,):
            if job.states[each] in {State.STARTING, State.RUNNING}:
                main = self.running[job.work.id, each, job.work.main_node if job.work.nodes else None]
                self._stop(main, reason)

    def _end_waiting(self, job: Job, reason: str, index: int | None, *, at_once: bool) -> None:
        if index is None and job.open and not job.done and not at_once:
            # AWS Batch cancels a pending job only after the jobs that it depends on have ended.
            job.canceled = reason
            return
        for first, last in list(job.waiting(None if index is None else (index,))):
            self.fail(job, first, last, reason)

    def _stop(self, attempt: Attempt, reason: str) -> None:
        if attempt.stopping is None:
            attempt.stopping = reason
            self._effects.append(Stop(attempt, STOP_SECONDS))

    def _stop_overdue(self) -> None:
        while self._timeouts and self._timeouts[0][0] <= self._now:
            attempt = heappop(self._timeouts)[2]
            if not attempt.state.final:
                self._stop(attempt, TIMEOUT_REASON)

    # Telling

    def _move(
        self, job: Job, first: int, last: int, state: State, reason: str = "", attempt: Attempt | None = None
    ) -> None:
        job.move(first, last, state)
        if state >= State.SUCCEEDED:
            job.reason = reason
        untold = state is State.RUNNABLE or (state is State.FAILED and attempt is None)
        if untold or not self._quiet:
            self._effects.append(Changed(job, first, last, state, reason, attempt))

    def _tell(self, job: Job, first: int, last: int, state: State) -> None:
        if not self._quiet:
            self._effects.append(Changed(job, first, last, state))

    def _tell_parent(self, job: Job, state: State, reason: str = "") -> None:
        if job.work.array_size and not self._quiet:
            self._effects.append(ParentChanged(job, state, reason))
