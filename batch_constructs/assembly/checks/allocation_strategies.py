"""The strategy by which Batch chooses among instance types."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from batch_constructs.assembly.checks import Finding, Severity, one_of, rule
from batch_constructs.assembly.template import is_known, is_one_of, literals
from batch_constructs.facts import allocation_strategies, instance_types

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_constructs.assembly.template.resources import ComputeEnvironment, ComputeResources

CHAPTER = "Allocation Strategies"

ERROR, WARNING = Severity.ERROR, Severity.WARNING
_AT = "AllocationStrategy"


@rule(
    "AS-01",
    severity=ERROR,
    remedy="choose a strategy of the environment's type",
    prevents="ClientException: the allocation strategy does not fit the type of the compute resources",
)
def strategy_fits_the_type(resources: ComputeResources) -> Iterator[Finding]:
    """Spot strategies must have the type SPOT, and BEST_FIT_PROGRESSIVE_ORDERED must have EC2."""
    name = resources.allocation_strategy
    if not is_known(name):
        return
    strategy = allocation_strategies.STRATEGIES.get(name)
    if strategy is None:
        # The name may be newer than the facts, so only an obvious typo is reported.
        for near in get_close_matches(name, allocation_strategies.STRATEGIES, n=1, cutoff=0.9):
            message = f"{_AT} {name} is not known (did you mean {near}?)"
            yield Finding(resources, message, at=_AT, severity=WARNING)
    elif resources.ec2 and is_known(resources.type) and resources.type not in strategy.resource_types:
        needed = one_of(sorted(strategy.resource_types))
        yield Finding(resources, f"{_AT} {name} needs Type {needed}, got {resources.type}", at=_AT)


@rule("AS-02", severity=ERROR, remedy="leave out AllocationStrategy")
def no_strategy_without_instances(resources: ComputeResources) -> Iterator[Finding]:
    """Fargate and Managed Instances cannot have an allocation strategy."""
    without = resources.fargate or is_one_of(resources.type, "ECS_MANAGED_INSTANCES")
    if without and resources.gives(_AT):
        yield Finding(resources, f"{_AT} cannot be used with Type {resources.type}", at=_AT)


@rule(
    "AS-03",
    severity=ERROR,
    remedy="choose BEST_FIT_PROGRESSIVE, or SPOT_CAPACITY_OPTIMIZED for Spot",
    prevents="ClientException: BEST_FIT is not supported for compute environments on EKS",
)
def strategy_on_eks(environment: ComputeEnvironment) -> Iterator[Finding]:
    """An environment on Amazon EKS must name its strategy, which must not be BEST_FIT."""
    resources = environment.compute_resources
    if not is_one_of(environment.eks, True):
        return
    if resources.ec2 and resources.omits(_AT):
        yield Finding(resources, f"an environment on EKS needs {_AT}, got none")
    if is_one_of(resources.allocation_strategy, "BEST_FIT"):
        yield Finding(resources, f"an environment on EKS cannot have {_AT} BEST_FIT", at=_AT)


@rule(
    "AS-04",
    severity=WARNING,
    remedy="name a strategy, such as BEST_FIT_PROGRESSIVE, or SPOT_PRICE_CAPACITY_OPTIMIZED for Spot",
    prevents="an environment that waits for its one cheapest type, and that no update can change in place",
)
def strategy_is_named(environment: ComputeEnvironment) -> Iterator[Finding]:
    """An environment on EC2 should name its strategy: the default, BEST_FIT, cannot be updated in place."""
    resources = environment.compute_resources
    if resources.ec2 and resources.omits(_AT) and is_one_of(environment.eks, False):
        yield Finding(
            resources, f"without {_AT} it is {allocation_strategies.DEFAULT}, which allows no update in place"
        )


@rule(
    "AS-07",
    severity=ERROR,
    remedy="list instance families or types in the order of preference",
    prevents="ClientException: Instance type bundles (e.g. optimal, default_x86_64) are not allowed for "
    "BEST_FIT_PROGRESSIVE_ORDERED allocation strategy",
)
def ordered_strategies_need_an_order(resources: ComputeResources) -> Iterator[Finding]:
    """A strategy that tries instance types in order must not be combined with a bundle such as optimal."""
    name = resources.allocation_strategy
    strategy = allocation_strategies.STRATEGIES.get(name) if is_known(name) else None
    if strategy is None or not strategy.ordered:
        return
    for bundle in literals(resources.instance_types):
        if bundle in instance_types.BUNDLES:
            message = f"{strategy.name} needs instance families or types, got the bundle {bundle}"
            yield Finding(resources, message, at="InstanceTypes")
