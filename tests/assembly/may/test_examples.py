"""The examples have all rights that their jobs need."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from batch_constructs.assembly.checks import rules, why
from batch_constructs.assembly.proofs import Verdict
from batch_constructs.assembly.template import read

GOLDEN = sorted((Path(__file__).parents[2] / "golden").glob("*.template.json"))


def test_no_example_lacks_a_right() -> None:
    """Every right that a rule asks for is there, or depends on the deployment; most are there."""
    asking = [rule for rule in rules().values() if rule.asks is not None]
    questions = [
        (file.name, question)
        for file in GOLDEN
        for model in [read(file)]
        for rule in asking
        for found in why(model, rule).values()
        for question in found
        if question.text.startswith("may ")
    ]
    assert [pair for pair in questions if pair[1].answer.verdict is Verdict.NO] == []
    counts = Counter(question.answer.verdict for _, question in questions)
    assert counts[Verdict.YES] > counts[Verdict.UNKNOWN], counts
