"""Definitions for Fargate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from batch_constructs import Architecture, FargateJobDefinition

if TYPE_CHECKING:
    from collections.abc import Callable

    from aws_cdk import Stack

DEFINITION = "AWS::Batch::JobDefinition"


def container(only: Callable[[str], dict[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = only(DEFINITION)["ContainerProperties"]
    return found


def test_the_least_definition_works(stack: Stack, only: Callable[[str], dict[str, Any]]) -> None:
    """It has one vCPU with Fargate's smallest memory for it, an execution role, and no public address."""
    FargateJobDefinition(stack, "Job", image="busybox")
    rendered = container(only)
    assert only(DEFINITION)["PlatformCapabilities"] == ["FARGATE"]
    assert rendered["ResourceRequirements"] == [
        {"Type": "VCPU", "Value": "1"},
        {"Type": "MEMORY", "Value": "2048"},
    ]
    assert rendered["NetworkConfiguration"] == {"AssignPublicIp": "DISABLED"}
    assert rendered["ExecutionRoleArn"]["Fn::GetAtt"][0].startswith("JobExecutionRole")
    assert "Privileged" not in rendered


def test_the_execution_role_may_write_one_log_group(
    stack: Stack, only: Callable[[str], dict[str, Any]]
) -> None:
    """With a public image it may write its own log, and nothing else."""
    FargateJobDefinition(stack, "Job", image="busybox")
    [statement] = only("AWS::IAM::Policy")["PolicyDocument"]["Statement"]
    assert statement["Action"] == ["logs:CreateLogStream", "logs:PutLogEvents"]
    assert statement["Resource"]["Fn::GetAtt"][0].startswith("JobLogGroup")


def test_an_image_of_the_cdk_grants_its_pull(stack: Stack, only: Callable[[str], dict[str, Any]]) -> None:
    """An ECR repository as container image lets the execution role pull from it."""
    from aws_cdk import aws_ecr as ecr
    from aws_cdk import aws_ecs as ecs

    repository = ecr.Repository.from_repository_name(stack, "Images", "align")
    FargateJobDefinition(stack, "Job", image=ecs.ContainerImage.from_ecr_repository(repository, "1.2"))
    actions = [each["Action"] for each in only("AWS::IAM::Policy")["PolicyDocument"]["Statement"]]
    assert "ecr:GetAuthorizationToken" in actions
    assert container(only)["Image"]["Fn::Join"][1][-1].endswith("/align:1.2")


@pytest.mark.parametrize(
    ("vcpus", "mebibytes"),
    [
        (0.25, 512),
        (0.25, 2048),
        (0.5, 4096),
        (1, 8192),
        (2, 16384),
        (4, 30720),
        (8, 61440),
        (16, 122880),
        (32, 249856),
    ],
)
def test_sizes_that_fargate_sells_pass(
    stack: Stack, only: Callable[[str], dict[str, Any]], vcpus: float, mebibytes: int
) -> None:
    """Both ends of a row of Fargate's table are legal."""
    from aws_cdk import Size

    FargateJobDefinition(stack, "Job", image="busybox", vcpus=vcpus, memory=Size.mebibytes(mebibytes))
    requirements = {each["Type"]: each["Value"] for each in container(only)["ResourceRequirements"]}
    assert requirements == {"VCPU": f"{vcpus:g}", "MEMORY": str(mebibytes)}


@pytest.mark.parametrize(
    ("vcpus", "mebibytes", "message"),
    [
        (3, 8192, "vcpus must be one of 0.25, 0.5, 1, 2, 4, 8, 16, 32 on Fargate, got 3"),
        (16, 512, r"with 16 vCPU \(32768 to 122880 MiB\), got 512 MiB: take 32768 MiB"),
        (1, 2049, "got 2049 MiB: take 3072 MiB"),
        (0.25, 4096, "got 4096 MiB: take 2048 MiB, or other vcpus"),
    ],
)
def test_fails_when_fargate_sells_no_such_size(
    stack: Stack, vcpus: float, mebibytes: int, message: str
) -> None:
    """Fails when the pair is not in the table, and names the next pair."""
    from aws_cdk import Size

    before = len(stack.node.children)
    with pytest.raises(ValueError, match=message):
        FargateJobDefinition(stack, "Job", image="busybox", vcpus=vcpus, memory=Size.mebibytes(mebibytes))
    assert len(stack.node.children) == before


@pytest.mark.parametrize("gibibytes", [20, 201])
def test_fails_when_the_disk_is_out_of_range(stack: Stack, gibibytes: int) -> None:
    """Fails when the disk is not within 21 to 200 GiB."""
    from aws_cdk import Size

    with pytest.raises(ValueError, match="ephemeral_storage must be from 21 to 200 GiB"):
        FargateJobDefinition(stack, "Job", image="busybox", ephemeral_storage=Size.gibibytes(gibibytes))


def test_what_only_fargate_has_is_rendered(stack: Stack, only: Callable[[str], dict[str, Any]]) -> None:
    """Arm, a public address, a disk and a platform version are rendered."""
    from aws_cdk import Size

    FargateJobDefinition(
        stack,
        "Job",
        image="busybox",
        architecture=Architecture.ARM64,
        assign_public_ip=True,
        ephemeral_storage=Size.gibibytes(21),
        platform_version="1.4.0",
    )
    rendered = container(only)
    assert rendered["RuntimePlatform"] == {"CpuArchitecture": "ARM64", "OperatingSystemFamily": "LINUX"}
    assert rendered["NetworkConfiguration"] == {"AssignPublicIp": "ENABLED"}
    assert rendered["EphemeralStorage"] == {"SizeInGiB": 21}
    assert rendered["FargatePlatformConfiguration"] == {"PlatformVersion": "1.4.0"}


def test_tokens_pass_untouched(stack: Stack, only: Callable[[str], dict[str, Any]]) -> None:
    """Sizes that only CloudFormation knows are never checked (aws-cdk#30166 was reverted for that)."""
    from aws_cdk import CfnParameter, Size

    number = CfnParameter(stack, "Number", type="Number").value_as_number
    FargateJobDefinition(stack, "Job", image="busybox", vcpus=number, memory=Size.mebibytes(number))
    values = [each["Value"] for each in container(only)["ResourceRequirements"]]
    assert values == [{"Ref": "Number"}, {"Ref": "Number"}]


def test_fails_when_the_smallest_memory_cannot_be_known(stack: Stack) -> None:
    """Fails when memory is omitted and vcpus is a token."""
    from aws_cdk import CfnParameter

    number = CfnParameter(stack, "Number", type="Number").value_as_number
    with pytest.raises(ValueError, match="memory must be given if vcpus is a token"):
        FargateJobDefinition(stack, "Job", image="busybox", vcpus=number)


def test_windows_is_a_family_of_its_own(stack: Stack, only: Callable[[str], dict[str, Any]]) -> None:
    """It has the processor that it runs on, or the one that AWS takes by default."""
    from batch_constructs import Host, OperatingSystemFamily

    FargateJobDefinition(
        stack,
        "Job",
        image="mcr.microsoft.com/windows/servercore",
        operating_system_family=OperatingSystemFamily.WINDOWS_SERVER_2022_CORE,
        architecture=Architecture.X86_64,
        mounts={"C:\\out": Host()},
    )
    rendered = container(only)
    assert rendered["RuntimePlatform"] == {
        "CpuArchitecture": "X86_64",
        "OperatingSystemFamily": "WINDOWS_SERVER_2022_CORE",
    }
    assert rendered["MountPoints"] == [{"ContainerPath": "C:\\out", "SourceVolume": "C-out"}]


def test_fails_when_windows_is_asked_for_what_only_linux_has(stack: Stack) -> None:
    """Fails with all problems in one message."""
    from aws_cdk import aws_efs as efs

    from batch_constructs import Efs, OperatingSystemFamily

    with pytest.raises(ValueError, match="architecture must be X86_64 on Windows, got arm64") as error:
        FargateJobDefinition(
            stack,
            "Job",
            image="busybox",
            operating_system_family=OperatingSystemFamily.WINDOWS_SERVER_2019_FULL,
            architecture=Architecture.ARM64,
            user="me",
            readonly_root_filesystem=True,
            init_process_enabled=False,
            mounts={"/data": Efs(efs.CfnFileSystem(stack, "FileSystem"))},
        )
    assert "have no user, readonly_root_filesystem, init_process_enabled, Efs in mounts" in str(error.value)
