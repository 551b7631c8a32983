"""Collections wait while a template is read and checked, and come back after it."""

from __future__ import annotations

import gc

import pytest

from batch_constructs.assembly.template.garbage import undisturbed


def test_collections_wait_and_come_back() -> None:
    """Inside nothing is collected; after it, even after an error, it is as before."""
    with pytest.raises(KeyError), undisturbed():
        assert not gc.isenabled()
        raise KeyError
    assert gc.isenabled()


def test_what_was_switched_off_stays_off() -> None:
    """Who has switched collections off finds them off."""
    gc.disable()
    try:
        with undisturbed():
            assert not gc.isenabled()
        assert not gc.isenabled()
    finally:
        gc.enable()
