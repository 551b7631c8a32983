"""Rehearses a plan on a template, and sums up what happened."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from batch_constructs.facts import prices as price_facts
from batch_constructs.local import obstacles
from batch_constructs.local.engine import State, blocking
from batch_constructs.rehearsal.arrivals import ASSUMED_SECONDS, Arrivals
from batch_constructs.rehearsal.assumptions import HostAssumptions
from batch_constructs.rehearsal.clock import Clock
from batch_constructs.rehearsal.costs import Bill
from batch_constructs.rehearsal.measures import Group, Measures, percentile
from batch_constructs.rehearsal.results import (
    EnvironmentResult,
    NeverRan,
    QueueResult,
    Rehearsal,
    Waits,
)
from batch_constructs.rehearsal.schedules import plan_of_schedules
from batch_constructs.rehearsal.stage import Stage, set_up

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from batch_constructs.facts.prices import Prices
    from batch_constructs.local.engine import Job
    from batch_constructs.local.plan import Plan
    from batch_constructs.rehearsal.plans import RehearsalPlan


def rehearse(
    template: Plan,
    plan: RehearsalPlan,
    *,
    prices: Prices | None = None,
    progress: Callable[[float], None] | None = None,
    change: Callable[[Stage], None] | None = None,
) -> Rehearsal:
    """Return what the platform of a template does with a plan.

    Args:
        template: What the template makes.
        plan: Who submits what, how long it takes, and what goes wrong. Without submissions the template's own schedules
            are played for a day.
        prices: The prices of instance types; by default the list prices of the template's Region.
        progress: Is called from time to time with the seconds that have passed on the virtual clock.
        change: Changes the platform before it is rehearsed.

    Raises:
        PlanError: The plan makes no sense for this template.
        NoScheduleError: It has no submissions, and the template has no schedule that submits jobs.
    """
    if not plan.submissions and plan.trace is None:
        plan = plan_of_schedules(template, plan)
    prices = prices or price_facts.in_region(template.region)
    assumptions = HostAssumptions().with_values(plan.assumptions)
    stage = set_up(template, assumptions, prices)
    if change is not None:
        change(stage)
    arrivals = Arrivals(plan, stage)
    clock = Clock(stage, plan, assumptions, arrivals.in_order(plan.seed, assumptions.submit_rate))
    measures = clock.run(progress)
    return _Summary(stage, plan, arrivals, clock, measures, Bill.of(stage, measures, plan, prices)).rehearsal(
        assumptions
    )


@dataclass(frozen=True, slots=True)
class _Summary:
    """Sums up one rehearsal."""

    stage: Stage
    plan: RehearsalPlan
    arrivals: Arrivals
    clock: Clock
    measures: Measures
    bill: Bill

    def rehearsal(self, assumptions: HostAssumptions) -> Rehearsal:
        engine = self.stage.engine
        left = [job for job in engine.jobs.values() if not job.done]
        by_queue: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for queue, share in self.measures.groups:
            by_queue[queue].append((queue, share))
        rate = assumptions.submit_rate
        return Rehearsal(
            start=self.plan.start,
            first=self.measures.first or 0.0,
            makespan=max(0.0, self.measures.last_end - (self.measures.first or 0.0)),
            submitting=self.arrivals.calls / rate if rate else 0.0,
            queues=tuple(self._queue(name, "", by_queue[name], left) for name in engine.queues),
            shares=tuple(
                self._queue(queue, share, [(queue, share)], left)
                for queue, share in sorted(self.measures.groups)
                if share
            ),
            environments=tuple(map(self._environment, self.stage.environments)),
            never_ran=tuple(self._never_ran(left)),
            idle_per_month=self.bill.idle_per_month,
            missing=tuple(self.bill.missing),
            prices=self.bill.source,
            assumptions=tuple(assumptions.listed()),
            notices=(*self.stage.notices, *self._assumed()),
            samples=self.measures.samples,
            names=tuple(self.stage.environments),
            groups=tuple(group.waits for group in self.measures.groups.values()),
            runs=self.measures.runs or (),
            seed=self.plan.seed,
            calibrated=self.plan.calibrated,
        )

    def _assumed(self) -> Iterable[str]:
        if self.arrivals.assumed:
            names = ", ".join(self.arrivals.assumed)
            yield f"{names}: no duration is given, so each attempt is assumed to run {ASSUMED_SECONDS / 60:g} minutes"
        spot = [name for name in self.stage.spot if name in self.stage.fleets]
        if spot and not any(map(self.clock.scenarios.reclaims, self.stage.fleets[spot[0]].types)):
            yield "Spot instances are never reclaimed here: add the scenario 'spot_reclaims: 5%/h' to see what it does"

    def _queue(self, queue: str, share: str, keys: list[tuple[str, str]], left: list[Job]) -> QueueResult:
        groups = [self.measures.groups[key] for key in keys]
        waits = sorted(wait for group in groups for wait in group.waits)
        open_jobs = [
            job for job in left if job.work.queue == queue and (not share or job.work.share == share)
        ]
        not_ended = sum(
            job.work.size - job.counts[State.SUCCEEDED] - job.counts[State.FAILED] for job in open_jobs
        )
        succeeded = _sum(groups, "succeeded") + sum(job.counts[State.SUCCEEDED] for job in open_jobs)
        failed = _sum(groups, "unsuccessful") + sum(job.counts[State.FAILED] for job in open_jobs)
        vcpu_seconds = _sum(groups, "vcpu_seconds")
        return QueueResult(
            queue=queue,
            share=share,
            jobs=int(succeeded + failed) + not_ended,
            succeeded=int(succeeded),
            failed=int(failed),
            left=not_ended,
            attempts=int(_sum(groups, "attempts")),
            lost=int(_sum(groups, "lost")),
            waits=Waits(
                mean=sum(waits) / len(waits) if waits else 0.0,
                p50=percentile(waits, 0.5),
                p95=percentile(waits, 0.95),
                max=waits[-1] if waits else 0.0,
            ),
            vcpu_hours=vcpu_seconds / 3_600,
            cost=self.bill.of_queue(queue, vcpu_seconds),
        )

    def _environment(self, name: str) -> EnvironmentResult:
        index = list(self.stage.environments).index(name)
        fleet = self.stage.fleets.get(name)
        used = sum(value for (place, _), value in self.measures.used.items() if place == name)
        instances = fleet.past if fleet else []
        had = (
            sum(((each.ended or 0.0) - each.launched) * each.type.vcpus for each in instances)
            if fleet
            else used
        )
        tasks = sum(each[2] for (place, _), each in self.measures.tasks.items() if place == name)
        return EnvironmentResult(
            environment=name,
            max_vcpus=self.stage.environments[name].max_vcpus,
            peak_vcpus=max((each.capacity[index] for each in self.measures.samples), default=0.0),
            launched=len(instances) if fleet else int(tasks),
            reclaimed=fleet.reclaimed if fleet else 0,
            refused=fleet.refused if fleet else 0,
            vcpu_hours=had / 3_600,
            used_vcpu_hours=used / 3_600,
            types=dict(Counter(each.type.name for each in instances).most_common()),
            cost=self.bill.costs[name],
            on_demand_cost=self.bill.on_demand[name],
        )

    def _never_ran(self, left: list[Job]) -> Iterable[NeverRan]:
        """Yield the jobs that did not start, by submission and reason."""
        numbers: dict[tuple[str, str, tuple[str, ...]], int] = defaultdict(int)
        for job in left:
            label = self.clock.kinds[job.work.id].label
            waiting = sum(job.counts[state] for state in (State.SUBMITTED, State.PENDING, State.RUNNABLE))
            if waiting:
                numbers[label, *self._why(job)] += waiting
        for (label, reason, rules), number in numbers.items():
            yield NeverRan(label=label, number=number, reason=reason, rules=rules)

    def _why(self, job: Job) -> tuple[str, tuple[str, ...]]:
        engine = self.stage.engine
        if not job.counts[State.RUNNABLE]:
            return "it depends on jobs that have not ended", ()
        queue = engine.queue_of(job)
        found = blocking.reason(job.work, queue.environments, engine.consumables)
        if not found:
            return "the rehearsal ended before its turn", ()
        definition = self.clock.kinds[job.work.id].definition
        misfit = obstacles.on_aws(self.stage.plan, definition, job.work)
        if misfit is None:
            return found, ()
        return f"{found}: {obstacles.sentence(misfit)}", (obstacles.RULES[misfit.obstacle],)


def _sum(groups: list[Group], name: str) -> float:
    return float(sum(getattr(group, name) for group in groups))
