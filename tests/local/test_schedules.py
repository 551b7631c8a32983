"""Schedules of a template: what they submit, and when."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from batch_constructs.local.events import UnknownScheduleError
from batch_constructs.local.executors import RecordedExecutor
from batch_constructs.local.plan import plan
from batch_constructs.local.session import Session, open_session

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

GOLDEN = Path(__file__).parents[1] / "golden"


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Callable[[Path], Session]]:
    """Open the templates that a test asks for, on a machine on which every job succeeds at once."""
    sessions: list[Session] = []

    def make(template: Path) -> Session:
        sessions.append(
            open_session(
                plan(template), RecordedExecutor(), tmp_path / str(len(sessions)), vcpus=64, memory=10**6
            )
        )
        return sessions[-1]

    yield make
    for each in sessions:
        each.schedules.close()
        each.batch.close()


def fired(session: Session, name: str) -> dict[str, Any]:
    """Return the job that a schedule has submitted."""
    [delivery] = session.schedules.fire(name)
    assert delivery.problem == delivery.note == ""
    [record] = session.batch.jobs.values()
    session.batch.wait(record.id, 20)
    return record.describe()


def test_a_schedule_submits_its_array(opened: Callable[[Path], Session]) -> None:
    """The universal target of EventBridge Scheduler calls SubmitJob, in the spelling of Step Functions."""
    job = fired(opened(GOLDEN / "array_index.ArrayIndex.template.json"), "EachMorning")
    assert job["arrayProperties"]["statusSummary"]["SUCCEEDED"] == 7


def test_the_overrides_of_a_schedule_reach_the_job(opened: Callable[[Path], Session]) -> None:
    """A pod's arguments are those of the schedule."""
    job = fired(opened(GOLDEN / "existing_cluster.ExistingCluster.template.json"), "Nightly")
    [container] = job["eksProperties"]["podProperties"]["containers"]
    assert container["args"] == ["s3", "ls", "--recursive"]


def test_a_state_machine_needs_an_upstream(opened: Callable[[Path], Session]) -> None:
    """What a schedule would send is kept, with its context attributes filled in."""
    session = opened(GOLDEN / "scheduled_etl.ScheduledEtl.template.json")
    [delivery] = session.schedules.fire("Nightly")
    assert delivery.note == "recorded only: --upstream URL would send it"
    assert json.loads(delivery.message)["time"].startswith(str(datetime.now(UTC).year))


def test_an_unknown_schedule_is_an_error(opened: Callable[[Path], Session]) -> None:
    """The message lists those that the template has."""
    session = opened(GOLDEN / "array_index.ArrayIndex.template.json")
    with pytest.raises(UnknownScheduleError, match="which has: ArrayIndex/EachMorning"):
        session.schedules.fire("Hourly")


def with_schedule(folder: Path, kind: str, properties: dict[str, Any]) -> Path:
    """Write the array example with one more schedule."""
    template = json.loads((GOLDEN / "array_index.ArrayIndex.template.json").read_text("utf-8"))
    template["Resources"]["Added"] = {"Type": kind, "Properties": properties}
    path = folder / "template.json"
    path.write_text(json.dumps(template), encoding="utf-8")
    return path


QUEUE = {"Fn::GetAtt": ["Queue4A7E3555", "JobQueueArn"]}
JOB = {"JobName": "ticked", "JobDefinition": {"Ref": "PrintColor6D76545D"}}


def test_a_rule_with_a_schedule_submits_its_job(opened: Callable[[Path], Session], tmp_path: Path) -> None:
    """Rules with ``ScheduleExpression`` are schedules, too, and hand on the input of their target."""
    target = {
        "Id": "Job",
        "Arn": QUEUE,
        "BatchParameters": JOB,
        "Input": json.dumps({"ContainerOverrides": {"Environment": [{"Name": "A", "Value": "1"}]}}),
    }
    path = with_schedule(
        tmp_path, "AWS::Events::Rule", {"ScheduleExpression": "rate(1 hour)", "Targets": [target]}
    )
    assert {"name": "A", "value": "1"} in fired(opened(path), "Added")["container"]["environment"]


def test_a_schedule_is_delivered_when_it_is_due(opened: Callable[[Path], Session], tmp_path: Path) -> None:
    """A time in the near future comes while the local Batch runs."""
    target = {"Arn": "arn:aws:scheduler:::aws-sdk:batch:submitJob", "Input": "{}"}
    schedule = {"ScheduleExpression": "rate(1 hour)", "Target": target}
    session = opened(with_schedule(tmp_path, "AWS::Scheduler::Schedule", schedule))
    added = next(each for each in session.schedules.entries if each.label == "Added")
    soon = datetime.now(UTC) + timedelta(seconds=3)
    session.schedules.entries[:] = [replace(added, expression=f"at({soon:%Y-%m-%dT%H:%M:%S})")]
    heard = threading.Event()
    session.bus.listeners.append(lambda _: heard.set())
    session.schedules.start()
    assert heard.wait(10)
    [delivery] = session.bus.deliveries
    assert "jobName" in delivery.problem


def test_a_disabled_schedule_is_none(opened: Callable[[Path], Session], tmp_path: Path) -> None:
    """It is neither delivered nor listed."""
    path = with_schedule(
        tmp_path,
        "AWS::Scheduler::Schedule",
        {"ScheduleExpression": "rate(1 minute)", "State": "DISABLED", "Target": {"Arn": "arn:aws:sqs:::q"}},
    )
    assert [each.label for each in opened(path).schedules.entries] == ["ArrayIndex/EachMorning"]


def test_every_schedule_of_the_examples_is_due_some_day(opened: Callable[[Path], Session]) -> None:
    """All golden templates have schedules that EventBridge takes."""
    found = 0
    for path in sorted(GOLDEN.glob("*.template.json")):
        if "ScheduleExpression" in path.read_text("utf-8"):
            for each in opened(path).schedules.entries:
                assert each.next(datetime.now(UTC)), each.label
                found += 1
    assert found > 12
