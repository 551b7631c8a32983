"""The configuration for Nextflow, parsed as Groovy and compared with the options of its AWS plugin."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from pygments.lexers.jvm import GroovyLexer
from pygments.token import Error

import batch_constructs as bc

if TYPE_CHECKING:
    from aws_cdk import Stack
    from aws_cdk import aws_ec2 as ec2

# Source: nextflow-io/nextflow, plugins/nf-amazon, AwsBatchConfig: what it reads of `aws.batch`.
OPTIONS = {
    "cliPath",
    "delayBetweenAttempts",
    "executionRole",
    "jobRole",
    "logsGroup",
    "maxParallelTransfers",
    "maxSpotAttempts",
    "maxTransferAttempts",
    "platformType",
    "retryMode",
    "schedulingPriority",
    "shareIdentifier",
    "volumes",
}
NAMES = {"tasks": "Tasks-1", "urgent": "Urgent-2"}


def read(text: str) -> dict[str, Any]:
    """Return the settings of a configuration: scopes, assignments of literals, and labels, which is all that ours has."""
    assert [value for kind, value in GroovyLexer().get_tokens(text) if kind is Error] == []
    root: dict[str, Any] = {}
    open_scopes = [root]
    for line in filter(None, map(str.strip, text.splitlines())):
        if scope := re.fullmatch(r"(?:(\w+)|withLabel: '([^']+)') \{", line):
            inner: dict[str, Any] = {}
            name = scope[1] or f"withLabel:{scope[2]}"
            assert name not in open_scopes[-1]
            open_scopes[-1][name] = inner
            open_scopes.append(inner)
        elif line == "}":
            open_scopes.pop()
        else:
            setting = re.fullmatch(r"(\w+) = (?:'((?:[^'\\]|\\.)*)'|(\d+))", line)
            assert setting, line
            text_value = None if setting[2] is None else re.sub(r"\\(.)", r"\1", setting[2])
            open_scopes[-1][setting[1]] = int(setting[3]) if text_value is None else text_value
    assert open_scopes == [root]
    return root


def test_of_one_queue_there_is_little_to_say() -> None:
    """It has executor and queue; the rest is Nextflow's default."""
    assert read(bc.nextflow_config(queues={"tasks": "Tasks-1"})) == {
        "process": {"executor": "awsbatch", "queue": "Tasks-1"}
    }


def test_everything_has_its_place() -> None:
    """Each option of `aws.batch` is one of the plugin; a process with a label goes to the queue of that name."""
    config = read(
        bc.nextflow_config(
            queues=NAMES,
            region="eu-west-1",
            work_dir="s3://bucket/work",
            cli_path=bc.AwsCli().program,
            job_role="arn:aws:iam::123456789012:role/tasks",
            execution_role="arn:aws:iam::123456789012:role/pull",
            logs_group="/nextflow/tasks",
            share_identifier="genomics",
            max_spot_attempts=3,
        )
    )
    assert config == {
        "process": {
            "executor": "awsbatch",
            "queue": "Tasks-1",
            "withLabel:tasks": {"queue": "Tasks-1"},
            "withLabel:urgent": {"queue": "Urgent-2"},
        },
        "aws": {
            "region": "eu-west-1",
            "batch": {
                "cliPath": "/opt/aws-cli/bin/aws",
                "jobRole": "arn:aws:iam::123456789012:role/tasks",
                "executionRole": "arn:aws:iam::123456789012:role/pull",
                "logsGroup": "/nextflow/tasks",
                "shareIdentifier": "genomics",
                "maxSpotAttempts": 3,
            },
        },
        "workDir": "s3://bucket/work",
    }
    assert set(config["aws"]["batch"]) <= OPTIONS


def test_signs_of_groovy_are_no_code() -> None:
    """Quotes and dollars in a name stay literal."""
    config = read(bc.nextflow_config(queues={"a": "it's $HOME \\ ${1}"}))
    assert config["process"]["queue"] == "it's $HOME \\ ${1}"


@pytest.mark.parametrize("path", ["/bin/aws", "/usr/bin/aws", "/usr/local/bin/aws", "/opt/bin/aws"])
def test_fails_when_the_aws_cli_would_hide_the_image(path: str) -> None:
    """Containers mount the whole folder above bin: /usr would hide that of the image (nextflow#2322)."""
    with pytest.raises(ValueError, match="cli_path must be in a folder that images do not have"):
        bc.nextflow_config(queues={"tasks": "q"}, cli_path=path)


@pytest.mark.parametrize(
    "path", ["/opt/aws-cli/bin/aws", "/home/ec2-user/miniconda/bin/aws", "/tools/bin/aws"]
)
def test_a_folder_of_its_own_passes(path: str) -> None:
    """Also that of older images for Nextflow (nextflow#1064)."""
    assert f"cliPath = '{path}'" in bc.nextflow_config(queues={"tasks": "q"}, cli_path=path)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"queues": {}}, "queues must name at least one queue, got none"),
        ({"queues": {"a b": "q"}}, "the labels of queues must be words"),
        (
            {"cli_path": "aws"},
            "cli_path must be absolute and end in /bin/aws, or Nextflow refuses it, got 'aws'",
        ),
        ({"cli_path": "/opt/aws-cli"}, "cli_path must be absolute and end in /bin/aws"),
        ({"work_dir": "/work"}, "work_dir must be in S3, as in s3://BUCKET/work, got '/work'"),
        ({"max_spot_attempts": -1}, "max_spot_attempts must be at least 0, got -1"),
    ],
)
def test_fails_when_nextflow_would(arguments: dict[str, Any], message: str) -> None:
    """Fails where it is written, not when a pipeline starts."""
    with pytest.raises(ValueError) as refusal:
        bc.nextflow_config(**{"queues": {"tasks": "q"}, **arguments})
    assert str(refusal.value).startswith(message)


def put_out(stack: Stack, text: str) -> str:
    """Return a string with logical ids in place of its tokens, as CloudFormation would fill it in."""
    from aws_cdk import CfnOutput, Stage

    CfnOutput(stack, "Text", value=text)
    stage = Stage.of(stack)
    assert stage is not None
    value = stage.synth(force=True).get_stack_by_name(stack.stack_name).template["Outputs"]["Text"]["Value"]
    parts = value["Fn::Join"][1]
    texts = []
    for part in parts:
        queue = re.search(r"'(\w+)', 'JobQueueArn'", str(part))
        texts.append(part if isinstance(part, str) else queue[1] if queue else "token")
    return "".join(texts)


def test_a_platform_knows_its_queues(stack: Stack, vpc: ec2.IVpc) -> None:
    """All on EC2 without shares, with the AWS CLI of their pools; tokens of a stack pass."""
    tools = bc.AwsCli(path="/opt/tools")
    platform = bc.BatchPlatform(
        stack,
        "Batch",
        vpc=vpc,
        pools=[
            bc.CpuPool(queues=["tasks", "urgent", bc.PlatformQueue(name="shared", shares=[])], aws_cli=tools),
            bc.GpuPool(instance_types=["g6"], aws_cli=tools),
            bc.FargatePool(),
        ],
    )
    role = bc.JobRole(stack, "Tasks")
    config = read(put_out(stack, platform.to_nextflow_config(work_dir="s3://b/work", job_role=role)))
    by_name = {name: stack.get_logical_id(each.cfn) for name, each in platform.queues.items()}
    assert config["process"] == {
        "executor": "awsbatch",
        "queue": by_name["tasks"],
        **{f"withLabel:{name}": {"queue": by_name[name]} for name in ("tasks", "urgent", "gpu")},
    }
    assert config["aws"]["batch"]["cliPath"] == "/opt/tools/bin/aws"
    assert set(config["aws"]) == {"region", "batch"}
    assert set(config["aws"]["batch"]) == {"cliPath", "jobRole"}


def test_shares_are_for_all_tasks_or_for_none(stack: Stack, vpc: ec2.IVpc) -> None:
    """A queue with shares refuses jobs without one, and Nextflow gives all tasks the same (nextflow-io/nextflow#3505)."""
    shared = bc.PlatformQueue(name="shared", shares=[bc.Share(identifier="genomics")])
    pool = bc.CpuPool(queues=[shared, "plain"], aws_cli=bc.AwsCli())
    platform = bc.BatchPlatform(stack, "Batch", vpc=vpc, pools=[pool])
    with pytest.raises(ValueError, match=r"must be on EC2 and have no shares.*, got shared"):
        platform.to_nextflow_config(queues=["shared"])
    with pytest.raises(ValueError, match=r"must be on EC2 and have shares.*, got plain"):
        platform.to_nextflow_config(queues=["plain"], share_identifier="genomics")
    config = read(put_out(stack, platform.to_nextflow_config(share_identifier="genomics")))
    assert config["process"]["queue"] == stack.get_logical_id(platform.queues["shared"].cfn)
    assert config["aws"]["batch"]["shareIdentifier"] == "genomics"


def test_the_first_of_the_queues_named_is_the_default(stack: Stack, vpc: ec2.IVpc) -> None:
    """The order of the list counts."""
    pool = bc.CpuPool(queues=["urgent", "tasks"], aws_cli=bc.AwsCli())
    platform = bc.BatchPlatform(stack, "Batch", vpc=vpc, pools=[pool])
    config = read(put_out(stack, platform.to_nextflow_config(queues=["tasks", "urgent"])))
    assert config["process"]["queue"] == stack.get_logical_id(platform.queues["tasks"].cfn)


@pytest.mark.parametrize(
    ("pools", "message"),
    [
        (
            [bc.CpuPool()],
            r"needs the AWS CLI on the instances, got none in cpu: give the pool aws_cli=AwsCli\(\)",
        ),
        ([bc.FargatePool()], "Nextflow needs a queue on EC2 without shares, got fargate"),
        (
            [
                bc.CpuPool(aws_cli=bc.AwsCli()),
                bc.CpuPool(name="arm", instance_types=["c8g"], aws_cli=bc.AwsCli(path="/opt/other")),
            ],
            "all pools must have the AWS CLI in one place, got /opt/aws-cli/bin/aws, /opt/other/bin/aws",
        ),
    ],
)
def test_fails_when_tasks_would(stack: Stack, vpc: ec2.IVpc, pools: list[Any], message: str) -> None:
    """A task without the AWS CLI ends with status 127 (sarek#301); its path is the same for all tasks (nextflow#859)."""
    platform = bc.BatchPlatform(stack, "Batch", vpc=vpc, pools=pools)
    with pytest.raises(ValueError, match=message):
        platform.to_nextflow_config()


def test_an_unknown_queue_is_told(stack: Stack, vpc: ec2.IVpc) -> None:
    """Fails with the name of the queue."""
    platform = bc.BatchPlatform(stack, "Batch", vpc=vpc, pools=[bc.CpuPool(aws_cli=bc.AwsCli())])
    with pytest.raises(ValueError, match="queues must name queues of the platform, got night"):
        platform.to_nextflow_config(queues=["night"])


def test_an_image_of_ones_own_may_have_it(stack: Stack, vpc: ec2.IVpc) -> None:
    """Then the user gives the path, also for their own environments."""
    mine = bc.SpotComputeEnvironment(stack, "Mine", vpc=vpc)
    pool = bc.OwnPool(name="mine", compute_environments=[mine])
    platform = bc.BatchPlatform(stack, "Batch", vpc=vpc, pools=[pool])
    config = read(put_out(stack, platform.to_nextflow_config(cli_path="/home/ec2-user/miniconda/bin/aws")))
    assert config["aws"]["batch"]["cliPath"] == "/home/ec2-user/miniconda/bin/aws"


def test_a_compute_stack_has_it_too() -> None:
    """A compute stack has the same method."""
    from aws_cdk import App

    app = App(context={"batch-constructs:checks": False})
    network = bc.BatchNetworkStack(app, "Network")
    compute = bc.BatchComputeStack(app, "Compute", vpc=network.vpc, pools=[bc.CpuPool(aws_cli=bc.AwsCli())])
    assert "cliPath = '/opt/aws-cli/bin/aws'" in compute.to_nextflow_config()
