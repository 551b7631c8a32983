"""File systems and buckets that instances mount before they take jobs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from aws_cdk import aws_ec2 as ec2

from batch_constructs._border.arguments import checked
from batch_constructs._border.connections import let_reach
from batch_constructs._border.problems import Problems
from batch_constructs._border.tokens import known

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk import aws_efs as efs
    from aws_cdk import aws_fsx as fsx
    from aws_cdk import aws_iam as iam
    from aws_cdk import aws_s3 as s3
    from constructs import IDependable

__all__ = ["EfsMount", "FsxLustreMount", "Mount", "S3Mount"]

# Source: FSx for Lustre User Guide, "File system access control with Amazon VPC".
_LUSTRE_PORTS = ((988, 988), (1018, 1023))
_NFS_PORT = 2049


class Mount(Protocol):
    """Something that instances mount, with the rights and ports that it needs."""

    def call(self, path: str) -> Sequence[str]:
        """Return the shell function that mounts it at a path, with its arguments.

        Args:
            path: The path on the instance.
        """
        ...

    def grant(self, grantee: iam.IGrantable) -> None:
        """Give the instances' role the rights to use it.

        Args:
            grantee: The instances' role.
        """
        ...

    def connect(self, instances: ec2.IConnectable) -> None:
        """Open the ports between the mount and the instances.

        Args:
            instances: The security groups of the instances.
        """
        ...

    def wait_for(self) -> Sequence[IDependable]:
        """Return what must exist before an instance can mount it, besides what its address refers to."""
        ...


@checked
@dataclass(frozen=True, slots=True, kw_only=True)
class EfsMount:
    """An EFS file system, mounted with encryption in transit and with the credentials of the instances' role.

    The images of AWS for ECS have the mount helper, so it needs no way to the internet.

    Attributes:
        file_system: The file system, made here or imported with its security group.
        access_point: The access point to mount through. By default none: the root of the file system.
        read_only: Whether jobs may only read; by default they may write.
        options: Further options of the mount helper, such as ``["az=eu-west-1a"]`` for a One Zone file system. By
            default none.

    Guide: Launch Template Support.
    """

    file_system: efs.IFileSystem | efs.FileSystem
    access_point: efs.IAccessPoint | efs.AccessPoint | None = None
    read_only: bool = False
    options: Sequence[str] = ()

    def call(self, path: str) -> Sequence[str]:
        """Return ``efs PATH FILE_SYSTEM OPTIONS``.

        Args:
            path: The path on the instance.
        """
        options = ["tls", "iam"]
        if self.access_point is not None:
            options.append(f"accesspoint={self.access_point.access_point_id}")
        if self.read_only:
            options.append("ro")
        return ["efs", path, f"{self.file_system.file_system_id}:/", ",".join([*options, *self.options])]

    def grant(self, grantee: iam.IGrantable) -> None:
        """Allow to mount it, and to write to it unless it is read-only.

        Args:
            grantee: The instances' role.
        """
        if self.read_only:
            self.file_system.grant_read(grantee)
        else:
            self.file_system.grant_read_write(grantee)

    def connect(self, instances: ec2.IConnectable) -> None:
        """Open NFS, port 2049.

        Args:
            instances: The security groups of the instances.
        """
        let_reach(instances, self.file_system, ec2.Port.tcp(_NFS_PORT))

    def wait_for(self) -> Sequence[IDependable]:
        """Return its mount targets, which the file system itself does not wait for."""
        return [self.file_system.mount_targets_available]


@checked
@dataclass(frozen=True, slots=True, kw_only=True)
class FsxLustreMount:
    """An FSx for Lustre file system.

    Instances install the client from the repositories of Amazon Linux 2023, which are in S3: in an isolated network
    the gateway endpoint for S3 is enough. They reach a file system in their VPC, or in a peered one.

    Attributes:
        file_system: The file system, or its DNS name. With a DNS name, open ports 988 and 1018 to 1023 between its
            security group and the instances yourself.
        mount_name: Required for a DNS name and for an imported file system; FSx chooses it. By default that of the
            file system.
        read_only: Whether jobs may only read; by default they may write.
        options: Further options of the mount. By default none.

    Raises:
        ValueError: the mount name is missing.

    Guide: Launch Template Support.
    """

    file_system: fsx.LustreFileSystem | fsx.IFileSystem | str
    mount_name: str | None = None
    read_only: bool = False
    options: Sequence[str] = ()

    def __post_init__(self) -> None:
        problems = Problems()
        problems.check(
            self.mount_name is not None or hasattr(self.file_system, "mount_name"),
            "file_system needs mount_name if it is a DNS name or imported, got none: see LustreMountName of the "
            "file system",
        )
        problems.raise_if_any()

    def call(self, path: str) -> Sequence[str]:
        """Return ``lustre PATH DNS_NAME@tcp:/MOUNT_NAME OPTIONS``.

        Args:
            path: The path on the instance.
        """
        # The CDK's interface hides members that all of its file systems have.
        system: Any = self.file_system
        dns_name = system if isinstance(system, str) else system.dns_name
        name = system.mount_name if self.mount_name is None else self.mount_name
        options = ["relatime", "flock", *(["ro"] if self.read_only else []), *self.options]
        return ["lustre", path, f"{dns_name}@tcp:/{name}", ",".join(options)]

    def grant(self, grantee: iam.IGrantable) -> None:
        """Do nothing: whoever reaches a Lustre file system may mount it.

        Args:
            grantee: The instances' role.
        """

    def connect(self, instances: ec2.IConnectable) -> None:
        """Open Lustre's ports both ways: the servers call their clients back.

        Args:
            instances: The security groups of the instances.
        """
        if isinstance(self.file_system, str):
            return
        for first, last in _LUSTRE_PORTS:
            port = ec2.Port.tcp_range(first, last)
            let_reach(instances, self.file_system, port)
            let_reach(self.file_system, instances, port, asker=instances)

    def wait_for(self) -> Sequence[IDependable]:
        """Return nothing: its address refers to it."""
        return []


@checked
@dataclass(frozen=True, slots=True, kw_only=True)
class S3Mount:
    """A bucket as a folder, by Mountpoint for Amazon S3: for large objects that are read, or written once in order.

    Objects cannot be changed in part, renamed or locked; use EFS or FSx for jobs that need that. Instances install
    Mountpoint from the repositories of Amazon Linux 2023 (from version 2023.9 on), which are in S3: in an isolated
    network the gateway endpoint for S3 is enough, also for a bucket in the same Region.

    Attributes:
        bucket: The bucket, made here or imported.
        prefix: The prefix to mount, ending in ``/``. By default the whole bucket.
        read_only: Whether jobs may only read, as by default. Otherwise they may also make new objects.
        allow_overwrite: Whether jobs may replace existing objects; not with ``read_only``. By default no.
        allow_delete: Whether jobs may delete objects; not with ``read_only``. By default no.
        options: Further options of ``mount-s3``, such as ``["--cache", "/instance-store"]``. By default none.

    Raises:
        ValueError: the prefix does not end in ``/``, or the arguments contradict each other.

    Guide: Launch Template Support.
    """

    bucket: s3.IBucket | s3.Bucket
    prefix: str = ""
    read_only: bool = True
    allow_overwrite: bool = False
    allow_delete: bool = False
    options: Sequence[str] = ()

    def __post_init__(self) -> None:
        problems = Problems()
        problems.check(
            not self.prefix or not known(self.prefix) or self.prefix.endswith("/"),
            f"prefix must end in /, got {self.prefix!r}: Mountpoint takes folders only",
        )
        changes = [name for name in ("allow_overwrite", "allow_delete") if getattr(self, name)]
        problems.check(
            not (self.read_only and changes),
            f"{' and '.join(changes)} needs read_only=False, got read_only=True: leave one of the two out",
        )
        problems.raise_if_any()

    def call(self, path: str) -> Sequence[str]:
        """Return ``s3 PATH BUCKET OPTIONS…``.

        Args:
            path: The path on the instance.
        """
        # Root mounts the bucket, and jobs run as any user.
        options = ["--allow-other"]
        if self.prefix:
            options += ["--prefix", self.prefix]
        if self.read_only:
            options.append("--read-only")
        else:
            options += ["--dir-mode", "0777", "--file-mode", "0666"]
        options += [
            f"--{name.replace('_', '-')}"
            for name in ("allow_overwrite", "allow_delete")
            if getattr(self, name)
        ]
        return ["s3", path, self.bucket.bucket_name, *options, *self.options]

    def grant(self, grantee: iam.IGrantable) -> None:
        """Allow to list and read, and to write and delete if jobs may; includes the bucket's key, if it has one.

        Args:
            grantee: The instances' role.
        """
        objects = f"{self.prefix}*"
        self.bucket.grant_read(grantee, objects)
        if not self.read_only:
            self.bucket.grant_put(grantee, objects)
        if self.allow_delete:
            self.bucket.grant_delete(grantee, objects)

    def connect(self, instances: ec2.IConnectable) -> None:
        """Do nothing: S3 has no security group.

        Args:
            instances: The security groups of the instances.
        """

    def wait_for(self) -> Sequence[IDependable]:
        """Return nothing: the bucket's name refers to it."""
        return []
