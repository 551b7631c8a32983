"""The launch template of the instances of a compute environment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jsii
from aws_cdk import aws_ec2 as ec2
from aws_cdk.interfaces.aws_ec2 import ILaunchTemplateRef

from batch_constructs._border.arguments import checked
from batch_constructs._border.keys import let_start_instances, let_write_logs
from batch_constructs._border.problems import Problems
from batch_constructs._border.references import Referable
from batch_constructs._border.spelling import given
from batch_constructs._border.tokens import known
from batch_constructs.facts import limits
from batch_constructs.facts.boot_commands import reserved_settings
from batch_constructs.facts.images import ROOT_DEVICE_NAME
from batch_constructs.facts.ranges import Range
from batch_constructs.facts.sources import EC2
from batch_constructs.launch_templates import properties
from batch_constructs.launch_templates.boot_scripts import mount_script
from batch_constructs.launch_templates.places import DEFAULT_ROOT_GIB
from batch_constructs.launch_templates.storage import check_disks
from batch_constructs.launch_templates.user_data import base64_text, mime_document
from batch_constructs.launch_templates.volumes import VolumeType, check_volume, gibibytes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aws_cdk import Size
    from aws_cdk import aws_iam as iam
    from aws_cdk.interfaces.aws_ec2 import LaunchTemplateReference
    from aws_cdk.interfaces.aws_kms import IKeyRef
    from constructs import Construct

    from batch_constructs.launch_templates.aws_cli import AwsCli
    from batch_constructs.launch_templates.capacity_reservations import CapacityReservation
    from batch_constructs.launch_templates.cloudwatch_agent import CloudWatchAgent
    from batch_constructs.launch_templates.mounts import Mount
    from batch_constructs.launch_templates.network_interfaces import NetworkInterface
    from batch_constructs.launch_templates.storage import Storage
    from batch_constructs.launch_templates.user_data import UserDataPart

__all__ = ["BatchLaunchTemplate", "VolumeType"]

_HOPS = Range(1, 64, unit="hops", source=EC2)


@checked
@jsii.implements(ILaunchTemplateRef)
class BatchLaunchTemplate(Referable):
    """A launch template for an EC2 or Spot environment: an encrypted root disk, IMDSv2, user data.

    It has no argument for what AWS Batch ignores in a template (instance type, role, subnets, Spot options) or
    overrides from the environment (key pair, image; security groups unless network interfaces have them). Give it to an
    environment, which then follows its latest version: every change of the template is a change of the environment. Its
    L1 resource is the attribute ``cfn``.

    Guide: Launch Template Support; Compute Resource AMIs.
    """

    aws_cli: AwsCli | None
    """The AWS CLI that containers can mount from its instances, or ``None``."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        root_volume_size: Size | None = None,
        root_volume_type: VolumeType = "gp3",
        root_volume_iops: int | None = None,
        root_volume_throughput: int | None = None,
        root_device_name: str = ROOT_DEVICE_NAME,
        encrypted: bool = True,
        kms_key: IKeyRef | None = None,
        storage: Storage | None = None,
        mounts: Mapping[str, Mount] | None = None,
        aws_cli: AwsCli | None = None,
        cloudwatch_agent: CloudWatchAgent | None = None,
        metadata_hop_limit: int = 1,
        require_imdsv2: bool = True,
        user_data: Sequence[UserDataPart] = (),
        network_interfaces: Sequence[NetworkInterface] = (),
        security_groups: Sequence[ec2.ISecurityGroup | ec2.SecurityGroup] = (),
        capacity_reservation: CapacityReservation | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> None:
        """Create the template.

        Args:
            scope: Where the template belongs.
            id: Its name in that scope.
            root_volume_size: Whole GiB, at least what the image has (30 for the ECS images). By default 100 GiB, since
                images of jobs and their scratch files fill the small disk of the AMI.
            root_volume_type: The EBS volume type, by default ``gp3``.
            root_volume_iops: For ``gp3`` at least 3,000, by default 3,000; for ``io1`` and ``io2`` at least
                100, and required.
            root_volume_throughput: MiB/s, for ``gp3`` only: at least 125, by default 125, and at most a
                quarter of the IOPS.
            root_device_name: The name that the image gives its root device. By default ``/dev/xvda``, as on Amazon
                Linux 2 and 2023, so on every image that AWS Batch provides for ECS and EKS, with or without GPU. An
                image of your own may differ (``/dev/sda1`` on Ubuntu); a wrong name adds a second disk and leaves the
                root small.
            encrypted: Whether the root volume and the scratch volume are encrypted. By default they are.
            kms_key: The key; by default the account's EBS key. A key of this app then lets the service-linked roles of
                EC2 Auto Scaling and EC2 Spot use it and create grants. The policy of any other key, an L1 included,
                must allow that itself; a warning at synth has the statements.
            storage: Disks besides the root volume, and swap. By default none.
            mounts: File systems and buckets to mount, by path: ``{"/shared": EfsMount(file_system=…)}``. Jobs reach
                them by a volume with that host path. Environments of this library give their instances the rights and
                open the ports; for others call `allow_instances`. They are mounted at each boot, after ``storage``. If
                that fails five times, the instance takes no jobs: its ECS agent stays off, the console output and
                ``/var/log/batch-mounts.log`` say why, and AWS Batch reports an environment whose instances do not join.
                By default nothing.
            aws_cli: The AWS CLI in a folder of the instance, for containers to mount, as Nextflow does. By default
                none.
            cloudwatch_agent: Metrics and logs from inside the instances. By default none.
            metadata_hop_limit: How many network hops the instance's credentials may travel, 1 to 64; by default 1. With
                1 they stay on the instance, and pods with a network of their own do not get them; with 2 these do. Jobs
                on Amazon ECS get them with any limit: they use the network of their host. Nodes of multi-node jobs have
                their own interface, which ``EcsAgentConfig(awsvpc_block_imds=True)`` blocks.
            require_imdsv2: Whether the metadata service refuses requests without a session token. By default it does.
            user_data: What the instances do at their first boot, in this order, after all that. User data has 16 KiB in
                all, of which each kind of storage takes 2 to 4, all mounts together 3 or more, the CloudWatch agent 3,
                and the AWS CLI 3. By default nothing.
            network_interfaces: The network interfaces of the instances, such as `efa_interfaces("p5.48xlarge")`. Of the
                environments here only `EfaComputeEnvironment` takes such a template, and it makes one itself. By
                default one interface, which AWS Batch puts into the environment's security groups.
            security_groups: The security groups of ``network_interfaces``, which need them. By default none: those of
                the environment are used.
            capacity_reservation: Where to start the instances. By default wherever EC2 has room, open reservations
                first.
            tags: Tags of the instances and volumes, at most 50. If the environment's instance tags have the same key,
                they win. By default none.

        Raises:
            ValueError: a value is out of range, or arguments contradict each other.
        """
        size = DEFAULT_ROOT_GIB if root_volume_size is None else gibibytes(root_volume_size)
        parts = _parts(storage, cloudwatch_agent, aws_cli, mounts or {}, user_data)
        document = mime_document(parts) if parts else None
        problems = Problems()
        check_volume(
            problems,
            size,
            root_volume_type,
            root_volume_iops,
            root_volume_throughput,
            prefix="root_volume_",
        )
        problems.check(
            not known(root_device_name) or root_device_name.startswith("/dev/"),
            f"root_device_name must begin with /dev/, as in {ROOT_DEVICE_NAME}, got {root_device_name!r}",
        )
        check_disks(problems, storage, mounts or {}, root_gibibytes=size)
        problems.check(
            encrypted or kms_key is None,
            "kms_key needs encrypted=True, got encrypted=False: leave one of the two out",
        )
        problems.within("metadata_hop_limit", metadata_hop_limit, _HOPS)
        if document is not None and known(document):
            problems.within("the size of user_data", len(document.encode()), limits.USER_DATA_BYTES)
        problems.check(
            bool(network_interfaces) == bool(security_groups),
            "network_interfaces and security_groups need each other, got only "
            + ("network_interfaces" if network_interfaces else "security_groups"),
        )
        problems.tags("tags", tags or {})
        problems.raise_if_any()

        key_arn = None if kms_key is None else kms_key.key_ref.key_arn
        scratch = properties.scratch(storage, encrypted=encrypted, key_arn=key_arn)
        super().__init__(scope, id)
        # Its logical id is that of the construct, as in deployed stacks of earlier versions.
        self.cfn = ec2.CfnLaunchTemplate(
            self,
            "Default",
            launch_template_data=given(
                blockDeviceMappings=[
                    properties.volume(
                        root_device_name,
                        size=size,
                        type=root_volume_type,
                        iops=root_volume_iops,
                        throughput=root_volume_throughput,
                        encrypted=encrypted,
                        key_arn=key_arn,
                    ),
                    *scratch,
                ],
                metadataOptions=given(
                    httpPutResponseHopLimit=metadata_hop_limit,
                    httpTokens="required" if require_imdsv2 else "optional",
                ),
                networkInterfaces=properties.interfaces(network_interfaces, security_groups),
                tagSpecifications=properties.tag_specifications(tags),
                userData=None if document is None else base64_text(document),
                **properties.reserved(capacity_reservation),
            ),
        )
        self.aws_cli = aws_cli
        if kms_key is not None:
            let_start_instances(self, kms_key)
        self.root_gibibytes = size
        self.reserved_settings = reserved_settings("\n".join(part.body() for part in user_data))
        self._tags = dict(tags or {})
        self._has_network_interfaces = bool(network_interfaces)
        self._needs: list[Mount | CloudWatchAgent] = [*(mounts or {}).values()]
        for mount in (mounts or {}).values():
            for dependable in mount.wait_for():
                self.node.add_dependency(dependable)
        if cloudwatch_agent is not None:
            self._needs.append(cloudwatch_agent)
            if cloudwatch_agent.log_group is not None:
                let_write_logs(self, cloudwatch_agent.log_group)

    def add_tags(self, tags: Mapping[str, str]) -> None:
        """Add tags to instances and volumes. It makes a new version, so that instances are replaced.

        Args:
            tags: What to add; equal keys get the new value.

        Raises:
            ValueError: AWS would refuse them, together with the existing ones.
        """
        problems = Problems()
        problems.tags("tags", {**self._tags, **tags})
        problems.raise_if_any()
        self._tags |= tags
        self.cfn.add_property_override(
            "LaunchTemplateData.TagSpecifications", properties.tags_as_written(self._tags)
        )

    @property
    def ref(self) -> str:
        """The template's id."""
        return self.cfn.ref

    @property
    def attr_latest_version_number(self) -> str:
        """The number of the newest version, which changes with each change of the template."""
        return self.cfn.attr_latest_version_number

    @property
    def launch_template_ref(self) -> LaunchTemplateReference:
        """The reference that other constructs name the template by."""
        return self.cfn.launch_template_ref

    def add_property_override(self, property_path: str, value: Any) -> None:
        """Override a property of the L1 resource that has no argument here.

        Args:
            property_path: The path of the property, such as ``LaunchTemplateData.CpuOptions.ThreadsPerCore``.
            value: The value of the property.
        """
        self.cfn.add_property_override(property_path, value)

    @property
    def has_network_interfaces(self) -> bool:
        """Return whether it names network interfaces, with which EC2 allows no security groups of an environment."""
        return self._has_network_interfaces

    @property
    def needs_rights(self) -> bool:
        """Return whether the template needs rights or open ports for its instances."""
        return bool(self._needs)

    def allow_instances(self, *, role: iam.IGrantable, security_groups: ec2.IConnectable) -> None:
        """Give instances the rights and open the ports that its mounts and its CloudWatch agent need.

        Environments of this library do so themselves. Call it for others, and for instances whose role was imported by
        its profile.

        Args:
            role: The instances' role.
            security_groups: The security groups of the instances, or something that has them, such as an environment.
        """
        for each in self._needs:
            each.grant(role)
            each.connect(security_groups)


def _parts(
    storage: Storage | None,
    agent: CloudWatchAgent | None,
    aws_cli: AwsCli | None,
    mounts: Mapping[str, Mount],
    user_data: Sequence[UserDataPart],
) -> list[UserDataPart]:
    return [
        *([] if storage is None else storage.user_data_parts()),
        # Before the mounts, so that an instance which cannot mount still sends their log.
        *([] if agent is None else [agent.script()]),
        *([] if aws_cli is None else [aws_cli.script()]),
        *([mount_script(mounts)] if mounts else []),
        *user_data,
    ]
