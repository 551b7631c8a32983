"""The records of jobs, and the listeners that are notified when jobs change."""

from __future__ import annotations

from collections import defaultdict
from copy import deepcopy
from typing import TYPE_CHECKING, Any

from batch_constructs.local.engine import Changed, Ended, ParentChanged, State

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from batch_constructs.local.engine import Attempt, Effect
    from batch_constructs.local.executors.base import Outcome
    from batch_constructs.local.jobs.records import JobRecord

WHOLE = -1
"""Stands for the job itself among the indexes of its children."""


class History:
    """The records of all jobs.

    Attributes:
        jobs: All jobs by id.
        listeners: Called with a record, the index of a child or ``None``, and the state that it reached.
        touched: What has changed since `take_touched` was called: the children by job.
    """

    def __init__(self) -> None:
        self.jobs: dict[str, JobRecord] = {}
        self.listeners: list[Callable[[JobRecord, int | None, State], None]] = []
        self.touched: dict[str, set[int]] = defaultdict(set)
        self._published: list[tuple[JobRecord, int | None, State]] = []
        self._now = 0

    def take_touched(self) -> Iterator[tuple[JobRecord, set[int]]]:
        """Yield each job that has changed with the indexes of its children that have, and forget it."""
        touched, self.touched = self.touched, defaultdict(set)
        for job_id, indexes in touched.items():
            yield self.jobs[job_id], indexes

    def note(self, effect: Effect, now: float) -> None:
        """Write down an effect of the engine.

        Args:
            effect: The effect; those that say nothing about a job's state are passed over.
            now: The time of the input that it follows from, in seconds.
        """
        self._now = int(now * 1000)
        match effect:
            case Changed():
                self._note_change(effect)
            case Ended():
                self._note_attempt(effect)
            case ParentChanged(job, state, reason):
                record = self.jobs[job.work.id]
                self.touched[record.id].add(WHOLE)
                if state.final:
                    record.parent.stopped, record.parent.reason = self._now, reason
                self._publish(record, None, state)

    def mark(self, record: JobRecord, index: int | None, word: str) -> None:
        """Record that somebody has ``canceled`` or ``terminated`` a job or a child."""
        target = record.parent if index is None and record.is_array else record.child(index or 0)
        setattr(target, word, True)
        self.touched[record.id].add(WHOLE if index is None and record.is_array else index or 0)

    def _note_change(self, change: Changed) -> None:
        record = self.jobs[change.job.work.id]
        record.job = change.job
        self.touched[record.id].add(WHOLE)
        for index in range(change.first, change.last + 1):
            if change.state >= State.RUNNING or change.attempt is not None:
                self._note_child(record, change, index)
            # AWS Batch sends no event for SUBMITTED.
            if change.state != State.SUBMITTED:
                self._publish(record, index if record.is_array else None, change.state)

    def _note_child(self, record: JobRecord, change: Changed, index: int) -> None:
        child = record.child(index)
        self.touched[record.id].add(index)
        if change.state is State.RUNNING:
            child.started, child.stopped = self._now, None
        elif change.state.final:
            child.stopped = self._now
        child.reason = change.reason

    def note_outcomes(self, attempt: Attempt, outcomes: Mapping[str, Outcome]) -> None:
        """Write down how each container of an attempt has ended."""
        child = self.jobs[attempt.job.work.id].child(attempt.index)
        details = child.container if attempt.node is None else child.nodes[attempt.node]
        containers = details.get("containers", {})
        for name, outcome in outcomes.items():
            containers.get(name, details).update(_exit_members(outcome))
        self.touched[attempt.job.work.id].add(attempt.index)

    def _note_attempt(self, ended: Ended) -> None:
        attempt = ended.attempt
        record = self.jobs[attempt.job.work.id]
        child = record.child(attempt.index)
        self.touched[record.id].add(attempt.index)
        child.container.update(_exit_members(ended))
        child.attempts.append(
            {
                "container": deepcopy(child.container),
                **({"startedAt": int(attempt.started * 1000)} if attempt.started else {}),
                "stoppedAt": self._now,
                "statusReason": ended.status_reason,
            }
        )

    def publish(self) -> None:
        """Notify the listeners of what has been noted; they may submit jobs in turn."""
        published, self._published = self._published, []
        for record, index, state in published:
            for listener in self.listeners:
                listener(record, index, state)

    def _publish(self, record: JobRecord, index: int | None, state: State) -> None:
        self._published.append((record, index, state))


def _exit_members(ended: Ended | Outcome) -> dict[str, Any]:
    members: dict[str, Any] = {}
    if ended.exit_code is not None:
        members["exitCode"] = ended.exit_code
    if ended.reason:
        members["reason"] = ended.reason
    return members
