"""The scheduler of the local Batch on a virtual clock: seconds of CPU, jobs per second and memory.

Run with ``python -m bench.engine KIND JOBS``, such as ``singles 1000000``. The kinds: ``arrays`` of 1,000, the same with
20 ``shares``, ``singles``, and ``hosts``: arrays of four sizes on 10,000 hosts.
"""

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
    Hosts,
    Need,
    Queue,
    Refresh,
    Start,
    Started,
    Submit,
    WakeAt,
    Work,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from batch_constructs.local.engine import Input

VCPUS = 1_000
HOSTS = 10_000
MEAN_SECONDS = 300


def drive(engine: Engine, works: Iterable[Work]) -> int:
    """Submit all work at once, and run it to its end; return the number of attempts that started."""
    draw = random.Random(1).expovariate
    apply, push, pop = engine.apply, heapq.heappush, heapq.heappop
    numbers = count()
    heap: list[tuple[float, int, Input]] = []
    submitted = ((0.0, 0, Submit(work)) for work in works)
    started = 0
    # The heap has only what runs.
    while (each := next(submitted, None)) or heap:
        now, _, event = each or pop(heap)
        for effect in apply(event, now):
            if type(effect) is Start:
                started += 1
                push(heap, (now, next(numbers), Started(effect.attempt)))
                end = now + draw(1 / MEAN_SECONDS)
                push(heap, (end, next(numbers), Exited(effect.attempt, 0)))
            elif type(effect) is WakeAt:
                push(heap, (effect.time, next(numbers), Refresh()))
    return started


def arrays(jobs: int, shares: int = 0) -> Iterator[Work]:
    """Return arrays of 1,000 children, spread over shares."""
    return (
        Work(id=f"j{number}", queue="q", array_size=1_000, share=f"s{number % shares}" if shares else "")
        for number in range(jobs // 1_000)
    )


def singles(jobs: int) -> Iterator[Work]:
    """Return single jobs."""
    return (Work(id=f"j{number}", queue="q") for number in range(jobs))


def sizes(jobs: int) -> Iterator[Work]:
    """Return arrays of 1,000 children that need 1, 2, 4 or 8 vCPUs."""
    return (
        Work(id=f"j{number}", queue="q", array_size=1_000, need=Need(vcpus=2 ** (number % 4), memory=2_000))
        for number in range(jobs // 1_000)
    )


def load(kind: str, jobs: int) -> tuple[Iterator[Work], list[Host], FairShare | None]:
    """Return the jobs of a kind of load, the hosts that they run on, and the policy of their queue."""
    large = [Host("m", VCPUS, 10**9)]
    many = [Host(f"i-{number}", 16, 64_000) for number in range(HOSTS)] if kind == "hosts" else []
    return {
        "arrays": lambda: (arrays(jobs), large, None),
        "shares": lambda: (arrays(jobs, 20), large, FairShare()),
        "singles": lambda: (singles(jobs), large, None),
        "hosts": lambda: (sizes(jobs), many, None),
    }[kind]()


def measured(kind: str, jobs: int) -> str:
    """Return the seconds of CPU, the jobs per second and the memory of one load."""
    works, hosts, policy = load(kind, jobs)
    engine = Engine(quiet=True)
    environment = Environment("e", max_vcpus=sum(host.vcpus for host in hosts), hosts=Hosts(hosts))
    engine.queues["q"] = Queue("q", environments=[environment], policy=policy)
    # A run makes no reference cycles, and the collector would look at all jobs again and again.
    gc.disable()
    before = time.process_time()
    started = drive(engine, works)
    seconds = time.process_time() - before
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return f"{kind:8} {started:>9,} jobs {seconds:7.2f} s of CPU {started / seconds:>9,.0f}/s {memory:>5} MiB"


if __name__ == "__main__":
    print(measured(sys.argv[1], int(sys.argv[2])))
