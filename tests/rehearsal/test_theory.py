"""A rehearsal agrees with queueing theory, and exactly with an independent calculation, where these have an answer."""

from __future__ import annotations

from heapq import heappop, heappush
from math import factorial
from random import Random
from statistics import mean

import pytest

from batch_constructs.local.engine import FairShare, Need, Work
from batch_constructs.rehearsal.clock import Kind
from tests.rehearsal.stages import Constant, Exponential, machine, played, poisson, waits


def erlang_c(servers: int, load: float) -> float:
    """Return the chance that a job waits: Erlang's formula for ``load`` servers' worth of work."""
    top = load**servers / factorial(servers) * servers / (servers - load)
    return top / (sum(load**k / factorial(k) for k in range(servers)) + top)


def first_come(times: list[float], servers: int, length: float) -> list[float]:
    """Return the wait of each job if the first to come is the first to be served, calculated directly."""
    chance = Random("1/durations")
    free, found = [0.0] * servers, []
    for time in times:
        start = max(time, heappop(free))
        found.append(start - time)
        heappush(free, start + round(chance.expovariate(1 / length), 3))
    return found


@pytest.mark.parametrize(("servers", "busy"), [(1, 0.5), (4, 0.8), (16, 0.95)])
def test_each_job_waits_as_a_direct_calculation_says(servers: int, busy: float) -> None:
    """10,000 random jobs on some servers: each waits exactly as long as by Lindley's recursion."""
    arrivals = list(poisson(10_000, servers * busy / 10, Exponential(10.0)))
    clock = played(machine(servers), arrivals)
    assert waits(clock) == first_come([time for time, _, _ in arrivals], servers, 10.0)


def test_random_jobs_on_several_servers_wait_as_erlang_says() -> None:
    """The mean wait of M/M/4 at half load is that of Erlang C, as far as 30,000 jobs can tell."""
    clock = played(machine(4), poisson(30_000, 4 * 0.5 / 10, Exponential(10.0), seed=4))
    assert mean(waits(clock)) == pytest.approx(erlang_c(4, 2.0) * 10 / (4 * 0.5), rel=0.06)


def test_jobs_of_one_length_wait_half_as_long() -> None:
    """M/D/1: with constant durations the mean wait is half of that with random ones."""
    length, busy = 10.0, 0.5
    clock = played(machine(1), poisson(30_000, busy / length, Constant(length), seed=5))
    assert mean(waits(clock)) == pytest.approx(busy * length / (2 * (1 - busy)), rel=0.04)


def test_the_waiting_line_is_as_long_as_little_says() -> None:
    """The mean number of waiting jobs, as sampled over time, is the arrival rate times the mean wait."""
    length, busy, number = 10.0, 0.8, 10_000
    arrivals = list(poisson(number, busy / length, Exponential(length), seed=7))
    clock = played(machine(1), arrivals, sampled_every=1.0)
    end = clock.measures.last_end
    line = mean(sample.waiting.get("q", 0) for sample in clock.measures.samples if sample.time <= end)
    assert line == pytest.approx(number / end * mean(waits(clock)), rel=0.02)


def test_two_shares_get_what_their_weights_say() -> None:
    """On a full machine the weights 1 and 0.125 give 1 to 8, within 3 %."""
    policy = FairShare(decay_seconds=600, weights={"small": 1.0, "large": 0.125})
    kind = Kind("job", "job", Constant(10.0))
    arrivals = [
        (0.0, Work(id=share, queue="q", share=share, array_size=10_000), kind) for share in ("small", "large")
    ]
    groups = played(machine(9, policy), arrivals).measures.groups
    # Both have work until the larger share has none left.
    until = 10_000 / 8 * 10.0
    small, large = (sum(wait < until for wait in groups["q", name].waits) for name in ("small", "large"))
    assert large / small == pytest.approx(8, rel=0.03)


def test_a_reservation_leaves_room_for_shares_that_are_not_active() -> None:
    """With computeReservation 50 and one active share, half of the vCPUs stay free: (50/100) to the power of 1."""
    kind = Kind("job", "job", Constant(10.0))
    work = Work(id="a", queue="q", share="a", array_size=100)
    clock = played(machine(10, FairShare(compute_reservation=50)), [(0.0, work, kind)])
    assert clock.measures.last_end == pytest.approx(100 / 5 * 10.0)


def test_work_is_packed_within_the_bounds_of_bin_packing() -> None:
    """First in, first out, on one host takes at least as long as the work fills it, and at most twice as long."""
    needs, lengths = (Need(vcpus=3), Need(vcpus=5)), (30.0, 70.0)
    kinds = [Kind(name, name, Constant(length)) for name, length in zip("ab", lengths, strict=True)]
    arrivals = [
        (0.0, Work(id=f"j{index}", queue="q", need=needs[index % 2]), kinds[index % 2])
        for index in range(400)
    ]
    least = 200 * sum(need.vcpus * length for need, length in zip(needs, lengths, strict=True)) / 16
    assert least <= played(machine(16), arrivals).measures.last_end <= 2 * least


def test_no_job_waits_on_a_machine_with_room() -> None:
    """With a server for everybody the wait is exactly 0."""
    assert max(waits(played(machine(10_000), poisson(2_000, 1.0, Exponential(5.0))))) == 0
