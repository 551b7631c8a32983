"""What CloudFormation and Batch do when a property changes. Chapter: Updating Compute Environments."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from batch_constructs.facts._data import load

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

DATA_FILE = "updates.json"
DEFAULT_TIMEOUT_MINUTES = 30
"""How long jobs run on during an infrastructure update if ``jobExecutionTimeoutMinutes`` is left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceType:
    """What is known about the properties of a CloudFormation resource type, by paths such as ``A.B``.

    Attributes:
        create_only: a change replaces the resource.
        conditional: a change replaces it in some cases; for an environment: unless it says
            ``ReplaceComputeEnvironment: false``.
        unordered: lists whose order means nothing to CloudFormation.
        any_case: words that are taken in capitals and in small letters.
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
"""The types of Batch and those that they refer to, by name."""

# The guide names the instance types, the API's text does not.
INFRASTRUCTURE: frozenset[str] = frozenset({*_DATA["infrastructure"], "ComputeResources.InstanceTypes"})
"""Members of an environment on EC2 whose change gives it new instances."""

SCALING: frozenset[str] = frozenset(
    {
        "ComputeResources.DesiredvCpus",
        "ComputeResources.MaxvCpus",
        "ComputeResources.MinvCpus",
        "ServiceRole",
        "State",
    }
)
"""Members of an environment whose change adds or removes instances at most."""

FARGATE_SCALING: frozenset[str] = SCALING | {"ComputeResources.SecurityGroupIds", "ComputeResources.Subnets"}
"""The same for Fargate, which has no instances to renew."""

FARGATE_REFUSED: frozenset[str] = frozenset(
    {
        *(INFRASTRUCTURE - {"ComputeResources.SecurityGroupIds", "ComputeResources.Subnets"}),
        "UpdatePolicy",
    }
)
"""Members that an update of a Fargate environment is refused for (the service's message in aws-cdk#27054)."""


def covers(paths: Iterable[str], path: str) -> bool:
    """Whether a path, free of indexes, is one of some paths or lies below one of them."""
    return any(path == each or path.startswith(f"{each}.") for each in paths)


def touches(paths: Iterable[str], path: str) -> bool:
    """Whether a path is one of some paths, lies below one of them, or holds one of them."""
    listed = tuple(paths)
    return covers(listed, path) or any(each.startswith(f"{path}.") for each in listed)


def metadata() -> tuple[str, str]:
    """Where the facts come from, and the day as ``YYYY-MM-DD``."""
    return _DATA["source"], _DATA["date"]
