"""Each wildcard in a policy of this library has a comment with its reason."""

from __future__ import annotations

import re
from pathlib import Path

PACKAGE = Path(__file__).parents[1] / "batch_constructs"
# The wing that writes templates: the other one only reads what others wrote.
WRITING = sorted(
    path for path in PACKAGE.rglob("*.py") if path.relative_to(PACKAGE).parts[0] not in {"assembly", "facts"}
)
WILDCARD = re.compile(r'resources=\["\*"\]|"[a-z0-9-]+:[A-Z][A-Za-z]*\*"|"[a-z0-9-]+:\*"')
NEAR = 4


def uncommented(text: str) -> list[str]:
    """Return lines with a wildcard and no comment on them, or shortly above."""
    lines = text.splitlines()
    return [
        line.strip()
        for number, line in enumerate(lines)
        if WILDCARD.search(line)
        and not any("#" in near for near in lines[max(0, number - NEAR) : number + 1])
    ]


def test_each_wildcard_has_its_reason() -> None:
    """Reviewers find the reason in the code."""
    texts = {str(path.relative_to(PACKAGE)): path.read_text("utf-8") for path in WRITING}
    assert {name: lines for name, text in texts.items() if (lines := uncommented(text))} == {}
    # The pattern finds what it looks for: ten modules have a wildcard, each with a reason.
    assert len([name for name, text in texts.items() if WILDCARD.search(text)]) >= 10


def test_a_wildcard_without_a_reason_is_found() -> None:
    """For resources and actions; not for patterns outside IAM."""
    assert uncommented('statement(actions=["s3:GetObject"], resources=["*"])') != []
    assert uncommented('actions=["batch:Describe*"]') != []
    assert uncommented('# It has no resource.\nstatement(resources=["*"])') == []
    assert uncommented('reason="Host EC2*"') == []
