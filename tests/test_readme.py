"""The README keeps its word: its code runs, and its commands exist."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_code_runs_and_its_jobs_would_too() -> None:
    """All Python blocks, one after the other, as a reader would type them."""
    names: dict[str, Any] = {}
    for block in re.findall(r"```python\n(.*?)```", README, re.DOTALL):
        exec(compile(block, "README.md", "exec"), names)
    assert names["align"].job_definition_arn


def test_its_make_commands_exist() -> None:
    """Every ``make`` command that it names is one of the Makefile."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    commands = set(re.findall(r"^ {4}make (\w+)", README, re.MULTILINE))
    assert commands == {"demo", "test"}
    for command in commands:
        assert re.search(rf"^{command}:", makefile, re.MULTILINE)


def test_its_links_lead_somewhere() -> None:
    """Relative links are files of the project."""
    for link in re.findall(r"\]\((?!http)([^)#]+)", README):
        assert (ROOT / link).exists(), link
