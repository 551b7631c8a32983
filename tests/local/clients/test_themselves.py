"""Airflow, Snakemake, Metaflow and Luigi, each in its pinned version, run jobs of the local Batch.

They need 700 MB, so only ``make clients`` installs and runs them: on a schedule, and when the local Batch changes. What they
call is part of every run: `tests.local.test_clients`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent
INSTALLED = os.environ.get("CLIENTS", "")
pytestmark = pytest.mark.skipif(not INSTALLED, reason="make clients installs and runs them")
_LONGEST_SECONDS = 600


class Served:
    """A local Batch, with moto for all other services, and the programs of an environment on the ``PATH`` of its jobs."""

    def __init__(self, name: str, folder: Path) -> None:
        self.folder = folder
        self.programs = Path(INSTALLED).resolve() / name / "bin"
        path = f"{self.programs}{os.pathsep}{os.environ['PATH']}"
        # Each client keeps files of its own at home.
        self.env = {"PATH": path, "HOME": str(folder), "LANG": "C.UTF-8", "USERNAME": "somebody"}

    def local(self, *arguments: str) -> str:
        """Run a command of the local Batch."""
        line = [sys.executable, "-m", "batch_constructs.cli", "local", *arguments, "--state", "state"]
        done = subprocess.run(
            line, cwd=self.folder, env=self.env, capture_output=True, text=True, check=False
        )
        assert not done.returncode, done.stderr
        return done.stdout

    def start(self) -> None:
        """Start it, and lead the clients to it as its users do."""
        self.local("up", str(HERE / "template.yaml"), "--upstream", "moto", "--detach")
        for line in self.local("env").splitlines():
            name, _, value = line.removeprefix("export ").partition("=")
            self.env[name] = value
        s3 = boto3.client(
            "s3",
            endpoint_url=self.env["AWS_ENDPOINT_URL"],
            aws_access_key_id="local",
            aws_secret_access_key="local",
            region_name="us-east-1",
        )
        s3.create_bucket(Bucket="work")
        self.s3 = s3

    def run(self, program: str, *arguments: str, **variables: str) -> str:
        """Run a program of the environment, and return what it has written."""
        done = subprocess.run(
            [str(self.programs / program), *arguments],
            cwd=self.folder,
            env={**self.env, **variables},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=_LONGEST_SECONDS,
            check=False,
        )
        assert not done.returncode, done.stdout[-4_000:]
        return done.stdout


@pytest.fixture
def served(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Served]:
    found = Served(request.param, tmp_path)
    found.start()
    yield found
    found.local("down")


airflow = pytest.mark.parametrize("served", ["airflow"], indirect=True)
workflows = pytest.mark.parametrize("served", ["workflows"], indirect=True)


@airflow
def test_airflow(served: Served) -> None:
    """Its operator waits for a job, shows the job's lines, and fails with the job."""
    written = served.run("python", str(HERE / "with_airflow.py"), AIRFLOW_HOME=str(served.folder / "airflow"))
    assert "hello airflow" in written
    assert "\nsucceeded\n" in written
    assert "'exitCode': 3" in written.rpartition("\nfailed: ")[2]


@workflows
def test_luigi(served: Served) -> None:
    """Its task ends with the job; the lines of a job that failed are part of the error."""
    written = served.run("python", str(HERE / "with_luigi.py"))
    assert written.splitlines() == ["succeeded", "failed: hello luigi"]


@workflows
def test_snakemake(served: Served) -> None:
    """Each rule is a job; the last one joins what the others have stored in S3."""
    shutil.copy(HERE / "Snakefile", served.folder)
    endpoint = served.env["AWS_ENDPOINT_URL"]
    storage = ("--storage-s3-endpoint-url", endpoint, "--storage-s3-access-key", "local")
    served.run(
        "snakemake",
        *("--executor", "aws-batch", "--jobs", "2", "--container-image", "any"),
        *("--aws-batch-region", "us-east-1", "--aws-batch-job-queue", "queue"),
        *("--aws-batch-job-role", "arn:aws:iam::123456789012:role/job"),
        *("--default-storage-provider", "s3", "--default-storage-prefix", "s3://work/results"),
        *(*storage, "--storage-s3-secret-key", "local"),
    )
    joined = served.s3.get_object(Bucket="work", Key="results/joined.txt")["Body"].read().decode()
    assert joined.splitlines() == ["part 1 of queue", "part 2 of queue"]


@workflows
def test_metaflow(served: Served) -> None:
    """Each item of a ``foreach`` is a job of its own, and a last job joins them."""
    written = served.run(
        "python",
        *(str(HERE / "with_metaflow.py"), "run"),
        METAFLOW_DEFAULT_DATASTORE="s3",
        METAFLOW_DATASTORE_SYSROOT_S3="s3://work/metaflow",
        METAFLOW_DEFAULT_METADATA="local",
        METAFLOW_BATCH_JOB_QUEUE="queue",
        METAFLOW_ECS_S3_ACCESS_IAM_ROLE="arn:aws:iam::123456789012:role/job",
        METAFLOW_S3_ENDPOINT_URL=served.env["AWS_ENDPOINT_URL"],
    )
    assert "total 14 of 3 jobs" in written
