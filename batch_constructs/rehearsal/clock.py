"""Plays a plan on a virtual clock: draws durations, boots and reclaims hosts, and lets the engine decide all else."""

from __future__ import annotations

import gc
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import count
from random import Random
from typing import TYPE_CHECKING, Any

from batch_constructs.facts.prices import LEAST_SECONDS
from batch_constructs.local.engine import (
    Changed,
    Exited,
    HostLost,
    Refresh,
    Start,
    Started,
    State,
    Stop,
    Submit,
    WakeAt,
)
from batch_constructs.rehearsal.demand import Demand
from batch_constructs.rehearsal.measures import Measures, Run
from batch_constructs.rehearsal.scenarios import Scenarios

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from batch_constructs.local.engine import Attempt, Effect, Environment, Input, Job, Work
    from batch_constructs.rehearsal.assumptions import HostAssumptions
    from batch_constructs.rehearsal.durations import Distribution
    from batch_constructs.rehearsal.fleets import Fleet, Instance
    from batch_constructs.rehearsal.plans import Failure, RehearsalPlan
    from batch_constructs.rehearsal.stage import Stage

SPOT_NOTICE = 120
"""Seconds between the notice and the end of a Spot instance. Source: Amazon EC2 User Guide, Spot interruptions."""

_RECLAIMED = "Host EC2 (instance {host}) terminated."


@dataclass(frozen=True, slots=True)
class Kind:
    """The jobs of one submission: what they are called, and how they go.

    Attributes:
        label: The name of the submission.
        definition: The job definition, whose image a host pulls once.
        duration: How long an attempt runs.
        failure: How often one fails by itself, or ``None``.
        processor: ``X86_64`` or ``ARM64``, which decides the price on Fargate.
        awaited: Whether other submissions depend on it, so that its jobs must be remembered.
    """

    label: str
    definition: str
    duration: Distribution
    failure: Failure | None = None
    processor: str = "X86_64"
    awaited: bool = False


@dataclass(slots=True)
class _Going:
    """An attempt that has been placed."""

    placed: float
    kind: Kind
    fleet: Fleet | None


class Clock:
    """A rehearsal while it runs.

    Args:
        stage: The platform.
        plan: The plan.
        assumptions: What AWS does not document.
        arrivals: Time, work and kind of each job, in the order of their submission.

    Attributes:
        stage: The platform.
        scenarios: What goes wrong.
        measures: What has happened.
        now: Seconds after the start.
        kinds: The kind of each job that has not ended, or that others depend on, by its id.
    """

    def __init__(
        self,
        stage: Stage,
        plan: RehearsalPlan,
        assumptions: HostAssumptions,
        arrivals: Iterator[tuple[float, Work, Kind]],
    ) -> None:
        self.stage = stage
        self.scenarios = Scenarios(plan.scenarios)
        self.measures = Measures()
        self.now = 0.0
        self.kinds: dict[str, Kind] = {}
        self._until = plan.until
        self._assumptions = assumptions
        self._arrivals = arrivals
        self._fleets = stage.fleets
        self._heap: list[tuple[float, int, Callable[[Any], None], Any]] = []
        self._numbers = count()
        self._going: dict[Attempt, _Going] = {}
        # The ids of the jobs that have not been counted as ended.
        self._open: set[str] = set()
        self._demand = Demand(stage, self.scenarios, plan.spot_price)
        self._wakes: set[float] = set()
        self._fargate_free = float("-inf")
        self._more = True
        self._done = False
        # Each kind of chance has its own row of numbers, so that one more failure does not change all durations.
        self._durations, self._failures, self._reclaims = (
            Random(f"{plan.seed}/{name}")  # noqa: S311 - no secret
            for name in ("durations", "failures", "reclaims")
        )

    def run(self, progress: Callable[[float], None] | None = None) -> Measures:
        """Play the plan to its end, and return what happened.

        Args:
            progress: Is called from time to time with the seconds that have passed on the virtual clock.
        """
        collecting = gc.isenabled()
        # Nothing here is a circle that must be found, and looking for one takes half of the time.
        gc.disable()
        try:
            self._play(progress)
        finally:
            if collecting:
                gc.enable()
        self._sample()
        for fleet in self._fleets.values():
            for instance in list(fleet.instances.values()):
                fleet.end(instance, self.now)
        return self.measures

    def _play(self, progress: Callable[[float], None] | None) -> None:
        for time, name, valid in self.scenarios.turns():
            environment = self.stage.environments[self.stage.environment(name)]
            self._later(time, self._turn, (environment, valid))
        self._next_arrival(None)
        self._tick(None)
        heap, until, steps = self._heap, self._until, 0
        while heap:
            time, _, what, argument = heappop(heap)
            if time > until or self._done:
                break
            self.now = time
            what(argument)
            steps += 1
            if progress is not None and not steps % 20_000:
                progress(time)

    # Inputs

    def _later(self, time: float, what: Callable[[Any], None], argument: Any) -> None:
        heappush(self._heap, (time, next(self._numbers), what, argument))

    def _apply(self, event: Input) -> None:
        for effect in self.stage.engine.apply(event, self.now):
            self._carry_out(effect)

    def _turn(self, argument: tuple[Environment, bool]) -> None:
        environment, valid = argument
        environment.valid = valid
        self._apply(Refresh())

    def _woken(self, time: float) -> None:
        self._wakes.discard(time)
        self._apply(Refresh())

    def _next_arrival(self, arrived: tuple[Work, Kind] | None) -> None:
        if arrived is not None:
            work, kind = arrived
            self.kinds[work.id] = kind
            self._open.add(work.id)
            if self.measures.first is None:
                self.measures.first = self.now
            self._apply(Submit(work))
        following = next(self._arrivals, None)
        if following is None:
            self._more = False
            return
        time, work, kind = following
        self._later(max(time, self.now), self._next_arrival, (work, kind))

    # Effects

    def _carry_out(self, effect: Effect) -> None:
        match effect:
            case Start(attempt):
                self._start(attempt)
            case Changed(job, first, last, State.RUNNABLE, _, _):
                self.measures.runnable(job, first, last, self.now)
                self._demand.count(job, last - first + 1)
            case Changed(job, first, last, State.FAILED, _, None):
                # Only children that were RUNNABLE have been counted; the others waited for other jobs.
                if self.measures.has_waited(job, first):
                    self._demand.count(job, first - last - 1)
                if job.done:
                    self._finish(job)
            case Stop(attempt, _):
                # A rehearsed container obeys SIGTERM at once.
                self._later(self.now, self._exit, (attempt, 143, ""))
            case WakeAt(time) if time not in self._wakes:
                self._wakes.add(time)
                self._later(time, self._woken, time)

    def _start(self, attempt: Attempt) -> None:
        work = attempt.job.work
        kind = self.kinds[work.id]
        fleet = self._fleets.get(attempt.environment.name)
        running = self.now + self._delay(attempt, kind, fleet)
        self._going[attempt] = _Going(self.now, kind, fleet)
        if not attempt.main:
            self._later(running, self._began, attempt)
            return
        self._demand.count(attempt.job, -1)
        if work.timeout is None and not attempt.group:
            # Nothing depends on the moment in which it begins to run, so it needs no step of its own.
            attempt.started = running
            self.measures.started(attempt, running)
        else:
            self._later(running, self._began, attempt)
        exit_code, reason = 0, ""
        if kind.failure is not None and self._failures.random() < kind.failure.share:
            exit_code, reason = kind.failure.exit_code, kind.failure.reason
        length = round(kind.duration.draw(self._durations), 3)
        self._later(running + length, self._exit, (attempt, exit_code, reason))

    def _delay(self, attempt: Attempt, kind: Kind, fleet: Fleet | None) -> float:
        """Return the seconds from STARTING to RUNNING."""
        given = self._assumptions
        if fleet is not None:
            instance = fleet.takes(attempt)
            if kind.definition in instance.images:
                return given.container_start
            instance.images.add(kind.definition)
            return given.pull + given.container_start
        if attempt.environment.platform != "FARGATE":
            return given.container_start
        return self._fargate_wait() + given.fargate_start

    def _fargate_wait(self) -> float:
        """Return how long a task waits for the rate at which Fargate starts tasks, after a burst."""
        rate, burst = self._assumptions.fargate_rate, self._assumptions.fargate_burst
        if not rate:
            return 0.0
        # When the last task of an endless row would start; the burst may be ahead of it.
        self._fargate_free = max(self._fargate_free, self.now - burst / rate) + 1 / rate
        return max(0.0, self._fargate_free - self.now)

    def _began(self, attempt: Attempt) -> None:
        if attempt in self._going and not attempt.state.final:
            if attempt.main:
                self.measures.started(attempt, self.now)
            self._apply(Started(attempt))

    def _exit(self, argument: tuple[Attempt, int | None, str]) -> None:
        attempt, exit_code, reason = argument
        if attempt not in self._going or attempt.state.final:
            return
        self._over(attempt, "succeeded" if exit_code == 0 and not attempt.stopping else "failed")
        self._apply(Exited(attempt, exit_code, reason))
        for other in attempt.group:
            if other in self._going and other.state.final:
                self._over(other, "stopped")
        # The other nodes of a multi-node job end after it.
        if attempt.main and attempt.job.done:
            self._finish(attempt.job)

    def _finish(self, job: Job) -> None:
        """Count a job that has ended, once, and forget it unless others depend on it."""
        if job.work.id not in self._open:
            return
        self._open.remove(job.work.id)
        self.measures.finished(job)
        if not self.kinds[job.work.id].awaited:
            del self.kinds[job.work.id]
            self.stage.engine.forget(job.work.id)

    def _over(self, attempt: Attempt, outcome: str) -> None:
        """Record the end of an attempt."""
        going = self._going.pop(attempt)
        if going.fleet is not None:
            going.fleet.frees(attempt, self.now)
        self.measures.ended(attempt, going.placed, self.now, outcome)
        if attempt.environment.platform == "FARGATE":
            length = max(self.now - going.placed, LEAST_SECONDS)
            self.measures.task(attempt, going.kind.processor, length)
        if attempt.main and self.measures.runs is not None:
            self.measures.keep(self._run(attempt, going, outcome))

    def _run(self, attempt: Attempt, going: _Going, outcome: str) -> Run:
        return Run(
            label=going.kind.label,
            child=attempt.index,
            attempt=attempt.number,
            queue=attempt.job.work.queue,
            environment=attempt.environment.name,
            runnable=self.measures.since(attempt),
            placed=going.placed,
            running=attempt.started if attempt.started is not None else self.now,
            ended=self.now,
            outcome=outcome,
        )

    def _sample(self) -> None:
        self.measures.samples.append(self._demand.sample(self.now))

    # Hosts

    def _tick(self, _: None) -> None:
        """Let all environments look at the jobs that wait, and end what is idle; the last look ends the rehearsal."""
        for fleet in self._fleets.values():
            fleet.scale_in(self.now)
        launched = self._demand.launched(self.now)
        for fleet, instance in launched:
            self._boot(fleet, instance)
        self._sample()
        if (
            self._more
            or self._going
            or launched
            or self._demand.will_be_met(self.now, woken=bool(self._wakes))
        ):
            self._later(self.now + self._assumptions.scaling_interval, self._tick, None)
        else:
            self._done = True

    def _boot(self, fleet: Fleet, instance: Instance) -> None:
        self._later(self.now + self._assumptions.boot, self._ready, (fleet, instance))
        if fleet.spot and (rate := self.scenarios.reclaims(instance.type)):
            end = self.now + self._reclaims.expovariate(rate / 3_600)
            self._later(max(self.now, end - SPOT_NOTICE), self._notice, (fleet, instance))
            self._later(end, self._reclaim, (fleet, instance))

    def _ready(self, argument: tuple[Fleet, Instance]) -> None:
        fleet, instance = argument
        if fleet.is_ready(instance, self.now):
            self._apply(Refresh())

    def _notice(self, argument: tuple[Fleet, Instance]) -> None:
        fleet, instance = argument
        if instance.ended is None:
            fleet.drain(instance)

    def _reclaim(self, argument: tuple[Fleet, Instance]) -> None:
        fleet, instance = argument
        if instance.ended is not None:
            return
        fleet.reclaimed += 1
        lost = list(instance.attempts)
        for attempt in lost:
            self._over(attempt, "lost")
        fleet.end(instance, self.now)
        self._apply(HostLost(instance.host, _RECLAIMED.format(host=instance.host.id)))
        for attempt in lost:
            if attempt.main and attempt.job.done:
                self._finish(attempt.job)
