"""What happens to a mixed workload while the local Batch is killed again and again."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from batch_constructs.local.engine import State
from tests.local.test_recovery import opened, submit

if TYPE_CHECKING:
    from batch_constructs.local.batch import LocalBatch

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")

KILLS = 25
ATTEMPTS = 3
SECONDS = 120

# One process loads all modules, and forks a server for each round; it starts no thread itself.
_PROGRAM = f"""
import os, random, signal, sys, time
from pathlib import Path
from tests.local.test_kills import serve
draw = random.Random(int(sys.argv[2]))
for number in range({KILLS}):
    server = os.fork()
    if not server:
        serve(Path(sys.argv[1]), number)
    time.sleep(draw.uniform(0.02, 0.3))
    os.kill(server, signal.SIGKILL)
    os.waitpid(server, 0)
"""


def serve(folder: Path, number: int) -> None:
    """Open the local Batch, and submit jobs until the process is killed."""
    batch = opened(folder / "state")
    mark = f"echo $AWS_BATCH_JOB_ID $AWS_BATCH_JOB_ATTEMPT >> {folder}/runs"
    first = ""
    while True:
        for name, command, settings in (
            ("short", f"{mark}", {}),
            ("fails", f"{mark}; exit 1", {"attempts": 2}),
            ("long", f"{mark}; sleep 0.1", {"attempts": ATTEMPTS}),
            ("array", f"{mark}", {"size": 3, "attempts": ATTEMPTS}),
            ("after", f"{mark}", {"after": first}),
        ):
            job_id = submit(batch, name, ["sh", "-c", command], **settings)
            # What was answered must be there for ever.
            with (folder / "submitted").open("a", encoding="utf-8") as file:
                file.write(f"{job_id}\n")
            first = first or job_id
        time.sleep(10)


@pytest.fixture
def survivor(tmp_path: Path) -> tuple[LocalBatch, Path]:
    """The local Batch after all kills, when its jobs have ended, and the folder with the marks of its jobs."""
    seed = random.randrange(10**6)
    print("seed", seed)
    subprocess.run([sys.executable, "-c", _PROGRAM, str(tmp_path), str(seed)], check=True)
    batch = opened(tmp_path / "state")
    deadline = time.monotonic() + SECONDS
    for job_id in list(batch.jobs):
        assert batch.wait(job_id, deadline - time.monotonic()), batch.jobs[job_id].describe()
    batch.close()
    return batch, tmp_path


def test_kills_at_any_moment_lose_nothing_and_run_nothing_twice(survivor: tuple[LocalBatch, Path]) -> None:
    """Each job that was accepted ends by its rules, each attempt runs at most once, and no process is left."""
    batch, folder = survivor
    submitted = (folder / "submitted").read_text().split()
    assert set(submitted) <= set(batch.jobs)
    runs = (folder / "runs").read_text().splitlines()
    assert len(runs) == len(set(runs)) > KILLS
    assert all(int(number) <= ATTEMPTS for _, number in (run.split() for run in runs))
    ran = {run.split()[0] for run in runs}
    for record in batch.jobs.values():
        for index, state in enumerate(record.job.states):
            if state == State.SUCCEEDED:
                assert (f"{record.id}:{index}" if record.is_array else record.id) in ran
            else:
                assert record.job.attempts[index] <= record.job.work.attempts
                assert record.name == "fails" or record.child(index).reason.startswith(
                    ("Host EC2", "Dependent")
                )
    assert processes_in(folder) == []


def processes_in(folder: Path) -> list[int]:
    """Return the processes whose working folder is below a folder."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if str(folder) in str((process / "cwd").readlink()):
                found.append(int(process.name))
        except OSError:
            continue
    return found
