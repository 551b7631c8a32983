"""Volumes of jobs on Amazon ECS, and their mount points."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch_constructs.assembly.checks import Finding, Severity, malformed, misspelt, outside, rule
from batch_constructs.assembly.checks.job_definitions._parts import (
    containers_of,
    old_platform_version,
    owners,
    owners_of_one_node,
)
from batch_constructs.assembly.template import is_known, is_none_of, is_one_of, literals
from batch_constructs.assembly.template.resources.containers import EcsTask, EfsVolumeConfiguration
from batch_constructs.facts import limits, patterns, vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_constructs.assembly.template.resources import JobContainer, JobDefinition
    from batch_constructs.assembly.template.resources.containers import (
        S3FilesVolumeConfiguration,
        Volume,
    )

CHAPTER = "Job Definition Parameters"

ERROR, WARNING = Severity.ERROR, Severity.WARNING
_SOURCES = ("Host", "EfsVolumeConfiguration", "S3FilesVolumeConfiguration")


@rule(
    "VOL-01",
    severity=ERROR,
    remedy="give each volume one source; on Fargate that is EFS or S3 Files",
    prevents="ClientException: the volume is not valid",
)
def one_source(definition: JobDefinition) -> Iterator[Finding]:
    """A volume must be from the host, from EFS or from S3 Files; on Fargate it cannot be from the host."""
    for owner in owners(definition):
        for volume in owner.volumes:
            sources = volume.gives(*_SOURCES)
            if len(sources) > 1:
                yield Finding(
                    volume, f"a volume must have one source, got {' and '.join(sources)}", at=sources[1]
                )
            if definition.fargate and volume.host.gives("SourcePath"):
                yield Finding(volume, "Fargate has no host paths", at="Host.SourcePath")
            yield from _members(volume)


def _members(volume: Volume) -> Iterator[Finding]:
    """Add a problem if a volume on EFS or S3 Files lacks a member or has an invalid one."""
    efs, s3_files = volume.efs, volume.s3_files
    if efs.omits("FileSystemId"):
        yield Finding(efs, "EfsVolumeConfiguration needs FileSystemId, got none")
    yield from malformed(patterns.EFS_FILE_SYSTEM_ID, efs, "FileSystemId", efs.file_system_id)
    if s3_files.omits("FileSystemArn"):
        yield Finding(s3_files, "S3FilesVolumeConfiguration needs FileSystemArn, got none")
    yield from malformed(patterns.S3_FILES_ARN, s3_files, "FileSystemArn", s3_files.file_system_arn)
    yield from malformed(patterns.S3_FILES_ARN, s3_files, "AccessPointArn", s3_files.access_point_arn)
    yield from misspelt(vocabulary.State, efs, "TransitEncryption", efs.transit_encryption)
    yield from misspelt(vocabulary.State, efs, "AuthorizationConfig.Iam", efs.authorization_config.iam)
    for files in (efs, s3_files):
        yield from outside(limits.EFS_PORT, files, "TransitEncryptionPort", files.transit_encryption_port)
        longest, root = limits.EFS_ROOT_DIRECTORY_LENGTH, files.root_directory
        if is_known(root) and longest.maximum is not None and len(root) > longest.maximum:
            message = f"RootDirectory must have {longest.words}, got {len(root)}"
            yield Finding(files, message, at="RootDirectory")


@rule(
    "VOL-02",
    severity=ERROR,
    remedy="name one of the volumes, and the path in the container",
    prevents="ClientException: the mount point names an unknown volume",
)
def mounts_name_volumes(owner: JobContainer | EcsTask) -> Iterator[Finding]:
    """A mount point must name a volume and a path."""
    volumes = owner.volumes
    names = literals(volume.name for volume in volumes)
    certain = volumes.complete and len(names) == len(volumes)
    for container in containers_of(owner):
        for mount in container.mount_points:
            source = mount.source_volume
            if certain and is_known(source) and source not in names:
                got = ", ".join(names) or "none"
                message = f"SourceVolume must name a volume, got {source!r} with the volumes {got}"
                yield Finding(mount, message, at="SourceVolume")
            for member in ("SourceVolume", "ContainerPath"):
                if mount.omits(member):
                    yield Finding(mount, f"a mount point needs {member}, got none")


@rule(
    "VOL-03",
    severity=ERROR,
    remedy="leave out RootDirectory, and set TransitEncryption to ENABLED",
    prevents="ClientException: access points need transit encryption and no root directory of their own",
)
def access_points(files: EfsVolumeConfiguration | S3FilesVolumeConfiguration) -> Iterator[Finding]:
    """A volume with an access point must not set a root directory, and on EFS must have encryption in transit."""
    efs = files if isinstance(files, EfsVolumeConfiguration) else None
    if not (
        files.gives("AccessPointArn") if efs is None else efs.authorization_config.gives("AccessPointId")
    ):
        return
    if is_none_of(files.root_directory, None, "/"):
        message = f"RootDirectory must be / with an access point, got {files.root_directory}"
        yield Finding(files, message, at="RootDirectory")
    # S3 Files always encrypts.
    if efs is not None and is_none_of(efs.transit_encryption, "ENABLED"):
        message = f"an access point needs TransitEncryption ENABLED, got {efs.transit_encryption or 'none'}"
        yield Finding(efs, message, at="TransitEncryption")


@rule(
    "VOL-04",
    severity=ERROR,
    remedy="set TransitEncryption to ENABLED, and give the job a role that the file system allows",
    prevents="ClientException: IAM authorization needs transit encryption",
)
def iam_authorization(owner: JobContainer | EcsTask) -> Iterator[Finding]:
    """IAM authorization must have encryption in transit, and a role."""
    role = "TaskRoleArn" if isinstance(owner, EcsTask) else "JobRoleArn"
    for volume in owner.volumes:
        efs = volume.efs
        if not is_one_of(efs.authorization_config.iam, "ENABLED"):
            continue
        if is_none_of(efs.transit_encryption, "ENABLED"):
            message = f"Iam ENABLED needs TransitEncryption ENABLED, got {efs.transit_encryption or 'none'}"
            yield Finding(efs, message, at="TransitEncryption")
        if owner.omits(role):
            message = f"Iam ENABLED needs {role}, got none, so there is no role to authorize"
            yield Finding(efs, message, at="AuthorizationConfig.Iam", severity=WARNING)


@rule(
    "VOL-05",
    severity=ERROR,
    remedy="choose platform version 1.4.0 or LATEST",
    prevents="jobs that fail: older platforms cannot mount EFS",
)
def efs_on_fargate(definition: JobDefinition) -> Iterator[Finding]:
    """EFS on Fargate must have platform version 1.4.0 or later."""
    for owner in owners_of_one_node(definition):
        old = old_platform_version(owner)
        if old is not None and any(volume.efs.present for volume in owner.volumes):
            version, at = old
            yield Finding(owner, f"EFS needs platform version 1.4.0 or later, got {version}", at=at)


@rule(
    "VOL-06",
    severity=ERROR,
    remedy="run the job on Fargate or managed instances with a job role, or mount EFS",
    prevents="tasks that fail to start",
)
def s3_files_volumes(definition: JobDefinition) -> Iterator[Finding]:
    """S3 Files must be mounted with the role of the job, and cannot be mounted on EC2."""
    for owner in owners(definition):
        role = "TaskRoleArn" if isinstance(owner, EcsTask) else "JobRoleArn"
        for volume in owner.volumes:
            files = volume.s3_files
            if not files.present:
                continue
            if owner.omits(role):
                yield Finding(files, f"S3FilesVolumeConfiguration needs {role}, got none")
            if is_one_of(definition.platform, "EC2"):
                message = "S3FilesVolumeConfiguration needs Fargate or managed instances, got EC2"
                yield Finding(files, message)
