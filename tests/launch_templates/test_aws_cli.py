"""The AWS CLI on the instances: its script, run on a simulated instance, and its arguments."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING, Any

import pytest
from aws_cdk.assertions import Annotations, Match

import batch_constructs as bc
from tests.launch_templates.machine import Machine

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from aws_cdk import Stack
    from aws_cdk import aws_ec2 as ec2


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """Return an instance whose image has only the packages of the system."""
    return Machine(tmp_path)


def cli(machine: Machine, **arguments: str) -> bc.AwsCli:
    return bc.AwsCli(path=f"{machine.folder}/aws-cli", **arguments)


def version(tools: bc.AwsCli) -> str:
    return subprocess.run([tools.program, "--version"], capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("architecture", ["x86_64", "aarch64"])
def test_it_is_installed_into_a_folder_that_containers_can_mount(machine: Machine, architecture: str) -> None:
    """It is installed for the instance's processor, at Nextflow's path, in a folder that contains all of it."""
    (machine.state / "machine").write_text(f"{architecture}\n")
    tools = cli(machine)
    assert machine.boot([tools.script()]) == [0]
    [download] = [each for each in machine.calls if each.startswith("curl ")]
    assert download.endswith(f" https://awscli.amazonaws.com/awscli-exe-linux-{architecture}-2.31.0.zip")
    assert f"install --install-dir {tools.path} --bin-dir {tools.path}/bin --update" in machine.calls
    assert tools.program == f"{tools.path}/bin/aws"
    assert version(tools).startswith("aws-cli/2.31.0 ")
    assert "version 2.31.0 is installed" in machine.console


def test_a_boot_later_it_is_there(machine: Machine) -> None:
    """Nothing is downloaded again, since an instance that restarts may have no way to the internet."""
    tools = cli(machine)
    machine.boot([tools.script()])
    machine.shut_down()
    machine.breaks("curl")
    assert machine.boot([tools.script()]) == [0]
    assert machine.calls == []
    assert "version 2.31.0 is there already" in machine.console


def test_another_version_takes_its_place(machine: Machine) -> None:
    """An image of your own may have an older version."""
    machine.boot([cli(machine, version="2.15.0").script()])
    tools = cli(machine, version="2.31.0")
    assert machine.boot([tools.script()]) == [0]
    assert version(tools).startswith("aws-cli/2.31.0 ")


@pytest.mark.parametrize("broken", ["curl", "unzip", "dnf"])
def test_an_instance_without_it_takes_no_jobs(machine: Machine, broken: str) -> None:
    """Otherwise each task on that instance would fail with status 127."""
    if broken == "unzip":
        machine.has("unzip")
    machine.breaks(broken)
    [status] = machine.boot([cli(machine).script()])
    assert status != 0
    assert "systemctl mask --runtime ecs.service kubelet.service" in machine.calls
    assert "the ECS agent stays off" in machine.console


def test_a_download_is_tried_five_times(machine: Machine) -> None:
    """The network of an instance may be ready some minutes after the instance."""
    machine.breaks("curl")
    machine.boot([cli(machine).script()])
    assert len([each for each in machine.calls if each.startswith("curl ")]) == 5


def test_a_copy_may_be_elsewhere(machine: Machine) -> None:
    """In a network without internet, ``url`` names a copy."""
    tools = cli(machine, url="https://mirror.example.com/{version}/{arch}.zip")
    assert not tools.is_from_aws
    machine.boot([tools.script()])
    assert [each for each in machine.calls if each.endswith(" https://mirror.example.com/2.31.0/x86_64.zip")]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"version": "latest"}, "version must be one of the AWS CLI 2, as in 2.31.0, got 'latest'"),
        ({"version": "1.42.1"}, "version must be one of the AWS CLI 2"),
        ({"path": "opt/aws"}, "path must be absolute"),
        ({"path": "/usr"}, "path must not hide what the instance needs"),
        ({"path": "/opt"}, "path must be in a folder that images do not have, as /opt/aws-cli, got /opt"),
        ({"path": "/usr/local"}, "path must be in a folder that images do not have"),
        ({"url": "s3://tools/cli.zip"}, "url must begin with https://, got 's3://tools/cli.zip'"),
    ],
)
def test_fails_when_nothing_could_be_installed(arguments: dict[str, Any], message: str) -> None:
    """Fails at the line that wrote it."""
    with pytest.raises(ValueError) as refusal:
        bc.AwsCli(**arguments)
    assert str(refusal.value).startswith(message)


@pytest.mark.parametrize(
    ("kind", "types"),
    [
        ("Ec2ComputeEnvironment", ["c7i"]),
        ("SpotComputeEnvironment", ["c7i"]),
        ("GpuComputeEnvironment", ["g6"]),
    ],
)
def test_environments_take_it_with_storage_and_mounts(
    stack: Stack,
    vpc: ec2.IVpc,
    cloud_init: Callable[[str], list[tuple[str, str]]],
    kind: str,
    types: list[str],
) -> None:
    """The environment's own template has disks, then the AWS CLI, then the mounts, with rights and ports."""
    from aws_cdk import Stage
    from aws_cdk import aws_efs as efs

    files = efs.FileSystem(stack, "Files", vpc=vpc)
    environment = getattr(bc, kind)(
        stack,
        "Environment",
        vpc=vpc,
        instance_types=types,
        storage=bc.Storage(instance_store=bc.InstanceStoreVolumes()),
        mounts={"/data": bc.EfsMount(file_system=files)},
        aws_cli=bc.AwsCli(),
    )
    assert environment.launch_template.aws_cli == bc.AwsCli()
    stage = Stage.of(stack)
    assert stage is not None
    resources = stage.synth(force=True).get_stack_by_name(stack.stack_name).template["Resources"]
    [template] = [each for each in resources.values() if each["Type"] == "AWS::EC2::LaunchTemplate"]
    text = str(template["Properties"]["LaunchTemplateData"]["UserData"])
    assert (
        text.index("PART=batch-storage") < text.index("PART=batch-aws-cli") < text.index("PART=batch-mounts")
    )
    statements = [
        str(each["Properties"]["PolicyDocument"])
        for each in resources.values()
        if each["Type"] == "AWS::IAM::Policy"
    ]
    assert any("elasticfilesystem:ClientMount" in each for each in statements)
    assert any(
        each["Type"] == "AWS::EC2::SecurityGroupIngress" and each["Properties"]["FromPort"] == 2049
        for each in resources.values()
    )


@pytest.mark.parametrize(
    ("kind", "types"),
    [
        ("Ec2ComputeEnvironment", ["c7i"]),
        ("SpotComputeEnvironment", ["c7i"]),
        ("GpuComputeEnvironment", ["g6"]),
    ],
)
def test_fails_beside_a_launch_template_of_ones_own(
    stack: Stack, vpc: ec2.IVpc, kind: str, types: list[str]
) -> None:
    """Fails when two templates would describe an instance, with nothing in the tree."""
    template = bc.BatchLaunchTemplate(stack, "Template")
    with pytest.raises(ValueError) as refusal:
        getattr(bc, kind)(
            stack,
            "Environment",
            vpc=vpc,
            instance_types=types,
            launch_template=template,
            storage=bc.Storage(instance_store=bc.InstanceStoreVolumes()),
            aws_cli=bc.AwsCli(),
        )
    assert str(refusal.value) == (
        "storage and aws_cli must be in the launch template, got launch_template as well: give it to "
        "BatchLaunchTemplate instead"
    )
    assert stack.node.try_find_child("Environment") is None


def test_fails_when_a_mount_hides_a_disk(stack: Stack, vpc: ec2.IVpc) -> None:
    """Fails at the line that wrote it, before anything is made."""
    from aws_cdk import aws_s3 as s3

    bucket = s3.Bucket.from_bucket_name(stack, "Bucket", "genomes")
    with pytest.raises(ValueError, match="one would hide the other"):
        bc.SpotComputeEnvironment(
            stack,
            "Spot",
            vpc=vpc,
            storage=bc.Storage(instance_store=bc.InstanceStoreVolumes(mount_path="/data")),
            mounts={"/data/genomes": bc.S3Mount(bucket=bucket)},
        )
    assert stack.node.try_find_child("Spot") is None


@pytest.mark.parametrize("pool", [bc.CpuPool, bc.GpuPool])
def test_pools_take_all_three(stack: Stack, vpc: ec2.IVpc, pool: Any) -> None:
    """Pools take the three arguments, and refuse them with a launch template, each by its name."""
    from aws_cdk import aws_s3 as s3

    bucket = s3.Bucket.from_bucket_name(stack, "Bucket", "genomes")
    types = ["g6"] if pool is bc.GpuPool else ["c7i"]
    parts: dict[str, Any] = {
        "storage": bc.Storage(instance_store=bc.InstanceStoreVolumes()),
        "mounts": {"/genomes": bc.S3Mount(bucket=bucket)},
        "aws_cli": bc.AwsCli(),
    }
    template = bc.BatchLaunchTemplate(stack, "Template")
    for name, value in parts.items():
        with pytest.raises(ValueError, match=f"{name} of the pool 'jobs' must be in its launch template"):
            pool(name="jobs", instance_types=types, launch_template=template, **{name: value})
    platform = bc.BatchPlatform(
        stack, "Batch", vpc=vpc, pools=[pool(name="jobs", instance_types=types, **parts)]
    )
    made: Any = platform.pools["jobs"].launch_template
    assert made.aws_cli == bc.AwsCli()
    assert made.needs_rights


def test_an_isolated_network_is_told(stack: Stack) -> None:
    """An isolated network warns, since no endpoint leads to AWS's address of the AWS CLI."""
    network = bc.BatchNetwork(stack, "Network", isolated=True)
    mirror = bc.AwsCli(url="https://mirror.example.com/{arch}.zip")
    bc.SpotComputeEnvironment(stack, "Told", vpc=network.vpc, aws_cli=bc.AwsCli())
    bc.SpotComputeEnvironment(stack, "Fine", vpc=network.vpc, aws_cli=mirror)
    warnings = Annotations.from_stack(stack).find_warning(
        "*", Match.string_like_regexp("do not reach awscli.amazonaws.com")
    )
    assert [each.id for each in warnings] == ["/Stack/Told"]


def test_tokens_pass(stack: Stack) -> None:
    """A version given by a parameter passes."""
    from aws_cdk import CfnParameter

    version = CfnParameter(stack, "Version").value_as_string
    assert version in bc.AwsCli(version=version).script().body()
