"""The images of an environment's instances."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch_constructs.assembly.template import Unknown, is_known
from batch_constructs.facts import images

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_constructs.assembly.template import View
    from batch_constructs.assembly.template.resources import ComputeResources
    from batch_constructs.facts.images import ImageType


def explicit_images(resources: ComputeResources) -> Iterator[tuple[View, str]]:
    """Yield the view and the member of each image that the assembly names."""
    if resources.image_id is not None:
        yield resources, "ImageId"
    for configuration in resources.ec2_configuration:
        if configuration.image_id_override is not None:
            yield configuration, "ImageIdOverride"
    for _, template in resources.template_uses:
        if template is not None and template.data.image_id is not None:
            yield template.data, "ImageId"


def batch_chooses(resources: ComputeResources) -> bool:
    """Return whether it is certain that no image is named, so that Batch chooses one by the image type."""
    return (
        resources.ec2_configuration.complete
        and resources.launch_template.overrides.complete
        and not isinstance(resources.launch_template.node, Unknown)
        and not any(explicit_images(resources))
        and all(template is not None and template.data.present for _, template in resources.template_uses)
    )


def image_types(resources: ComputeResources) -> list[ImageType] | None:
    """Return the image types that an environment names; ``None`` if one of them is unknown."""
    configurations = resources.ec2_configuration
    found = [images.IMAGE_TYPES.get(c.image_type) if is_known(c.image_type) else None for c in configurations]
    if not configurations.complete or None in found:
        return None
    return [image for image in found if image is not None]
