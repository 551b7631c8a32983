"""Simulators that others wrote give the same start times."""

from __future__ import annotations

from random import Random

import simpy

from batch_constructs.local.engine import FairShare, Work
from batch_constructs.rehearsal.clock import Kind
from batch_constructs.rehearsal.durations import Constant
from tests.rehearsal.stages import machine, played, waits


def arrivals(number: int, servers: int) -> list[tuple[float, Work, Kind]]:
    """Return jobs of random lengths that keep some servers busy for nine tenths of the time."""
    chance, time, found = Random(11), 0.0, []
    for index in range(number):
        time += chance.expovariate(servers * 0.9 / 20)
        length = round(chance.lognormvariate(2.5, 1.0), 3)
        found.append((time, Work(id=f"job#{index}", queue="q"), Kind("job", "job", Constant(length))))
    return found


def test_simpy_starts_jobs_at_the_same_times() -> None:
    """10,000 jobs, first in, first out, on eight servers: each starts when SimPy's Resource lets it."""
    jobs = arrivals(10_000, 8)
    environment = simpy.Environment()
    servers = simpy.Resource(environment, capacity=8)
    starts: list[float] = []

    def job(time: float, length: float):
        yield environment.timeout(time)
        with servers.request() as request:
            yield request
            starts.append(environment.now)
            yield environment.timeout(length)

    for time, _, kind in jobs:
        environment.process(job(time, kind.duration.mean))
    environment.run()
    clock = played(machine(8), jobs)
    ours = [time + wait for (time, *_), wait in zip(jobs, waits(clock), strict=True)]
    assert [round(each, 6) for each in ours] == [round(each, 6) for each in starts]


def test_simpy_serves_priorities_in_the_same_order() -> None:
    """Jobs of two scheduling priorities on a full server: the higher one first, else in the order of submission."""
    chance = Random(5)
    priorities = [chance.randrange(1, 10) for _ in range(500)]
    environment = simpy.Environment()
    server = simpy.PriorityResource(environment, capacity=1)
    order: list[int] = []

    def job(index: int):
        # SimPy serves the smallest number first.
        with server.request(priority=-priorities[index]) as request:
            yield request
            order.append(index)
            yield environment.timeout(10)

    for index in range(len(priorities)):
        environment.process(job(index))
    environment.run()
    jobs = [
        (
            0.0,
            Work(id=f"{index}", queue="q", share="all", priority=priority),
            Kind(f"{index}", "job", Constant(10.0)),
        )
        for index, priority in enumerate(priorities)
    ]
    runs = played(machine(1, FairShare()), jobs).measures.runs or []
    assert [int(run.label) for run in runs] == order
