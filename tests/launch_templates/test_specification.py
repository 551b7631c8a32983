"""The reference from an environment to a launch template."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from aws_cdk import CfnParameter, Stack
from aws_cdk import aws_batch as batch
from aws_cdk import aws_ec2 as ec2
from aws_cdk.assertions import Template

from batch_constructs.launch_templates.launch_template import BatchLaunchTemplate
from batch_constructs.launch_templates.specification import specification

if TYPE_CHECKING:
    from aws_cdk.interfaces.aws_ec2 import ILaunchTemplateRef


def _rendered(stack: Stack, template: ILaunchTemplateRef) -> dict[str, Any]:
    """Return the reference to the template that an environment renders."""
    batch.CfnComputeEnvironment(
        stack,
        "Environment",
        type="MANAGED",
        compute_resources=batch.CfnComputeEnvironment.ComputeResourcesProperty(
            type="EC2", maxv_cpus=1, subnets=["subnet-1"], launch_template=specification(template)
        ),
    )
    (environment,) = Template.from_stack(stack).find_resources("AWS::Batch::ComputeEnvironment").values()
    return dict(environment["Properties"]["ComputeResources"]["LaunchTemplate"])


def _latest(logical_id: str) -> dict[str, Any]:
    return {
        "LaunchTemplateId": {"Ref": logical_id},
        "Version": {"Fn::GetAtt": [logical_id, "LatestVersionNumber"]},
    }


def test_a_change_of_our_template_is_a_change_of_the_environment(stack: Stack) -> None:
    """Pain 1 (aws-cdk#28137): the version is the template's latest number, so every edit reaches instances."""
    template = BatchLaunchTemplate(stack, "Template")

    assert _rendered(stack, template) == _latest("Template")


def test_a_change_of_an_l1_template_is_a_change_of_the_environment(stack: Stack) -> None:
    """Pain 1 for users of the L1."""
    template = ec2.CfnLaunchTemplate(
        stack, "Template", launch_template_data=ec2.CfnLaunchTemplate.LaunchTemplateDataProperty()
    )

    assert _rendered(stack, template) == _latest("Template")


def test_a_change_of_an_l2_template_is_a_change_of_the_environment(stack: Stack) -> None:
    """Pain 1 for users of the CDK's L2, whose own Batch environments render no version."""
    template = ec2.LaunchTemplate(stack, "Template", require_imdsv2=True)
    (logical_id,) = (
        stack.get_logical_id(child)
        for child in template.node.children
        if isinstance(child, ec2.CfnLaunchTemplate)
    )

    assert _rendered(stack, template) == _latest(logical_id)


def test_a_template_imported_by_id_keeps_its_version(stack: Stack) -> None:
    """The environment gets the version that the user names."""
    template = ec2.LaunchTemplate.from_launch_template_attributes(
        stack, "Imported", launch_template_id="lt-0123456789abcdef0", version_number="7"
    )

    assert _rendered(stack, template) == {"LaunchTemplateId": "lt-0123456789abcdef0", "Version": "7"}


def test_a_template_imported_by_name_is_named(stack: Stack) -> None:
    """The CDK's own environments render an empty reference here."""
    template = ec2.LaunchTemplate.from_launch_template_attributes(
        stack, "Imported", launch_template_name="shared", version_number="7"
    )

    assert _rendered(stack, template) == {"LaunchTemplateName": "shared", "Version": "7"}


def test_a_token_as_version_passes(stack: Stack) -> None:
    """The version number may be a parameter."""
    template = ec2.LaunchTemplate.from_launch_template_attributes(
        stack,
        "Imported",
        launch_template_id="lt-0123456789abcdef0",
        version_number=CfnParameter(stack, "Version").value_as_string,
    )

    assert _rendered(stack, template)["Version"] == {"Ref": "Version"}


@pytest.mark.parametrize("version", [None, "", "$Default", "$Latest", "seven"])
def test_an_imported_template_without_a_version_number_is_refused(stack: Stack, version: str | None) -> None:
    """Fails when a new version would never reach the instances (pain 1, terraform-provider-aws#15535)."""
    template = ec2.LaunchTemplate.from_launch_template_attributes(
        stack, "Imported", launch_template_id="lt-0123456789abcdef0", version_number=version
    )

    with pytest.raises(ValueError, match=r"needs a version number.*import it with.*version_number="):
        specification(template)


def test_a_bare_reference_is_refused(stack: Stack) -> None:
    """Fails when only the id of a template is known, so its version is unknown."""
    template = ec2.CfnLaunchTemplate.from_launch_template_id(stack, "Imported", "lt-0123456789abcdef0")

    with pytest.raises(ValueError, match="needs a version number"):
        specification(template)
