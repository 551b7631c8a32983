"""Fair share: whose turn it is, by what each share has used.

AWS documents that usage is counted in vCPU-seconds, decays over ``shareDecaySeconds``, and is multiplied with the
weight factor. How it decays is not documented: `Assumptions.usage_window` decides.

Source: AWS Batch User Guide, "Fair-share scheduling policies"; API, FairsharePolicy.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from math import exp

DEFAULT_DECAY_SECONDS = 600
"""What AWS Batch takes for a ``shareDecaySeconds`` of 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FairShare:
    """A fair-share scheduling policy.

    Attributes:
        decay_seconds: The window in which usage counts; 0 means 600 seconds.
        compute_reservation: The percentage kept for shares that are not active yet, 0 to 99.
        weights: The weight factor by share identifier; an identifier that ends in ``*`` is a prefix.
    """

    decay_seconds: float = 0
    compute_reservation: float = 0
    weights: dict[str, float] = field(default_factory=dict)

    @property
    def window(self) -> float:
        """The seconds in which usage counts."""
        return self.decay_seconds or DEFAULT_DECAY_SECONDS

    def weight(self, share: str) -> float:
        """Return the weight factor of a share: the one by its name, else by the longest prefix, else 1."""
        if share in self.weights:
            return self.weights[share]
        prefixes = [name for name in self.weights if name.endswith("*") and share.startswith(name[:-1])]
        return self.weights[max(prefixes, key=len)] if prefixes else 1.0

    def usable(self, active: int) -> float:
        """Return the part of the capacity, 0 to 1, that the active shares may use together."""
        return 1 - (self.compute_reservation / 100) ** active if self.compute_reservation else 1.0


class Share:
    """A share with its past and present usage.

    Attributes:
        name: The share identifier.
        policy: The policy of its queue, or ``None`` where jobs start in the order of submission.
        open: The number of its children that have not ended.
        runnable: The number of its children that wait in RUNNABLE.
        running: The vCPUs that its jobs reserve now.
        last_open: When its last job ended.
        turn: The number that orders the shares: the lowest is served first.
    """

    __slots__ = (
        "_at",
        "_spans",
        "_used",
        "_weight",
        "_window",
        "last_open",
        "name",
        "open",
        "policy",
        "runnable",
        "running",
        "turn",
    )

    def __init__(self, name: str, policy: FairShare | None, *, usage_window: bool = False) -> None:
        self.name = name
        self.open = 0
        self.runnable = 0
        self.running = 0.0
        self.last_open = float("-inf")
        self.turn = 0.0
        self._used = 0.0
        self._at = 0.0
        # Begin, end and vCPUs of what was used within the window; nothing where usage decays exponentially.
        self._spans: deque[list[float]] | None = deque() if usage_window else None
        self.follow(policy)

    def follow(self, policy: FairShare | None) -> None:
        """Take the weight and the window of a policy."""
        self.policy = policy
        self._weight = policy.weight(self.name) if policy else 1.0
        self._window = policy.window if policy else 0.0

    def used(self, now: float) -> float:
        """Return the vCPU-seconds that count at a time."""
        self._advance(now)
        return self._used

    def change(self, vcpus: float, now: float, running_weight: float) -> None:
        """Count vCPUs that start, or with a minus sign end, to be used."""
        if self._window:
            self.refresh(now, 0)
            # The vCPUs that run now count at once, or all free capacity would go to one share.
            self.running += vcpus
            self.turn = self._weight * (self._used / self._window + self.running * running_weight)
        else:
            self.running += vcpus

    def refresh(self, now: float, running_weight: float) -> None:
        """Decay the usage, and find the turn again."""
        if self._window:
            if now != self._at:
                self._advance(now)
            self.turn = self._weight * (self._used / self._window + self.running * running_weight)

    def _advance(self, now: float) -> None:
        """Count what was used since the last time, and let earlier usage decay."""
        if self._spans is not None:
            self._slide(self._spans, now)
        else:
            kept = exp((self._at - now) / self._window)
            self._used = self._used * kept + self.running * self._window * (1 - kept)
        self._at = now

    def _slide(self, spans: deque[list[float]], now: float) -> None:
        """Add the time since the last look, and drop what the window has left behind."""
        if self.running:
            spans.append([self._at, now, self.running])
            self._used += (now - self._at) * self.running
        edge = now - self._window
        while spans and spans[0][0] < edge:
            begin, end, vcpus = spans[0]
            left = min(end, edge)
            self._used -= (left - begin) * vcpus
            if left < end:
                spans[0][0] = left
            else:
                spans.popleft()

    def active(self, now: float) -> bool:
        """Return whether the share has a job, or had one within the decay window."""
        return self.open > 0 or now - self.last_open < self._window
