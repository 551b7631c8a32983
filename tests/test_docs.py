"""The docs say what the code does: their pages are made from it, and their examples run."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from click import Choice, ClickException, Group

import batch_constructs
import batch_constructs.testing
from batch_constructs.assembly.checks import check, rules
from batch_constructs.assembly.template import model_of
from batch_constructs.assembly.template.files import parse
from batch_constructs.cli import main
from batch_constructs.cli.commands import check as check_command
from docs import build, build_rules
from tests.assembly.checks.conftest import cases

CHECKS = (build.DOCS / "checks.md").read_text(encoding="utf-8")
CONSTRUCTS = (build.DOCS / "constructs.md").read_text(encoding="utf-8")
TROUBLESHOOTING = (build.DOCS / "troubleshooting.md").read_text(encoding="utf-8")
# What the theme says about its own future is no fault of the site.
SITE = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
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
    names = sorted(str(page.relative_to(build.ROOT)) for page in {*stale, *left})
    assert not names, f"run `make docs`, these pages are out of date: {', '.join(names)}"


def test_building_twice_changes_nothing() -> None:
    """What stands in a page from the last time does not reach the next one."""
    for page in (*build.DOCS.glob("*.md"), *build.DOCS.glob("guide/*.md")):
        once = build.refreshed(page.read_text("utf-8"))
        assert build.refreshed(once) == once


def test_the_examples_of_a_rule_show_it(built: dict[Path, str]) -> None:
    """A reader who pastes the first template of a page sees the finding, and with the second one nothing."""
    wrong, too_long = [], []
    for name in rules():
        text = built[build.DOCS / "rules" / f"{name}.md"]
        if "# … and so on" in text:
            too_long.append(name)
            continue
        broken, valid = (model_of(parse(block.encode()).root) for block in blocks(text, "yaml"))
        said = [f"{f.severity} {name} {f.message}" for f in check(broken, select=[name])]
        if not said or said != blocks(text, "text")[0].splitlines() or check(valid, select=[name]):
            wrong.append(name)
    assert wrong == []
    # The pages of quotas show the beginning of a template that is about size.
    assert too_long == ["QS-26", "QUO-01", "QUO-03", "QUO-04"]


def test_templates_are_written_without_loss() -> None:
    """Short forms and quotes change how a template looks, and not what it says."""
    assert [
        case.name
        for case in (*cases("broken"), *cases("valid"))
        if parse(build_rules.as_yaml(case.template).encode()).root != case.template
    ] == []


def test_every_family_has_a_name() -> None:
    """A new family needs a heading in the index."""
    assert {rule.family for rule in rules().values()} <= set(build_rules.FAMILIES)


@cache
def anchors(page: Path) -> set[str]:
    """What links to a heading of a page may end with."""
    headings = re.findall(r"^#+ (.*)$", page.read_text("utf-8"), re.MULTILINE)
    slugs = {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}
    return slugs | {heading.partition("{ #")[2].removesuffix(" }") for heading in headings}


def test_links_lead_somewhere() -> None:
    """Relative links are files of the project, and their anchors are headings there."""
    links = [
        (page, *link.split("#"))
        for page in PAGES
        for link in re.findall(r"\]\((?!http)([^)\s]+)\)", page.read_text("utf-8"))
    ]
    dead = [
        f"{page.relative_to(build.DOCS)}: {'#'.join((path, *anchor))}"
        for page, path, *anchor in links
        if not (target := page.parent / path if path else page).exists()
        or (anchor and anchor[0] not in anchors(target))
    ]
    assert len(links) > 1_000
    assert dead == []


def test_every_rule_that_a_page_names_is_known() -> None:
    """It exists, or the index says why it is not checked."""
    known = {*rules(), *build_rules.unchecked_rules()}
    texts = [page.read_text("utf-8") for page in build.DOCS.glob("*.md")]
    named = {name for text in texts for name in re.findall(r"\b[A-Z]{2,4}-\d\d\b", text)}
    assert named <= known, sorted(named - known)


def test_troubleshooting_has_all_problems() -> None:
    """The chapter's twenty and those of newer pages and of users, each once."""
    numbers = re.findall(r"^\| T(\d+) \|", TROUBLESHOOTING, re.MULTILINE)
    assert sorted(map(int, numbers)) == list(range(1, len(numbers) + 1))
    assert len(numbers) > 35


def test_each_problem_has_an_alert_or_a_dash() -> None:
    """The last cell of each row names what tells of it; those are constructs, and each kind of trouble has one."""
    rows = re.findall(r"^\| T\d+ \|.*\| ([^|]*) \|$", TROUBLESHOOTING, re.MULTILINE)
    assert len(rows) == TROUBLESHOOTING.count("\n| T")
    named = {name for cell in rows for name in re.findall(r"`(\w+)`", cell)}
    assert named <= set(batch_constructs.__all__)
    assert {
        "ComputeEnvironmentAlerts",
        "JobQueueBlockedAlerts",
        "StuckJobAlerts",
        "JobFailureAlerts",
    } <= named
    assert all(cell == "-" or "`" in cell for cell in rows)


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


def test_the_site_builds_without_a_warning(tmp_path: Path) -> None:
    """No dead link, no page that the navigation forgot, nothing fetched: strictly, as ``make docs`` does."""
    command = [
        sys.executable,
        "-m",
        "mkdocs",
        "build",
        "--strict",
        "--quiet",
        "--site-dir",
        str(tmp_path / "site"),
    ]
    done = subprocess.run(command, cwd=build.ROOT, env=SITE, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    home = (tmp_path / "site" / "index.html").read_text("utf-8")
    assert "fonts.googleapis.com" not in home
    reference = (tmp_path / "site" / "reference" / "index.html").read_text("utf-8")
    names = (*batch_constructs.__all__, *batch_constructs.testing.__all__)
    assert [name for name in names if f'.{name}"' not in reference] == []


@pytest.mark.parametrize(
    "name",
    sorted(
        str(page.relative_to(build.DOCS))
        for page in (*build.DOCS.glob("*.md"), *build.DOCS.glob("coming-from/*.md"))
        # These two have tests of their own.
        if page.name not in {"checks.md", "constructs.md"} and blocks(page.read_text("utf-8"), "python")
    ),
)
def test_the_code_of_a_page_runs(name: str) -> None:
    """Its blocks in order, with the rules on."""
    names: dict[str, Any] = {}
    found = blocks((build.DOCS / name).read_text("utf-8"), "python")
    assert found
    for block in found:
        exec(compile(block, name, "exec"), names)


def test_no_python_is_left_out() -> None:
    """Code that only looks like Python is nowhere but in the gallery, whose apps are files that run."""
    other = {
        page.name
        for page in PAGES
        if re.search(r"^ *```(py|pycon|python3)$", page.read_text("utf-8"), re.MULTILINE)
    }
    assert other <= {"gallery.md", "testing.md"}


def test_commands_are_understood() -> None:
    """Each command of this package that a page shows has the options that it is shown with."""
    lines = [
        (page.name, line)
        for page in PAGES
        for block in blocks(page.read_text("utf-8"), "sh")
        for line in block.splitlines()
        if line.startswith("batch-constructs ")
    ]
    wrong = []
    for page, line in lines:
        words = shlex.split(line, comments=True)
        [name, *arguments] = words[1 : words.index(">") if ">" in words else None]
        try:
            command = main.commands[name]
            if isinstance(command, Group):
                name, *arguments = arguments
                command = command.commands[name]
            command.make_context(name, arguments)
        except (ClickException, KeyError) as error:
            wrong.append(f"{page}: {line}: {error}")
    assert len(lines) > 250
    assert wrong == []


GUIDE = sorted(page for page in (build.DOCS / "guide").glob("*.md") if page.name != "README.md")


def test_the_guide_has_all_its_entries() -> None:
    """Each page stands in the list, once; the table of contents of the guide has 64 entries."""
    listed = re.findall(
        r"^- \[(.*)\]\((.*)\)$", (build.DOCS / "guide" / "README.md").read_text("utf-8"), re.MULTILINE
    )
    assert len(listed) == 64
    assert {name for _, name in listed} == {page.name for page in GUIDE}
    for title, name in listed:
        assert (build.DOCS / "guide" / name).read_text("utf-8").startswith(f"# {title}\n")


@pytest.mark.parametrize("page", GUIDE, ids=lambda page: page.stem)
def test_the_code_of_the_guide_runs(page: Path) -> None:
    """Each page has some; it runs after the lines of the list, and its app synthesizes with the rules on."""
    text = page.read_text("utf-8")
    assert blocks(text, "python")
    names: dict[str, Any] = {}
    for block in blocks((build.DOCS / "guide" / "README.md").read_text("utf-8"), "python"):
        exec(compile(block, "guide/README.md", "exec"), names)
    for block in blocks(text, "python"):
        exec(compile(block, page.name, "exec"), names)
    names["app"].synth(force=True)


def test_each_answer_to_a_thread_is_held_by_a_test() -> None:
    """The questions name every thread that a test names, and each of their answers is held by one of them."""
    thread = re.compile(r"[A-Za-z][\w-]*#\d+")
    tests = {
        name for file in build.ROOT.glob("tests/**/*.py") for name in thread.findall(file.read_text("utf-8"))
    }
    answers = (build.DOCS / "faq.md").read_text("utf-8").split("\n\n")
    named = [set(thread.findall(answer)) for answer in answers]
    assert tests <= set().union(*named), sorted(tests - set().union(*named))
    assert [
        answer for answer, threads in zip(answers, named, strict=True) if threads and not threads & tests
    ] == []


def test_links_of_threads_lead_to_what_they_name() -> None:
    """``repository#number`` is the end of the address, too."""
    links = re.findall(
        r"\[([\w-]+)#(\d+)\]\(https://github.com/[\w-]+/([^)]+)\)", (build.DOCS / "faq.md").read_text("utf-8")
    )
    short = {"cfn-coverage-roadmap": "cloudformation-coverage-roadmap"}
    for repository, number, address in links:
        name, _, end = address.partition("/")
        assert end == f"issues/{number}"
        assert name.startswith(short.get(repository, repository))
    assert len(links) > 60


def test_every_role_that_is_made_has_its_reason() -> None:
    """The page on security names what makes a role, or the role itself, for each module that makes one."""
    page = (build.DOCS / "security.md").read_text("utf-8")
    package = Path(batch_constructs.__file__).parent
    homes: dict[str, list[str]] = {}
    for name, home in batch_constructs._HOMES.items():
        homes.setdefault(home.partition(":")[0], []).append(name)
    makes = re.compile(
        r"(?:=|return) iam\.Role\(|^class \w+Role\((?:CheckedRole|InstanceRole|iam\.Role)", re.MULTILINE
    )
    for file in sorted(package.rglob("*.py")):
        home = ".".join(file.relative_to(package).with_suffix("").parts)
        if home.startswith("assembly.") or not makes.search(file.read_text("utf-8")):
            continue
        names = homes.get(home) or _USERS_OF_ROLES[home]
        assert any(f"`{name}`" in page for name in names), f"{home}: {names}"


# What makes the roles of modules without a public name.
_USERS_OF_ROLES = {
    "monitoring.environment_check": ["ComputeEnvironmentAlerts"],
    "submissions.schedules": ["ScheduledJob"],
}
