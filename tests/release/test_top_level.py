"""What the repository holds: nothing that slipped in beside it."""

from __future__ import annotations

import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
TOP = {
    *("batch_constructs", "bench", "docs", "examples", "tests", ".ci", ".github"),
    *("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "LICENSE"),
    *("pyproject.toml", "requirements.lock", "Makefile", "cdk.json", "mkdocs.yml", ".gitignore"),
}
LARGEST = 1_000_000


def test_the_repository_holds_its_folders_and_no_large_file() -> None:
    """Downloads and builds stay out: what is once in the history, everybody fetches for ever."""
    listed = subprocess.run(["git", "ls-files", "-z"], check=True, cwd=ROOT, capture_output=True)
    names = [name for name in listed.stdout.decode().split("\0") if name]
    assert {name.split("/")[0] for name in names} <= TOP
    files = [ROOT / name for name in names]
    assert [file.name for file in files if file.is_file() and file.stat().st_size > LARGEST] == []
