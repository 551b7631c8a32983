"""Generates the page that compares AWS's current table of contents with the older one, from ``guide_contents.yaml``."""  # noqa: INP001

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
        title: AWS's title, in short.
        answer: what answers the page here, with links such as ``{jobs#finding-jobs}``.
    """

    page: str
    title: str
    answer: str

    @property
    def places(self) -> tuple[Path, ...]:
        """The files that the answer links to."""
        return tuple(_file(match[1]) for match in _PLACE.finditer(self.answer))


@cache
def contents() -> dict[str, Any]:
    """Return the data of the file."""
    data: dict[str, Any] = yaml.safe_load((DOCS / "guide_contents.yaml").read_text(encoding="utf-8"))
    return data


def chapters() -> dict[str, tuple[Entry, ...]]:
    """Return the entries of each chapter, in AWS's order."""
    found: dict[str, tuple[Entry, ...]] = {}
    for chapter in contents()["chapters"]:
        rows = {page: row.split(" | ") for page, row in chapter["pages"].items()}
        found[chapter["title"]] = tuple(
            Entry(page=page, title=title, answer=answer) for page, (title, answer) in rows.items()
        )
    return found


def entries() -> dict[str, Entry]:
    """Return every current page of AWS's guide, by its name."""
    return {entry.page: entry for each in chapters().values() for entry in each}


def older() -> tuple[tuple[str, str], ...]:
    """Return the titles and files of the older table of contents, of 2020."""
    text = (DOCS / "guide" / "README.md").read_text(encoding="utf-8")
    return tuple((title, file) for title, file in _ENTRY.findall(text))


def page() -> str:
    """Return the text of the page, without the links to rules."""
    data = contents()
    every = chapters()
    count = sum(map(len, every.values()))
    lines = [
        "# The user guide, then and now",
        "",
        "Use this when you read a page of AWS's guide, and look for the page or construct here.",
        "",
        f"The tables list {count} pages of AWS's guide, read {data['read']}. Their names come from two sources:",
        "",
        *(f"- {source}" for source in data["sources"]),
        "",
        f"The listing counts {data['listed']} pages, but shows only the names of the first hundred. The others were found in the",
        "table of contents and through links. *No page* means that only a construct or a call answers the page here. If two of",
        "AWS's pages contradict each other, see [where AWS's pages disagree](disagreements.md).",
        "",
    ]
    for title, rows in every.items():
        lines += [f"## {title}", "", "| AWS's page | answer here |", "|---|---|"]
        lines += [f"| [{row.title}]({_USER_GUIDE}/{row.page}.html) | {_linked(row.answer)} |" for row in rows]
        lines.append("")
    lines += [
        "## The older contents",
        "",
        "The pages under [User guide](guide/README.md) follow the table of contents of 2020 with its 64 entries, since most",
        "links on the web use these chapters. The second column has the current pages of AWS that each page answers.",
        "",
        "| entry of 2020 | AWS's current pages |",
        "|---|---|",
    ]
    for title, file in older():
        present = [row for rows in every.values() for row in rows if DOCS / "guide" / file in row.places]
        links = ", ".join(f"[{row.title}]({_USER_GUIDE}/{row.page}.html)" for row in present)
        lines.append(f"| [{title}](guide/{file}) | {links or 'none'} |")
    lines += ["", "Next: [the user guide, entry by entry](guide/README.md), [constructs](constructs.md)."]
    return "\n".join([*lines, ""])


def _file(name: str) -> Path:
    """Return the page of the guide with this name, or else the page of the docs."""
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
    """Return the anchor of a heading."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")
