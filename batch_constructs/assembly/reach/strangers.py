"""Finds what deploys resources that the assembly does not show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from batch_constructs.assembly.template import PartialText, Reference, Resource
from batch_constructs.assembly.template.members import fully_resolved
from batch_constructs.assembly.template.memo import once

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_constructs.assembly.template import BatchModel

# Custom resources of the CDK whose effect is known.
_KNOWN = frozenset({"Custom::VpcRestrictDefaultSG", "Custom::S3AutoDeleteObjects", "Custom::LogRetention"})
_STACK, _CUSTOM = "AWS::CloudFormation::Stack", "AWS::CloudFormation::CustomResource"


def strangers_touch(batch: BatchModel, *resources: Resource | None) -> bool:
    """Return whether a custom resource, a module or a stack outside the assembly is given one of the resources.

    It may add routes, endpoints or rules to them.
    """
    return not _touched(batch).isdisjoint(resources)


@once
def _touched(batch: BatchModel) -> frozenset[Resource]:
    return frozenset(
        resource
        for stranger in batch.resources
        if _is_stranger(stranger)
        for resource in _references(fully_resolved(stranger, stranger.node))
    )


def _is_stranger(resource: Resource) -> bool:
    if resource.type == _STACK:
        return resource.logical_id not in resource.stack.nested
    return resource.type == _CUSTOM or not (resource.type.startswith("AWS::") or resource.type in _KNOWN)


def _references(value: Any) -> Iterator[Resource]:
    """Yield the resources that a resolved value refers to, at any depth."""
    left = [value]
    while left:
        each = left.pop()
        if isinstance(each, Reference):
            yield each.target
        elif isinstance(each, PartialText):
            left += each.parts
        elif isinstance(each, dict):
            left += each.values()
        elif isinstance(each, list):
            left += each
