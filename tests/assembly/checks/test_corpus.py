"""Every rule finds what its corpus file says, and accepts the valid cases at the limit."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from batch_constructs.assembly import checks
from batch_constructs.assembly.checks import Severity, check, rules
from batch_constructs.assembly.template import model_of
from tests.assembly.checks.conftest import cases

if TYPE_CHECKING:
    from tests.assembly.checks.conftest import Case


def test_every_rule_has_a_pair(pairs: dict[str, set[str]]) -> None:
    """Every rule has at least one broken and one valid template; the corpus has no other rules."""
    assert sorted(pairs["broken"]) == sorted(rules())
    assert sorted(pairs["valid"]) == sorted(rules())


def test_every_title_says_what_must_be() -> None:
    """Fails for a title that reads like a finding: it must say what is required."""
    words = re.compile(r"\b(must|cannot|should|can|may|no effect|misses|does not allow)\b")
    assert [rule.id for rule in rules().values() if not words.search(rule.sentence)] == []


def test_messages_name_constructs() -> None:
    """Fails for a rule that uses the logical id in a message: ``label`` has the construct path."""
    folder = Path(checks.__file__).parent
    modules = [file for file in folder.rglob("*.py") if file.name not in {"_rules.py", "_arms.py"}]
    said = [
        f"{file.name}: {line.strip()}"
        for file in modules
        for line in file.read_text("utf-8").splitlines()
        if ".logical_id" in line
    ]
    # Names for !GetAtt must be logical ids, as in the template.
    assert [line for line in said if "!GetAtt" not in line] == []


def test_broken(broken: Case) -> None:
    """The rule has exactly the findings of the case: messages, places and severities."""
    findings = check(model_of(broken.template), select=[broken.rule], crash=True)
    severity = rules()[broken.rule].severity
    places = [".".join(filter(None, (each.logical_id, each.property_path))) for each in findings]
    seen = [(str(each.severity), place) for each, place in zip(findings, places, strict=True)]
    assert seen == [(expected.severity or severity, expected.at) for expected in broken.findings]
    messages = [each.message for each in findings]
    missing = [
        expected.says
        for expected, message in zip(broken.findings, messages, strict=True)
        if expected.says not in message
    ]
    assert missing == [], messages


def test_valid(valid: Case) -> None:
    """The rule finds nothing in a valid case."""
    assert [f.message for f in check(model_of(valid.template), select=[valid.rule], crash=True)] == []


def test_cases_break_no_other_rule() -> None:
    """A case is right except for its own rule: an error of another rule only says what the fragment leaves out."""
    left_out = re.compile(
        r"got (none|neither|no )|must be given|which the template does not have|there is no condition"
    )
    found = {
        case.name: {
            finding.rule_id: finding.message
            for finding in check(model_of(case.template), crash=True)
            if finding.severity is Severity.ERROR and finding.rule_id != case.rule
            if not left_out.search(finding.message)
        }
        for case in (*cases("broken"), *cases("valid"))
    }
    named = {case.name: case.others for case in (*cases("broken"), *cases("valid"))}
    assert {name: others for name, others in found.items() if sorted(others) != sorted(named[name])} == {}
