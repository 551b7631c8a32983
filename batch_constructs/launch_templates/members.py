"""The members of a launch template as CloudFormation wants them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aws_cdk import CfnTag
from aws_cdk import aws_ec2 as ec2

from batch_constructs._border.cdk import struct
from batch_constructs.launch_templates.storage import SCRATCH_DEVICE_NAME

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from jsii import Number

    from batch_constructs.launch_templates.capacity_reservations import CapacityReservation
    from batch_constructs.launch_templates.network_interfaces import NetworkInterface
    from batch_constructs.launch_templates.storage import Storage
    from batch_constructs.launch_templates.volumes import VolumeType

__all__ = ["interfaces", "market", "scratch", "tag_specifications", "tags_as_written", "target", "volume"]

_Data = ec2.CfnLaunchTemplate
_TAGGED = ("instance", "volume")


def scratch(
    storage: Storage | None, *, encrypted: bool, key_arn: str | None
) -> list[ec2.CfnLaunchTemplate.BlockDeviceMappingProperty]:
    """The scratch volume, if there is one."""
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
) -> ec2.CfnLaunchTemplate.BlockDeviceMappingProperty:
    """An EBS volume, gone with its instance."""
    return _Data.BlockDeviceMappingProperty(
        device_name=device_name,
        ebs=struct(
            _Data.EbsProperty,
            delete_on_termination=True,
            encrypted=encrypted,
            iops=iops,
            kms_key_id=key_arn,
            throughput=throughput,
            volume_size=size,
            volume_type=type,
        ),
    )


def interfaces(
    network_interfaces: Sequence[NetworkInterface], groups: Sequence[ec2.ISecurityGroup]
) -> list[ec2.CfnLaunchTemplate.NetworkInterfaceProperty]:
    """The network interfaces, all in the same security groups."""
    ids = [group.security_group_id for group in groups]
    return [
        struct(
            _Data.NetworkInterfaceProperty,
            network_card_index=each.network_card_index,
            device_index=each.device_index,
            interface_type=each.interface_type.value,
            groups=ids,
            # EC2 keeps interfaces that a template names unless it is told otherwise.
            delete_on_termination=True,
        )
        for each in network_interfaces
    ]


def target(
    reservation: CapacityReservation | None,
) -> ec2.CfnLaunchTemplate.CapacityReservationSpecificationProperty | None:
    """Where reserved capacity is."""
    if reservation is None:
        return None
    return _Data.CapacityReservationSpecificationProperty(
        capacity_reservation_target=_Data.CapacityReservationTargetProperty(
            capacity_reservation_id=reservation.reservation_id,
            capacity_reservation_resource_group_arn=reservation.resource_group_arn,
        )
    )


def market(
    reservation: CapacityReservation | None,
) -> ec2.CfnLaunchTemplate.InstanceMarketOptionsProperty | None:
    """What EC2 wants to hear before it starts instances in a Capacity Block."""
    if reservation is None or not reservation.capacity_block:
        return None
    return _Data.InstanceMarketOptionsProperty(market_type="capacity-block")


def tag_specifications(
    tags: Mapping[str, str] | None,
) -> list[_Data.TagSpecificationProperty] | None:
    """Tags of instances and volumes."""
    if not tags:
        return None
    pairs = [CfnTag(key=key, value=value) for key, value in tags.items()]
    return [
        # The only way to tag the volumes: the tags of an environment reach its instances alone.
        _Data.TagSpecificationProperty(resource_type=kind, tags=pairs)
        for kind in _TAGGED
    ]


def tags_as_written(tags: Mapping[str, str]) -> list[dict[str, Any]]:
    """The same, as CloudFormation spells it."""
    pairs = [{"Key": key, "Value": value} for key, value in tags.items()]
    return [{"ResourceType": kind, "Tags": pairs} for kind in _TAGGED]
