"""Where a policy of this library has a wildcard, a comment says why IAM has no narrower form."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "batch_constructs"
# The wing that writes templates: the other one only reads what others wrote.
WRITING = sorted(
    path for path in PACKAGE.rglob("*.py") if path.relative_to(PACKAGE).parts[0] not in {"assembly", "facts"}
)
WILDCARD = re.compile(r'resources=\["\*"\]|"[a-z0-9-]+:[A-Z][A-Za-z]*\*"|"[a-z0-9-]+:\*"')
NEAR = 4


def uncommented(text: str) -> list[str]:
    """Lines with a wildcard and no comment on them, or shortly above."""
    lines = text.splitlines()
    return [
        line.strip()
        for number, line in enumerate(lines)
        if WILDCARD.search(line)
        and not any("#" in near for near in lines[max(0, number - NEAR) : number + 1])
    ]


@pytest.mark.parametrize("path", WRITING, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_each_wildcard_has_its_reason(path: Path) -> None:
    """So that a reviewer need not ask."""
    assert uncommented(path.read_text("utf-8")) == []


def test_a_wildcard_without_a_reason_is_found() -> None:
    """Of resources and of actions; not of patterns that are none of IAM's."""
    assert uncommented('statement(actions=["s3:GetObject"], resources=["*"])') != []
    assert uncommented('actions=["batch:Describe*"]') != []
    assert uncommented('# It has no resource.\nstatement(resources=["*"])') == []
    assert uncommented('reason="Host EC2*"') == []
