"""What is worth saying about a resource, in the few words that a table, a tree or a picture has room for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from batch_constructs.assembly.template import known, shown
from batch_constructs.assembly.template.networks import Reach

if TYPE_CHECKING:
    from collections.abc import Sequence

    from batch_constructs.assembly.template import BatchModel, Resource, Unknown
    from batch_constructs.assembly.template.resources import (
        ComputeEnvironment,
        EventRule,
        JobDefinition,
        JobQueue,
        SchedulingPolicy,
        Vpc,
    )

__all__ = ["name", "text"]


def name(resource: Resource) -> str:
    """The construct's path, which says more than the logical id."""
    path = resource.construct_path.removesuffix("/Resource")
    return path or resource.logical_id


def target(resource: Resource | None, written: str | Unknown | None) -> str:
    """A resource of the assembly by its name, another one as the template writes it."""
    return name(resource) if resource is not None else shown(written)


def text(value: object) -> str:
    """A value as people read it; a dash where there is none."""
    return "-" if value is None else shown(value)


def capacity_kind(environment: ComputeEnvironment) -> str:
    """What an environment runs on: ``SPOT``, ``FARGATE``, ``EKS SPOT``, ``UNMANAGED``."""
    resources = environment.compute_resources
    if not resources.present:
        return shown(environment.type_)
    if resources.managed_instances_provider.present:
        return "MANAGED INSTANCES"
    kind = shown(resources.type)
    return f"EKS {kind}" if environment.eks_configuration.present else kind


def instance_types(environment: ComputeEnvironment) -> str:
    """The instance types that an environment may start."""
    resources = environment.compute_resources
    managed = resources.managed_instances_provider.instance_launch_template.instance_requirements
    return ", ".join(map(shown, [*resources.instance_types, *managed.allowed_instance_types])) or "-"


def vcpu_range(environment: ComputeEnvironment) -> str:
    """How small and how large an environment gets."""
    resources = environment.compute_resources
    if not resources.present:
        return text(environment.unmanaged_vcpus)
    low = 0 if resources.min_vcpus is None else shown(resources.min_vcpus)
    return f"{low}-{text(resources.max_vcpus)}"


def environments_of(queue: JobQueue) -> list[tuple[Resource | None, str]]:
    """The environments of a queue in the order in which it tries them, with what to call them."""
    entries = [(e.order, e.environment, e.environment_arn) for e in queue.compute_environment_order]
    services = [(e.order, e.environment, e.environment_arn) for e in queue.service_environment_order]
    ordered = sorted([*entries, *services], key=lambda entry: entry[0] if known(entry[0]) else 0)
    return [(environment, target(environment, arn)) for _, environment, arn in ordered]


def shares(policy: SchedulingPolicy) -> str:
    """The shares of a fair-share policy with their weights; of another policy nothing."""
    weights = policy.fairshare_policy.share_distribution
    said = [
        f"{text(each.share_identifier)} {text(1 if each.weight_factor is None else each.weight_factor)}"
        for each in weights
    ]
    return ", ".join(said)


def platform(definition: JobDefinition) -> str:
    """Where jobs of a definition run."""
    if definition.eks_properties.present:
        return "EKS"
    if definition.node_properties.present:
        return f"{text(definition.node_properties.num_nodes)} nodes"
    return shown(definition.platform)


def size(definition: JobDefinition) -> tuple[str, str, str]:
    """Image, vCPUs and memory of the first container; the others are told by their number."""
    containers: list[Any] = (
        [definition.container_properties] if definition.container_properties.present else []
    )
    containers += [
        r.container for r in definition.node_properties.node_range_properties if r.container.present
    ]
    tasks = definition.ecs_properties.task_properties
    containers += [container for task in tasks for container in task.containers]
    if containers:
        first = containers[0]
        image = short_image(first.image)
        vcpus, memory = first.requirement("VCPU"), first.requirement("MEMORY")
    elif definition.eks_properties.present and definition.eks_properties.pod_properties.containers:
        containers = list(definition.eks_properties.pod_properties.containers)
        image = short_image(containers[0].image)
        limits, requests = containers[0].resources.limits, containers[0].resources.requests
        amounts = {**(limits if known(limits) else {}), **(requests if known(requests) else {})}
        vcpus, memory = amounts.get("cpu"), amounts.get("memory")
    else:
        return "-", "-", "-"
    more = f" (+{len(containers) - 1})" if len(containers) > 1 else ""
    return f"{image}{more}", text(vcpus), text(memory)


def short_image(image: str | Unknown | None) -> str:
    """The image; of a long one that the CDK uploads only the tag tells it apart."""
    written = text(image)
    _, asset, tag = written.partition("/cdk-hnb659fds-container-assets-")
    if asset:
        return f"asset {tag.partition(':')[2][:12]}"
    # The registry of an account is known at deploy time only; the repository tells more.
    return written.rsplit("/", 1)[-1] if "${" in written else written


def heard(rule: EventRule) -> str:
    """Which events a rule is about."""
    kinds, status = rule.pattern("detail-type"), rule.pattern("detail", "status")
    what = ", ".join(map(shown, kinds)) if isinstance(kinds, list) else "every event"
    return f"{what}: {', '.join(map(shown, status))}" if isinstance(status, list) else what


def subnets(model: BatchModel, vpc: Vpc, found: Sequence[Any]) -> list[str]:
    """What a network offers: its subnets by where they lead to, and its endpoints."""
    inside = [subnet for subnet in found if subnet.vpc is vpc]
    said = []
    for reach in (Reach.PUBLIC, Reach.NAT, Reach.ISOLATED):
        number = sum(model.networks.reach(subnet) is reach for subnet in inside)
        if number:
            said.append(f"{number} {reach.value}")
    lines = [f"subnets: {', '.join(said)}"] if said else []
    endpoints = len(model.networks.endpoints(vpc))
    return [*lines, f"{endpoints} VPC endpoints"] if endpoints else lines
