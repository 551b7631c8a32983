"""What goes wrong around the jobs: Spot reclaims, types without capacity, INVALID environments, quotas."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from batch_constructs.rehearsal.plans import FOREVER, Invalid, NoCapacity, Quota, SpotReclaims

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from batch_constructs.rehearsal.hosts import HostType
    from batch_constructs.rehearsal.plans import Scenario


@dataclass(frozen=True, slots=True)
class Scenarios:
    """All scenarios of a plan, asked by the clock.

    Attributes:
        entries: The scenarios.
    """

    entries: Sequence[Scenario] = ()

    def has(self, type_: HostType, market: str, used: float, now: float) -> bool:
        """Return whether EC2 has one more instance of a type, and the account's quotas allow it.

        Args:
            type_: The type.
            market: ``SPOT`` or ``ON_DEMAND``.
            used: The vCPUs that the platform has of this market.
            now: The time.
        """
        for each in self.entries:
            match each:
                case NoCapacity() if each.market in {"", market} and each.begin <= now < each.end:
                    if not each.types or _is_one(type_.name, each.types):
                        return False
                case Quota() if each.market == market and used + type_.vcpus > each.vcpus:
                    return False
        return True

    def reclaims(self, type_: HostType) -> float:
        """Return how often a Spot instance of a type is reclaimed in an hour."""
        return sum(
            each.per_hour
            for each in self.entries
            if isinstance(each, SpotReclaims) and (not each.types or _is_one(type_.name, each.types))
        )

    def turns(self) -> Iterator[tuple[float, str, bool]]:
        """Yield the times at which an environment becomes INVALID, or with ``True`` VALID again."""
        for each in self.entries:
            if isinstance(each, Invalid):
                yield each.begin, each.environment, False
                if each.end < FOREVER:
                    yield each.end, each.environment, True

    def changes_after(self, now: float) -> bool:
        """Return whether capacity or an environment comes back later."""
        windows = [each for each in self.entries if isinstance(each, NoCapacity | Invalid)]
        return any(now < each.end < FOREVER for each in windows)


def _is_one(name: str, types: Sequence[str]) -> bool:
    """Return whether a type is one of some types and families."""
    return name in types or name.partition(".")[0] in types
