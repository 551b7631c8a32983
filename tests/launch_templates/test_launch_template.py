"""The launch template of a compute environment's instances."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from aws_cdk import App, CfnParameter, Duration, Size, Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_kms as kms
from aws_cdk.assertions import Match, Template
from cfnlint.api import lint

from batch_constructs.launch_templates.agent_config import EcsAgentConfig
from batch_constructs.launch_templates.launch_template import BatchLaunchTemplate
from batch_constructs.launch_templates.network_interfaces import efa_interfaces
from batch_constructs.launch_templates.user_data import CloudConfig, ShellScript

if TYPE_CHECKING:
    from collections.abc import Callable

_TEMPLATE = "AWS::EC2::LaunchTemplate"


def _root(**ebs: Any) -> dict[str, Any]:
    return {
        "LaunchTemplateData": Match.object_like(
            {"BlockDeviceMappings": [{"DeviceName": "/dev/xvda", "Ebs": Match.object_like(ebs)}]}
        )
    }


def test_root_disk_is_large_and_encrypted_by_default(stack: Stack) -> None:
    """Pain 11 (genomics-secondary-analysis#3): jobs do not fill an 8 GB disk, and the disk is encrypted."""
    BatchLaunchTemplate(stack, "Template")

    Template.from_stack(stack).has_resource_properties(
        _TEMPLATE, _root(VolumeSize=100, VolumeType="gp3", Encrypted=True, DeleteOnTermination=True)
    )


def test_metadata_needs_a_session_and_stays_on_the_instance(stack: Stack) -> None:
    """Pain 23 (terraform-aws-metaflow#43): IMDSv2 is required, and the template shows the hop limit."""
    BatchLaunchTemplate(stack, "Template")

    Template.from_stack(stack).has_resource_properties(
        _TEMPLATE,
        {
            "LaunchTemplateData": Match.object_like(
                {"MetadataOptions": {"HttpTokens": "required", "HttpPutResponseHopLimit": 1}}
            )
        },
    )


def test_a_plain_template_holds_a_disk_and_metadata_options_only(
    launch_template_data: Callable[[], dict[str, Any]], stack: Stack
) -> None:
    """Nothing that AWS Batch ignores or overrides is rendered, and no user data if none is given."""
    BatchLaunchTemplate(stack, "Template")

    assert launch_template_data().keys() == {"BlockDeviceMappings", "MetadataOptions"}


def test_it_has_no_name(stack: Stack) -> None:
    """Pain 26: a second stack in the same account never meets a used name."""
    BatchLaunchTemplate(stack, "Template")

    Template.from_stack(stack).has_resource_properties(_TEMPLATE, {"LaunchTemplateName": Match.absent()})


def test_tags_reach_instances_and_volumes(stack: Stack) -> None:
    """Pain 27 (containers-roadmap#2794): volumes have the cost tags, too."""
    BatchLaunchTemplate(stack, "Template", tags={"team": "genomics"})

    tags = [{"Key": "team", "Value": "genomics"}]
    Template.from_stack(stack).has_resource_properties(
        _TEMPLATE,
        {
            "LaunchTemplateData": Match.object_like(
                {
                    "TagSpecifications": [
                        {"ResourceType": "instance", "Tags": tags},
                        {"ResourceType": "volume", "Tags": tags},
                    ]
                }
            )
        },
    )


def test_every_argument_reaches_the_template(stack: Stack) -> None:
    """Every argument is rendered."""
    key = kms.Key.from_key_arn(stack, "Key", "arn:aws:kms:eu-west-1:123456789012:key/abc")
    BatchLaunchTemplate(
        stack,
        "Template",
        root_volume_size=Size.gibibytes(500),
        root_volume_iops=6000,
        root_volume_throughput=500,
        root_device_name="/dev/sda1",
        kms_key=key,
        metadata_hop_limit=2,
        require_imdsv2=False,
    )

    Template.from_stack(stack).has_resource_properties(
        _TEMPLATE,
        {
            "LaunchTemplateData": {
                "BlockDeviceMappings": [
                    {
                        "DeviceName": "/dev/sda1",
                        "Ebs": {
                            "DeleteOnTermination": True,
                            "Encrypted": True,
                            "Iops": 6000,
                            "KmsKeyId": "arn:aws:kms:eu-west-1:123456789012:key/abc",
                            "Throughput": 500,
                            "VolumeSize": 500,
                            "VolumeType": "gp3",
                        },
                    }
                ],
                "MetadataOptions": {"HttpTokens": "optional", "HttpPutResponseHopLimit": 2},
            }
        },
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"root_volume_size": Size.gibibytes(0)}, "root_volume_size must be at least 1 GiB, got 0"),
        (
            {"root_volume_size": Size.mebibytes(1536)},
            "root_volume_size must be a whole number, at least 1 GiB, got 1.5",
        ),
        (
            {"root_volume_type": "st1"},
            "root_volume_type must be one of gp3, gp2, io2, io1, standard, got 'st1'",
        ),
        ({"root_volume_type": "io2"}, "root_volume_type io2 needs root_volume_iops"),
        (
            {"root_volume_type": "io1", "root_volume_iops": 99},
            "root_volume_iops must be at least 100 IOPS on io1, got 99",
        ),
        ({"root_volume_iops": 2999}, "root_volume_iops must be at least 3,000 IOPS on gp3, got 2999"),
        (
            {"root_volume_type": "gp2", "root_volume_iops": 3000},
            "root_volume_iops needs one of gp3, io1, io2, got root_volume_type='gp2': leave it out",
        ),
        (
            {"root_volume_type": "gp2", "root_volume_throughput": 125},
            "root_volume_throughput needs gp3, got root_volume_type='gp2': leave it out",
        ),
        ({"root_volume_throughput": 124}, "root_volume_throughput must be at least 125 MiB/s, got 124"),
        (
            {"root_volume_throughput": 1000},
            "root_volume_throughput must be at most a quarter of root_volume_iops, got 1000 MiB/s and 3000 IOPS: ",
        ),
        ({"root_device_name": "xvda"}, "root_device_name must begin with /dev/, as in /dev/xvda, got 'xvda'"),
        ({"metadata_hop_limit": 0}, "metadata_hop_limit must be from 1 to 64 hops, got 0"),
        ({"metadata_hop_limit": 65}, "metadata_hop_limit must be from 1 to 64 hops, got 65"),
        ({"tags": {"AWS:team": "x"}}, "the tag key 'AWS:team' must be 1 to 128 characters"),
        (
            {"tags": {"team": "x" * 257}},
            "the length of the tag 'team' must be from 0 to 256 characters, got 257",
        ),
        ({"tags": {f"k{n}": "" for n in range(51)}}, "the number of tags must be from 0 to 50 tags, got 51"),
        (
            {"user_data": [ShellScript("x" * 16384)]},
            "the size of user_data must be from 0 to 16,384 bytes, got 16",
        ),
    ],
)
def test_impossible_values_are_refused_before_anything_is_made(
    stack: Stack, arguments: dict[str, Any], message: str
) -> None:
    """Fails when EC2 would refuse the template, with nothing in the tree."""
    with pytest.raises(ValueError) as refusal:
        BatchLaunchTemplate(stack, "Template", **arguments)

    assert str(refusal.value).startswith(message)
    assert "\n" not in str(refusal.value)
    assert stack.node.try_find_child("Template") is None


def test_a_key_without_encryption_is_a_contradiction(stack: Stack) -> None:
    """Fails when the volume has a key but is not to be encrypted."""
    key = kms.Key.from_key_arn(stack, "Key", "arn:aws:kms:eu-west-1:123456789012:key/abc")

    with pytest.raises(ValueError, match="kms_key needs encrypted=True, got encrypted=False"):
        BatchLaunchTemplate(stack, "Template", encrypted=False, kms_key=key)


def test_all_contradictions_are_told_at_once(stack: Stack) -> None:
    """One error names everything that is wrong with a call."""
    with pytest.raises(ValueError) as refusal:
        BatchLaunchTemplate(stack, "Template", metadata_hop_limit=0, root_device_name="xvda", tags={"": "x"})

    assert len(str(refusal.value).splitlines()) == 3


@pytest.mark.parametrize(
    "arguments",
    [
        {"root_volume_size": Size.gibibytes(1)},
        {"root_volume_size": Size.tebibytes(64)},
        {"root_volume_throughput": 750},
        {"root_volume_iops": 80_000, "root_volume_throughput": 2_000},
        {"root_volume_type": "io2", "root_volume_iops": 100},
        {"root_volume_type": "standard"},
        {"encrypted": False},
        {"metadata_hop_limit": 64},
        {"tags": {"team:aws": ""}},
    ],
)
def test_possible_values_pass(stack: Stack, arguments: dict[str, Any]) -> None:
    """Values that EC2 takes are never refused."""
    BatchLaunchTemplate(stack, "Template", **arguments)

    Template.from_stack(stack).resource_count_is(_TEMPLATE, 1)


def test_tokens_pass_untouched(launch_template_data: Callable[[], dict[str, Any]], stack: Stack) -> None:
    """Every number and string may be a parameter, which no check judges."""
    number = CfnParameter(stack, "Number", type="Number").value_as_number
    text = CfnParameter(stack, "Text").value_as_string
    BatchLaunchTemplate(
        stack,
        "Template",
        root_volume_size=Size.gibibytes(number),
        root_volume_type=text,  # type: ignore[arg-type]
        root_volume_iops=number,  # type: ignore[arg-type]
        root_volume_throughput=number,  # type: ignore[arg-type]
        root_device_name=text,
        metadata_hop_limit=number,  # type: ignore[arg-type]
        tags={"team": text},
    )

    ref, name = {"Ref": "Number"}, {"Ref": "Text"}
    tags = [{"Key": "team", "Value": name}]
    assert launch_template_data() == {
        "BlockDeviceMappings": [
            {
                "DeviceName": name,
                "Ebs": {
                    "DeleteOnTermination": True,
                    "Encrypted": True,
                    "Iops": ref,
                    "Throughput": ref,
                    "VolumeSize": ref,
                    "VolumeType": name,
                },
            }
        ],
        "MetadataOptions": {"HttpTokens": "required", "HttpPutResponseHopLimit": ref},
        "TagSpecifications": [
            {"ResourceType": "instance", "Tags": tags},
            {"ResourceType": "volume", "Tags": tags},
        ],
    }


def test_a_throughput_beside_unknown_iops_passes(stack: Stack) -> None:
    """A check of two values passes if one of them is unknown."""
    iops = CfnParameter(stack, "Iops", type="Number").value_as_number
    BatchLaunchTemplate(stack, "Template", root_volume_throughput=1000, root_volume_iops=iops)  # type: ignore[arg-type]

    Template.from_stack(stack).has_resource_properties(
        _TEMPLATE, _root(Throughput=1000, Iops={"Ref": "Iops"})
    )


def test_user_data_is_a_mime_document_that_cloud_init_reads(
    launch_template_data: Callable[[], dict[str, Any]],
    cloud_init: Callable[[str], list[tuple[str, str]]],
    stack: Stack,
) -> None:
    """Pain 10 (aws-cdk#6427): AWS Batch can merge its own part, so the environment never becomes INVALID."""
    BatchLaunchTemplate(
        stack,
        "Template",
        user_data=[
            EcsAgentConfig(image_cleanup_interval=Duration.minutes(15)),
            CloudConfig({"mounts": [["nfs:/", "/mnt"]]}),
            ShellScript("mkdir /scratch"),
        ],
    )

    kinds = [kind for kind, _ in cloud_init(launch_template_data()["UserData"])]
    assert kinds == ["text/x-shellscript", "text/cloud-config", "text/x-shellscript"]


def test_tokens_in_user_data_are_resolved_by_cloudformation(
    launch_template_data: Callable[[], dict[str, Any]], stack: Stack
) -> None:
    """A script may name resources of the stack; only then CloudFormation does the base64."""
    bucket = CfnParameter(stack, "Bucket").value_as_string
    BatchLaunchTemplate(
        stack, "Template", user_data=[ShellScript(f"aws s3 cp s3://{bucket}/setup . && ./setup")]
    )

    join = launch_template_data()["UserData"]["Fn::Base64"]["Fn::Join"]
    assert join[1][0].startswith("MIME-Version: 1.0\n")
    assert join[1][1] == {"Ref": "Bucket"}


def test_equal_arguments_make_equal_templates() -> None:
    """The boundary is not random, or every deploy would replace all instances."""

    def synthesized() -> str:
        stack = Stack(App(), "Test")
        BatchLaunchTemplate(stack, "Template", user_data=[ShellScript("true"), ShellScript("false")])
        return json.dumps(Template.from_stack(stack).to_json())

    assert synthesized() == synthesized()


def test_cfn_lint_finds_nothing(stack: Stack) -> None:
    """cfn-lint accepts both a template with defaults and one with all arguments."""
    BatchLaunchTemplate(stack, "Plain")
    BatchLaunchTemplate(
        stack,
        "Full",
        root_volume_size=Size.gibibytes(200),
        root_volume_iops=4000,
        root_volume_throughput=1000,
        metadata_hop_limit=2,
        user_data=[ShellScript("echo ready")],
        tags={"team": "genomics"},
    )

    assert lint(json.dumps(Template.from_stack(stack).to_json())) == []


def test_network_interfaces_carry_the_security_groups(
    launch_template_data: Callable[[], dict[str, Any]], stack: Stack
) -> None:
    """Pain 12 (aws-cdk#21577): EC2 refuses groups together with interfaces, so each interface has the groups."""
    group = ec2.SecurityGroup.from_security_group_id(stack, "Group", "sg-1")
    BatchLaunchTemplate(
        stack,
        "Template",
        network_interfaces=efa_interfaces("hpc7a.96xlarge"),
        security_groups=[group],
    )

    data = launch_template_data()
    assert "SecurityGroupIds" not in data
    assert data["NetworkInterfaces"] == [
        {
            "NetworkCardIndex": card,
            "DeviceIndex": card,
            "InterfaceType": kind,
            "Groups": ["sg-1"],
            "DeleteOnTermination": True,
        }
        for card, kind in ((0, "efa"), (1, "efa-only"))
    ]


@pytest.mark.parametrize("given", ["network_interfaces", "security_groups"])
def test_fails_when_interfaces_and_groups_do_not_come_together(stack: Stack, given: str) -> None:
    """Fails when one is given without the other."""
    both: dict[str, Any] = {
        "network_interfaces": efa_interfaces("p4d.24xlarge"),
        "security_groups": [ec2.SecurityGroup.from_security_group_id(stack, "Group", "sg-1")],
    }
    with pytest.raises(ValueError, match=f"need each other, got only {given}"):
        BatchLaunchTemplate(stack, "Template", **{given: both[given]})
