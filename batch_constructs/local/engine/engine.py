"""The scheduler: what happens to jobs, as AWS documents it.

`Engine.apply` takes one input and the time, and returns the effects. It knows no clock, no thread and no process, so
that the same rules hold for jobs that run here and for jobs that are only rehearsed.
"""

from __future__ import annotations

from heapq import heappop, heappush
from itertools import count
from typing import TYPE_CHECKING

from batch_constructs.facts.limits import STOP_SECONDS
from batch_constructs.local.engine import blocking
from batch_constructs.local.engine.dependencies import Dependencies
from batch_constructs.local.engine.jobs import Attempt, Job
from batch_constructs.local.engine.messages import (
    Blocked,
    Cancel,
    Changed,
    Ended,
    Exited,
    HostLost,
    ParentChanged,
    Refresh,
    Start,
    Started,
    Stop,
    Submit,
    Terminate,
    WakeAt,
)
from batch_constructs.local.engine.places import Consumables, Environment, Host
from batch_constructs.local.engine.retries import retried
from batch_constructs.local.engine.work import State

if TYPE_CHECKING:
    from collections.abc import Iterable

    from batch_constructs.local.engine.messages import Effect, Input
    from batch_constructs.local.engine.queues import Queue
    from batch_constructs.local.engine.work import Need

SUCCEEDED_REASON = "Essential container in task exited"
TIMEOUT_REASON = "Job attempt duration exceeded timeout"


class Engine:
    """All queues with their jobs.

    Attributes:
        queues: The queues by name.
        jobs: The jobs by id.
        consumables: The consumable resources.
        running: The attempts that have a host, by job, child and node.
    """

    def __init__(self) -> None:
        self.queues: dict[str, Queue] = {}
        self.jobs: dict[str, Job] = {}
        self.consumables = Consumables()
        self.running: dict[tuple[str, int, int | None], Attempt] = {}
        self._dependencies = Dependencies(self)
        self._timeouts: list[tuple[float, int, Attempt]] = []
        self._numbers = count()
        self._effects: list[Effect] = []
        self._now = 0.0

    def apply(self, event: Input, now: float) -> list[Effect]:
        """Return what follows from an input at a time, in order.

        Args:
            event: The input.
            now: The time in seconds; it must not go back.
        """
        self._now = now
        effects = self._effects = []
        match event:
            case Submit(work):
                self._submit(Job(work, self.queues[work.queue], next(self._numbers)))
            case Started(attempt):
                self._started(attempt)
            case Exited(attempt, exit_code, reason, status_reason):
                self._exited(attempt, exit_code, reason, status_reason)
            case Cancel(job_id, reason, index):
                self._cancel(self.jobs[job_id], reason, index)
            case Terminate(job_id, reason, index):
                self._terminate(self.jobs[job_id], reason, index)
            case HostLost(host, status_reason):
                self._lose(host, status_reason)
            case Refresh():
                pass
        self._stop_overdue()
        self._dispatch()
        return effects

    def resume(self, lost_reason: str, now: float) -> list[Effect]:
        """Go on with `jobs` that an earlier engine left, and return what follows.

        Args:
            lost_reason: The status reason of attempts that ran; the retry rules decide what becomes of them.
            now: The time in seconds.
        """
        self._now = now
        effects = self._effects = []
        for job in sorted(self.jobs.values(), key=lambda each: each.order):
            ended = job.counts[State.SUCCEEDED] + job.counts[State.FAILED]
            job.queue.share(job).open += job.work.size - ended
            self._numbers = count(job.order + 1)
        for job in list(self.jobs.values()):
            for index in range(job.work.size):
                if job.states[index] in {State.STARTING, State.RUNNING}:
                    self._resume_lost(job, index, lost_reason)
                elif job.states[index] == State.RUNNABLE:
                    job.queue.add(job, index, index)
        for job in list(self.jobs.values()):
            if not job.done:
                self._dependencies.add(job)
        self._dispatch()
        return effects

    def _resume_lost(self, job: Job, index: int, reason: str) -> None:
        """End an attempt that nobody watched any more."""
        self.consumables.take_again(job.work)
        nobody = Environment("")
        attempt = Attempt(job, index, job.attempts[index], nobody, Host("", 0, 0), job.work.need)
        attempt.state = State.FAILED
        self._effects.append(Ended(attempt, None, "", reason))
        self._settle(attempt, None, "", reason)

    # Submitting and becoming runnable

    def _submit(self, job: Job) -> None:
        self.jobs[job.work.id] = job
        job.queue.share(job).open += job.work.size
        self._tell(job, 0, job.work.size - 1, State.SUBMITTED)
        self._dependencies.add(job)

    def make_pending(self, job: Job) -> None:
        """Let a job wait for the jobs that it depends on."""
        self._move(job, 0, job.work.size - 1, State.PENDING)
        if job.work.array_size:
            self._effects.append(ParentChanged(job, State.PENDING))

    def make_runnable(self, job: Job, first: int, last: int) -> None:
        """Let children wait for a host."""
        if job.canceled is not None:
            self.fail(job, first, last, job.canceled)
            return
        first_of_array = job.work.array_size and job.state is State.SUBMITTED
        self._move(job, first, last, State.RUNNABLE)
        job.queue.add(job, first, last)
        if first_of_array:
            self._effects.append(ParentChanged(job, State.PENDING))

    def fail(self, job: Job, first: int, last: int, reason: str) -> None:
        """Let neighbors in the same state fail before they start."""
        if job.states[first] == State.RUNNABLE:
            job.queue.runnable -= last - first + 1
        self._move(job, first, last, State.FAILED, reason)
        self._ended(job, first, last)

    # Starting

    def _dispatch(self) -> None:
        for queue in sorted(self.queues.values(), key=lambda each: -each.priority):
            if queue.runnable:
                self._serve(queue)
            elif queue.blocked_head:
                self._unblock(queue)

    def _serve(self, queue: Queue) -> None:
        """Start what has room, in order; the first child that has none blocks the queue."""
        while (head := next(queue.heads(self._now), None)) is not None:
            job, index = head
            if self._place(job, index):
                if queue.blocked_head == head:
                    self._unblock(queue)
                continue
            if not self._block(queue, job, index):
                return

    def _place(self, job: Job, index: int) -> bool:
        work, queue = job.work, job.queue
        needs: tuple[Need, ...] = work.nodes or (work.need,)
        if not self.consumables.suffice(work) or not self._share_has_room(job, needs):
            return False
        for environment in queue.environments:
            if environment.platform != work.platform:
                continue
            hosts = environment.place(needs)
            if hosts is not None:
                self._start(
                    job, index, [(environment, host, need) for host, need in zip(hosts, needs, strict=True)]
                )
                return True
        return False

    def _share_has_room(self, job: Job, needs: Iterable[Need]) -> bool:
        """Return whether the active shares may use more of the queue's capacity."""
        queue = job.queue
        policy = queue.policy
        if policy is None or not policy.compute_reservation:
            return True
        active = sum(share.active(policy, self._now) for share in queue.shares.values())
        running = sum(share.running for share in queue.shares.values())
        wanted = sum(need.vcpus for need in needs)
        return running + wanted <= queue.max_vcpus * policy.usable(active)

    def _start(self, job: Job, index: int, places: list[tuple[Environment, Host, Need]]) -> None:
        work = job.work
        job.attempts[index] += 1
        job.queue.runnable -= 1
        self.consumables.take(work)
        group: list[Attempt] = []
        for node, (environment, host, need) in enumerate(places):
            group.append(
                Attempt(
                    job,
                    index,
                    job.attempts[index],
                    environment,
                    host,
                    need,
                    node if work.nodes else None,
                    group=group,
                )
            )
        job.queue.share(job).change(sum(each.need.vcpus for each in group), job.queue.policy, self._now)
        for attempt in group:
            self.running[work.id, index, attempt.node] = attempt
        main = next(each for each in group if each.main)
        self._move(job, index, index, State.STARTING, attempt=main)
        # The other nodes start when the main node runs.
        self._effects.append(Start(main))

    def _started(self, attempt: Attempt) -> None:
        if attempt.state is not State.STARTING:
            return
        attempt.state, attempt.started = State.RUNNING, self._now
        if not attempt.main:
            return
        job = attempt.job
        self._move(job, attempt.index, attempt.index, State.RUNNING, attempt=attempt)
        self._effects += [Start(each) for each in attempt.group if each is not attempt]
        if job.work.timeout is not None:
            due = self._now + job.work.timeout
            heappush(self._timeouts, (due, next(self._numbers), attempt))
            self._effects.append(WakeAt(due))

    # Ending

    def _exited(self, attempt: Attempt, exit_code: int | None, reason: str, status_reason: str) -> None:
        if attempt.state.final:
            return
        attempt.state = State.SUCCEEDED if exit_code == 0 and not attempt.stopping else State.FAILED
        self.running.pop((attempt.job.work.id, attempt.index, attempt.node), None)
        attempt.environment.release(attempt.host, attempt.need)
        attempt.job.queue.share(attempt.job).change(-attempt.need.vcpus, attempt.job.queue.policy, self._now)
        if not attempt.main:
            return
        status_reason = attempt.stopping or status_reason or SUCCEEDED_REASON
        self._effects.append(Ended(attempt, exit_code, reason, status_reason))
        self._stop_others(attempt)
        self._settle(attempt, exit_code, reason, status_reason)

    def _settle(self, attempt: Attempt, exit_code: int | None, reason: str, status_reason: str) -> None:
        """Retry the child of an attempt that ended, or let it end, too."""
        job, index = attempt.job, attempt.index
        self.consumables.give_back(job.work)
        if attempt.state is State.SUCCEEDED:
            self._move(job, index, index, State.SUCCEEDED, status_reason, attempt)
            self._ended(job, index, index)
        elif not attempt.stopping and retried(job.work, attempt.number, exit_code, reason, status_reason):
            self._move(job, index, index, State.RUNNABLE, status_reason, attempt)
            job.queue.add_in_front(job, index)
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
        """Note that children have ended for good."""
        share = job.queue.share(job)
        share.open -= last - first + 1
        share.last_open = self._now
        if job.work.array_size and job.done:
            self._effects.append(ParentChanged(job, job.state, job.reason))
        self._dependencies.ended(job, first, last)

    def _lose(self, host: Host, status_reason: str) -> None:
        lost = [each for each in self.running.values() if each.host is host]
        for environment in {each for queue in self.queues.values() for each in queue.environments}:
            if host in environment.hosts:
                environment.hosts.remove(host)
        for attempt in lost:
            self._exited(attempt, None, "", status_reason)

    # Stopping

    def _cancel(self, job: Job, reason: str, index: int | None) -> None:
        indexes = range(job.work.size) if index is None else (index,)
        if index is None and job.open and not job.done:
            # AWS Batch cancels a pending job only after the jobs that it depends on have ended.
            job.canceled = reason
            return
        for first, last in list(job.waiting(indexes)):
            self.fail(job, first, last, reason)

    def _terminate(self, job: Job, reason: str, index: int | None) -> None:
        self._cancel(job, reason, index)
        for each in range(job.work.size) if index is None else (index,):
            if job.states[each] in {State.STARTING, State.RUNNING}:
                main = self.running[job.work.id, each, job.work.main_node if job.work.nodes else None]
                self._stop(main, reason)

    def _stop(self, attempt: Attempt, reason: str) -> None:
        if attempt.stopping is None:
            attempt.stopping = reason
            self._effects.append(Stop(attempt, STOP_SECONDS))

    def _stop_overdue(self) -> None:
        while self._timeouts and self._timeouts[0][0] <= self._now:
            attempt = heappop(self._timeouts)[2]
            if not attempt.state.final:
                self._stop(attempt, TIMEOUT_REASON)

    # Blocked queues

    def _block(self, queue: Queue, job: Job, index: int) -> bool:
        """Note why the head of a queue does not start; return whether a time limit has canceled it."""
        reason = blocking.reason(self, job)
        if queue.blocked_head != (job, index) or queue.blocked != reason:
            queue.blocked_head, queue.blocked, queue.blocked_since = (job, index), reason, self._now
            self._effects.append(Blocked(queue, job, index, reason))
        limits = [each.seconds for each in queue.time_limits if each.reason == reason]
        if not limits:
            return False
        due = queue.blocked_since + min(limits)
        if due > self._now:
            self._effects.append(WakeAt(due))
            return False
        self.fail(job, index, index, blocking.CANCELED.format(reason=reason))
        self._unblock(queue)
        return True

    def _unblock(self, queue: Queue) -> None:
        if queue.blocked_head is not None:
            job, index = queue.blocked_head
            self._effects.append(Blocked(queue, job, index, ""))
        queue.blocked_head, queue.blocked = None, ""

    # Telling

    def _move(
        self, job: Job, first: int, last: int, state: State, reason: str = "", attempt: Attempt | None = None
    ) -> None:
        for index in range(first, last + 1):
            job.move(index, state)
        if state.final:
            job.reason = reason
        self._tell(job, first, last, state, reason, attempt)

    def _tell(
        self, job: Job, first: int, last: int, state: State, reason: str = "", attempt: Attempt | None = None
    ) -> None:
        self._effects.append(Changed(job, first, last, state, reason, attempt))
