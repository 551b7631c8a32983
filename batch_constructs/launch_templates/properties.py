"""The properties of a launch template as CloudFormation needs them."""

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
) -> ec2.CfnLaunchTemplate.BlockDeviceMappingProperty:
    """Return an EBS volume that is deleted with its instance."""
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
    """Return the network interfaces, all in the same security groups."""
    ids = [group.security_group_id for group in groups]
    return [
        struct(
            _Data.NetworkInterfaceProperty,
            network_card_index=each.network_card_index,
            device_index=each.device_index,
            interface_type=each.interface_type.value,
            groups=ids,
            # EC2 keeps interfaces that a template names unless the template says otherwise.
            delete_on_termination=True,
        )
        for each in network_interfaces
    ]


def target(
    reservation: CapacityReservation | None,
) -> ec2.CfnLaunchTemplate.CapacityReservationSpecificationProperty | None:
    """Return the reservation to start instances in."""
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
    """Return the market type that EC2 requires for instances in a Capacity Block."""
    if reservation is None or not reservation.capacity_block:
        return None
    return _Data.InstanceMarketOptionsProperty(market_type="capacity-block")


def tag_specifications(
    tags: Mapping[str, str] | None,
) -> list[_Data.TagSpecificationProperty] | None:
    """Return the tags of instances and volumes."""
    if not tags:
        return None
    pairs = [CfnTag(key=key, value=value) for key, value in tags.items()]
    return [
        # Only this tags the volumes: the tags of an environment reach its instances alone.
        _Data.TagSpecificationProperty(resource_type=kind, tags=pairs)
        for kind in _TAGGED
    ]


def tags_as_written(tags: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the tags of instances and volumes with CloudFormation's names, for a property override."""
    pairs = [{"Key": key, "Value": value} for key, value in tags.items()]
    return [{"ResourceType": kind, "Tags": pairs} for kind in _TAGGED]
