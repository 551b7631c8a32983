"""The map in CONTRIBUTING.md: which modules are about which chapter of AWS's guide, by what the modules say themselves."""  # noqa: INP001

from __future__ import annotations

import ast
import re
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

from batch_constructs.assembly.checks import rules

if TYPE_CHECKING:
    from collections.abc import Iterator

DOCS = Path(__file__).parent
PACKAGE = DOCS.parent / "batch_constructs"
_START, _END = "<!-- map: written by `make docs` -->\n", "<!-- end of map -->\n"
_NAMED = re.compile(r"(?:Guide|Chapter): (.*?)(?:\n\s*\n|\Z)", re.DOTALL)


def titles() -> dict[str, str]:
    """Return the page of each chapter, in the order of the guide, by its title."""
    index = (DOCS / "guide/README.md").read_text("utf-8")
    return dict(re.findall(r"\[([^]]+)\]\(([\w-]+\.md)\)", index))


def modules() -> dict[str, list[Path]]:
    """Return the modules that name a chapter in a docstring, or hold rules from it, by its title."""
    chapters = sorted(titles(), key=len, reverse=True)
    found: dict[str, set[Path]] = defaultdict(set)
    for file in PACKAGE.rglob("*.py"):
        for text in _named(file):
            rest = " ".join(text.split())
            # A title may be part of a longer one: Job Queues, Tutorial: Creating Job Queues.
            for title in chapters:
                if title in rest:
                    found[title].add(file.relative_to(PACKAGE))
                    rest = rest.replace(title, "")
    for rule in rules().values():
        file = Path(*rule.function.__module__.split(".")[1:]).with_suffix(".py")
        found[rule.chapter].add(file)
    return {title: sorted(found[title]) for title in titles()}


def _named(file: Path) -> Iterator[str]:
    """Yield what the docstrings of a module name behind ``Guide:`` or ``Chapter:``."""
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
            yield from _NAMED.findall(ast.get_docstring(node) or "")


def with_map(text: str) -> str:
    """Return CONTRIBUTING.md with the map of today."""
    before, _, rest = text.partition(_START)
    _, _, after = rest.partition(_END)
    rows = [
        f"| [{title}](docs/guide/{page}) | {', '.join(_rooms(files)) or '—'} |"
        for (title, page), files in zip(titles().items(), modules().values(), strict=True)
    ]
    lines = ["| chapter | modules |", "|---|---|", *rows, ""]
    return "".join([before, _START, "\n".join(lines), _END, after])


def _rooms(files: list[Path]) -> Iterator[str]:
    """Yield the modules of each room as one word: ``job_queues/{queues,time_limits}``."""
    rooms: dict[str, list[str]] = defaultdict(list)
    for file in files:
        rooms[file.parent.as_posix()].append(file.stem)
    for room, inside in rooms.items():
        names = ",".join(name for name in inside if name != "__init__")
        braces = f"{{{names}}}" if "," in names else names
        yield f"`{'/'.join(each for each in (room.strip('.'), braces) if each)}`"
