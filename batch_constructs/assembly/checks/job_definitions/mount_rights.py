"""The right of a job to mount its file systems."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch_constructs.assembly.checks import Finding, Severity, rule
from batch_constructs.assembly.checks._rights import Claim, Right, asked, unmet
from batch_constructs.assembly.may import Anonymous, RoleOf, arn_of, thing_of
from batch_constructs.assembly.template import Unknown, is_one_of
from batch_constructs.assembly.template.resources import EcsTask
from batch_constructs.facts import needs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_constructs.assembly.may import Principal, Text
    from batch_constructs.assembly.template import BatchModel
    from batch_constructs.assembly.template.resources import JobContainer
    from batch_constructs.assembly.template.resources.containers import EfsVolumeConfiguration

CHAPTER = "Job Definition Parameters"


def _client(owner: JobContainer | EcsTask, volume: EfsVolumeConfiguration) -> Principal | None:
    """Return who mounts a volume; ``None`` if that is unknown."""
    iam = volume.authorization_config.iam
    if is_one_of(iam, None, "DISABLED"):
        return Anonymous("a job without IAM authorization", volume.home.stack)
    role = owner.task_role if isinstance(owner, EcsTask) else owner.job_role
    return RoleOf(role) if is_one_of(iam, "ENABLED") and role is not None else None


def _to_mount(owner: JobContainer | EcsTask, _: BatchModel) -> Iterator[Claim]:
    for volume in (each.efs for each in owner.volumes):
        client, encrypted = _client(owner, volume), volume.transit_encryption
        if volume.file_system is None or client is None or isinstance(encrypted, Unknown):
            continue
        keys: list[tuple[str, Text | None]] = [
            ("aws:securetransport", ("true" if encrypted == "ENABLED" else "false",))
        ]
        access = volume.authorization_config
        if access.access_point_id is None or access.access_point is not None:
            point = None if access.access_point is None else arn_of(access.access_point)
            keys.append(("elasticfilesystem:accesspointarn", point))
        yield Claim(
            where=volume,
            at="FileSystemId",
            principal=client,
            rights=(Right(needs.MOUNT, thing_of(volume.file_system)),),
            keys=tuple(keys),
            says=f"{{name}} needs {{rights}} on {volume.file_system.label}, got {{got}}",
        )


@rule(
    "VOL-07",
    severity=Severity.ERROR,
    remedy="allow elasticfilesystem:ClientMount in the policy of the file system, or mount with TransitEncryption and Iam ENABLED",
    prevents="jobs that fail with ResourceInitializationError: mount.nfs4: access denied by server",
    asks=asked(_to_mount),
)
def job_may_mount(owner: JobContainer | EcsTask, batch: BatchModel) -> Iterator[Finding]:
    """The policy of a file system must let the job mount it: with its role if Iam is ENABLED, else as anybody."""
    yield from unmet(_to_mount(owner, batch), batch)
