"""The same app gives the same bytes, whatever the order of Python's sets is today."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
APP = ROOT / "examples" / "media_transcoding" / "app.py"
# The other files tell about the construct tree, with stack traces that hold the names of temporary folders.
DEPLOYED = (".template.json", ".assets.json", "manifest.json")


def test_synth_does_not_depend_on_the_hash_seed(tmp_path: Path) -> None:
    """The largest example, twice; all others are compared with their golden templates, under any seed, as text."""
    written = []
    for seed in ("1", "2"):
        out = tmp_path / seed
        environment = {
            **os.environ,
            "PYTHONHASHSEED": seed,
            "CDK_OUTDIR": str(out),
            "CDK_VALIDATION": "false",
        }
        subprocess.run(
            [sys.executable, str(APP)], check=True, env=environment, cwd=tmp_path, capture_output=True
        )
        written.append(
            {file.name: file.read_bytes() for file in out.glob("*.json") if file.name.endswith(DEPLOYED)}
        )
    assert len(written[0]) >= 3
    assert written[0] == written[1]
