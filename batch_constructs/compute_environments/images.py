"""The machine images of instances: those that AWS Batch provides, and your own."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from batch_constructs._border.tokens import known
from batch_constructs.facts import gpus, limits
from batch_constructs.facts import images as facts
from batch_constructs.facts import instance_types as types

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from batch_constructs._border.problems import Problems

__all__ = ["ImageType", "check_images", "images_for"]


class ImageType(StrEnum):
    """The machine images that AWS Batch picks from: for environments on ECS, and for those on Amazon EKS.

    Guide: Compute Resource AMIs.
    """

    ECS_AL2023 = "ECS_AL2023"
    """Amazon Linux 2023, for every type without a GPU except ``a1``."""

    ECS_AL2023_NVIDIA = "ECS_AL2023_NVIDIA"
    """Amazon Linux 2023 with NVIDIA drivers, for GPU types except ``p3`` and ``g3``."""

    ECS_AL2 = "ECS_AL2"
    """Amazon Linux 2, whose support ended on 2026-06-30."""

    ECS_AL2_NVIDIA = "ECS_AL2_NVIDIA"
    """Amazon Linux 2 with NVIDIA drivers, whose support ended on 2026-06-30."""

    EKS_AL2023 = "EKS_AL2023"
    """Amazon Linux 2023 on Amazon EKS, for every type without a GPU except ``a1``."""

    EKS_AL2023_NVIDIA = "EKS_AL2023_NVIDIA"
    """Amazon Linux 2023 on Amazon EKS with NVIDIA drivers, for GPU types."""

    EKS_AL2 = "EKS_AL2"
    """Amazon Linux 2 on Amazon EKS, whose support ended on 2025-11-26."""

    EKS_AL2_NVIDIA = "EKS_AL2_NVIDIA"
    """Amazon Linux 2 on Amazon EKS with NVIDIA drivers, whose support ended on 2025-11-26."""

    @property
    def on_eks(self) -> bool:
        """Return whether it is for environments on Amazon EKS."""
        return facts.IMAGE_TYPES[self].orchestration == "EKS"

    @property
    def nvidia(self) -> bool:
        """Return whether it is for GPU types."""
        return facts.IMAGE_TYPES[self].nvidia


def images_for(
    instance_types: Sequence[str],
    image_types: Sequence[ImageType] | None,
    image_ids: Mapping[ImageType, str],
    *,
    on_eks: bool = False,
) -> list[ImageType]:
    """Return the given images, or those that fit the instance types: NVIDIA's for GPUs, the standard one for the rest.

    An image of your own replaces the one that would be chosen for the same instances.
    """
    if image_types is not None:
        return list(image_types)
    standard = ImageType.EKS_AL2023 if on_eks else ImageType.ECS_AL2023
    nvidia = ImageType.EKS_AL2023_NVIDIA if on_eks else ImageType.ECS_AL2023_NVIDIA
    names = [name for name in instance_types if known(name)]
    fitting = {nvidia if each.gpus else standard for name in names for each in types.members(name)}
    fitting |= {nvidia for name in names if _runs(nvidia, name)}
    own = set(image_ids)
    if not fitting and not own:
        return [standard]
    return sorted(own | {each for each in fitting if each.nvidia not in {other.nvidia for other in own}})


def _runs(image: ImageType, name: str) -> bool:
    """Return whether a family, known by name only, has NVIDIA GPUs and runs the image."""
    family, facts_of_image = name.partition(".")[0], facts.IMAGE_TYPES[image]
    return family in gpus.NVIDIA_BY_NAME - set(gpus.FAMILIES_ON_OWN_IMAGES) - set(
        facts_of_image.families_refused
    )


def check_images(
    problems: Problems,
    image_types: Sequence[ImageType] | None,
    image_ids: Mapping[ImageType, str],
    *,
    on_eks: bool = False,
) -> None:
    """Add a problem for too many images, wrong ids, and images of the wrong orchestrator."""
    foreign = sorted({each for each in (*(image_types or ()), *image_ids) if each.on_eks != on_eks})
    problems.check(
        not foreign,
        f"images must be for {'Amazon EKS' if on_eks else 'ECS'}, got {', '.join(foreign)}: "
        f"take {', '.join(each for each in ImageType if each.on_eks == on_eks)}",
    )
    if image_types is not None:
        problems.within("the length of image_types", len(image_types), limits.EC2_CONFIGURATIONS)
        strange = [each for each in image_ids if each not in image_types]
        problems.check(
            not strange,
            f"image_ids must be for image_types, got {', '.join(strange)} with "
            f"image_types={', '.join(image_types)}: add it there, or omit image_types",
        )
    else:
        problems.check(
            len(image_ids) <= (limits.EC2_CONFIGURATIONS.maximum or 0),
            f"image_ids must hold {limits.EC2_CONFIGURATIONS.words}, got {len(image_ids)}",
        )
    for image_type, image_id in image_ids.items():
        problems.check(
            not known(image_id) or image_id.startswith(("ami-", "{{resolve:")),
            f"image_ids must hold ids such as 'ami-0123456789abcdef0', got {image_id!r} for {image_type}",
        )
