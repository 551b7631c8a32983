"""Volumes of containers: file systems that jobs share, and directories of the instance."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from typing import TYPE_CHECKING, Any

from batch_constructs._border.arguments import checked
from batch_constructs._border.problems import Problems
from batch_constructs._border.spelling import given
from batch_constructs._border.tokens import known
from batch_constructs.facts import limits, patterns

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk import aws_ec2 as ec2
    from aws_cdk import aws_efs as efs
    from aws_cdk.interfaces import aws_efs as efs_interfaces
    from aws_cdk.interfaces import aws_s3files as s3files
    from jsii import Number

__all__ = ["Efs", "Host", "Mount", "S3Files", "s3_files_arns"]


@checked
@dataclass(frozen=True, slots=True)
class Host:
    """A directory of the instance, or one that is made for the task and deleted with it.

    Attributes:
        source_path: The path on the instance, such as the scratch disk or FSx that a launch template mounted; it
            is made if it does not exist. By default an empty directory that the containers of one task share, such as
            a writable directory next to a read-only root, on Fargate as well.
        read_only: Whether containers can only read. By default they can write.

    Raises:
        ValueError: the path is empty.

    Guide: Job Definition Parameters (volumes).
    """

    source_path: str | None = None
    _: KW_ONLY
    read_only: bool = False

    def __post_init__(self) -> None:
        if self.source_path == "":
            raise ValueError(
                "source_path must not be empty, got '': leave it out for a directory of the task"
            )

    def _members(self) -> dict[str, Any]:
        # Without a path, the name alone makes the directory.
        return given(host=given(sourcePath=self.source_path))


@checked
@dataclass(frozen=True, slots=True)
class Efs:
    """An Amazon EFS file system, encrypted in transit and open to the job's role only as far as it needs.

    The definition that mounts it gives its job role ``ClientMount``, and ``ClientWrite`` unless it only reads, on
    this file system through this access point. It mounts with that role, so a file system that refuses anonymous
    clients accepts it. Name the environments of ``reachable_from`` once, in one of the definitions.

    Attributes:
        file_system: The CDK's file system, made here or imported, or a ``CfnFileSystem``.
        access_point: The access point, with the user and the directory of the jobs. By default jobs have the user of
            the container, below the root. A new file system belongs to root: containers that run as another user can
            write to it only through an access point with its own ``posix_user`` and ``create_acl``.
        root_directory: The directory that is mounted, up to 4,096 characters; an access point has its own. By default
            the root.
        read_only: Whether containers can only read. By default they can write.
        root_access: Whether root in the container is also root on the file system. By default it is not, and
            root may write only where everybody may; an access point with its own user does not need it.
        transit_encryption_port: The port on the instance for encryption, 0 to 65,535. By default a free one.
        reachable_from: The environments whose jobs mount it: NFS (TCP 2049) is opened from their security groups
            to the file system's. By default you open it.
        security_group: The security group of its mount targets. By default the file system's own; for a
            ``CfnFileSystem`` it is unknown.

    Raises:
        ValueError: an access point together with a root directory; a wrong port; ``reachable_from`` without a security
            group.

    Guide: Job Definition Parameters (volumes); Amazon EFS Volumes (newer than the table of contents).
    """

    file_system: efs.IFileSystem | efs_interfaces.IFileSystemRef
    _: KW_ONLY
    access_point: efs.IAccessPoint | efs_interfaces.IAccessPointRef | None = None
    root_directory: str | None = None
    read_only: bool = False
    root_access: bool = False
    transit_encryption_port: Number | None = None
    reachable_from: Sequence[ec2.IConnectable] = ()
    security_group: ec2.ISecurityGroup | None = None

    def __post_init__(self) -> None:
        _check(self)

    def _members(self) -> dict[str, Any]:
        point = None if self.access_point is None else self.access_point.access_point_ref.access_point_id
        configuration = given(
            fileSystemId=_id_of(self.file_system),
            rootDirectory=self.root_directory,
            transitEncryption="ENABLED",
            transitEncryptionPort=self.transit_encryption_port,
            authorizationConfig=given(accessPointId=point, iam="ENABLED"),
        )
        return {"efsVolumeConfiguration": configuration}


@checked
@dataclass(frozen=True, slots=True)
class S3Files:
    """An Amazon S3 Files file system: the objects of a bucket as files, encrypted in transit.

    The definition that mounts it gives its job role ``ClientMount``, and ``ClientWrite`` unless it only reads, on
    this file system through this access point. With ``bucket.grant_read(definition)`` large reads come from S3
    itself. It is for Fargate and ECS managed instances: AWS Batch fails jobs on EC2 that mount one (VOL-06).

    Attributes:
        file_system: A file system, or the ARN of one.
        access_point: The access point or its ARN, with the user and the directory of the jobs. By default jobs have
            the user of the container, below the root.
        root_directory: The directory that is mounted; an access point has its own. By default the root.
        read_only: Whether containers can only read. By default they can write.
        root_access: Whether root in the container is also root on the file system. By default it is not.
        transit_encryption_port: The port for encryption, 0 to 65,535. By default 2049.
        reachable_from: The environments whose jobs mount it: NFS (TCP 2049) is opened from their security groups
            to that of the mount targets. By default you open it.
        security_group: The security group of its mount targets, which `reachable_from` needs. By default none.

    Raises:
        ValueError: an access point together with a root directory; a wrong port; ``reachable_from`` without a security
            group.

    Guide: Job Definition Parameters (volumes); Amazon S3 Files Volumes (newer than the table of contents).
    """

    file_system: s3files.IFileSystemRef | str
    _: KW_ONLY
    access_point: s3files.IAccessPointRef | str | None = None
    root_directory: str | None = None
    read_only: bool = False
    root_access: bool = False
    transit_encryption_port: Number | None = None
    reachable_from: Sequence[ec2.IConnectable] = ()
    security_group: ec2.ISecurityGroup | None = None

    def __post_init__(self) -> None:
        _check(self)
        for name, value in (("file_system", self.file_system), ("access_point", self.access_point)):
            if isinstance(value, str) and known(value) and patterns.S3_FILES_ARN.problem(name, value):
                raise ValueError(f"{name} must be a construct or an ARN of S3 Files, got {value!r}")

    def _members(self) -> dict[str, Any]:
        file_system_arn, access_point_arn = s3_files_arns(self)
        configuration = given(
            fileSystemArn=file_system_arn,
            accessPointArn=access_point_arn,
            rootDirectory=self.root_directory,
            transitEncryptionPort=self.transit_encryption_port,
        )
        # CloudFormation and the CDK have this name; the API has s3filesVolumeConfiguration.
        return {"s3FilesVolumeConfiguration": configuration}


Mount = Efs | S3Files | Host
"""A volume that can be mounted at a path in a container."""


def s3_files_arns(volume: S3Files) -> tuple[str, str | None]:
    """Return the ARNs of a file system and of its access point."""
    system, point = volume.file_system, volume.access_point
    return (
        system if isinstance(system, str) else system.file_system_ref.file_system_arn,
        point if point is None or isinstance(point, str) else point.access_point_ref.access_point_arn,
    )


def _check(volume: Efs | S3Files) -> None:
    problems = Problems()
    directory = volume.root_directory
    problems.within("transit_encryption_port", volume.transit_encryption_port, limits.EFS_PORT)
    if directory is not None and known(directory):
        problems.within("the length of root_directory", len(directory), limits.EFS_ROOT_DIRECTORY_LENGTH)
        problems.check(
            volume.access_point is None or directory == "/",
            f"root_directory must be left out with access_point, which has its own, got {directory!r}",
        )
    if isinstance(volume, Efs):
        problems.matches("the id of file_system", _id_of(volume.file_system), patterns.EFS_FILE_SYSTEM_ID)
    problems.check(
        not volume.reachable_from
        or volume.security_group is not None
        or hasattr(volume.file_system, "connections"),
        "reachable_from needs security_group, that of the mount targets: the file system's is unknown",
    )
    problems.raise_if_any()


def _id_of(system: efs.IFileSystem | efs_interfaces.IFileSystemRef) -> str:
    """Return the id of a file system, mostly a token."""
    return system.file_system_ref.file_system_id
