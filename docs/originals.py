"""Counts the lines of the examples and of the public architectures that they reproduce: ``examples/originals.toml``."""  # noqa: INP001

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

EXAMPLES = Path(__file__).parents[1] / "examples"
_BLOCK_COMMENT = re.compile(r"^\s*/\*.*?\*/", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Original:
    """A public architecture, and the example that reproduces it."""

    example: str
    repository: str
    commit: str
    files: dict[str, int]
    ours: tuple[str, ...] = ("app.py",)

    @property
    def url(self) -> str:
        """The address of the tree whose files were counted."""
        return f"https://github.com/{self.repository}/tree/{self.commit[:12]}"

    @property
    def link(self) -> str:
        """A link to the repository, with its name."""
        return f"[{self.repository.partition('/')[2]}]({self.url})"

    @property
    def their_lines(self) -> int:
        """The number of counted lines of the original."""
        return sum(self.files.values())

    @property
    def our_lines(self) -> int:
        """The number of counted lines of the example."""
        folder = EXAMPLES / self.example
        return sum(lines_of_code(name, (folder / name).read_text(encoding="utf-8")) for name in self.ours)

    @property
    def sentence(self) -> str:
        """The sentence for the README of the example."""
        files = f"{len(self.files)} files" if len(self.files) > 1 else "one file"
        return f"{self.our_lines} lines of code instead of {self.their_lines:,} in {files}"


def originals() -> list[Original]:
    """Return each original, sorted by the name of its example."""
    found: dict[str, dict[str, Any]] = tomllib.loads(
        (EXAMPLES / "originals.toml").read_text(encoding="utf-8")
    )
    return [
        Original(example=name, **{**each, "ours": tuple(each.get("ours", ("app.py",)))})
        for name, each in sorted(found.items())
    ]


def table() -> Iterator[str]:
    """Yield the lines of the table that compares them."""
    yield "| example | public architecture | its lines | our lines |"
    yield "|---|---|---:|---:|"
    for each in originals():
        title = (EXAMPLES / each.example / "README.md").read_text(encoding="utf-8").partition("\n")[0]
        name = f"[{title.removeprefix('# ')}](#{each.example})"
        yield f"| {name} | {each.link} | {each.their_lines:,} | {each.our_lines} |"


def lines_of_code(name: str, text: str) -> int:
    """Return the number of lines without blank lines, comments and, in Python, docstrings."""
    kind = PurePath(name).suffix
    comment = {".ts": "//", ".json": "\0"}.get(kind, "#")
    if kind == ".ts":
        text = _BLOCK_COMMENT.sub("", text)
    docstrings = _docstrings(text) if kind == ".py" else set()
    return sum(
        bool(line.strip()) and not line.lstrip().startswith(comment) and number not in docstrings
        for number, line in enumerate(text.splitlines(), 1)
    )


def _docstrings(text: str) -> set[int]:
    found: set[int] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and node.body:
            first = node.body[0]
            if (
                isinstance(first, ast.Expr)
                and isinstance(first.value, ast.Constant)
                and isinstance(first.value.value, str)
            ):
                found.update(range(first.lineno, (first.end_lineno or first.lineno) + 1))
    return found


def main(folder: Path) -> None:
    """Count the originals again, in clones of their repositories in a folder."""
    for original in originals():
        for file, stated in original.files.items():
            clone = folder / original.repository.partition("/")[2]
            command = ["git", "-C", str(clone), "show", f"{original.commit}:{file}"]
            done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - git itself
            counted = lines_of_code(file, done.stdout)
            verdict = "" if counted == stated else f" NOT {stated}"
            sys.stdout.write(f"{counted:5} {original.repository} {file}{verdict}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
