"""Volumes as values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from batch_constructs import Efs, Host, S3Files

if TYPE_CHECKING:
    from aws_cdk import Stack
    from aws_cdk.interfaces.aws_efs import IFileSystemRef

ARN = "arn:aws:s3files:eu-west-1:123456789012:file-system/fs-1"


@pytest.fixture
def file_system(stack: Stack) -> IFileSystemRef:
    """Return a file system without a known security group."""
    from aws_cdk import aws_efs as efs

    return efs.CfnFileSystem(stack, "FileSystem")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"transit_encryption_port": 65_536}, "transit_encryption_port must be from 0 to 65,535, got 65536"),
        ({"root_directory": "/" * 4_097}, "the length of root_directory must be from 1 to 4,096 characters"),
        (
            {"root_directory": "/a", "access_point": object()},
            "root_directory must be left out with access_point",
        ),
        ({"reachable_from": [object()]}, "reachable_from needs security_group"),
    ],
)
def test_fails_when_a_file_system_cannot_be_mounted_so(
    file_system: Any, arguments: dict[str, Any], message: str
) -> None:
    """Fails when AWS would refuse the volume, on EFS and on S3 Files alike."""
    with pytest.raises(ValueError, match=message):
        Efs(file_system, **arguments)
    with pytest.raises(ValueError, match=message):
        S3Files(ARN, **arguments)


def test_fails_with_all_that_is_wrong(file_system: Any) -> None:
    """Fails with three things at once, and names all three."""
    with pytest.raises(ValueError, match="transit") as error:
        Efs(file_system, transit_encryption_port=-1, root_directory="", reachable_from=[object()])  # type: ignore[list-item]
    assert len(str(error.value).splitlines()) == 3


def test_the_ends_of_the_ranges_pass(stack: Stack, file_system: Any) -> None:
    """The whole file system with an access point, the longest directory, every port, and tokens pass."""
    from aws_cdk import CfnParameter

    text, number = CfnParameter(stack, "Text").value_as_string, CfnParameter(stack, "Number", type="Number")
    Efs(file_system, root_directory="/", access_point=object(), transit_encryption_port=65_535)  # type: ignore[arg-type]
    Efs(file_system, root_directory=text, access_point=object(), transit_encryption_port=0)  # type: ignore[arg-type]
    S3Files(ARN, root_directory="/" + "a" * 4_095, transit_encryption_port=number.value_as_number)
    S3Files(text, access_point=text)


def test_fails_when_an_id_stands_for_an_arn() -> None:
    """Fails when S3 Files is named by an id as for EFS: its volumes take ARNs only."""
    with pytest.raises(ValueError, match="file_system must be a construct or an ARN of S3 Files, got 'fs-1'"):
        S3Files("fs-1")
    with pytest.raises(
        ValueError, match="access_point must be a construct or an ARN of S3 Files, got 'ap-1'"
    ):
        S3Files(ARN, access_point="ap-1")


def test_fails_when_the_host_path_is_empty() -> None:
    """Fails for the empty string."""
    with pytest.raises(ValueError, match="source_path must not be empty, got ''"):
        Host("")
