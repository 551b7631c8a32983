"""Every rule catches what its corpus file says, and lets the twins at the boundary pass."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from batch_constructs.assembly import checks
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


def test_messages_name_constructs() -> None:
    """Fails for a rule that says the logical id, where a reader knows the path of the construct: ``label`` is that."""
    folder = Path(checks.__file__).parent
    modules = [file for file in folder.rglob("*.py") if file.name != "_rules.py"]
    said = [
        f"{file.name}: {line.strip()}"
        for file in modules
        for line in file.read_text("utf-8").splitlines()
        if ".logical_id" in line
    ]
    # What stands in a template is named as the template has it.
    assert [line for line in said if "!GetAtt" not in line] == []


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
