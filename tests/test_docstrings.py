"""Each public docstring says what a user must know: units, ranges, what omission does, what is raised, the chapter."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest

import batch_constructs
from batch_constructs import testing
from docs import build
from tests.docstrings import chapters, documented

if TYPE_CHECKING:
    from inspect import Parameter

    from tests.docstrings import Documented

NAMES = [*batch_constructs.__all__, *testing.__all__]
# The chapters of 2020 by the titles of their pages. What AWS has written since says so behind its title.
CHAPTERS = {
    page.read_text("utf-8").partition("\n")[0].removeprefix("# ")
    for page in build.DOCS.glob("guide/*.md")
    if page.name != "README.md"
}
NEWER = re.compile(r"newer than (the|its) table of contents\)$")
# What omission does is said for each argument, or in one sentence for all that say nothing themselves.
OMITTED = re.compile(r"\bby default\b|\bwhen omitted\b", re.IGNORECASE)
ALL_OMITTED = re.compile(r"\bWhat is omitted\b")
# What prose can say outright of a default: a switch, a number, or a text that stands in the signature.
PROMISED = re.compile(r"\bby default (yes|not?|none|[\d,.]*\d|``[^`]+``)(?=\W)", re.IGNORECASE)
QUANTITY = re.compile(r"\b(Number|int|float|Duration|Size)\b")
RANGE = re.compile(
    r"\bat (least|most)\b|\bup to\b|\bmore than \d|\bfrom -?\d|\d or more|\d( [\w/]+)? (to|or) (an? |-?\d)"
    r"|\bwhole (MiB|GiB|minutes)\b",
    re.IGNORECASE,
)
# What calls lead to cannot happen to these, whatever they are given.
NEVER_RAISE = {
    "JobDefinitionBase.from_job_definition_name": "the ARN around the name has the right form",
    "RetryRule.on_spot_reclaim": "the rule is a fixed one",
    "RetryRule.on_fargate_spot_reclaim": "the rule is a fixed one",
    "RetryRule.on_image_pull_failure": "the rule is a fixed one",
    "RetryRule.otherwise_exit": "the rule is a fixed one",
    "RetryRule.otherwise_retry": "the rule is a fixed one",
    "Ulimit.unlimited": "the limits are fixed ones",
}


def public(name: str) -> Any:
    return getattr(batch_constructs if name in batch_constructs.__all__ else testing, name)


def every() -> list[tuple[str, Documented]]:
    """Whatever can be called, with the public name that it belongs to."""
    return [(name, each) for name in NAMES for each in of(name)]


@cache
def of(name: str) -> list[Documented]:
    return list(documented(public(name)))


def said(each: Documented, parameter: Parameter) -> str:
    return each.arguments.get(parameter.name, "")


def test_every_argument_is_documented() -> None:
    """A docstring has exactly the arguments of its constructor, function or method."""
    taken = {each.name: {parameter.name for parameter in each.parameters} for _, each in every()}
    told = {each.name: set(each.arguments) for _, each in every()}
    assert {name: missing for name in taken if (missing := taken[name] - told[name])} == {}
    assert {name: more for name in taken if (more := told[name] - taken[name] - {"scope", "id"})} == {}
    assert sum(map(len, taken.values())) > 1_000


def test_every_optional_argument_says_what_its_omission_does() -> None:
    """By default this, or that when omitted; what a signature shows as None or an empty tuple tells nobody."""
    silent = [
        f"{each.name}: {parameter.name}: {said(each, parameter)}"
        for _, each in every()
        for parameter in each.parameters
        if parameter.default is not parameter.empty
        and not OMITTED.search(said(each, parameter))
        and not ALL_OMITTED.search(each.prose)
    ]
    assert silent == []


def promised(word: str, default: object) -> bool:
    """Return whether a word is another form of a default."""
    match default:
        case bool():
            return word.lower() in ({"yes"} if default else {"no", "not"})
        case int() | float():
            return {"none": "0"}.get(word.lower(), word.replace(",", "")) == f"{default:g}"
        case str():
            return default in word
    return True  # a None, or a value that is not written as one word


def test_what_prose_says_of_a_default_is_what_the_signature_has() -> None:
    """Yes, no, a number or a string after the words 'by default' equals the default in the code."""
    promises = [
        (each.name, parameter, found)
        for _, each in every()
        for parameter in each.parameters
        if (found := PROMISED.search(said(each, parameter)))
    ]
    assert [
        f"{name}: {parameter.name}={parameter.default!r}: {found[0]}"
        for name, parameter, found in promises
        if not promised(found[1], parameter.default)
    ] == []
    assert len(promises) > 300


def test_every_number_duration_and_size_says_its_range() -> None:
    """With the unit; a size may say instead what it is a whole number of."""
    quantities = [
        (each, parameter)
        for _, each in every()
        for parameter in each.parameters
        if QUANTITY.search(str(parameter.annotation))
    ]
    assert [
        f"{each.name}: {parameter.name}: {said(each, parameter)}"
        for each, parameter in quantities
        if not RANGE.search(said(each, parameter))
    ] == []
    assert len(quantities) > 150


def test_whatever_can_raise_says_what() -> None:
    """A constructor, function or method from which calls lead to a ``raise`` has a section Raises.

    What was renamed, or says by now what it raises, is no exception any more.
    """
    silent = {each.name for _, each in every() if each.can_raise and not each.says_what_is_raised}
    assert silent == set(NEVER_RAISE)


@pytest.mark.parametrize(
    ("name", "raises"),
    [
        ("allow_read", False),
        ("EfsMount", False),
        ("Device", True),  # in __post_init__
        ("S3TriggeredJob", True),  # in what it extends
        ("allow_submit_job", True),  # in a function that a function calls
        ("RetryStrategy.on_spot_reclaim", True),  # in what it makes
        ("SubmitJobRequest.to_pipe_parameters", True),  # in a method of its own
    ],
)
def test_ways_to_a_raise_are_found(name: str, *, raises: bool) -> None:
    """The docstrings of the functions on the way do not count."""
    [each] = [each for each in of(name.partition(".")[0]) if each.name == name]
    assert each.can_raise is raises


def test_every_name_leads_to_the_user_guide() -> None:
    """Each public name has the chapter of the guide that it comes from, or says that the chapter is newer."""
    assert [name for name in batch_constructs.__all__ if not chapters(public(name).__doc__)] == []


def test_the_chapters_are_those_of_the_user_guide() -> None:
    """A reader finds each chapter that is named, in this library's own pages or as a newer one of AWS."""
    assert len(CHAPTERS) == 64
    assert [
        f"{name}: {chapter}"
        for name in batch_constructs.__all__
        for text in (public(name).__doc__, *(each.text for each in of(name)))
        for chapter in chapters(text)
        if not NEWER.search(chapter) and chapter.partition(" (")[0] not in CHAPTERS
    ] == []
