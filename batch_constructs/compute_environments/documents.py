"""The class that takes an environment's document, and an aspect that keeps tags of the stack off."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import jsii
from aws_cdk import CfnResource, IAspect

from batch_constructs._border.tokens import known
from batch_constructs.facts.vocabulary import ResourceKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aws_cdk import aws_batch as batch
    from constructs import IConstruct

__all__ = ["NoOtherTags", "kind_of"]

_CLASSES = {
    ResourceKind.EC2: "Ec2ComputeEnvironment",
    ResourceKind.SPOT: "SpotComputeEnvironment",
    ResourceKind.FARGATE: "FargateComputeEnvironment",
    ResourceKind.FARGATE_SPOT: "FargateComputeEnvironment",
    ResourceKind.ECS_MANAGED_INSTANCES: "ManagedInstancesComputeEnvironment",
}
_HIGHEST = 1_000_000


def kind_of(document: Mapping[str, Any]) -> str | None:
    """Return the class that takes such documents; ``None`` if a token hides it."""
    on_eks, managed = "eksConfiguration" in document, document["type"].upper() != "UNMANAGED"
    if not managed:
        return "UnmanagedEksComputeEnvironment" if on_eks else "UnmanagedComputeEnvironment"
    if on_eks:
        return "EksComputeEnvironment"
    kind = document.get("computeResources", {}).get("type")
    return _CLASSES[ResourceKind(kind.upper())] if kind is not None and known(kind) else None


@jsii.implements(IAspect)
class NoOtherTags:
    """An aspect that keeps stack-wide tags off: a change of an environment's tags would replace it."""

    def visit(self, node: IConstruct) -> None:
        """Remove the tags of a resource; tags of its document are overrides, which this does not touch."""
        if isinstance(node, CfnResource):
            tags = cast("batch.CfnComputeEnvironment", node).tags
            for key in tags.tag_values():
                tags.remove_tag(key, _HIGHEST)
