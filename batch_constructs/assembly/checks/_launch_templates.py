"""The launch templates of an environment."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_constructs.assembly.template.resources import (
        ComputeResources,
        LaunchTemplate,
        LaunchTemplateOverride,
        LaunchTemplateSpecification,
    )

    Use: TypeAlias = LaunchTemplateSpecification | LaunchTemplateOverride


def uses(resources: ComputeResources) -> Iterator[tuple[Use, LaunchTemplate | None]]:
    """Where an environment names a launch template, for all types or for some, and the template if it is in sight."""
    specification = resources.launch_template
    if specification.present:
        yield specification, specification.launch_template
        for override in specification.overrides:
            yield override, override.launch_template
