"""Projects to start from: they pass their own tests, lint and types, and overwrite nothing."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml
from click.testing import CliRunner

from batch_constructs.cli import main
from batch_constructs.cli.init import KINDS

if TYPE_CHECKING:
    from click.testing import Result

ROOT = Path(__file__).parents[2]
EVERY = {
    ".github/workflows/ci.yml",
    ".gitignore",
    "README.md",
    "app.py",
    "cdk.json",
    "pyproject.toml",
    "requirements-dev.txt",
    "requirements.txt",
    "stack.py",
    "tests/test_stack.py",
}


def init(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["init", *map(str, arguments)])


def files_of(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def run(folder: Path, *command: str) -> None:
    """Run a tool of the project's workflow in it, isolated from this repository."""
    alone = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    done = subprocess.run(
        [sys.executable, "-m", *command], check=False, cwd=folder, env=alone, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("kind", KINDS)
def test_a_project_passes_its_own_workflow(tmp_path: Path, kind: str) -> None:
    """Tests, lint, format and strict types pass without changes."""
    folder = tmp_path / "my-project"
    result = init(kind, folder)
    assert result.exit_code == 0, result.output
    assert files_of(folder) == EVERY | ({"run.sh"} if kind == "nextflow" else set())
    run(folder, "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist")
    run(folder, "ruff", "check", "--no-cache", ".")
    run(folder, "ruff", "format", "--no-cache", "--check", ".")
    # The cache of the project's own types: without it the CDK's take two minutes.
    run(folder, "mypy", "--cache-dir", str(ROOT / ".mypy_cache"), "--python-version", "3.11")


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_left_to_fill_in(tmp_path: Path, kind: str) -> None:
    """The name is filled in, and the requirements are those of this version."""
    folder = tmp_path / "my_project"
    init(kind, folder)
    texts = {name: (folder / name).read_text("utf-8") for name in files_of(folder)}
    assert [name for name, text in texts.items() if re.search(r"@[A-Z]+@", text)] == []
    assert texts["README.md"].startswith("# my_project\n")
    # A stack's name has no underscore.
    assert 'NAME = "my-project"' in texts["app.py"]
    assert f"batch-constructs[node,testing]~={version('batch-constructs')}\n" in texts["requirements.txt"]
    commands = [
        step["run"]
        for step in yaml.safe_load(texts[".github/workflows/ci.yml"])["jobs"]["test"]["steps"]
        if "run" in step
    ]
    assert commands[:5] == [
        "pip install -r requirements-dev.txt",
        "ruff check .",
        "ruff format --check .",
        "mypy",
        "pytest",
    ]
    # The README names the files, and each is there.
    named = set(re.findall(r"^\| `([^`]+)` \|", texts["README.md"], re.MULTILINE))
    assert named <= set(texts)


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    """If one file exists, none is written, and the message names it."""
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "app.py").write_text("mine")
    result = init("etl", folder)
    assert result.exit_code == 2
    assert result.output == f"error: nothing was written to {folder}, since it has app.py already\n"
    assert files_of(folder) == {"app.py"}
    assert (folder / "app.py").read_text() == "mine"


def test_other_files_do_not_matter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fresh clone has a licence and a .git; the default is a platform in the current folder."""
    folder = tmp_path / "Genomes"
    folder.mkdir()
    (folder / "LICENSE").write_text("free")
    monkeypatch.chdir(folder)
    result = init()
    assert result.exit_code == 0, result.output
    assert files_of(folder) == EVERY | {"LICENSE"}
    assert result.output.endswith("next: see README.md\n")
    assert "BatchPlatform" in (folder / "stack.py").read_text("utf-8")


@pytest.mark.parametrize("name", ["1st", "my project", "größe"])
def test_a_folder_that_names_no_stack_is_told(tmp_path: Path, name: str) -> None:
    """CloudFormation would refuse the name at the deploy."""
    result = init("platform", tmp_path / name)
    assert result.exit_code == 2
    assert "the folder names the project, and must begin with a letter" in result.output
    assert not (tmp_path / name).exists()


def test_another_kind_is_a_usage_error(tmp_path: Path) -> None:
    """The message lists the kinds."""
    result = init("genomics", tmp_path / "x")
    assert result.exit_code == 2
    assert "'platform', 'nextflow', 'etl'" in result.output


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """In one line, without a traceback."""
    (tmp_path / "file").write_text("")
    result = init("platform", tmp_path / "file" / "project")
    assert result.exit_code == 2
    assert result.output.startswith("error: ")
    assert "Traceback" not in result.output
