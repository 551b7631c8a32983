"""What users install: the wheel, in an empty environment, on a machine without Node.js."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def uv(*arguments: str) -> None:
    subprocess.run([str(Path(sys.executable).with_name("uv")), *arguments], check=True, cwd=ROOT)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel that ``make build`` makes."""
    folder = tmp_path_factory.mktemp("dist")
    uv(
        "build",
        "--quiet",
        "--wheel",
        "--no-build-isolation",
        "--python",
        sys.executable,
        "--out-dir",
        str(folder),
    )
    [file] = folder.glob("*.whl")
    return file


def test_the_wheel_holds_the_package_and_nothing_else(wheel: Path) -> None:
    """Every file that git knows of the package, data and shell included, and no test."""
    listed = subprocess.run(
        ["git", "ls-files", "batch_constructs"], check=True, cwd=ROOT, capture_output=True
    )
    known = {name for name in listed.stdout.decode().split() if (ROOT / name).exists()}
    names = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert known <= names
    assert {name.split("/")[0] for name in names} == {"batch_constructs"}
    # What JobMetrics puts into templates.
    assert "batch_constructs/monitoring/functions/job_metrics.py" in names


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
