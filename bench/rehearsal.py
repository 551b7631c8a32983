"""A million jobs on a virtual clock: ``python -m bench.rehearsal [JOBS] [arrays|singles]``.

Arrays of 1,000, or single jobs, in 20 fair shares on Spot instances that are reclaimed; prints CPU seconds and peak memory.
"""

from __future__ import annotations

import resource
import sys
import time
from typing import TYPE_CHECKING

from batch_constructs.facts import prices
from batch_constructs.local.engine import Engine, Environment, FairShare, Need, Queue, Work
from batch_constructs.local.plan import Plan
from batch_constructs.rehearsal.assumptions import HostAssumptions
from batch_constructs.rehearsal.clock import Clock, Kind
from batch_constructs.rehearsal.durations import Lognormal
from batch_constructs.rehearsal.fleets import Fleet
from batch_constructs.rehearsal.hosts import host_types
from batch_constructs.rehearsal.plans import RehearsalPlan, SpotReclaims
from batch_constructs.rehearsal.stage import Stage

if TYPE_CHECKING:
    from collections.abc import Iterator

_NEEDS = [Need(vcpus=1, memory=2_000), Need(vcpus=2, memory=4_000), Need(vcpus=4, memory=16_000)]
_KINDS = [Kind(f"kind{number}", f"definition{number}", Lognormal(300.0, 700.0)) for number in range(3)]


def platform(assumptions: HostAssumptions) -> Stage:
    """Return one queue with 20 shares on one Spot environment of 20,000 vCPUs."""
    stage = Stage(Plan([], None, None, "us-east-1", None), Engine(assumptions.scheduler, quiet=True))  # type: ignore[arg-type]
    environment = Environment("ce", max_vcpus=20_000, largest=Need(vcpus=192, memory=10**7))
    stage.environments["ce"] = environment
    types = host_types(["c7i", "m7i", "r7i"], prices.in_region(prices.US_EAST_1))
    stage.fleets["ce"] = Fleet(environment=environment, types=types, spot=True)
    policy = FairShare(
        decay_seconds=3_600, weights={f"share{number}": 1 + number / 10 for number in range(20)}
    )
    stage.engine.queues["q"] = Queue("q", 1, [environment], policy)
    return stage


def arrivals(jobs: int, size: int) -> Iterator[tuple[float, Work, Kind]]:
    """Yield time, work and kind of jobs that arrive at 500 a second."""
    per_job = size or 1
    for index in range(jobs // per_job):
        work = Work(
            id=f"job{index}",
            queue="q",
            share=f"share{index % 20}",
            need=_NEEDS[index % 3],
            array_size=size,
            attempts=3,
        )
        yield index * per_job * 0.002, work, _KINDS[index % 3]


def main(jobs: int, shape: str) -> None:
    """Play the jobs, and print what it took."""
    assumptions = HostAssumptions(submit_rate=0)
    stage = platform(assumptions)
    plan = RehearsalPlan(scenarios=(SpotReclaims(per_hour=0.05),), until=1e9)
    begin = time.process_time()
    measures = Clock(stage, plan, assumptions, arrivals(jobs, 1_000 if shape == "arrays" else 0)).run()
    took = time.process_time() - begin
    groups = measures.groups.values()
    ended, lost = (
        sum(each.succeeded + each.unsuccessful for each in groups),
        sum(each.lost for each in groups),
    )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{ended:,} {shape}: {took:.2f} s of CPU, {peak:.0f} MiB, {lost:,} attempts lost with their host")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000, sys.argv[2] if len(sys.argv) > 2 else "arrays")
