"""Which jobs wait for which.

Source: AWS Batch User Guide, "Job dependencies"; API, SubmitJob.dependsOn.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Protocol

from batch_constructs.local.engine.work import DependencyKind, State

if TYPE_CHECKING:
    from collections.abc import Mapping

    from batch_constructs.local.engine.jobs import Job

DEPENDENCY_REASON = "Dependent Job failed"


class Moves(Protocol):
    """The moves of jobs that wait for others."""

    def make_pending(self, job: Job) -> None:
        """Let a job wait."""

    def make_runnable(self, job: Job, first: int, last: int) -> None:
        """Let children go on."""

    def fail(self, job: Job, first: int, last: int, reason: str) -> None:
        """Let children fail before they start."""


class Dependencies:
    """The jobs that wait for others, by the job that they wait for.

    Args:
        jobs: All jobs by id.
        moves: What to do with a job that waits, goes on or fails.
    """

    def __init__(self, jobs: Mapping[str, Job], moves: Moves) -> None:
        self._jobs = jobs
        self._moves = moves
        self._whole: dict[str, list[Job]] = defaultdict(list)
        self._by_child: dict[str, list[Job]] = defaultdict(list)
        # How many other children each child of an array still waits for.
        self._missing: dict[Job, bytearray] = {}

    def add(self, job: Job) -> None:
        """Take a job that was just submitted, or that an earlier engine left; it goes on if it waits for nothing."""
        if not job.work.depends_on:
            self._release(job)
            return
        failed = False
        for each in job.work.depends_on:
            other = self._jobs.get(each.job_id)
            if other is None or each.kind is DependencyKind.SEQUENTIAL:
                continue  # a job that AWS Batch has forgotten has ended long ago
            if each.kind is DependencyKind.N_TO_N:
                self._by_child[each.job_id].append(job)
            elif not other.done:
                self._whole[each.job_id].append(job)
                job.open += 1
            elif other.state is State.FAILED:
                failed = True
        if job.sequential or job.pairs:
            self._missing[job] = self._counted(job)
        if failed:
            self._fail(job, 0, job.work.size - 1)
        elif job.open or (job in self._missing and min(self._missing[job])):
            if job.counts[State.SUBMITTED]:
                self._moves.make_pending(job)
        else:
            self._release(job)
        self._fail_pairs_of_failed(job)

    def ended(self, job: Job, first: int, last: int) -> None:
        """Let others go on, or fail, after children of a job have ended."""
        for other in self._by_child.get(job.work.id, ()):
            self._pair_ended(other, job, first, last)
        if job.work.depends_on and job.sequential:
            self._after(job, first, last)
        if job.done:
            self._missing.pop(job, None)
            self._by_child.pop(job.work.id, None)
            for other in self._whole.pop(job.work.id, ()):
                self._one_less(other, failed=job.state is State.FAILED)

    def _counted(self, job: Job) -> bytearray:
        """Return how many children each child of a new array waits for."""
        missing = bytearray(job.work.size)
        for index in range(job.work.size):
            missing[index] = int(job.sequential and index > 0 and job.states[index - 1] != State.SUCCEEDED)
        for each in job.work.depends_on:
            other = self._jobs.get(each.job_id)
            if each.kind is DependencyKind.N_TO_N and other is not None:
                for index in range(job.work.size):
                    missing[index] += other.states[index] != State.SUCCEEDED
        return missing

    def _fail_pairs_of_failed(self, job: Job) -> None:
        for each in job.work.depends_on:
            other = self._jobs.get(each.job_id)
            if each.kind is DependencyKind.N_TO_N and other is not None:
                for index in range(job.work.size):
                    if other.states[index] == State.FAILED:
                        self._fail(job, index, index)

    def _one_less(self, job: Job, *, failed: bool) -> None:
        job.open -= 1
        if failed:
            self._fail(job, 0, job.work.size - 1)
        elif not job.open and not job.done:
            if job.canceled is not None:
                self._moves.fail(job, 0, job.work.size - 1, job.canceled)
            else:
                self._release(job)

    def _release(self, job: Job) -> None:
        """Make all children runnable that wait for no other child."""
        missing = self._missing.get(job)
        if missing is None:
            # Children that were canceled by their own id have ended already.
            for first, last in list(job.waiting(newest=State.PENDING)):
                self._moves.make_runnable(job, first, last)
            return
        for index in range(job.work.size):
            self._try(job, index)

    def _try(self, job: Job, index: int) -> None:
        if not self._missing[job][index] and job.states[index] < State.RUNNABLE and not job.open:
            self._moves.make_runnable(job, index, index)

    def _pair_ended(self, job: Job, other: Job, first: int, last: int) -> None:
        for index in range(first, last + 1):
            if other.states[index] == State.SUCCEEDED:
                if job in self._missing:
                    self._missing[job][index] -= 1
                    self._try(job, index)
            else:
                self._fail(job, index, index)

    def _after(self, job: Job, first: int, last: int) -> None:
        """Let the child after each child go on; a failed child fails all that follow."""
        if any(job.states[index] == State.FAILED for index in range(first, last + 1)):
            self._fail(job, last + 1, job.work.size - 1)
            return
        for index in range(first + 1, min(last + 2, job.work.size)):
            self._missing[job][index] -= 1
            self._try(job, index)

    def _fail(self, job: Job, first: int, last: int) -> None:
        """Let the children fail that have not started, because a job that they depend on has failed."""
        for start, end in job.waiting(range(first, last + 1)):
            self._moves.fail(job, start, end, DEPENDENCY_REASON)
