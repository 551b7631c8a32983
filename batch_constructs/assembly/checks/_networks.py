"""Finds the networks in which the jobs of an environment or of a definition run."""

from __future__ import annotations

from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from batch_constructs.assembly.template import Stack, is_one_of
from batch_constructs.assembly.template.networks import Reach
from batch_constructs.assembly.template.resources import ComputeEnvironment
from batch_constructs.assembly.template.resources.submissions import Submission

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from batch_constructs.assembly.template import BatchModel, Items
    from batch_constructs.assembly.template.resources import JobDefinition, Subnet

_IN_STACK: WeakKeyDictionary[Stack, tuple[ComputeEnvironment, ...]] = WeakKeyDictionary()
_BEHIND: WeakKeyDictionary[object, dict[int, list[ComputeEnvironment]]] = WeakKeyDictionary()


def subnets_of(environment: ComputeEnvironment) -> Items[Subnet]:
    """Return the subnets of an environment."""
    resources = environment.compute_resources
    if is_one_of(resources.type, "ECS_MANAGED_INSTANCES"):
        return resources.managed_instances_provider.instance_launch_template.network_configuration.subnets
    return resources.subnets


def stands_in(environments: Iterable[ComputeEnvironment], batch: BatchModel) -> Reach | None:
    """Return the destination that all subnets of environments share; ``None`` if they differ or one is unknown."""
    reaches: set[Reach] = set()
    for environment in environments:
        subnets = subnets_of(environment)
        if not subnets or not subnets.complete:
            return None
        reaches |= {batch.networks.reach(subnet) for subnet in subnets}
    return reaches.pop() if len(reaches) == 1 and Reach.UNKNOWN not in reaches else None


def services_around(environment: ComputeEnvironment, batch: BatchModel) -> frozenset[str] | None:
    """Return the services that the environment's VPC has endpoints for; ``None`` if that is not certain."""
    subnets = subnets_of(environment)
    vpc = subnets[0].vpc if subnets else None
    return None if vpc is None else batch.networks.endpoint_services(vpc)


def environments_for(definition: JobDefinition, batch: BatchModel) -> Sequence[ComputeEnvironment]:
    """Return the environments for a definition's jobs: those behind its submissions, else those of its stack.

    Only environments of the definition's kind are returned; none if a queue or an environment is unknown.
    """
    if batch not in _BEHIND:
        _BEHIND[batch] = _behind_submissions(batch)
    stack = definition.home.stack
    if stack not in _IN_STACK:
        resources = stack.resources.values()
        _IN_STACK[stack] = tuple(r for r in resources if isinstance(r, ComputeEnvironment))
    everything = _BEHIND[batch].get(id(definition), _IN_STACK[stack])
    if definition.fargate:
        return [each for each in everything if each.compute_resources.fargate]
    return [each for each in everything if each.compute_resources.ec2]


def _behind_submissions(batch: BatchModel) -> dict[int, list[ComputeEnvironment]]:
    found: dict[int, list[ComputeEnvironment]] = {}
    open_ends: set[int] = set()
    for submission in batch.of(Submission):
        definition, queue = submission.definition, submission.queue
        if definition is None:
            continue
        if queue is None or not queue.sees_all_environments:
            open_ends.add(id(definition))
        else:
            found.setdefault(id(definition), []).extend(queue.environments)
    return found | {key: [] for key in open_ends}
