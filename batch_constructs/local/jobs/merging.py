"""Jobs made of a definition and the overrides of SubmitJob.

Source: API, SubmitJob and its structures ContainerOverrides, NodeOverrides, EcsPropertiesOverride, EksPropertiesOverride.
"""

from __future__ import annotations

from copy import deepcopy
from itertools import pairwise
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

Document = dict[str, Any]


def merged(definition: Mapping[str, Any], request: Mapping[str, Any]) -> Document:
    """Return the members of a job that its definition and its request decide together, in the API's spelling.

    Args:
        definition: The job definition as DescribeJobDefinitions shows it.
        request: The members of SubmitJob.
    """
    job: Document = {
        "parameters": {**definition.get("parameters", {}), **request.get("parameters", {})},
        "tags": {**definition.get("tags", {}), **request.get("tags", {})},
    }
    for member in ("retryStrategy", "timeout", "propagateTags"):
        if (value := request.get(member, definition.get(member))) is not None:
            job[member] = deepcopy(value)
    consumables = request.get("consumableResourcePropertiesOverride") or definition.get(
        "consumableResourceProperties"
    )
    if consumables:
        job["consumableResourceProperties"] = deepcopy(consumables)
    priority = request.get("schedulingPriorityOverride", definition.get("schedulingPriority"))
    if priority is not None:
        job["schedulingPriority"] = priority
    if "shareIdentifier" in request:
        job["shareIdentifier"] = request["shareIdentifier"]
    if "eksProperties" not in definition:
        job["platformCapabilities"] = list(definition.get("platformCapabilities") or ["EC2"])
    if "containerProperties" in definition:
        job["container"] = _container(
            definition["containerProperties"], request.get("containerOverrides", {})
        )
    if "ecsProperties" in definition:
        job["ecsProperties"] = _tasks(definition["ecsProperties"], request.get("ecsPropertiesOverride", {}))
    if "eksProperties" in definition:
        job["eksProperties"] = _pod(definition["eksProperties"], request.get("eksPropertiesOverride", {}))
    if "nodeProperties" in definition:
        job["nodeProperties"] = _nodes(definition["nodeProperties"], request.get("nodeOverrides", {}))
    return job


def substituted(words: list[str], parameters: Mapping[str, str]) -> list[str]:
    """Return a command with each ``Ref::name`` filled in; a name without a value stays as it is."""
    return [
        parameters.get(word.removeprefix("Ref::"), word) if word.startswith("Ref::") else word
        for word in words
    ]


def amount(container: Mapping[str, Any], kind: str) -> float:
    """Return what a container reserves of ``VCPU``, ``MEMORY`` (MiB) or ``GPU``; 0 if it says nothing.

    A pod's container gives it as a limit or a request.
    """
    for each in container.get("resourceRequirements", ()):
        if each["type"] == kind:
            return float(each["value"])
    if "resources" in container:
        return _pod_amount(container["resources"], kind)
    return float(container.get({"VCPU": "vcpus", "MEMORY": "memory"}.get(kind, ""), 0))


def _pod_amount(resources: Mapping[str, Mapping[str, str]], kind: str) -> float:
    name = {"VCPU": "cpu", "MEMORY": "memory", "GPU": "nvidia.com/gpu"}[kind]
    value = str({**resources.get("requests", {}), **resources.get("limits", {})}.get(name, 0))
    if value.endswith("Gi"):
        return float(value[:-2]) * 1024
    return float(value.removesuffix("Mi"))


def _container(properties: Mapping[str, Any], overrides: Mapping[str, Any]) -> Document:
    """Return a container with its overrides: the command replaced, variables and requirements merged by name."""
    found = deepcopy(dict(properties))
    if "command" in overrides:
        found["command"] = list(overrides["command"])
    if overrides.get("environment"):
        found["environment"] = _by(found.get("environment", []), overrides["environment"], "name")
    if overrides.get("resourceRequirements"):
        found["resourceRequirements"] = _by(
            found.get("resourceRequirements", []), overrides["resourceRequirements"], "type"
        )
        kinds = {each["type"] for each in overrides["resourceRequirements"]}
        for old, kind in (("vcpus", "VCPU"), ("memory", "MEMORY")):
            if kind in kinds:
                found.pop(old, None)
    for member in ("vcpus", "memory", "instanceType"):
        if overrides.get(member):
            found[member] = overrides[member]
    return found


def _by(old: list[Document], new: list[Document], key: str) -> list[Document]:
    """Return entries with those of the same name replaced."""
    merged_entries = {each.get(key): each for each in old}
    merged_entries.update({each.get(key): each for each in new})
    return list(merged_entries.values())


def _tasks(properties: Mapping[str, Any], override: Mapping[str, Any]) -> Document:
    found = deepcopy(dict(properties))
    for task, changed in zip(
        found.get("taskProperties", ()), override.get("taskProperties", ()), strict=False
    ):
        overrides = {each.get("name"): each for each in changed.get("containers", ())}
        task["containers"] = [
            _container(each, overrides.get(each.get("name"), {})) for each in task["containers"]
        ]
    return found


def _pod(properties: Mapping[str, Any], override: Mapping[str, Any]) -> Document:
    found = deepcopy(dict(properties))
    changed = override.get("podProperties", {})
    pod = found["podProperties"]
    for group in ("containers", "initContainers"):
        overrides = changed.get(group, ())
        names = {each.get("name"): each for each in overrides}
        for index, container in enumerate(pod.get(group, ())):
            each = names.get(container.get("name")) or (overrides[index] if index < len(overrides) else {})
            for member in ("command", "args", "image"):
                if member in each:
                    container[member] = each[member]
            if each.get("env"):
                container["env"] = _by(container.get("env", []), each["env"], "name")
            if each.get("resources"):
                container["resources"] = deepcopy(each["resources"])
    if changed.get("metadata"):
        pod["metadata"] = {**pod.get("metadata", {}), **changed["metadata"]}
    return found


def _nodes(properties: Mapping[str, Any], override: Mapping[str, Any]) -> Document:
    found = deepcopy(dict(properties))
    if override.get("numNodes"):
        found["numNodes"] = override["numNodes"]
    for each in override.get("nodePropertyOverrides", ()):
        for group in found["nodeRangeProperties"]:
            if group["targetNodes"] != each["targetNodes"]:
                continue
            if "containerOverrides" in each and "container" in group:
                group["container"] = _container(group["container"], each["containerOverrides"])
            if "ecsPropertiesOverride" in each and "ecsProperties" in group:
                group["ecsProperties"] = _tasks(group["ecsProperties"], each["ecsPropertiesOverride"])
            if "eksPropertiesOverride" in each and "eksProperties" in group:
                group["eksProperties"] = _pod(group["eksProperties"], each["eksPropertiesOverride"])
    return found


def node_group(job: Mapping[str, Any], node: int) -> Document:
    """Return the group of a multi-node job that a node belongs to; the group that names fewest nodes wins."""
    nodes: Mapping[str, Any] = job["nodeProperties"]
    found: list[tuple[int, Document]] = []
    for group in nodes["nodeRangeProperties"]:
        first, last = bounds(group["targetNodes"], nodes["numNodes"])
        if first <= node <= last:
            found.append((last - first, group))
    return min(found, key=lambda each: each[0])[1]


def bounds(target_nodes: str, count: int) -> tuple[int, int]:
    """Return the first and last node of ``0:3``, ``1:``, ``:2`` or ``4``."""
    first, separator, last = target_nodes.partition(":")
    if not separator:
        return int(first), int(first)
    return int(first or 0), int(last) if last else count - 1


def containers_of(job: Mapping[str, Any]) -> list[Document]:
    """Return the containers of a job, of one of its nodes, or of its task or pod, in their order."""
    if "container" in job:
        return [{"name": "default", **job["container"]}]
    if "ecsProperties" in job:
        return list(job["ecsProperties"]["taskProperties"][0]["containers"])
    pod = job["eksProperties"]["podProperties"]
    first = [_of_pod(each, init=True) for each in pod.get("initContainers", ())]
    # Init containers run one after the other, and then the main containers run together.
    for before, each in pairwise(first):
        each["dependsOn"] = [{"containerName": before["name"], "condition": "SUCCESS"}]
    main = [_of_pod(each) for each in pod["containers"]]
    for each in main:
        each["dependsOn"] = [{"containerName": init["name"], "condition": "SUCCESS"} for init in first[-1:]]
    return [*first, *main]


def _of_pod(container: Mapping[str, Any], *, init: bool = False) -> Document:
    """Return a pod's container with the members that the others have."""
    return {
        **container,
        "name": container.get("name", "Default"),
        "command": [*container.get("command", ()), *container.get("args", ())],
        "environment": list(container.get("env", ())),
        "init": init,
        "inPod": True,
    }
