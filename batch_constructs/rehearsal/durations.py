"""How long jobs run: constant, exponential, lognormal, by quantiles, or as long as jobs of the past."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from dataclasses import dataclass, field
from math import exp, log, sqrt
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from batch_constructs.rehearsal.amounts import seconds, spelled

if TYPE_CHECKING:
    import os
    from random import Random

_Z95 = 1.6448536269514722
"""The 95th percentile of the standard normal distribution."""

_CALL = re.compile(r"(\w+)\((.*)\)", re.DOTALL)
_NAMED = re.compile(r"(\w+)[\s=]+(.+)")


class Distribution(Protocol):
    """The lengths that jobs of one kind have."""

    @property
    def mean(self) -> float:
        """The mean in seconds."""

    def draw(self, chance: Random) -> float:
        """Return one length in seconds."""


@dataclass(frozen=True, slots=True)
class Constant:
    """The same length for each job.

    Attributes:
        mean: Seconds.
    """

    mean: float

    def draw(self, chance: Random) -> float:  # noqa: ARG002 - always the same
        """Return the length."""
        return self.mean

    def __str__(self) -> str:
        return spelled(self.mean)


@dataclass(frozen=True, slots=True)
class Exponential:
    """Exponential lengths, as queueing theory has them.

    Attributes:
        mean: Seconds.
    """

    mean: float

    def draw(self, chance: Random) -> float:
        """Return one length."""
        return chance.expovariate(1 / self.mean)

    def __str__(self) -> str:
        return f"exponential(mean {spelled(self.mean)})"


@dataclass(frozen=True, slots=True)
class Lognormal:
    """Lognormal lengths: most jobs are near the median, a few are much longer.

    Attributes:
        mean: Seconds.
        p95: The 95th percentile in seconds.
    """

    mean: float
    p95: float
    _mu: float = field(init=False, repr=False, compare=False)
    _sigma: float = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not 0 < self.mean < self.p95:
            raise ValueError(
                f"p95 must be longer than the mean, got mean {spelled(self.mean)}, p95 {spelled(self.p95)}"
            )
        if 2 * log(self.p95 / self.mean) > _Z95**2:
            most = self.mean * exp(_Z95**2 / 2)
            raise ValueError(
                f"p95 must be at most {spelled(most)} for the mean {spelled(self.mean)}, got {spelled(self.p95)}: "
                "no lognormal distribution reaches further"
            )

        # p95 / mean = exp(z s - s^2 / 2) has two roots; the smaller one has the shorter tail.
        sigma = _Z95 - sqrt(_Z95**2 - 2 * log(self.p95 / self.mean))
        object.__setattr__(self, "_sigma", sigma)
        object.__setattr__(self, "_mu", log(self.mean) - sigma**2 / 2)

    def draw(self, chance: Random) -> float:
        """Return one length."""
        return chance.lognormvariate(self._mu, self._sigma)

    def __str__(self) -> str:
        return f"lognormal(mean {spelled(self.mean)}, p95 {spelled(self.p95)})"


@dataclass(frozen=True, slots=True)
class Quantiles:
    """Lengths by their quantiles, with straight lines between them.

    Attributes:
        points: Probability and seconds, both rising; from the probability 0 to 1.
    """

    points: tuple[tuple[float, float], ...]

    @property
    def mean(self) -> float:
        """The mean in seconds."""
        pairs = zip(self.points, self.points[1:], strict=False)
        return sum((q - p) * (a + b) / 2 for (p, a), (q, b) in pairs)

    def draw(self, chance: Random) -> float:
        """Return one length."""
        at = chance.random()
        index = min(bisect_right(self.points, (at, float("inf"))), len(self.points) - 1)
        (p, low), (q, high) = self.points[index - 1], self.points[index]
        return low + (high - low) * (at - p) / (q - p)

    def __str__(self) -> str:
        return "quantiles(" + ", ".join(f"p{100 * p:g} {spelled(a)}" for p, a in self.points) + ")"


@dataclass(frozen=True, slots=True)
class Sample:
    """Lengths of jobs of the past, drawn again.

    Attributes:
        lengths: Seconds.
        source: The file that they come from.
    """

    lengths: tuple[float, ...]
    source: str

    @property
    def mean(self) -> float:
        """The mean in seconds."""
        return sum(self.lengths) / len(self.lengths)

    def draw(self, chance: Random) -> float:
        """Return one length."""
        return self.lengths[int(chance.random() * len(self.lengths))]

    def __str__(self) -> str:
        return f"{len(self.lengths):,} jobs of {self.source}"


def distribution(value: object, folder: Path = Path()) -> Distribution:
    """Return the distribution that a plan describes.

    Args:
        value: A duration (``5m``), ``lognormal(mean 5m, p95 12m)``, ``exponential(mean 5m)``,
            ``quantiles(p0 1m, p50 4m, p100 20m)`` or ``file(jobs.json)``.
        folder: Where files are looked for.

    Raises:
        ValueError: It is none of these; the message says what is wrong.
    """
    call = _CALL.fullmatch(value.strip()) if isinstance(value, str) else None
    if call is None:
        return Constant(seconds(value))
    kind, inside = call[1], call[2]
    if kind == "file":
        return sample(folder / inside.strip().strip("'\""))
    given = _arguments(inside) if kind in {"lognormal", "exponential", "quantiles"} else {}
    match kind:
        case "lognormal" if set(given) == {"mean", "p95"}:
            return Lognormal(given["mean"], given["p95"])
        case "exponential" if set(given) == {"mean"} and given["mean"] > 0:
            return Exponential(given["mean"])
        case "quantiles":
            return _quantiles(given)
    raise ValueError(
        "a distribution must be lognormal(mean 5m, p95 12m), exponential(mean 5m), "
        f"quantiles(p0 1m, p50 4m, p100 20m) or file(jobs.json), got {value}"
    )


def _arguments(text: str) -> dict[str, float]:
    found = {}
    for part in text.split(","):
        named = _NAMED.fullmatch(part.strip())
        if named is None:
            raise ValueError(f"{part.strip()!r} must be a name and a duration, such as 'mean 5m'")
        found[named[1]] = seconds(named[2])
    return found


def _quantiles(given: dict[str, float]) -> Quantiles:
    try:
        points = sorted((float(name.removeprefix("p")) / 100, length) for name, length in given.items())
    except ValueError:
        raise ValueError(f"quantiles must be named like p50, got {', '.join(given)}") from None
    if points[0][0] != 0 or points[-1][0] != 1:
        raise ValueError("quantiles must reach from p0 to p100, the shortest and the longest job")
    if [length for _, length in points] != sorted(length for _, length in points):
        raise ValueError("quantiles must not fall: a higher one cannot be shorter")
    return Quantiles(tuple(points))


def sample(path: str | os.PathLike[str]) -> Sample:
    """Return the lengths of the jobs in a file.

    Args:
        path: The JSON that ``aws batch describe-jobs`` prints, or one duration a line.

    Raises:
        ValueError: The file has no job that has ended.
        OSError: It cannot be read.
    """
    text = Path(path).read_text("utf-8")
    if text.lstrip().startswith(("{", "[")):
        lengths = [each for job in jobs_in(json.loads(text)) for each in lengths_of(job)]
    else:
        lengths = [seconds(_number(line)) for line in text.splitlines() if line.strip()]
    if not lengths:
        raise ValueError(f"{path} has no job that has run to its end")
    return Sample(tuple(lengths), Path(path).name)


def jobs_in(document: Any) -> list[dict[str, Any]]:
    """Return the jobs of one answer of DescribeJobs, or of a list of answers or jobs."""
    if isinstance(document, dict):
        found = document.get("jobs", [document])
        return [each for each in found if isinstance(each, dict)]
    return [each for part in document for each in jobs_in(part)]


def lengths_of(job: dict[str, Any]) -> list[float]:
    """Return the seconds that each attempt of a described job ran; those that never started are left out."""
    attempts = job.get("attempts") or [job]
    return [
        (each["stoppedAt"] - each["startedAt"]) / 1000
        for each in attempts
        if each.get("startedAt") and each.get("stoppedAt", 0) >= each["startedAt"]
    ]


def _number(line: str) -> object:
    try:
        return float(line)
    except ValueError:
        return line
