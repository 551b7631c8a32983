"""The consumable resources of a definition or a group of nodes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from batch_constructs._border.spelling import pairs
from batch_constructs._border.tokens import known
from batch_constructs.facts import limits

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aws_cdk.interfaces.aws_batch import IConsumableResourceRef
    from jsii import Number

    from batch_constructs._border.problems import Problems

__all__ = ["check_consumes", "consumed_members", "required"]


def check_consumes(problems: Problems, consumes: Mapping[IConsumableResourceRef, Number] | None) -> None:
    """Add a problem for quantities below 1, too many resources, and resources that are named twice."""
    given = consumes or {}
    problems.within("the length of consumes", len(given), limits.CONSUMABLES)
    for quantity in given.values():
        problems.within("the quantity of a consumable resource", quantity, limits.CONSUMABLE_QUANTITY)
    if len(given) > 1:
        arns = [resource.consumable_resource_ref.consumable_resource_arn for resource in given]
        twice = sorted({arn for arn in arns if known(arn) and arns.count(arn) > 1})
        problems.check(not twice, f"consumes must name each resource once, got {', '.join(twice)} twice")


def required(consumes: Mapping[IConsumableResourceRef, Number] | None) -> dict[str, Any]:
    """Return the ``consumableResourceProperties`` of a definition or of a range of nodes."""
    # CloudFormation needs the ARN; the API also takes a name.
    return consumed_members(
        {
            each.consumable_resource_ref.consumable_resource_arn: amount
            for each, amount in (consumes or {}).items()
        }
    )


def consumed_members(consumes: Mapping[str, Number]) -> dict[str, Any]:
    """Return quantities by name or ARN as the API takes them."""
    listed = pairs(consumes, "consumableResource", "quantity")
    return {"consumableResourceList": listed} if listed else {}
