"""Consumable resources: their totals, and the amounts that jobs use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch_constructs.assembly.checks import Finding, Severity, miscounted, misspelt, outside, rule
from batch_constructs.assembly.template import is_known
from batch_constructs.facts import limits, vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_constructs.assembly.template.resources import ConsumableResource, JobDefinition
    from batch_constructs.assembly.template.resources.job_definitions import (
        ConsumableResourceProperties,
        ConsumableResourceRequirement,
    )
    from batch_constructs.assembly.template.resources.submissions import NodePropertyOverride, Submission

CHAPTER = "Consumable Resources"

ERROR, WARNING = Severity.ERROR, Severity.WARNING


@rule(
    "CR-01",
    severity=ERROR,
    remedy="give ResourceType REPLENISHABLE or NON_REPLENISHABLE, and a TotalQuantity of at least 0",
)
def kind_and_total(resource: ConsumableResource) -> Iterator[Finding]:
    """A consumable resource must have a type, replenishable or not, and a total of at least 0."""
    for name in ("ResourceType", "TotalQuantity"):
        if resource.omits(name):
            yield Finding(resource, f"{name} must be given, got none", at=name)
    yield from misspelt(vocabulary.ConsumableType, resource, "ResourceType", resource.resource_type)
    yield from outside(limits.CONSUMABLE_TOTAL, resource, "TotalQuantity", resource.total_quantity)


@rule(
    "CR-02",
    severity=ERROR,
    remedy="give the resource's ARN, which Ref returns, and the quantity that a job uses",
    prevents="ConsumableResource: failed validation constraint for keyword [pattern]",
)
def definition_names_an_arn(definition: JobDefinition) -> Iterator[Finding]:
    """A job definition in CloudFormation must name consumable resources by ARN, each with a quantity."""
    ranges = definition.node_properties.node_range_properties
    for properties in (
        definition.consumable_resource_properties,
        *(nodes.consumable_resource_properties for nodes in ranges),
    ):
        for requirement in properties.consumable_resource_list:
            yield from _incomplete(requirement)
            arn = requirement.consumable_resource_arn
            if is_known(arn) and not arn.startswith("arn:"):
                message = f"ConsumableResource must be an ARN in a job definition, got {arn!r}"
                yield Finding(requirement, message, at="ConsumableResource")


@rule(
    "CR-03",
    severity=ERROR,
    remedy="give each entry of the override a resource, by name or ARN, and a quantity",
)
def override_is_complete(submission: Submission) -> Iterator[Finding]:
    """Each consumable resource that a submission overrides must have a name and a quantity."""
    overrides: list[Submission | NodePropertyOverride] = [
        submission,
        *submission.node_overrides.node_property_overrides,
    ]
    for each in overrides:
        for requirement in each.consumable_resource_properties_override.consumable_resource_list:
            yield from _incomplete(requirement)


def _incomplete(requirement: ConsumableResourceRequirement) -> Iterator[Finding]:
    for name in ("ConsumableResource", "Quantity"):
        if requirement.omits(name):
            yield Finding(requirement, f"{name} must be given, got none", at=name)


@rule(
    "CR-04",
    severity=ERROR,
    remedy="name each resource once, with a quantity of at least 1, and at most 5 resources",
    prevents="ClientException: Cannot have duplicate consumableResource in consumableResourceProperties",
)
def quantities_count(properties: ConsumableResourceProperties) -> Iterator[Finding]:
    """A job must name each consumable resource once, with a quantity of at least 1, and at most five of them."""
    at = "ConsumableResourceList"
    yield from miscounted(limits.CONSUMABLES, properties, at, properties.consumable_resource_list)
    seen: set[str] = set()
    for requirement in properties.consumable_resource_list:
        yield from outside(limits.CONSUMABLE_QUANTITY, requirement, "Quantity", requirement.quantity)
        resource, arn = requirement.consumable_resource, requirement.consumable_resource_arn
        name = resource.label if resource is not None else arn
        if is_known(name):
            if name in seen:
                message = f"a job must name each consumable resource once, got {name} twice"
                yield Finding(requirement, message, at="ConsumableResource")
            seen.add(name)


@rule(
    "CR-05",
    severity=WARNING,
    remedy="lower the quantity, or raise the resource's TotalQuantity",
    prevents="a job that waits in RUNNABLE forever",
)
def total_is_enough(requirement: ConsumableResourceRequirement) -> Iterator[Finding]:
    """A job must not ask for more of a consumable resource than its total."""
    resource, quantity = requirement.consumable_resource, requirement.quantity
    total = None if resource is None else resource.total_quantity
    if resource is not None and is_known(quantity) and is_known(total) and quantity > total:
        message = f"Quantity must be at most the {total} of {resource.label}, got {quantity}"
        fix = f"set Quantity to {total} or less, or TotalQuantity of {resource.label} to {quantity} or more"
        yield Finding(requirement, message, at="Quantity", fix=fix)
