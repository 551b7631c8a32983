"""The networks of the constructs are open for everything that their environments need."""

from __future__ import annotations

from pathlib import Path

import pytest

from batch_constructs.assembly.checks import rules, why
from batch_constructs.assembly.proofs import Verdict
from batch_constructs.assembly.template import read

GOLDEN = sorted((Path(__file__).parents[2] / "golden").glob("*.json"))


@pytest.mark.parametrize("template", GOLDEN, ids=lambda file: file.name.partition(".")[0])
def test_the_networks_of_the_constructs_are_open(template: Path) -> None:
    """Each question of each rule about networks is answered with yes, or is left open by a value outside the template."""
    model = read(template)
    stopped = [
        f"{rule.id} {resource.label}: {question.text} {question.answer.because}"
        for rule in rules().values()
        # NET-02 asks for the internet, which a network with endpoints need not lead to.
        if rule.family in {"EFA", "EFS", "MNP", "NET"} and rule.id != "NET-02"
        for resource, questions in why(model, rule).items()
        for question in questions
        if question.answer.verdict is Verdict.NO
    ]
    assert stopped == []


def test_an_own_network_is_proven() -> None:
    """A construct's network leaves nothing open: instances behind NAT reach all that they need for certain."""
    model = read(next(each for each in GOLDEN if each.name.startswith("platform.")))
    found = why(model, rules()["NET-06"])
    verdicts = {question.answer.verdict for questions in found.values() for question in questions}
    assert verdicts == {Verdict.YES}
