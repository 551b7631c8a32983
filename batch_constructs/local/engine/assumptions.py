"""Named parameters for what AWS does not document about its scheduler, with their defaults."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class Assumption(NamedTuple):
    """An assumed rule: the parameter, its value, what it means, and the origin of its default."""

    name: str
    value: object
    meaning: str
    origin: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumptions:
    """The parameters of the scheduler that AWS does not document.

    Attributes:
        scheduler_cycle: Seconds between two looks at the queues; with 0 each input is followed by one.
        usage_cycle: Seconds after which the usage of all shares is decayed again; 0 does it at each start.
        lookahead: The number of jobs behind a blocked head of a queue that may start before it.
        retries_in_front: Whether a retried job goes before the jobs that wait in its share already.
        running_weight: How often the vCPUs that run now count in a share's turn, added to its decayed usage.
        cancel_pending_at_once: Whether CancelJob ends a job that waits for its dependencies at once.
        terminate_pending_at_once: The same for TerminateJob.
    """

    scheduler_cycle: float = 0
    usage_cycle: float = 1
    lookahead: int = 0
    retries_in_front: bool = True
    running_weight: float = 1
    cancel_pending_at_once: bool = False
    terminate_pending_at_once: bool = False

    def listed(self) -> list[Assumption]:
        """Return each parameter with its value, its meaning and the origin of its default."""
        return [Assumption(name, getattr(self, name), *text) for name, text in _TEXTS.items()]


_TEXTS = {
    "scheduler_cycle": (
        "seconds between two looks at the queues; with 0 each change is followed by one",
        "the API describes cycles, not their length; 0 is the fastest answer",
    ),
    "usage_cycle": ("seconds after which the usage of all shares is decayed again", "nothing is published"),
    "lookahead": (
        "number of jobs behind a blocked head that may start before it",
        "the guide says that the head can block a queue, and not that others pass it",
    ),
    "retries_in_front": (
        "a retried job goes before the jobs that wait in its share",
        "best practices: placed at the front of the queue; nothing is said of shares",
    ),
    "running_weight": (
        "how often the running vCPUs count in a share's turn, added to its decayed usage",
        "usage is of running and recent jobs; how they are added is not published",
    ),
    "cancel_pending_at_once": (
        "CancelJob ends a PENDING job before its dependencies have ended",
        "API, CancelJob: a PENDING job is canceled after its dependencies have completed",
    ),
    "terminate_pending_at_once": (
        "TerminateJob ends a PENDING job before its dependencies have ended",
        "nothing is published; taken from CancelJob",
    ),
}
