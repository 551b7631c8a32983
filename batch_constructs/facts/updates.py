"""The effects of changed properties in CloudFormation and Batch. Guide: Updating Compute Environments."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from batch_constructs.facts._data import load

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

DATA_FILE = "updates.json"
DEFAULT_TIMEOUT_MINUTES = 30
"""The default of ``jobExecutionTimeoutMinutes``: how long jobs may continue during an infrastructure update."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceType:
    """The properties of a CloudFormation resource type with special effects, by paths such as ``A.B``.

    Attributes:
        create_only: Properties whose change replaces the resource.
        conditional: Properties whose change replaces it in some cases; an environment, unless it has
            ``ReplaceComputeEnvironment: false``.
        unordered: Lists whose order means nothing to CloudFormation.
        any_case: Values that are accepted in upper and lower case.
    """

    create_only: frozenset[str]
    conditional: frozenset[str]
    unordered: frozenset[str]
    any_case: frozenset[str]


_DATA = load(DATA_FILE)

TYPES: Mapping[str, ResourceType] = MappingProxyType(
    {
        name: ResourceType(**{key: frozenset(paths) for key, paths in row.items()})
        for name, row in _DATA["types"].items()
    }
)
"""The types of Batch and the types that they refer to, by name."""

# The instance types are in the guide, but not in the API's text.
INFRASTRUCTURE: frozenset[str] = frozenset({*_DATA["infrastructure"], "ComputeResources.InstanceTypes"})
"""Members of an environment on EC2 whose change replaces its instances."""

SCALING: frozenset[str] = frozenset(
    {
        "ComputeResources.DesiredvCpus",
        "ComputeResources.MaxvCpus",
        "ComputeResources.MinvCpus",
        "ServiceRole",
        "State",
    }
)
"""Members of an environment whose change only adds or removes instances."""

FARGATE_SCALING: frozenset[str] = SCALING | {"ComputeResources.SecurityGroupIds", "ComputeResources.Subnets"}
"""The same for Fargate, which has no instances to replace."""

FARGATE_REFUSED: frozenset[str] = frozenset(
    {
        *(INFRASTRUCTURE - {"ComputeResources.SecurityGroupIds", "ComputeResources.Subnets"}),
        "UpdatePolicy",
    }
)
"""Members that cannot be updated in a Fargate environment (the service's message is in aws-cdk#27054)."""


def covers(paths: Iterable[str], path: str) -> bool:
    """Return whether a path without indexes is one of some paths, or is below one of them."""
    return any(path == each or path.startswith(f"{each}.") for each in paths)


def touches(paths: Iterable[str], path: str) -> bool:
    """Return whether a path is one of some paths, is below one of them, or contains one of them."""
    listed = tuple(paths)
    return covers(listed, path) or any(each.startswith(f"{path}.") for each in listed)


def metadata() -> tuple[str, str]:
    """Return the source of the facts, and its day as ``YYYY-MM-DD``."""
    return _DATA["source"], _DATA["date"]
