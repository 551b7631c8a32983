"""Disks in launch templates of compute environments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch_constructs.assembly.checks import Finding, Severity, one_of, outside, rule
from batch_constructs.assembly.checks._images import batch_chooses, image_types
from batch_constructs.assembly.template import is_known, is_one_of
from batch_constructs.facts import images, volumes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_constructs.assembly.template.resources import ComputeEnvironment, ComputeResources
    from batch_constructs.assembly.template.resources.launch_templates import (
        BlockDeviceMapping,
        Ebs,
        LaunchTemplateData,
    )
    from batch_constructs.facts.ranges import Range

CHAPTER = "Launch Template Support"

ERROR, WARNING = Severity.ERROR, Severity.WARNING
_NO_START = "instances that never start: EC2 looks at disks only then, and jobs wait in RUNNABLE"


@rule(
    "LT-28",
    severity=ERROR,
    remedy="choose gp3, whose IOPS and throughput have defaults, or give what the volume type needs",
    prevents=_NO_START,
)
def volumes_are_as_ebs_has_them(resources: ComputeResources) -> Iterator[Finding]:
    """Size, IOPS and throughput of a volume must fit its type: io1 and io2 need IOPS, only gp3 has a throughput."""
    for mapping in _mappings(resources):
        ebs = mapping.ebs
        kind = ebs.volume_type
        if not ebs.present or not is_known(kind) or kind not in volumes.VOLUME_GIB:
            continue
        yield from _outside(volumes.VOLUME_GIB[kind], ebs, "VolumeSize")
        if kind in volumes.IOPS:
            yield from _outside(volumes.IOPS[kind], ebs, "Iops")
        elif ebs.gives("Iops"):
            message = f"Iops must be given for {one_of(list(volumes.IOPS))} only, got {kind}"
            yield Finding(ebs, message, at="Iops")
        if kind in volumes.IOPS_REQUIRED and ebs.omits("Iops"):
            yield Finding(ebs, f"Iops must be given for {kind}, got none", at="Iops")
        if kind != "gp3" and ebs.gives("Throughput"):
            yield Finding(ebs, f"Throughput must be given for gp3 only, got {kind}", at="Throughput")
        elif kind == "gp3":
            yield from _throughput(ebs)


def _throughput(ebs: Ebs) -> Iterator[Finding]:
    yield from _outside(volumes.THROUGHPUT_MIB, ebs, "Throughput")
    pace = ebs.throughput
    iops = volumes.IOPS["gp3"].default if ebs.omits("Iops") else ebs.iops
    if is_known(pace) and is_known(iops) and pace * volumes.IOPS_PER_MIB > iops:
        message = f"Throughput must be at most a quarter of Iops, got {pace:,} MiB/s and {iops:,} IOPS"
        yield Finding(
            ebs, message, at="Throughput", fix=f"give at least {pace * volumes.IOPS_PER_MIB:,} Iops"
        )


def _outside(limit: Range, ebs: Ebs, at: str) -> Iterator[Finding]:
    value = {"VolumeSize": ebs.volume_size, "Iops": ebs.iops, "Throughput": ebs.throughput}[at]
    for finding in outside(limit, ebs, at, value):
        # EBS has raised its maximums before.
        above = is_known(value) and limit.maximum is not None and value > limit.maximum
        yield Finding(ebs, finding.message, at=at, severity=WARNING if above else ERROR)


@rule(
    "LT-24",
    severity=ERROR,
    remedy="give the root disk at least the size of the image, 30 GiB on Amazon ECS and 20 on Amazon EKS, and gp3",
    prevents=_NO_START,
)
def root_disk_holds_the_image(environment: ComputeEnvironment) -> Iterator[Finding]:
    """The root disk must be as large as the image that AWS Batch chooses, and of a type that instances boot from."""
    resources, eks = environment.compute_resources, environment.eks
    chosen = image_types(resources)
    if not is_known(eks) or not resources.ec2 or chosen is None or not batch_chooses(resources):
        return
    if any(image.os == "Amazon Linux 1" for image in chosen):
        return
    least = images.ROOT_VOLUME_GIB["EKS" if eks else "ECS"]
    for mapping in _mappings(resources):
        ebs = mapping.ebs
        if not is_one_of(mapping.device_name, images.ROOT_DEVICE_NAME) or ebs.gives("SnapshotId"):
            continue
        if is_known(ebs.volume_size) and ebs.volume_size < least:
            message = (
                f"the root disk must have at least {least} GiB, the size of the image, got {ebs.volume_size}"
            )
            yield Finding(ebs, message, at="VolumeSize")
        if is_one_of(ebs.volume_type, *volumes.NOT_FOR_ROOT):
            yield Finding(ebs, f"no instance boots from {ebs.volume_type}", at="VolumeType")


@rule(
    "LT-26",
    severity=WARNING,
    remedy="leave out DeleteOnTermination, or set it to true: jobs should keep their results in S3 or on a file system",
    prevents="volumes and interfaces without an instance, which cost money until the account's quota is full",
)
def nothing_outlives_its_instance(resources: ComputeResources) -> Iterator[Finding]:
    """Disks and network interfaces should be deleted with their instance: AWS Batch never uses them again."""
    for data in _templates(resources):
        for mapping in data.block_device_mappings:
            if is_one_of(mapping.ebs.delete_on_termination, False):
                message = "the volume stays when its instance ends, and nothing uses or deletes it"
                yield Finding(mapping.ebs, message, at="DeleteOnTermination")
        for interface in data.network_interfaces:
            if is_one_of(interface.delete_on_termination, False):
                message = "the network interface stays when its instance ends, and nothing uses or deletes it"
                yield Finding(interface, message, at="DeleteOnTermination")


def _templates(resources: ComputeResources) -> Iterator[LaunchTemplateData]:
    yield from (template.data for _, template in resources.template_uses if template is not None)


def _mappings(resources: ComputeResources) -> Iterator[BlockDeviceMapping]:
    for data in _templates(resources):
        yield from data.block_device_mappings
