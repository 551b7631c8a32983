"""Images of AWS Batch that new environments cannot have any more, although existing ones keep them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch_constructs.assembly.changes.change import DeployProblem, Kind, risk
from batch_constructs.assembly.template import is_known
from batch_constructs.facts import images

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_constructs.assembly.template.resources import ComputeEnvironment


def blocked_images(
    new: ComputeEnvironment, kind: Kind, at_least: Kind, because: str = ""
) -> Iterator[DeployProblem]:
    """Yield a problem for each image type with which AWS refuses to create the environment.

    Args:
        new: the environment, which is created or replaced.
        kind: the worst effect.
        at_least: the certain effect.
        because: the properties whose change replaces it.
    """
    resources = new.compute_resources
    templates = [template for _, template in resources.template_uses]
    own = [resources.image_id, *(each.data.image_id for each in templates if each is not None)]
    if any(image is not None for image in own):
        return
    seen = all(template is not None and template.data.present for template in templates)
    for configuration in resources.ec2_configuration:
        name = configuration.image_type
        image = images.IMAGE_TYPES.get(name) if is_known(name) else None
        if image is None or image.creation_blocked is None or configuration.image_id_override is not None:
            continue
        again = "replaced by a new one" if kind is Kind.REPLACED else "created"
        keep = f", or keep {because} as it is" if because else ""
        yield DeployProblem(
            risk=risk(at_least is kind and seen),
            message=(
                f"an environment with the image {image.name} cannot be {again}: AWS refuses new environments with its images of "
                f"{image.os} since {image.creation_blocked}"
            ),
            remedy=f"set ImageType to {image.successor} in the same deployment{keep}",
        )
