"""A rehearsal as plain data, for ``--format json`` and for programs."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from batch_constructs.rehearsal.results import QueueResult, Rehearsal

_MOST_POINTS = 500


def document(result: Rehearsal) -> dict[str, Any]:
    """Return a result as plain data; times are in seconds, costs in US dollars."""
    return {
        "start": result.start.isoformat(),
        "seed": result.seed,
        "makespan": round(result.makespan, 3),
        "submitting": round(result.submitting, 3),
        "cost": _rounded(result.cost),
        "idlePerMonth": _rounded(result.idle_per_month),
        "prices": result.prices,
        "missingPrices": list(result.missing),
        "queues": list(map(_queue, result.queues)),
        "shares": list(map(_queue, result.shares)),
        "environments": [_tidy(asdict(each) | {"idle": each.idle}) for each in result.environments],
        "neverRan": [asdict(each) for each in result.never_ran],
        "assumptions": [each._asdict() for each in result.assumptions],
        "calibrated": result.calibrated,
        "notices": list(result.notices),
        "timeline": {
            "environments": list(result.names),
            "points": [_tidy(each._asdict()) for each in thinned(result.samples)],
        },
    }


def thinned(points: Any) -> list[Any]:
    """Return at most 500 points, evenly spread, with the first and the last."""
    step = max(1, -(-len(points) // _MOST_POINTS))
    return [*points[:-1:step], *points[-1:]]


def _queue(each: QueueResult) -> dict[str, Any]:
    return _tidy(asdict(each) | {"perThousand": each.per_thousand})


def _tidy(members: dict[str, Any]) -> dict[str, Any]:
    """Return members with numbers to three places, and names in the API's spelling."""
    return {_camel(name): _value(value) for name, value in members.items()}


def _value(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _value(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_value(each) for each in value]
    return _rounded(value) if isinstance(value, float) else value


def _rounded(value: float | None) -> float | None:
    # JSON has no infinity, which is the limit of an environment without one.
    return None if value is None or value == float("inf") else round(value, 3)


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(map(str.capitalize, others))


def spread(results: Iterable[dict[str, Any]], figures: Iterable[str]) -> dict[str, tuple[float, float]]:
    """Return the least and the most of some figures over several results."""
    documents = list(results)
    return {
        name: (min(values), max(values))
        for name in figures
        if (values := [each[name] for each in documents if each[name] is not None])
    }
