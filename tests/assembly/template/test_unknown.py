"""An unknown is easy to query, and hard to compare by mistake."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any

import pytest

from batch_constructs.assembly.template.unknown import (
    Either,
    PartialText,
    Unknown,
    as_text,
    ending,
    is_given,
    is_known,
    is_none_of,
    is_one_of,
    known_or_none,
)

if TYPE_CHECKING:
    from collections.abc import Callable

SOMETHING = Unknown("something")
ARN = PartialText(("arn:", Unknown("AWS::Partition"), ":iam::aws:policy/service-role/AWSBatchServiceRole"))


@pytest.mark.parametrize(
    "use",
    [
        operator.eq,
        operator.ne,
        operator.lt,
        operator.le,
        operator.gt,
        operator.ge,
        lambda unknown, _: bool(unknown),
        lambda unknown, _: len(unknown),
        lambda unknown, _: list(unknown),
        lambda unknown, other: other in unknown,
        lambda unknown, _: {unknown},
    ],
)
@pytest.mark.parametrize("unknown", [SOMETHING, ARN, Either((1, 2))])
def test_using_an_unknown_as_a_value_raises(use: Callable[[Any, Any], Any], unknown: Unknown) -> None:
    """Any use of an unknown as a value raises, and the message says what to call."""
    with pytest.raises(TypeError, match="call is_known"):
        use(unknown, 1)


def test_comparing_from_the_other_side_raises() -> None:
    """A literal on the left side also raises."""
    with pytest.raises(TypeError, match="something"):
        operator.eq(1, SOMETHING)


@pytest.mark.parametrize(
    ("value", "literal", "one", "none"),
    [
        ("EC2", True, True, False),
        ("FARGATE", True, False, True),
        (None, False, False, True),
        (SOMETHING, False, False, False),
    ],
)
def test_questions(value: str | Unknown | None, literal: bool, one: bool, none: bool) -> None:
    """An unknown is neither known, nor one of the options, nor none of them."""
    assert is_known(value) is literal
    assert is_one_of(value, "EC2", "SPOT") is one
    assert is_none_of(value, "EC2", "SPOT") is none
    assert known_or_none(value) == (value if literal else None)


def test_absence_is_an_option() -> None:
    """`None` as an option means an omitted member."""
    assert is_one_of(None, "BEST_FIT", None)
    assert not is_none_of(None, "BEST_FIT", None)


def test_given() -> None:
    """A value that a condition may omit is not certainly given."""
    assert is_given("x")
    assert is_given(SOMETHING)
    assert is_given(Either(("a", "b")))
    assert not is_given(Either(("a", None)))
    assert not is_given(None)


def test_partial_text() -> None:
    """The known ends of a string are readable; unknown parts are shown by their source."""
    assert ARN.prefix == "arn:"
    assert ARN.suffix == ":iam::aws:policy/service-role/AWSBatchServiceRole"
    assert ARN.text == "arn:${AWS::Partition}:iam::aws:policy/service-role/AWSBatchServiceRole"
    assert PartialText((SOMETHING, "x")).prefix == ""
    assert PartialText(("x", SOMETHING)).suffix == ""


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ("arn:aws:iam::aws:policy/service-role/AWSBatchServiceRole", "AWSBatchServiceRole"),
        ("name", "name"),
        (ARN, "AWSBatchServiceRole"),
        (PartialText(("a/", SOMETHING)), None),
        (PartialText((SOMETHING, "-suffix")), None),
        (SOMETHING, None),
        (None, None),
    ],
)
def test_ending(value: str | Unknown | None, name: str | None) -> None:
    """The name at the end of an ARN is known only if it is literal."""
    assert ending(value) == name


def test_shown() -> None:
    """A message shows an unknown by its reason."""
    assert (as_text(1), as_text(SOMETHING), as_text(ARN)) == ("1", "${something}", ARN.text)
