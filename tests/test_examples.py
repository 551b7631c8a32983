"""Every example synthesizes by itself, and its template is the one that was reviewed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode

from batch_constructs.assembly.diagrams import draw
from batch_constructs.assembly.diagrams.svg import svg
from batch_constructs.assembly.template import read
from batch_constructs.testing.snapshots import TemplateSnapshotExtension, with_paths
from docs.originals import Original, lines_of_code, originals

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion
    from syrupy.location import PyTestLocation

ROOT = Path(__file__).parents[1]
EXAMPLES = sorted(path.parent.name for path in (ROOT / "examples").glob("*/app.py"))


class Golden(TemplateSnapshotExtension):
    """The reviewed templates, under ``tests/golden``."""

    @classmethod
    def dirname(cls, *, test_location: PyTestLocation) -> str:
        """Where the files are."""
        return str(Path(test_location.filepath).parent / "golden")

    @classmethod
    def get_snapshot_name(cls, *, test_location: PyTestLocation, index: Any = 0) -> str:
        """Example and stack."""
        del test_location
        return str(index)


class Picture(SingleFileSnapshotExtension):  # type: ignore[misc] # syrupy has no types here
    """What each example looks like, under ``docs/pictures``."""

    file_extension = "svg"
    _write_mode = WriteMode.TEXT

    @classmethod
    def dirname(cls, *, test_location: PyTestLocation) -> str:
        """Where the files are."""
        return str(Path(test_location.filepath).parents[1] / "docs" / "pictures")

    @classmethod
    def get_snapshot_name(cls, *, test_location: PyTestLocation, index: Any = 0) -> str:
        """The example's name."""
        del test_location
        return str(index)

    def serialize(self, data: Any, **_: Any) -> str:
        """The picture is text already."""
        return str(data)


def synthesize(example: str, out: Path) -> list[str]:
    """Run an example as its user does, and give the names of its stacks."""
    environment = {**os.environ, "CDK_OUTDIR": str(out), "CDK_VALIDATION": "false"}
    app = ROOT / "examples" / example / "app.py"
    subprocess.run([sys.executable, str(app)], check=True, env=environment, cwd=out, capture_output=True)
    return [path.name.removesuffix(".template.json") for path in sorted(out.glob("*.template.json"))]


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_template_is_the_reviewed_one(example: str, tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    """Fails when templates or picture of an example changed, or were never reviewed (`make golden` writes them)."""
    stacks = synthesize(example, tmp_path)
    assert stacks
    for stack in stacks:
        template = with_paths(tmp_path, f"{stack}.template.json")
        assert template == snapshot(name=f"{example}.{stack}", extension_class=Golden)
    assert svg(draw(read(tmp_path))) == snapshot(name=example, extension_class=Picture)


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_readme_of_an_example_shows_its_picture(example: str) -> None:
    """The one that was drawn from its template."""
    assert f"](../../docs/pictures/{example}.svg)" in (ROOT / "examples" / example / "README.md").read_text(
        "utf-8"
    )


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_says_what_it_is(example: str) -> None:
    """Each has a README of a few lines beside its app, and says what it costs."""
    readme = (ROOT / "examples" / example / "README.md").read_text(encoding="utf-8")
    assert readme.startswith("# ")
    assert " cost" in readme


def test_a_repository_of_ones_own_passes_its_tests() -> None:
    """The test kit works as its example shows it."""
    folder = ROOT / "examples" / "own_repository"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist"]
    # In a worker of pytest-xdist syrupy would leave its report to the one who asked for the workers.
    alone = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_XDIST")}
    done = subprocess.run(command, check=False, cwd=folder, env=alone, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    assert "1 snapshot passed" in done.stdout


@pytest.mark.parametrize(("example", "most"), [("quickstart", 25), ("platform", 6)])
def test_what_is_short_stays_short(example: str, most: int) -> None:
    """At most so many lines of the user's code: neither blank, nor comment, nor docstring."""
    source = (ROOT / "examples" / example / "app.py").read_text(encoding="utf-8")
    code = [
        line for line in source.splitlines() if line.strip() and not line.lstrip().startswith(("#", '"""'))
    ]
    assert len(code) <= most


@pytest.mark.parametrize("original", originals(), ids=lambda each: each.example)
def test_the_lines_are_counted_that_the_readme_compares(original: Original) -> None:
    """Fails when an example has grown, or the link to what it is built after is missing."""
    readme = (ROOT / "examples" / original.example / "README.md").read_text(encoding="utf-8")
    assert f"{original.sentence}." in " ".join(readme.split())
    assert f"](https://github.com/{original.repository})" in readme


def test_lines_are_counted_alike_in_all_languages() -> None:
    """Neither blank lines nor comments nor docstrings, in what the originals are written in."""
    python = '"""What it is."""\n\n# why\nx = """not\na docstring"""  # why\n\n\ndef f():\n    """What it does."""\n    return x\n'
    assert lines_of_code("a.py", python) == 4
    assert lines_of_code("a.ts", "/**\n * What it is\n */\n\n// why\nconst x = 1; // why\n") == 1
    assert lines_of_code("a.yaml", "# why\n\na:\n  - b # why\n") == 2
    assert lines_of_code("a.json", '{\n\n"a": 1\n}\n') == 3
    assert lines_of_code("a.tf", "# why\n\na {\n}\n") == 2
