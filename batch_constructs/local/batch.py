"""The local Batch: one engine on the real clock, with executors, logs and records."""

from __future__ import annotations

import secrets
import threading
import time
import uuid
from heapq import heappop, heappush
from typing import TYPE_CHECKING, Any

from batch_constructs.facts.limits import LOG_STREAM_NAME_LENGTH
from batch_constructs.local.engine import (
    Cancel,
    Changed,
    Ended,
    Engine,
    Exited,
    Host,
    ParentChanged,
    Refresh,
    Start,
    Started,
    State,
    Stop,
    Submit,
    Terminate,
    WakeAt,
)
from batch_constructs.local.executors.base import Container, Outcome
from batch_constructs.local.jobs.merging import amount, containers_of, merged, node_group, substituted
from batch_constructs.local.jobs.records import JobRecord
from batch_constructs.local.jobs.submitting import work_of
from batch_constructs.local.jobs.variables import variables
from batch_constructs.local.logs import Logs
from batch_constructs.local.plan.identities import ACCOUNT
from batch_constructs.local.resources import Resources
from batch_constructs.local.tasks import Part, Task, part_options

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from batch_constructs.local.engine import Attempt, Effect, Input
    from batch_constructs.local.executors.base import Executor
    from batch_constructs.local.upstream import Upstream

_CLOSING = 5
DEFAULT_LOG_GROUP = "/aws/batch/job"


class LocalBatch:
    """Queues, definitions and jobs of one Region, run by one executor.

    Attributes:
        region: The Region of all ARNs.
        resources: Environments, queues, definitions, policies and consumables.
        jobs: All jobs by id.
        logs: What the jobs wrote.
        lenient: Whether queues and environments can be deleted while they are enabled, and scheduling policies may be
            missing, as test suites written for moto expect. AWS Batch refuses both.
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
    ) -> None:
        self.lenient = lenient
        self.region = region
        self._capacity = (vcpus, memory, gpus)
        self._begin()
        self.logs = Logs(folder / "logs")
        self.lock = threading.RLock()
        self.changed = threading.Condition(self.lock)
        self.listeners: list[Callable[[JobRecord, int | None, State], None]] = []
        self.endpoints: dict[str, str] = {}
        self.upstream: Upstream | None = None
        self.now = time.time()
        self._executor = executor
        self._folder = folder
        self._tasks: dict[Attempt, Task] = {}
        self._alarms: list[float] = []
        self._alarm_set = threading.Event()
        threading.Thread(target=self._keep_time, name="batch-clock", daemon=True).start()

    def _begin(self) -> None:
        self.engine = Engine()
        self.host = Host("i-0000000000local000", *self._capacity)
        self.resources = Resources(self.engine, self.region, self.host)
        self.jobs: dict[str, JobRecord] = {}

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
            self.resources.check_submission(work, self.jobs)
            record = JobRecord(
                id=job_id,
                name=request["jobName"],
                arn=self.resources.arn("job", job_id),
                queue_arn=queue["jobQueueArn"],
                definition_arn=definition["jobDefinitionArn"],
                created=_now(),
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
            self._mark(record, child, "canceled")
            self.send(Cancel(base, reason, child))

    def terminate(self, job_id: str, reason: str) -> None:
        """Stop a job, whatever its state."""
        base, child = split_id(job_id)
        if record := self.jobs.get(base):
            self._mark(record, child, "terminated")
            self.send(Terminate(base, reason, child))

    def refresh(self) -> None:
        """Look again at what can start, after resources have changed."""
        self.send(Refresh())

    def wait(self, job_id: str, timeout: float | None = None) -> bool:
        """Wait until a job has ended; return whether it has."""
        with self.changed:
            return self.changed.wait_for(lambda: self.jobs[job_id].job.done, timeout)

    def reset(self) -> None:
        """Stop all jobs, and forget them and all resources."""
        self.close()
        with self.lock:
            self._begin()

    def close(self) -> None:
        """Stop all jobs that run, and wait for their containers to end."""
        with self.lock:
            tasks = list(self._tasks.values())
        for task in tasks:
            task.stop(1)
        with self.changed:
            self.changed.wait_for(lambda: not self._tasks, _CLOSING)

    # The engine and its effects

    def send(self, event: Input) -> None:
        """Give the engine an input, and do what follows from it."""
        with self.changed:
            self.now = time.time()
            for effect in self.engine.apply(event, self.now):
                self._carry_out(effect)
            self.changed.notify_all()

    def _carry_out(self, effect: Effect) -> None:
        match effect:
            case Start(attempt):
                self._start(attempt)
            case Stop(attempt, grace):
                if task := self._tasks.get(attempt):
                    task.stop(grace)
            case Changed():
                self._note(effect)
            case Ended():
                self._note_attempt(effect)
            case ParentChanged(job, state, reason):
                record = self.jobs[job.work.id]
                if state.final:
                    record.parent.stopped, record.parent.reason = self._moment, reason
                self._publish(record, None, state)
            case WakeAt(at):
                heappush(self._alarms, at)
                self._alarm_set.set()

    @property
    def _moment(self) -> int:
        """The time of the input that is being dealt with, in milliseconds."""
        return int(self.now * 1000)

    def _note(self, change: Changed) -> None:
        record = self.jobs[change.job.work.id]
        record.job = change.job
        for index in range(change.first, change.last + 1):
            if change.state in {State.RUNNING, State.SUCCEEDED, State.FAILED, State.RUNNABLE}:
                self._note_child(record, change, index)
            # AWS Batch tells nobody of SUBMITTED.
            if change.state != State.SUBMITTED:
                self._publish(record, index if record.is_array else None, change.state)

    def _note_child(self, record: JobRecord, change: Changed, index: int) -> None:
        if change.state is State.RUNNABLE and change.attempt is None:
            return
        child = record.child(index)
        if change.state is State.RUNNING:
            child.started, child.stopped = self._moment, None
        elif change.state.final:
            child.stopped = self._moment
        child.reason = change.reason

    def _note_attempt(self, ended: Ended) -> None:
        attempt = ended.attempt
        child = self.jobs[attempt.job.work.id].child(attempt.index)
        child.container.update(_exit_members(ended))
        child.attempts.append(
            {
                "container": dict(child.container),
                **({"startedAt": int(attempt.started * 1000)} if attempt.started else {}),
                "stoppedAt": self._moment,
                "statusReason": ended.status_reason,
            }
        )

    def _publish(self, record: JobRecord, index: int | None, state: State) -> None:
        for listener in self.listeners:
            listener(record, index, state)

    def _mark(self, record: JobRecord, index: int | None, word: str) -> None:
        with self.lock:
            target = record.parent if index is None and record.is_array else record.child(index or 0)
            setattr(target, word, True)

    # Containers

    def _start(self, attempt: Attempt) -> None:
        task = Task(self._parts(attempt), self._executor, lambda: self.send(Started(attempt)))
        self._tasks[attempt] = task
        threading.Thread(target=self._run, args=(attempt, task), daemon=True).start()

    def _run(self, attempt: Attempt, task: Task) -> None:
        try:
            outcome = task.run()
        except Exception as error:  # noqa: BLE001 - an attempt must end, whatever happened
            outcome = Outcome(None, f"{type(error).__name__}: {error}")
        with self.lock:
            del self._tasks[attempt]
            if attempt.job.work.id not in self.jobs:
                return  # everything was reset meanwhile
            self.send(Exited(attempt, outcome.exit_code, outcome.reason, _status_reason(outcome)))

    def _parts(self, attempt: Attempt) -> list[Part]:
        """Return the containers of an attempt, and note where they log."""
        record = self.jobs[attempt.job.work.id]
        job = record.members if attempt.node is None else node_group(record.members, attempt.node)
        task_id = secrets.token_hex(16)
        definition = record.definition_arn.rpartition("/")[2].partition(":")[0]
        found = []
        for container in containers_of(job):
            stream = f"{definition[:LOG_STREAM_NAME_LENGTH]}/{container['name']}/{task_id}"
            options = container.get("logConfiguration", {}).get("options", {})
            group = options.get("awslogs-group", DEFAULT_LOG_GROUP)
            if options.get("awslogs-stream-prefix"):
                stream = f"{options['awslogs-stream-prefix']}/{container['name']}/{task_id}"
            self._note_task(record, attempt, container["name"], task_id, stream)
            found.append(
                Part(
                    self._container(attempt, container, record.members["parameters"], task_id),
                    self.logs.writer(group, stream),
                    **part_options(container),
                )
            )
        return found

    def _container(
        self, attempt: Attempt, container: dict[str, Any], parameters: dict[str, str], task_id: str
    ) -> Container:
        return Container(
            id=f"{task_id}-{container['name']}",
            name=container["name"],
            image=container.get("image", ""),
            command=tuple(substituted(container.get("command", []), parameters)),
            environment=variables(attempt, container, region=self.region, endpoints=self.endpoints),
            vcpus=amount(container, "VCPU"),
            memory=int(amount(container, "MEMORY")),
            gpus=int(amount(container, "GPU")),
            folder=self._folder / "work" / task_id,
            properties=container,
        )

    def _note_task(self, record: JobRecord, attempt: Attempt, name: str, task_id: str, stream: str) -> None:
        cluster = f"{attempt.environment.name}_Batch_local"
        details: dict[str, Any] = {
            "taskArn": f"arn:aws:ecs:{self.region}:{ACCOUNT}:task/{cluster}/{task_id}",
            "logStreamName": stream,
            "networkInterfaces": [],
        }
        if attempt.environment.platform != "FARGATE":
            details["containerInstanceArn"] = (
                f"arn:aws:ecs:{self.region}:{ACCOUNT}:container-instance/{cluster}/{attempt.host.id}"
            )
        child = record.child(attempt.index)
        if "ecsProperties" in record.members:
            containers = child.container.get("containers", {})
            details["containers"] = {**containers, name: {"logStreamName": stream}}
        if attempt.node is not None:
            child.nodes[attempt.node] = details
        if attempt.main:
            child.container = details

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
    base, _, index = job_id.partition(":")
    return base, int(index) if index.isdigit() else None


def _now() -> int:
    return int(time.time() * 1000)


def _exit_members(ended: Ended) -> dict[str, Any]:
    members: dict[str, Any] = {}
    if ended.exit_code is not None:
        members["exitCode"] = ended.exit_code
    if ended.reason:
        members["reason"] = ended.reason
    return members


def _status_reason(outcome: Outcome) -> str:
    """Return the status reason of an attempt whose container never ran; else nothing, the engine knows it."""
    return "Task failed to start" if outcome.exit_code is None else ""
