"""Fair share: whose turn it is, by what each share has used.

AWS documents that usage is counted in vCPU-seconds, decays over ``shareDecaySeconds``, and is multiplied with the
weight factor. How it decays is not documented; here it decays exponentially with the window as time constant.

Source: AWS Batch User Guide, "Fair-share scheduling policies"; API, FairsharePolicy.
"""

from __future__ import annotations

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
        weights: The weight factor by share identifier; an identifier that ends in ``*`` stands for a prefix.
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


@dataclass(slots=True, eq=False)
class Share:
    """What a share has used and is using.

    Attributes:
        name: The share identifier.
        weight: Its weight factor; a lower one gets more.
        open: The number of its children that have not ended.
        running: The vCPUs that its jobs reserve now.
        last_open: When its last job ended.
    """

    name: str
    weight: float
    open: int = 0
    running: float = 0
    last_open: float = float("-inf")
    _used: float = 0
    _at: float = 0

    def turn(self, policy: FairShare | None, now: float) -> float:
        """Return the number that orders the shares: the lowest is served first."""
        if policy is None:
            return 0
        # The vCPUs that run now count at once, or all free capacity would go to one share.
        return self.weight * (self.used(policy, now) / policy.window + self.running)

    def used(self, policy: FairShare, now: float) -> float:
        """Return the decayed vCPU-seconds."""
        kept = exp((self._at - now) / policy.window)
        return self._used * kept + self.running * policy.window * (1 - kept)

    def change(self, vcpus: float, policy: FairShare | None, now: float) -> None:
        """Count vCPUs that start, or with a minus sign end, to be used."""
        if policy is not None:
            self._used, self._at = self.used(policy, now), now
        self.running += vcpus

    def active(self, policy: FairShare, now: float) -> bool:
        """Return whether the share has a job, or had one within the decay window."""
        return self.open > 0 or now - self.last_open < policy.window
