"""Job definitions: one container, several containers, a pod, or nodes in ranges."""

from __future__ import annotations

from batch_constructs.assembly.template.members import (
    Boolean,
    Integer,
    Keyword,
    Link,
    Struct,
    Structs,
    Text,
    TextMap,
    Texts,
)
from batch_constructs.assembly.template.resources.containers import EcsProperties, JobContainer
from batch_constructs.assembly.template.resources.pods import EksProperties
from batch_constructs.assembly.template.resources.service_environments import ConsumableResource
from batch_constructs.assembly.template.unknown import Unknown, WrongType
from batch_constructs.assembly.template.views import Resource, View


class RetryRule(View):
    """A condition on how an attempt ended, and the action to take."""

    action = Keyword("Action")
    on_exit_code = Text("OnExitCode")
    on_reason = Text("OnReason")
    on_status_reason = Text("OnStatusReason")


class RetryStrategy(View):
    """The number of attempts and the retry rules of a job; also part of submissions."""

    attempts = Integer("Attempts")
    evaluate_on_exit = Structs("EvaluateOnExit", RetryRule)


class JobTimeout(View):
    """The time limit of an attempt; also part of submissions."""

    attempt_duration_seconds = Integer("AttemptDurationSeconds")


class ConsumableResourceRequirement(View):
    """An amount of a consumable resource that a job uses."""

    consumable_resource_arn = Text("ConsumableResource")
    consumable_resource = Link("ConsumableResource", ConsumableResource)
    quantity = Integer("Quantity")


class ConsumableResourceProperties(View):
    """The consumable resources that a job uses."""

    consumable_resource_list = Structs("ConsumableResourceList", ConsumableResourceRequirement)


class NodeRange(View):
    """The nodes that share one container, as ``first:last``."""

    target_nodes = Text("TargetNodes")
    container = Struct("Container", JobContainer)
    ecs_properties = Struct("EcsProperties", EcsProperties)
    eks_properties = Struct("EksProperties", EksProperties)
    instance_types = Texts("InstanceTypes")
    consumable_resource_properties = Struct("ConsumableResourceProperties", ConsumableResourceProperties)


class NodeProperties(View):
    """The nodes of a multi-node parallel job."""

    main_node = Integer("MainNode")
    num_nodes = Integer("NumNodes")
    node_range_properties = Structs("NodeRangeProperties", NodeRange)


class ResourceRetentionPolicy(View):
    """The setting that leaves the old revision active after an update."""

    skip_deregister_on_update = Boolean("SkipDeregisterOnUpdate")


class JobDefinition(Resource):
    """A job definition."""

    TYPES = ("AWS::Batch::JobDefinition",)
    NAME = "JobDefinitionName"

    name = Text("JobDefinitionName")
    type_ = Keyword("Type")
    container_properties = Struct("ContainerProperties", JobContainer)
    ecs_properties = Struct("EcsProperties", EcsProperties)
    eks_properties = Struct("EksProperties", EksProperties)
    node_properties = Struct("NodeProperties", NodeProperties)
    consumable_resource_properties = Struct("ConsumableResourceProperties", ConsumableResourceProperties)
    parameters = TextMap("Parameters")
    platform_capabilities = Texts("PlatformCapabilities")
    propagate_tags = Boolean("PropagateTags")
    resource_retention_policy = Struct("ResourceRetentionPolicy", ResourceRetentionPolicy)
    retry_strategy = Struct("RetryStrategy", RetryStrategy)
    scheduling_priority = Integer("SchedulingPriority")
    tags = TextMap("Tags")
    timeout = Struct("Timeout", JobTimeout)

    @property
    def platform(self) -> str | Unknown:
        """``EC2`` (the default), ``FARGATE`` or ``MANAGED_INSTANCES``; unknown for an invalid list."""
        capabilities = self.platform_capabilities
        if capabilities.empty:
            return "EC2"
        if capabilities.complete and len(capabilities) == 1:
            return only.upper() if isinstance(only := capabilities[0], str) else only
        written = self.raw("PlatformCapabilities")
        return written if isinstance(written, Unknown) else WrongType(written)

    @property
    def fargate(self) -> bool:
        """Return whether its jobs certainly run on Fargate."""
        platform = self.platform
        return isinstance(platform, str) and platform == "FARGATE"

    @property
    def multi_node(self) -> bool:
        """Return whether its jobs are certainly multi-node parallel."""
        return isinstance(self.type_, str) and self.type_ == "MULTINODE"
