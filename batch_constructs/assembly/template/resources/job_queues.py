"""Job queues, their environments in order, and quota shares."""

from __future__ import annotations

from batch_constructs.assembly.template.members import Integer, Keyword, Link, Struct, Structs, Text, TextMap
from batch_constructs.assembly.template.resources.compute_environments import ComputeEnvironment
from batch_constructs.assembly.template.resources.scheduling_policies import SchedulingPolicy
from batch_constructs.assembly.template.resources.service_environments import (
    CapacityLimit,
    ServiceEnvironment,
)
from batch_constructs.assembly.template.views import Resource, View


class ComputeEnvironmentOrder(View):
    """An environment of a queue and its position."""

    order = Integer("Order")
    environment_arn = Text("ComputeEnvironment")
    environment = Link("ComputeEnvironment", ComputeEnvironment)


class ServiceEnvironmentOrder(View):
    """A service environment of a queue and its position."""

    order = Integer("Order")
    environment_arn = Text("ServiceEnvironment")
    environment = Link("ServiceEnvironment", ServiceEnvironment)


class JobStateTimeLimitAction(View):
    """The action for a job that stays in a state for too long."""

    action = Keyword("Action")
    max_time_seconds = Integer("MaxTimeSeconds")
    reason = Text("Reason")
    state = Keyword("State")


class JobQueue(Resource):
    """A job queue."""

    TYPES = ("AWS::Batch::JobQueue",)
    NAME = "JobQueueName"

    name = Text("JobQueueName")
    state = Keyword("State")
    priority = Integer("Priority")
    job_queue_type = Keyword("JobQueueType")
    compute_environment_order = Structs("ComputeEnvironmentOrder", ComputeEnvironmentOrder)
    service_environment_order = Structs("ServiceEnvironmentOrder", ServiceEnvironmentOrder)
    job_state_time_limit_actions = Structs("JobStateTimeLimitActions", JobStateTimeLimitAction)
    scheduling_policy_arn = Text("SchedulingPolicyArn")
    scheduling_policy = Link("SchedulingPolicyArn", SchedulingPolicy)
    tags = TextMap("Tags")

    @property
    def environments(self) -> tuple[ComputeEnvironment, ...]:
        """The queue's compute environments that are in the assembly, in order of the list."""
        found = (entry.environment for entry in self.compute_environment_order)
        return tuple(environment for environment in found if environment is not None)

    @property
    def sees_all_environments(self) -> bool:
        """Return whether `environments` contains every compute environment of the queue."""
        order = self.compute_environment_order
        return order.complete and len(self.environments) == len(order)


class ResourceSharingConfiguration(View):
    """The lending and borrowing of a quota share."""

    strategy = Keyword("Strategy")
    borrow_limit = Integer("BorrowLimit")


class PreemptionConfiguration(View):
    """The preemption between the jobs of a share."""

    in_share_preemption = Keyword("InSharePreemption")


class QuotaShare(Resource):
    """A share of a queue's capacity."""

    TYPES = ("AWS::Batch::QuotaShare",)
    NAME = "QuotaShareName"

    name = Text("QuotaShareName")
    job_queue_arn = Text("JobQueue")
    job_queue = Link("JobQueue", JobQueue)
    capacity_limits = Structs("CapacityLimits", CapacityLimit)
    resource_sharing_configuration = Struct("ResourceSharingConfiguration", ResourceSharingConfiguration)
    preemption_configuration = Struct("PreemptionConfiguration", PreemptionConfiguration)
    state = Keyword("State")
    tags = TextMap("Tags")
