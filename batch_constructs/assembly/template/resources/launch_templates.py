"""EC2 launch templates."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from batch_constructs.assembly.template.members import (
    Anything,
    Boolean,
    Integer,
    Keyword,
    Links,
    Struct,
    Structs,
    Text,
    Texts,
)
from batch_constructs.assembly.template.resources.networks import SecurityGroup
from batch_constructs.assembly.template.unknown import PartialText, Unknown
from batch_constructs.assembly.template.views import Member, Resource, View


class UserData(Member["str | Unknown | None"]):
    """User data, decoded from `Fn::Base64` or literal base64."""

    def read(self, view: View) -> str | Unknown | None:
        """Return the script or document, possibly with unknown parts; ``None`` if it is omitted, or an unknown."""
        node: Any = view.node.get(self.name) if isinstance(view.node, dict) else None
        if isinstance(node, dict) and set(node) == {"Fn::Base64"}:
            value = view.home.stack.resolve(node["Fn::Base64"])
            return value if isinstance(value, str | Unknown) else Unknown("user data")
        value = view.raw(self.name)
        if value is None or isinstance(value, Unknown):
            return Unknown("user data in base64") if isinstance(value, PartialText) else value
        try:
            return base64.b64decode(value, validate=True).decode()
        except (binascii.Error, ValueError, TypeError):
            return Unknown("user data that is not base64")


class Ebs(View):
    """A disk."""

    volume_size = Integer("VolumeSize")
    volume_type = Text("VolumeType")
    encrypted = Boolean("Encrypted")
    kms_key_id = Text("KmsKeyId")
    iops = Integer("Iops")
    throughput = Integer("Throughput")
    delete_on_termination = Boolean("DeleteOnTermination")
    snapshot_id = Text("SnapshotId")


class BlockDeviceMapping(View):
    """A disk and its device name."""

    device_name = Text("DeviceName")
    ebs = Struct("Ebs", Ebs)
    no_device = Text("NoDevice")
    virtual_name = Text("VirtualName")


class NetworkInterface(View):
    """A network interface of the instance."""

    associate_public_ip_address = Boolean("AssociatePublicIpAddress")
    delete_on_termination = Boolean("DeleteOnTermination")
    device_index = Integer("DeviceIndex")
    network_card_index = Integer("NetworkCardIndex")
    interface_type = Keyword("InterfaceType")
    group_ids = Texts("Groups")
    groups = Links("Groups", SecurityGroup)
    subnet_id = Text("SubnetId")


class LaunchTemplateProfile(View):
    """The instance profile by ARN or name."""

    arn = Text("Arn")
    name = Text("Name")


class MetadataOptions(View):
    """The access to the instance's metadata."""

    http_tokens = Keyword("HttpTokens")
    http_endpoint = Keyword("HttpEndpoint")
    http_put_response_hop_limit = Integer("HttpPutResponseHopLimit")


class Placement(View):
    """The placement of the instance."""

    group_name = Text("GroupName")
    tenancy = Keyword("Tenancy")


class LaunchTemplateData(View):
    """The settings with which an instance starts."""

    block_device_mappings = Structs("BlockDeviceMappings", BlockDeviceMapping)
    disable_api_termination = Boolean("DisableApiTermination")
    iam_instance_profile = Struct("IamInstanceProfile", LaunchTemplateProfile)
    image_id = Text("ImageId")
    instance_market_options = Anything("InstanceMarketOptions")
    instance_type = Text("InstanceType")
    key_name = Text("KeyName")
    metadata_options = Struct("MetadataOptions", MetadataOptions)
    network_interfaces = Structs("NetworkInterfaces", NetworkInterface)
    placement = Struct("Placement", Placement)
    security_group_ids = Texts("SecurityGroupIds")
    security_groups = Links("SecurityGroupIds", SecurityGroup)
    security_group_names = Texts("SecurityGroups")
    tag_specifications = Anything("TagSpecifications")
    user_data = UserData("UserData")


class LaunchTemplate(Resource):
    """An EC2 launch template."""

    TYPES = ("AWS::EC2::LaunchTemplate",)
    NAME = "LaunchTemplateName"

    name = Text("LaunchTemplateName")
    data = Struct("LaunchTemplateData", LaunchTemplateData)
