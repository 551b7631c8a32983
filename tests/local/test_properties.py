"""What holds for every workload, whatever is submitted and whatever goes wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zlib import crc32

from hypothesis import given, settings
from hypothesis import strategies as st

from batch_constructs.local.engine import (
    Cancel,
    Dependency,
    DependencyKind,
    FairShare,
    HostLost,
    Need,
    State,
    Terminate,
    Work,
)
from tests.local.virtual import World, job

if TYPE_CHECKING:
    from batch_constructs.local.engine import Attempt

VCPUS = 8


@st.composite
def workloads(draw: st.DrawFn) -> list[tuple[float, Work]]:
    """Up to twelve jobs with their times: single, arrays and multi-node, with dependencies on earlier ones."""
    works: list[tuple[float, Work]] = []
    for number in range(draw(st.integers(1, 12))):
        size = draw(st.sampled_from([0, 0, 2, 5]))
        nodes = draw(st.sampled_from([0, 0, 0, 2])) if not size else 0
        works.append(
            (
                draw(st.integers(0, 60)),
                job(
                    f"j{number}",
                    queue=draw(st.sampled_from(["q", "urgent"])),
                    array_size=size,
                    nodes=(Need(vcpus=1),) * nodes,
                    need=Need(vcpus=draw(st.sampled_from([1, 2, 8, 16]))),
                    attempts=draw(st.integers(1, 3)),
                    timeout=draw(st.sampled_from([None, 60])),
                    share=draw(st.sampled_from(["a", "b"])),
                    priority=draw(st.integers(0, 2)),
                    depends_on=draw(_dependencies([work for _, work in works], size)),
                ),
            )
        )
    return works


def _dependencies(earlier: list[Work], size: int) -> st.SearchStrategy[tuple[Dependency, ...]]:
    choices = [Dependency(job_id=work.id) for work in earlier]
    if size:
        choices.append(Dependency(kind=DependencyKind.SEQUENTIAL))
        choices += [
            Dependency(job_id=work.id, kind=DependencyKind.N_TO_N)
            for work in earlier
            if work.array_size == size
        ]
    return st.lists(st.sampled_from(choices), max_size=2, unique=True).map(tuple) if choices else st.just(())


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """A world with that workload, in which attempts fail, hang and are stopped."""
    seed = draw(st.integers(0, 10**6))

    def fate(attempt: Attempt, salt: str, options: int) -> int:
        name = f"{seed}{salt}{attempt.job.work.id}/{attempt.index}/{attempt.number}/{attempt.node}"
        return crc32(name.encode()) % options

    world = World(
        vcpus=VCPUS,
        policy=draw(
            st.sampled_from([None, FairShare(), FairShare(compute_reservation=50, weights={"a": 0.5})])
        ),
        duration=lambda attempt: (
            -1 if attempt.job.work.timeout and not fate(attempt, "hang", 5) else 1 + fate(attempt, "t", 50)
        ),
        exit_code=lambda attempt: int(not fate(attempt, "code", 4)),
    )
    world.add_queue("urgent", priority=5)
    submitted = draw(workloads())
    # A dependency must have been submitted before.
    latest = 0.0
    for at, work in submitted:
        latest = max(latest, at)
        world.submit(work, at=latest)
    for kind in (Cancel, Terminate):
        for at in draw(st.lists(st.integers(0, 200), max_size=2)):
            victim = draw(st.sampled_from([work for _, work in submitted])).id
            world.later(max(at, latest), kind(victim, "stopped"))
    if draw(st.booleans()):
        world.later(draw(st.integers(1, 100)), HostLost(world.host, "Host EC2 (instance i-1) terminated."))
    return world


@settings(max_examples=150, deadline=None)
@given(worlds())
def test_capacity_is_never_exceeded_and_all_of_it_comes_back(world: World) -> None:
    """The machine never has less than nothing free, and when nothing runs it has everything free."""
    seen = [world.host.vcpus]
    apply = world.engine.apply

    def watched(event: object, now: float) -> object:
        effects = apply(event, now)  # type: ignore[arg-type]
        seen.append(world.host.vcpus)
        return effects

    world.engine.apply = watched  # type: ignore[method-assign, assignment]
    world.run()
    assert min(seen) >= 0
    assert world.engine.running == {}
    assert (world.host.vcpus, world.environment.used) == (VCPUS, 0)


@settings(max_examples=150, deadline=None)
@given(worlds())
def test_every_job_ends_or_its_queue_says_why(world: World) -> None:
    """What does not end waits for something that the queue names, or for such a job."""
    world.run()
    left = [each for each in world.engine.jobs.values() if not each.done]
    stuck = {each.blocked_head[0].work.id for each in world.engine.queues.values() if each.blocked_head}
    assert not left or stuck
    assert all(each.counts[State.STARTING] + each.counts[State.RUNNING] == 0 for each in left)


@settings(max_examples=150, deadline=None)
@given(worlds())
def test_nothing_starts_before_what_it_depends_on(world: World) -> None:
    """Each start comes after the success of all that must have succeeded, and attempts stay below their limit."""
    world.run()
    ends = {
        (job_id, index): time for time, job_id, index, state, _ in world.changes if state is State.SUCCEEDED
    }
    for run in world.runs:
        work = world.engine.jobs[run.job].work
        assert run.number <= work.attempts
        for dependency in work.depends_on:
            for other in _needed(world, work, dependency, run.index):
                assert ends[other] <= run.time


def _needed(world: World, work: Work, dependency: Dependency, index: int) -> list[tuple[str, int]]:
    """Return the children that must have succeeded before a child starts."""
    match dependency.kind:
        case DependencyKind.SEQUENTIAL:
            return [(work.id, index - 1)] if index else []
        case DependencyKind.N_TO_N:
            return [(dependency.job_id, index)]
    return [(dependency.job_id, each) for each in range(world.engine.jobs[dependency.job_id].work.size)]


@settings(max_examples=100, deadline=None)
@given(worlds(), st.integers(1, 150))
def test_an_engine_that_is_restarted_loses_nothing(world: World, at: int) -> None:
    """Each child that had not ended goes on in a new engine, and ends there or waits for a reason."""
    world.run(until=at)
    before = {each.work.id: bytes(each.states) for each in world.engine.jobs.values()}
    restarted = world.restarted()
    restarted.run()
    assert set(restarted.engine.jobs) == set(before)
    for each in restarted.engine.jobs.values():
        for index, state in enumerate(before[each.work.id]):
            if State(state).final:
                assert each.states[index] == state
    assert restarted.engine.running == {}
    assert restarted.environment.used == 0
