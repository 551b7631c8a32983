"""The queues and environments of multi-node parallel jobs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from batch_constructs.assembly.checks import Finding, Severity, rule
from batch_constructs.assembly.fit.hosts import containers_of, names_behind, names_in, type_of
from batch_constructs.assembly.template import Unknown, is_known, is_one_of, literals
from batch_constructs.facts import instance_types

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_constructs.assembly.template import BatchModel
    from batch_constructs.assembly.template.resources import (
        ComputeEnvironment,
        ComputeResources,
        JobDefinition,
        JobQueue,
        Subnet,
    )
    from batch_constructs.assembly.template.resources.submissions import Submission

CHAPTER = "Multi-node Parallel Jobs"

ERROR, WARNING = Severity.ERROR, Severity.WARNING
_OPEN_RANGE = re.compile(r"([0-9]{0,9}):")
_SINGLE_NODE_QUEUES = ("ECS_FARGATE", "ECS_MANAGED_INSTANCES")


@rule(
    "MNP-01",
    severity=ERROR,
    remedy="submit the job to a queue whose environments are MANAGED and of type EC2",
    prevents="jobs that wait in RUNNABLE, or never start",
)
def nodes_run_on_demand(submission: Submission) -> Iterator[Finding]:
    """A multi-node parallel job must run in managed environments on EC2, not on Spot, Fargate or Managed Instances."""
    definition, queue = submission.definition, submission.queue
    if definition is None or queue is None or not definition.multi_node:
        return
    subject = f"{definition.label} is multi-node"
    if is_one_of(queue.job_queue_type, *_SINGLE_NODE_QUEUES):
        yield Finding(submission, f"{subject}, and {queue.label} is of type {queue.job_queue_type}")
        return
    refused = {e.label: why for e in queue.environments if (why := _why_single(e))}
    if not refused:
        return
    everywhere = queue.sees_all_environments and len(refused) == len(queue.environments)
    places = " and ".join(f"{name}, which is {why}" for name, why in refused.items())
    message = f"{subject}, but {queue.label} has {places}"
    # AWS does not document what happens if another environment of the queue could run the job.
    yield Finding(submission, message, severity=ERROR if everywhere else WARNING)


def _why_single(environment: ComputeEnvironment) -> str | None:
    """Return the kind of environment that cannot run multi-node jobs; ``None`` if it can."""
    if is_one_of(environment.type_, "UNMANAGED"):
        return "UNMANAGED"
    kind = environment.compute_resources.type
    return kind if is_known(kind) and kind != "EC2" else None


@rule(
    "MNP-09",
    severity=ERROR,
    remedy="leave the last range open, as in 1: (open_ended=True), with its start and MainNode below the number of nodes",
    prevents="ClientException: numNodes can be changed only if a range of nodes is open",
)
def node_count_can_change(submission: Submission) -> Iterator[Finding]:
    """A submission can change the number of nodes only with an open range, and must leave a node in that range."""
    definition, overrides = submission.definition, submission.node_overrides
    if definition is None or not overrides.present:
        return
    name = definition.label
    count, nodes = overrides.num_nodes, definition.node_properties
    ranges = nodes.node_range_properties
    targets = literals(node_range.target_nodes for node_range in ranges)
    own = nodes.num_nodes
    if not definition.multi_node or not is_known(count) or not is_known(own) or count == own:
        return
    if not ranges.complete or len(targets) < len(ranges):
        return
    starts = [int(found[1] or 0) for target in targets if (found := _OPEN_RANGE.fullmatch(target))]
    if not starts:
        message = (
            f"NumNodes of {name} can change only with an open range such as 1:, got {' and '.join(targets)}"
        )
        yield Finding(overrides, message, at="NumNodes")
    for words, lowest in (("start of the open range", max(starts, default=0)), ("MainNode", nodes.main_node)):
        if is_known(lowest) and lowest >= count:
            message = f"NumNodes must be above the {words} of {name}, {lowest}, got {count}"
            yield Finding(overrides, message, at="NumNodes")


@rule(
    "MNP-11",
    severity=ERROR,
    remedy="add the instance type to an environment of the queue, or leave it out of the definition",
    prevents="jobs that wait in RUNNABLE for an instance that no environment launches",
)
def instance_type_can_be_launched(submission: Submission) -> Iterator[Finding]:
    """An environment of the queue must be able to launch the instance type that the nodes ask for."""
    definition, queue = submission.definition, submission.queue
    if definition is None or queue is None or not submission.node_overrides.absent:
        return
    name = _type_of_nodes(definition)
    names = names_behind(queue) if name is not None else None
    if name is None or names is None or any(_may_launch(entry, name) for entry in names):
        return
    message = f"the nodes of {definition.label} ask for {name}, and {queue.label} has only {', '.join(names)}"
    yield Finding(submission, message)


def _may_launch(entry: str, name: str) -> bool:
    """Return whether an entry of the instance types includes a type, or may do so, as the contents of bundles change."""
    type_ = instance_types.find(name)
    if entry in instance_types.BUNDLES:
        return type_ is None or not type_.gpu_count
    return entry in {name, name.partition(".")[0]}


def _type_of_nodes(definition: JobDefinition) -> str | None:
    names = [type_of(node_range) for node_range in definition.node_properties.node_range_properties]
    return next((name for name in names if name is not None), None)


@rule(
    "MNP-35",
    chapter="Troubleshooting AWS Batch",
    severity=WARNING,
    remedy="give multi-node jobs a queue with one environment, and put all instance types and zones into it",
    prevents="a queue that is blocked although its second environment has capacity",
)
def no_fallback_for_nodes(queue: JobQueue, batch: BatchModel) -> Iterator[Finding]:
    """A queue for multi-node jobs should have one environment: the next one is no fallback for lack of capacity."""
    if len(queue.environments) < 2 or not queue.sees_all_environments:
        return
    jobs = [job.definition for job in batch.submissions.all if job.queue is queue]
    # Single-node jobs use the other environments.
    if not jobs or any(job is None or not job.multi_node for job in jobs):
        return
    for definition in dict.fromkeys(job for job in jobs if job is not None):
        name = _type_of_nodes(definition)
        able = [each for each in queue.environments if _may_start(each, name)]
        if len(able) > 1:
            message = f"nodes of {definition.label} wait for {able[0].label} when it lacks capacity, and never use {able[1].label}"
            yield Finding(queue, message, at="ComputeEnvironmentOrder")


def _may_start(environment: ComputeEnvironment, name: str | None) -> bool:
    """Return whether an environment can launch an instance type; of an unknown list of types, any."""
    if _why_single(environment) is not None:
        return False
    names = names_in(environment)
    return name is None or names is None or any(_may_launch(entry, name) for entry in names)


@rule(
    "MNP-12",
    severity=WARNING,
    remedy="give the environment subnets of one Availability Zone, or no cluster placement group",
    prevents="jobs that wait for capacity in the zone of the placement group",
)
def cluster_is_in_one_zone(resources: ComputeResources) -> Iterator[Finding]:
    """An environment with a cluster placement group should have subnets of one Availability Zone."""
    group = resources.placement_group_resource
    if group is None or not is_one_of(group.strategy, "CLUSTER", None):
        return
    # A name and a number may mean the same zone, so only two names or two numbers can differ for certain.
    by_name, by_number = (
        {zone for subnet in resources.subnets if (zone := find(subnet))}
        for find in (_zone_name, _zone_number)
    )
    zones = max(len(by_name), len(by_number))
    if zones > 1:
        message = f"a cluster placement group is in one Availability Zone, got subnets in {zones}"
        yield Finding(resources, message, at="Subnets")


def _zone_name(subnet: Subnet) -> str | None:
    """Return the zone by name; ``None`` if the template does not give it."""
    return subnet.availability_zone if is_known(subnet.availability_zone) else None


def _zone_number(subnet: Subnet) -> str | None:
    """Return the zone by its index in the Region's list; ``None`` if the template does not give it."""
    node = subnet.node.get("AvailabilityZone") if isinstance(subnet.node, dict) else None
    match node:
        case {"Fn::Select": [str() | int() as index, {"Fn::GetAZs": _}]}:
            return str(index)
    return None


@rule(
    "MNP-13",
    severity=WARNING,
    remedy="raise MaxvCpus to the vCPUs of all nodes together, or submit fewer nodes",
    prevents="jobs that wait in RUNNABLE: all nodes must start together",
)
def nodes_fit_together(submission: Submission) -> Iterator[Finding]:
    """MaxvCpus of an environment of the queue must be enough for all nodes together."""
    definition, queue = submission.definition, submission.queue
    if definition is None or queue is None or not definition.multi_node:
        return
    override = submission.node_overrides
    count = override.num_nodes if override.present else definition.node_properties.num_nodes
    most = _largest_max_vcpus(queue)
    if not is_known(count) or most is None or isinstance(override.node, Unknown):
        return
    type_ = instance_types.find(_type_of_nodes(definition) or "")
    vcpus = type_.vcpus if type_ is not None else _least_vcpus(definition)
    if count * vcpus > most:
        each = f"{type_.name} with {vcpus} vCPUs" if type_ is not None else f"{vcpus} vCPUs"
        message = (
            f"{definition.label} needs {count} nodes of {each}, {count * vcpus} together,"
            f" and {queue.label} has at most {most}"
        )
        fix = f"raise MaxvCpus of an environment to at least {count * vcpus}, or submit fewer nodes"
        yield Finding(submission, message, fix=fix)


def _largest_max_vcpus(queue: JobQueue) -> int | None:
    """Return the largest MaxvCpus of a queue's environments; ``None`` if one of them is unknown."""
    limits = [environment.compute_resources.max_vcpus for environment in queue.environments]
    numbers = literals(limits)
    return max(numbers) if numbers and queue.sees_all_environments and len(numbers) == len(limits) else None


def _least_vcpus(definition: JobDefinition) -> int:
    """Return the lowest number of vCPUs that a node asks for."""
    least = []
    for node_range in definition.node_properties.node_range_properties:
        asked = [container.requirement("VCPU") for container in containers_of(node_range)]
        asked.append(str(vcpus) if is_known(vcpus := node_range.container.vcpus) else None)
        least.append(sum(int(amount) for amount in asked if is_known(amount) and amount.isdecimal()))
    return min(least, default=0)
