"""Volumes in a template: one per volume object, mount points that name it, and the rights to use it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, cast

from aws_cdk import aws_iam as iam

from batch_constructs._border.connections import let_reach
from batch_constructs._border.places import role_beside
from batch_constructs._border.spelling import given, members
from batch_constructs._border.tokens import known
from batch_constructs.facts import fargate
from batch_constructs.job_definitions.volumes import Efs, Host, s3_files_arns

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aws_cdk import aws_ec2
    from constructs import Construct

    from batch_constructs._border.problems import Problems
    from batch_constructs.job_definitions.volumes import Mount, S3Files

__all__ = ["Volumes", "check_mounts", "check_mounts_on_fargate", "connect"]

_NFS = 2049
_ABSOLUTE = re.compile(r"/.*[^/].*|[A-Za-z]:\\.+", re.DOTALL)


def check_mounts(problems: Problems, mounts: Mapping[str, Mount] | None) -> None:
    """Add a problem for paths at which no container runtime can mount a volume."""
    for path in mounts or ():
        problems.check(
            not known(path) or _ABSOLUTE.fullmatch(path) is not None,
            f"the paths of mounts must be absolute and not the root, such as /data, got {path!r}",
        )


def check_mounts_on_fargate(
    problems: Problems, mounts: Mapping[str, Mount] | None, platform_version: str | None
) -> None:
    """Add a problem for paths of an instance, which Fargate does not have, and for an old platform version."""
    for path, volume in (mounts or {}).items():
        problems.check(
            not isinstance(volume, Host) or volume.source_path is None,
            f"mounts must not name paths of an instance on Fargate, which has none, got a Host path at {path!r}: "
            "take Efs, S3Files, or Host() for an empty directory",
        )
        problems.check(
            not isinstance(volume, Efs) or platform_version not in fargate.OLD_PLATFORM_VERSIONS,
            f"platform_version must be 1.4.0 or later to mount Efs, got {platform_version}",
        )


class Volumes:
    """The volumes of one task. The same object in several mounts, or containers, is one volume.

    It is made from the mounts of each container; then the task takes ``members`` and each container its
    ``mount_points``. When the definition exists, ``connect`` gives it the rights.
    """

    def __init__(self, *containers: Mapping[str, Mount] | None) -> None:
        """Name each volume after the first path at which it is mounted."""
        # By identity: two equal values, such as two empty directories, are two volumes.
        self._names: dict[int, str] = {}
        self._volumes: list[Mount] = []
        for path, volume in (item for mounts in containers for item in (mounts or {}).items()):
            if id(volume) not in self._names:
                self._names[id(volume)] = self._free_name(path)
                self._volumes.append(volume)

    def _free_name(self, path: str) -> str:
        wish = re.sub(r"[^A-Za-z0-9_-]+", "-", path).strip("-")[:200] if known(path) else ""
        wish = wish or "volume"
        taken = set(self._names.values())
        names = (wish if number == 1 else f"{wish}-{number}" for number in range(1, len(taken) + 2))
        return next(name for name in names if name not in taken)

    @property
    def members(self) -> list[dict[str, Any]]:
        """The ``volumes`` of a container or of a task."""
        return [{"name": self._names[id(each)], **members(each)} for each in self._volumes]

    def mount_points(self, mounts: Mapping[str, Mount] | None) -> list[dict[str, Any]]:
        """Return the ``mountPoints`` of a container."""
        return [
            given(sourceVolume=self._names[id(each)], containerPath=path, readOnly=each.read_only or None)
            for path, each in (mounts or {}).items()
        ]

    @property
    def file_systems(self) -> list[Efs | S3Files]:
        """The volumes that need rights: all except directories of the instance."""
        return [each for each in self._volumes if not isinstance(each, Host)]


def connect(definition: Construct, job_role: iam.IRole, volume: Efs | S3Files) -> None:
    """Open a file system to its environments, and give the jobs' role the rights."""
    _open_ports(definition, volume)
    role = role_beside(definition, job_role)
    if isinstance(volume, Efs):
        _allow_mount(role, volume, "elasticfilesystem", *_efs_arns(volume))
    else:
        _allow_mount(role, volume, "s3files", *s3_files_arns(volume))


def _efs_arns(volume: Efs) -> tuple[str, str | None]:
    point = volume.access_point
    return (
        volume.file_system.file_system_ref.file_system_arn,
        None if point is None else point.access_point_ref.access_point_arn,
    )


def _allow_mount(
    grantee: iam.IGrantable,
    volume: Efs | S3Files,
    service: str,
    file_system_arn: str,
    access_point_arn: str | None,
) -> None:
    # Not the file system's own grant_*: those change its policy, and cannot limit the access point.
    rights = {
        "ClientMount": True,
        "ClientWrite": not volume.read_only,
        "ClientRootAccess": volume.root_access,
    }
    iam.Grant.add_to_principal(
        grantee=grantee,
        actions=[f"{service}:{right}" for right, allowed in rights.items() if allowed],
        resource_arns=[file_system_arn],
        conditions=None
        if access_point_arn is None
        else {"StringEquals": {f"{service}:AccessPointArn": access_point_arn}},
    )


def _open_ports(definition: Construct, volume: Efs | S3Files) -> None:
    if not volume.reachable_from:
        return
    from aws_cdk import aws_ec2 as ec2  # noqa: PLC0415 - only users of the ports pay

    target = cast("aws_ec2.IConnectable", volume.security_group or volume.file_system)
    for environment in volume.reachable_from:
        # This stack needs both others anyway; those of the file system and the environment must not need each other.
        let_reach(
            environment, target, ec2.Port.tcp(_NFS), asker=definition, reason="Jobs mount the file system"
        )
