"""What goes wrong in a rehearsal, and what the platform does about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.rehearsal.conftest import resources

if TYPE_CHECKING:
    from collections.abc import Callable

    from batch_constructs.rehearsal import Rehearsal

SPOT = {"Type": "SPOT", "AllocationStrategy": "SPOT_PRICE_CAPACITY_OPTIMIZED"}
RETRIED = {"RetryStrategy": {"Attempts": 10}}
HOURS = "submissions: [{definition: Job, array: 40, at: 10}]\ndurations: {'*': 2h}\nspot_price: 30%\n"


def test_reclaimed_hosts_take_their_jobs_with_them(rehearsed: Callable[..., Rehearsal]) -> None:
    """Jobs without a retry fail with the host, and others are tried again until they succeed."""
    plan = HOURS + "scenarios: [{spot_reclaims: 50%/h}]"
    once = rehearsed(plan, resources(environment=SPOT)).queues[0]
    again = rehearsed(plan, resources(environment=SPOT, job=RETRIED)).queues[0]
    assert once.failed == once.lost > 0
    assert (again.succeeded, again.attempts - again.lost) == (40, 40)


def test_reclaims_come_as_often_as_the_rate_says(rehearsed: Callable[..., Rehearsal]) -> None:
    """One reclaim an hour, of hosts that would run for 100 hours: about one for each hour of an instance."""
    plan = (
        "submissions: [{definition: Job, array: 64, at: 10}]\ndurations: {'*': 10h}\n"
        "scenarios: [{spot_reclaims: 10%/h}]\nspot_price: 30%"
    )
    result = rehearsed(plan, resources(environment=SPOT, job=RETRIED)).environments[0]
    assert result.reclaimed / (result.vcpu_hours / 4) == pytest.approx(0.1, rel=0.3)


def test_on_demand_hosts_are_not_reclaimed(rehearsed: Callable[..., Rehearsal]) -> None:
    """Reclaims are about Spot capacity only."""
    result = rehearsed(HOURS + "scenarios: [{spot_reclaims: 500%/h}]")
    assert result.environments[0].reclaimed == 0


def test_jobs_wait_until_a_type_is_back(rehearsed: Callable[..., Rehearsal]) -> None:
    """Without c7i until 01:00 the only job starts soon after 01:00."""
    plan = (
        "submissions: [{definition: Job, at: 10}]\ndurations: {'*': 60}\n"
        "scenarios: [{no_capacity: {types: c7i, until: '01:00'}}]"
    )
    result = rehearsed(plan)
    assert 3_600 < result.queues[0].waits.max < 3_600 + 300
    assert result.environments[0].refused > 0


def test_s22_another_type_is_taken_meanwhile(rehearsed: Callable[..., Rehearsal]) -> None:
    """BEST_FIT_PROGRESSIVE goes on with the next type, which BEST_FIT does not."""
    plan = "submissions: [{definition: Job, at: 10}]\ndurations: {'*': 60}\nscenarios: [{no_capacity: {types: [c7i]}}]"
    both = {"InstanceTypes": ["c7i.xlarge", "m7i.xlarge"]}
    progressive = rehearsed(plan, resources(environment=both))
    best_fit = rehearsed(plan, resources(environment={**both, "AllocationStrategy": "BEST_FIT"}))
    assert list(progressive.environments[0].types) == ["m7i.xlarge"]
    assert [each.reason for each in best_fit.never_ran] == ["CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY"]


def test_an_invalid_environment_takes_no_jobs(rehearsed: Callable[..., Rehearsal]) -> None:
    """Nothing is launched for it until it is VALID again."""
    plan = (
        "submissions: [{definition: Job, at: 10}]\ndurations: {'*': 60}\n"
        "scenarios: [{invalid: {environment: Pool, until: 2h}}]"
    )
    assert 7_200 < rehearsed(plan).queues[0].waits.max < 7_200 + 300


def test_a_quota_limits_all_instances(rehearsed: Callable[..., Rehearsal]) -> None:
    """With a quota of 8 vCPUs only two instances of four run at a time."""
    plan = (
        "submissions: [{definition: Job, array: 40, at: 10}]\ndurations: {'*': 60}\n"
        "scenarios: [{quota: {vcpus: 8}}]"
    )
    assert rehearsed(plan).environments[0].peak_vcpus == 8


def test_a_job_state_time_limit_cancels_what_cannot_start(rehearsed: Callable[..., Rehearsal]) -> None:
    """The queue's own limit ends the wait for capacity after ten minutes."""
    limit = {
        "Action": "CANCEL",
        "State": "RUNNABLE",
        "Reason": "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY",
        "MaxTimeSeconds": 600,
    }
    plan = "submissions: [{definition: Job, at: 10}]\nscenarios: [{no_capacity: {}}]\ndurations: {'*': 60}"
    result = rehearsed(plan, resources(queue={"JobStateTimeLimitActions": [limit]}))
    assert (result.queues[0].failed, result.never_ran) == (1, ())


def test_a_job_that_can_never_run_quotes_its_rule(rehearsed: Callable[..., Rehearsal]) -> None:
    """The report says what check says, and names the rule."""
    found = resources()
    found["Job"]["Properties"]["ContainerProperties"]["ResourceRequirements"][0]["Value"] = "16"
    (never,) = rehearsed("submissions: [{definition: Job, count: 3}]", found).never_ran
    assert (never.number, never.rules) == (3, ("FIT-02",))
    assert never.reason.startswith("MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT: it asks for 16 vCPUs")


def test_jobs_behind_one_that_never_ends_are_named(rehearsed: Callable[..., Rehearsal]) -> None:
    """A job whose dependency never runs is not lost from the report."""
    found = resources()
    found["Small"] = {**resources()["Job"]}
    found["Job"]["Properties"]["ContainerProperties"]["ResourceRequirements"][0]["Value"] = "16"
    plan = "submissions: [{definition: Job}, {definition: Small, depends_on: [Job]}]"
    assert [each.label for each in rehearsed(plan, found).never_ran] == ["Job", "Small"]


def test_failures_are_drawn_at_their_rate_and_retried(rehearsed: Callable[..., Rehearsal]) -> None:
    """Of 1,000 jobs with two attempts at 20 % about 4 % fail for good."""
    plan = "submissions: [{definition: Job, array: 1000}]\ndurations: {Job: 10}\nfailures: {Job: {share: 20%, exit_code: 3}}"
    result = rehearsed(plan, resources(job={"RetryStrategy": {"Attempts": 2}})).queues[0]
    assert result.failed == pytest.approx(40, abs=20)
    assert result.attempts == pytest.approx(1_200, abs=50)


def test_a_timeout_ends_attempts(rehearsed: Callable[..., Rehearsal]) -> None:
    """The definition's timeout counts from RUNNING, so the last job ends with it."""
    result = rehearsed(
        "submissions: [{definition: Job, at: 10}]\ndurations: {'*': 1h}",
        resources(job={"Timeout": {"AttemptDurationSeconds": 600}}),
    )
    assert result.queues[0].failed == 1
    assert result.makespan == pytest.approx(50 + 150 + 21 + 600)


def test_single_jobs_that_are_lost_are_counted(rehearsed: Callable[..., Rehearsal]) -> None:
    """A job without a retry that ends with its host has failed, and is not missing from the report."""
    plan = (
        "submissions: [{definition: Job, count: 40, at: 10}]\ndurations: {'*': 2h}\nspot_price: 30%\n"
        "scenarios: [{spot_reclaims: 50%/h}]"
    )
    result = rehearsed(plan, resources(environment=SPOT)).queues[0]
    assert (result.jobs, result.failed) == (40, result.lost)
    assert result.lost > 0


def test_pairs_of_children_that_fail_are_counted_once(rehearsed: Callable[..., Rehearsal]) -> None:
    """With N_TO_N the partner of each child that failed fails, too."""
    plan = (
        "submissions:\n- {definition: Job, name: a, array: 50}\n"
        "- {definition: Job, name: b, array: 50, depends_on: [{name: a, type: N_TO_N}]}\n"
        "- {definition: Job, name: c, array: 50, depends_on: [b]}\n"
        "durations: {'*': 10}\nfailures: {a: 30%}"
    )
    result = rehearsed(plan).queues[0]
    assert (result.jobs, result.left) == (150, 0)
    assert result.failed > 60
