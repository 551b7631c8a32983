"""A job that a resource submits to a queue, with the members of SubmitJob.

`EventRule`, `Schedule`, `Pipe` and `StateMachine` have ``submissions``; ``model.of(Submission)`` are all of them.
"""

from __future__ import annotations

import re
from typing import Any

from batch_constructs.assembly.template.members import (
    Boolean,
    Integer,
    Link,
    Struct,
    Structs,
    Text,
    TextMap,
    Texts,
    linked,
)
from batch_constructs.assembly.template.resources.containers import (
    EnvironmentVariable,
    ResourceRequirement,
    required,
)
from batch_constructs.assembly.template.resources.job_definitions import (
    ConsumableResourceProperties,
    JobDefinition,
    JobTimeout,
    RetryStrategy,
)
from batch_constructs.assembly.template.resources.job_queues import JobQueue
from batch_constructs.assembly.template.resources.pods import (
    PodEnvironmentVariable,
    PodMetadata,
    PodResources,
)
from batch_constructs.assembly.template.resources.roles import Role
from batch_constructs.assembly.template.unknown import PartialText, Unknown
from batch_constructs.assembly.template.views import Member, View

_REVISION = re.compile(r":[0-9]+\Z")

FREE_KEYS = ("Parameters", "Tags", "Limits", "Requests", "Annotations", "Labels")
"""Members of a request whose keys users choose, and whose spelling must stay."""


class CurrentRevision(Member["JobDefinition | None"]):
    """The definition that a member names, unless it names a certain revision.

    An older revision is not in the template, which describes the newest one.
    """

    def read(self, view: View) -> JobDefinition | None:
        """Return the definition; ``None`` if it is elsewhere or an older revision."""
        value = view.raw(self.name)
        end = value.suffix if isinstance(value, PartialText) else value
        return None if isinstance(end, str) and _REVISION.search(end) else linked(view, value, JobDefinition)


class SubmittedArray(View):
    """The size of an array job."""

    size = Integer("Size")


class JobDependency(View):
    """A job that must end before this one starts."""

    job_id = Text("JobId")
    type = Text("Type")


class ContainerOverrides(View):
    """The settings that replace those of the definition's container; in a task of several, selected by name."""

    name = Text("Name")
    command = Texts("Command")
    environment = Structs("Environment", EnvironmentVariable)
    instance_type = Text("InstanceType")
    memory = Integer("Memory")
    resource_requirements = Structs("ResourceRequirements", ResourceRequirement)
    vcpus = Integer("Vcpus")

    def requirement(self, kind: str) -> str | Unknown | None:
        """Return the amount of ``VCPU``, ``MEMORY`` or ``GPU`` as it is written; ``None``: the definition decides."""
        return required(self.resource_requirements, kind)


class TaskOverride(View):
    """Overrides for the containers of a task."""

    containers = Structs("Containers", ContainerOverrides)


class EcsPropertiesOverride(View):
    """Overrides for a job of several containers."""

    task_properties = Structs("TaskProperties", TaskOverride)


class PodContainerOverride(View):
    """Overrides for a container of a pod, by name."""

    name = Text("Name")
    args = Texts("Args")
    command = Texts("Command")
    env = Structs("Env", PodEnvironmentVariable)
    image = Text("Image")
    resources = Struct("Resources", PodResources)


class PodPropertiesOverride(View):
    """Overrides for a pod."""

    containers = Structs("Containers", PodContainerOverride)
    init_containers = Structs("InitContainers", PodContainerOverride)
    metadata = Struct("Metadata", PodMetadata)


class EksPropertiesOverride(View):
    """Overrides for a job on Amazon EKS."""

    pod_properties = Struct("PodProperties", PodPropertiesOverride)


class NodePropertyOverride(View):
    """Overrides for the nodes of a range."""

    target_nodes = Text("TargetNodes")
    consumable_resource_properties_override = Struct(
        "ConsumableResourcePropertiesOverride", ConsumableResourceProperties
    )
    container_overrides = Struct("ContainerOverrides", ContainerOverrides)
    ecs_properties_override = Struct("EcsPropertiesOverride", EcsPropertiesOverride)
    eks_properties_override = Struct("EksPropertiesOverride", EksPropertiesOverride)
    instance_types = Texts("InstanceTypes")


class NodeOverrides(View):
    """Overrides for a multi-node parallel job."""

    num_nodes = Integer("NumNodes")
    node_property_overrides = Structs("NodePropertyOverrides", NodePropertyOverride)


class Submission(View):
    """A job that a rule, a schedule, a pipe or a state machine submits to a queue.

    ``definition`` and ``queue`` are resources of the assembly, ``None`` if they are elsewhere or unknown;
    ``definition_arn`` and ``queue_arn`` hold the template's own values, which may also be names. ``role`` submits
    the job. Members that the sender takes from its input at run time are unknown.
    """

    job_name = Text("JobName")
    definition_arn = Text("JobDefinition")
    definition = CurrentRevision("JobDefinition")
    queue_arn = Text("JobQueue")
    queue = Link("JobQueue", JobQueue)
    role_arn = Text("RoleArn")
    role = Link("RoleArn", Role)
    array_properties = Struct("ArrayProperties", SubmittedArray)
    consumable_resource_properties_override = Struct(
        "ConsumableResourcePropertiesOverride", ConsumableResourceProperties
    )
    container_overrides = Struct("ContainerOverrides", ContainerOverrides)
    depends_on = Structs("DependsOn", JobDependency)
    ecs_properties_override = Struct("EcsPropertiesOverride", EcsPropertiesOverride)
    eks_properties_override = Struct("EksPropertiesOverride", EksPropertiesOverride)
    node_overrides = Struct("NodeOverrides", NodeOverrides)
    parameters = TextMap("Parameters")
    propagate_tags = Boolean("PropagateTags")
    retry_strategy = Struct("RetryStrategy", RetryStrategy)
    scheduling_priority_override = Integer("SchedulingPriorityOverride")
    share_identifier = Text("ShareIdentifier")
    tags = TextMap("Tags")
    timeout = Struct("Timeout", JobTimeout)

    @property
    def sure(self) -> bool:
        """Return whether the template contains the request, so that a missing member is certainly omitted."""
        return isinstance(self.node, dict)


def request_from(base: dict[str, Any], more: Any, *keys: str) -> dict[str, Any]:
    """Return a request with some members taken from other JSON; they are unknown if that JSON is."""
    if isinstance(more, dict):
        return {**base, **{key: more[key] for key in keys if key in more}}
    return {**base, **dict.fromkeys(keys, more)} if isinstance(more, Unknown) else base
