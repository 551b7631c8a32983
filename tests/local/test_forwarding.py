"""Other services: forwarded to an endpoint that the user has, or to a moto that is started for them."""

from __future__ import annotations

import importlib.util
import json
import socket
import subprocess
import sys
import time
from copy import deepcopy
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config

from batch_constructs.local import moto_process
from batch_constructs.local.upstream import Upstream
from tests.deploy.moto_server import moto_server
from tests.local.requests_by_hand import SIGNED, send
from tests.local.test_commands import QUICKSTART, command
from tests.local.world import ROLE, World

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

STACK: dict[str, Any] = {
    "Resources": {
        "Role": {
            "Type": "AWS::IAM::Role",
            "Properties": {"RoleName": "batch-service", "AssumeRolePolicyDocument": {}},
        },
        "Profile": {
            "Type": "AWS::IAM::InstanceProfile",
            "Properties": {"InstanceProfileName": "batch-service", "Roles": [{"Ref": "Role"}]},
        },
        "Place": {
            "Type": "AWS::Batch::ComputeEnvironment",
            "Properties": {
                "Type": "MANAGED",
                "ServiceRole": {"Fn::GetAtt": ["Role", "Arn"]},
                "ComputeResources": {
                    "Type": "EC2",
                    "MinvCpus": 0,
                    "DesiredvCpus": 0,
                    "MaxvCpus": 4,
                    "InstanceTypes": ["optimal"],
                    "InstanceRole": {"Fn::GetAtt": ["Profile", "Arn"]},
                },
            },
        },
        "Line": {
            "Type": "AWS::Batch::JobQueue",
            "Properties": {
                "Priority": 1,
                "ComputeEnvironmentOrder": [{"Order": 1, "ComputeEnvironment": {"Ref": "Place"}}],
            },
        },
        "Hello": {
            "Type": "AWS::Batch::JobDefinition",
            "Properties": {
                "Type": "container",
                "JobDefinitionName": "hello",
                "RetryStrategy": {"Attempts": 1},
                "ContainerProperties": {"Image": "busybox", "Vcpus": 1, "Memory": 64, "Command": ["true"]},
            },
        },
    }
}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("upstream")
    with moto_server(folder) as moto:
        made = World(folder / "state", Upstream(moto.url, "us-east-1"))
        yield made
        made.close()


def test_a_stack_that_the_upstream_deploys_runs_its_jobs_here(world: World) -> None:
    """Queues, environments and definitions that its CloudFormation has made are adopted."""
    ec2 = world.service("ec2")
    template = deepcopy(STACK)
    template["Resources"]["Place"]["Properties"]["ComputeResources"] |= {
        "Subnets": [ec2.describe_subnets()["Subnets"][0]["SubnetId"]],
        "SecurityGroupIds": [ec2.describe_security_groups()["SecurityGroups"][0]["GroupId"]],
    }
    world.service("cloudformation").create_stack(StackName="made", TemplateBody=json.dumps(template))
    [queue] = world.client.describe_job_queues()["jobQueues"]
    job_id = world.submit("a", {"jobQueue": queue["jobQueueArn"], "jobDefinition": "hello"})
    assert world.batch.wait(job_id, 20)
    assert world.batch.jobs[job_id].job.state.name == "SUCCEEDED"


@pytest.mark.parametrize("way", ["update", "change set"])
def test_a_changed_stack_brings_its_new_definitions(world: World, way: str) -> None:
    """An update, or a change set that is executed, is taken over as a new stack is."""
    cloudformation = world.service("cloudformation")
    name = f"by-{way.replace(' ', '-')}"

    def template(*names: str) -> str:
        hello = STACK["Resources"]["Hello"]
        made = {each: deepcopy(hello) for each in names}
        for each in names:
            made[each]["Properties"]["JobDefinitionName"] = f"{name}-{each}"
        return json.dumps({"Resources": made})

    cloudformation.create_stack(StackName=name, TemplateBody=template("First"))
    if way == "update":
        cloudformation.update_stack(StackName=name, TemplateBody=template("First", "Second"))
    else:
        change = {"StackName": name, "ChangeSetName": "more"}
        cloudformation.create_change_set(**change, TemplateBody=template("First", "Second"))
        cloudformation.execute_change_set(**change)
    found = world.client.describe_job_definitions(status="ACTIVE")["jobDefinitions"]
    assert {f"{name}-First", f"{name}-Second"} <= {each["jobDefinitionName"] for each in found}


def test_arns_name_the_region_that_a_request_is_signed_for(world: World) -> None:
    """One local Batch answers clients of every Region."""
    container = {"image": "busybox", "vcpus": 1, "memory": 64}
    here = {
        region: world.service("batch", region).register_job_definition(
            jobDefinitionName="where", type="container", containerProperties=container
        )["jobDefinitionArn"]
        for region in ("eu-west-1", "us-gov-west-1")
    }
    assert {region: arn.split(":")[3] for region, arn in here.items()} == {each: each for each in here}


def test_files_of_many_megabytes_pass_through(world: World) -> None:
    """What is not for AWS Batch may be longer than its requests."""
    s3 = world.service("s3")
    s3.create_bucket(Bucket="data")
    s3.put_object(Bucket="data", Key="big", Body=b"x" * 5_000_000)
    assert s3.head_object(Bucket="data", Key="big")["ContentLength"] == 5_000_000
    assert len(s3.get_object(Bucket="data", Key="big")["Body"].read()) == 5_000_000


def test_an_environment_has_its_cluster_upstream(world: World) -> None:
    """Clients that look for the ECS cluster of an environment find it."""
    world.client.create_compute_environment(
        computeEnvironmentName="ec2",
        type="MANAGED",
        computeResources={
            "type": "EC2",
            "minvCpus": 0,
            "maxvCpus": 4,
            "subnets": ["subnet-1"],
            "instanceRole": ROLE,
        },
    )
    [shown] = world.client.describe_compute_environments(computeEnvironments=["ec2"])["computeEnvironments"]
    assert shown["ecsClusterArn"] in world.service("ecs").list_clusters()["clusterArns"]


def test_web_pages_do_not_reach_the_upstream_either(world: World) -> None:
    """What is forwarded is guarded as what is served."""
    assert (
        send(world.server.url, "GET", "/", headers={**SIGNED, "Origin": "https://example.com"}).status == 403
    )


def test_an_upstream_that_is_gone_is_named(tmp_path: Path) -> None:
    """502, with its URL."""
    url = f"http://localhost:{moto_process.free_port()}"
    world = World(tmp_path / "state", Upstream(url, "us-east-1"))
    reply = send(world.server.url, "GET", "/bucket")
    world.close()
    assert (reply.status, reply.body["message"].startswith(url)) == (502, True)


def test_up_starts_moto_and_ends_it(tmp_path: Path) -> None:
    """One command gives S3, SQS and the others next to AWS Batch; `down` ends both."""
    assert command(tmp_path, "up", str(QUICKSTART), "--upstream", "moto", "--detach").returncode == 0
    lines = command(tmp_path, "env").stdout.splitlines()
    variables = dict(line.removeprefix("export ").split("=", 1) for line in lines)
    url = variables["AWS_ENDPOINT_URL"]
    s3 = boto3.client(
        "s3",
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id="x",
        aws_secret_access_key="y",
        config=Config(retries={"total_max_attempts": 1}),
    )
    s3.create_bucket(Bucket="there")
    names = [each["Name"] for each in s3.list_buckets()["Buckets"]]
    command(tmp_path, "down")
    assert names == ["there"]


def test_moto_ends_with_the_process_that_started_it() -> None:
    """Even if that one is killed: its standard input ends."""
    port = moto_process.free_port()
    program = f"import time; from batch_constructs.local.moto_process import MotoProcess; m = MotoProcess({port}, 1); m.wait(); print('up', flush=True); time.sleep(600)"
    starter = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert starter.stdout is not None
    assert starter.stdout.readline() == "up\n"
    starter.kill()
    starter.wait()
    deadline = time.monotonic() + 10
    while _listens(port) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _listens(port)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_without_moto_the_message_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is started."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(moto_process.MotoError, match=r"pip install 'batch-constructs\[aws\]'"):
        moto_process.check_installed()
