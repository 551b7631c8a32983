"""Pictures of platforms, written to files."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from batch_constructs.assembly.diagrams import draw
from batch_constructs.assembly.diagrams.mermaid import mermaid
from batch_constructs.assembly.diagrams.svg import svg

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from batch_constructs.assembly.diagrams import Chart
    from batch_constructs.assembly.template import BatchModel

__all__ = ["FORMATS", "NoRendererError", "write"]


class NoRendererError(Exception):
    """An error if the library that draws PNG is not installed."""


def write(model: BatchModel, output: Path) -> None:
    """Draw a model into a file, in the format of its extension; ``-`` is the terminal.

    Raises:
        OSError: the file cannot be written.
        NoRendererError: the file is a PNG, and the extra that draws it is not installed.
    """
    chart = draw(model)
    if str(output) == "-":
        sys.stdout.write(mermaid(chart))
        return
    output.write_bytes(FORMATS[output.suffix](chart))


def _png(chart: Chart) -> bytes:
    try:
        import resvg_py  # noqa: PLC0415 - an extra
    except ImportError:
        raise NoRendererError("PNG needs an extra: pip install 'batch-constructs[png]'") from None
    return bytes(resvg_py.svg_to_bytes(svg_string=svg(chart), zoom=2))


FORMATS: dict[str, Callable[[Chart], bytes]] = {
    ".svg": lambda chart: svg(chart).encode(),
    ".mmd": lambda chart: mermaid(chart).encode(),
    ".png": _png,
}
