"""What the pages on problems say about ``check``, each claim with a template that shows the problem."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from batch_constructs.assembly.checks import check
from batch_constructs.assembly.template import read
from tests.assembly.checks.conftest import cases

if TYPE_CHECKING:
    from collections.abc import Iterator

DOCS = Path(__file__).parents[1] / "docs"
TEMPLATES = sorted(Path(__file__).with_name("claims").glob("*.yaml"))
_RULE = re.compile(r"\[([A-Z]{2,4}-\d\d)\]\(rules/\1\.md\)")


def promised() -> Iterator[tuple[str, str]]:
    """Yield each row of the problems and each question, with each rule that finds it."""
    for line in (DOCS / "troubleshooting.md").read_text("utf-8").splitlines():
        if row := re.match(r"\| (T\d+) \|", line):
            yield from ((row[1], rule) for rule in _RULE.findall(line))
    for answer in (DOCS / "faq.md").read_text("utf-8").split("\n\n"):
        if question := re.match(r"\*\*(.+?)\*\*", answer, re.DOTALL):
            yield from ((f"FAQ {' '.join(question[1].split())}", rule) for rule in _RULE.findall(answer))


def shown(template: Path) -> list[tuple[str, str]]:
    """Return the claims at the top of a template: the row, or the first words of the question, and the rule."""
    return re.findall(r"^# (.+): ([A-Z]{2,4}-\d\d)$", template.read_text("utf-8"), re.MULTILINE)


def of_the_corpus() -> list[tuple[str, str, str]]:
    """Return the claims that a broken case of the corpus shows: the row or question, the rule, and the case."""
    text = (Path(__file__).with_name("claims") / "of_the_corpus.txt").read_text("utf-8")
    return re.findall(r"^([^#\n].*): ([A-Z]{2,4}-\d\d) ([A-Z]{2,4}-\d\d-\d+)$", text, re.MULTILINE)


def is_at(place: str, where: str) -> bool:
    """Return whether a claim is about a row, or about a question that begins with its words."""
    return where == place or (place.startswith("FAQ ") and where.startswith(place))


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda file: file.stem)
def test_a_template_with_the_problem_has_the_finding(template: Path) -> None:
    """Each claim at the top of a template is true: the rule reports something in it."""
    found = {finding.rule_id for finding in check(read(template))}
    assert {rule for _, rule in shown(template)} <= found


def test_each_claim_has_a_template() -> None:
    """Each rule in a row of the problems, or in an answer, has a template of that row or question."""
    claims = [claim for template in TEMPLATES for claim in shown(template)]
    claims += [(place, rule) for place, rule, _ in of_the_corpus()]
    without = [
        (where, rule)
        for where, rule in promised()
        if not any(rule == each and is_at(place, where) for place, each in claims)
    ]
    assert without == []


def test_each_template_shows_a_claim() -> None:
    """A claim that a page does not make any more leaves no template behind."""
    pages = list(promised())
    left_over = [
        (template.name, place, rule)
        for template in TEMPLATES
        for place, rule in shown(template)
        if not any(rule == each and is_at(place, where) for where, each in pages)
    ]
    left_over += [
        ("the corpus", place, rule)
        for place, rule, _ in of_the_corpus()
        if not any(rule == each and is_at(place, where) for where, each in pages)
    ]
    assert left_over == []


def test_claims_of_the_corpus_name_cases_of_their_rule() -> None:
    """The case exists, and it is one that breaks the rule."""
    names = {case.name: case.rule for case in cases("broken")}
    assert [claim for claim in of_the_corpus() if names.get(claim[2]) != claim[1]] == []


def test_an_answer_names_the_rule_that_it_speaks_of() -> None:
    """An answer that says that a rule finds, warns or checks something links to that rule."""
    vague = [
        answer
        for answer in (DOCS / "faq.md").read_text("utf-8").split("\n\n")
        if re.search(r"\b(a rule|the rules?|rules) (finds?|warns?|checks?|says?|reports?)\b", answer)
        and not _RULE.search(answer)
    ]
    assert vague == []
