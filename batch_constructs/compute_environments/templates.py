"""Checks whether a launch template of this library suits an environment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch_constructs._border.tokens import known
from batch_constructs.facts import images as facts
from batch_constructs.launch_templates.launch_template import BatchLaunchTemplate

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aws_cdk.interfaces.aws_ec2 import ILaunchTemplateRef

    from batch_constructs._border.problems import Problems
    from batch_constructs.compute_environments.images import ImageType

__all__ = ["check_templates"]


def check_templates(
    problems: Problems,
    templates: Sequence[ILaunchTemplateRef | None],
    images: Mapping[ImageType, str | None],
    *,
    on_eks: bool,
) -> None:
    """Add a problem for a root disk smaller than the image, and for agent settings that AWS Batch writes itself.

    Args:
        problems: Where to add it.
        templates: The templates of all instances, or of some.
        images: The environment's image types, each with the id of your own image if there is one.
        on_eks: Whether it is on Amazon EKS.
    """
    least = facts.ROOT_VOLUME_GIB["EKS" if on_eks else "ECS"]
    for template in templates:
        if not isinstance(template, BatchLaunchTemplate):
            continue
        size = template.root_gibibytes
        problems.check(
            any(images.values()) or not known(size) or size >= least,
            f"root_volume_size of the launch template must be at least {least} GiB, the size of the image, got "
            f"{size:g} GiB",
        )
        problems.check(
            not template.reserved_settings,
            "user_data of the launch template must not set "
            f"{' and '.join(template.reserved_settings)}: AWS Batch does, and jobs would never reach the instances",
        )
