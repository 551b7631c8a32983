"""Named parameters for what AWS does not document about its scheduler, with their defaults."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping


class Assumption(NamedTuple):
    """An assumed rule: the parameter, its value, what it means, and the origin of its default."""

    name: str
    value: object
    meaning: str
    origin: str

    @property
    def shown(self) -> str:
        """The value as it is written on the command line."""
        return str(self.value).lower() if isinstance(self.value, bool) else f"{self.value}"


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
        children_in_order: Whether the children of an array start in the order of their indexes; otherwise they start
            in a mixed order, the same one each time.
        usage_window: Whether usage counts in full until the decay window ends; otherwise it decays exponentially with
            the window as time constant.
        fullest_host_first: Whether a job gets a host that has the least vCPUs free; otherwise one that has the most.
    """

    scheduler_cycle: float = 0
    usage_cycle: float = 1
    lookahead: int = 0
    retries_in_front: bool = True
    running_weight: float = 1
    cancel_pending_at_once: bool = False
    terminate_pending_at_once: bool = False
    children_in_order: bool = True
    usage_window: bool = False
    fullest_host_first: bool = True

    @classmethod
    def parsed(cls, values: Mapping[str, str]) -> Assumptions:
        """Return the assumptions with other values for some of them.

        Args:
            values: The new values by the names of the parameters: ``true`` or ``false``, or a number.

        Raises:
            ValueError: There is no such parameter, or it has no such value.
        """
        defaults = {each.name: each.value for each in cls().listed()}
        given: dict[str, Any] = {}
        for name, text in values.items():
            if name not in defaults:
                raise ValueError(f"there is no assumption {name!r}: there are {', '.join(defaults)}")
            given[name] = _parsed(name, text, defaults[name])
        return cls(**given)

    def listed(self) -> list[Assumption]:
        """Return each parameter with its value, its meaning and the origin of its default."""
        return [Assumption(name, getattr(self, name), *text) for name, text in _TEXTS.items()]


def _parsed(name: str, text: str, default: object) -> bool | float:
    """Return a value of the same type as the default."""
    if isinstance(default, bool):
        if text not in {"true", "false"}:
            raise ValueError(f"{name} must be true or false, got {text!r}")
        return text == "true"
    try:
        value = int(text) if name == "lookahead" else float(text)
    except ValueError:
        raise ValueError(f"{name} must be a number, got {text!r}") from None
    if not 0 <= value < inf:
        raise ValueError(f"{name} must be at least 0, got {text}")
    return value


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
    "children_in_order": (
        "the children of an array start in the order of their indexes; if not, in a mixed one",
        "nothing is published; try false to see whether your children depend on their order",
    ),
    "usage_window": (
        "usage counts in full until the decay window ends; if not, it decays exponentially",
        "only the length of the window is published",
    ),
    "fullest_host_first": (
        "a job gets a host with the least vCPUs free; if not, with the most",
        "nothing is published; with few free hosts, hosts can end earlier",
    ),
}
