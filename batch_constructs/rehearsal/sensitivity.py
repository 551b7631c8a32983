"""Which argument or assumption moves the result most: each is doubled and halved in turn."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from batch_constructs.facts import prices as price_facts
from batch_constructs.rehearsal.assumptions import HostAssumptions
from batch_constructs.rehearsal.plans import SpotReclaims
from batch_constructs.rehearsal.rehearsing import rehearse
from batch_constructs.rehearsal.stage import set_up

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from batch_constructs.facts.prices import Prices
    from batch_constructs.local.plan import Plan
    from batch_constructs.rehearsal.plans import RehearsalPlan
    from batch_constructs.rehearsal.results import Rehearsal
    from batch_constructs.rehearsal.stage import Stage

_OF_INSTANCES = ("boot", "pull", "scaling_interval", "idle_end")
_OF_FARGATE = ("fargate_start", "fargate_rate")
_FACTORS = (2.0, 0.5)


@dataclass(frozen=True, slots=True)
class Variation:
    """A rehearsal with one thing changed.

    Attributes:
        label: What is changed, and how: ``max_vcpus of Pool: 64 -> 128``.
        result: What came out.
    """

    label: str
    result: Rehearsal


def variations(template: Plan, plan: RehearsalPlan, *, prices: Prices | None = None) -> Iterator[Variation]:
    """Yield a rehearsal for each argument and assumption, once doubled and once halved.

    Args:
        template: What the template makes.
        plan: The plan.
        prices: The prices of instance types; by default the list prices of the template's Region.

    Raises:
        PlanError: The plan makes no sense for this template.
    """
    known = prices or price_facts.in_region(template.region)
    stage = set_up(template, HostAssumptions().with_values(plan.assumptions), known)
    for label, change in _of_platform(stage):
        yield Variation(label, rehearse(template, plan, prices=prices, change=change))
    for label, changed in _of_plan(plan, stage):
        yield Variation(label, rehearse(template, changed, prices=prices))


def _of_platform(stage: Stage) -> Iterator[tuple[str, Callable[[Stage], None]]]:
    for name, environment in stage.environments.items():
        for factor in _FACTORS:
            vcpus = round(environment.max_vcpus * factor) if environment.max_vcpus < float("inf") else 0
            if vcpus:
                yield f"max_vcpus of {name}: {environment.max_vcpus:g} -> {vcpus:g}", _with_vcpus(name, vcpus)
    for name, fleet in stage.fleets.items():
        warm = fleet.environment.max_vcpus / 4
        if not fleet.min_vcpus and 0 < warm < float("inf"):
            yield f"min_vcpus of {name}: 0 -> {warm:g}", _with_minimum(name, warm)
    for name, queue in stage.engine.queues.items():
        for share in queue.policy.weights if queue.policy else ():
            for factor in _FACTORS:
                weight = queue.policy.weights[share] if queue.policy else 1.0
                label = f"weight of {share} in {name}: {weight:g} -> {weight * factor:g}"
                yield label, _with_weight(name, share, weight * factor)


def _with_vcpus(name: str, vcpus: float) -> Callable[[Stage], None]:
    def change(stage: Stage) -> None:
        stage.environments[name].max_vcpus = vcpus

    return change


def _with_minimum(name: str, vcpus: float) -> Callable[[Stage], None]:
    def change(stage: Stage) -> None:
        stage.fleets[name].min_vcpus = vcpus

    return change


def _with_weight(name: str, share: str, weight: float) -> Callable[[Stage], None]:
    def change(stage: Stage) -> None:
        queue = stage.engine.queues[name]
        if queue.policy is not None:
            queue.policy = replace(queue.policy, weights={**queue.policy.weights, share: weight})

    return change


def _of_plan(plan: RehearsalPlan, stage: Stage) -> Iterator[tuple[str, RehearsalPlan]]:
    now = HostAssumptions().with_values(plan.assumptions)
    has_fargate = any(each.platform == "FARGATE" for each in stage.environments.values())
    for name in (*(_OF_INSTANCES if stage.fleets else ()), *(_OF_FARGATE if has_fargate else ())):
        for factor in _FACTORS:
            before = getattr(now, name)
            after = before * factor
            label = f"assumption {name}: {before:g} -> {after:g}"
            yield label, replace(plan, assumptions={**plan.assumptions, name: after})
    for index, scenario in enumerate(plan.scenarios):
        if isinstance(scenario, SpotReclaims):
            for factor in _FACTORS:
                rate = scenario.per_hour * factor
                label = f"Spot reclaims an hour: {scenario.per_hour:g} -> {rate:g}"
                others = list(plan.scenarios)
                others[index] = replace(scenario, per_hour=rate)
                yield label, replace(plan, scenarios=tuple(others))
