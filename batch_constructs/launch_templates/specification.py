"""The reference from a compute environment to a launch template, by which every change reaches the instances."""

from __future__ import annotations

from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from aws_cdk import aws_batch as batch
from aws_cdk import aws_ec2 as ec2

from batch_constructs._border.tokens import known
from batch_constructs.launch_templates.launch_template import BatchLaunchTemplate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk.interfaces.aws_ec2 import ILaunchTemplateRef

    from batch_constructs.facts.vocabulary import UserdataType
    from batch_constructs.launch_templates.overrides import LaunchTemplateOverride

__all__ = ["override_specifications", "specification", "with_overrides"]

_Specification = batch.CfnComputeEnvironment.LaunchTemplateSpecificationProperty
_Override = batch.CfnComputeEnvironment.LaunchTemplateSpecificationOverrideProperty

_REMEMBERED: WeakKeyDictionary[
    ILaunchTemplateRef, batch.CfnComputeEnvironment.LaunchTemplateSpecificationProperty
] = WeakKeyDictionary()


def specification(
    template: ILaunchTemplateRef,
) -> batch.CfnComputeEnvironment.LaunchTemplateSpecificationProperty:
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


def _specification(
    template: ILaunchTemplateRef,
) -> batch.CfnComputeEnvironment.LaunchTemplateSpecificationProperty:
    if isinstance(template, ec2.CfnLaunchTemplate | BatchLaunchTemplate):
        return _Specification(launch_template_id=template.ref, version=template.attr_latest_version_number)
    if isinstance(template, ec2.LaunchTemplate):
        return _Specification(
            launch_template_id=template.launch_template_id, version=template.latest_version_number
        )
    version = getattr(template, "version_number", None)
    if version is None or (known(version) and not version.isdecimal()):
        raise ValueError(
            "an imported launch template needs a version number, since AWS Batch would not notice that "
            f"{version or '$Default'} has moved, got {version!r}: import it with "
            'ec2.LaunchTemplate.from_launch_template_attributes(…, version_number="7")'
        )
    template_id = getattr(template, "launch_template_id", None)
    if template_id is not None:
        return _Specification(launch_template_id=template_id, version=version)
    return _Specification(
        launch_template_name=getattr(template, "launch_template_name", None), version=version
    )


def override_specifications(
    overrides: Sequence[LaunchTemplateOverride],
    userdata_type: UserdataType | None = None,
) -> list[batch.CfnComputeEnvironment.LaunchTemplateSpecificationOverrideProperty]:
    """Refer to the launch templates of some instance types, each by a version number.

    Args:
        overrides: The templates and their instance types.
        userdata_type: How nodes of Amazon EKS join the cluster.

    Raises:
        ValueError: an imported template has no version number, or a moving version.

    Guide: Launch Template Support.
    """
    return [
        _Override(
            launch_template_id=each.launch_template_id,
            launch_template_name=each.launch_template_name,
            version=each.version,
            target_instance_types=list(override.target_instance_types),
            userdata_type=None if userdata_type is None else userdata_type.value,
        )
        for override in overrides
        for each in (specification(override.launch_template),)
    ]


def with_overrides(
    base: batch.CfnComputeEnvironment.LaunchTemplateSpecificationProperty,
    overrides: Sequence[batch.CfnComputeEnvironment.LaunchTemplateSpecificationOverrideProperty],
    userdata_type: UserdataType | None = None,
) -> batch.CfnComputeEnvironment.LaunchTemplateSpecificationProperty:
    """Add the templates of some instance types to the template of all others.

    Args:
        base: The template of all others. It may be shared, so it is not changed.
        overrides: The result of `override_specifications`.
        userdata_type: How nodes of Amazon EKS join the cluster.
    """
    if not overrides and userdata_type is None:
        return base
    return _Specification(
        launch_template_id=base.launch_template_id,
        launch_template_name=base.launch_template_name,
        version=base.version,
        overrides=list(overrides) or None,
        userdata_type=None if userdata_type is None else userdata_type.value,
    )
