"""Defects of the CDK's L2 for environments in 2.275, which this library does not have.

The numbers are the order in which they were found by running the L2; if users met one, their issue is named.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from aws_cdk import Tags
from aws_cdk import aws_ec2 as ec2

from batch_constructs import (
    AllocationStrategy,
    BatchLaunchTemplate,
    BatchServiceRole,
    Ec2ComputeEnvironment,
    EfaComputeEnvironment,
    FargateComputeEnvironment,
    SpotComputeEnvironment,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from aws_cdk import Stack

    Only = Callable[[str], dict[str, Any]]
    Synth = Callable[[], dict[str, dict[str, Any]]]

ENVIRONMENT = "AWS::Batch::ComputeEnvironment"


def test_1_the_version_of_a_launch_template_is_rendered(stack: Stack, vpc: ec2.IVpc, only: Only) -> None:
    """aws-cdk#28137: without a version the environment stays at `$Default`, whatever happens to the template."""
    Ec2ComputeEnvironment(stack, "It", vpc=vpc, launch_template=BatchLaunchTemplate(stack, "Template"))
    template = only(ENVIRONMENT)["ComputeResources"]["LaunchTemplate"]
    assert template["Version"] == {"Fn::GetAtt": ["Template", "LatestVersionNumber"]}


def test_1_a_template_that_is_imported_by_name_keeps_its_name_and_version(
    stack: Stack, vpc: ec2.IVpc, only: Only
) -> None:
    """aws-cdk#28137: the L2 renders `"LaunchTemplate": {}` for it."""
    template = ec2.LaunchTemplate.from_launch_template_attributes(
        stack, "Template", launch_template_name="theirs", version_number="7"
    )
    Ec2ComputeEnvironment(stack, "It", vpc=vpc, launch_template=template)
    assert only(ENVIRONMENT)["ComputeResources"]["LaunchTemplate"] == {
        "LaunchTemplateName": "theirs",
        "Version": "7",
    }


def test_2_no_spot_environment_has_a_fleet_role_without_rights(
    stack: Stack, vpc: ec2.IVpc, synth: Synth
) -> None:
    """aws-cdk#25256, #25305, #9073: with such a role instances never scale down; only BEST_FIT would need one."""
    with pytest.raises(ValueError, match=r"allocation_strategy must be one of .* on Spot, got BEST_FIT"):
        SpotComputeEnvironment(stack, "Worst", vpc=vpc, allocation_strategy=AllocationStrategy.BEST_FIT)
    SpotComputeEnvironment(stack, "It", vpc=vpc)
    assert "spotfleet" not in str(synth())


def test_3_the_default_types_for_arm_are_taken(stack: Stack, vpc: ec2.IVpc, only: Only) -> None:
    """The L2 refuses `default_arm64` if nothing else is named."""
    Ec2ComputeEnvironment(stack, "It", vpc=vpc, instance_types=["default_arm64"])
    assert only(ENVIRONMENT)["ComputeResources"]["InstanceTypes"] == ["default_arm64"]


def test_4_nothing_is_added_to_the_instance_types(stack: Stack, vpc: ec2.IVpc, only: Only) -> None:
    """The L2 adds `optimal`, which is x86, to types for Arm; ours refuses the two together."""
    with pytest.raises(ValueError, match="must share one architecture"):
        Ec2ComputeEnvironment(stack, "Mixed", vpc=vpc, instance_types=["c7g", "optimal"])
    Ec2ComputeEnvironment(stack, "It", vpc=vpc, instance_types=["c7g"])
    assert only(ENVIRONMENT)["ComputeResources"]["InstanceTypes"] == ["c7g"]


def test_5_security_groups_stand_at_the_interfaces_or_at_the_environment(
    stack: Stack, vpc: ec2.IVpc, only: Only
) -> None:
    """aws-cdk#21577: EC2 refuses both together, and the L2 always renders those of the environment."""
    EfaComputeEnvironment(stack, "It", vpc=vpc, instance_types=["p5.48xlarge"], max_vcpus=192)
    assert "SecurityGroupIds" not in only(ENVIRONMENT)["ComputeResources"]
    interfaces = only("AWS::EC2::LaunchTemplate")["LaunchTemplateData"]["NetworkInterfaces"]
    assert all(each["Groups"] for each in interfaces)


def test_6_fargate_renders_nothing_that_it_cannot_update(stack: Stack, vpc: ec2.IVpc, only: Only) -> None:
    """aws-cdk#27054, #34008: an update with a member for EC2 is refused, even an empty UpdatePolicy."""
    FargateComputeEnvironment(stack, "It", vpc=vpc)
    properties = only(ENVIRONMENT)
    assert set(properties) == {"ComputeResources", "ReplaceComputeEnvironment", "State", "Type"}
    assert set(properties["ComputeResources"]) == {"MaxvCpus", "SecurityGroupIds", "Subnets", "Type"}


def test_10_tags_of_the_stack_stay_off(stack: Stack, vpc: ec2.IVpc, synth: Synth) -> None:
    """cfn-coverage-roadmap#2270: the L2 puts them on the environment, which a changed tag then replaces."""
    Ec2ComputeEnvironment(stack, "It", vpc=vpc)
    FargateComputeEnvironment(stack, "Other", vpc=vpc)
    Tags.of(stack).add("team", "imaging")
    environments = [each["Properties"] for each in synth().values() if each["Type"] == ENVIRONMENT]
    assert len(environments) == 2
    assert "imaging" not in str(environments)


def test_13_the_image_is_current_by_default(stack: Stack, vpc: ec2.IVpc, only: Only) -> None:
    """aws-cdk#35839: support of the L2's default, Amazon Linux 2, ended in June 2026."""
    Ec2ComputeEnvironment(stack, "It", vpc=vpc)
    assert only(ENVIRONMENT)["ComputeResources"]["Ec2Configuration"] == [{"ImageType": "ECS_AL2023"}]


@pytest.mark.parametrize("blocked", ["strategy", "role"])
def test_14_updates_in_place_are_refused_where_aws_does(
    stack: Stack, vpc: ec2.IVpc, only: Only, blocked: str
) -> None:
    """terraform-provider-aws#38695: BEST_FIT or a service role rule them out, unnoticed until the deploy."""
    best_fit = {"allocation_strategy": AllocationStrategy.BEST_FIT}
    arguments: dict[str, Any] = (
        best_fit if blocked == "strategy" else {"service_role": BatchServiceRole(stack, "Role")}
    )
    with pytest.raises(ValueError, match="needs the service-linked role and a strategy other than BEST_FIT"):
        Ec2ComputeEnvironment(stack, "Not", vpc=vpc, update_to_latest_image_version=True, **arguments)
    Ec2ComputeEnvironment(stack, "It", vpc=vpc, **arguments)
    assert "UpdateToLatestImageVersion" not in only(ENVIRONMENT)["ComputeResources"]
