"""A hook of the site: rewrites links to files outside of ``docs`` to the pages with the same content."""  # noqa: INP001

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

ROOT = Path(__file__).parents[1]
_OUTSIDE = re.compile(r"\]\(((?:\.\./)+)(examples|CHANGELOG\.md|SECURITY\.md|CONTRIBUTING\.md)(/[\w./-]*)?\)")


def on_files(files: Files, config: Any) -> Files:
    """Add the changelog, SECURITY.md and CONTRIBUTING.md, which code hosts expect in the root folder."""
    for name in ("CHANGELOG.md", "SECURITY.md", "CONTRIBUTING.md"):
        text = (ROOT / name).read_text(encoding="utf-8").replace("](docs/", "](")
        files.append(File.generated(config, name.lower().replace("security", "reporting"), content=text))
    return files


def on_page_markdown(markdown: str, page: Any, config: Any, files: Files) -> str:
    """Rewrite the links that lead out of the docs."""
    del config, files
    up = "../" * page.file.src_uri.count("/")

    def link(match: re.Match[str]) -> str:
        if match[2] == "examples":
            name = (match[3] or "").strip("/").split("/")[0]
            # A file in the folder of the examples has no heading of its own.
            return f"]({up}gallery.md{f'#{name}' if name and '.' not in name else ''})"
        return f"]({up}{match[2].lower().replace('security', 'reporting')})"

    return _OUTSIDE.sub(link, markdown)
