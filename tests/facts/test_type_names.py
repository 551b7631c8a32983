"""Typos in names of instance types are distinguished from types that are newer than the data."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batch_constructs.facts import instance_types, type_names
from batch_constructs.facts.type_names import misspelt

# Amazon's last doubled letters are of 2011.
OLD = {"cc1", "cc2"}


@pytest.mark.parametrize(
    "name",
    [
        "c7i.2xlrage",
        "m7i.xlarg",
        "c7ii",
        "c7ii.large",
        "m7.large",
        "m7",
        "7ci.large",
        "i7c.large",
        "mm7i.large",
        "hcp7a.48xlarge",
        "c7i-large",
        "c7i-flx.large",
        "C7i.large",
        " c7i ",
        "c7i.*",
        "t3.huge",
        "p3.2xlarg",
        "optimall",
        "Optimal",
        "p4",
        "g4",
        "c5.3xlarge",
    ],
)
def test_impossible_names_near_known_ones_are_misspelt(name: str) -> None:
    """No new type could have such a name."""
    assert misspelt(name)


@pytest.mark.parametrize(
    "name",
    [
        "c7i.large",
        "c7i",
        "optimal",
        "p3",
        "g4ad.xlarge",
        "c7i.9xlarge",
        "c7i.metal-96xl",
        "m10g",
        "m10g.large",
        "m8gdn.large",
        "trn4.48xlarge",
        "p7-r100.48xlarge",
        "u8i-64tb.224xlarge",
        "mac-m5.metal",
        "z99i.large",
        "c99",
        "foo",
        "",
    ],
)
def test_what_may_be_new_or_is_near_nothing_is_not(name: str) -> None:
    """A type that is missing in the data is not a typo."""
    assert not misspelt(name)


def test_no_family_would_have_been_in_doubt_before_the_data_knew_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without its own data, each family's name still counts as possible."""
    every, doubted = instance_types.families(), []
    try:
        for family in sorted(every - OLD):
            others = every - {family}
            monkeypatch.setattr(instance_types, "families", lambda others=others: others)
            type_names._series.cache_clear()
            if not type_names._may_be_new(family):
                doubted.append(family)
    finally:
        type_names._series.cache_clear()
    assert doubted == []


def test_every_size_would_pass_for_a_new_one() -> None:
    """A size of one family is possible for all families."""
    sizes = {name.partition(".")[2] for name in instance_types.names()}
    assert [size for size in sizes if misspelt(f"m8i.{size}")] == []


@given(st.text())
def test_any_string_is_taken(text: str) -> None:
    """No string makes the check fail."""
    misspelt(text)
