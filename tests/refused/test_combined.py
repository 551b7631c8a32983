"""Several changes at once: whatever the judge still sees in a template, our rules see, too."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, event, given, note, settings
from hypothesis import strategies as st

from batch_constructs.assembly.checks import Severity
from tests.preflight import Judge
from tests.refused.bases import BASES, changed
from tests.refused.test_refused import DEBATABLE, EVERY, said

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from tests.refused.bases import Refused

OURS = {f"pf-{case.rule}": case.ours for case in EVERY}
# Errors after which it is open what else is meant: our rules then wait for the next run, and the judge guesses.
HIDING = {
    "batch-jd-eks-container-name-unique": "a second container may give the amounts for both (EKS-08)",
    "batch-jd-mi-requires-ecs-properties": "the amounts of another platform have other limits",
    "batch-jd-node-properties-requires-multinode": "it may be a job with a single node",
    "batch-jd-node-range-payload-required": "the nodes may be a task, which can have InstanceTypes",
    "batch-jd-platform-capabilities-single": "no platform is known",
    "batch-jd-platform-capability-value": "no platform is known",
    "events-pattern-empty": "the rule may not be for alerts of AWS Batch",
    "events-target-parameters-mismatch": "the target may be a job queue, not a topic",
    "events-target-parameters-required": "there is no submission, whose role must fit",
    "scheduler-universal-target": "there is no submission, whose role must fit",
}


@pytest.fixture(scope="module")
def judge() -> Judge:
    """Return an engine for all templates of the tables."""
    return Judge(
        {each["Type"] for case in EVERY for each in case.template["Resources"].values()},
        rules=list(OURS),
    )


def compatible(cases: Sequence[Refused]) -> bool:
    """Return whether no change is inside of what another one replaces or leaves out."""
    paths = [(index, path) for index, case in enumerate(cases) for path in case.edit]
    return not any(
        here != there and (second + "[").startswith((first + ".", first + "["))
        for here, first in paths
        for there, second in paths
    )


def together(base: str) -> st.SearchStrategy[list[Refused]]:
    """Return lists of compatible changes to a valid template."""
    cases = [case for case in EVERY if case.base == base and case.rule not in HIDING]
    return st.lists(st.sampled_from(cases), min_size=2, max_size=4, unique_by=lambda case: case.rule).filter(
        compatible
    )


WITH_SEVERAL = sorted(
    base for base in BASES if len({case.rule for case in EVERY if case.base == base} - set(HIDING)) > 1
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(cases=st.sampled_from(WITH_SEVERAL).flatmap(together))
def test_we_see_what_the_judge_sees(judge: Judge, cases: list[Refused]) -> None:
    """Each rule that the judge names has ours among the errors, except where a warning is argued."""
    template = changed(cases[0].base, merged(cases))
    theirs = {rule for rule in judge.rules_for(template) if rule.removeprefix("pf-") not in DEBATABLE}
    ours = said(template, Severity.ERROR)
    only_theirs = {rule for rule in theirs if OURS[rule] not in ours}
    only_ours = set(ours) - {OURS[rule] for rule in theirs}
    note(f"{[case.rule for case in cases]}: only the judge says {only_theirs}, only we say {only_ours}")
    for rule in sorted(only_ours):
        event(f"only ours: {rule}")
    assert only_theirs == set()


def merged(cases: Sequence[Refused]) -> Mapping[str, Any]:
    """Return the changes of all cases, in order."""
    return {path: value for case in cases for path, value in case.edit.items()}
