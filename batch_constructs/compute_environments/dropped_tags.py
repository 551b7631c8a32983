"""Tells at synth of a tag on an environment that does not arrive: AWS replaces an environment whose tags change."""

from __future__ import annotations

from typing import TYPE_CHECKING

import jsii
from aws_cdk import Annotations, Aspects, Tag
from constructs import IValidation

if TYPE_CHECKING:
    from batch_constructs.compute_environments.base import OwnComputeEnvironment

__all__ = ["watch_tags"]


def watch_tags(environment: OwnComputeEnvironment) -> None:
    """Have synth warn of ``Tags.of(environment).add(…)``, whose tag is kept off.

    Tags of the stack, the app or a platform are kept off, too, and rightly without a word: they reach queues and definitions.
    """
    environment.node.add_validation(_DroppedTags(environment))


@jsii.implements(IValidation)
class _DroppedTags:
    """Looks at the tags of one environment when all of the app is there."""

    def __init__(self, environment: OwnComputeEnvironment) -> None:
        self._environment = environment

    def validate(self) -> list[str]:
        """Warn of each tag that only the environment was given; nothing here stops a synth."""
        environment = self._environment
        tagged, belongs = environment._tagged, environment._tags_belong  # noqa: SLF001 - part of it, in a module of its own
        aspects = [aspect for place in (environment, environment.cfn) for aspect in Aspects.of(place).all]
        for tag in aspects:
            if isinstance(tag, Tag) and tag.key not in tagged:
                Annotations.of(environment).add_warning_v2(
                    f"batch-constructs:dropped-tag-{tag.key}",
                    f"the tag {tag.key!r} does not reach the environment, which AWS would replace with each change of its "
                    f"tags: {belongs.format(key=tag.key, value=tag.value)}",
                )
        return []
