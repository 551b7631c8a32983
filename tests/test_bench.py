"""The benchmark compares what is equal; its times are no business of tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench import pieces, run

if TYPE_CHECKING:
    from pathlib import Path


def test_the_quick_start_equals_its_hand_written_twin(tmp_path: Path) -> None:
    """Both programs of `make bench` make the same stack."""
    run.prove_equal(tmp_path)


def test_each_piece_equals_its_hand_written_twin() -> None:
    """So do the pieces whose round trips it counts, in stacks with tags."""
    pieces.prove_equal()
