"""Mounts in definitions: volumes, mount points, rights and ports."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import example, given, strategies

from batch_constructs import (
    Ec2JobDefinition,
    Efs,
    FargateJobDefinition,
    Host,
    MultiNodeParallelJobDefinition,
    NodeGroup,
    S3Files,
    SpotComputeEnvironment,
)
from batch_constructs.facts.patterns import VOLUME_NAME
from batch_constructs.job_definitions.mounts import Volumes
from tests.permissions.simulator import ALLOWED, DENIED, Request, decide, policy_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from aws_cdk import Stack
    from aws_cdk import aws_ec2 as ec2
    from aws_cdk import aws_efs as efs

    from batch_constructs.job_definitions.volumes import Mount

DEFINITION = "AWS::Batch::JobDefinition"
FILE_SYSTEM = "arn:aws:elasticfilesystem:eu-west-1:123456789012:file-system/fs-1"
ACCESS_POINT = "arn:aws:elasticfilesystem:eu-west-1:123456789012:access-point/fsap-1"
S3_FILES = "arn:aws:s3files:eu-west-1:123456789012:file-system/fs-0123456789abcdef0"
S3_ACCESS_POINT = f"{S3_FILES}/access-point/fsap-0123456789abcdef0"


def define(stack: Stack, mounts: Mapping[str, Mount], **arguments: Any) -> Ec2JobDefinition:
    from aws_cdk import Size

    return Ec2JobDefinition(
        stack, "Job", image="busybox", vcpus=1, memory=Size.mebibytes(512), mounts=mounts, **arguments
    )


def imported(stack: Stack) -> efs.IFileSystem:
    from aws_cdk import aws_ec2 as ec2
    from aws_cdk import aws_efs as efs

    group = ec2.SecurityGroup.from_security_group_id(stack, "Group", "sg-nfs")
    return efs.FileSystem.from_file_system_attributes(
        stack, "FileSystem", file_system_arn=FILE_SYSTEM, security_group=group
    )


def imported_access_point(stack: Stack) -> efs.IAccessPoint:
    from aws_cdk import aws_efs as efs

    return efs.AccessPoint.from_access_point_attributes(
        stack, "AccessPoint", access_point_arn=ACCESS_POINT, file_system=imported(stack)
    )


def test_each_mount_is_a_volume(stack: Stack, only: Callable[[str], dict[str, Any]]) -> None:
    """A volume is named after its path; a directory of the task is a volume without a source."""
    define(
        stack, {"/scratch": Host("/scratch"), "/var/tmp": Host(), "/etc/x": Host("/etc/x", read_only=True)}
    )
    container = only(DEFINITION)["ContainerProperties"]
    assert container["Volumes"] == [
        {"Name": "scratch", "Host": {"SourcePath": "/scratch"}},
        {"Name": "var-tmp"},
        {"Name": "etc-x", "Host": {"SourcePath": "/etc/x"}},
    ]
    assert container["MountPoints"] == [
        {"SourceVolume": "scratch", "ContainerPath": "/scratch"},
        {"SourceVolume": "var-tmp", "ContainerPath": "/var/tmp"},
        {"SourceVolume": "etc-x", "ContainerPath": "/etc/x", "ReadOnly": True},
    ]
    assert "JobRoleArn" not in container


@given(paths=strategies.lists(strategies.text(max_size=300), unique=True, max_size=9))
@example(paths=["/a/b", "/a-b", "/…", "/ü", "${Token[X.1]}", "x" * 400])
def test_names_of_volumes_are_legal_and_their_own(paths: list[str]) -> None:
    """Names are legal and unique for all paths, also for paths that differ only in signs or leave nothing."""
    mounts = {path: Host() for path in paths}
    volumes = Volumes(mounts)
    names = [each["name"] for each in volumes.members]
    assert len(set(names)) == len(paths)
    assert all(VOLUME_NAME.matches(name) for name in names)
    assert [each["sourceVolume"] for each in volumes.mount_points(mounts)] == names


def test_the_same_object_is_the_same_volume() -> None:
    """Containers of a task share an object that they both mount, at any path; equal objects are two volumes."""
    shared = Host()
    one, other = {"/out": shared, "/own": Host()}, {"/in": shared, "/own": Host()}
    volumes = Volumes(one, other)
    assert [each["name"] for each in volumes.members] == ["out", "own", "own-2"]
    assert [each["sourceVolume"] for each in volumes.mount_points(other)] == ["out", "own-2"]


def test_efs_lets_the_jobs_role_in_where_anonymous_access_is_denied() -> None:
    """Pain 18 (nabu#1265): such a file system's policy lacks ClientMount, so the job's role must have it."""
    import aws_cdk as cdk
    from aws_cdk import aws_ec2 as ec2
    from aws_cdk import aws_efs as efs
    from aws_cdk.assertions import Template

    context = {"@aws-cdk/aws-efs:denyAnonymousAccess": True, "batch-constructs:checks": False}
    stack = cdk.Stack(cdk.App(context=context), "Stack")
    vpc = ec2.Vpc.from_vpc_attributes(
        stack, "Vpc", vpc_id="vpc-1", availability_zones=["a"], private_subnet_ids=["subnet-1"]
    )
    file_system = efs.FileSystem(stack, "FileSystem", vpc=vpc)
    define(stack, {"/data": Efs(file_system)})
    found = Template.from_stack(stack).to_json()["Resources"]
    [made] = [each["Properties"] for each in found.values() if each["Type"] == "AWS::EFS::FileSystem"]
    assert made["FileSystemPolicy"]["Statement"][0]["Action"] == [
        "elasticfilesystem:ClientWrite",
        "elasticfilesystem:ClientRootAccess",
    ]
    [policy] = [each["Properties"] for each in found.values() if each["Type"] == "AWS::IAM::Policy"]
    [statement] = policy["PolicyDocument"]["Statement"]
    assert statement["Action"] == ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"]
    [definition] = [each["Properties"] for each in found.values() if each["Type"] == DEFINITION]
    [volume] = definition["ContainerProperties"]["Volumes"]
    assert volume["EfsVolumeConfiguration"]["TransitEncryption"] == "ENABLED"
    assert volume["EfsVolumeConfiguration"]["AuthorizationConfig"] == {"Iam": "ENABLED"}
    role = definition["ContainerProperties"]["JobRoleArn"]["Fn::GetAtt"][0]
    assert policy["Roles"] == [{"Ref": role}]


def test_only_environments_that_are_named_reach_the_file_system(
    stack: Stack, vpc: ec2.IVpc, only: Callable[[str], dict[str, Any]]
) -> None:
    """Pain 18 (aws-genomics-workflows#161): NFS is opened from their security group to an imported file system's."""
    spot = SpotComputeEnvironment(stack, "Spot", vpc=vpc)
    define(stack, {"/data": Efs(imported(stack), reachable_from=[spot])})
    rule = only("AWS::EC2::SecurityGroupIngress")
    assert (rule["GroupId"], rule["IpProtocol"], rule["FromPort"], rule["ToPort"]) == (
        "sg-nfs",
        "tcp",
        2049,
        2049,
    )
    assert rule["SourceSecurityGroupId"]["Fn::GetAtt"][0].startswith("SpotSecurityGroup")


def test_a_closed_environment_is_opened_towards_the_file_system(
    stack: Stack, vpc: ec2.IVpc, only: Callable[[str], dict[str, Any]]
) -> None:
    """Both sides get a rule: a security group that lets nothing out lets NFS out to these mount targets."""
    from aws_cdk import aws_ec2 as ec2

    closed = ec2.SecurityGroup(stack, "Closed", vpc=vpc, allow_all_outbound=False)
    spot = SpotComputeEnvironment(stack, "Spot", vpc=vpc, security_groups=[closed])
    define(stack, {"/data": Efs(imported(stack), reachable_from=[spot])})
    rule = only("AWS::EC2::SecurityGroupEgress")
    assert (rule["DestinationSecurityGroupId"], rule["FromPort"]) == ("sg-nfs", 2049)


@pytest.mark.parametrize("together", ["environment", "file system"])
def test_stacks_do_not_wait_for_each_other(together: str) -> None:
    """The file system or the environments may be in another stack; the rule is in the one that causes no circle."""
    import aws_cdk as cdk
    from aws_cdk import aws_ec2 as ec2
    from aws_cdk import aws_efs as efs

    app = cdk.App(context={"batch-constructs:checks": False})
    below, above = cdk.Stack(app, "Below"), cdk.Stack(app, "Above")
    of_environment, of_file_system = (above, below) if together == "environment" else (below, above)
    vpc = ec2.Vpc(below, "Vpc", max_azs=2)
    spot = SpotComputeEnvironment(of_environment, "Spot", vpc=vpc)
    system = efs.FileSystem(of_file_system, "FileSystem", vpc=vpc)
    define(above, {"/data": Efs(system, reachable_from=[spot])})
    templates = [app.synth().get_stack_by_name(name).template["Resources"] for name in ("Below", "Above")]
    rules = [
        sum(each["Type"] == "AWS::EC2::SecurityGroupIngress" for each in found.values())
        for found in templates
    ]
    assert rules == [0, 1]


def test_file_systems_of_the_l1_have_a_security_group_given(
    stack: Stack, vpc: ec2.IVpc, synth: Callable[[], dict[str, dict[str, Any]]]
) -> None:
    """The L1 of EFS and S3 Files does not know the mount targets."""
    from aws_cdk import aws_ec2 as ec2
    from aws_cdk import aws_efs as efs

    group = ec2.SecurityGroup.from_security_group_id(stack, "Group", "sg-nfs")
    spot = SpotComputeEnvironment(stack, "Spot", vpc=vpc)
    raw = efs.CfnFileSystem(stack, "FileSystem")
    opened: dict[str, Any] = {"reachable_from": [spot], "security_group": group}
    define(stack, {"/data": Efs(raw, **opened), "/models": S3Files(S3_FILES, **opened)})
    found = synth()
    ingress = [each for each in found.values() if each["Type"] == "AWS::EC2::SecurityGroupIngress"]
    assert [each["Properties"]["GroupId"] for each in ingress] == ["sg-nfs"]
    [definition] = [each for each in found.values() if each["Type"] == DEFINITION]
    volume = definition["Properties"]["ContainerProperties"]["Volumes"][0]
    assert volume["EfsVolumeConfiguration"]["FileSystemId"] == {"Ref": "FileSystem"}


def test_an_imported_file_system_is_mounted_through_an_access_point(
    stack: Stack, only: Callable[[str], dict[str, Any]]
) -> None:
    """All members of the volume are rendered."""
    point = imported_access_point(stack)
    system = point.file_system
    define(stack, {"/data": Efs(system, access_point=point, read_only=True, transit_encryption_port=2999)})
    container = only(DEFINITION)["ContainerProperties"]
    assert container["Volumes"] == [
        {
            "Name": "data",
            "EfsVolumeConfiguration": {
                "FileSystemId": "fs-1",
                "TransitEncryption": "ENABLED",
                "TransitEncryptionPort": 2999,
                "AuthorizationConfig": {"AccessPointId": "fsap-1", "Iam": "ENABLED"},
            },
        }
    ]
    assert container["MountPoints"][0]["ReadOnly"] is True


def test_an_imported_job_role_gets_the_right_too(stack: Stack, only: Callable[[str], dict[str, Any]]) -> None:
    """A role of another stack gets a policy in this stack."""
    from aws_cdk import aws_iam as iam

    role = iam.Role.from_role_arn(stack, "Role", "arn:aws:iam::123456789012:role/jobs")
    define(stack, {"/data": Efs(imported(stack), root_directory="/a")}, job_role=role)
    assert only("AWS::IAM::Policy")["Roles"] == ["jobs"]
    container = only(DEFINITION)["ContainerProperties"]
    assert container["JobRoleArn"] == "arn:aws:iam::123456789012:role/jobs"
    assert container["Volumes"][0]["EfsVolumeConfiguration"]["RootDirectory"] == "/a"


def efs_request(right: str, through: str | None = ACCESS_POINT, to: str = FILE_SYSTEM) -> Request:
    context = {} if through is None else {"elasticfilesystem:AccessPointArn": through}
    return Request(f"elasticfilesystem:Client{right}", to, context)


def s3_files_request(right: str, through: str | None = S3_ACCESS_POINT, to: str = S3_FILES) -> Request:
    context = {} if through is None else {"s3files:AccessPointArn": through}
    return Request(f"s3files:Client{right}", to, context)


@pytest.mark.parametrize(
    ("arguments", "decisions"),
    [
        ({}, [ALLOWED, ALLOWED, DENIED, DENIED, DENIED, DENIED]),
        ({"read_only": True}, [ALLOWED, DENIED, DENIED, DENIED, DENIED, DENIED]),
        ({"root_access": True}, [ALLOWED, ALLOWED, ALLOWED, DENIED, DENIED, DENIED]),
    ],
)
def test_rights_are_those_of_the_mount(
    stack: Stack,
    synth: Callable[[], dict[str, dict[str, Any]]],
    arguments: dict[str, Any],
    decisions: list[str],
) -> None:
    """IAM allows this file system, through this access point, and root only if it is asked for."""
    point = imported_access_point(stack)
    definition = define(
        stack,
        {
            "/data": Efs(point.file_system, access_point=point, **arguments),
            "/models": S3Files(S3_FILES, access_point=S3_ACCESS_POINT, **arguments),
        },
    )
    role = stack.get_logical_id(definition.job_role.node.default_child)  # type: ignore[arg-type]
    policy = policy_of(synth(), role)
    for ask in (efs_request, s3_files_request):
        asked = [ask("Mount"), ask("Write"), ask("RootAccess"), ask("Mount", None)]
        asked += [ask("Mount", f"{ACCESS_POINT}2"), ask("Mount", to=ask("Mount").resource + "2")]
        assert decide(policy, *asked) == decisions, ask.__name__


@pytest.mark.parametrize("path", ["data", "", "/", "//", "./data"])
def test_fails_when_a_path_is_not_absolute(stack: Stack, path: str) -> None:
    """Fails for paths that Docker refuses when the job starts: relative ones, and the root itself."""
    with pytest.raises(
        ValueError, match="the paths of mounts must be absolute and not the root, such as /data"
    ):
        define(stack, {path: Host()})
    assert stack.node.children == []


def test_paths_may_be_tokens(stack: Stack, only: Callable[[str], dict[str, Any]]) -> None:
    """A path that only CloudFormation knows is no error, and its volume also has a name."""
    from aws_cdk import CfnParameter

    text = CfnParameter(stack, "Text").value_as_string
    define(stack, {text: Host(text)})
    container = only(DEFINITION)["ContainerProperties"]
    assert container["Volumes"] == [{"Name": "volume", "Host": {"SourcePath": {"Ref": "Text"}}}]
    assert container["MountPoints"] == [{"SourceVolume": "volume", "ContainerPath": {"Ref": "Text"}}]


def test_fargate_mounts_what_needs_no_instance(stack: Stack, only: Callable[[str], dict[str, Any]]) -> None:
    """It mounts EFS, S3 Files, and an empty directory with a read-only root."""
    mounts: dict[str, Mount] = {"/data": Efs(imported(stack)), "/models": S3Files(S3_FILES), "/tmp": Host()}
    FargateJobDefinition(
        stack, "Job", image="busybox", mounts=mounts, readonly_root_filesystem=True, platform_version="1.4.0"
    )
    container = only(DEFINITION)["ContainerProperties"]
    assert [each["Name"] for each in container["Volumes"]] == ["data", "models", "tmp"]
    assert container["Volumes"][1]["S3FilesVolumeConfiguration"] == {"FileSystemArn": S3_FILES}


def test_fails_when_fargate_cannot_mount(stack: Stack) -> None:
    """Fails for a path of an instance and for EFS before platform version 1.4.0, both in one message."""
    mounts: dict[str, Mount] = {"/data": Efs(imported(stack)), "/scratch": Host("/scratch")}
    with pytest.raises(
        ValueError, match="on Fargate, which has none, got a Host path at '/scratch'"
    ) as error:
        FargateJobDefinition(stack, "Job", image="busybox", mounts=mounts, platform_version="1.3.0")
    assert "platform_version must be 1.4.0 or later to mount Efs, got 1.3.0" in str(error.value)


def test_nodes_of_a_group_mount_alike(stack: Stack, synth: Callable[[], dict[str, dict[str, Any]]]) -> None:
    """The groups share the job's role, which gets the rights once for each file system."""
    from aws_cdk import Size

    shared = Efs(imported(stack))
    size = {"vcpus": 1, "memory": Size.gibibytes(1), "image": "busybox"}
    MultiNodeParallelJobDefinition(
        stack,
        "Job",
        node_groups=[
            NodeGroup(nodes=1, mounts={"/data": shared}, **size),  # type: ignore[arg-type]
            NodeGroup(nodes=3, mounts={"/data": shared, "/scratch": Host("/scratch")}, **size),  # type: ignore[arg-type]
        ],
    )
    found = synth()
    [definition] = [each["Properties"] for each in found.values() if each["Type"] == DEFINITION]
    containers = [each["Container"] for each in definition["NodeProperties"]["NodeRangeProperties"]]
    assert [len(each["Volumes"]) for each in containers] == [1, 2]
    assert containers[0]["JobRoleArn"] == containers[1]["JobRoleArn"]
    [policy] = [each["Properties"] for each in found.values() if each["Type"] == "AWS::IAM::Policy"]
    assert len(policy["PolicyDocument"]["Statement"]) == 1


def test_an_access_point_says_as_whom_jobs_write(
    stack: Stack, synth: Callable[[], dict[str, dict[str, Any]]]
) -> None:
    """Containers that are not root write as the access point's user: visual-asset-management-system#332."""
    from aws_cdk import aws_efs as efs

    system = imported(stack)
    point = efs.AccessPoint(
        stack,
        "Home",
        file_system=system,
        path="/jobs",
        create_acl=efs.Acl(owner_uid="1000", owner_gid="1000", permissions="750"),
        posix_user=efs.PosixUser(uid="1000", gid="1000"),
    )
    define(stack, {"/data": Efs(system, access_point=point)})
    resources = synth()
    [home] = [name for name, each in resources.items() if each["Type"] == "AWS::EFS::AccessPoint"]
    [job] = [each for each in resources.values() if each["Type"] == "AWS::Batch::JobDefinition"]
    [volume] = job["Properties"]["ContainerProperties"]["Volumes"]
    authorization = volume["EfsVolumeConfiguration"]["AuthorizationConfig"]
    assert authorization["AccessPointId"] == {"Ref": home}
