"""What CI may do, and what it runs."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
WORKFLOWS = {
    file.name: file.read_text("utf-8") for file in sorted((ROOT / ".github/workflows").glob("*.yml"))
}


def loaded(name: str) -> dict[str, Any]:
    """Return a workflow as data."""
    workflow: dict[str, Any] = yaml.safe_load(WORKFLOWS[name])
    return workflow


def test_actions_are_pinned_by_commit() -> None:
    """A tag of somebody else's repository can be moved, and the next release would run what it then names."""
    used = [line.strip() for text in WORKFLOWS.values() for line in text.splitlines() if "uses:" in line]
    assert len(used) > 10
    pinned = re.compile(r"(- )?uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+")
    assert [line for line in used if not pinned.fullmatch(line)] == []


def test_a_version_of_an_action_is_one_commit() -> None:
    """Fails for a copy that was not renewed with the others."""
    used = {
        tuple(each) for text in WORKFLOWS.values() for each in re.findall(r"uses: (\S+)@(\S+) # (\S+)", text)
    }
    assert len({action for action, *_ in used}) == len(used)


def test_workflows_may_only_read_by_default() -> None:
    """A job that may write says so itself, and none keeps the token in its working copy."""
    for name in WORKFLOWS:
        workflow = loaded(name)
        assert workflow["permissions"] == {"contents": "read"}, name
        assert "concurrency" in workflow, name
        for step in [step for job in workflow["jobs"].values() for step in job["steps"]]:
            if step.get("uses", "").startswith("actions/checkout@"):
                assert step["with"]["persist-credentials"] is False, name
    writing = {
        (name, job): [right for right, level in rights.items() if level == "write"]
        for name in WORKFLOWS
        for job, said in loaded(name)["jobs"].items()
        if (rights := said.get("permissions"))
    }
    assert writing == {
        ("docs.yml", "deploy"): ["pages", "id-token"],
        ("release.yml", "publish"): ["id-token"],
    }


def test_every_python_that_is_promised_is_tested() -> None:
    """Those of the classifiers, the oldest of which is the lower end of requires-python."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    promised = re.findall(r"Python :: (3\.\d+)", "\n".join(project["classifiers"]))
    assert loaded("test.yml")["jobs"]["test"]["strategy"]["matrix"]["python"] == promised
    assert project["requires-python"] == f">={promised[0]}"


def test_ci_runs_commands_of_the_makefile() -> None:
    """So that whoever reads a failed run can run the same."""
    makefile = (ROOT / "Makefile").read_text("utf-8")
    commands = {command for text in WORKFLOWS.values() for command in re.findall(r"run: make (\S+)", text)}
    assert commands == {"test", "test-lowest", "test-newest", "build", "site", "clients"}
    assert [
        command for command in commands if not re.search(rf"^{command}:.*##", makefile, re.MULTILINE)
    ] == []
