"""A warning at synth for a tag on an environment that is dropped: AWS replaces an environment whose tags change."""

from __future__ import annotations

from typing import TYPE_CHECKING

import jsii
from aws_cdk import Annotations, Aspects, Tag
from constructs import IValidation

if TYPE_CHECKING:
    from batch_constructs.compute_environments.base import OwnComputeEnvironment

__all__ = ["watch_tags"]


def watch_tags(environment: OwnComputeEnvironment) -> None:
    """Warn at synth of ``Tags.of(environment).add(…)``, whose tag is kept off the environment.

    Tags of the stack, the app or a platform are kept off, too, without a warning: they are meant for queues and
    definitions.
    """
    environment.node.add_validation(_DroppedTags(environment))


@jsii.implements(IValidation)
class _DroppedTags:
    """A validation of the tags of one environment, when the app is complete."""

    def __init__(self, environment: OwnComputeEnvironment) -> None:
        self._environment = environment

    def validate(self) -> list[str]:
        """Warn of each tag that was added to this environment only; it never stops a synth."""
        environment = self._environment
        tagged, belongs = environment._tagged, environment._tags_belong  # noqa: SLF001 - part of that class
        aspects = [aspect for place in (environment, environment.cfn) for aspect in Aspects.of(place).all]
        for tag in aspects:
            if isinstance(tag, Tag) and tag.key not in tagged:
                Annotations.of(environment).add_warning_v2(
                    f"batch-constructs:dropped-tag-{tag.key}",
                    f"the tag {tag.key!r} does not reach the environment, which AWS would replace with each change of its "
                    f"tags: {belongs.format(key=tag.key, value=tag.value)}",
                )
        return []
