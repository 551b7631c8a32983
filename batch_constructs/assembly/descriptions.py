"""Short descriptions of resources, for a table, a tree or a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from batch_constructs.assembly.reach import Exit, exit_of
from batch_constructs.assembly.template import Either, PartialText, Reference, Unknown, as_text, is_known
from batch_constructs.assembly.template.unknown import options_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from batch_constructs.assembly.template import BatchModel, Resource
    from batch_constructs.assembly.template.resources import (
        ComputeEnvironment,
        ComputeResources,
        EventRule,
        JobDefinition,
        JobQueue,
        SchedulingPolicy,
        Vpc,
    )
    from batch_constructs.assembly.template.resources.service_environments import CapacityLimit

__all__ = ["name", "text"]


def name(resource: Resource) -> str:
    """Return the construct's path, which tells more than the logical id."""
    return resource.label


def full_name(resource: Resource) -> str:
    """Return the construct's path with the logical id, as templates and the AWS console have it."""
    return f"{resource.label} ({resource.logical_id})" if resource.construct_path else resource.logical_id


def target(resource: Resource | None, written: str | Unknown | None) -> str:
    """Return a resource of the assembly by its name, any other one as the template writes it."""
    if resource is not None:
        return name(resource)
    if isinstance(written, Either):
        return " or ".join(target(None, each) for each in written.options)
    return name(written.target) if isinstance(written, Reference) else as_text(written)


def text(value: object) -> str:
    """Return a value as people read it; a dash if there is none."""
    return "-" if value is None else as_text(value)


def capacity_kind(environment: ComputeEnvironment) -> str:
    """Return the kind of an environment's capacity: ``SPOT``, ``FARGATE``, ``EKS SPOT``, ``UNMANAGED``."""
    return " or ".join(dict.fromkeys(_kind(environment, each) for each in _arms(environment)))


def _arms(environment: ComputeEnvironment) -> list[ComputeResources]:
    """Return the compute resources of an environment, of an Fn::If those of each arm."""
    resources = environment.compute_resources
    return [
        type(resources)(environment, resources.steps, option)
        for option in options_of(resources.node)
        if option is None or isinstance(option, dict | Unknown)
    ]


def _kind(environment: ComputeEnvironment, resources: ComputeResources) -> str:
    if not resources.present:
        return as_text(environment.type_)
    if resources.managed_instances_provider.present:
        return "MANAGED INSTANCES"
    kind = as_text(resources.type)
    return f"EKS {kind}" if environment.eks_configuration.present else kind


def cluster(environment: ComputeEnvironment) -> str:
    """Return the cluster and namespace of an environment on Amazon EKS; empty for others."""
    configuration = environment.eks_configuration
    if not configuration.present:
        return ""
    # A cluster in no template has its name at the end of its ARN. One of the CDK has a path that may end in these words.
    path = target(configuration.cluster, configuration.cluster_arn).split("/")
    where = next((part for part in reversed(path) if part not in {"Resource", "Default"}), "-")
    return f"namespace {text(configuration.kubernetes_namespace)} of {where}"


def instance_types(environment: ComputeEnvironment) -> str:
    """Return the instance types that an environment may start."""
    return " or ".join(dict.fromkeys(_types(each) for each in _arms(environment)))


def _types(resources: ComputeResources) -> str:
    managed = resources.managed_instances_provider.instance_launch_template.instance_requirements
    found = ", ".join(map(as_text, [*resources.instance_types, *managed.allowed_instance_types]))
    return found or text(None if resources.instance_types.complete else resources.raw("InstanceTypes"))


def vcpu_range(environment: ComputeEnvironment) -> str:
    """Return the smallest and the largest size of an environment."""
    return " or ".join(dict.fromkeys(_range(environment, each) for each in _arms(environment)))


def _range(environment: ComputeEnvironment, resources: ComputeResources) -> str:
    if not resources.present:
        return text(environment.unmanaged_vcpus)
    low = "0" if resources.min_vcpus is None else as_text(resources.min_vcpus)
    high = text(resources.max_vcpus)
    return f"{low} to {high}" if " " in low + high else f"{low}-{high}"


def environments_of(queue: JobQueue) -> list[tuple[int, Resource | None, str]]:
    """Return the environments of a queue in the order in which it tries them: number, resource and name.

    Environments of which a condition chooses one have the same number.
    """
    entries = [(e.order, e.environment, e.environment_arn) for e in queue.compute_environment_order]
    services = [(e.order, e.environment, e.environment_arn) for e in queue.service_environment_order]
    ordered = sorted([*entries, *services], key=lambda entry: entry[0] if is_known(entry[0]) else 0)
    found: list[tuple[int, Resource | None, str]] = []
    for number, (_, environment, arn) in enumerate(ordered, 1):
        options = (arn,) if environment is not None else options_of(arn)
        for each in options:
            chosen = each.target if environment is None and isinstance(each, Reference) else environment
            found.append((number, chosen, target(chosen, each)))  # type: ignore[arg-type]
    return found


def shares(policy: SchedulingPolicy) -> str:
    """Return the shares of a fair-share policy with their weights; empty for another policy."""
    weights = policy.fairshare_policy.share_distribution
    parts = [
        f"{text(each.share_identifier)} {text(1 if each.weight_factor is None else each.weight_factor)}"
        for each in weights
    ]
    return ", ".join(parts)


def platform(definition: JobDefinition) -> str:
    """Return the platform of a definition's jobs."""
    if definition.eks_properties.present:
        return "EKS"
    nodes = definition.node_properties
    if nodes.present:
        on_eks = any(each.eks_properties.present for each in nodes.node_range_properties)
        return f"{text(nodes.num_nodes)} nodes{' of EKS' if on_eks else ''}"
    return as_text(definition.platform)


def size(definition: JobDefinition) -> tuple[str, str, str]:
    """Return image, vCPUs and memory of the first container, with the number of further containers."""
    if containers := _containers(definition):
        first = containers[0]
        image = short_image(first.image)
        vcpus, memory = first.amount("VCPU"), first.amount("MEMORY")
    else:
        return "-", "-", "-"
    more = f" (+{len(containers) - 1})" if len(containers) > 1 else ""
    return f"{image}{more}", text(vcpus), text(memory)


def amounts(definition: JobDefinition) -> str:
    """Return the resources of a job for a picture: ``4 vCPU, 16 GiB, 1 GPU``."""
    _, vcpus, memory = size(definition)
    if vcpus == "-":
        return ""
    containers = _containers(definition)
    gpus = containers[0].requirement("GPU") if containers else None
    return f"{vcpus} vCPU, {_memory(memory)}" + (f", {text(gpus)} GPU" if gpus is not None else "")


def _memory(mebibytes: str) -> str:
    if not mebibytes.isdigit():
        # A parameter has no number yet, and a condition chooses one of several.
        return f"{mebibytes} MiB" if any(sign.isdigit() for sign in mebibytes) else mebibytes
    number = int(mebibytes)
    for unit, size in (("TiB", 1024**2), ("GiB", 1024)):
        if number and number % size == 0:
            return f"{number // size:,} {unit}"
    return f"{number:,} MiB"


def _containers(definition: JobDefinition) -> list[Any]:
    """Return the containers of a job: those on ECS, then those in pods of EKS."""
    found: list[Any] = [definition.container_properties] if definition.container_properties.present else []
    found += [r.container for r in definition.node_properties.node_range_properties if r.container.present]
    tasks = definition.ecs_properties.task_properties
    ranges = definition.node_properties.node_range_properties
    pods = [each.pod_properties for each in (definition.eks_properties, *(r.eks_properties for r in ranges))]
    found += [container for task in tasks for container in task.containers]
    return [*found, *(container for pod in pods for container in pod.containers)]


def short_image(image: str | Unknown | None) -> str:
    """Return the image; of a long one that the CDK uploads only the tag, which identifies it."""
    written = _with_names(image)
    _, asset, tag = written.partition("/cdk-hnb659fds-container-assets-")
    if asset:
        return f"asset {tag.partition(':')[2][:12]}"
    # An account's registry is known only at deployment, and the repository tells more.
    return written.rsplit("/", 1)[-1] if "${" in written else written


def _with_names(value: str | Unknown | None) -> str:
    """Return a string with its references written as the names of their constructs."""
    if not isinstance(value, PartialText):
        return text(value)
    return "".join(
        part
        if isinstance(part, str)
        else _last(part.target)
        if isinstance(part, Reference)
        else as_text(part)
        for part in value.parts
    )


def _last(resource: Resource) -> str:
    return name(resource).rpartition("/")[2]


def single_reference(value: object) -> Resource | None:
    """Return the only resource that a string refers to, such as the log group whose name is part of an ARN."""
    parts = value.parts if isinstance(value, PartialText) else ()
    resources = {part.target for part in parts if isinstance(part, Reference)}
    return resources.pop() if len(resources) == 1 else None


def capacity(limits: Iterable[CapacityLimit]) -> str:
    """Return amounts with their units: ``8 ml.g6.12xlarge``."""
    return ", ".join(f"{text(each.max_capacity)} {text(each.capacity_unit)}" for each in limits)


def matched_events(rule: EventRule) -> str:
    """Return the events that a rule matches."""
    kinds, status = rule.pattern("detail-type"), rule.pattern("detail", "status")
    what = ", ".join(map(as_text, kinds)) if isinstance(kinds, list) else "every event"
    return f"{what}: {', '.join(map(as_text, status))}" if isinstance(status, list) else what


def subnets(model: BatchModel, vpc: Vpc, found: Sequence[Any]) -> list[str]:
    """Return lines on a network: its subnets by their default route, and its endpoints."""
    own = [subnet for subnet in found if subnet.vpc is vpc]
    parts = []
    for exit_ in (Exit.PUBLIC, Exit.NAT, Exit.ISOLATED):
        number = sum(exit_of(model, subnet) is exit_ for subnet in own)
        if number:
            parts.append(f"{number} {exit_.value}")
    lines = [f"subnets: {', '.join(parts)}"] if parts else []
    endpoints = len(model.networks.endpoints.of(vpc))
    return [*lines, f"{endpoints} VPC endpoint{'s' if endpoints > 1 else ''}"] if endpoints else lines
