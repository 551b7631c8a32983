"""The docs say what the code does: their pages are made from it, and their examples run."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from click import Choice

import batch_constructs
from batch_constructs.assembly.checks import check, rules
from batch_constructs.assembly.template import model_of
from batch_constructs.assembly.template.documents import parse
from batch_constructs.cli import check as check_command
from docs import build, build_rules
from tests.assembly.checks.conftest import Case, cases

CHECKS = (build.DOCS / "checks.md").read_text(encoding="utf-8")
CONSTRUCTS = (build.DOCS / "constructs.md").read_text(encoding="utf-8")
TROUBLESHOOTING = (build.DOCS / "troubleshooting.md").read_text(encoding="utf-8")
PAGES = sorted(build.DOCS.rglob("*.md"))


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def built() -> dict[Path, str]:
    """What `make docs` would write."""
    return build.built()


def test_pages_are_what_the_code_says(built: dict[Path, str]) -> None:
    """Fails when a rule, a case or an output changed and the pages did not: `make docs` writes them."""
    stale = [page for page, text in built.items() if not page.exists() or page.read_text("utf-8") != text]
    left = set(build.DOCS.glob("rules/*.md")) - set(built)
    names = sorted(str(page.relative_to(build.DOCS)) for page in {*stale, *left})
    assert not names, f"run `make docs`, these pages are out of date: {', '.join(names)}"


def test_building_twice_changes_nothing() -> None:
    """What stands in a page from the last time does not reach the next one."""
    for page in build.DOCS.glob("*.md"):
        once = build.refreshed(page.read_text("utf-8"))
        assert build.refreshed(once) == once


@pytest.mark.parametrize("name", sorted(rules()))
def test_the_examples_of_a_rule_show_it(name: str, built: dict[Path, str]) -> None:
    """A reader who pastes the first template of a page sees the finding, and with the second one nothing."""
    text = built[build.DOCS / "rules" / f"{name}.md"]
    if "# … and so on" in text:
        return  # too long to paste
    broken, valid = (model_of(parse(block.encode()).root) for block in blocks(text, "yaml"))
    said = [f"{f.severity} {name} {f.message}" for f in check(broken, select=[name])]
    assert said
    assert said == blocks(text, "text")[0].splitlines()
    assert check(valid, select=[name]) == ()


@pytest.mark.parametrize("case", [*cases("broken"), *cases("valid")], ids=lambda case: case.name)
def test_templates_are_written_without_loss(case: Case) -> None:
    """Short forms and quotes change how a template looks, and not what it says."""
    assert parse(build_rules.as_yaml(case.template).encode()).root == case.template


def test_every_family_has_a_name() -> None:
    """A new family needs a heading in the index."""
    assert {rule.family for rule in rules().values()} <= set(build_rules.FAMILIES)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(build.DOCS)))
def test_links_lead_somewhere(page: Path) -> None:
    """Relative links are files of the project, and their anchors are headings there."""
    for link in re.findall(r"\]\((?!http)([^)\s]+)\)", page.read_text("utf-8")):
        target, _, anchor = link.partition("#")
        assert (page.parent / target).exists(), link
        if anchor:
            headings = re.findall(r"^#+ (.*)$", (page.parent / target).read_text("utf-8"), re.MULTILINE)
            slugs = {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}
            assert anchor in slugs, link


def test_every_rule_that_a_page_names_is_known() -> None:
    """It exists, or the index says why it is not checked."""
    known = {*rules(), *build_rules.unchecked_rules()}
    texts = [page.read_text("utf-8") for page in build.DOCS.glob("*.md")]
    named = {name for text in texts for name in re.findall(r"\b[A-Z]{2,4}-\d\d\b", text)}
    assert named <= known, sorted(named - known)


def test_troubleshooting_has_all_problems() -> None:
    """The chapter's twenty, each once."""
    numbers = re.findall(r"^\| T(\d+) \|", TROUBLESHOOTING, re.MULTILINE)
    assert sorted(map(int, numbers)) == list(range(1, 21))


def test_all_options_are_explained() -> None:
    """The page names each option of ``check`` and each of its formats."""
    options = [option for option in check_command.params if option.param_type_name == "option"]
    formats = [each for option in options if isinstance(option.type, Choice) for each in option.type.choices]
    for words in (*(option.opts[0] for option in options), *(f"--format {each}" for each in formats)):
        assert f"| `{words}" in CHECKS, words


def test_its_python_runs() -> None:
    """The blocks of the page, in order: synth fails as it says, an acknowledgement helps, the test passes."""
    names: dict[str, Any] = {}
    first, *others = blocks(CHECKS, "python")
    exec(compile(first, "checks.md", "exec"), names)
    with pytest.raises(RuntimeError, match="ValidationFailed"):
        names["app"].synth()
    report = (Path(names["app"].outdir) / "validation-report.json").read_text("utf-8")
    [shown] = [block for block in blocks(CHECKS, "text") if block.startswith("ERROR")]
    message = shown.splitlines()[0].removeprefix("ERROR ").removesuffix(" (batch-constructs)")
    remedy = shown.splitlines()[2].strip().removeprefix("Suggested fix: ")
    assert message in report
    assert remedy in report
    for block in others:
        exec(compile(block, "checks.md", "exec"), names)
    names["app"].synth(force=True)
    names["test_jobs_will_run"]()


def test_its_commands_are_understood() -> None:
    """Hooks and workflows call the command with options that it has."""
    hook, workflow = (
        yaml.safe_load(block)
        for block in blocks(CHECKS, "yaml")
        if re.match(r"# \.(pre-commit|github)", block)
    )
    steps = [step.get("run", "") for step in workflow["jobs"]["check"]["steps"]]
    calls = [f"{hook['repos'][0]['hooks'][0]['entry']} some.yaml", *steps]
    ours = [call.split(" > ")[0].split() for call in calls if call.startswith("batch-constructs ")]
    assert [call[1] for call in ours] == ["check", "check"]
    for call in ours:
        check_command.make_context("check", call[2:])


def test_every_public_name_is_explained() -> None:
    """Each stands on the page of the constructs, in prose or in code."""
    assert [name for name in batch_constructs.__all__ if not re.search(rf"\b{name}\b", CONSTRUCTS)] == []


def test_the_code_of_the_constructs_runs() -> None:
    """All blocks of the page make one app, which synthesizes with the rules on: its jobs would run."""
    names: dict[str, Any] = {}
    for block in blocks(CONSTRUCTS, "python"):
        exec(compile(block, "constructs.md", "exec"), names)
