"""Fits the model to the user's own jobs, and says how well it reproduces them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from statistics import median
from typing import TYPE_CHECKING, Any

from batch_constructs.rehearsal.amounts import spelled
from batch_constructs.rehearsal.assumptions import HostAssumptions
from batch_constructs.rehearsal.durations import Sample
from batch_constructs.rehearsal.measures import percentile
from batch_constructs.rehearsal.plans import RehearsalPlan, Trace
from batch_constructs.rehearsal.rehearsing import rehearse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from batch_constructs.local.plan import Plan
    from batch_constructs.rehearsal.traces import PastJob

_FASTEST = 0.1
"""The part of all waits that only needed a start: their fastest tenth."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """The parameters that were fitted to jobs of the past.

    Attributes:
        durations: The lengths of attempts, by job definition.
        assumptions: The assumptions that the jobs tell something about.
        summary: How many jobs there were, and their waits as measured and as rehearsed with these parameters.
    """

    durations: dict[str, Sample]
    assumptions: dict[str, Any]
    summary: str

    def applied(self, plan: RehearsalPlan) -> RehearsalPlan:
        """Return a plan with what was fitted; what the plan says itself is kept."""
        return replace(
            plan,
            fitted=self.durations,
            assumptions={**self.assumptions, **plan.assumptions},
            calibrated=self.summary,
        )


def calibrate(template: Plan, jobs: Sequence[PastJob], source: str) -> Calibration:
    """Return the parameters that fit jobs which ran on the platform of a template.

    The fastest tenth of all waits only needed a start. The wait of a job that came when nothing ran, and nothing had run
    for as long as an idle instance is kept, contains the boot of its host.

    Args:
        template: What the template makes.
        jobs: The jobs, as DescribeJobs showed them.
        source: The name of their file.

    Raises:
        ValueError: The jobs do not say how long they waited, or are not of this template.
    """
    waits = sorted(each.waited for each in jobs if each.waited is not None)
    if not waits:
        raise ValueError(
            f"{source} must be the JSON of `aws batch describe-jobs`, with createdAt and startedAt"
        )
    given = HostAssumptions()
    start = percentile(waits, _FASTEST)
    fargate = all(
        request.request.get("computeResources", {}).get("type", "").startswith("FARGATE")
        for request in template.requests
        if request.operation == "CreateComputeEnvironment"
    )
    fitted: dict[str, Any] = {"fargate_start" if fargate else "container_start": round(start, 1)}
    cold = [] if fargate else list(_cold(jobs, given.idle_end))
    if cold:
        # On average a job waits half an interval for the look that launches its host.
        boot = median(cold) - given.scaling_interval / 2 - given.pull - start
        fitted["boot"] = round(max(0.0, boot), 1)
    durations = _durations(template, jobs, source)
    summary = _summary(template, jobs, waits, fitted, source)
    return Calibration(durations=durations, assumptions=fitted, summary=summary)


def _durations(template: Plan, jobs: Sequence[PastJob], source: str) -> dict[str, Sample]:
    known = {each.name for each in template.requests if each.operation == "RegisterJobDefinition"}
    lengths: dict[str, list[float]] = defaultdict(list)
    for each in jobs:
        if each.definition in known:
            lengths[each.definition].append(each.seconds)
    return {name: Sample(tuple(found), source) for name, found in lengths.items()}


def _cold(jobs: Sequence[PastJob], idle: float) -> list[float]:
    """Return the waits of jobs that came when no host was there any more."""
    found = []
    busy_until = float("-inf")
    for each in sorted(jobs, key=lambda job: job.submitted):
        waited = each.waited or 0.0
        if each.submitted > busy_until + idle and waited:
            found.append(waited)
        busy_until = max(busy_until, each.submitted + waited + each.seconds)
    return found


def _summary(
    template: Plan, jobs: Sequence[PastJob], waits: list[float], fitted: dict[str, Any], source: str
) -> str:
    """Return how well a rehearsal of the same submissions reproduces the waits."""
    again = RehearsalPlan(trace=Trace(jobs=tuple(jobs)), assumptions=fitted)
    result = rehearse(template, again)
    rehearsed = sorted(wait for group in result.groups for wait in group)
    pairs = ", ".join(
        f"p{part * 100:g} {spelled(percentile(waits, part))} measured and {spelled(percentile(rehearsed, part))} rehearsed"
        for part in (0.5, 0.95)
    )
    return f"{len(jobs):,} jobs of {source}; waits: {pairs}"
