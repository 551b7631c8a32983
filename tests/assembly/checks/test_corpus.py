"""Every rule catches what its corpus file says, and lets the twins at the boundary pass."""

from __future__ import annotations

import re
from typing import Any

from batch_constructs.assembly.checks import check, rules
from batch_constructs.assembly.template import model_of


def test_every_rule_has_a_pair(pairs: dict[str, set[str]]) -> None:
    """A rule has at least one template that breaks it and one twin that keeps it; the corpus names no other rule."""
    assert sorted(pairs["broken"]) == sorted(rules())
    assert sorted(pairs["valid"]) == sorted(rules())


def test_every_title_says_what_must_be() -> None:
    """Fails for a title that states what is right under the word error, and is read as what is wrong."""
    words = re.compile(r"\b(must|cannot|should|can|may|no effect|misses|does not allow)\b")
    assert [rule.id for rule in rules().values() if not words.search(rule.sentence)] == []


def test_broken(broken: Any) -> None:
    """The rule catches the template, with the words, at the property and with the severity that the case names."""
    findings = check(model_of(broken.template), select=[broken.rule], crash=True)
    severity = broken.severity or rules()[broken.rule].severity
    seen = [(str(finding.severity), finding.property_path, finding.message) for finding in findings]
    assert any(
        found == severity and broken.says in message and broken.at in {None, at}
        for found, at, message in seen
    ), seen


def test_valid(valid: Any) -> None:
    """The rule is silent about the twin."""
    assert [f.message for f in check(model_of(valid.template), select=[valid.rule], crash=True)] == []
