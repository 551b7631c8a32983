"""Every example synthesizes by itself, and its template is the one that was reviewed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from syrupy.extensions.json import JSONSnapshotExtension

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion
    from syrupy.location import PyTestLocation

ROOT = Path(__file__).parents[1]
EXAMPLES = sorted(path.parent.name for path in (ROOT / "examples").glob("*/app.py"))


class Golden(JSONSnapshotExtension):  # type: ignore[misc] # syrupy has no types here
    """One readable file for each stack of each example, under ``tests/golden``."""

    file_extension = "template.json"

    @classmethod
    def dirname(cls, *, test_location: PyTestLocation) -> str:
        """Where the files are."""
        return str(Path(test_location.filepath).parent / "golden")

    @classmethod
    def get_snapshot_name(cls, *, test_location: PyTestLocation, index: Any = 0) -> str:
        """The name that the test gives, such as ``quickstart.BatchQuickstart``."""
        del test_location
        return str(index)


def synthesize(example: str, out: Path) -> dict[str, Any]:
    """Run an example as its user does, and give its templates by stack."""
    environment = {**os.environ, "CDK_OUTDIR": str(out), "CDK_VALIDATION": "false"}
    app = ROOT / "examples" / example / "app.py"
    subprocess.run([sys.executable, str(app)], check=True, env=environment, cwd=out, capture_output=True)
    return {
        path.name.removesuffix(".template.json"): json.loads(path.read_text(encoding="utf-8"))
        for path in sorted(out.glob("*.template.json"))
    }


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_template_is_the_reviewed_one(example: str, tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    """Fails when the template of an example changed, or was never reviewed (``make golden`` writes it anew)."""
    templates = synthesize(example, tmp_path)
    assert templates
    for stack, template in templates.items():
        assert template == snapshot(name=f"{example}.{stack}", extension_class=Golden)


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_says_what_it_is(example: str) -> None:
    """Each has a README of a few lines beside its app."""
    assert (ROOT / "examples" / example / "README.md").read_text(encoding="utf-8").startswith("# ")


def test_the_quick_start_is_short() -> None:
    """At most 25 lines of the user's code: neither blank, nor comment, nor docstring."""
    source = (ROOT / "examples" / "quickstart" / "app.py").read_text(encoding="utf-8")
    code = [
        line for line in source.splitlines() if line.strip() and not line.lstrip().startswith(("#", '"""'))
    ]
    assert len(code) <= 25
