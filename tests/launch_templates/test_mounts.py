"""File systems and buckets: arguments, and the rights and ports that follow from them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from aws_cdk import CfnParameter, Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_efs as efs
from aws_cdk import aws_fsx as fsx
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from aws_cdk.assertions import Annotations, Match, Template
from cfnlint.api import lint

from batch_constructs.compute_environments.ec2 import Ec2ComputeEnvironment
from batch_constructs.launch_templates.cloudwatch_agent import CloudWatchAgent
from batch_constructs.launch_templates.launch_template import BatchLaunchTemplate
from batch_constructs.launch_templates.mounts import EfsMount, FsxLustreMount, S3Mount
from batch_constructs.launch_templates.overrides import LaunchTemplateOverride
from batch_constructs.launch_templates.storage import InstanceStoreVolumes, Storage
from batch_constructs.launch_templates.user_data import ShellScript
from batch_constructs.testing import assert_no_findings

if TYPE_CHECKING:
    from collections.abc import Callable

    Data = Callable[[], dict[str, Any]]
    Read = Callable[[str], list[tuple[str, str]]]

LUSTRE = FsxLustreMount(file_system="fs-1.fsx.eu-west-1.amazonaws.com", mount_name="abc")


@pytest.fixture
def vpc(stack: Stack) -> ec2.Vpc:
    return ec2.Vpc(stack, "Vpc", max_azs=1)


@pytest.fixture
def shared(stack: Stack, vpc: ec2.Vpc) -> efs.FileSystem:
    return efs.FileSystem(stack, "Shared", vpc=vpc, encrypted=True)


@pytest.fixture
def lustre(stack: Stack, vpc: ec2.Vpc) -> fsx.LustreFileSystem:
    return fsx.LustreFileSystem(
        stack,
        "Lustre",
        vpc=vpc,
        vpc_subnet=vpc.private_subnets[0],
        storage_capacity_gib=1_200,
        lustre_configuration=fsx.LustreConfiguration(deployment_type=fsx.LustreDeploymentType.SCRATCH_2),
    )


@pytest.fixture
def bucket(stack: Stack) -> s3.Bucket:
    return s3.Bucket(stack, "Data")


def statements(stack: Stack) -> list[dict[str, Any]]:
    """Return the statements of a stack's roles besides their managed policies."""
    policies = Template.from_stack(stack).find_resources("AWS::IAM::Policy").values()
    return [each for policy in policies for each in policy["Properties"]["PolicyDocument"]["Statement"]]


def actions(stack: Stack) -> set[str]:
    return {
        action
        for each in statements(stack)
        for action in ([each["Action"]] if isinstance(each["Action"], str) else each["Action"])
    }


def test_efs_is_encrypted_on_its_way_and_asks_for_rights(shared: efs.FileSystem) -> None:
    """TLS and IAM cannot be switched off; the other options can be chosen."""
    point = shared.add_access_point("Point")
    mount = EfsMount(file_system=shared, access_point=point, read_only=True, options=["az=eu-west-1a"])

    function, path, address, options = mount.call("/shared")
    assert (function, path) == ("efs", "/shared")
    assert address == f"{shared.file_system_id}:/"
    assert options == f"tls,iam,accesspoint={point.access_point_id},ro,az=eu-west-1a"


def test_lustre_knows_its_address(lustre: fsx.LustreFileSystem) -> None:
    """DNS name and mount name are those of the file system."""
    _, _, address, options = FsxLustreMount(file_system=lustre, read_only=True).call("/fsx")

    assert address == f"{lustre.dns_name}@tcp:/{lustre.mount_name}"
    assert options == "relatime,flock,ro"


def test_an_imported_lustre_file_system_needs_its_mount_name(stack: Stack) -> None:
    """The mount name of an imported file system, which FSx chose, is unknown."""
    group = ec2.SecurityGroup.from_security_group_id(stack, "Group", "sg-0123")
    imported = fsx.LustreFileSystem.from_lustre_file_system_attributes(
        stack,
        "Imported",
        dns_name="fs-0123.fsx.eu-west-1.amazonaws.com",
        file_system_id="fs-0123",
        security_group=group,
    )
    with pytest.raises(ValueError, match="file_system needs mount_name if it is a DNS name or imported"):
        FsxLustreMount(file_system=imported)

    _, _, address, _ = FsxLustreMount(file_system=imported, mount_name="abc").call("/fsx")

    assert address == "fs-0123.fsx.eu-west-1.amazonaws.com@tcp:/abc"


def test_fails_when_a_dns_name_comes_without_mount_name() -> None:
    """Nearly every file system has its own mount name, and a wrong one mounts nothing."""
    with pytest.raises(ValueError, match="got none: see LustreMountName"):
        FsxLustreMount(file_system="fs-1.fsx.eu-west-1.amazonaws.com")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"prefix": "in"}, "prefix must end in /, got 'in': Mountpoint takes folders only"),
        (
            {"allow_delete": True},
            "allow_delete needs read_only=False, got read_only=True: leave one of the two out",
        ),
        (
            {"allow_delete": True, "allow_overwrite": True},
            "allow_overwrite and allow_delete needs read_only=False, got read_only=True",
        ),
    ],
)
def test_fails_when_a_bucket_is_mounted_against_itself(
    bucket: s3.Bucket, arguments: dict[str, Any], message: str
) -> None:
    """Fails when Mountpoint would refuse the options at each boot."""
    with pytest.raises(ValueError) as refusal:
        S3Mount(bucket=bucket, **arguments)

    assert str(refusal.value).startswith(message)


def test_a_bucket_is_writable_by_all_users_where_it_is_writable(bucket: s3.Bucket) -> None:
    """Jobs do not run as root, and root mounts the bucket."""
    mount = S3Mount(
        bucket=bucket, read_only=False, allow_overwrite=True, allow_delete=True, options=["--debug"]
    )

    assert mount.call("/data")[3:] == [
        *("--allow-other", "--dir-mode", "0777", "--file-mode", "0666"),
        *("--allow-overwrite", "--allow-delete", "--debug"),
    ]


@pytest.mark.parametrize(
    ("mounts", "message"),
    [
        ({"fsx": LUSTRE}, "the path of mounts must be absolute"),
        ({"/usr": LUSTRE}, "the path of mounts must not hide what the instance needs, got '/usr'"),
        (
            {"/a": LUSTRE, "/a/b": LUSTRE},
            "mounts and storage need mount paths next to each other, got '/a' and '/a/b'",
        ),
        (
            {"/fast/fsx": LUSTRE},
            "mounts and storage need mount paths next to each other, got '/fast/fsx' and '/fast'",
        ),
    ],
)
def test_fails_when_a_mount_hides_something(stack: Stack, mounts: dict[str, Any], message: str) -> None:
    """Fails when a path hides files of the instance, another mount, or a disk."""
    storage = Storage(instance_store=InstanceStoreVolumes(mount_path="/fast"))
    with pytest.raises(ValueError) as refusal:
        BatchLaunchTemplate(stack, "Template", storage=storage, mounts=mounts)

    assert str(refusal.value).startswith(message)
    assert "\n" not in str(refusal.value)


def test_mounts_come_after_disks_and_agent_and_before_your_own_parts(
    stack: Stack, launch_template_data: Data, cloud_init: Read
) -> None:
    """All mounts share one part; the agent starts first, to send the log of a failed mount."""
    BatchLaunchTemplate(
        stack,
        "Template",
        storage=Storage(instance_store=InstanceStoreVolumes()),
        mounts={"/fsx": LUSTRE, "/other": LUSTRE},
        cloudwatch_agent=CloudWatchAgent(),
        user_data=[ShellScript("echo mine")],
    )

    parts = cloud_init(launch_template_data()["UserData"])
    names = [
        text.splitlines()[1].removeprefix("PART=") for kind, text in parts if kind == "text/cloud-boothook"
    ]
    assert names == ["batch-storage", "batch-cloudwatch-agent", "batch-mounts"]
    assert parts[-1] == ("text/x-shellscript", "#!/bin/bash\necho mine\n")
    assert parts[2][1].rstrip().splitlines()[-2:] == [
        "lustre /fsx fs-1.fsx.eu-west-1.amazonaws.com@tcp:/abc relatime,flock",
        "lustre /other fs-1.fsx.eu-west-1.amazonaws.com@tcp:/abc relatime,flock",
    ]


def test_everything_at_once_fits_into_user_data(
    stack: Stack, shared: efs.FileSystem, bucket: s3.Bucket
) -> None:
    """A quarter of the 16 KiB is left; more is refused."""
    everything: dict[str, Any] = {
        "storage": Storage(instance_store=InstanceStoreVolumes()),
        "mounts": {
            "/fsx": LUSTRE,
            "/shared": EfsMount(file_system=efs_of(stack)),
            "/data": S3Mount(bucket=s3.Bucket.from_bucket_name(stack, "Known", "genomes")),
        },
        "cloudwatch_agent": CloudWatchAgent(
            log_group=logs.LogGroup.from_log_group_name(stack, "Logs", "instances")
        ),
    }
    BatchLaunchTemplate(stack, "Template", **everything, user_data=[ShellScript("#" * 4_096)])

    with pytest.raises(ValueError, match="the size of user_data must be from 0 to 16,384 bytes"):
        BatchLaunchTemplate(stack, "Large", **everything, user_data=[ShellScript("#" * 8_192)])


def efs_of(stack: Stack) -> efs.IFileSystem:
    group = ec2.SecurityGroup.from_security_group_id(stack, "EfsGroup", "sg-0123")
    return efs.FileSystem.from_file_system_attributes(
        stack, "Known system", file_system_id="fs-0123", security_group=group
    )


def test_paths_may_be_tokens(stack: Stack, launch_template_data: Data) -> None:
    """Paths that are tokens reach the script in quotes."""
    path = CfnParameter(stack, "Path").value_as_string
    BatchLaunchTemplate(stack, "Template", mounts={path: LUSTRE})

    pieces = launch_template_data()["UserData"]["Fn::Base64"]["Fn::Join"][1]
    document = "".join(piece if isinstance(piece, str) else f"<{piece['Ref']}>" for piece in pieces)
    assert "lustre '<Path>' fs-1.fsx" in document


def test_an_environment_opens_the_ports(
    stack: Stack, vpc: ec2.Vpc, shared: efs.FileSystem, lustre: fsx.LustreFileSystem
) -> None:
    """NFS is opened to EFS, and Lustre's ports in both directions, since its servers call back."""
    template = BatchLaunchTemplate(
        stack,
        "Template",
        mounts={"/shared": EfsMount(file_system=shared), "/fsx": FsxLustreMount(file_system=lustre)},
    )
    Ec2ComputeEnvironment(stack, "Environment", vpc=vpc, launch_template=template)

    rules = [
        (
            each["Properties"]["SourceSecurityGroupId"]["Fn::GetAtt"][0][:6],
            each["Properties"]["GroupId"]["Fn::GetAtt"][0][:6],
            each["Properties"]["FromPort"],
            each["Properties"]["ToPort"],
        )
        for each in Template.from_stack(stack).find_resources("AWS::EC2::SecurityGroupIngress").values()
    ]
    assert set(rules) == {
        ("Enviro", "Shared", 2049, 2049),
        ("Enviro", "Lustre", 988, 988),
        ("Enviro", "Lustre", 1018, 1023),
        ("Lustre", "Enviro", 988, 988),
        ("Lustre", "Enviro", 1018, 1023),
        # The CDK's own rule, between the servers.
        ("Lustre", "Lustre", 988, 1023),
    }


@pytest.mark.parametrize(
    ("arguments", "allowed"),
    [
        ({}, {"s3:GetObject*", "s3:GetBucket*", "s3:List*"}),
        ({"read_only": False}, {"s3:PutObject", "s3:Abort*"}),
        ({"read_only": False, "allow_delete": True}, {"s3:DeleteObject*"}),
    ],
)
def test_an_environment_gives_its_role_the_rights_on_a_bucket(
    stack: Stack, vpc: ec2.Vpc, bucket: s3.Bucket, arguments: dict[str, Any], allowed: set[str]
) -> None:
    """The role gets the rights of the mount, on the mounted prefix only."""
    mount = S3Mount(bucket=bucket, prefix="in/", **arguments)
    template = BatchLaunchTemplate(stack, "Template", mounts={"/data": mount})
    Ec2ComputeEnvironment(stack, "Environment", vpc=vpc, launch_template=template)

    assert allowed <= actions(stack)
    assert ("s3:PutObject" in actions(stack)) is not mount.read_only
    assert ("s3:DeleteObject*" in actions(stack)) is mount.allow_delete
    objects = [text for each in statements(stack) if "/in/*" in (text := json.dumps(each["Resource"]))]
    assert len(objects) == len(statements(stack))


@pytest.mark.parametrize("read_only", [True, False])
def test_an_environment_gives_its_role_the_rights_on_efs(
    stack: Stack, vpc: ec2.Vpc, shared: efs.FileSystem, read_only: bool
) -> None:
    """The role may mount, and write unless the mount is read-only."""
    mount = EfsMount(file_system=shared, read_only=read_only)
    template = BatchLaunchTemplate(stack, "Template", mounts={"/shared": mount})
    Ec2ComputeEnvironment(stack, "Environment", vpc=vpc, launch_template=template)

    written = set() if read_only else {"elasticfilesystem:ClientWrite"}
    assert actions(stack) == {"elasticfilesystem:ClientMount"} | written


def test_the_first_instance_waits_for_mount_targets_and_rights(
    stack: Stack, vpc: ec2.Vpc, shared: efs.FileSystem
) -> None:
    """An environment with min_vcpus starts instances at once."""
    template = BatchLaunchTemplate(stack, "Template", mounts={"/shared": EfsMount(file_system=shared)})
    Ec2ComputeEnvironment(stack, "Environment", vpc=vpc, launch_template=template, min_vcpus=2)

    document = Template.from_stack(stack)
    document.has_resource(
        "AWS::EC2::LaunchTemplate", {"DependsOn": [Match.string_like_regexp("^SharedEfsMountTarget")]}
    )
    document.has_resource(
        "AWS::Batch::ComputeEnvironment",
        {"DependsOn": Match.array_with([Match.string_like_regexp("^EnvironmentInstanceRoleDefaultPolicy")])},
    )


def test_templates_of_some_types_count_too(stack: Stack, vpc: ec2.Vpc, bucket: s3.Bucket) -> None:
    """The template of an override mounts its own file systems, and its rights count, too."""
    template = BatchLaunchTemplate(stack, "Template", mounts={"/data": S3Mount(bucket=bucket)})
    Ec2ComputeEnvironment(
        stack,
        "Environment",
        vpc=vpc,
        instance_types=["c7i", "r7i"],
        launch_template_overrides=[
            LaunchTemplateOverride(launch_template=template, target_instance_types=["r7i"])
        ],
    )

    assert "s3:GetObject*" in actions(stack)


def test_a_role_behind_a_profile_of_yours_gets_the_rights(
    stack: Stack, vpc: ec2.Vpc, bucket: s3.Bucket
) -> None:
    """The role of a profile in this app is known, and gets the rights."""
    role = iam.Role(stack, "Role", assumed_by=iam.ServicePrincipal("ec2.amazonaws.com"))
    template = BatchLaunchTemplate(stack, "Template", mounts={"/data": S3Mount(bucket=bucket)})
    Ec2ComputeEnvironment(
        stack,
        "Environment",
        vpc=vpc,
        launch_template=template,
        instance_role=iam.InstanceProfile(stack, "Profile", role=role),
    )

    assert "s3:GetObject*" in actions(stack)


def test_a_profile_without_its_role_is_told(stack: Stack, vpc: ec2.Vpc, bucket: s3.Bucket) -> None:
    """The role of an imported profile is unknown, and the mount would fail at boot, so a warning says so."""
    template = BatchLaunchTemplate(stack, "Template", mounts={"/data": S3Mount(bucket=bucket)})
    profile = iam.InstanceProfile.from_instance_profile_arn(
        stack, "Profile", "arn:aws:iam::123456789012:instance-profile/mine"
    )
    Ec2ComputeEnvironment(stack, "Environment", vpc=vpc, launch_template=template, instance_role=profile)

    Annotations.from_stack(stack).has_warning(
        "*", Match.string_like_regexp("call allow_instances of the template with the role")
    )


def test_other_environments_get_rights_and_ports_by_hand(
    stack: Stack, vpc: ec2.Vpc, shared: efs.FileSystem
) -> None:
    """For an L1 or L2 environment one call gives rights and ports."""
    template = BatchLaunchTemplate(stack, "Template", mounts={"/shared": EfsMount(file_system=shared)})
    role = iam.Role(stack, "Role", assumed_by=iam.ServicePrincipal("ec2.amazonaws.com"))
    group = ec2.SecurityGroup(stack, "Instances", vpc=vpc)

    template.allow_instances(role=role, security_groups=group)

    assert "elasticfilesystem:ClientMount" in actions(stack)
    Template.from_stack(stack).resource_count_is("AWS::EC2::SecurityGroupIngress", 1)


def test_a_plain_template_needs_nothing(stack: Stack, vpc: ec2.Vpc) -> None:
    """The role of an environment without mounts has no policy of its own."""
    template = BatchLaunchTemplate(stack, "Template")
    Ec2ComputeEnvironment(stack, "Environment", vpc=vpc, launch_template=template)

    assert not template.needs_rights
    assert statements(stack) == []


def test_the_judges_find_nothing(stack: Stack, vpc: ec2.Vpc, shared: efs.FileSystem) -> None:
    """CloudFormation's own schema and our rules accept the template."""
    group = logs.LogGroup(stack, "Logs")
    template = BatchLaunchTemplate(
        stack,
        "Template",
        mounts={"/shared": EfsMount(file_system=shared), "/fsx": LUSTRE},
        cloudwatch_agent=CloudWatchAgent(log_group=group),
    )
    Ec2ComputeEnvironment(stack, "Environment", vpc=vpc, launch_template=template)

    assert lint(json.dumps(Template.from_stack(stack).to_json())) == []
    assert_no_findings(stack)
