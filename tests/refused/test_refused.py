"""Each of cdk-preflight's rules about AWS Batch stands for a refusal that somebody saw on AWS: here it is an error, too.

So are those about the rules, schedules, state machines, roles and launch templates that its users write around their jobs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from batch_constructs.assembly.checks import Severity, check
from batch_constructs.assembly.template import model_of
from tests.once import folder_of_run, once
from tests.preflight import ACCOUNT, REGION, judge, rule_ids
from tests.refused.accepted import ACCEPTED, MISTAKEN
from tests.refused.bases import BASES, Refused, changed
from tests.refused.definitions import DEFINITIONS
from tests.refused.environments import ENVIRONMENTS
from tests.refused.neighbours import NEIGHBOURS
from tests.refused.platforms import PLATFORMS
from tests.refused.queues import QUEUES

if TYPE_CHECKING:
    from collections.abc import Callable

BATCH = [*ENVIRONMENTS, *QUEUES, *DEFINITIONS, *PLATFORMS]
EVERY = [*BATCH, *NEIGHBOURS]
# A change that breaks two rules at once, whatever the template.
COMPANIONS = {
    "batch-jd-fargate-max-swap": "batch-jd-max-swap-requires-swappiness",
    "scheduler-flexible-time-window": "scheduler-flexible-window",
}
# What AWS refuses in some accounts, or of a new resource only: a warning here.
DEBATABLE = {
    "batch-ce-state-enabled": "an update may disable an environment that was created ENABLED",
    "batch-jq-ce-order-max": "a quota, which AWS raised for users: terraform-provider-aws#20764 has 6",
    "batch-jd-node-num-nodes-max": "the guide calls the number a quota that can be raised",
}


@pytest.fixture(scope="session")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], list[str]]:
    """Gives the judge's rules for a valid template, or for the one that should trip a rule."""

    def judge_all() -> dict[str, list[str]]:
        valid = {f"valid {name}": changed(name, {}) for name in BASES}
        accepted = {f"accepted {name}": changed(*change) for name, change in ACCEPTED.items()}
        mistaken = {f"mistaken {name}": changed(base, edit) for name, (base, edit, _) in MISTAKEN.items()}
        found = judge(valid | accepted | mistaken | {case.rule: case.template for case in EVERY})
        return {name: sorted({each.partition(" ")[0] for each in said}) for name, said in found.items()}

    found: dict[str, list[str]] = once(folder_of_run(tmp_path_factory), "refused", judge_all)
    return lambda name: found[name]


def said(template: dict[str, object], *severities: Severity) -> list[str]:
    """Return our rules that find something in a template, deployed where the judge deploys it."""
    model = model_of(template)
    for stack in model.stacks:
        stack.bind({"AWS::Region": REGION, "AWS::AccountId": ACCOUNT})
    return sorted({each.rule_id for each in check(model, crash=True) if each.severity in severities})


def test_the_table_has_each_rule_of_the_judge() -> None:
    """A new version of the judge may bring rules; each needs a template here."""
    assert sorted(f"pf-{case.rule}" for case in BATCH) == rule_ids("pf-batch-")


@pytest.mark.parametrize("base", BASES)
def test_valid_templates_are_valid(base: str, judged: Callable[[str], list[str]]) -> None:
    """Neither the judge nor our rules say anything of them, so the one change is what is refused."""
    assert judged(f"valid {base}") + said(changed(base, {}), *Severity) == []


@pytest.mark.parametrize("name", ACCEPTED)
def test_values_that_aws_takes_are_no_errors(name: str, judged: Callable[[str], list[str]]) -> None:
    """The last value before a refusal is one that AWS takes; there may be warnings."""
    assert judged(f"accepted {name}") + said(changed(*ACCEPTED[name]), Severity.ERROR) == []


@pytest.mark.parametrize("rule", MISTAKEN)
def test_where_the_judge_errs_there_is_no_error(rule: str, judged: Callable[[str], list[str]]) -> None:
    """A reason is given for each; if the judge is mended, the row goes."""
    base, edit, _ = MISTAKEN[rule]
    assert judged(f"mistaken {rule}") == [f"pf-{rule}"]
    assert said(changed(base, edit), Severity.ERROR) == []


@pytest.mark.parametrize("case", EVERY, ids=lambda case: case.rule)
def test_the_judge_refuses_each_change(case: Refused, judged: Callable[[str], list[str]]) -> None:
    """It names the one rule that the change is there for."""
    rules = [case.rule, *([COMPANIONS[case.rule]] if case.rule in COMPANIONS else [])]
    assert judged(case.rule) == sorted(f"pf-{rule}" for rule in rules)


@pytest.mark.parametrize("case", EVERY, ids=lambda case: case.rule)
def test_we_refuse_each_change(case: Refused) -> None:
    """Our rule for the same cause finds an error, and no other rule does; three are debatable."""
    by_rule = {each.rule: each.ours for each in EVERY}
    expected = {case.ours, *(by_rule[rule] for rule in [COMPANIONS.get(case.rule)] if rule)}
    severity = Severity.WARNING if case.rule in DEBATABLE else Severity.ERROR
    assert said(case.template, severity) == sorted(expected)
