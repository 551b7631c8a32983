"""The inputs of the engine, and the effects that its driver carries out."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from batch_constructs.local.engine.hosts import Host
    from batch_constructs.local.engine.jobs import Attempt, Job
    from batch_constructs.local.engine.queues import Queue
    from batch_constructs.local.engine.work import State, Work


class Submit(NamedTuple):
    """Somebody submits a job."""

    work: Work


class Cancel(NamedTuple):
    """Somebody calls CancelJob: jobs that have not reached STARTING fail with the reason."""

    job_id: str
    reason: str
    child: int | None = None


class Terminate(NamedTuple):
    """Somebody calls TerminateJob: jobs that have not ended are stopped and fail with the reason."""

    job_id: str
    reason: str
    child: int | None = None


class Started(NamedTuple):
    """A container runs."""

    attempt: Attempt


class Exited(NamedTuple):
    """A container has ended, or could not be started.

    The status reason is empty unless something else than the container ended it, such as the loss of its host.
    An attempt with an invalid job definition is not retried.
    """

    attempt: Attempt
    exit_code: int | None
    reason: str = ""
    status_reason: str = ""
    invalid: bool = False


class HostLost(NamedTuple):
    """A host is gone, with everything that ran there."""

    host: Host
    status_reason: str


class Refresh(NamedTuple):
    """Capacity, a queue, an environment or a consumable resource has changed, or a time is due."""


Input: TypeAlias = Submit | Cancel | Terminate | Started | Exited | HostLost | Refresh


class Start(NamedTuple):
    """Start the container of an attempt; answer with `Started` and `Exited`."""

    attempt: Attempt


class Stop(NamedTuple):
    """Send SIGTERM to an attempt's container, and SIGKILL after ``grace`` seconds; answer with `Exited`."""

    attempt: Attempt
    grace: float


class Changed(NamedTuple):
    """The children from first to last reached a state; of a job that is no array both are 0.

    RUNNABLE with an attempt is a retry after that attempt failed.
    """

    job: Job
    first: int
    last: int
    state: State
    reason: str = ""
    attempt: Attempt | None = None


class ParentChanged(NamedTuple):
    """The parent of an array reached a state."""

    job: Job
    state: State
    reason: str = ""


class Ended(NamedTuple):
    """An attempt has ended: it is retried, or its job has ended, too."""

    attempt: Attempt
    exit_code: int | None
    reason: str
    status_reason: str


class Blocked(NamedTuple):
    """The head of a queue cannot start; an empty reason means that it can again."""

    queue: Queue
    job: Job
    child: int
    reason: str


class WakeAt(NamedTuple):
    """Send `Refresh` at a time, unless another input comes at or after it."""

    time: float


Effect: TypeAlias = Start | Stop | Changed | ParentChanged | Ended | Blocked | WakeAt
