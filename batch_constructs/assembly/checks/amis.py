"""Images of compute environments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch_constructs.assembly.checks import Finding, Severity, one_of, rule
from batch_constructs.assembly.template import known
from batch_constructs.facts import images, instance_types

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_constructs.assembly.template.resources import ComputeResources

ERROR, WARNING = Severity.ERROR, Severity.WARNING


@rule(
    "AMI-13",
    chapter="Using a GPU Workload AMI",
    severity=ERROR,
    remedy="choose an image type that ends in _NVIDIA, or leave out Ec2Configuration: Batch then chooses by itself",
    prevents="jobs that wait in RUNNABLE: the plain image offers no GPUs",
)
def gpus_need_a_gpu_image(resources: ComputeResources) -> Iterator[Finding]:
    """Instance types with NVIDIA GPUs need an image with the driver."""
    configurations, types = resources.ec2_configuration, resources.instance_types
    if (
        not configurations
        or not configurations.complete
        or not types.complete
        or resources.raw("ImageId") is not None
    ):
        return
    if not types or not all(known(name) and _has_nvidia_gpus(name) for name in types):
        return
    chosen = [images.IMAGE_TYPES.get(c.image_type) if known(c.image_type) else None for c in configurations]
    if any(image is None or image.nvidia for image in chosen) or any(
        c.raw("ImageIdOverride") is not None for c in configurations
    ):
        return
    template = resources.launch_template
    if not template.absent and (
        template.launch_template is None or template.launch_template.data.image_id is not None
    ):
        return
    names = one_of([str(name) for name in types])
    got = one_of([str(c.image_type) for c in configurations])
    yield Finding(
        resources,
        f"{names} needs an image type with NVIDIA's driver, got {got}",
        at="Ec2Configuration[0].ImageType",
    )


def _has_nvidia_gpus(name: str) -> bool:
    """Whether all sizes behind a name are known to have NVIDIA GPUs."""
    types = instance_types.members(name)
    return bool(types) and all(any(gpu.manufacturer == "NVIDIA" for gpu in t.gpus) for t in types)
