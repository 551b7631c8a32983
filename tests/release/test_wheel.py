"""What users install: the wheel, in an empty environment, on a machine without Node.js."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tarfile
import zipfile
from email import message_from_bytes
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def uv(*arguments: str) -> None:
    subprocess.run([str(Path(sys.executable).with_name("uv")), *arguments], check=True, cwd=ROOT)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The files that ``make build`` makes, by their ending: the source distribution, and the wheel that comes of it."""
    folder = tmp_path_factory.mktemp("dist")
    uv("build", "--quiet", "--no-build-isolation", "--python", sys.executable, "--out-dir", str(folder))
    return {file.suffix: file for file in folder.iterdir() if file.suffix in {".whl", ".gz"}}


@pytest.fixture(scope="module")
def wheel(built: dict[str, Path]) -> Path:
    """The wheel."""
    return built[".whl"]


def known(*places: str) -> set[str]:
    """Return the files that git knows under some places."""
    listed = subprocess.run(["git", "ls-files", "-z", *places], check=True, cwd=ROOT, capture_output=True)
    return {name for name in listed.stdout.decode().split("\0") if name and (ROOT / name).exists()}


def test_the_wheel_holds_the_package_and_nothing_else(wheel: Path) -> None:
    """Every file that git knows of the package, data, stubs and shell included, and no test."""
    names = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert known("batch_constructs") <= names
    assert {name.split("/")[0] for name in names} == {"batch_constructs"}
    # What tells type checkers to read the annotations, and what JobMetrics puts into templates.
    assert {"batch_constructs/py.typed", "batch_constructs/monitoring/functions/job_metrics.py"} <= names


def test_the_source_distribution_holds_what_a_distributor_needs(built: dict[str, Path]) -> None:
    """The package, its examples, its licence and its history; the wheel above was built from it."""
    with tarfile.open(built[".gz"]) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert (
        known("batch_constructs", "examples", "LICENSE", "README.md", "CHANGELOG.md", "pyproject.toml")
        <= names
    )
    assert {name.split("/")[0] for name in names} & {"tests", "bench", "docs", ".github"} == set()


def test_the_page_on_the_package_index_has_no_dead_link(wheel: Path) -> None:
    """The README is its text: the index shows no picture and follows no link that is relative to a repository."""
    with zipfile.ZipFile(wheel) as archive:
        [name] = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
        metadata = message_from_bytes(archive.read(name))
    text = metadata.get_payload()
    assert isinstance(text, str)
    assert metadata["Description-Content-Type"] == "text/markdown"
    targets = re.findall(r"\]\(([^)\s]+)\)|(?:src|href)=[\"']([^\"']+)", text)
    assert len(targets) > 10
    assert [each for each in targets if not "".join(each).startswith("https://")] == []


def test_the_newest_entry_of_the_changelog_is_this_version(wheel: Path) -> None:
    """The version stands in pyproject.toml; fails for a release whose changes nobody wrote down under it."""
    headings = re.findall(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    assert headings[0] == wheel.name.split("-")[1]


def test_the_code_of_the_readme_runs_without_node_on_the_machine(wheel: Path, tmp_path: Path) -> None:
    """The ``node`` extra brings it along; jsii finds it in the environment that is active."""
    uv("venv", "--quiet", "--python", sys.executable, str(tmp_path / "venv"))
    binaries = tmp_path / "venv" / "bin"
    # The versions that everything else was tested with.
    lock = re.sub(r" \\\n(    --hash=\S+( \\)?\n)+", "\n", (ROOT / "requirements.lock").read_text("utf-8"))
    (tmp_path / "versions.txt").write_text(lock, encoding="utf-8")
    constraint = ["--constraint", str(tmp_path / "versions.txt")]
    uv("pip", "install", "--quiet", "--python", str(binaries / "python"), *constraint, f"{wheel}[node]")

    [code, *_] = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)
    (tmp_path / "app.py").write_text(code, encoding="utf-8")
    environment = {
        "PATH": str(binaries),
        "HOME": os.environ.get("HOME", "/"),
        "CDK_VALIDATION": "false",
        "CDK_OUTDIR": str(tmp_path / "out"),
    }
    subprocess.run([str(binaries / "python"), "app.py"], check=True, cwd=tmp_path, env=environment)
    template = json.loads((tmp_path / "out" / "BatchQuickstart.template.json").read_text("utf-8"))
    types = [resource["Type"] for resource in template["Resources"].values()]
    assert types.count("AWS::Batch::ComputeEnvironment") == 2
    assert types.count("AWS::Batch::JobQueue") == 1
