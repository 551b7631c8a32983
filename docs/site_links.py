"""A hook of the site: links that lead out of ``docs`` lead to the page that shows the same."""  # noqa: INP001

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

ROOT = Path(__file__).parents[1]
_OUTSIDE = re.compile(r"\]\(((?:\.\./)+)(examples|CHANGELOG\.md|SECURITY\.md|CONTRIBUTING\.md)(/[\w./-]*)?\)")


def on_files(files: Files, config: Any) -> Files:
    """Add the changelog and the word on security, which stand where code hosts look for them."""
    for name in ("CHANGELOG.md", "SECURITY.md", "CONTRIBUTING.md"):
        text = (ROOT / name).read_text(encoding="utf-8").replace("](docs/", "](")
        files.append(File.generated(config, name.lower().replace("security", "reporting"), content=text))
    return files


def on_page_markdown(markdown: str, page: Any, config: Any, files: Files) -> str:
    """Turn links that lead out of the docs."""
    del config, files
    up = "../" * page.file.src_uri.count("/")

    def link(match: re.Match[str]) -> str:
        if match[2] == "examples":
            name = (match[3] or "").strip("/").split("/")[0]
            # A file beside the examples has no heading of its own.
            return f"]({up}gallery.md{f'#{name}' if name and '.' not in name else ''})"
        return f"]({up}{match[2].lower().replace('security', 'reporting')})"

    return _OUTSIDE.sub(link, markdown)
