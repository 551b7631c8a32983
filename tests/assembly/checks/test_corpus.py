"""Every rule catches what its corpus file says, and lets the twins at the boundary pass."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from batch_constructs.assembly.checks import check, rules
from batch_constructs.assembly.template import model_of

_spec = importlib.util.spec_from_file_location("corpus", Path(__file__).parent / "corpus.py")
corpus = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(corpus)


def test_every_rule_has_a_pair():
    """A rule has a file in the corpus with at least one template that breaks it and one that does not."""
    broken, valid = ({case.rule for case in corpus.cases(kind)} for kind in ("broken", "valid"))
    assert sorted(set(rules()) - broken) == []
    assert sorted(set(rules()) - valid) == []


def test_every_file_has_a_rule():
    """The corpus holds nothing for rules that are gone."""
    assert sorted({file.stem for file in corpus.files()} - set(rules())) == []


@pytest.mark.parametrize("case", corpus.cases("broken"), ids=lambda case: case.name)
def test_broken(case):
    """The rule catches the template, with the words, at the property and with the severity that the case names."""
    findings = check(model_of(case.template), select=[case.rule], crash=True)
    severity = case.severity or rules()[case.rule].severity
    seen = [(str(finding.severity), finding.property_path, finding.message) for finding in findings]
    assert any(
        severity == found and case.says in message and case.at in {None, at} for found, at, message in seen
    ), seen


@pytest.mark.parametrize("case", corpus.cases("valid"), ids=lambda case: case.name)
def test_valid(case):
    """The rule is silent about the twin."""
    findings = check(model_of(case.template), select=[case.rule], crash=True)
    assert [finding.message for finding in findings] == []
