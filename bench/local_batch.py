"""Time the local Batch, with moto's in the same run: submits, children, one job, a large array, and the start.

Run with ``python bench/local_batch.py``. Every number is a median; another program on the machine makes all of them worse.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from rich.console import Console
from rich.table import Table

from batch_constructs.local.client import Endpoint
from batch_constructs.local.moto_process import MotoProcess, free_port

ROOT = Path(__file__).parents[1]
TEMPLATE = ROOT / "tests" / "golden" / "quickstart.BatchQuickstart.template.json"
SUBMITS, CHILDREN, LARGE, SINGLE, CALLS = 300, 1_000, 10_000, 20, 50
NEEDS = [{"type": "VCPU", "value": "1"}, {"type": "MEMORY", "value": "64"}]


class Side:
    """A Batch to measure.

    Attributes:
        client: A boto3 client of one thread.
        queue: The name of its queue.
        definition: The name of a definition that runs ``true``.
    """

    def __init__(self, url: str, queue: str) -> None:
        self.client: Any = boto3.client(
            "batch",
            endpoint_url=url,
            region_name="us-east-1",
            aws_access_key_id="x",
            aws_secret_access_key="y",
            config=Config(retries={"total_max_attempts": 1}, read_timeout=600),
        )
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

    def submits(self) -> float:
        """Jobs submitted per second, while they run."""
        start = time.perf_counter()
        jobs = [self.submit() for _ in range(SUBMITS)]
        seconds = time.perf_counter() - start
        self.finish(jobs[-1], 0.05)
        return SUBMITS / seconds

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
        "submits/s": statistics.median(side.submits() for _ in range(3)),
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
    client: Any = boto3.client(
        "batch",
        endpoint_url=moto.url,
        region_name="us-east-1",
        aws_access_key_id="x",
        aws_secret_access_key="y",
    )
    iam: Any = boto3.client(
        "iam",
        endpoint_url=moto.url,
        region_name="us-east-1",
        aws_access_key_id="x",
        aws_secret_access_key="y",
    )
    role = iam.create_role(RoleName="service", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    client.create_compute_environment(
        computeEnvironmentName="place", type="UNMANAGED", state="ENABLED", serviceRole=role
    )
    order = [{"order": 1, "computeEnvironment": "place"}]
    client.create_job_queue(jobQueueName="queue", state="ENABLED", priority=1, computeEnvironmentOrder=order)
    side = Side(moto.url, "queue")
    result = {
        "submits/s": side.submits(),
        "children/s": side.children(),
        "one job, ms": side.one_job(),
        "describe a job, ms": side.describe(),
        "ready, s": ready,
    }
    moto.close()
    return result


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        sides = {"local Batch, processes": ours(Path(name)), "moto, nothing runs": motos()}
    table = Table("", *sides, title="Medians")
    for row in next(iter(sides.values())):
        table.add_row(row, *(f"{side[row]:,.1f}" if row in side else "" for side in sides.values()))
    Console().print(table)


if __name__ == "__main__":
    main()
