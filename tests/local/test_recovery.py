"""What happens to jobs when the local Batch dies."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from batch_constructs.local.api import call
from batch_constructs.local.batch import LocalBatch
from batch_constructs.local.errors import FolderInUseError
from batch_constructs.local.executors import ProcessExecutor

# A process that makes a queue and a definition, submits jobs, and then sleeps until it is killed.
_PROGRAM = """
import sys, time
from pathlib import Path
from tests.local.test_recovery import opened, submit
batch = opened(Path(sys.argv[1]))
marks = sys.argv[2]
submit(batch, "done", ["sh", "-c", f"echo done >> {marks}"])
assert batch.wait(next(iter(batch.jobs)), 10)
running = submit(batch, "running", ["sh", "-c", f"echo $AWS_BATCH_JOB_ATTEMPT >> {marks}; sleep 600"], attempts=2)
submit(batch, "array", ["sh", "-c", f"echo child$AWS_BATCH_JOB_ARRAY_INDEX >> {marks}"], size=50)
submit(batch, "after", ["sh", "-c", f"echo after >> {marks}"], after=running)
while "1" not in Path(marks).read_text().split() or len(list(Path(sys.argv[1]).glob("work/*/.process-*"))) < 2:
    time.sleep(0.01)
print("ready", flush=True)
time.sleep(600)
"""


def opened(folder: Path) -> LocalBatch:
    """Return a local Batch with one queue; one job runs at a time."""
    batch = LocalBatch(ProcessExecutor(), folder, vcpus=1, memory=1_000)
    provide(batch)
    return batch


def provide(batch: LocalBatch, image: str = "busybox", **properties: Any) -> None:
    """Make an environment and a queue unless they are there, and register a definition."""
    if not batch.resources.queues:
        resources = {
            "type": "EC2",
            "minvCpus": 0,
            "maxvCpus": 16,
            "instanceRole": "arn:aws:iam::123456789012:instance-profile/x",
            "subnets": ["subnet-1"],
        }
        environment = {"computeEnvironmentName": "ce", "type": "MANAGED", "computeResources": resources}
        call(batch, "CreateComputeEnvironment", environment)
        order = [{"order": 1, "computeEnvironment": "ce"}]
        call(batch, "CreateJobQueue", {"jobQueueName": "q", "priority": 1, "computeEnvironmentOrder": order})
    if not batch.resources.definitions or properties or image != "busybox":
        needs = [{"type": "VCPU", "value": "1"}, {"type": "MEMORY", "value": "64"}]
        container = {"image": image, "command": ["true"], "resourceRequirements": needs, **properties}
        definition = {"jobDefinitionName": "d", "type": "container", "containerProperties": container}
        call(batch, "RegisterJobDefinition", definition)


def submit(
    batch: LocalBatch, name: str, command: list[str], *, attempts: int = 1, size: int = 0, after: str = ""
) -> str:
    """Submit a job, and return its id."""
    request = {
        "jobName": name,
        "jobQueue": "q",
        "jobDefinition": "d",
        "containerOverrides": {"command": command},
        "retryStrategy": {"attempts": attempts},
        **({"arrayProperties": {"size": size}} if size else {}),
        **({"dependsOn": [{"jobId": after}]} if after else {}),
    }
    job_id: str = call(batch, "SubmitJob", request)["jobId"]
    return job_id


@pytest.fixture
def killed(tmp_path: Path) -> tuple[Path, Path]:
    """The folder and the marks of a local Batch that was killed while a job ran."""
    folder, marks = tmp_path / "state", tmp_path / "marks"
    marks.touch()
    process = subprocess.Popen(
        [sys.executable, "-c", _PROGRAM, str(folder), str(marks)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    process.send_signal(signal.SIGKILL)
    process.wait()
    return folder, marks


def test_after_a_crash_nothing_is_lost_and_nothing_runs_twice(killed: tuple[Path, Path]) -> None:
    """The attempt that ran ends like one on a lost host and is retried; all others run once."""
    folder, marks = killed
    batch = opened(folder)
    by_name = {record.name: record for record in batch.jobs.values()}
    assert sorted(by_name) == ["after", "array", "done", "running"]
    # The second attempt sleeps as the first did.
    while marks.read_text().split().count("2") < 1:
        time.sleep(0.01)
    batch.terminate(by_name["running"].id, "enough")
    assert batch.wait(by_name["array"].id, 20)
    batch.close()
    lines = marks.read_text().split()
    assert sorted(lines) == sorted(["done", "1", "2", *(f"child{index}" for index in range(50))])
    attempts = by_name["running"].describe()["attempts"]
    assert [each["statusReason"] for each in attempts] == [
        "Host EC2 (instance i-0000000000local000) terminated.",
        "enough",
    ]
    assert by_name["after"].job.state.name == "FAILED"


def test_jobs_that_ended_a_week_ago_are_forgotten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The next start keeps the jobs of the last seven days, as AWS Batch does at least."""
    batch = opened(tmp_path)
    old = submit(batch, "old", ["true"])
    assert batch.wait(old, 20)
    batch.close()
    now = time.time()
    monkeypatch.setattr("batch_constructs.local.batch.time.time", lambda: now + 6.9 * 86_400)
    batch = opened(tmp_path)
    assert list(batch.jobs) == [old]
    batch.close()
    monkeypatch.setattr("batch_constructs.local.batch.time.time", lambda: now + 7.1 * 86_400)
    batch = opened(tmp_path)
    assert list(batch.jobs) == []
    batch.close()


@pytest.mark.parametrize("noted", [True, False])
def test_after_a_crash_no_process_of_the_job_is_left(killed: tuple[Path, Path], noted: bool) -> None:
    """The process of the attempt that was lost is killed, even if there was no time to note its id."""
    if not (noted or Path("/proc/self/cwd").exists()):
        pytest.skip("this system has no /proc")
    folder, _ = killed
    notes = list((folder / "work").glob("*/.process-*"))
    pids = [int(note.read_text().split()[0]) for note in notes]
    alive = [pid for pid in pids if _lives(pid)]
    assert len(alive) == 1
    if not noted:
        for note in notes:
            note.unlink()
    batch = opened(folder)
    deadline = time.monotonic() + 5
    while _lives(alive[0]) and time.monotonic() < deadline:
        time.sleep(0.01)
    batch.close()
    assert not _lives(alive[0])


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False


def test_a_queue_that_was_given_a_newer_environment_comes_back(tmp_path: Path) -> None:
    """The queue is older than its environment, and must still find it."""
    batch = opened(tmp_path)
    [first] = batch.resources.environments.values()
    [queue] = batch.resources.queues.values()
    batch.resources.put("environment", {**first, "computeEnvironmentName": "newer"})
    order = [{"order": 1, "computeEnvironment": "newer"}]
    batch.resources.put("queue", {**queue, "computeEnvironmentOrder": order})
    batch.save()
    batch.close()
    again = opened(tmp_path)
    assert again.engine.queues[queue["jobQueueName"]].environments[0].name == "newer"
    again.close()


def test_jobs_of_a_deleted_queue_end_and_stay(tmp_path: Path) -> None:
    """A job that was being stopped when everything died is not retried; both are described as before."""
    batch = opened(tmp_path)
    done = submit(batch, "done", ["true"])
    assert batch.wait(done, 20)
    running = submit(batch, "running", ["sh", "-c", "trap '' TERM; sleep 600"], attempts=3)
    with batch.changed:
        assert batch.changed.wait_for(lambda: batch.jobs[running].job.state.name == "RUNNING", 20)
    call(batch, "UpdateJobQueue", {"jobQueue": "q", "state": "DISABLED"})
    call(batch, "DeleteJobQueue", {"jobQueue": "q"})
    copy = tmp_path.with_name("copy")  # what is on the disk if the process dies now
    shutil.copytree(tmp_path, copy)
    batch.close()
    again = LocalBatch(ProcessExecutor(), copy)
    jobs = call(again, "DescribeJobs", {"jobs": [done, running]})["jobs"]
    again.close()
    assert [each["status"] for each in jobs] == ["SUCCEEDED", "FAILED"]
    assert list(again.engine.queues) == []


def test_nothing_is_left_of_a_job_that_ignores_its_end(tmp_path: Path) -> None:
    """A job that was terminated, and has 30 seconds left, is killed when the local Batch is closed."""
    batch = opened(tmp_path)
    note = tmp_path / "pid"
    running = submit(batch, "running", ["sh", "-c", f"trap '' TERM; echo $$ > {note}; sleep 600"])
    with batch.changed:
        assert batch.changed.wait_for(lambda: batch.jobs[running].job.state.name == "RUNNING", 20)
    while not (note.exists() and note.read_text()):
        time.sleep(0.01)
    batch.terminate(running, "enough")
    batch.close()
    assert not _lives(int(note.read_text()))


def test_a_second_local_batch_does_not_use_the_same_folder(tmp_path: Path) -> None:
    """The second one says which folder is in use; after the first has closed, the folder can be used again."""
    first = opened(tmp_path)
    with pytest.raises(FolderInUseError, match=r"another local Batch uses .*: stop it with"):
        opened(tmp_path)
    first.close()
    opened(tmp_path).close()
