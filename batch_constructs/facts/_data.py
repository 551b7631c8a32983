"""Reads the data files that lie beside the modules."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "data"


def load(name: str) -> dict[str, Any]:
    """The content of a data file, ``.json`` or ``.json.gz``."""
    raw = (FOLDER / name).read_bytes()
    content: dict[str, Any] = json.loads(gzip.decompress(raw) if name.endswith(".gz") else raw)
    return content
