"""Foreign clients work with the local Batch: boto3's paginators, the AWS CLI, the AWS SDK for JavaScript."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from tests import npm
from tests.deploy.moto_server import ROOT
from tests.local.world import NEEDS, REGION, World
from tests.once import locked

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CLI = "1.46.3"
JAVASCRIPT = "3.1138.0"
_INSTALL_SECONDS = 300


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path / "state").add_resources()
    yield made
    made.close()


def environment(world: World) -> dict[str, str]:
    """Return what leads a client to the local Batch."""
    return {
        "PATH": os.environ["PATH"],
        "AWS_ENDPOINT_URL": world.server.url,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": REGION,
        "AWS_REGION": REGION,
        "AWS_MAX_ATTEMPTS": "1",
    }


@pytest.mark.parametrize(
    ("operation", "member", "members"),
    [
        ("describe_compute_environments", "computeEnvironments", {}),
        ("describe_job_queues", "jobQueues", {}),
        ("describe_job_definitions", "jobDefinitions", {"status": "ACTIVE"}),
        ("list_jobs", "jobSummaryList", {"jobQueue": "q", "jobStatus": "RUNNABLE"}),
        ("list_scheduling_policies", "schedulingPolicies", {}),
        ("list_consumable_resources", "consumableResources", {}),
        ("list_jobs_by_consumable_resource", "jobs", {"consumableResource": "license"}),
    ],
)
def test_boto3_pages_through_all_results(
    world: World, operation: str, member: str, members: dict[str, Any]
) -> None:
    """Pages of one hold as many results as one page of all."""
    for index in range(3):
        world.client.create_scheduling_policy(name=f"policy-{index}")
        world.client.create_consumable_resource(consumableResourceName=f"seat-{index}", totalQuantity=1)
        needs = [{"type": "VCPU", "value": "4"}, NEEDS[1]]
        for definition in ("plain", "rich"):
            overrides = {"command": ["sleep", "600"], "resourceRequirements": needs}
            request = {"jobQueue": "q", "jobDefinition": definition, "containerOverrides": overrides}
            world.submit(f"{definition}-{index}", request)
    whole = getattr(world.client, operation)(**members)[member]
    pages = world.client.get_paginator(operation).paginate(**members, PaginationConfig={"PageSize": 1})
    each = [page[member] for page in pages]
    assert [one for page in each for one in page] == whole
    assert len(each) == len(whole) > 1


def test_a_page_of_definitions_holds_a_hundred(world: World) -> None:
    """Clients such as Nextflow look at the first page only."""
    container = {"image": "busybox", "command": ["true"], "resourceRequirements": NEEDS}
    for _ in range(101):
        world.client.register_job_definition(
            jobDefinitionName="many", type="container", containerProperties=container
        )
    page = world.client.describe_job_definitions(jobDefinitionName="many")
    assert (len(page["jobDefinitions"]), "nextToken" in page) == (100, True)


def cli(world: World, *arguments: str) -> Any:
    """Run the AWS CLI, and return what it printed."""
    done = subprocess.run(
        [str(_cli() / "bin" / "aws"), *arguments],
        env=environment(world),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout or "{}")


def _cli() -> Path:
    """The environment of the AWS CLI, installed once into the project's cache."""
    home = ROOT / ".cache" / f"awscli-{CLI}"
    home.parent.mkdir(exist_ok=True)
    with locked(home.with_name(f"{home.name}.lock")):
        if not (home / "complete").exists():
            shutil.rmtree(home, ignore_errors=True)
            subprocess.run(["uv", "venv", "--quiet", str(home)], check=True, timeout=_INSTALL_SECONDS)
            line = ["uv", "pip", "install", "--quiet", "--python", str(home), f"awscli=={CLI}"]
            done = subprocess.run(line, capture_output=True, text=True, check=False, timeout=_INSTALL_SECONDS)
            if done.returncode:
                pytest.skip(f"the AWS CLI cannot be installed: {done.stderr[-200:]}")
            (home / "complete").touch()
    return home


def test_the_aws_cli_runs_a_job_with_retries(world: World) -> None:
    """It registers, submits with parameters, describes and reads the log."""
    cli(
        world,
        *("batch", "register-job-definition", "--job-definition-name", "cli", "--type", "container"),
        *("--retry-strategy", "attempts=2,evaluateOnExit=[{action=RETRY,onExitCode=3}]"),
        *("--parameters", "word=nothing"),
        "--container-properties",
        json.dumps(
            {
                "image": "busybox",
                "command": ["sh", "-c", "echo $1; exit 3", "sh", "Ref::word"],
                "resourceRequirements": NEEDS,
            }
        ),
    )
    job = cli(
        world,
        *("batch", "submit-job", "--job-name", "a", "--job-queue", "q", "--job-definition", "cli"),
        *("--parameters", "word=hello"),
    )
    assert world.batch.wait(job["jobId"], 20)
    [shown] = cli(world, "batch", "describe-jobs", "--jobs", job["jobId"])["jobs"]
    stream = shown["attempts"][-1]["container"]["logStreamName"]
    events = cli(
        world,
        *("logs", "get-log-events", "--log-group-name", "/aws/batch/job", "--log-stream-name", stream),
    )["events"]
    assert (shown["status"], len(shown["attempts"]), [each["message"] for each in events]) == (
        "FAILED",
        2,
        ["hello"],
    )


_SCRIPT = """
const { BatchClient, SubmitJobCommand, DescribeJobsCommand, paginateListJobs, ClientException } = require("@aws-sdk/client-batch");
(async () => {
  const client = new BatchClient({ maxAttempts: 1 });
  const job = await client.send(new SubmitJobCommand({
    jobName: "js", jobQueue: "q", jobDefinition: "plain", arrayProperties: { size: 3 } }));
  let shown;
  do {
    shown = (await client.send(new DescribeJobsCommand({ jobs: [job.jobId] }))).jobs[0];
  } while (!["SUCCEEDED", "FAILED"].includes(shown.status));
  const children = [];
  for await (const page of paginateListJobs({ client, pageSize: 2 }, { arrayJobId: job.jobId, jobStatus: "SUCCEEDED" }))
    children.push(page.jobSummaryList.length);
  let refused;
  try {
    await client.send(new SubmitJobCommand({ jobName: "js", jobQueue: "none", jobDefinition: "plain" }));
  } catch (error) {
    refused = [error instanceof ClientException, error.message];
  }
  console.log(JSON.stringify({ status: shown.status, size: shown.arrayProperties.size, children, refused }));
})();
"""


def test_the_sdk_for_javascript_runs_an_array(world: World, tmp_path: Path) -> None:
    """Commands, paginators and typed errors."""
    try:
        home = npm.install(f"sdk-batch-{JAVASCRIPT}", f"@aws-sdk/client-batch@{JAVASCRIPT}")
    except AssertionError as error:
        pytest.skip(f"the AWS SDK for JavaScript cannot be installed: {str(error)[-200:]}")
    script = home / f"{tmp_path.name}.cjs"
    script.write_text(_SCRIPT)
    answer = json.loads(npm.run("node", str(script), cwd=home, env=environment(world)).splitlines()[-1])
    assert answer == {
        "status": "SUCCEEDED",
        "size": 3,
        "children": [2, 1],
        "refused": [True, "JobQueue none not found."],
    }
