"""Time the local Batch, with moto, ministack and localbatch in the same run: submits, children, one job, and more.

Run with ``python bench/local_batch.py``. Every number is a median; another program on the machine makes all of them worse.
ministack and localbatch are run by ``uv tool run``, and bound to loopback. localbatch needs Docker and an image ``busybox``
(``DOCKER_HOST`` names another engine); without them its column is left out.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError
from rich.console import Console
from rich.table import Table

from batch_constructs.local.client import Endpoint
from batch_constructs.local.executors.docker import DockerExecutor, NoEngineError
from batch_constructs.local.moto_process import MotoProcess, free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
TEMPLATE = ROOT / "tests" / "golden" / "quickstart.BatchQuickstart.template.json"
SUBMITS, CHILDREN, LARGE, SINGLE, CALLS = 300, 1_000, 10_000, 20, 50
CONTAINERS = 60
MINISTACK = ("ministack==1.5.33", "hypercorn", "ministack.app:app", "--bind", "127.0.0.1:{port}")
LOCALBATCH = (
    "localbatch==0.4.0",
    "localbatch",
    "--host",
    "127.0.0.1",
    "--port",
    "{port}",
    "--log-level",
    "error",
)
NEEDS = [{"type": "VCPU", "value": "1"}, {"type": "MEMORY", "value": "64"}]
LOCALBATCH_QUEUE = "localbatch-default"


def client(service: str, url: str) -> Any:
    return boto3.client(
        service,
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id="x",
        aws_secret_access_key="y",
        config=Config(retries={"total_max_attempts": 1}, read_timeout=600),
    )


class Side:
    """A Batch to measure.

    Attributes:
        client: A boto3 client of one thread.
        queue: The name of its queue.
        definition: The name of a definition that runs ``true``.
    """

    def __init__(self, url: str, queue: str) -> None:
        self.client: Any = client("batch", url)
        self.queue = queue
        self.definition = self.client.register_job_definition(
            jobDefinitionName="true",
            type="container",
            containerProperties={"image": "busybox", "command": ["true"], "resourceRequirements": NEEDS},
        )["jobDefinitionName"]

    def submit(self, **members: Any) -> str:
        job: str = self.client.submit_job(
            jobName="a", jobQueue=self.queue, jobDefinition=self.definition, **members
        )["jobId"]
        return job

    def finish(self, job: str, pause: float = 0) -> None:
        """Wait until a job has succeeded; asking again at once unless there is a pause."""
        while (status := self.client.describe_jobs(jobs=[job])["jobs"][0]["status"]) != "SUCCEEDED":
            assert status != "FAILED", "the job failed, so its time means nothing"
            time.sleep(pause)

    def submits(self, number: int = SUBMITS) -> float:
        """Jobs submitted per second, while they run."""
        return self.rates(number)[0]

    def rates(self, number: int = SUBMITS) -> tuple[float, float]:
        """Jobs submitted, and jobs that have ended, per second."""
        start = time.perf_counter()
        jobs = [self.submit() for _ in range(number)]
        seconds = time.perf_counter() - start
        for job in jobs:
            self.finish(job, 0.02)
        return number / seconds, number / (time.perf_counter() - start)

    def children(self) -> float:
        """Children of an array run per second."""
        start = time.perf_counter()
        self.finish(self.submit(arrayProperties={"size": CHILDREN}), 0.02)
        return CHILDREN / (time.perf_counter() - start)

    def one_job(self) -> float:
        """Milliseconds from a submission to SUCCEEDED, the median of 20."""
        found = []
        for _ in range(SINGLE):
            start = time.perf_counter()
            self.finish(self.submit())
            found.append(time.perf_counter() - start)
        return statistics.median(found) * 1_000

    def describe(self, **members: Any) -> float:
        """Milliseconds to describe a job, the median of 50."""
        job = self.submit(containerOverrides={"command": ["sleep", "600"]}, **members)
        found = []
        for _ in range(CALLS):
            start = time.perf_counter()
            self.client.describe_jobs(jobs=[job])
            found.append(time.perf_counter() - start)
        with contextlib.suppress(ClientError):  # ministack has no such operation, and nothing to end
            self.client.terminate_job(jobId=job, reason="measured")
        return statistics.median(found) * 1_000


def started(folder: Path) -> tuple[subprocess.Popen[str], float]:
    """Start ``local up``, and return the process with the seconds until it is ready."""
    start = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "batch_constructs.cli", "local", "up", str(TEMPLATE), "--state", str(folder)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout
    for line in process.stdout:
        if line.startswith("ready: "):
            break
    return process, time.perf_counter() - start


def _rates(side: Side, number: int = SUBMITS) -> dict[str, float]:
    found = [side.rates(number) for _ in range(3)]
    return {
        "submits/s": statistics.median(submits for submits, _ in found),
        "jobs/s": statistics.median(jobs for _, jobs in found),
    }


def ours(folder: Path) -> dict[str, float]:
    """Measure the local Batch with processes as jobs."""
    starts = []
    for index in range(3):
        process, seconds = started(folder / str(index))
        starts.append(seconds)
        if index < 2:
            process.terminate()
            process.wait()
    side = Side(Endpoint.read(folder / "2").url, "Queue")
    result = {
        **_rates(side),
        "children/s": statistics.median(side.children() for _ in range(3)),
        "one job, ms": side.one_job(),
        "describe a job, ms": side.describe(),
        f"describe a parent of {LARGE:,}, ms": side.describe(arrayProperties={"size": LARGE}),
        "ready, s": statistics.median(starts),
    }
    process.terminate()
    process.wait()
    return result


def motos() -> dict[str, float]:
    """Measure moto without Docker: its jobs succeed at once, and nothing runs."""
    start = time.perf_counter()
    moto = MotoProcess(free_port(), 0)
    moto.wait()
    ready = time.perf_counter() - start
    body = json.dumps({"batch": {"use_docker": False}}).encode()
    urllib.request.urlopen(urllib.request.Request(f"{moto.url}/moto-api/config", body)).close()
    batch, iam = client("batch", moto.url), client("iam", moto.url)
    role = iam.create_role(RoleName="service", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    batch.create_compute_environment(
        computeEnvironmentName="place", type="UNMANAGED", state="ENABLED", serviceRole=role
    )
    order = [{"order": 1, "computeEnvironment": "place"}]
    batch.create_job_queue(jobQueueName="queue", state="ENABLED", priority=1, computeEnvironmentOrder=order)
    side = Side(moto.url, "queue")
    result = {
        **_rates(side),
        "children/s": side.children(),
        "one job, ms": side.one_job(),
        "describe a job, ms": side.describe(),
        "ready, s": ready,
    }
    moto.close()
    return result


@contextlib.contextmanager
def emulator(command: tuple[str, ...]) -> Iterator[str]:
    """Start an emulator by a package and a command, and yield its URL."""
    package, *line = command
    port = free_port()
    arguments = [each.format(port=port) for each in line]
    process = subprocess.Popen(
        ["uv", "tool", "run", "--from", package, *arguments],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        wait_for(port)
        yield f"http://localhost:{port}"
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait()


def with_queue(url: str) -> str:
    """Make an environment and a queue, and return the name of the queue."""
    batch = client("batch", url)
    batch.create_compute_environment(computeEnvironmentName="place", type="UNMANAGED", state="ENABLED")
    order = [{"order": 1, "computeEnvironment": "place"}]
    batch.create_job_queue(jobQueueName="queue", state="ENABLED", priority=1, computeEnvironmentOrder=order)
    return "queue"


def another(command: tuple[str, ...], queue: str, jobs: int) -> dict[str, float]:
    """Measure an emulator that a command starts; children of arrays do not run there."""
    # Installed first, so that the time to start is no time to install.
    subprocess.run(["uv", "tool", "run", "--from", *command[:2], "--help"], capture_output=True, check=True)
    start = time.perf_counter()
    with emulator(command) as url:
        ready = time.perf_counter() - start
        side = Side(url, queue or with_queue(url))
        found = {**_rates(side, jobs), "one job, ms": side.one_job(), "describe a job, ms": side.describe()}
    return {**found, "ready, s": ready}


def wait_for(port: int) -> None:
    """Wait until something listens on a port."""
    while True:
        with socket.socket() as probe:
            if not probe.connect_ex(("127.0.0.1", port)):
                return
        time.sleep(0.02)


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        sides = {"local Batch, processes": ours(Path(name)), "moto, nothing runs": motos()}
    sides["ministack, nothing runs"] = another(MINISTACK, "", SUBMITS)
    try:
        DockerExecutor()
        sides["localbatch, containers"] = another(LOCALBATCH, LOCALBATCH_QUEUE, CONTAINERS)
    except NoEngineError as error:
        print(f"localbatch: {error}")
    table = Table("", *sides, title="Medians")
    for row in next(iter(sides.values())):
        table.add_row(row, *(f"{side[row]:,.1f}" if row in side else "" for side in sides.values()))
    Console().print(table)


if __name__ == "__main__":
    main()
