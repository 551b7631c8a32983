"""The claims of the README about other libraries: each row of its comparison has a test here."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_batch as batch
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_iam as iam
from cfnlint.api import lint_all

import batch_constructs as bc
from batch_constructs.assembly.checks import Severity, check
from batch_constructs.assembly.template import read
from tests.preflight import judge
from tests.refused.bases import changed
from tests.refused.test_refused import BATCH, DEBATABLE, said

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
TWELVE = sorted((ROOT / "tests" / "assembly" / "checks" / "templates").glob("*.json"))
IMAGE = "public.ecr.aws/docker/library/busybox:1.37"

# A subprocess: the flag would hold for all other tests of this process.
CDK_VALIDATION = """
import sys
from aws_cdk import App, LegacyStackSynthesizer, Stack
from aws_cdk.cloudformation_include import CfnInclude
app = App(context={"@aws-cdk/core:validateAgainstDefaultRules": True}, outdir=sys.argv[1])
for number, file in enumerate(sys.argv[2:]):
    stack = Stack(app, f"Stack{number}", synthesizer=LegacyStackSynthesizer())
    CfnInclude(stack, "Template", template_file=file)
app.synth()
"""

Resources = dict[str, dict[str, Any]]


def rows() -> dict[str, list[str]]:
    """Return the rows of the README's table."""
    table = README.partition("## Compared\n")[2].partition("\n## ")[0]
    found = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines() if "|" in line
    ]
    return {first: rest for first, *rest in found[2:]}


def resources(stack: cdk.Stack, kind: str) -> list[dict[str, Any]]:
    stage = cdk.Stage.of(stack)
    assert stage is not None
    template = stage.synth(force=True).get_stack_by_name(stack.stack_name).template
    return [each["Properties"] for each in template["Resources"].values() if each["Type"] == kind]


@pytest.fixture
def theirs() -> cdk.Stack:
    """Return a stack with the L2's environment, a launch template, and a tag on everything."""
    stack = cdk.Stack(cdk.App(), "Theirs")
    cdk.Tags.of(stack).add("team", "genomics")
    batch.ManagedEc2EcsComputeEnvironment(
        stack, "Environment", vpc=ec2.Vpc(stack, "Vpc"), launch_template=ec2.LaunchTemplate(stack, "Template")
    )
    return stack


@pytest.fixture
def ours() -> cdk.Stack:
    """Return the same stack with this library."""
    stack = cdk.Stack(cdk.App(), "Ours")
    cdk.Tags.of(stack).add("team", "genomics")
    bc.Ec2ComputeEnvironment(
        stack,
        "Environment",
        vpc=ec2.Vpc(stack, "Vpc"),
        launch_template=bc.BatchLaunchTemplate(stack, "Template"),
    )
    return stack


def test_the_table_has_a_test_for_each_row() -> None:
    """Fails for a claim without a test."""
    assert set(rows()) == {
        "errors found at synth in twelve broken templates",
        "errors found in 183 templates that AWS Batch was seen to refuse",
        "errors found in the 24 of them with a container, moved to a multi-node job",
        "a new version of a launch template reaches the instances",
        "environments survive a changed stack tag",
        "logs expire",
        "the permission to submit covers later revisions",
        "an invalid Fargate size fails",
        "alerts for failed jobs, dashboard, budget",
        "lines of code of the quick start",
    }


def test_twelve_broken_templates() -> None:
    """The L2 synthesizes each; ours finds all of them, cfn-lint and the CDK's own validation none."""
    assert len(TWELVE) == 12
    assert all(check(read(path)) for path in TWELVE)
    noticed = [
        path.name
        for path in TWELVE
        if any(match.rule.id[0] in "EW" for match in lint_all(path.read_text(encoding="utf-8")))
    ]
    assert noticed == []
    assert rows()["errors found at synth in twelve broken templates"] == ["12", "0", "0", "7"]
    judged = judge({path.name: json.loads(path.read_text("utf-8")) for path in TWELVE})
    assert sum(map(bool, judged.values())) == 7


def test_what_aws_batch_was_seen_to_refuse() -> None:
    """The tests of these templates hold that each is found; the three that are debatable are warnings here."""
    assert rows()["errors found in 183 templates that AWS Batch was seen to refuse"] == [
        f"{len(BATCH) - len(DEBATABLE)}, and {len(DEBATABLE)} warnings",
        "",
        "",
        str(len(BATCH)),
    ]


def test_the_same_containers_in_a_node_range() -> None:
    """The other one looks into ContainerProperties only."""
    path = "Job.ContainerProperties."
    cases = [
        case
        for case in BATCH
        if case.base in {"job", "efs job"} and all(p.startswith(path) for p in case.edit)
    ]
    moved = {
        case.rule: changed(
            "nodes",
            {
                "Job.NodeProperties.NodeRangeProperties[0].Container": case.template["Resources"]["Job"][
                    "Properties"
                ]["ContainerProperties"]
            },
        )
        for case in cases
    }
    ours = sum(1 for template in moved.values() if said(template, Severity.ERROR))
    theirs = sum(map(bool, judge(moved).values()))
    row = rows()["errors found in the 24 of them with a container, moved to a multi-node job"]
    assert len(moved) == 24
    assert row == [str(ours), "", "", str(theirs)]


def test_the_cdks_own_validation_finds_none_of_them(tmp_path: Path) -> None:
    """With the flag that turns each finding into an error."""
    command = [sys.executable, "-c", CDK_VALIDATION, str(tmp_path), *map(str, TWELVE)]
    subprocess.run(command, check=True, env={**os.environ, "CDK_VALIDATION": "true"}, capture_output=True)
    report = json.loads((tmp_path / "validation-report.json").read_text(encoding="utf-8"))
    assert report["pluginReports"] == []


def test_the_version_of_a_launch_template(ours: cdk.Stack, theirs: cdk.Stack) -> None:
    """aws-cdk#28137: without a version, AWS Batch keeps the first version."""
    [mine], [other] = (resources(stack, "AWS::Batch::ComputeEnvironment") for stack in (ours, theirs))
    assert mine["ComputeResources"]["LaunchTemplate"]["Version"]["Fn::GetAtt"][1] == "LatestVersionNumber"
    assert "Version" not in other["ComputeResources"]["LaunchTemplate"]


def test_a_tag_of_the_stack(ours: cdk.Stack, theirs: cdk.Stack) -> None:
    """cfn-coverage-roadmap#2270: tags of an environment cannot change, so CloudFormation replaces it."""
    [mine], [other] = (resources(stack, "AWS::Batch::ComputeEnvironment") for stack in (ours, theirs))
    assert "Tags" not in mine
    assert other["Tags"] == {"team": "genomics"}


def test_logs_and_the_right_to_submit() -> None:
    """aws-cdk#11218 and #33862, with the definition and the grant of each."""
    stack = cdk.Stack(cdk.App(), "Both")
    vpc = ec2.Vpc(stack, "Vpc")
    mine = bc.FargateJobDefinition(stack, "Mine", image=IMAGE, vcpus=1, memory=cdk.Size.gibibytes(2))
    my_queue = bc.JobQueue(
        stack, "MyQueue", compute_environments=[bc.FargateComputeEnvironment(stack, "MyFargate", vpc=vpc)]
    )
    other = batch.EcsJobDefinition(
        stack,
        "Other",
        container=batch.EcsFargateContainerDefinition(
            stack,
            "Container",
            image=ecs.ContainerImage.from_registry(IMAGE),
            cpu=1,
            memory=cdk.Size.gibibytes(2),
        ),
    )
    environment = batch.FargateComputeEnvironment(stack, "OtherFargate", vpc=vpc)
    queue = batch.JobQueue(
        stack,
        "OtherQueue",
        compute_environments=[batch.OrderedComputeEnvironment(compute_environment=environment, order=1)],
    )
    me, you = (iam.User(stack, name) for name in ("Me", "You"))
    my_queue.grant_submit_job(me, mine)
    other.grant_submit_job(you, queue)

    # The other one has no group: its jobs log to /aws/batch/job, which all share and which has no retention.
    assert [group["RetentionInDays"] for group in resources(stack, "AWS::Logs::LogGroup")] == [30]
    [_, their_job] = resources(stack, "AWS::Batch::JobDefinition")
    assert "LogConfiguration" not in their_job["ContainerProperties"]
    policies = {
        policy["Users"][0]["Ref"][:2]: policy["PolicyDocument"]["Statement"][0]["Resource"]
        for policy in resources(stack, "AWS::IAM::Policy")
        if "Users" in policy
    }
    assert [json.dumps(each).count('":*"') for each in policies["Me"]] == [0, 0, 1]
    # The revision of this deploy, and the queue.
    assert [list(each) for each in policies["Yo"]] == [["Ref"], ["Fn::GetAtt"]]


def test_a_size_that_fargate_does_not_sell() -> None:
    """Here the call fails; there the first job does."""
    stack = cdk.Stack(cdk.App(), "Sizes")
    with pytest.raises(ValueError, match="memory must be"):
        bc.FargateJobDefinition(stack, "Job", image=IMAGE, vcpus=16, memory=cdk.Size.mebibytes(512))
    batch.EcsFargateContainerDefinition(
        stack,
        "Container",
        image=ecs.ContainerImage.from_registry(IMAGE),
        cpu=16,
        memory=cdk.Size.mebibytes(512),
    )
    stack.template_options.description = "synthesizes"
    assert resources(stack, "AWS::IAM::Role")


def test_what_only_one_side_has() -> None:
    """The L2 has no constructs for alerts, dashboards or budgets."""
    assert {"JobFailureAlerts", "BatchDashboard", "BatchBudget"} <= set(bc.__all__)
    assert [name for name in dir(batch) if re.search(r"Alert|Alarm|Dashboard|Budget|Event", name)] == []


def test_lines_of_the_quick_start() -> None:
    """Statements and their arguments, without blanks, comments and docstrings; the benchmark proves the twins equal."""
    counted = []
    for path in ("examples/quickstart/app.py", "bench/quickstart_l2.py"):
        text = re.sub(r'""".*?"""', "", (ROOT / path).read_text(encoding="utf-8"), flags=re.DOTALL)
        lines = [line.strip() for line in text.splitlines()]
        counted.append(str(sum(1 for line in lines if line and not line.startswith("#"))))
    assert rows()["lines of code of the quick start"] == [*counted, "", ""]
