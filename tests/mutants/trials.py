"""Trials of mutations: the tests run against a copy of the project that has one mistake in it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path
from typing import TYPE_CHECKING

from tests.mutants.mutations import Mutation, mutations

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
PACKAGE = "batch_constructs"
TIMEOUT = 900
"""Seconds after which a run of tests counts as failed: some mistakes never end."""

# Tests that may notice what those of the same folder do not, nearest first, by the beginning of the module's path.
_WIDER = {
    "facts": [
        "tests/assembly",
        "tests/job_definitions",
        "tests/launch_templates",
        "tests/compute_environments",
    ],
    "assembly": ["tests/assembly", "tests/testing", "tests/cli"],
    # Private modules serve all rooms.
    "_": ["tests/launch_templates", "tests/job_definitions", "tests/monitoring", "tests/submissions"],
    # Arguments that several classes share are tested for all of them at once.
    "": [
        "tests/_border/test_shared_arguments.py",
        "tests/_border/test_refused_arguments.py",
        "tests/_border/test_places.py",
        "tests/test_examples.py",
        "tests/platform",
    ],
}
_ALWAYS = ["tests/test_docstrings.py", "tests/test_public_api.py", "tests/test_names.py"]


@dataclass(frozen=True, slots=True)
class Mutant:
    """A module with a mistake.

    Attributes:
        path: The module, from the top of the repository.
        source: The module as it is.
        mutation: The mistake.
    """

    path: str
    source: bytes
    mutation: Mutation

    @property
    def place(self) -> str:
        """The file and the line."""
        return f"{self.path}:{self.mutation.line}"

    @property
    def mistaken(self) -> bytes:
        """The module with the mistake."""
        return self.mutation.applied(self.source)

    def diff(self) -> list[str]:
        """Return the lines that the mistake changes, with ``-`` and ``+``."""
        before, after = (text.decode().splitlines() for text in (self.source, self.mistaken))
        changed = list(unified_diff(before, after, n=0, lineterm=""))[3:]
        return [f"{line[0]} {line[1:].strip()}" for line in changed]


def candidates(places: list[str]) -> list[list[Mutant]]:
    """Return the mutants of all modules under some places of the package, grouped by line.

    A line is drawn, not a mutation: else tables of strings would be most of what is drawn.
    """
    files = {
        file
        for place in places
        for found in [ROOT / PACKAGE / place]
        for file in (found.rglob("*.py") if found.is_dir() else [found])
    }
    lines: dict[tuple[str, int], list[Mutant]] = {}
    for file in sorted(files):
        path = file.relative_to(ROOT).as_posix()
        source = file.read_bytes()
        for mutation in mutations(source):
            lines.setdefault((path, mutation.line), []).append(Mutant(path, source, mutation))
    return list(lines.values())


def fitting(path: str, root: Path = ROOT) -> list[list[str]]:
    """Return the tests to run for a module, one group after the other: those of its room, then wider ones."""
    parts = Path(path).relative_to(PACKAGE).with_suffix("").parts
    near: list[str] = []
    for depth in range(len(parts), 0, -1):
        folder = root.joinpath("tests", *parts[: depth - 1])
        name = parts[depth - 1]
        found = [*folder.glob(f"test_{name.strip('_')}*.py"), folder / name]
        near += [each.relative_to(root).as_posix() for each in found if each.exists()]
    wider = next(tests for start, tests in _WIDER.items() if parts[0].startswith(start))
    groups = [[each] for each in near] + [[each] for each in wider] + [_ALWAYS]
    return [group for index, group in enumerate(groups) if group not in groups[:index]]


class Copy:
    """A copy of the project, in which one mutant at a time is tried.

    Args:
        folder: Where the copy is made; what is there is removed.
    """

    def __init__(self, folder: Path) -> None:
        self._root = folder
        self._tried: set[str] = set()
        self._red: set[str] = set()
        shutil.rmtree(folder, ignore_errors=True)
        listed = subprocess.run(["git", "ls-files", "-z"], check=True, cwd=ROOT, capture_output=True)
        for name in filter(None, listed.stdout.decode().split("\0")):
            if (ROOT / name).is_file():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, folder / name)
        subprocess.run([sys.executable, "-m", "compileall", "-q", PACKAGE], check=True, cwd=folder)

    def noticed_by(self, mutant: Mutant) -> str:
        """Return the first test that fails for a mutant; empty if all pass."""
        file = self._root / mutant.path
        for group in fitting(mutant.path, self._root):
            self._leave_out_red(group)
            for compiled in (file.parent / "__pycache__").glob(f"{file.stem}.*"):
                compiled.unlink()
            file.write_bytes(mutant.mistaken)
            try:
                if failed := self._failures(group, "-x"):
                    return failed[0]
            finally:
                file.write_bytes(mutant.source)
        return ""

    def _leave_out_red(self, group: list[str]) -> None:
        """Leave out, and name, the tests of a group that fail without any mistake."""
        if not self._tried.issuperset(group):
            self._tried.update(group)
            for name in self._failures(group):
                print(f"left out, since it fails without a mistake: {name}", flush=True)
                self._red.add(name)

    def _failures(self, group: list[str], *options: str) -> list[str]:
        environment = {**os.environ, "PYTHONPATH": str(self._root), "PYTHONDONTWRITEBYTECODE": "1"}
        left_out = [f"--deselect={name}" for name in sorted(self._red)]
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-n0",
            "-q",
            "--no-header",
            "--tb=no",
            *options,
            *left_out,
            *group,
        ]
        try:
            done = subprocess.run(
                command,
                cwd=self._root,
                env=environment,
                capture_output=True,
                text=True,
                check=False,
                timeout=TIMEOUT,
            )
        except subprocess.TimeoutExpired:
            return [f"{group[0]} does not end"]
        # 5: every test was left out.
        return [] if done.returncode in {0, 5} else [*_failed(done.stdout)] or [group[0]]


def _failed(output: str) -> Iterator[str]:
    """Yield the tests that pytest says have failed."""
    for line in output.splitlines():
        verb, _, name = line.partition(" ")
        if verb in {"FAILED", "ERROR"}:
            yield name.partition(" - ")[0]
