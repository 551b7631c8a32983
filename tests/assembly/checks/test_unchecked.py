"""Every rule of the facts is checked, or has a reason why not."""

from __future__ import annotations

from batch_constructs.assembly.checks import rules
from batch_constructs.assembly.checks.unchecked import UNCHECKED

# The families with their last number: ids start at 01 and have no gaps.
FAMILIES = {
    "AMI": 12, "ARR": 1, "AS": 5, "CE": 17, "CR": 5, "DEP": 3, "ECS": 9, "EFA": 5, "EKS": 19, "ENV": 1, "EVT": 5,
    "FGT": 10, "GPU": 5, "IAM": 15, "JD": 12, "JOB": 9, "JQ": 10, "LNX": 5, "LOG": 3, "LT": 12, "MEM": 2, "MI": 4,
    "MNP": 13, "NAME": 5, "NET": 8, "QS": 5, "QUO": 4, "RET": 9, "SE": 4, "SEC": 2, "SP": 8, "TAG": 2, "TMO": 2,
    "UPD": 5, "VOL": 6, "WIN": 4,
}  # fmt: skip
IDS = {f"{family}-{number:02}" for family, last in FAMILIES.items() for number in range(1, last + 1)}


def test_every_id_is_a_rule_or_has_a_reason() -> None:
    """No rule of the facts is missing."""
    assert len(IDS) == 246
    assert sorted(IDS - set(rules()) - set(UNCHECKED)) == []


def test_what_is_checked_needs_no_reason() -> None:
    """A rule that is implemented leaves the list, and the list has only existing ids."""
    assert sorted(set(UNCHECKED) & set(rules())) == []
    assert sorted(set(UNCHECKED) - IDS) == []
