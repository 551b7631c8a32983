"""Loads the CDK without letting Python's garbage collector search its classes repeatedly."""

from __future__ import annotations

import atexit
import gc
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

# When Python ends, it searches all objects for cycles once more, just before it frees all memory: a quarter of
# the CPU time of a small app, since the CDK has tens of thousands of classes. The collector skips frozen objects.
atexit.register(gc.freeze)


@contextmanager
def loading() -> Iterator[None]:
    """Load modules without collections, and treat their objects as old.

    The collector assumes that most new objects are soon garbage. Classes never are, so it is off meanwhile. ``freeze`` and
    ``unfreeze`` then move all objects to its oldest generation at once: otherwise the next collections would search them,
    60 ms in a small app. Nothing is kept alive by that: a full collection still frees whatever becomes garbage.
    """
    collecting, loaded = gc.isenabled(), len(sys.modules)
    gc.disable()
    try:
        yield
    finally:
        # Objects that the app has frozen itself stay frozen.
        if len(sys.modules) > loaded and not gc.get_freeze_count():
            gc.freeze()
            gc.unfreeze()
        if collecting:
            gc.enable()
