"""Amazon EFS and Amazon S3 Files."""

from __future__ import annotations

from batch_constructs.assembly.template.members import Anything, Link, Links, Text, Texts
from batch_constructs.assembly.template.resources.networks import SecurityGroup, Subnet
from batch_constructs.assembly.template.views import Resource


class FileSystem(Resource):
    """An EFS file system."""

    TYPES = ("AWS::EFS::FileSystem",)

    file_system_policy = Anything("FileSystemPolicy")


class S3FileSystem(Resource):
    """A file system of Amazon S3 Files."""

    TYPES = ("AWS::S3Files::FileSystem",)


class AccessPoint(Resource):
    """An access point of an EFS file system."""

    TYPES = ("AWS::EFS::AccessPoint",)

    file_system = Link("FileSystemId", FileSystem)


class MountTarget(Resource):
    """A mount target of a file system in a subnet."""

    TYPES = ("AWS::EFS::MountTarget", "AWS::S3Files::MountTarget")

    file_system = Link("FileSystemId", FileSystem)
    s3_file_system = Link("FileSystemId", S3FileSystem)
    subnet_id = Text("SubnetId")
    subnet = Link("SubnetId", Subnet)
    security_group_ids = Texts("SecurityGroups")
    security_groups = Links("SecurityGroups", SecurityGroup)
