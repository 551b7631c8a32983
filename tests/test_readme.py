"""The README keeps its word: its code runs, and its commands exist."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
REPOSITORY = "https://github.com/batch-constructs/batch-constructs"
RAW = "https://raw.githubusercontent.com/batch-constructs/batch-constructs"
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_code_runs_and_its_jobs_would_too() -> None:
    """All Python blocks, one after the other, as a reader would type them."""
    names: dict[str, Any] = {}
    for block in re.findall(r"```python\n(.*?)```", README, re.DOTALL):
        exec(compile(block, "README.md", "exec"), names)
    assert names["hello"].job_definition_arn


def test_its_make_commands_exist() -> None:
    """Every ``make`` command that it names is one of the Makefile."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    commands = set(re.findall(r"^ {4}make (\w+)", README, re.MULTILINE))
    assert commands == {"demo", "test"}
    for command in commands:
        assert re.search(rf"^{command}:", makefile, re.MULTILINE)


def test_its_links_lead_somewhere_from_anywhere() -> None:
    """Whole addresses, so that they work on the package index, too; those of the project are files of the project."""
    links = re.findall(r"\]\(([^)\s]+)\)", README)
    assert [link for link in links if not link.startswith("https://")] == []
    ours = re.compile(rf"(?:{REPOSITORY}/(?:blob|tree)|{RAW})/main/([^#]+)")
    files = [found[1] for link in links if (found := ours.match(link))]
    assert len(files) > 10
    assert [file for file in files if not (ROOT / file).exists()] == []


def test_the_package_says_where_it_lives() -> None:
    """The package index links the source, the docs, the changelog, and where to report."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert set(project["urls"]) == {"Homepage", "Documentation", "Changelog", "Issues"}
    assert project["urls"]["Homepage"] == REPOSITORY
    for name in ("Documentation", "Changelog"):
        path = project["urls"][name].removeprefix(f"{REPOSITORY}/blob/main/")
        assert (ROOT / path).is_file()


@pytest.mark.parametrize("page", ["README.md", "docs/index.md"])
def test_there_is_one_quick_start(page: str) -> None:
    """The first program of a page is the example whose picture it shows, and whose README has every command."""
    text = (ROOT / page).read_text(encoding="utf-8")
    first = re.search(r"```python\n(.*?)```", text, re.DOTALL)
    assert first
    assert first[1] == (ROOT / "examples" / "quickstart" / "app.py").read_text(encoding="utf-8")
    assert "pictures/quickstart.svg)" in text[: first.start()]
    assert "npx cdk synth" in text
    assert "npx cdk deploy" in text


def test_the_extras_are_quoted_for_every_shell() -> None:
    """zsh, the shell of every Mac, takes square brackets for a pattern: no matches found."""
    pages = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("examples/**/*.md")]
    code = [*(ROOT / "batch_constructs").rglob("*.py")]
    for file in (*pages, *code):
        for line in file.read_text(encoding="utf-8").splitlines():
            for found in re.findall(r"pip install ([^`\s]*batch-constructs\[[^`\s]*)", line):
                assert re.fullmatch(r"(['\"])batch-constructs\[[\w,]+\]\1[\",)]*", found), f"{file}: {line}"
