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
from batch_constructs.local.engine import TimeLimit
from batch_constructs.local.events import matches
from batch_constructs.local.events.bus import Rule
from batch_constructs.local.executors import ProcessExecutor
from batch_constructs.local.plan import plan
from batch_constructs.local.session import Session, open_session
from tests.monitoring.samples import ALL, sample

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
    """A misspelt operator is an error, because otherwise the rule would silently never match."""
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
    """The subscriber gets one message, with the exit code and the reason (localstack#4934)."""
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


def _patterns() -> list[Any]:
    """Return each event pattern of the golden templates, named by its rule."""
    return [
        pytest.param(properties["EventPattern"], id=resource.label)
        for path in sorted(GOLDEN.glob("*.template.json"))
        for resource, properties in plan(path).resources("AWS::Events::Rule")
        if "EventPattern" in properties
    ]


@pytest.mark.parametrize("pattern", _patterns())
def test_moto_agrees_on_every_sample(pattern: dict[str, Any]) -> None:
    """Each rule of the examples matches the same documented events by both matchers, in any account or queue."""
    judge = EventPattern.load(json.dumps(pattern))
    for name in ALL:
        event = sample(name)
        # The samples belong to other queues than the examples, so each is also tried with those of the pattern.
        wanted = pattern.get("detail", {}).get("jobQueue", [event["detail"].get("jobQueue")])
        moved = sample(name, jobQueue=wanted[0]) if isinstance(wanted, list) else event
        for each in (event, moved):
            assert matches(pattern, each) == judge.matches_event(each), name


@pytest.fixture
def blocked(tmp_path: Path) -> Iterator[Session]:
    """A queue with alerts for blocked jobs and a short time limit, on a machine that is too small for its jobs."""
    session = open_session(
        plan(GOLDEN / "cli_json.CliJson.template.json"), ProcessExecutor(), tmp_path, vcpus=0.25, memory=64
    )
    yield session
    session.batch.close()


def test_a_job_that_never_runs_blocks_its_queue_and_sends_the_alert(blocked: Session) -> None:
    """The alert of the template is there at once, with AWS's reason."""
    submitted(blocked)
    [alert] = [each for each in blocked.bus.deliveries if each.rule == "CliJson/Blocked"]
    assert "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT" in alert.message


def submitted(session: Session) -> str:
    definition = next(
        each.name for each in session.plan.requests if each.operation == "RegisterJobDefinition"
    )
    request = {"jobName": "never", "jobQueue": session.queue(), "jobDefinition": definition}
    return str(call(session.batch, "SubmitJob", request)["jobId"])


def test_s29_a_time_limit_cancels_the_job_that_blocks_the_queue(blocked: Session) -> None:
    """After its time the job fails with the reason of the action, and the failure is an event."""
    queue = blocked.batch.engine.queues[blocked.queue()]
    queue.time_limits = [TimeLimit(reason="MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT", seconds=1)]
    target = {"Arn": "arn:aws:sqs:us-east-1:123456789012:all"}
    blocked.bus.rules.append(Rule(label="all", pattern={"source": ["aws.batch"]}, targets=[target]))
    job_id = submitted(blocked)
    assert blocked.batch.wait(job_id, 20)
    [*_, last] = [each for each in blocked.bus.deliveries if each.rule == "all"]
    assert json.loads(last.message)["detail"]["statusReason"] == (
        "Canceled by JobStateTimeLimit action due to reason: MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT"
    )
