"""The properties of a launch template as CloudFormation needs them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from batch_constructs._border.spelling import given, pairs
from batch_constructs.launch_templates.storage import SCRATCH_DEVICE_NAME

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aws_cdk import aws_ec2 as ec2
    from jsii import Number

    from batch_constructs.launch_templates.capacity_reservations import CapacityReservation
    from batch_constructs.launch_templates.network_interfaces import NetworkInterface
    from batch_constructs.launch_templates.storage import Storage
    from batch_constructs.launch_templates.volumes import VolumeType

__all__ = ["interfaces", "reserved", "scratch", "tag_specifications", "tags_as_written", "volume"]

_TAGGED = ("instance", "volume")


def scratch(storage: Storage | None, *, encrypted: bool, key_arn: str | None) -> list[dict[str, Any]]:
    """Return the scratch volume, if there is one."""
    if storage is None or storage.scratch is None:
        return []
    disk = storage.scratch
    return [
        volume(
            SCRATCH_DEVICE_NAME,
            size=disk.gibibytes,
            type=disk.type,
            iops=disk.iops,
            throughput=disk.throughput,
            encrypted=encrypted,
            key_arn=key_arn,
        )
    ]


def volume(
    device_name: str,
    *,
    size: Number,
    type: VolumeType,
    iops: Number | None,
    throughput: Number | None,
    encrypted: bool,
    key_arn: str | None,
) -> dict[str, Any]:
    """Return an EBS volume that is deleted with its instance."""
    ebs = given(
        deleteOnTermination=True,
        encrypted=encrypted,
        iops=iops,
        kmsKeyId=key_arn,
        throughput=throughput,
        volumeSize=size,
        volumeType=type,
    )
    return {"deviceName": device_name, "ebs": ebs}


def interfaces(
    network_interfaces: Sequence[NetworkInterface], groups: Sequence[ec2.ISecurityGroup]
) -> list[dict[str, Any]]:
    """Return the network interfaces, all in the same security groups."""
    ids = [group.security_group_id for group in groups]
    return [
        given(
            networkCardIndex=each.network_card_index,
            deviceIndex=each.device_index,
            interfaceType=each.interface_type,
            groups=ids,
            # EC2 keeps interfaces that a template names unless the template says otherwise.
            deleteOnTermination=True,
        )
        for each in network_interfaces
    ]


def reserved(reservation: CapacityReservation | None) -> dict[str, Any]:
    """Return the reservation to start instances in, and the market type that EC2 requires for a Capacity Block."""
    if reservation is None:
        return {}
    target = given(
        capacityReservationId=reservation.reservation_id,
        capacityReservationResourceGroupArn=reservation.resource_group_arn,
    )
    return given(
        capacityReservationSpecification={"capacityReservationTarget": target},
        instanceMarketOptions=given(marketType="capacity-block" if reservation.capacity_block else None),
    )


def tag_specifications(tags: Mapping[str, str] | None) -> list[dict[str, Any]]:
    """Return the tags of instances and volumes."""
    listed = pairs(tags, "key")
    # Only this tags the volumes: the tags of an environment reach its instances alone.
    return [{"resourceType": kind, "tags": listed} for kind in _TAGGED] if listed else []


def tags_as_written(tags: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the tags of instances and volumes with CloudFormation's names, for a property override."""
    listed = pairs(tags, "Key", "Value")
    return [{"ResourceType": kind, "Tags": listed} for kind in _TAGGED]
