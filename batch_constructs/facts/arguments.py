"""The arguments of this library's constructs that set the members of a template."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from batch_constructs.facts._data import load

if TYPE_CHECKING:
    from collections.abc import Mapping

_DATA = load("arguments.json")
_CLASSES: Mapping[str, Any] = _DATA["classes"]


def is_construct(name: str) -> bool:
    """Return whether the arguments of a class are known."""
    return name in _CLASSES


def argument(construct: str, resource_type: str, path: str) -> str:
    """Return the argument that sets a member, such as ``max_vcpus``; empty if there is none, or none is known.

    Args:
        construct: the name of the class, such as ``SpotComputeEnvironment``.
        resource_type: the CloudFormation type, such as ``AWS::Batch::ComputeEnvironment``.
        path: the path of the member without list indexes, such as ``ComputeResources.MaxvCpus``; the argument of the
            structure that contains it counts as well.
    """
    known = _CLASSES.get(construct)
    if known is None or known["type"] != resource_type:
        return ""
    while path:
        if path in known["members"]:
            return str(known["members"][path])
        path = path.rpartition(".")[0]
    return ""


def metadata() -> tuple[str, str]:
    """Return the source of the facts, and its day as ``YYYY-MM-DD``."""
    return _DATA["source"], _DATA["date"]
