"""How patterns with wildcards are compared with strings that are open in places."""

from __future__ import annotations

import pytest

from batch_constructs.assembly.may.texts import Hole, Text, arn_matches, matches, split
from batch_constructs.assembly.proofs import Verdict

YES, NO, UNKNOWN = Verdict.YES, Verdict.NO, Verdict.UNKNOWN
ACCOUNT = Hole("account", "AWS::AccountId", "part")
QUEUE, OTHER = Hole("queue", "Queue", "own"), Hole("other", "Other", "own")
FREE = Hole("parameter", "Name")


@pytest.mark.parametrize(
    ("pattern", "subject", "expected"),
    [
        (("job-queue/*",), ("job-queue/", QUEUE), YES),
        (("job-queue/", QUEUE), ("job-queue/", QUEUE), YES),
        (("job-queue/", OTHER), ("job-queue/", QUEUE), NO),
        (("job-queue/", OTHER, "*"), ("job-queue/", QUEUE), NO),
        (("job-queue/nightly",), ("job-queue/", QUEUE), UNKNOWN),
        (("job-definition/*",), ("job-queue/", QUEUE), NO),
        (("job-queue/", FREE), ("job-queue/", QUEUE), UNKNOWN),
        (("job-queue/", FREE), ("job-queue/", FREE), YES),
        (("job-queue/night?",), ("job-queue/nightly",), NO),
        (("job-queue/nightl?",), ("job-queue/nightly",), YES),
        (("job-queue/${aws:PrincipalTag/team}",), ("job-queue/nightly",), UNKNOWN),
        (("a${*}",), ("a*",), YES),
        (("a${*}",), ("ab",), NO),
        ((QUEUE,), ("a/b",), NO),
        ((), (FREE,), UNKNOWN),
        ((), (QUEUE,), NO),
    ],
)
def test_a_pattern_matches_for_all_none_or_some_values(
    pattern: Text, subject: Text, expected: Verdict
) -> None:
    """Names that AWS chooses are equal only to themselves; a parameter may be anything."""
    assert matches(pattern, subject) is expected


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        (("*",), YES),
        (("arn:aws:batch:*:*:job-queue/*",), YES),
        (("arn:aws:batch:eu-west-1:", ACCOUNT, ":job-queue/nightly"), YES),
        (("arn:aws:batch:eu-west-1:111122223333:job-queue/nightly",), UNKNOWN),
        (("arn:aws:batch:us-east-1:*:job-queue/nightly",), NO),
        (("arn:aws:batch:*:job-queue/nightly",), UNKNOWN),
        (("arn:aws:batch:*",), UNKNOWN),
        ((FREE,), UNKNOWN),
        (("arn:aws:sqs:*:*:*",), NO),
    ],
)
def test_a_wildcard_stays_in_its_segment(pattern: Text, expected: Verdict) -> None:
    """A short ARN, which IAM may complete, is left open."""
    assert arn_matches(pattern, ("arn:aws:batch:eu-west-1:", ACCOUNT, ":job-queue/nightly")) is expected


@pytest.mark.parametrize(
    ("pattern", "expected"), [("*", YES), ("arn:aws:batch:*:*:*", UNKNOWN), ("arn:aws:batch:*:*:job/*", NO)]
)
def test_actions_without_resources_need_the_wildcard(pattern: str, expected: Verdict) -> None:
    """``batch:DescribeJobs`` is allowed on everything or not at all."""
    assert arn_matches((pattern,), ("*",)) is expected


def test_a_string_is_split_at_its_literal_parts() -> None:
    """A hole stays whole, also if its value may contain the separator."""
    assert split(("a:b", FREE, ":c"), ":") == [("a",), ("b", FREE), ("c",)]
