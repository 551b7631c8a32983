"""Loading without looking for garbage."""

from __future__ import annotations

import gc
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def uncollected() -> Iterator[None]:
    """Let the collector rest while modules load, if it was on, and never look at them afterwards.

    Most of what is loaded are classes, those of aws_cdk by the ten thousand, and none of it is garbage before the end.
    Going through all of them again and again takes a tenth of the time in which they load, and a fifth of a second more
    when the interpreter ends: it looks for cycles once more, in memory that is about to be given back as a whole.

    Where nothing is left to load, nothing is frozen: a test suite makes thousands of apps, and wants them collected.
    """
    collecting, loaded = gc.isenabled(), len(sys.modules)
    gc.disable()
    try:
        yield
    finally:
        if len(sys.modules) > loaded:
            gc.freeze()
        if collecting:
            gc.enable()
