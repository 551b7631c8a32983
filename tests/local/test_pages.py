"""The pages about the local Batch: each claim has a test, and each option its line."""

from __future__ import annotations

import inspect
import re
from functools import cache
from pathlib import Path

import moto.batch.models
import pytest

ROOT = Path(__file__).parents[2]
COMPARISON = (ROOT / "docs" / "local-comparison.md").read_text(encoding="utf-8")


@cache
def names_of_tests() -> set[str]:
    """Return the names of all tests of this project."""
    return {
        name
        for file in (ROOT / "tests").rglob("test_*.py")
        for name in re.findall(r"^ *def (test_\w+)\(", file.read_text("utf-8"), re.MULTILINE)
    }


def claims() -> list[tuple[str, str, list[str]]]:
    """Return each row of the comparison: what it is about, what is claimed for us, and the rest of its cells."""
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in COMPARISON.splitlines()
        if line.startswith("| ")
    ]
    return [(first, ours, rest) for first, ours, *rest in rows[1:]]


@pytest.mark.parametrize(("about", "ours", "rest"), claims(), ids=lambda value: str(value)[:40])
def test_each_claim_of_the_comparison_has_a_test(about: str, ours: str, rest: list[str]) -> None:
    """The row names a test that exists, and says something of each of the six others."""
    assert ours, about
    [name] = re.findall(r"`(test_\w+)`", rest[0])
    assert name in names_of_tests()
    assert [cell for cell in rest[1:] if cell] == rest[1:]
    assert len(rest) == 7


def test_the_comparison_has_its_rows() -> None:
    """Fails if the table cannot be read any more."""
    assert len(claims()) == 18


def test_moto_has_no_scheduler() -> None:
    """The words of dependencies between children, shares and time limits are nowhere in its source."""
    source = inspect.getsource(moto.batch.models)
    words = ("N_TO_N", "SEQUENTIAL", "shareIdentifier", "jobStateTimeLimitActions")
    assert [word for word in words if word in source] == []
