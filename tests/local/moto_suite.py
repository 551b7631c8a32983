"""moto's own tests of AWS Batch, taken from its source distribution, and the few that AWS's documents contradict."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
import tarfile
from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from tests.deploy.moto_server import MOTO_VERSION, ROOT
from tests.once import locked

if TYPE_CHECKING:
    from pathlib import Path

_SUITES = ("tests/test_batch", "tests/test_batch_simple")
_HUNG_AFTER_SECONDS = 300

_STREAM_PER_TASK = "Guide, job states: the log stream name format is jobDefinitionName/default/ecs_task_id."
CONTRADICTED = {
    "test_create_ec2_managed_compute_environment__without_required_params": (
        "a ServiceRole is required, and in the last part the type may be misspelled",
        "API, CreateComputeEnvironment: without a service role, the service-linked role is used.",
    ),
    "test_submit_job_multinode": (
        "all nodes write to one log stream",
        "API, ContainerDetail: Each container attempt receives a log stream name.",
    ),
    "test_terminate_job": ("the log stream is called after the job", _STREAM_PER_TASK),
    "test_dependencies": ("the log stream is called after the job", _STREAM_PER_TASK),
    "test_cancel_running_job": (
        "a job that has ended well has no statusReason",
        "An answer of DescribeJobs in issue 2005 of nextflow-io/nextflow: Essential container in task exited.",
    ),
    "test_container_overrides": (
        "DescribeJobs shows AWS_BATCH_JOB_ID among the variables of the container",
        "API, ContainerDetail.environment: Environment variables cannot start with AWS_BATCH.",
    ),
}
"""By test: what it asks for, and what AWS says instead."""


class NotAvailableError(Exception):
    """The source distribution cannot be had; the message says why."""


@dataclass(frozen=True, slots=True)
class Result:
    """The tests that passed, failed and were skipped, by name."""

    passed: list[str]
    failed: dict[str, str]
    skipped: list[str]


def source() -> Path:
    """Return the folder of moto's source distribution, downloaded once into the project's cache.

    Raises:
        NotAvailableError: The package index cannot be reached.
    """
    folder = ROOT / ".cache" / f"moto-{MOTO_VERSION}"
    folder.parent.mkdir(exist_ok=True)
    with locked(folder.with_name(f"{folder.name}.lock")):
        if not folder.exists():
            _unpack(_download(), folder)
    return folder


def _download() -> Path:
    """Download the archive that the lock file names, and no other."""
    place = ROOT / ".cache" / "sdists"
    archive = place / f"moto-{MOTO_VERSION}.tar.gz"
    line = ["uv", "tool", "run", "pip", "download", "--quiet", "--no-deps", "--no-binary", "moto"]
    done = subprocess.run(
        [*line, "--dest", str(place), f"moto=={MOTO_VERSION}"],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise NotAvailableError(f"moto's source distribution cannot be downloaded: {done.stderr[-300:]}")
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    assert f"sha256:{digest}" in (ROOT / "requirements.lock").read_text(), "the archive is not the locked one"
    return archive


def _unpack(archive: Path, folder: Path) -> None:
    unfinished = folder.with_name(f"{folder.name}.unfinished")
    with tarfile.open(archive) as content:
        content.extractall(unfinished, filter="data")
    (unfinished / folder.name).rename(folder)


# One of the contradicted tests waits 30 seconds for a state that a fast job has left. Meanwhile the others run.
HALVES = (" or ".join(CONTRADICTED), f"not ({' or '.join(CONTRADICTED)})")
"""Expressions of pytest that divide the tests into two halves: each needs an endpoint of its own."""


def run(endpoint: str, half: str, report: Path) -> Result:
    """Run a half of moto's tests of AWS Batch, as they are, against an endpoint that serves all of AWS.

    Args:
        endpoint: The URL.
        half: One of `HALVES`.
        report: Where pytest may write its report.
    """
    line = ["pytest", "-q", "-p", "no:cacheprovider", f"--junitxml={report}", "-k", half, *_SUITES]
    done = subprocess.run(
        [sys.executable, "-m", *line],
        cwd=source(),
        env={
            "PATH": os.environ["PATH"],
            "TEST_SERVER_MODE": "true",
            "TEST_SERVER_MODE_ENDPOINT": endpoint,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": "us-east-1",
        },
        capture_output=True,
        text=True,
        timeout=_HUNG_AFTER_SECONDS,
        check=False,
    )
    assert report.exists(), done.stdout[-2000:] + done.stderr[-2000:]
    return _read(report)


def _read(report: Path) -> Result:
    found = Result([], {}, [])
    for case in ET.parse(report).iter("testcase"):
        name = re.sub(r"\[.*", "", case.get("name", ""))
        wrong = case.find("failure")
        wrong = case.find("error") if wrong is None else wrong
        if wrong is not None:
            found.failed[name] = wrong.get("message", "")
        elif case.find("skipped") is not None:
            found.skipped.append(name)
        else:
            found.passed.append(name)
    return found
