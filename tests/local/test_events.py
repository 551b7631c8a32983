"""Which events rules match, and what their targets get of jobs that ran."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from moto.events.models import EventPattern

from batch_constructs.local.api import call
from batch_constructs.local.events import matches
from batch_constructs.local.executors import ProcessExecutor
from batch_constructs.local.plan import plan
from batch_constructs.local.session import Session, open_session

if TYPE_CHECKING:
    from collections.abc import Iterator

GOLDEN = Path(__file__).parents[1] / "golden"
EVENT = {
    "source": "aws.batch",
    "detail": {
        "status": "FAILED",
        "jobName": "align-7",
        "attempts": 3,
        "ip": "10.0.0.7",
        "tags": {"team": "Blue"},
    },
}


@pytest.mark.parametrize(
    ("condition", "name", "expected"),
    [
        (["FAILED", "RUNNABLE"], "status", True),
        (["failed"], "status", False),
        ([{"prefix": "align"}], "jobName", True),
        ([{"suffix": "-7"}], "jobName", True),
        ([{"equals-ignore-case": "failed"}], "status", True),
        ([{"wildcard": "al*-7"}], "jobName", True),
        ([{"wildcard": "al*-8"}], "jobName", False),
        ([{"anything-but": ["FAILED"]}], "status", False),
        ([{"anything-but": {"prefix": "x"}}], "jobName", True),
        ([{"numeric": [">", 1, "<=", 3]}], "attempts", True),
        ([{"numeric": ["=", 4]}], "attempts", False),
        ([{"cidr": "10.0.0.0/24"}], "ip", True),
        ([{"exists": False}], "statusReason", True),
        ([{"exists": True}], "statusReason", False),
        ([3], "attempts", True),
        (["3"], "attempts", False),
    ],
    ids=str,
)
def test_a_condition_matches_as_documented(condition: list[Any], name: str, *, expected: bool) -> None:
    """Each operator of EventBridge does what its guide says."""
    assert matches({"detail": {name: condition}}, EVENT) is expected


def test_one_of_several_patterns_is_enough() -> None:
    """``$or`` takes patterns of its own."""
    pattern = {"detail": {"$or": [{"status": ["SUCCEEDED"]}, {"attempts": [{"numeric": [">", 2]}]}]}}
    assert matches(pattern, EVENT)


def test_a_condition_that_eventbridge_does_not_have_is_an_error() -> None:
    """A misspelt operator must not look like a rule that never fires."""
    with pytest.raises(ValueError, match="EventBridge has no condition 'perfix'"):
        matches({"detail": {"status": [{"perfix": "F"}]}}, EVENT)


_WORDS = st.sampled_from(["FAILED", "SUCCEEDED", "a", "ab", ""])
_CONDITIONS = st.one_of(
    _WORDS,
    st.builds(lambda word: {"prefix": word}, _WORDS),
    st.builds(lambda flag: {"exists": flag}, st.booleans()),
    st.builds(lambda words: {"anything-but": words}, st.lists(_WORDS, min_size=1)),
)


@given(
    st.dictionaries(st.sampled_from("xyz"), st.lists(_CONDITIONS, min_size=1, max_size=2), min_size=1),
    st.dictionaries(st.sampled_from("xyz"), _WORDS),
)
def test_moto_agrees(pattern: dict[str, Any], detail: dict[str, str]) -> None:
    """On generated patterns the matcher answers as the one of moto does."""
    event = {"detail": detail}
    judge = EventPattern.load(json.dumps({"detail": pattern}))
    assert matches({"detail": pattern}, event) == judge.matches_event(event)


@pytest.fixture
def quickstart(tmp_path: Path) -> Iterator[Session]:
    """The quick start's template, ready for jobs."""
    template = plan(GOLDEN / "quickstart.BatchQuickstart.template.json")
    session = open_session(template, ProcessExecutor(), tmp_path, vcpus=2, memory=4_000)
    yield session
    session.batch.close()


def run(session: Session, command: list[str]) -> None:
    request = {
        "jobName": "first",
        "jobQueue": session.queue(),
        "jobDefinition": session.definition("Hello"),
        "containerOverrides": {"command": command},
    }
    assert session.batch.wait(call(session.batch, "SubmitJob", request)["jobId"], 20)


def test_a_job_that_fails_sends_the_alert_of_its_template(quickstart: Session) -> None:
    """The subscriber gets one message, with the exit code and the reason."""
    run(quickstart, ["sh", "-c", "exit 3"])
    [delivery] = quickstart.bus.deliveries
    assert delivery.recipients == ("ops@example.com",)
    assert '"Exit code: 3"' in delivery.message.splitlines()


def test_a_job_that_succeeds_sends_nothing(quickstart: Session) -> None:
    """No rule of the template matches it."""
    run(quickstart, ["true"])
    assert quickstart.bus.deliveries == []


def test_every_rule_of_the_examples_can_be_read() -> None:
    """The patterns of all golden templates are ones of EventBridge."""
    found = 0
    for path in sorted(GOLDEN.glob("*.template.json")):
        for _, properties in plan(path).resources("AWS::Events::Rule"):
            if "EventPattern" in properties:
                matches(properties["EventPattern"], EVENT)
                found += 1
    assert found > 20
