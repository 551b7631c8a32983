"""Conditions on the result of a rehearsal, such as ``wait.p95 > 30m``, for ``--fail-if``."""

from __future__ import annotations

import operator
import re
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

from batch_constructs.rehearsal.amounts import seconds, share, spelled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from batch_constructs.rehearsal.results import Rehearsal

_COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
}
_CONDITION = re.compile(
    r"\s*(?:(?P<of>[\w./*-]+)\s*:\s*)?(?P<name>[a-z_.0-9]+)\s*(?P<op>>=|<=|>|<)\s*(?P<value>.+?)\s*"
)


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition on a figure of the result.

    Attributes:
        text: The condition as it was written.
        figure: The name of the figure.
        of: The queue or share that it is about; empty for the worst of all, or for the whole.
        holds: Compares the figure with the limit.
        limit: The limit, in seconds, dollars, jobs or parts of one.
    """

    text: str
    figure: str
    of: str
    holds: Callable[[float, float], bool]
    limit: float

    def breach(self, result: Rehearsal) -> str:
        """Return a sentence if the condition holds for a result, else an empty string.

        Raises:
            ValueError: There is no such queue or share, or the cost is not known.
        """
        value = _value(self, result)
        if not self.holds(value, self.limit):
            return ""
        return f"{self.text}: {self.figure} is {_shown(self.figure, value)}"


_TIMES = ("makespan", "submitting", "wait.mean", "wait.p50", "wait.p95", "wait.max")
_COUNTS = ("failed", "left", "never_ran", "lost", "reclaimed", "jobs")
FIGURES = (*_TIMES, *_COUNTS, "cost", "idle", "peak_vcpus")
"""The figures that a condition can be about."""


def condition(text: str) -> Condition:
    """Return the condition that a text describes.

    Args:
        text: Such as ``makespan > 6h``, ``cost > 40``, ``wait.p95 > 30m`` or ``team-a: wait.max > 1h``.

    Raises:
        ValueError: It is no condition.
    """
    found = _CONDITION.fullmatch(text)
    if found is None:
        raise ValueError(f"a condition must be like 'wait.p95 > 30m' or 'cost > 40', got {text!r}")
    name = found["name"]
    if name not in FIGURES:
        near = get_close_matches(name, FIGURES, n=1)
        hint = f" (did you mean {near[0]!r}?)" if near else f"; there are {', '.join(FIGURES)}"
        raise ValueError(f"there is no figure {name!r}{hint}")
    return Condition(
        text.strip(), name, found["of"] or "", _COMPARISONS[found["op"]], _limit(name, found["value"])
    )


def _limit(name: str, value: str) -> float:
    if name in _TIMES:
        return seconds(value)
    if name == "idle":
        return share(value)
    try:
        return float(value.lstrip("$").replace(",", ""))
    except ValueError:
        raise ValueError(f"{name} must be compared with a number, got {value!r}") from None


def _value(wanted: Condition, result: Rehearsal) -> float:
    figure, of = wanted.figure, wanted.of
    if not of:
        whole = _of_whole(figure, result)
        if whole is not None:
            return whole
    groups = (
        [each for each in (*result.queues, *result.shares) if (each.share or each.queue) == of]
        if of
        else list(result.queues)
    )
    if not groups:
        names = ", ".join(each.share or each.queue for each in (*result.queues, *result.shares))
        raise ValueError(f"{wanted.text}: there is no queue or share {of!r}; there are {names}")
    if figure.startswith("wait."):
        return max(float(getattr(each.waits, figure.removeprefix("wait."))) for each in groups)
    if figure == "cost":
        return _known_cost(wanted, (each.cost for each in groups))
    if figure not in {"failed", "left", "lost", "jobs"}:
        raise ValueError(f"{wanted.text}: {figure} is not known of a single queue or share")
    return float(sum(getattr(each, figure) for each in groups))


def _of_whole(figure: str, result: Rehearsal) -> float | None:
    match figure:
        case "makespan" | "submitting":
            return float(getattr(result, figure))
        case "never_ran":
            return float(sum(each.number for each in result.never_ran))
        case "reclaimed":
            return float(sum(each.reclaimed for each in result.environments))
        case "idle":
            return result.idle
        case "peak_vcpus":
            return max((each.peak_vcpus for each in result.environments), default=0.0)
    return None


def _known_cost(wanted: Condition, costs: Iterable[float | None]) -> float:
    found = list(costs)
    if None in found:
        raise ValueError(f"{wanted.text}: the cost is not known, since a price is missing")
    return sum(each for each in found if each is not None)


def _shown(figure: str, value: float) -> str:
    if figure in _TIMES:
        return spelled(value)
    if figure == "cost":
        return f"${value:,.2f}"
    return f"{value:.0%}" if figure == "idle" else f"{value:,g}"
