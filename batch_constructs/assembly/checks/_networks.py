"""Finds the networks in which the jobs of an environment or of a definition run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch_constructs.assembly.template import is_one_of
from batch_constructs.assembly.template.memo import once
from batch_constructs.assembly.template.networks import Reach
from batch_constructs.assembly.template.resources import ComputeEnvironment
from batch_constructs.assembly.template.resources.submissions import Submission

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from batch_constructs.assembly.template import BatchModel, Items, Stack
    from batch_constructs.assembly.template.resources import JobDefinition, Subnet


def subnets_of(environment: ComputeEnvironment) -> Items[Subnet]:
    """Return the subnets of an environment."""
    resources = environment.compute_resources
    if is_one_of(resources.type, "ECS_MANAGED_INSTANCES"):
        return resources.managed_instances_provider.instance_launch_template.network_configuration.subnets
    return resources.subnets


def shared_reach(environments: Iterable[ComputeEnvironment], batch: BatchModel) -> Reach | None:
    """Return the destination that all subnets of environments share; ``None`` if they differ or one is unknown."""
    reaches: set[Reach] = set()
    for environment in environments:
        subnets = subnets_of(environment)
        if not subnets or not subnets.complete:
            return None
        reaches |= {batch.networks.reach(subnet) for subnet in subnets}
    return reaches.pop() if len(reaches) == 1 and Reach.UNKNOWN not in reaches else None


def vpc_services(environment: ComputeEnvironment, batch: BatchModel) -> frozenset[str] | None:
    """Return the services that the environment's VPC has endpoints for; ``None`` if that is not certain."""
    subnets = subnets_of(environment)
    vpc = subnets[0].vpc if subnets else None
    return None if vpc is None else batch.networks.endpoint_services(vpc)


def environments_for(definition: JobDefinition, batch: BatchModel) -> Sequence[ComputeEnvironment]:
    """Return the environments for a definition's jobs: those behind its submissions, else those of its stack.

    Only environments of the definition's kind are returned; none if a queue or an environment is unknown.
    """
    in_stack = _by_stack(batch).get(definition.home.stack, [])
    everything = _behind_submissions(batch).get(definition, in_stack)
    if definition.fargate:
        return [each for each in everything if each.compute_resources.fargate]
    return [each for each in everything if each.compute_resources.ec2]


@once
def _by_stack(batch: BatchModel) -> dict[Stack, list[ComputeEnvironment]]:
    found: dict[Stack, list[ComputeEnvironment]] = {}
    for environment in batch.of(ComputeEnvironment):
        found.setdefault(environment.stack, []).append(environment)
    return found


@once
def _behind_submissions(batch: BatchModel) -> dict[JobDefinition, list[ComputeEnvironment]]:
    found: dict[JobDefinition, list[ComputeEnvironment]] = {}
    open_ends: set[JobDefinition] = set()
    for submission in batch.of(Submission):
        definition, queue = submission.definition, submission.queue
        if definition is None:
            continue
        if queue is None or not queue.sees_all_environments:
            open_ends.add(definition)
        else:
            found.setdefault(definition, []).extend(queue.environments)
    return found | {key: [] for key in open_ends}
