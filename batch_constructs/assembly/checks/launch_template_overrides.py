"""Launch templates for some of the instance types of an environment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch_constructs.assembly.checks import Finding, Severity, miscounted, rule
from batch_constructs.assembly.template import is_known, literals
from batch_constructs.facts import instance_types, limits

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_constructs.assembly.template.resources import (
        ComputeResources,
        LaunchTemplateOverride,
        LaunchTemplateSpecification,
    )

CHAPTER = "Launch Template Support"

ERROR = Severity.ERROR


@rule("LT-07", severity=ERROR, remedy="use one template for several types, or split the environment")
def number_of_overrides(specification: LaunchTemplateSpecification) -> Iterator[Finding]:
    """An environment must have at most 10 launch template overrides."""
    yield from miscounted(
        limits.LAUNCH_TEMPLATE_OVERRIDES, specification, "Overrides", specification.overrides
    )


@rule(
    "LT-08",
    severity=ERROR,
    remedy="give LaunchTemplateId or LaunchTemplateName",
    prevents="ClientException: either launchTemplateId or launchTemplateName must be given",
)
def override_has_id_or_name(override: LaunchTemplateOverride) -> Iterator[Finding]:
    """An override must give its launch template either by id or by name."""
    if override.omits("LaunchTemplateId") and override.omits("LaunchTemplateName"):
        yield Finding(override, "an override needs LaunchTemplateId or LaunchTemplateName, got neither")
    if len(override.gives("LaunchTemplateId", "LaunchTemplateName")) == 2:
        yield Finding(override, "an override can have LaunchTemplateId or LaunchTemplateName, got both")


@rule(
    "LT-09",
    severity=ERROR,
    remedy="name types or families from the environment's InstanceTypes",
    prevents="ClientException: the target instance types of an override must be among the instance types",
)
def targets_are_among_the_types(resources: ComputeResources) -> Iterator[Finding]:
    """The targets of an override must be types or families of the environment, and not bundles."""
    types = resources.instance_types
    sure = types.complete and all(is_known(name) and name not in instance_types.BUNDLES for name in types)
    named = {*literals(types), *(name.partition(".")[0] for name in literals(types))}
    for override in resources.launch_template.overrides:
        at = "TargetInstanceTypes"
        if override.omits(at) or (override.present and override.target_instance_types.empty):
            yield Finding(override, f"an override needs {at}, got none", at=at)
        for index, target in enumerate(override.target_instance_types):
            place = f"{at}[{index}]"
            if not is_known(target):
                continue
            if target in instance_types.BUNDLES:
                yield Finding(override, f"{at} can have types and families, got {target}", at=place)
            elif sure and target not in named and target.partition(".")[0] not in literals(types):
                yield Finding(override, f"{at} must be among InstanceTypes, got {target}", at=place)


@rule(
    "LT-10",
    severity=ERROR,
    remedy="name each type once, and no type together with its family",
    prevents="ClientException: target instance types of overrides must not overlap",
)
def targets_do_not_overlap(resources: ComputeResources) -> Iterator[Finding]:
    """No instance type can be the target of two overrides, neither by name nor by its family."""
    seen: set[str] = set()
    families: dict[str, str] = {}
    for override in resources.launch_template.overrides:
        for index, target in enumerate(override.target_instance_types):
            if not is_known(target):
                continue
            family = target.partition(".")[0]
            other = target if target in seen else family if family in seen else None
            if other is None and family == target:
                other = families.get(family)
            if other is not None:
                message = f"TargetInstanceTypes must not overlap, got {other} and {target}"
                yield Finding(override, message, at=f"TargetInstanceTypes[{index}]")
            seen.add(target)
            families.setdefault(family, target)
