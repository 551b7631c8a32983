"""Launch templates for some of the instance types of an environment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from batch_constructs._border.arguments import checked
from batch_constructs._border.problems import Problems
from batch_constructs._border.tokens import known
from batch_constructs.facts import instance_types as types
from batch_constructs.facts import limits

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk.interfaces.aws_ec2 import ILaunchTemplateRef

__all__ = ["LaunchTemplateOverride", "check_overrides"]


@checked
@dataclass(frozen=True, slots=True, kw_only=True)
class LaunchTemplateOverride:
    """A launch template for some instance types of an environment, instead of the environment's own.

    Attributes:
        launch_template: The template of these instances. A change of it is a change of the environment.
        target_instance_types: Types and families among those of the environment, at least one; no bundles. Tokens pass.

    Raises:
        ValueError: there is no target, or one of them is a bundle.

    Guide: Launch Template Support.
    """

    launch_template: ILaunchTemplateRef
    target_instance_types: Sequence[str]

    def __post_init__(self) -> None:
        problems = Problems()
        problems.check(
            len(self.target_instance_types) > 0, "target_instance_types must name at least one type or family"
        )
        for target in self.target_instance_types:
            problems.check(
                target not in types.BUNDLES,
                f"target_instance_types takes types and families, got {target!r}: name what it stands for, "
                f"{', '.join(types.BUNDLES.get(target, ()))}",
            )
        problems.raise_if_any()


def check_overrides(
    problems: Problems, overrides: Sequence[LaunchTemplateOverride], instance_types: Sequence[str]
) -> None:
    """Add a problem if the overrides of an environment are too many, for other types, or overlap.

    Args:
        problems: Where to add it.
        overrides: All overrides of the environment.
        instance_types: The instance types of the environment.
    """
    problems.within(
        "the number of launch_template_overrides", len(overrides), limits.LAUNCH_TEMPLATE_OVERRIDES
    )
    targets = [each for override in overrides for each in override.target_instance_types if known(each)]
    # A bundle or a token may include any target, so nothing is checked then.
    if all(known(name) and name not in types.BUNDLES for name in instance_types):
        named = {*instance_types, *map(_family, instance_types)}
        strange = [each for each in targets if each not in named and _family(each) not in instance_types]
        problems.check(
            not strange,
            f"launch_template_overrides must be for instance_types of the environment, got {', '.join(strange)}",
        )
    overlapping = [
        f"{one} and {other}"
        for index, one in enumerate(targets)
        for other in targets[index + 1 :]
        if one == other or _family(one) == other or one == _family(other)
    ]
    problems.check(
        not overlapping,
        f"launch_template_overrides must not overlap, got {', '.join(overlapping)}: name each type once, and not "
        "together with its family",
    )


def _family(name: str) -> str:
    return name.partition(".")[0]
