"""What other emulators do, as far as it can be tried: the cells of the comparison page for ministack and localbatch.

Each trial is made on the local Batch, too, which does all of it. ``make clients`` runs them.
"""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Any

import pytest

from batch_constructs.local.api import Server
from batch_constructs.local.batch import LocalBatch
from batch_constructs.local.executors import DockerExecutor, NoEngineError, ProcessExecutor
from bench.local_batch import LOCALBATCH, LOCALBATCH_QUEUE, MINISTACK, NEEDS, client, emulator, with_queue
from tests.local.test_pages import claims
from tests.local.test_recovery import provide

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.skipif(not os.environ.get("CLIENTS"), reason="make clients runs them")
_ENDED = {"SUCCEEDED", "FAILED"}
_LONGEST_SECONDS = 60
COLUMNS = {"ministack": 4, "localbatch": 5}
"""The place of an emulator among the others on the page."""


class Trial:
    """A Batch on which something is tried."""

    def __init__(self, url: str, queue: str) -> None:
        self.batch: Any = client("batch", url)
        self.queue = queue
        self.batch.register_job_definition(
            jobDefinitionName="try",
            type="container",
            containerProperties={"image": "busybox", "command": ["true"], "resourceRequirements": NEEDS},
        )

    def submit(self, code: str, **members: Any) -> str:
        """Submit a job that exits with a code, in which the shell may fill in variables."""
        command = {"command": ["sh", "-c", f"exit {code}"]}
        names = {"jobName": "try", "jobQueue": self.queue, "jobDefinition": "try"}
        job: str = self.batch.submit_job(**names, containerOverrides=command, **members)["jobId"]
        return job

    def ended(self, job: str) -> dict[str, Any]:
        """Wait for the end of a job."""
        deadline = time.monotonic() + _LONGEST_SECONDS
        while time.monotonic() < deadline:
            [found] = self.batch.describe_jobs(jobs=[job])["jobs"]
            if found["status"] in _ENDED:
                return dict(found)
            time.sleep(0.05)
        raise AssertionError(f"{job} has not ended")

    def children(self, parent: str) -> list[str]:
        """Return the states of an array's children, in the order of their indexes."""
        self.ended(parent)
        pages = [
            self.batch.list_jobs(arrayJobId=parent, jobStatus=state)["jobSummaryList"] for state in _ENDED
        ]
        found = {each["jobId"]: each["status"] for page in pages for each in page}
        return [found[each] for each in sorted(found) if each.startswith(f"{parent}:")]


def arrays(trial: Trial) -> bool:
    """Only the child with the index 1 fails."""
    parent = trial.submit("$AWS_BATCH_JOB_ARRAY_INDEX", arrayProperties={"size": 2})
    return trial.children(parent) == ["SUCCEEDED", "FAILED"]


def dependencies(trial: Trial) -> bool:
    """A job that depends on one that fails, fails."""
    first = trial.submit("1")
    return bool(trial.ended(trial.submit("0", dependsOn=[{"jobId": first}]))["status"] == "FAILED")


def pairs(trial: Trial) -> bool:
    """Only the partner of the child that fails, fails."""
    size = {"arrayProperties": {"size": 2}}
    first = trial.submit("$AWS_BATCH_JOB_ARRAY_INDEX", **size)
    second = trial.submit("0", dependsOn=[{"jobId": first, "type": "N_TO_N"}], **size)
    return trial.children(second) == ["SUCCEEDED", "FAILED"]


def retries(trial: Trial) -> bool:
    """A job that fails once succeeds if it has two attempts, and fails if it has one."""
    once = "$(( 2 - $AWS_BATCH_JOB_ATTEMPT ))"
    twice = trial.ended(trial.submit(once, retryStrategy={"attempts": 2}))["status"]
    return (twice, trial.ended(trial.submit(once))["status"]) == ("SUCCEEDED", "FAILED")


def conditions(trial: Trial) -> bool:
    """A job whose exit code is not to be retried fails, although a second attempt would succeed."""
    rules = [{"onExitCode": "7", "action": "EXIT"}]
    once = "$(( $AWS_BATCH_JOB_ATTEMPT == 1 ? 7 : 0 ))"
    job = trial.submit(once, retryStrategy={"attempts": 3, "evaluateOnExit": rules})
    return bool(trial.ended(job)["status"] == "FAILED")


TRIALS = {
    "children of arrays run, with their index": arrays,
    "dependencies": dependencies,
    "`N_TO_N` and `SEQUENTIAL`": pairs,
    "retries": retries,
    "`evaluateOnExit`": conditions,
}
"""By row of the page: what is tried."""


@pytest.fixture(scope="module")
def ministack() -> Iterator[Trial]:
    with emulator(MINISTACK) as url:
        yield Trial(url, with_queue(url))


@pytest.fixture(scope="module")
def localbatch() -> Iterator[Trial]:
    try:
        DockerExecutor()
    except NoEngineError as error:
        pytest.skip(str(error))
    with emulator(LOCALBATCH) as url:
        yield Trial(url, LOCALBATCH_QUEUE)


@pytest.mark.parametrize("row", TRIALS)
@pytest.mark.parametrize("name", COLUMNS)
def test_the_page_says_what_an_emulator_does(name: str, row: str, request: pytest.FixtureRequest) -> None:
    """A cell is yes if the trial succeeds, and no if it does not."""
    trial: Trial = request.getfixturevalue(name)
    [cell] = [others[1:][COLUMNS[name]] for about, _, others in claims() if about == row]
    assert (cell == "yes") == TRIALS[row](trial), cell


@pytest.mark.parametrize("row", TRIALS)
def test_the_local_batch_does_all_of_it(row: str, tmp_path: Path) -> None:
    """So a trial that fails elsewhere can succeed."""
    batch = LocalBatch(ProcessExecutor(), tmp_path, vcpus=4, memory=4_000)
    provide(batch)
    server = Server(batch)
    assert TRIALS[row](Trial(server.url, "q"))
    server.close()
    batch.close()
