"""The benchmark compares equal stacks; its times are not tested."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from bench import adapters, function, pieces, twins
from bench.equal import check_equal

if TYPE_CHECKING:
    from pathlib import Path


def test_the_quick_start_and_the_platform_equal_their_hand_written_twins(tmp_path: Path) -> None:
    """Both programs of each pair of `make bench` make the same stack."""
    twins.prove_equal(tmp_path)


def test_twins_that_differ_are_found(tmp_path: Path) -> None:
    """It fails for another size, another word of a message, another metric, and another order."""
    platform = next(each for each in twins.TWINS if each.what == "platform")
    ours, theirs = twins.templates(platform, tmp_path)
    text = json.dumps(theirs)
    for one, other in (
        ('"MaxvCpus": 64', '"MaxvCpus": 65'),
        ("It is RUNNABLE", "It is running"),
        ("JobsMovedToFailed", "JobsMovedToRunning"),
        ('"Order": 2', '"Order": 3'),
        ("events:PutEvents", "events:*"),
    ):
        assert one in text
        with pytest.raises(AssertionError, match="the twins differ"):
            check_equal(ours, json.loads(text.replace(one, other)))


def test_each_piece_equals_its_hand_written_twin() -> None:
    """So do the constructs whose round trips it counts, in stacks with tags."""
    pieces.prove_equal()


def test_environments_with_adapters_equal_those_by_hand() -> None:
    """For each combination of network cards and adapters, so that the compared times are for equal stacks."""
    assert len(adapters.with_adapter()) == 303
    adapters.prove_equal()


def test_the_function_takes_ten_thousand_events_in_one_run() -> None:
    """Each event gives its line; time and memory are only printed."""
    spent, grown = function.run(10_000)
    assert spent > 0
    # 20,000 jobs are remembered at most, in a function that has 256 MiB.
    assert grown < 128
