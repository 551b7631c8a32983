"""The scheduler's documented rules, each by its number in the list of `docs/local.md`."""

from __future__ import annotations

from dataclasses import fields

import pytest

from batch_constructs.local.engine import (
    Assumptions,
    Cancel,
    Consumable,
    Dependency,
    DependencyKind,
    Engine,
    Exited,
    ExitRule,
    FairShare,
    Host,
    HostLost,
    Hosts,
    Need,
    Refresh,
    State,
    Terminate,
    TimeLimit,
)
from tests.local.virtual import World, job

N_TO_N = DependencyKind.N_TO_N
SEQUENTIAL = Dependency(kind=DependencyKind.SEQUENTIAL)


def after(*ids: str) -> tuple[Dependency, ...]:
    return tuple(Dependency(job_id=each) for each in ids)


def test_s01_a_job_goes_through_the_states_in_order() -> None:
    """A job without dependencies skips PENDING."""
    world = World()
    world.submit(job("a"), job("b", depends_on=after("a")))
    world.run()
    assert world.states("a") == ["SUBMITTED", "RUNNABLE", "STARTING", "RUNNING", "SUCCEEDED"]
    assert world.states("b") == ["SUBMITTED", "PENDING", "RUNNABLE", "STARTING", "RUNNING", "SUCCEEDED"]


def test_s02_a_dependent_job_starts_when_all_have_succeeded() -> None:
    """The slowest of the jobs that it depends on decides."""
    world = World(duration=lambda attempt: {"a": 5, "b": 30}.get(attempt.job.work.id, 1))
    world.submit(job("a"), job("b"), job("c", depends_on=after("a", "b")))
    assert world.run().started("c") == [30]


def test_s02_a_dependent_job_fails_after_all_retries_of_the_other() -> None:
    """The other job's first failure changes nothing, since it is retried."""
    world = World(exit_code=lambda _: 1)
    world.submit(job("a", attempts=3), job("b", depends_on=after("a")))
    world.run()
    assert world.states("b") == ["SUBMITTED", "PENDING", "FAILED"]
    assert [
        time for time, job_id, _, state, _ in world.changes if (job_id, state.name) == ("b", "FAILED")
    ] == [30]
    assert world.reason("b") == "Dependent Job failed"


def test_s03_sequential_children_run_one_after_the_other() -> None:
    """Child i + 1 starts when child i has succeeded."""
    world = World()
    world.submit(job("a", array_size=4, depends_on=(SEQUENTIAL,)))
    assert world.run().started("a") == [0, 10, 20, 30]


def test_s03_a_failed_child_fails_those_that_follow() -> None:
    """No child of a sequential array starts after one that failed."""
    world = World(exit_code=lambda attempt: int(attempt.index == 1))
    world.submit(job("a", array_size=5_000, depends_on=(SEQUENTIAL,)))
    world.run()
    assert [world.order(), world.state("a")] == [["a:0", "a:1"], "FAILED"]
    assert world.engine.jobs["a"].counts[6] == 4_999


def test_s03_n_to_n_children_wait_for_their_own_number() -> None:
    """Child i of the second array starts when child i of the first has succeeded."""
    world = World(vcpus=100, duration=lambda attempt: 10 * (attempt.index + 1))
    world.submit(job("a", array_size=3))
    world.submit(job("b", array_size=3, depends_on=(Dependency(job_id="a", kind=N_TO_N),)))
    assert world.run().started("b") == [10, 20, 30]


def test_s03_the_partner_of_a_failed_child_fails() -> None:
    """The other children run."""
    world = World(vcpus=100, exit_code=lambda attempt: int(attempt.job.work.id == "a" and attempt.index == 1))
    world.submit(job("a", array_size=3))
    world.submit(job("b", array_size=3, depends_on=(Dependency(job_id="a", kind=N_TO_N),)))
    world.run()
    assert world.states("b", 1) == ["SUBMITTED", "PENDING", "FAILED"]
    assert world.states("b", 2)[-1] == "SUCCEEDED"


def test_s04_a_parent_is_pending_until_all_children_have_ended() -> None:
    """A parent never shows RUNNING."""
    world = World(vcpus=1)
    world.submit(job("a", array_size=3))
    world.run(until=15)
    assert world.state("a") == "PENDING"
    assert world.run().state("a") == "SUCCEEDED"


def test_s05_queues_with_a_higher_priority_go_first() -> None:
    """The order of submission does not matter between queues."""
    world = World(vcpus=1)
    world.add_queue("urgent", priority=10)
    world.submit(job("first"), job("low"))
    world.submit(job("high", queue="urgent"), at=1)
    assert world.run().order() == ["first", "high", "low"]


def test_s05_a_lower_queue_uses_what_a_higher_one_cannot() -> None:
    """A large job at the head of a high queue does not keep small jobs of another queue from starting."""
    world = World(vcpus=4)
    world.add_queue("urgent", priority=10)
    world.submit(job("running", need=Need(vcpus=2)))
    world.submit(job("large", queue="urgent", need=Need(vcpus=4)), at=1)
    world.submit(job("small"), at=2)
    assert world.run().order() == ["running", "small", "large"]


def test_s06_the_head_of_a_queue_blocks_those_behind_it() -> None:
    """Without a policy jobs start in the order of submission."""
    world = World(vcpus=4)
    world.submit(job("running", need=Need(vcpus=2)), job("large", need=Need(vcpus=4)), job("small"))
    assert world.run().order() == ["running", "large", "small"]


def test_s07_the_first_environment_with_room_takes_the_job() -> None:
    """An environment that is full or INVALID is passed over."""
    from batch_constructs.local.engine import Environment

    world = World(vcpus=1)
    second = Environment("second", hosts=Hosts([Host("i-2", 1, 1_000)]))
    world.queue.environments.append(second)
    taken = []
    world.duration = lambda attempt: taken.append(attempt.environment.name) or 10  # type: ignore[func-returns-value]
    world.submit(job("a"), job("b"))
    world.run()
    world.environment.valid = False
    world.submit(job("c"), at=50)
    world.run()
    assert taken == ["ce", "second", "second"]


def test_s08_a_disabled_environment_takes_no_more_jobs() -> None:
    """What runs there goes on."""
    world = World()
    world.submit(job("a"))
    world.run(until=5)
    world.environment.enabled = False
    world.submit(job("b"), at=6)
    world.run()
    assert [world.state("a"), world.state("b")] == ["SUCCEEDED", "RUNNABLE"]


@pytest.mark.parametrize("weights", [{}, {"b": 0.125}])
def test_s09_shares_get_vcpus_by_the_inverse_of_their_weight(weights: dict[str, float]) -> None:
    """On a full machine a weight of 0.125 gets eight times as much as a weight of 1."""
    world = World(
        vcpus=90, policy=FairShare(weights=weights), duration=lambda attempt: 100 + attempt.index % 40
    )
    world.submit(job("one", share="a", array_size=9_000), job("two", share="b", array_size=9_000))
    world.run(until=6_000)
    late = [each.job for each in world.runs if each.time > 2_000]
    ratio = late.count("two") / late.count("one")
    assert ratio == pytest.approx(1 / weights.get("b", 1), rel=0.05)


def test_s10_usage_is_forgotten_after_the_decay_window() -> None:
    """A share that used much long ago is served like a new one."""
    policy = FairShare(decay_seconds=100)
    world = World(vcpus=1, policy=policy)
    world.submit(job("a", share="a", array_size=20))
    world.run()
    (share,) = world.queue.shares
    assert share.used(world.now) > 60
    assert share.used(world.now + 1_000) < 0.01


def test_s10_usage_may_count_in_full_until_the_window_ends() -> None:
    """Of 20 seconds in a window of 100, those that are older than the window are gone."""
    world = World(vcpus=1, policy=FairShare(decay_seconds=100), assumptions=Assumptions(usage_window=True))
    world.submit(job("a", share="a", array_size=2))
    world.run()
    (share,) = world.queue.shares
    assert [share.used(time) for time in (20, 100, 105, 115, 120)] == [20, 20, 15, 5, 0]


def test_s11_a_reservation_keeps_capacity_for_shares_that_are_not_active() -> None:
    """With a reservation of 50 and one active share half of the vCPUs stay free."""
    world = World(vcpus=10, max_vcpus=10, policy=FairShare(compute_reservation=50), duration=lambda _: -1)
    world.submit(job("a", share="a", array_size=10))
    assert len(world.run().runs) == 5
    world.submit(job("b", share="b", array_size=10), at=1)
    world.run()
    # Two active shares may use 1 - 0.5² of it.
    assert len(world.runs) == 7


def test_s12_priority_orders_jobs_within_a_share_only() -> None:
    """A higher scheduling priority goes first; without a policy it has no effect."""
    fair, plain = World(vcpus=1, policy=FairShare()), World(vcpus=1)
    for world in (fair, plain):
        world.submit(job("first", share="s"), job("low", share="s"), job("high", share="s", priority=5))
        world.run()
    assert fair.order() == ["first", "high", "low"]
    assert plain.order() == ["first", "low", "high"]


def test_s14_the_snapshot_is_the_order_in_which_jobs_start() -> None:
    """What the snapshot shows is what then happens."""
    world = World(vcpus=1)
    world.submit(job("a"), job("b"), job("c", array_size=2))
    world.run(until=0)
    shown = [f"{each.work.id}:{index}" for each, index in world.queue.in_order(0)]
    assert shown == ["b:0", "c:0", "c:1"]


def test_s15_a_retried_job_goes_to_the_front_of_the_queue() -> None:
    """It runs again before jobs that were waiting already."""
    world = World(vcpus=1, exit_code=lambda attempt: int(attempt.number == 1 and attempt.job.work.id == "a"))
    world.submit(job("a", attempts=2), job("b"))
    assert world.run().order() == ["a", "a", "b"]


@pytest.mark.parametrize(
    ("rules", "attempts"),
    [
        ((), 3),
        ((ExitRule(retry=False, on_exit_code="1"),), 1),
        ((ExitRule(retry=False, on_exit_code="2"),), 3),
        ((ExitRule(retry=True, on_exit_code="1"), ExitRule(retry=False)), 3),
        ((ExitRule(retry=False), ExitRule(retry=True, on_exit_code="1")), 1),
        ((ExitRule(retry=False, on_exit_code="1*", on_reason="Other"),), 3),
        ((ExitRule(retry=False, on_exit_code="1*", on_status_reason="Essential*"),), 1),
    ],
    ids=["no rule", "exit", "other code", "retry first", "exit first", "one condition fails", "both match"],
)
def test_s16_the_first_condition_that_matches_decides(rules: tuple[ExitRule, ...], attempts: int) -> None:
    """Where none matches, the job is retried."""
    world = World(exit_code=lambda _: 1)
    world.submit(job("a", attempts=3, exit_rules=rules))
    assert len(world.run().runs) == attempts


def test_s17_stopped_jobs_are_not_retried() -> None:
    """Termination and timeout end a job with attempts left."""
    world = World(duration=lambda _: -1)
    world.submit(job("slow", attempts=5, timeout=60), job("stopped", attempts=5))
    world.later(5, Terminate("stopped", "not needed"))
    world.run()
    assert world.order() == ["slow", "stopped"]
    assert world.reason("stopped") == "not needed"


def test_s18_the_timeout_counts_from_the_start_of_each_attempt() -> None:
    """A job that waits does not use up its time."""
    world = World(vcpus=1, duration=lambda attempt: -1 if attempt.job.work.id == "b" else 100)
    world.submit(job("a"), job("b", timeout=60))
    world.run()
    assert world.changes[-1] == (162, "b", 0, 6, "Job attempt duration exceeded timeout")


def test_s19_cancel_ends_jobs_that_have_not_started() -> None:
    """A running job goes on, and the call succeeds."""
    world = World(vcpus=1)
    world.submit(job("running"), job("waiting"))
    world.later(1, Cancel("running", "no"))
    world.later(1, Cancel("waiting", "no"))
    world.run()
    assert [world.state("running"), world.state("waiting")] == ["SUCCEEDED", "FAILED"]
    assert world.reason("waiting") == "no"


def test_s19_a_pending_job_is_canceled_when_its_dependencies_have_ended() -> None:
    """Until then it stays PENDING."""
    world = World()
    world.submit(job("a"), job("b", depends_on=after("a")))
    world.later(1, Cancel("b", "no"))
    world.run(until=5)
    assert world.state("b") == "PENDING"
    assert world.run().states("b") == ["SUBMITTED", "PENDING", "FAILED"]


def test_s19_canceling_a_parent_cancels_all_children_that_wait() -> None:
    """The children that run go on."""
    world = World(vcpus=2)
    world.submit(job("a", array_size=1_000))
    world.later(1, Cancel("a", "no"))
    world.run()
    assert world.engine.jobs["a"].counts[5:] == [2, 998]


def test_s20_the_main_node_starts_first_and_ends_the_job() -> None:
    """The other nodes start when the main node runs, and are stopped when it ends."""
    world = World(duration=lambda attempt: 10 if attempt.main else -1)
    world.submit(job("a", nodes=(Need(),) * 3, main_node=1))
    world.run()
    assert [each.node for each in world.runs] == [1, 0, 2]
    assert world.state("a") == "SUCCEEDED"
    assert (world.host.vcpus, world.environment.used) == (4, 0)


def test_s20_a_node_that_dies_changes_nothing() -> None:
    """Only the main node decides."""
    world = World(
        duration=lambda attempt: 10 if attempt.main else 1, exit_code=lambda attempt: int(not attempt.main)
    )
    world.submit(job("a", nodes=(Need(),) * 2, attempts=3))
    world.run()
    assert [world.state("a"), len(world.runs)] == ["SUCCEEDED", 2]


def test_s20_all_nodes_start_or_none() -> None:
    """A multi-node job waits until all of its nodes have room."""
    world = World(vcpus=3)
    world.submit(job("a"), job("b", nodes=(Need(),) * 3))
    assert world.run().started("b") == [10, 10, 10]


def test_s27_a_lost_host_fails_its_attempts_with_the_reason() -> None:
    """The retry rules see the status reason."""
    world = World(duration=lambda _: -1)
    rule = ExitRule(retry=True, on_status_reason="Host EC2*")
    world.submit(job("a", attempts=2, exit_rules=(rule, ExitRule(retry=False))))
    world.run()
    world.apply(HostLost(world.host, "Host EC2 (instance i-1) terminated."))
    assert world.states("a") == ["SUBMITTED", "RUNNABLE", "STARTING", "RUNNING", "RUNNABLE"]


def test_s29_a_time_limit_cancels_the_head_of_the_queue() -> None:
    """A job that can never run is canceled, and the next one starts."""
    reason = "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT"
    world = World(vcpus=4, time_limits=[TimeLimit(reason=reason, seconds=600)])
    world.submit(job("huge", need=Need(vcpus=8)), job("small"))
    world.run()
    assert world.started("small") == [600]
    assert world.reason("huge") == f"Canceled by JobStateTimeLimit action due to reason: {reason}"


def test_s30_a_blocked_queue_says_why() -> None:
    """The reason is AWS's word for it."""
    world = World(vcpus=64, max_vcpus=16)
    world.submit(job("a", need=Need(vcpus=32)))
    world.run()
    assert world.blocked == [(0, "a", "MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE")]


def test_s32_consumables_are_taken_at_the_start_and_given_back() -> None:
    """A replenishable resource comes back; the job at the head waits for it."""
    world = World()
    world.engine.consumables.put(Consumable("licence", 1))
    world.submit(job("a", consumables=(("licence", 1),)), job("b", consumables=(("licence", 1),)))
    assert world.run().started("b") == [10]


def test_s32_what_is_not_replenishable_is_used_up() -> None:
    """The job waits until there is more."""
    world = World()
    world.engine.consumables.put(Consumable("token", 1, replenishable=False))
    world.submit(job("a", consumables=(("token", 1),)), job("b", consumables=(("token", 1),)))
    world.run()
    assert world.state("b") == "RUNNABLE"
    world.engine.consumables.put(Consumable("token", 2, replenishable=False, used=1))
    world.later(100, Refresh())
    assert world.run().started("b") == [100]


def test_s17_a_job_with_an_invalid_definition_is_not_retried() -> None:
    """Attempts that are left are not used."""
    world = World(duration=lambda _: -1)
    world.submit(job("a", attempts=3))
    world.run()
    (attempt,) = world.engine.running.values()
    world.apply(Exited(attempt, None, "no such device", invalid=True))
    assert [world.state("a"), len(world.runs)] == ["FAILED", 1]


def test_s27_only_the_jobs_of_a_lost_host_are_lost() -> None:
    """Jobs on other hosts go on, and the lost host takes nothing any more."""
    world = World(vcpus=2)
    other = Host("i-2", 2, 1_000)
    world.environment.hosts.append(other)
    world.submit(job("a", array_size=4))
    world.run(until=1)
    world.apply(HostLost(other, "Host EC2 (instance i-2) terminated."))
    assert [len(world.host.attempts), len(other.attempts), len(world.environment.hosts)] == [2, 0, 1]
    world.run()
    assert world.engine.jobs["a"].counts[5:] == [2, 2]
    assert world.host.attempts == {}


def test_a_queue_that_was_removed_is_gone_with_its_last_job() -> None:
    """Jobs that still stop have their queue until then."""
    world = World()
    world.submit(job("a"))
    world.run(until=1)
    world.apply(Terminate("a", "the queue was deleted"))
    world.engine.remove_queue("q")
    assert [world.queue.enabled, list(world.engine.queues)] == [False, ["q"]]
    world.run()
    assert [world.state("a"), list(world.engine.queues)] == ["FAILED", []]


def test_an_attempt_that_ended_twice_counts_once() -> None:
    """A late answer of an executor changes nothing."""
    world = World()
    world.submit(job("a"))
    world.run(until=1)
    attempt = next(iter(world.engine.running.values()))
    world.run()
    world.apply(Exited(attempt, 1))
    assert [world.state("a"), world.host.vcpus] == ["SUCCEEDED", 4]


def test_s13_a_replaced_policy_counts_at_once() -> None:
    """A share takes the weight of the new policy, and keeps what it has used."""
    world = World(vcpus=1, policy=FairShare())
    world.submit(job("a", share="a", array_size=3))
    world.run()
    (share,) = world.queue.shares
    before = share.turn
    world.queue.policy = FairShare(weights={"a": 0.5})
    share.refresh(world.now, 1)
    assert share.turn == pytest.approx(before / 2)


def test_s19_a_child_that_was_canceled_while_pending_stays_so() -> None:
    """The other children run when the dependency has succeeded."""
    world = World()
    world.submit(job("a"), job("b", array_size=3, depends_on=after("a")))
    world.later(1, Cancel("b", "no", 1))
    world.run()
    assert world.order() == ["a", "b:0", "b:2"]
    assert world.engine.jobs["b"].counts[5:] == [2, 1]


def test_every_assumption_has_a_meaning_and_an_origin() -> None:
    """The list has all parameters, in the order in which they are declared."""
    listed = Assumptions().listed()
    assert [each.name for each in listed] == [each.name for each in fields(Assumptions)]
    assert all(each.meaning and each.origin for each in listed)


@pytest.mark.parametrize(("lookahead", "order"), [(0, "running large small"), (1, "running small large")])
def test_the_lookahead_lets_jobs_pass_a_blocked_head(lookahead: int, order: str) -> None:
    """With the default none passes."""
    world = World(vcpus=4, assumptions=Assumptions(lookahead=lookahead))
    world.submit(job("running", need=Need(vcpus=2)), job("large", need=Need(vcpus=4)), job("small"))
    assert world.run().order() == order.split()


@pytest.mark.parametrize("size", [2, 3, 10, 97])
def test_children_may_start_in_a_mixed_order(size: int) -> None:
    """Each starts once, and the first is not the one with index 0."""
    world = World(vcpus=1, assumptions=Assumptions(children_in_order=False))
    world.submit(job("a", array_size=size))
    indexes = [each.index for each in world.run().runs]
    assert [sorted(indexes), indexes[0] > 0] == [list(range(size)), True]


@pytest.mark.parametrize(("fullest", "host"), [(True, "i-1"), (False, "i-2")])
@pytest.mark.parametrize("nodes", [(), (Need(),)])
def test_jobs_get_the_fullest_or_the_emptiest_host(fullest: bool, host: str, nodes: tuple[Need, ...]) -> None:
    """By default larger jobs find more room later."""
    world = World(vcpus=2, assumptions=Assumptions(fullest_host_first=fullest))
    world.environment.hosts.append(Host("i-2", 8, 1_000))
    world.submit(job("a", nodes=nodes))
    world.run(until=1)
    assert [each.host.id for each in world.engine.running.values()] == [host]


def test_assumptions_are_read_from_strings() -> None:
    """Each has the type of its default."""
    given = {"children_in_order": "false", "lookahead": "3", "scheduler_cycle": "0.5"}
    assert Assumptions.parsed(given) == Assumptions(children_in_order=False, lookahead=3, scheduler_cycle=0.5)
    assert Assumptions.parsed({}) == Assumptions()


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("color", "1", "there is no assumption 'color': there are scheduler_cycle, "),
        ("children_in_order", "no", "children_in_order must be true or false, got 'no'"),
        ("lookahead", "1.5", "lookahead must be a number, got '1.5'"),
        ("usage_cycle", "-1", "usage_cycle must be at least 0, got -1"),
        ("usage_cycle", "inf", "usage_cycle must be at least 0, got inf"),
    ],
)
def test_an_assumption_that_cannot_be_is_refused(name: str, text: str, message: str) -> None:
    """The message says what can be given."""
    with pytest.raises(ValueError, match=message):
        Assumptions.parsed({name: text})


@pytest.mark.parametrize(("cycle", "times"), [(0, [0, 1]), (10, [0, 10])])
def test_a_scheduler_cycle_makes_jobs_wait_for_the_next_look(cycle: float, times: list[float]) -> None:
    """A job that comes within a cycle starts with the next one."""
    world = World(assumptions=Assumptions(scheduler_cycle=cycle))
    world.submit(job("a", array_size=2))
    world.later(0.5, Terminate("a", "enough"))
    world.submit(job("b"), at=1)
    world.run()
    assert [world.started("a")[0], *world.started("b")] == times


@pytest.mark.parametrize(("in_front", "order"), [(True, "a a b"), (False, "a b a")])
def test_retried_jobs_go_to_the_front_or_to_the_end(in_front: bool, order: str) -> None:
    """By default they go to the front."""
    world = World(
        vcpus=1,
        assumptions=Assumptions(retries_in_front=in_front),
        exit_code=lambda attempt: int(attempt.number == 1 and attempt.job.work.id == "a"),
    )
    world.submit(job("a", attempts=2), job("b"))
    assert world.run().order() == order.split()


@pytest.mark.parametrize(("at_once", "time"), [(True, 1), (False, 10)])
@pytest.mark.parametrize("ending", [Cancel, Terminate])
def test_a_pending_job_ends_at_once_or_after_its_dependencies(
    ending: type[Cancel | Terminate],
    at_once: bool,
    time: float,
) -> None:
    """By default it waits until its dependencies have ended."""
    assumptions = Assumptions(cancel_pending_at_once=at_once, terminate_pending_at_once=at_once)
    world = World(assumptions=assumptions)
    world.submit(job("a"), job("b", depends_on=after("a")))
    world.later(1, ending("b", "no"))
    world.run()
    assert [when for when, name, _, state, _ in world.changes if (name, state.name) == ("b", "FAILED")] == [
        time
    ]


def test_a_quiet_engine_starts_the_same_jobs_at_the_same_times() -> None:
    """It leaves out only the effects that tell what its driver knows."""
    loud, quiet = World(vcpus=2), World(vcpus=2)
    quiet.engine = Engine(quiet=True)
    quiet.queue = quiet.add_queue("q")
    for world in (loud, quiet):
        world.submit(job("a", array_size=5), job("b", depends_on=after("a")))
        world.run()
    assert quiet.runs == loud.runs
    assert {state for *_, state, _ in quiet.changes} == {State.RUNNABLE}


def test_a_job_that_is_forgotten_counts_as_ended() -> None:
    """A later job that depends on it does not wait; a job that runs cannot be forgotten."""
    world = World()
    world.submit(job("a"), job("c"))
    world.run(until=1)
    with pytest.raises(ValueError, match="job c has not ended"):
        world.engine.forget("c")
    world.run()
    world.engine.forget("a")
    world.submit(job("b", depends_on=after("a")), at=20)
    assert world.run().started("b") == [20]
