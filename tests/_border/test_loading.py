"""Loading leaves the garbage collector as it was, and the end of the process skips its last search."""

from __future__ import annotations

import gc
import subprocess
import sys

import pytest

from batch_constructs._border.loading import loading


def run(code: str) -> str:
    """Return what a fresh process prints."""
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.strip()


@pytest.mark.parametrize("on", [True, False])
def test_the_collector_rests_and_is_as_it_was_afterwards(on: bool) -> None:
    """Fails when the collector is not switched back after an error, or is switched on where an app has it off."""
    before = gc.isenabled()
    try:
        (gc.enable if on else gc.disable)()
        with pytest.raises(KeyError), loading():
            assert not gc.isenabled()
            raise KeyError
        assert gc.isenabled() is on
    finally:
        (gc.enable if before else gc.disable)()


def test_a_public_name_leaves_it_on() -> None:
    """Fails when a name and what it loads leave the collector off."""
    assert run("import gc, batch_constructs as bc; bc.JobQueue; print(gc.isenabled())") == "True"


def test_what_loads_is_old() -> None:
    """Fails when the next collection searches the classes that a name has loaded."""
    code = "import gc, batch_constructs as bc; bc.JobQueue; print(len(gc.get_objects(0)) < 0.01 * len(gc.get_objects(2)))"
    assert run(code) == "True"


def test_garbage_from_before_is_still_found() -> None:
    """Fails when an object of the app that was alive while a name loaded is never freed."""
    code = """
import gc, weakref
class Own: pass
own = Own()
own.itself = own
seen = weakref.ref(own)
import batch_constructs as bc
bc.JobQueue
del own
gc.collect()
print(seen(), gc.get_freeze_count())
"""
    assert run(code) == "None 0"


def test_what_an_app_has_frozen_stays_frozen() -> None:
    """Fails when loading a name unfreezes the objects of an app that shares them with its children."""
    code = "import gc, batch_constructs as bc; gc.freeze(); bc.JobQueue; print(gc.get_freeze_count() > 0)"
    assert run(code) == "True"


def test_the_end_skips_the_last_search() -> None:
    """Fails when Python searches all classes of the CDK for cycles again while it ends."""
    # What is registered first runs last.
    code = """
import atexit, gc
atexit.register(lambda: print(gc.get_freeze_count() > 0.99 * (gc.get_freeze_count() + len(gc.get_objects()))))
import batch_constructs as bc
bc.JobQueue
"""
    assert run(code) == "True"
