"""The message on the terminal while something takes long."""

from __future__ import annotations

import io
import time

import pytest

from batch_constructs.cli import progress as module
from batch_constructs.cli.progress import progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """Return a terminal in place of stderr; not a fixture, since pytest replaces stderr between set-up and test."""
    found = Terminal()
    monkeypatch.setattr("sys.stderr", found)
    return found


def test_what_is_quick_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A quick action prints nothing."""
    stderr = terminal(monkeypatch)
    with progress("checking cdk.out"):
        pass
    assert stderr.getvalue() == ""


def test_what_takes_long_says_so_and_takes_it_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """The line is erased, also after an error."""
    monkeypatch.setattr(module, "_PATIENCE", 0.0)
    stderr = terminal(monkeypatch)
    with pytest.raises(KeyError), progress("checking cdk.out"):
        end = time.monotonic() + 10
        while not stderr.getvalue() and time.monotonic() < end:
            time.sleep(0.001)
        raise KeyError
    assert stderr.getvalue() == "checking cdk.out …\r\x1b[K"


def test_a_pipe_hears_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is printed, however long it takes."""
    monkeypatch.setattr(module, "_PATIENCE", 0.0)
    pipe = io.StringIO()
    monkeypatch.setattr("sys.stderr", pipe)
    with progress("checking cdk.out"):
        time.sleep(0.01)
    assert pipe.getvalue() == ""
