"""Keeps the garbage collector out of the way while very many objects are made that all stay."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def undisturbed() -> Iterator[None]:
    """Make objects without collections in between.

    Each collection walks over all objects there are: a cloud assembly of 100 large templates would take twice as long
    for each of its templates as one template alone.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
