"""Small platforms for rehearsals, made without a template."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING, Any

from batch_constructs.local.engine import Engine, Environment, FairShare, Host, Hosts, Need, Queue, Work
from batch_constructs.local.plan import Plan
from batch_constructs.rehearsal.assumptions import HostAssumptions
from batch_constructs.rehearsal.clock import Clock, Kind
from batch_constructs.rehearsal.durations import Constant, Distribution, Exponential
from batch_constructs.rehearsal.plans import RehearsalPlan
from batch_constructs.rehearsal.stage import Stage

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

IDEAL = HostAssumptions(
    submit_rate=0, scaling_interval=1e12, boot=0, pull=0, container_start=0, fargate_start=0, fargate_rate=0
)
"""Hosts without any delay, as queueing theory has them."""


def machine(vcpus: float, policy: FairShare | None = None) -> Stage:
    """Return one queue on one host."""
    stage = Stage(Plan([], None, None, "us-east-1", None), Engine(IDEAL.scheduler, quiet=True))  # type: ignore[arg-type]
    need = Need(vcpus=vcpus, memory=10**9)
    environment = Environment("ce", max_vcpus=vcpus, hosts=Hosts([Host("i", vcpus, 10**9)]), largest=need)
    stage.environments["ce"] = environment
    stage.engine.queues["q"] = Queue("q", 1, [environment], policy)
    return stage


def poisson(
    number: int, rate: float, duration: Distribution, seed: int = 1
) -> Iterator[tuple[float, Work, Kind]]:
    """Yield jobs of one vCPU that arrive at random, ``rate`` a second."""
    chance, time = Random(seed), 0.0
    kind = Kind("job", "job", duration)
    for index in range(number):
        time += chance.expovariate(rate)
        yield time, Work(id=f"job#{index}", queue="q"), kind


def played(
    stage: Stage,
    arrivals: Iterable[tuple[float, Work, Kind]],
    *,
    sampled_every: float = 1e12,
    **plan: Any,
) -> Clock:
    """Return a clock that has played some arrivals on hosts without delays."""
    assumptions = replace(IDEAL, scaling_interval=sampled_every)
    clock = Clock(stage, RehearsalPlan(**{"until": 1e15, **plan}), assumptions, iter(arrivals))
    clock.run()
    return clock


def waits(clock: Clock) -> list[float]:
    """Return how long each job waited, in the order in which they started."""
    return [wait for group in clock.measures.groups.values() for wait in group.waits]


__all__ = ["IDEAL", "Constant", "Exponential", "machine", "played", "poisson", "waits"]
