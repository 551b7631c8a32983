"""The scheduler of the local Batch on a virtual clock: `python -m bench.engine [JOBS]` prints jobs per second."""

from __future__ import annotations

import gc
import heapq
import random
import resource
import sys
import time
from itertools import count
from typing import TYPE_CHECKING

from batch_constructs.local.engine import (
    Engine,
    Environment,
    Exited,
    FairShare,
    Host,
    Queue,
    Refresh,
    Start,
    Started,
    Submit,
    WakeAt,
    Work,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from batch_constructs.local.engine import Input

VCPUS = 1_000
MEAN_SECONDS = 300


def drive(engine: Engine, works: Iterable[Work]) -> int:
    """Run all work to its end; return the number of attempts that started."""
    draw = random.Random(1).expovariate
    apply, push, pop = engine.apply, heapq.heappush, heapq.heappop
    numbers = count()
    heap: list[tuple[float, int, Input]] = [(0.0, next(numbers), Submit(work)) for work in works]
    started = 0
    while heap:
        now, _, event = pop(heap)
        for effect in apply(event, now):
            if type(effect) is Start:
                started += 1
                push(heap, (now, next(numbers), Started(effect.attempt)))
                end = now + draw(1 / MEAN_SECONDS)
                push(heap, (end, next(numbers), Exited(effect.attempt, 0)))
            elif type(effect) is WakeAt:
                push(heap, (effect.time, next(numbers), Refresh()))
    return started


def arrays(jobs: int, shares: int = 0) -> list[Work]:
    """Return arrays of 1,000 children, spread over shares."""
    return [
        Work(id=f"j{number}", queue="q", array_size=1_000, share=f"s{number % shares}" if shares else "")
        for number in range(jobs // 1_000)
    ]


def singles(jobs: int) -> list[Work]:
    """Return single jobs."""
    return [Work(id=f"j{number}", queue="q") for number in range(jobs)]


def measured(kind: str, jobs: int) -> str:
    """Return the seconds, the jobs per second and the memory of one load."""
    works = {"arrays": arrays, "shares": lambda size: arrays(size, 20), "singles": singles}[kind](jobs)
    engine = Engine(quiet=True)
    environment = Environment("e", max_vcpus=VCPUS, hosts=[Host("m", VCPUS, 10**9)])
    engine.queues["q"] = Queue(
        "q", environments=[environment], policy=FairShare() if kind == "shares" else None
    )
    # A run makes no reference cycles, and the collector would look at all jobs again and again.
    gc.disable()
    before = time.perf_counter()
    started = drive(engine, works)
    seconds = time.perf_counter() - before
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return f"{kind:8} {started:>9,} jobs {seconds:7.2f} s {started / seconds:>9,.0f}/s {memory:>5} MiB"


if __name__ == "__main__":
    print(measured(sys.argv[1], int(sys.argv[2])))
