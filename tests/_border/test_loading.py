"""Loading without looking for garbage leaves the collector as it was."""

from __future__ import annotations

import gc
import os
import subprocess
import sys

import pytest

from batch_constructs._border.loading import uncollected


@pytest.mark.parametrize("on", [True, False])
def test_the_collector_rests_and_is_as_it_was_afterwards(on: bool) -> None:
    """Also after an error, and also where somebody has switched it off for good."""
    before = gc.isenabled()
    try:
        (gc.enable if on else gc.disable)()
        with pytest.raises(KeyError), uncollected():
            assert not gc.isenabled()
            raise KeyError
        assert gc.isenabled() is on
    finally:
        (gc.enable if before else gc.disable)()


def test_what_was_loaded_is_not_looked_at_again() -> None:
    """Neither while the app runs nor when it ends; what the app makes afterwards is collected as ever."""
    code = """
import gc, weakref
import batch_constructs as bc
bc.JobQueue
everything = gc.get_freeze_count() + len(gc.get_objects())
assert gc.get_freeze_count() > 0.99 * everything, (gc.get_freeze_count(), everything)
class Own: pass
own = Own()
own.itself = own
seen = weakref.ref(own)
del own
gc.collect()
print(seen())
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "None"


def test_nothing_is_frozen_where_nothing_loads() -> None:
    """A test suite makes thousands of apps: what each leaves behind is collected."""
    code = """
import gc, time
import aws_cdk as cdk
import batch_constructs as bc

def frozen():
    app = cdk.App()
    bc.FairSharePolicy(cdk.Stack(app, "Stack"), "Policy")
    app.synth()
    time.sleep(0.5)  # a thread of each app loads the rules, or finds them loaded
    return gc.get_freeze_count()

first = frozen()
print(frozen() <= first and frozen() <= first)
"""
    environment = {**os.environ, "CDK_VALIDATION": "false"}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment
    )
    assert done.stdout.strip() == "True"


def test_a_public_name_leaves_it_on() -> None:
    """In a fresh process, with all that the name loads."""
    code = "import gc, batch_constructs as bc; bc.JobQueue; print(gc.isenabled())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "True"
