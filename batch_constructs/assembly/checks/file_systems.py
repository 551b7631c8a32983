"""Checks that jobs reach the file systems that they mount."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch_constructs.assembly.checks import Finding, Severity, rule
from batch_constructs.assembly.checks._networks import environments_for
from batch_constructs.assembly.checks._reach import asked, stops_in
from batch_constructs.assembly.checks.job_definitions._parts import owners
from batch_constructs.assembly.proofs import Verdict, some
from batch_constructs.assembly.reach import End, Kind, Place, inside, mounts, places_of
from batch_constructs.assembly.template.memo import once
from batch_constructs.facts.network_needs import NFS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_constructs.assembly.checks._reach import Answers
    from batch_constructs.assembly.proofs import Answer, Question
    from batch_constructs.assembly.template import BatchModel, Resource, View
    from batch_constructs.assembly.template.resources import ComputeEnvironment, JobDefinition

CHAPTER = "Job Definition Parameters"


def _mounted(definition: JobDefinition) -> Iterator[tuple[View, str, Resource]]:
    """Yield the file systems of the assembly that jobs mount, each with the structure and the member that name it."""
    for owner in owners(definition):
        for volume in owner.volumes:
            if (efs := volume.efs.file_system) is not None:
                yield volume.efs, "FileSystemId", efs
            if (s3_files := volume.s3_files.file_system) is not None:
                yield volume.s3_files, "FileSystemArn", s3_files


def _reached(definition: JobDefinition, system: Resource, batch: BatchModel) -> Answers:
    """Return whether jobs reach a file system, in one of the environments for them."""
    environments = environments_for(definition, batch)
    if not environments:
        anywhere = End(label=f"jobs of {definition.label}", where=definition)
        return {NFS: mounts(batch, [Place(inside(batch, anywhere), Verdict.UNKNOWN)], system)}
    known = _known(batch)
    for each in environments:
        if (each, system) not in known:
            known[each, system] = mounts(batch, places_of(each, batch), system)
    return {NFS: some(known[each, system] for each in environments)}


@once
def _known(_: BatchModel) -> dict[tuple[ComputeEnvironment, Resource], Answer]:
    return {}


def _asks(definition: JobDefinition, batch: BatchModel) -> Iterator[Question]:
    for _, _, system in _mounted(definition):
        yield from asked(f"jobs of {definition.label}", _reached(definition, system, batch))


@rule(
    "EFS-01",
    severity=Severity.ERROR,
    remedy="create a mount target in a subnet of the jobs' VPC, in each Availability Zone that they use",
    prevents="ResourceInitializationError: failed to invoke EFS utils commands to set up EFS volumes",
    asks=_asks,
)
def file_systems_have_mount_targets(definition: JobDefinition, batch: BatchModel) -> Iterator[Finding]:
    """A file system that jobs mount must have a mount target in their VPC."""
    for where, at, system in _mounted(definition):
        for stop in stops_in(_reached(definition, system, batch), Kind.TARGET):
            message = f"jobs cannot mount {system.label}, which {stop.hop.says}"
            yield Finding(where, message, at=at, proof=stop.answer)


@rule(
    "EFS-02",
    severity=Severity.ERROR,
    remedy="allow TCP port 2049 from the security group of the environment to the one of the mount targets; Efs and S3Files do "
    "it with reachable_from",
    prevents="ResourceInitializationError: mount.nfs4: Connection timed out",
    asks=_asks,
)
def mount_targets_let_jobs_in(definition: JobDefinition, batch: BatchModel) -> Iterator[Finding]:
    """The mount targets of a file system must allow incoming traffic on port 2049 from the jobs that mount it."""
    for _, _, system in _mounted(definition):
        found = _reached(definition, system, batch)
        for stop in stops_in(found, Kind.EGRESS, Kind.INGRESS, Kind.ACL):
            message = f"jobs of {definition.label} cannot mount {system.label}: {stop.hop.sentence}"
            yield Finding(stop.hop.where, message, at=stop.hop.at, proof=stop.answer)
