"""A rehearsal and a real run obey the same rules: one workload through both starts in the same order and ends alike."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

from batch_constructs.local.engine import State
from batch_constructs.local.executors import RecordedExecutor, Recording
from batch_constructs.local.plan import plan
from batch_constructs.local.session import open_session
from batch_constructs.rehearsal import parse_plan, rehearse
from tests.rehearsal.conftest import resources

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from batch_constructs.local.jobs.records import JobRecord

UNIT = 0.15  # seconds of the real run for each second of the plan
SUBMITTED: list[dict[str, Any]] = [
    {"jobName": "prepare", "jobDefinition": "Short"},
    {"jobName": "work", "jobDefinition": "Long", "arrayProperties": {"size": 6}, "after": "prepare"},
    {"jobName": "other", "jobDefinition": "Short", "arrayProperties": {"size": 3}},
    {"jobName": "bad", "jobDefinition": "Bad"},
    {"jobName": "never", "jobDefinition": "Short", "after": "bad"},
]
PLAN = """
submissions:
- {definition: Short, name: prepare}
- {definition: Long, name: work, array: 6, depends_on: [prepare]}
- {definition: Short, name: other, array: 3}
- {definition: Bad, name: bad}
- {definition: Short, name: never, depends_on: [bad]}
durations: {Short: 1, Long: 3, Bad: 1}
failures: {Bad: 100%}
assumptions: {submit_rate: 0, boot: 0, pull: 0, container_start: 0}
"""


def template() -> dict[str, Any]:
    """Return three definitions on one host with four vCPUs."""
    found = resources(environment={"MinvCpus": 4, "MaxvCpus": 4})
    job = found.pop("Job")["Properties"]
    for name, retries in (("Short", 1), ("Long", 1), ("Bad", 2)):
        properties = {**job, "RetryStrategy": {"Attempts": retries}}
        found[name] = {"Type": "AWS::Batch::JobDefinition", "Properties": properties}
    return found


def really(path: Path, folder: Path) -> tuple[list[tuple[str, int]], dict[str, str]]:
    """Return the order of starts, and the final states, of a run in real time."""
    recordings = [
        Recording(job="Short", seconds=UNIT),
        Recording(job="Long", seconds=3 * UNIT),
        Recording(job="Bad", seconds=UNIT, exit_codes=(1,)),
    ]
    session = open_session(plan(path), RecordedExecutor(recordings), folder, vcpus=4, memory=10**6)
    starts: list[tuple[str, int]] = []
    ids: dict[str, str] = {}
    with closing(session.batch):
        batch = session.batch

        def note(record: JobRecord, child: int | None, state: State) -> None:
            # The parent of an array is reported without a child, and never starts.
            if state is State.STARTING:
                starts.append((record.name, child or 0))

        batch.history.listeners.append(note)
        with batch.lock:
            for each in SUBMITTED:
                request: dict[str, Any] = {"jobQueue": "Queue", **each}
                if after := request.pop("after", None):
                    request["dependsOn"] = [{"jobId": ids[after]}]
                ids[each["jobName"]] = batch.submit(request).id
        for job_id in ids.values():
            assert batch.wait(job_id, 30)
        states = {name: batch.jobs[job_id].job.state.name for name, job_id in ids.items()}
    return starts, states


def test_the_order_of_starts_and_the_final_states_are_the_same(
    write: Callable[..., Path], tmp_path: Path
) -> None:
    """Arrays, dependencies, retries and a full machine: the virtual clock changes nothing but the time."""
    path = write(template())
    starts, states = really(path, tmp_path / "state")
    result = rehearse(plan(path), parse_plan(PLAN))
    runs = sorted(result.runs, key=lambda run: run.placed)
    assert [(run.label, run.child) for run in runs] == starts
    assert states == {
        "prepare": "SUCCEEDED",
        "work": "SUCCEEDED",
        "other": "SUCCEEDED",
        "bad": "FAILED",
        "never": "FAILED",
    }
    assert (result.queues[0].succeeded, result.queues[0].failed) == (10, 2)
