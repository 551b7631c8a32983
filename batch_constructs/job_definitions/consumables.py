"""The consumable resources of a definition or a group of nodes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import aws_batch as batch

from batch_constructs._border.tokens import known
from batch_constructs.facts import limits

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aws_cdk.interfaces.aws_batch import IConsumableResourceRef
    from jsii import Number

    from batch_constructs._border.problems import Problems

__all__ = ["check_consumes", "consumable_resource_properties"]

_L1 = batch.CfnJobDefinition


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


def consumable_resource_properties(
    consumes: Mapping[IConsumableResourceRef, Number] | None,
) -> batch.CfnJobDefinition.ConsumableResourcePropertiesProperty | None:
    """Return ``ConsumableResourceProperties`` of a definition or of a range of nodes."""
    if not consumes:
        return None
    return _L1.ConsumableResourcePropertiesProperty(
        consumable_resource_list=[
            # CloudFormation needs the ARN; the API also takes a name.
            _L1.ConsumableResourceRequirementProperty(
                consumable_resource=resource.consumable_resource_ref.consumable_resource_arn,
                quantity=quantity,
            )
            for resource, quantity in consumes.items()
        ]
    )
