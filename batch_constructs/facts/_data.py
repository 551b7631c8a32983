"""Loads the data files in the folder ``data``."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "data"


def load(name: str) -> dict[str, Any]:
    """Return the content of a data file, ``.json`` or ``.json.gz``."""
    raw = (FOLDER / name).read_bytes()
    content: dict[str, Any] = json.loads(gzip.decompress(raw) if name.endswith(".gz") else raw)
    return content
