"""Checks of an environment's CLI document that no keyword of a class makes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from batch_constructs._border.tokens import known
from batch_constructs.facts import instance_types as types
from batch_constructs.facts.allocation_strategies import STRATEGIES
from batch_constructs.facts.managed_instances import REFUSED_MEMBERS
from batch_constructs.facts.role_trust import SERVICE_LINKED_ROLE_PATH

if TYPE_CHECKING:
    from collections.abc import Mapping

    from batch_constructs._border.problems import Problems

__all__ = ["check_document"]


def check_document(problems: Problems, kind: str | None, document: Mapping[str, Any]) -> None:
    """Add a problem for members that contradict each other.

    Args:
        problems: Where to add it.
        kind: The class that takes such documents.
        document: The document; names and types of its members are checked already.
    """
    resources = document.get("computeResources", {})
    if kind == "ManagedInstancesComputeEnvironment":
        refused = [
            f"computeResources.{member}"
            for member in (each[0].lower() + each[1:] for each in REFUSED_MEMBERS)
            if member in resources
        ]
        problems.check(
            not refused,
            f"{', '.join(refused)} must be left out with ECS Managed Instances, whose managedInstancesProvider has its "
            "own members for types, subnets and security groups",
        )
    role = document.get("serviceRole", "")
    problems.check(
        kind != "UnmanagedComputeEnvironment" or not known(role) or SERVICE_LINKED_ROLE_PATH not in role,
        "serviceRole must not be a service-linked role, which AWS refuses for unmanaged environments, got "
        f"{role!r}: name a role with AWSBatchServiceRole",
    )
    strategy = STRATEGIES.get(str(resources.get("allocationStrategy")))
    bundles = [name for name in resources.get("instanceTypes", ()) if name in types.BUNDLES]
    problems.check(
        strategy is None or not strategy.ordered or not bundles,
        f"computeResources.instanceTypes must be types or families with {resources.get('allocationStrategy')}, since "
        f"AWS refuses bundles, which have no order, got {', '.join(map(str, bundles))}",
    )
