"""Launch templates for some of the instance types."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from batch_constructs import BatchLaunchTemplate, Ec2ComputeEnvironment, LaunchTemplateOverride

if TYPE_CHECKING:
    from collections.abc import Callable

    from aws_cdk import Stack
    from aws_cdk import aws_ec2 as ec2

ENVIRONMENT = "AWS::Batch::ComputeEnvironment"


def overriding(stack: Stack, *targets: str, times: int = 1) -> list[LaunchTemplateOverride]:
    template = BatchLaunchTemplate(stack, "Other")
    return [LaunchTemplateOverride(launch_template=template, target_instance_types=targets)] * times


def test_each_override_follows_its_template(
    stack: Stack, vpc: ec2.IVpc, synth: Callable[[], dict[str, dict[str, Any]]]
) -> None:
    """Pain 1 (aws-cdk#28137) for overrides: a change of their template is also a change of the environment."""
    environment = Ec2ComputeEnvironment(
        stack,
        "Environment",
        vpc=vpc,
        instance_types=["c7i", "m7i.large"],
        launch_template_overrides=overriding(stack, "m7i.large"),
    )
    template = synth()[stack.get_logical_id(environment.cfn)]["Properties"]["ComputeResources"][
        "LaunchTemplate"
    ]
    assert template["Overrides"] == [
        {
            "LaunchTemplateId": {"Ref": "Other"},
            "Version": {"Fn::GetAtt": ["Other", "LatestVersionNumber"]},
            "TargetInstanceTypes": ["m7i.large"],
        }
    ]
    assert isinstance(environment.launch_template, BatchLaunchTemplate)
    own = stack.get_logical_id(environment.launch_template.cfn)
    assert template["LaunchTemplateId"] == {"Ref": own}
    assert template["Version"] == {"Fn::GetAtt": [own, "LatestVersionNumber"]}


@pytest.mark.parametrize(
    ("types", "targets"),
    [
        (["c7i"], ["c7i.large"]),
        (["c7i.large", "c7i.xlarge"], ["c7i"]),
        (["optimal"], ["c7i.large"]),
        (["c7i", "m7i"], ["c7i", "m7i"]),
    ],
)
def test_a_part_of_the_instance_types_passes(
    stack: Stack, vpc: ec2.IVpc, types: list[str], targets: list[str]
) -> None:
    """A size of a family, the family of a size, and types of a bundle pass."""
    overrides = overriding(stack, *targets)
    Ec2ComputeEnvironment(
        stack, "Environment", vpc=vpc, instance_types=types, launch_template_overrides=overrides
    )


@pytest.mark.parametrize(
    ("targets", "times", "message"),
    [
        (["r7i"], 1, "must be for instance_types of the environment, got r7i"),
        (["c7i", "c7i.large"], 1, "must not overlap, got c7i and c7i.large"),
        (["c7i"], 2, "must not overlap, got c7i and c7i"),
        (["c7i"], 11, "the number of launch_template_overrides must be from 0 to 10"),
    ],
)
def test_fails_when_overrides_do_not_suit_the_environment(
    stack: Stack, vpc: ec2.IVpc, targets: list[str], times: int, message: str
) -> None:
    """Fails when they are for other types, for the same types twice, or too many, with nothing in the tree."""
    overrides = overriding(stack, *targets, times=times)
    before = len(stack.node.children)
    with pytest.raises(ValueError, match=message):
        Ec2ComputeEnvironment(
            stack,
            "Environment",
            vpc=vpc,
            instance_types=["c7i", "m7i"],
            launch_template_overrides=overrides,
        )
    assert len(stack.node.children) == before


def test_fails_when_an_imported_template_has_no_version(stack: Stack, vpc: ec2.IVpc) -> None:
    """Pain 1: fails when a later version would never reach the instances, with nothing in the tree."""
    from aws_cdk import aws_ec2

    template = aws_ec2.LaunchTemplate.from_launch_template_attributes(
        stack, "Lt", launch_template_name="mine"
    )
    override = LaunchTemplateOverride(launch_template=template, target_instance_types=["c7i"])
    before = len(stack.node.children)
    with pytest.raises(ValueError, match="needs a version number"):
        Ec2ComputeEnvironment(
            stack, "Environment", vpc=vpc, instance_types=["c7i"], launch_template_overrides=[override]
        )
    assert len(stack.node.children) == before


@pytest.mark.parametrize(
    ("targets", "message"),
    [([], "must name at least one"), (["optimal"], "takes types and families, got 'optimal'")],
)
def test_fails_when_an_override_has_no_target(stack: Stack, targets: list[str], message: str) -> None:
    """Fails when there is no target, or a bundle as target."""
    with pytest.raises(ValueError, match=message):
        overriding(stack, *targets)
