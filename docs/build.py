"""Writes the generated parts of the docs: ``make docs``.

The pages of the rules are generated from the rules. In pages that people write, links to rules are added. Each
``console`` block is run, and its output is written below the command.
"""  # noqa: INP001

from __future__ import annotations

import re
import shlex
from contextlib import chdir
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from click.testing import CliRunner

from batch_constructs.assembly.checks import rules
from batch_constructs.cli import main as batch_constructs
from docs import (
    build_contents,
    build_map,
    build_members,
    build_options,
    build_rules,
    build_site,
    build_stub,
    draw_rehearsal,
    render_dashboard,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

DOCS = Path(__file__).parent
ROOT = DOCS.parent
# Commands on a page run in a folder with the files that the page shows, and with these templates.
_ASSEMBLIES = {
    "cdk.out": ROOT / "tests/golden/quickstart.BatchQuickstart.template.json",
    "monte_carlo.out": ROOT / "tests/golden/monte_carlo.MonteCarlo.template.json",
}

_RULE_LINK = re.compile(r"\[([A-Z]{2,4}-[0-9]{2})\](?:\([^)]*\))?")
_CONSOLE = re.compile(r"(?<=^```console\n)(.*?)(?=^```$)", re.MULTILINE | re.DOTALL)
_FILE = re.compile(r"^```yaml\n# (\w+\.yaml)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def built() -> dict[Path, str]:
    """Return the text that each file should have."""
    found = {DOCS / "rules" / name: text for name, text in build_rules.all_pages().items()}
    made = build_site.pages()
    found |= {DOCS / name: text for name, text in made.items()}
    registered, unchecked = rules(), build_rules.unchecked_rules()
    for page in sorted(page for page in DOCS.glob("*.md") if page.name not in made):
        text = page.read_text(encoding="utf-8")
        found[page] = build_options.with_tables(refreshed(linked(text, registered, unchecked)))
    found[DOCS / "guide-contents.md"] = linked(build_contents.page(), registered, unchecked)
    found[DOCS / "members.md"] = linked(build_members.page(), registered, unchecked)
    found[ROOT / "CONTRIBUTING.md"] = build_map.with_map(
        (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    )
    found[ROOT / "batch_constructs/__init__.pyi"] = build_stub.stub()
    found[draw_rehearsal.PICTURE] = draw_rehearsal.picture()
    for page in sorted(DOCS.glob("guide/*.md")):
        found[page] = with_rules(refreshed(page.read_text(encoding="utf-8")))
    return found


def with_rules(text: str) -> str:
    """Return a page of the guide with the list of its chapter's rules at the end."""
    title = text.partition("\n")[0].removeprefix("# ")
    written = text.partition("\n## Rules\n")[0].rstrip()
    found = [rule for rule in rules().values() if rule.chapter == title]
    if not found:
        return f"{written}\n"
    lines = [f"- [{rule.id}](../rules/{rule.id}.md) {rule.sentence}" for rule in found]
    return "\n".join([written, "", "## Rules", "", *lines, ""])


def linked(text: str, registered: Collection[str], unchecked: Collection[str]) -> str:
    """Return a page in which each ``[JQ-03]`` links to its rule, or to the list of what is not checked."""

    def link(match: re.Match[str]) -> str:
        name = match[1]
        if name in registered:
            return f"[{name}](rules/{name}.md)"
        return f"[{name}](rules/README.md#not-checked)" if name in unchecked else f"[{name}]"

    return _RULE_LINK.sub(link, text)


def refreshed(text: str) -> str:
    """Return a page with the current output of its commands."""
    if not _CONSOLE.search(text):
        return text
    with TemporaryDirectory() as folder, chdir(folder):
        for file in _FILE.finditer(text):
            Path(file[1]).write_text(f"# {file[1]}\n{file[2]}", encoding="utf-8")
        for name, template in _ASSEMBLIES.items():
            Path(name).mkdir()
            Path(name, template.name.partition(".")[2]).write_bytes(template.read_bytes())
        return _CONSOLE.sub(lambda match: "\n".join(_session(match[1])), text)


def _session(text: str) -> Iterator[str]:
    for line in text.splitlines():
        if line.startswith("$ batch-constructs "):
            done = CliRunner(env={"COLUMNS": "100"}).invoke(batch_constructs, shlex.split(line)[2:])
            status = [f"[exit status {done.exit_code}]"] if done.exit_code else []
            yield "".join(f"{each.rstrip()}\n" for each in (line, *done.output.splitlines(), *status))


def main() -> None:
    """Write all pages, and remove the pages of rules that no longer exist."""
    pages = built()
    (DOCS / "rules").mkdir(exist_ok=True)
    for page in set(DOCS.glob("rules/*.md")) - set(pages):
        page.unlink()
    for page, text in pages.items():
        page.write_text(text, encoding="utf-8")
    render_dashboard.main()


if __name__ == "__main__":
    main()
