"""Plans in YAML: what they may say, and the sentence and line for what makes no sense."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from batch_constructs.rehearsal import PlanError, parse_plan
from batch_constructs.rehearsal.plans import After, Failure, Invalid, NoCapacity, Quota, SpotReclaims

if TYPE_CHECKING:
    from collections.abc import Callable

    from batch_constructs.rehearsal import Rehearsal


def test_everything_that_a_plan_can_say() -> None:
    """Each member is read, with times from the start of the plan."""
    plan = parse_plan("""
        start: 2027-01-04T22:00:00
        until: 12h
        seed: 7
        spot_price: 35%
        submissions:
          - definition: Align
            name: night
            queue: batch
            array: 100
            at: 23:30
            share: team-a
            priority: 5
          - {definition: Report, count: 3, every: 10m, depends_on: [night]}
        durations: {Align: "lognormal(mean 5m, p95 12m)", "*": 1h30m}
        failures: {Align: 2%, Report: {share: 0.5, exit_code: 137, reason: OutOfMemoryError}}
        scenarios:
          - spot_reclaims: 5%/h
          - no_capacity: {types: [m6i], market: SPOT, from: 22:30, until: 2h}
          - invalid: {environment: gpu, from: 1h}
          - quota: {vcpus: 256}
        assumptions: {boot: 3m}
    """)
    assert plan.start == datetime(2027, 1, 4, 22, tzinfo=UTC)
    assert (plan.until, plan.seed, plan.spot_price, plan.assumptions) == (43_200, 7, 0.35, {"boot": 180})
    first, second = plan.submissions
    assert (first.label, first.queue, first.array, first.at, first.share, first.priority) == (
        "night",
        "batch",
        100,
        5_400,
        "team-a",
        5,
    )
    assert (second.count, str(second.every), second.depends_on) == (3, "10 min", (After(name="night"),))
    assert {name: str(each) for name, each in plan.durations.items()} == {
        "Align": "lognormal(mean 5 min, p95 12 min)",
        "*": "1 h 30 min",
    }
    assert plan.failures["Report"] == Failure(share=0.5, exit_code=137, reason="OutOfMemoryError")
    assert plan.scenarios == (
        SpotReclaims(per_hour=0.05),
        NoCapacity(types=("m6i",), market="SPOT", begin=1_800, end=7_200),
        Invalid(environment="gpu", begin=3_600),
        Quota(vcpus=256),
    )


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "plan:1: the plan is empty"),
        ("a: [", "plan:1: "),
        ("submision: []", "plan:1: there is no 'submision' here (did you mean 'submissions'?)"),
        ("\nsubmissions: 3", "plan:2: submissions: must be a list, got 3"),
        ("submissions:\n  - queue: q", "plan:2: a submission must name its definition"),
        (
            "submissions:\n  - definition: a\n    array: 1",
            "plan:3: array: an array must be from 2 to 10,000 children, got 1",
        ),
        ("submissions: [{definition: a, count: 0}]", "plan:1: count: must be at least 1, got 0"),
        ("submissions: [{definition: a, count: x}]", "plan:1: count: must be a whole number, got 'x'"),
        ("submissions: [{definition: [a]}]", "plan:1: definition: must be a name"),
        ("durations:\n  a: 5x", "plan:2: a: a duration must be like 90s, 5m or 1h30m, got '5x'"),
        ("durations: {a: 'file(none.json)'}", "plan:1: a: [Errno 2] No such file or directory: 'none.json'"),
        ("durations: 5m", "plan:1: durations: must name jobs, such as 'Align: 5m'; got '5m'"),
        ("failures: {a: 120%}", "plan:1: a: a share must be from 0% to 100%, got '120%'"),
        ("scenarios: [{}]", "plan:1: a scenario must be one of spot_reclaims, no_capacity, invalid, quota"),
        (
            "scenarios: [{spot_reclaims: often}]",
            "plan:1: spot_reclaims: a rate must be like 5%/h, got 'often'",
        ),
        ("scenarios: [{invalid: {from: 1h}}]", "plan:1: invalid: must name its environment"),
        ("scenarios: [{no_capacity: {from: 2h, until: 1h}}]", "plan:1: until: must be after 'from'"),
        (
            "scenarios: [{no_capacity: {market: spot}}]",
            "plan:1: market: must be SPOT or ON_DEMAND, got 'spot'",
        ),
        ("assumptions: {bot: 3m}", "plan:1: there is no 'bot' here (did you mean 'boot'?)"),
        (
            "start: tonight",
            "plan:1: start: must be a date and time, such as 2027-01-04T22:00:00, got 'tonight'",
        ),
    ],
)
def test_what_makes_no_sense_gets_a_sentence_at_its_line(text: str, sentence: str) -> None:
    """The message begins with the file and the line, and says what would be right."""
    with pytest.raises(PlanError) as error:
        parse_plan(text)
    assert str(error.value).startswith(sentence)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "submissions: [{definition: Jab}]",
            "there is no job definition 'Jab' in the template, which has: Job",
        ),
        (
            "submissions: [{definition: Job, queue: x}]",
            "there is no job queue 'x' in the template, which has: Queue",
        ),
        (
            "submissions: [{definition: Job}, {definition: Job}]",
            "two submissions are called 'Job': give one a name",
        ),
        (
            "submissions: [{definition: Job, share: a}]",
            "the queue Queue has no scheduling policy: leave out 'share'",
        ),
        (
            "submissions: [{definition: Job, depends_on: [x]}]",
            "depends on 'x', which is not submitted before it",
        ),
        (
            "submissions: [{definition: Job, depends_on: [{type: SEQUENTIAL}]}]",
            "SEQUENTIAL is for array jobs: add 'array'",
        ),
        (
            "submissions: [{definition: Job, array: 3}, {definition: Job, name: b, depends_on: [{name: Job, type: N_TO_N}]}]",
            "N_TO_N needs two arrays of the same size: 'Job' has 3",
        ),
        (
            "submissions: [{definition: Job, count: 3}, {definition: Job, name: b, count: 2, depends_on: [Job]}]",
            "depends on 'Job', which is submitted 3 times: its count must be 1 or 2",
        ),
    ],
)
def test_what_does_not_fit_the_template_names_its_submission(
    rehearsed: Callable[..., Rehearsal], text: str, sentence: str
) -> None:
    """A name that the template does not have, or a dependency that cannot be, is refused before anything is played."""
    with pytest.raises(PlanError) as error:
        rehearsed(text)
    assert str(error.value).startswith("plan:1: submission '")
    assert str(error.value).endswith(sentence)


def test_a_name_that_no_submission_uses_is_refused(rehearsed: Callable[..., Rehearsal]) -> None:
    """A misspelt name among the durations would be ignored in silence."""
    with pytest.raises(
        PlanError, match=r"durations names 'Jobb', which no submission uses \(did you mean 'Job'\?\)"
    ):
        rehearsed("submissions: [{definition: Job}]\ndurations: {Jobb: 5m}")


def test_the_nth_job_waits_for_the_nth(rehearsed: Callable[..., Rehearsal]) -> None:
    """Pairs of a count of three run one after the other, each pair by itself."""
    plan = (
        "submissions:\n"
        "- {definition: Job, name: a, count: 3, every: 1h}\n"
        "- {definition: Job, name: b, count: 3, depends_on: [a]}\n"
        "durations: {'*': 60}"
    )
    result = rehearsed(plan)
    ends = {each.runnable: each for each in result.runs if each.label == "b"}
    starts = [each.ended for each in result.runs if each.label == "a"]
    assert sorted(ends) == pytest.approx(sorted(starts))
