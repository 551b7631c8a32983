"""AWS's present user guide: each of its pages has an answer here, and links to it lead to pages that exist."""

from __future__ import annotations

import re

from batch_constructs.assembly.checks import _chapters
from batch_constructs.facts.sources import GUIDE_VERSIONS, guide
from docs import build_contents
from docs.build import DOCS, ROOT

ENTRIES = build_contents.entries()
LINK = re.compile(r"docs\.aws\.amazon\.com/batch/latest/userguide/([\w-]+)")


def headings(name: str) -> set[str]:
    text = build_contents._file(name).read_text(encoding="utf-8")
    return {build_contents.slug(each) for each in re.findall(r"^#+ (.*)$", text, re.MULTILINE)}


def test_each_present_page_has_an_answer() -> None:
    """It leads to a page here, names a rule, or says that there is no page and why."""
    assert [
        entry.page
        for entry in ENTRIES.values()
        if entry.answer == build_contents.NO_PAGE
        or not (
            entry.places
            or re.search(r"\[[A-Z]+-\d\d\]", entry.answer)
            or entry.answer.startswith("no page: ")
        )
    ] == []


def test_answers_lead_to_headings_that_exist() -> None:
    """Each place that an answer names is a page here, with the heading."""
    places = {place for entry in ENTRIES.values() for place in build_contents._PLACE.findall(entry.answer)}
    assert len(places) > 100
    assert [
        f"{name}{anchor}"
        for name, anchor in sorted(places)
        if not build_contents._file(name).exists() or (anchor and anchor[1:] not in headings(name))
    ] == []


def test_each_present_page_is_listed_once() -> None:
    """Names of pages repeat in no chapter, and the missing ones of the listing are counted, not hidden."""
    rows = [entry.page for rows in build_contents.chapters().values() for entry in rows]
    assert len(rows) == len(ENTRIES) == 320
    assert build_contents.contents()["listed"] - len(rows) == 18


def test_each_older_entry_answers_a_present_page() -> None:
    """The 64 entries of 2020 keep their pages, and no page of them has lost its counterpart."""
    places = {place for entry in ENTRIES.values() for place in entry.places}
    older = build_contents.older()
    assert len(older) == 64
    assert [title for title, file in older if DOCS / "guide" / file not in places] == []


def test_rules_link_to_pages_that_exist() -> None:
    """Fails when a chapter links to a page that the guide gave up, as `compute_environment_parameters` was."""
    assert sorted(set(_chapters.PAGES.values()) - set(ENTRIES)) == []
    assert not set(_chapters.PAGES) & set(_chapters.API_PAGES)
    assert _chapters.page("Job Queue Parameters").endswith("/APIReference/API_CreateJobQueue.html")


def test_facts_rest_on_pages_that_exist() -> None:
    """Each number that comes from the guide names its page and the version that was read."""
    assert sorted(set(GUIDE_VERSIONS) - set(ENTRIES)) == []
    source = guide("service_limits")
    assert source.link.endswith("/userguide/service_limits.html")
    assert all(re.fullmatch(r"[0-9a-f]{8}", version) for version in GUIDE_VERSIONS.values())


def test_links_to_the_guide_lead_to_pages_that_exist() -> None:
    """In the docs, the code and the examples, whoever wrote them."""
    files = [
        *DOCS.rglob("*.md"),
        *(ROOT / "batch_constructs").rglob("*.py"),
        *(ROOT / "examples").rglob("*.md"),
        *(ROOT / "examples").rglob("*.py"),
        ROOT / "README.md",
    ]
    dead = {
        f"{file.relative_to(ROOT)}: {page}"
        for file in files
        for page in LINK.findall(file.read_text(encoding="utf-8"))
        if page not in ENTRIES
    }
    assert sorted(dead) == []


def test_nothing_is_seen_in_excerpts_only() -> None:
    """A fact whose page was not read as a whole names another source."""
    for file in (ROOT / "batch_constructs").rglob("*.py"):
        assert "excerpt" not in file.read_text(encoding="utf-8"), file


def test_each_entry_opens_with_its_purpose() -> None:
    """The first words below the title of an entry say when to use it."""
    pages = set((DOCS / "guide").glob("*.md")) - {DOCS / "guide" / "README.md"}
    openings = {page.name: page.read_text(encoding="utf-8").split("\n\n")[1] for page in pages}
    assert [name for name, opening in openings.items() if not opening.startswith("Use this when ")] == []
