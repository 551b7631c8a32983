"""How many lines the examples take, and how many what they were built after: ``examples/originals.toml``."""  # noqa: INP001

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
    """A public architecture, and the example that is built after it."""

    example: str
    repository: str
    commit: str
    files: dict[str, int]
    ours: tuple[str, ...] = ("app.py",)

    @property
    def url(self) -> str:
        """The tree that was counted."""
        return f"https://github.com/{self.repository}/tree/{self.commit[:12]}"

    @property
    def link(self) -> str:
        """The repository by its name."""
        return f"[{self.repository.partition('/')[2]}]({self.url})"

    @property
    def their_lines(self) -> int:
        """All lines of the original that are counted."""
        return sum(self.files.values())

    @property
    def our_lines(self) -> int:
        """All lines of the example that are counted."""
        folder = EXAMPLES / self.example
        return sum(lines_of_code(name, (folder / name).read_text(encoding="utf-8")) for name in self.ours)

    @property
    def sentence(self) -> str:
        """What the README of the example says."""
        files = f"{len(self.files)} files" if len(self.files) > 1 else "one file"
        return f"{self.our_lines} lines of code in place of {self.their_lines:,} in {files}"


def originals() -> list[Original]:
    """Each original, by the name of its example."""
    found: dict[str, dict[str, Any]] = tomllib.loads(
        (EXAMPLES / "originals.toml").read_text(encoding="utf-8")
    )
    return [
        Original(example=name, **{**each, "ours": tuple(each.get("ours", ("app.py",)))})
        for name, each in sorted(found.items())
    ]


def table() -> Iterator[str]:
    """All of them compared."""
    yield "| example | after | lines there | lines here |"
    yield "|---|---|---:|---:|"
    for each in originals():
        title = (EXAMPLES / each.example / "README.md").read_text(encoding="utf-8").partition("\n")[0]
        name = f"[{title.removeprefix('# ')}](#{each.example})"
        yield f"| {name} | {each.link} | {each.their_lines:,} | {each.our_lines} |"


def lines_of_code(name: str, text: str) -> int:
    """The lines that are neither blank nor comment nor, in Python, docstring."""
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
    """Count the originals again, in clones of their repositories that lie below a folder."""
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
