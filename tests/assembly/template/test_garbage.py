"""Garbage collection pauses while a template is read and checked."""

from __future__ import annotations

import gc

import pytest

from batch_constructs.assembly.template.garbage import undisturbed


def test_collections_wait_and_come_back() -> None:
    """Collection is off inside the block, and on again afterwards, even after an error."""
    with pytest.raises(KeyError), undisturbed():
        assert not gc.isenabled()
        raise KeyError
    assert gc.isenabled()


def test_what_was_switched_off_stays_off() -> None:
    """Collection stays off if it was off before."""
    gc.disable()
    try:
        with undisturbed():
            assert not gc.isenabled()
        assert not gc.isenabled()
    finally:
        gc.enable()
