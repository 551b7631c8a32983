"""The page that holds AWS's present table of contents beside the older one: from ``guide_contents.yaml``."""  # noqa: INP001

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

DOCS = Path(__file__).parent
_PLACE = re.compile(r"\{([\w.-]+)(#[\w-]+)?\}")
_ENTRY = re.compile(r"^- \[(.*)\]\((.*)\)$", re.MULTILINE)
_USER_GUIDE = "https://docs.aws.amazon.com/batch/latest/userguide"
NO_PAGE = "no page:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A page of AWS's guide.

    Attributes:
        page: the name of AWS's page, without ``.html``.
        title: what AWS calls it, in short.
        answer: what answers it here, with places such as ``{jobs#finding-jobs}``.
    """

    page: str
    title: str
    answer: str

    @property
    def places(self) -> tuple[Path, ...]:
        """The files that the answer leads to."""
        return tuple(_file(match[1]) for match in _PLACE.finditer(self.answer))


@cache
def contents() -> dict[str, Any]:
    """The data as they stand in the file."""
    data: dict[str, Any] = yaml.safe_load((DOCS / "guide_contents.yaml").read_text(encoding="utf-8"))
    return data


def chapters() -> dict[str, tuple[Entry, ...]]:
    """The entries of each chapter, in AWS's order."""
    found: dict[str, tuple[Entry, ...]] = {}
    for chapter in contents()["chapters"]:
        rows = {page: row.split(" | ") for page, row in chapter["pages"].items()}
        found[chapter["title"]] = tuple(
            Entry(page=page, title=title, answer=answer) for page, (title, answer) in rows.items()
        )
    return found


def entries() -> dict[str, Entry]:
    """Every present page of AWS's guide by its name."""
    return {entry.page: entry for each in chapters().values() for entry in each}


def older() -> tuple[tuple[str, str], ...]:
    """The titles and files of the older table of contents, of 2020."""
    text = (DOCS / "guide" / "README.md").read_text(encoding="utf-8")
    return tuple((title, file) for title, file in _ENTRY.findall(text))


def page() -> str:
    """The text of the page, without the links of rules."""
    data = contents()
    every = chapters()
    count = sum(map(len, every.values()))
    lines = [
        "# The user guide, then and now",
        "",
        "Use this when you have a page of AWS's guide in front of you, and look for what answers it here.",
        "",
        f"AWS's guide has {count} pages that are known by name, read {data['read']}. Their names come from two sources:",
        "",
        *(f"- {source}" for source in data["sources"]),
        "",
        f"The listing counts {data['listed']} pages and shows the names of the first hundred only; the rest were found by the",
        "contents and by the links of the pages. *No page* stands where an answer is a construct or a call alone. Where two of",
        "AWS's pages contradict each other, see [where AWS's pages disagree](disagreements.md).",
        "",
    ]
    for title, rows in every.items():
        lines += [f"## {title}", "", "| AWS's page | here |", "|---|---|"]
        lines += [f"| [{row.title}]({_USER_GUIDE}/{row.page}.html) | {_linked(row.answer)} |" for row in rows]
        lines.append("")
    lines += [
        "## The older contents",
        "",
        "The pages under [User guide](guide/README.md) follow the table of contents of 2020, 64 entries, since most links in the",
        "world name these chapters. Each keeps its page; the second column has the present pages of AWS that it answers.",
        "",
        "| entry of 2020 | AWS's present pages |",
        "|---|---|",
    ]
    for title, file in older():
        present = [row for rows in every.values() for row in rows if DOCS / "guide" / file in row.places]
        links = ", ".join(f"[{row.title}]({_USER_GUIDE}/{row.page}.html)" for row in present)
        lines.append(f"| [{title}](guide/{file}) | {links or 'none'} |")
    return "\n".join([*lines, ""])


def _file(name: str) -> Path:
    """A page of the guide where it has one of this name, else of the docs."""
    guide = DOCS / "guide" / f"{name}.md"
    return guide if guide.exists() else DOCS / f"{name}.md"


def _linked(answer: str) -> str:
    return _PLACE.sub(lambda match: _link(match[1], match[2] or ""), answer)


def _link(name: str, anchor: str) -> str:
    file = _file(name)
    text = file.read_text(encoding="utf-8")
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    title = headings[0]
    if anchor:
        title = next((each for each in headings if slug(each) == anchor[1:]), title)
    return f"[{re.sub(r' *{ #.*}', '', title)}]({file.relative_to(DOCS)}{anchor})"


def slug(heading: str) -> str:
    """The anchor of a heading."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")
