"""The shell scripts of mounts and of the CloudWatch agent, run on a simulated instance."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from aws_cdk import Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_efs as efs
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3

from batch_constructs.launch_templates.boot_scripts import mount_script
from batch_constructs.launch_templates.cloudwatch_agent import AgentMetrics, CloudWatchAgent
from batch_constructs.launch_templates.mounts import EfsMount, FsxLustreMount, S3Mount
from tests.launch_templates.machine import Machine

if TYPE_CHECKING:
    from pathlib import Path

    from batch_constructs.launch_templates.mounts import Mount

DNS_NAME = "fs-0123.fsx.eu-west-1.amazonaws.com"
LUSTRE = FsxLustreMount(file_system=DNS_NAME, mount_name="abcdefgh")


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """Return an instance whose image has only the packages of the system."""
    return Machine(tmp_path)


@pytest.fixture
def bucket(stack: Stack) -> s3.IBucket:
    """Return a bucket with a literal name."""
    return s3.Bucket.from_bucket_name(stack, "Bucket", "genomes")


@pytest.fixture
def shared(stack: Stack) -> EfsMount:
    """Return a file system with a literal id."""
    system = efs.FileSystem.from_file_system_attributes(
        stack, "System", file_system_id="fs-0123", security_group=_group(stack)
    )
    return EfsMount(file_system=system)


def _group(stack: Stack) -> ec2.ISecurityGroup:
    return ec2.SecurityGroup.from_security_group_id(stack, "Group", "sg-0123")


def boot(machine: Machine, **mounts: Mount) -> list[int]:
    return machine.boot([mount_script({f"{machine.folder}/{name}": each for name, each in mounts.items()})])


def test_efs_is_mounted_by_the_helper_of_the_image(machine: Machine, shared: EfsMount) -> None:
    """It uses encryption and the role's credentials; ECS images have the helper, so nothing is installed."""
    machine.has("amazon-efs-utils")

    assert boot(machine, efs=shared) == [0]

    assert machine.calls == [f"mount -t efs -o tls,iam fs-0123:/ {machine.folder}/efs"]
    assert f"batch-mounts: {machine.folder}/efs is mounted\n" in machine.console


def test_lustre_is_mounted_by_the_client_of_the_repositories(machine: Machine) -> None:
    """The client is installed, since images do not have it."""
    assert boot(machine, fsx=LUSTRE) == [0]

    assert machine.calls == [
        "dnf install -y lustre-client",
        f"mount -t lustre -o relatime,flock {DNS_NAME}@tcp:/abcdefgh {machine.folder}/fsx",
    ]


def test_a_bucket_is_mounted_by_mountpoint(machine: Machine, bucket: s3.IBucket) -> None:
    """Any user may read it, and nobody may write."""
    assert boot(machine, data=S3Mount(bucket=bucket, prefix="in/")) == [0]

    assert machine.calls == [
        "dnf install -y mount-s3",
        f"mount-s3 genomes {machine.folder}/data --allow-other --prefix in/ --read-only",
    ]


def test_a_package_is_installed_once(machine: Machine, bucket: s3.IBucket) -> None:
    """Two buckets share one installation of Mountpoint."""
    assert boot(machine, one=S3Mount(bucket=bucket), other=S3Mount(bucket=bucket)) == [0]

    assert [call.split()[0] for call in machine.calls] == ["dnf", "mount-s3", "mount-s3"]


def test_the_next_boot_mounts_again(machine: Machine) -> None:
    """It installs nothing and leaves fstab alone, so a boot never waits for a network that is not there."""
    boot(machine, fsx=LUSTRE)
    machine.shut_down()

    assert boot(machine, fsx=LUSTRE) == [0]

    assert [call.split()[0] for call in machine.calls] == ["mount"]
    assert machine.added == []


def test_what_is_mounted_stays(machine: Machine) -> None:
    """A second run on a running instance disturbs no job."""
    boot(machine, fsx=LUSTRE)
    (machine.state / "calls").write_text("")

    assert boot(machine, fsx=LUSTRE) == [0]

    assert machine.calls == []
    assert f"{machine.folder}/fsx is mounted already" in machine.console


def test_fails_when_it_cannot_mount_after_five_attempts(machine: Machine) -> None:
    """Console and log say so, the path is closed, and the agent stays off, so no job writes into an empty folder."""
    machine.has("lustre-client")
    machine.breaks("mount")

    assert boot(machine, fsx=LUSTRE) == [1]

    assert [call for call in machine.calls if call.startswith("sleep")] == [
        f"sleep {seconds}" for seconds in (10, 20, 30, 40)
    ]
    assert machine.calls[-3:] == [
        f"chattr +i {machine.folder}/fsx",
        "systemctl mask --runtime ecs.service kubelet.service",
        "systemctl stop --no-block ecs.service kubelet.service",
    ]
    assert "batch-mounts: attempt 5 of 5 failed: mount -t lustre" in machine.console
    assert "batch-mounts: FAILED with status 1 at: " in machine.console
    assert "the ECS agent stays off until the next boot" in machine.console
    assert "mount: broken" in machine.log


def test_fails_when_the_client_cannot_be_installed(machine: Machine, bucket: s3.IBucket) -> None:
    """The message says whether packages cannot be reached or a file system does not answer."""
    machine.breaks("dnf")

    assert boot(machine, data=S3Mount(bucket=bucket), fsx=LUSTRE) == [1]

    assert "attempt 5 of 5 failed: dnf install -y mount-s3" in machine.console
    assert machine.calls[-2].startswith("systemctl mask --runtime ecs.service")
    assert not any(call.startswith("mount") for call in machine.calls)


def test_fails_when_the_command_says_yes_and_nothing_is_mounted(machine: Machine) -> None:
    """The script checks the mount, not only the status of the helper."""
    machine.has("lustre-client")
    machine.stub("mount", "true")

    assert boot(machine, fsx=LUSTRE) == [1]

    assert "systemctl mask --runtime ecs.service kubelet.service" in machine.calls


def test_an_attempt_that_fails_is_not_the_end(machine: Machine) -> None:
    """A route, a right or a mount target may be ready some seconds after the instance."""
    machine.has("lustre-client")
    machine.stub(
        "mount", """[[ $(grep -c "^mount " "$STATE/calls") -ge 3 ]] && echo "${@: -1}" >>"$STATE/mounted" """
    )

    assert boot(machine, fsx=LUSTRE) == [0]

    assert machine.calls.count("sleep 10") == machine.calls.count("sleep 20") == 1
    assert not any(call.startswith("systemctl") for call in machine.calls)


def test_the_boot_after_a_failure_mends_it(machine: Machine) -> None:
    """The next boot unmasks the agent, and the closed path can be mounted."""
    machine.has("lustre-client")
    machine.breaks("mount")
    boot(machine, fsx=LUSTRE)
    machine.shut_down()
    machine.breaks("mount", broken=False)

    assert boot(machine, fsx=LUSTRE) == [0]

    assert not any(call.startswith("systemctl") for call in machine.calls)


def test_an_instance_without_an_agent_to_stop_still_fails_loudly(machine: Machine) -> None:
    """If systemd does not know the units, the status is still that of the mount."""
    machine.breaks("dnf")
    machine.breaks("systemctl")

    assert boot(machine, fsx=LUSTRE) == [1]


def test_the_agent_is_installed_and_started(machine: Machine, stack: Stack) -> None:
    """Its settings arrive unchanged, including quotes and placeholders."""
    group = logs.LogGroup.from_log_group_name(stack, "Logs", "instances")
    agent = CloudWatchAgent(log_group=group, log_files=["/var/log/it's mine.log"])

    assert machine.boot([agent.script()]) == [0]

    file = machine.folder / "etc" / "batch.json"
    assert machine.calls == [
        "dnf install -y amazon-cloudwatch-agent",
        f"amazon-cloudwatch-agent-ctl -a fetch-config -m ec2 -c file:{file} -s",
    ]
    settings = json.loads(file.read_text())
    assert settings["metrics"]["append_dimensions"]["InstanceId"] == "${aws:InstanceId}"
    assert settings["logs"]["logs_collected"]["files"]["collect_list"] == [
        {
            "file_path": "/var/log/it's mine.log",
            "log_group_name": "instances",
            "log_stream_name": "{instance_id}/var/log/it's mine.log",
        }
    ]


def test_the_agent_is_started_at_each_boot(machine: Machine) -> None:
    """It starts with the settings of this launch template, whether installed before or not."""
    machine.has("amazon-cloudwatch-agent")
    agent = CloudWatchAgent(metrics=[AgentMetrics.CPU])

    assert machine.boot([agent.script()]) == machine.boot([agent.script()]) == [0]

    assert len(machine.calls) == 2


def test_jobs_run_without_the_agent(machine: Machine) -> None:
    """An agent that cannot start says so, and stops nothing."""
    machine.breaks("dnf")

    assert machine.boot([CloudWatchAgent().script()]) == [1]

    assert "batch-cloudwatch-agent: FAILED with status 1 at: " in machine.console
    assert not any(call.startswith(("systemctl", "chattr")) for call in machine.calls)
