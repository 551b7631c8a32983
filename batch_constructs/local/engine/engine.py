"""The scheduler: what happens to jobs, as AWS documents it.

`Engine.apply` takes one input and the time, and returns the effects. It knows no clock, no thread and no process, so
that the same rules hold for jobs that run here and for jobs that are only rehearsed.
"""

from __future__ import annotations

from itertools import count, islice
from typing import TYPE_CHECKING

from batch_constructs.local.engine import blocking
from batch_constructs.local.engine.assumptions import Assumptions
from batch_constructs.local.engine.hosts import Host
from batch_constructs.local.engine.jobs import Attempt, Job
from batch_constructs.local.engine.lifecycle import Lifecycle
from batch_constructs.local.engine.messages import (
    Blocked,
    Cancel,
    Ended,
    Exited,
    HostLost,
    Refresh,
    Start,
    Started,
    Submit,
    Terminate,
    WakeAt,
)
from batch_constructs.local.engine.places import Environment
from batch_constructs.local.engine.work import State

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from batch_constructs.local.engine.messages import Effect, Input
    from batch_constructs.local.engine.queues import Queue
    from batch_constructs.local.engine.work import Work


class Engine(Lifecycle):
    """All queues with their jobs: a machine of states without clock, thread or process.

    A driver gives it inputs with their times, and carries out the effects that it returns, in their order::

        for effect in engine.apply(Submit(work), now):
            ...  # Start: run a container, and answer with Started and Exited

    Queues, environments and consumable resources are plain objects. Whoever changes one sends `Refresh` afterwards.

    Args:
        assumptions: What AWS does not document.
        quiet: Whether to leave out the effects that tell a driver what it knows: ParentChanged, Ended, and Changed except
            for children that become RUNNABLE or fail before they start.

    Attributes:
        queues: The queues by name.
        jobs: The jobs by id.
        consumables: The consumable resources.
        running: The attempts that have a host, by job, child and node.
        assumptions: What AWS does not document.
    """

    def __init__(self, assumptions: Assumptions | None = None, *, quiet: bool = False) -> None:
        super().__init__(assumptions or Assumptions(), quiet=quiet)
        self._next_cycle = float("-inf")
        self._reasons: dict[str, tuple[Job, int, str]] = {}
        self._handlers: dict[type[Input], Callable[..., None]] = {
            Submit: self._submit,
            Started: self._started,
            Exited: self._exited,
            Cancel: self._cancel,
            Terminate: self._terminate,
            HostLost: self._lose,
            Refresh: self._refresh,
        }

    def apply(self, event: Input, now: float) -> list[Effect]:
        """Return what follows from an input at a time, in order.

        Args:
            event: The input.
            now: The time in seconds; it must not go back.
        """
        self._now = now
        effects = self._effects = []
        self._handlers[type(event)](*event)
        if self._timeouts:
            self._stop_overdue()
        # A container that runs frees nothing, so nothing else can start.
        if type(event) is not Started:
            self._dispatch()
        return effects

    def resume(self, jobs: Iterable[Job], lost_reason: str, now: float) -> list[Effect]:
        """Go on with jobs that an earlier engine left, and return what follows.

        Args:
            jobs: The jobs in the order of their submission.
            lost_reason: The status reason of attempts that ran; the retry rules decide what becomes of them.
            now: The time in seconds.
        """
        self._now = now
        effects = self._effects = []
        resumed = list(jobs)
        for job in resumed:
            self.jobs[job.work.id] = job
            ended = job.counts[State.SUCCEEDED] + job.counts[State.FAILED]
            job.share.open += job.work.size - ended
            self._numbers = count(job.order + 1)
        for job in resumed:
            if not job.done:
                self._resume_children(job, lost_reason)
        for job in resumed:
            if not job.done:
                self._dependencies.add(job)
        self._dispatch()
        return effects

    def forget(self, job_id: str) -> None:
        """Forget a job that has ended; jobs that depend on it later do not wait for it.

        Raises:
            ValueError: The job has not ended.
        """
        if not self.jobs[job_id].done:
            raise ValueError(f"job {job_id} has not ended")
        del self.jobs[job_id]

    def remove_queue(self, name: str) -> None:
        """Remove a queue; its jobs have been terminated, and the queue is gone when the last of them has ended."""
        self.queues[name].enabled, self.queues[name].removed = False, True
        self._forget_removed(name)

    def _resume_children(self, job: Job, lost_reason: str) -> None:
        for index in range(job.work.size):
            if job.states[index] in {State.STARTING, State.RUNNING}:
                self._resume_lost(job, index, lost_reason)
            elif job.states[index] == State.RUNNABLE:
                self.queue_of(job).add(job, index, index)

    def _resume_lost(self, job: Job, index: int, reason: str) -> None:
        """End an attempt that nobody watched any more."""
        self.consumables.take_again(job.work)
        nobody = Environment("")
        attempt = Attempt(job, index, job.attempts[index], nobody, Host("", 0, 0), job.work.need)
        attempt.state = State.FAILED
        if not self._quiet:
            self._effects.append(Ended(attempt, None, "", reason))
        self._settle(attempt, None, "", reason)

    def _refresh(self) -> None:
        self._version += 1
        self._room += 1

    # Starting

    def _dispatch(self) -> None:
        """Serve all queues that wait, those with a higher priority first."""
        waiting = [each for each in self.queues.values() if each.runnable or each.blocked_head]
        if not waiting:
            return
        if self.assumptions.scheduler_cycle and not self._cycle_is_due():
            return
        if len(waiting) > 1:
            waiting.sort(key=_by_priority)
        for queue in waiting:
            if queue.runnable:
                self._serve(queue)
            else:
                self._unblock(queue)

    def _cycle_is_due(self) -> bool:
        """Return whether the queues are looked at now; else ask to be woken when they are."""
        if self._now >= self._next_cycle:
            self._next_cycle = self._now + self.assumptions.scheduler_cycle
            return True
        self._effects.append(WakeAt(self._next_cycle))
        return False

    def _serve(self, queue: Queue) -> None:
        """Start what has room, in order; the first child that has none blocks the queue."""
        cycle, weight = self.assumptions.usage_cycle, self.assumptions.running_weight
        while (head := queue.head(self._now, cycle, weight)) is not None:
            if queue.blocked_head == head and queue.blocked_at == self._room:
                self._look_ahead(queue)
                return
            job, index = head
            if self._place(queue, job, index):
                if queue.blocked_head == head:
                    self._unblock(queue)
            elif not self._block(queue, job, index):
                queue.blocked_at = self._room
                self._look_ahead(queue)
                return

    def _look_ahead(self, queue: Queue) -> None:
        """Start jobs behind a blocked head, as far as it is assumed that they may pass it."""
        if self.assumptions.lookahead:
            waiting = queue.in_order(self._now, self.assumptions.running_weight)
            for job, index in list(islice(waiting, 1, self.assumptions.lookahead + 1)):
                self._place(queue, job, index)

    def _place(self, queue: Queue, job: Job, index: int) -> bool:
        """Start a child in the first environment that has room; return whether there is one."""
        work = job.work
        if work.consumables and not self.consumables.suffice(work):
            return False
        if not self._share_has_room(queue, work):
            return False
        fullest = self.assumptions.fullest_host_first
        for environment in queue.environments:
            if environment.platform != work.platform:
                continue
            if not work.nodes:
                host = environment.place_one(work.need, fullest=fullest)
                if host is not None:
                    self._start(queue, job, index, environment, host)
                    return True
            elif (hosts := environment.place(work.nodes, fullest=fullest)) is not None:
                self._start_nodes(queue, job, index, environment, hosts)
                return True
        return False

    def _share_has_room(self, queue: Queue, work: Work) -> bool:
        """Return whether the active shares may use more of the queue's capacity."""
        policy = queue.policy
        if policy is None or not policy.compute_reservation:
            return True
        shares = queue.shares
        active = sum(share.active(self._now) for share in shares)
        running = sum(share.running for share in shares)
        return running + work.vcpus <= queue.max_vcpus * policy.usable(active)

    def _start(self, queue: Queue, job: Job, index: int, environment: Environment, host: Host) -> None:
        number = job.begin(index)
        attempt = Attempt(job, index, number, environment, host, job.work.need)
        self.running[job.work.id, index, None] = attempt
        host.attempts[attempt] = None
        self._take(queue, job)
        self._move(job, index, index, State.STARTING, "", attempt)
        self._effects.append(Start(attempt))

    def _start_nodes(
        self, queue: Queue, job: Job, index: int, environment: Environment, hosts: list[Host]
    ) -> None:
        """Start the main node; the others start when it runs."""
        number = job.begin(index)
        group: list[Attempt] = []
        for node, (host, need) in enumerate(zip(hosts, job.work.nodes, strict=True)):
            group.append(Attempt(job, index, number, environment, host, need, node, group=group))
            self.running[job.work.id, index, node] = group[-1]
            host.attempts[group[-1]] = None
        main = group[job.work.main_node]
        self._take(queue, job)
        self._move(job, index, index, State.STARTING, "", main)
        self._effects.append(Start(main))

    def _take(self, queue: Queue, job: Job) -> None:
        """Count what a child uses from now on."""
        queue.count(job, -1)
        if job.work.consumables:
            self.consumables.take(job.work)
        job.share.change(job.work.vcpus, self._now, self.assumptions.running_weight)

    # Blocked queues

    def _block(self, queue: Queue, job: Job, index: int) -> bool:
        """Record why the head of a queue does not start; return whether a time limit has canceled it."""
        reason = self._reason(queue, job)
        if queue.blocked_head != (job, index) or queue.blocked != reason:
            if reason or queue.blocked:
                self._effects.append(Blocked(queue, job, index, reason))
            queue.blocked_head, queue.blocked, queue.blocked_since = (job, index), reason, self._now
        if not reason:
            return False
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

    def _reason(self, queue: Queue, job: Job) -> str:
        """Return why a job does not start; it is found again for another job, or after something has changed."""
        known = self._reasons.get(queue.name)
        if known is None or known[0] is not job or known[1] != self._version:
            found = blocking.reason(job.work, queue.environments, self.consumables)
            known = self._reasons[queue.name] = (job, self._version, found)
        return known[2]

    def _unblock(self, queue: Queue) -> None:
        if queue.blocked_head is not None and queue.blocked:
            job, index = queue.blocked_head
            self._effects.append(Blocked(queue, job, index, ""))
        queue.blocked_head, queue.blocked = None, ""


def _by_priority(queue: Queue) -> int:
    return -queue.priority
