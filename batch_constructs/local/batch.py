"""The local Batch: one engine on the real clock, with an executor, logs, records and a store."""

from __future__ import annotations

import re
import threading
import time
import uuid
from dataclasses import replace
from heapq import heappop, heappush
from typing import TYPE_CHECKING, Any

from batch_constructs.facts.limits import JOB_HISTORY_DAYS
from batch_constructs.local.engine import (
    Blocked,
    Cancel,
    Engine,
    Exited,
    Host,
    Refresh,
    Start,
    Started,
    Stop,
    Submit,
    Terminate,
    WakeAt,
)
from batch_constructs.local.executors.base import Outcome
from batch_constructs.local.history import History
from batch_constructs.local.jobs.merging import merged
from batch_constructs.local.jobs.records import JobRecord
from batch_constructs.local.jobs.submitting import work_of
from batch_constructs.local.launching import Launcher
from batch_constructs.local.logs import Logs
from batch_constructs.local.resources import Resources
from batch_constructs.local.store import LOST_REASON, Store, restore
from batch_constructs.local.tasks import Task

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from batch_constructs.local.engine import Assumptions, Attempt, Effect, Input
    from batch_constructs.local.executors.base import Executor
    from batch_constructs.local.upstream import Upstream

_CLOSING_SECONDS = 5
_DAY = 86_400
_CHILD_ID = re.compile(r"([^:]+):([0-9]{1,5})")


class LocalBatch:
    """Queues, definitions and jobs of one Region, run by one executor.

    Whatever a folder holds from an earlier run goes on: jobs that wait, wait again; attempts that ran when the earlier
    run died end like those on a host that is lost.

    Args:
        executor: What runs the containers.
        folder: Where the state, the logs and the working folders are kept.
        region: The Region of all ARNs.
        vcpus: The vCPUs that jobs may reserve together.
        memory: The memory in MiB that jobs may reserve together.
        gpus: The GPUs that jobs may reserve together.
        lenient: Accept what AWS Batch refuses but test suites written for moto do: queues and environments can be
            deleted while they are enabled, and scheduling policies may be missing. ListJobs waits up to a second for
            jobs that are starting, since such suites list jobs right after they submit them.
        assumptions: What AWS does not document about its scheduler.
        attempt_seconds: A timeout that replaces those of all jobs, even if it is less than the 60 seconds of AWS.

    Attributes:
        resources: Environments, queues, definitions, policies and consumables.
        history: The records of all jobs.
        logs: What the jobs wrote.
        launcher: What makes containers of attempts.
        upstream: The endpoint for other services, if there is one.
        blocked: Called with the job at the head of a queue, the index of its child, and why it blocks the queue.
        own_calls: What the server answers that no service of AWS has, by path.
    """

    def __init__(
        self,
        executor: Executor,
        folder: Path,
        *,
        region: str = "us-east-1",
        vcpus: float = 4,
        memory: int = 8192,
        gpus: int = 0,
        lenient: bool = False,
        assumptions: Assumptions | None = None,
        attempt_seconds: float | None = None,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.lenient = lenient
        self.region = region
        self.logs = Logs(folder / "logs", region)
        self.launcher = Launcher(folder / "work", region, self.logs)
        self.lock = threading.RLock()
        self.changed = threading.Condition(self.lock)
        self.upstream: Upstream | None = None
        self.blocked: list[Callable[[JobRecord, int | None, str], None]] = []
        self.own_calls: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {}
        self._capacity = (vcpus, memory, gpus)
        self._assumptions = assumptions
        self._attempt_seconds = attempt_seconds
        self._executor = executor
        self._store = Store(folder / "state.db")
        self._tasks: dict[Attempt, Task] = {}
        self._alarms: list[float] = []
        self._alarm_set = threading.Event()
        executor.clean_up(folder / "work")
        self._begin()
        with self.lock:
            now = time.time()
            # As AWS Batch does, which keeps ended jobs for this long at least.
            self._store.forget_before((time.time() - JOB_HISTORY_DAYS * _DAY) * 1000)
            jobs = restore(self._store, self.engine, self.resources, self.history)
            self._carry_out(self.engine.resume(jobs, LOST_REASON, now), now)
        threading.Thread(target=self._keep_time, name="batch-clock", daemon=True).start()

    def _begin(self) -> None:
        self.engine = Engine(self._assumptions)
        self.resources = Resources(self.engine, self.region, Host("i-0000000000local000", *self._capacity))
        self.history = History()

    @property
    def jobs(self) -> dict[str, JobRecord]:
        """All jobs by id."""
        return self.history.jobs

    # What callers do

    def submit(self, request: dict[str, Any]) -> JobRecord:
        """Submit a job, and return its record.

        Args:
            request: The members of SubmitJob; they have been checked.

        Raises:
            ClientError: AWS Batch would refuse it.
        """
        with self.lock:
            queue = self.resources.queue_for(request)
            definition = self.resources.definition_for(request)
            job_id = str(uuid.uuid4())
            members = merged(definition, request)
            work = work_of(job_id, queue["jobQueueName"], members, request)
            if self._attempt_seconds is not None:
                work = replace(work, timeout=self._attempt_seconds)
            self.resources.check_submission(work, self.jobs)
            record = JobRecord(
                id=job_id,
                name=request["jobName"],
                arn=self.resources.arn("job", job_id),
                queue_arn=queue["jobQueueArn"],
                definition_arn=definition["jobDefinitionArn"],
                created=int(time.time() * 1000),
                request=request,
                members=members,
            )
            self.jobs[job_id] = record
            self.send(Submit(work))
            return record

    def cancel(self, job_id: str, reason: str) -> None:
        """Cancel a job that has not started, or a child of an array by ``ID:INDEX``; others go on."""
        base, child = split_id(job_id)
        if record := self.jobs.get(base):
            with self.lock:
                self.history.mark(record, child, "canceled")
                self.send(Cancel(base, reason, child))

    def terminate(self, job_id: str, reason: str) -> None:
        """Stop a job, whatever its state."""
        base, child = split_id(job_id)
        if record := self.jobs.get(base):
            with self.lock:
                self.history.mark(record, child, "terminated")
                self.send(Terminate(base, reason, child))

    def refresh(self) -> None:
        """Look again at what can start, after resources have changed."""
        self.send(Refresh())

    def wait(self, job_id: str, timeout: float | None = None) -> bool:
        """Wait until a job has ended; return whether it has."""
        with self.changed:
            return self.changed.wait_for(lambda: self.jobs[job_id].job.done, timeout)

    def wait_for_starts(self, timeout: float) -> None:
        """Wait until the attempts that are starting run or have ended."""
        with self.changed:
            self.changed.wait_for(lambda: not any(each.started is None for each in self._tasks), timeout)

    def outputs(self, job_id: str) -> Iterator[tuple[str, str, str]]:
        """Yield label, log group and log stream of each container of a job's newest attempt.

        The label is the index of a child of an array, the node, and the container's name where there are several. It is
        empty for the only container of a single job. A child of an array is ``ID:INDEX``.
        """
        base, child = split_id(job_id)
        record = self.jobs[base]
        for index in sorted(record.children) if child is None else (child,):
            streams = record.children[index].streams if index in record.children else {}
            for name, (group, stream) in list(streams.items()):
                yield f"{index} {name}".strip() if record.is_array and child is None else name, group, stream

    def lines(self, job_id: str) -> Iterator[tuple[str, str]]:
        """Yield each line that the containers of `outputs` have written, with the label."""
        for label, group, stream in self.outputs(job_id):
            yield from ((label, message) for _, message in self.logs.events(group, stream))

    def save(self) -> None:
        """Write down what has changed, so that it is there after a crash."""
        with self.lock:
            self._store.save(self.resources.take_touched(), self.history.take_touched())

    def reset(self) -> None:
        """Stop all jobs, and forget them and all resources."""
        self.stop_all()
        with self.lock:
            self._store.clear()
            self._begin()

    def stop_all(self) -> None:
        """Stop all jobs that run, and wait for their containers to end."""
        with self.lock:
            tasks = list(self._tasks.values())
        for task in tasks:
            task.stop(1)
        with self.changed:
            self.changed.wait_for(lambda: not self._tasks, _CLOSING_SECONDS)

    def close(self) -> None:
        """Stop all jobs that run, and close the store."""
        self.stop_all()
        with self.lock:
            self._store.close()

    # The engine and its effects

    def send(self, event: Input) -> None:
        """Give the engine an input, and do what follows from it."""
        with self.changed:
            now = time.time()
            self._carry_out(self.engine.apply(event, now), now)
            self.changed.notify_all()

    def _carry_out(self, effects: list[Effect], now: float) -> None:
        for effect in effects:
            self.history.note(effect, now)
        # What starts is written down first: after a crash nothing runs twice unnoticed.
        starting = [self._prepared(each.attempt) for each in effects if isinstance(each, Start)]
        self.save()
        for thread in starting:
            thread.start()
        for effect in effects:
            match effect:
                case Stop(attempt, grace):
                    if task := self._tasks.get(attempt):
                        task.stop(grace)
                case Blocked(_, job, child, reason) if reason:
                    record = self.jobs[job.work.id]
                    for listener in self.blocked:
                        listener(record, child if record.is_array else None, reason)
                case WakeAt(at):
                    heappush(self._alarms, at)
                    self._alarm_set.set()
        self.history.publish()

    # Containers

    def _prepared(self, attempt: Attempt) -> threading.Thread:
        """Return the thread that will run an attempt."""
        record = self.jobs[attempt.job.work.id]
        parts = self.launcher.parts(attempt, record)
        self.history.touched[record.id].add(attempt.index)
        task = Task(parts, self._executor, lambda: self.send(Started(attempt)))
        self._tasks[attempt] = task
        return threading.Thread(target=self._run, args=(attempt, task), daemon=True)

    def _run(self, attempt: Attempt, task: Task) -> None:
        try:
            outcome = task.run()
        except Exception as error:  # noqa: BLE001 - an attempt must end, whatever happened
            outcome = Outcome(None, f"{type(error).__name__}: {error}")
        # An attempt whose container never ran says so; of all others the engine knows the reason.
        status_reason = "Task failed to start" if outcome.exit_code is None else ""
        with self.lock:
            del self._tasks[attempt]
            self.launcher.forget(attempt)
            # Unless everything was reset meanwhile.
            if self.engine.jobs.get(attempt.job.work.id) is attempt.job:
                self.history.note_outcomes(attempt, task.outcomes())
                self.send(Exited(attempt, outcome.exit_code, outcome.reason, status_reason, outcome.invalid))
            self.changed.notify_all()

    # The clock

    def _keep_time(self) -> None:
        while True:
            with self.lock:
                due = self._alarms[0] if self._alarms else None
            wait = None if due is None else max(0.0, due - time.time())
            if self._alarm_set.wait(wait):
                self._alarm_set.clear()
                continue
            with self.lock:
                heappop(self._alarms)
            self.refresh()


def split_id(job_id: str) -> tuple[str, int | None]:
    """Return the id of the whole job and the index of a child, or ``None``."""
    found = _CHILD_ID.fullmatch(job_id)
    return (found[1], int(found[2])) if found else (job_id, None)
