"""The reference from a compute environment to a launch template, by which every change reaches the instances."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from aws_cdk import aws_ec2 as ec2

from batch_constructs._border.spelling import given
from batch_constructs._border.tokens import known
from batch_constructs.launch_templates.launch_template import BatchLaunchTemplate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk.interfaces.aws_ec2 import ILaunchTemplateRef

    from batch_constructs.facts.vocabulary import UserdataType
    from batch_constructs.launch_templates.overrides import LaunchTemplateOverride

__all__ = ["override_specifications", "specification"]

_REMEMBERED: WeakKeyDictionary[ILaunchTemplateRef, dict[str, str]] = WeakKeyDictionary()


def specification(template: ILaunchTemplateRef) -> dict[str, str]:
    """Refer to a launch template by a version number, never by ``$Default`` or ``$Latest``.

    AWS Batch reads a template only when the environment itself changes, so a moving version would leave the instances
    on the old one. The version number of a template of this app comes from CloudFormation and changes with it.

    Args:
        template: A `BatchLaunchTemplate`, an ``ec2.CfnLaunchTemplate``, an ``ec2.LaunchTemplate``, or a template
            imported with its version number, which may be a token.

    Raises:
        ValueError: an imported template has no version number, or a moving version.

    Guide: Launch Template Support.
    """
    # Its id and its version are a call to Node.js each, and environments share templates.
    if template not in _REMEMBERED:
        _REMEMBERED[template] = _specification(template)
    return _REMEMBERED[template]


def _specification(template: ILaunchTemplateRef) -> dict[str, str]:
    if isinstance(template, ec2.CfnLaunchTemplate | BatchLaunchTemplate):
        return given(launchTemplateId=template.ref, version=template.attr_latest_version_number)
    if isinstance(template, ec2.LaunchTemplate):
        return given(launchTemplateId=template.launch_template_id, version=template.latest_version_number)
    version = getattr(template, "version_number", None)
    if version is None or (known(version) and not version.isdecimal()):
        raise ValueError(
            "an imported launch template needs a version number, since AWS Batch would not notice that "
            f"{version or '$Default'} has moved, got {version!r}: import it with "
            'ec2.LaunchTemplate.from_launch_template_attributes(…, version_number="7")'
        )
    return given(
        launchTemplateId=(template_id := getattr(template, "launch_template_id", None)),
        launchTemplateName=None if template_id else getattr(template, "launch_template_name", None),
        version=version,
    )


def override_specifications(
    overrides: Sequence[LaunchTemplateOverride],
    userdata_type: UserdataType | None = None,
) -> list[dict[str, Any]]:
    """Refer to the launch templates of some instance types, each by a version number.

    Args:
        overrides: The templates and their instance types.
        userdata_type: How nodes of Amazon EKS join the cluster.

    Raises:
        ValueError: an imported template has no version number, or a moving version.

    Guide: Launch Template Support.
    """
    return [
        given(
            **specification(each.launch_template),
            targetInstanceTypes=each.target_instance_types,
            userdataType=userdata_type,
        )
        for each in overrides
    ]
