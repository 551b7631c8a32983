"""Updates of a platform in stacks, against a CloudFormation that refuses to take back what others import."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
import pytest
from aws_cdk import Size
from botocore.exceptions import ClientError

import batch_constructs as bc
from tests.deploy.cdk_cli import Deployment
from tests.platform.four_stacks import IMAGE, Platform

if TYPE_CHECKING:
    from pathlib import Path

    from tests.deploy.cdk_cli import Clients

TWO = [bc.CpuPool(), bc.FargatePool()]


def deploy(aws: Clients, folder: Path) -> None:
    """Create or update the stacks of an assembly in the order that it says, as `cdk deploy --all` does."""
    artifacts = json.loads((folder / "manifest.json").read_text())["artifacts"]
    waiting = {name: each for name, each in artifacts.items() if each["type"] == "aws:cloudformation:stack"}
    while waiting:
        name = next(name for name, each in waiting.items() if waiting.keys().isdisjoint(each["dependencies"]))
        del waiting[name]
        stack = Deployment.of_assembly(folder, name)
        exists = any(each["StackName"] == name for each in _stacks(aws))
        if exists:
            stack.update(aws)
        else:
            stack.create(aws)


def _stacks(aws: Clients) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = aws("cloudformation").describe_stacks()["Stacks"]
    return found


def outputs(aws: Clients, stack: str) -> dict[str, str]:
    [found] = aws("cloudformation").describe_stacks(StackName=stack)["Stacks"]
    return {each["OutputKey"]: each["OutputValue"] for each in found.get("Outputs", ())}


@pytest.mark.usefixtures("cdk")
def test_every_update_of_a_platform_passes(aws: Clients, tmp_path: Path) -> None:
    """A queue comes with the job that uses it, loses its jobs, and goes; no stack stops another one."""
    steps: list[dict[str, Any]] = [
        {},
        {"pools": TWO, "queue": "fargate"},
        {"pools": TWO, "queue": None, "watched": ["cpu"]},
        {"queue": "cpu"},
    ]
    for number, step in enumerate(steps):
        deploy(aws, Platform(tmp_path / str(number), prefix="Survives", **step).synth())
        arns = [each for each in outputs(aws, "SurvivesCompute").values() if ":job-queue/" in each]
        assert len(arns) == len(step.get("pools", ["cpu"]))
    # What is watched is the environment of today, read from the other stack.
    [machine] = Deployment.of_assembly(tmp_path / "3", "SurvivesObservability").ids(
        aws, "AWS::StepFunctions::StateMachine"
    )
    definition = aws("stepfunctions").describe_state_machine(stateMachineArn=machine)["definition"]
    watched = [each for each in outputs(aws, "SurvivesCompute").values() if ":compute-environment/" in each]
    assert len(watched) == 2
    assert all(each in definition for each in watched)


@pytest.mark.usefixtures("cdk")
def test_the_same_update_of_plain_stacks_fails(aws: Clients, tmp_path: Path) -> None:
    """aws-cdk#7602, the control: the CDK drops the export with its last use, and CloudFormation refuses that."""

    def plain(name: str, *, used: bool) -> Path:
        app = cdk.App(outdir=str(tmp_path / name), context={"batch-constructs:checks": False})
        compute, jobs = cdk.Stack(app, "LockedCompute"), cdk.Stack(app, "LockedJobs")
        vpc = bc.BatchNetwork(compute, "Network").vpc
        environment = bc.FargateComputeEnvironment(compute, "Fargate", vpc=vpc)
        queue = bc.JobQueue(compute, "Queue", compute_environments=[environment])
        job = bc.Ec2JobDefinition(jobs, "Job", image=IMAGE, vcpus=1, memory=Size.gibibytes(1))
        if used:
            bc.ScheduledJob(jobs, "Daily", schedule="rate(1 day)", job_queue=queue, job_definition=job)
        app.synth()
        return tmp_path / name

    deploy(aws, plain("used", used=True))
    with pytest.raises(ClientError, match="cannot be deleted as it is in use by LockedJobs"):
        deploy(aws, plain("unused", used=False))
