"""The resources that rules look at, with members named as on their CloudFormation pages."""

from __future__ import annotations

from batch_constructs.assembly.template.resources.alarms import Alarm
from batch_constructs.assembly.template.resources.buckets import Bucket
from batch_constructs.assembly.template.resources.budgets import Budget
from batch_constructs.assembly.template.resources.clusters import EksCluster
from batch_constructs.assembly.template.resources.compute_environments import (
    ComputeEnvironment,
    ComputeResources,
    Ec2Configuration,
    LaunchTemplateOverride,
    LaunchTemplateSpecification,
)
from batch_constructs.assembly.template.resources.containers import (
    Container,
    EcsTask,
    JobContainer,
    TaskContainer,
)
from batch_constructs.assembly.template.resources.events import (
    BatchParameters,
    EventRule,
    EventTarget,
    LogGroup,
)
from batch_constructs.assembly.template.resources.file_systems import AccessPoint, FileSystem, MountTarget
from batch_constructs.assembly.template.resources.job_definitions import (
    JobDefinition,
    JobTimeout,
    NodeProperties,
    NodeRange,
    RetryRule,
    RetryStrategy,
)
from batch_constructs.assembly.template.resources.job_queues import JobQueue, QuotaShare
from batch_constructs.assembly.template.resources.launch_templates import LaunchTemplate, LaunchTemplateData
from batch_constructs.assembly.template.resources.networks import (
    SecurityGroup,
    SecurityGroupEgress,
    SecurityGroupIngress,
    Subnet,
    Vpc,
    VpcEndpoint,
)
from batch_constructs.assembly.template.resources.pipes import Pipe
from batch_constructs.assembly.template.resources.placement import PlacementGroup
from batch_constructs.assembly.template.resources.pods import PodContainer, PodProperties
from batch_constructs.assembly.template.resources.roles import (
    AttachedPolicy,
    InstanceProfile,
    Role,
    Statement,
)
from batch_constructs.assembly.template.resources.schedules import Schedule, ScheduleTarget
from batch_constructs.assembly.template.resources.scheduling_policies import FairsharePolicy, SchedulingPolicy
from batch_constructs.assembly.template.resources.secrets import StoredSecret
from batch_constructs.assembly.template.resources.service_environments import (
    ConsumableResource,
    ServiceEnvironment,
)
from batch_constructs.assembly.template.resources.service_jobs import ServiceJobSubmission
from batch_constructs.assembly.template.resources.state_machines import StateMachine
from batch_constructs.assembly.template.resources.submissions import Submission
from batch_constructs.assembly.template.resources.topics import Key, Subscription, Topic, TopicPolicy

__all__ = [
    "AccessPoint",
    "Alarm",
    "AttachedPolicy",
    "BatchParameters",
    "Bucket",
    "Budget",
    "ComputeEnvironment",
    "ComputeResources",
    "ConsumableResource",
    "Container",
    "Ec2Configuration",
    "EcsTask",
    "EksCluster",
    "EventRule",
    "EventTarget",
    "FairsharePolicy",
    "FileSystem",
    "InstanceProfile",
    "JobContainer",
    "JobDefinition",
    "JobQueue",
    "JobTimeout",
    "Key",
    "LaunchTemplate",
    "LaunchTemplateData",
    "LaunchTemplateOverride",
    "LaunchTemplateSpecification",
    "LogGroup",
    "MountTarget",
    "NodeProperties",
    "NodeRange",
    "Pipe",
    "PlacementGroup",
    "PodContainer",
    "PodProperties",
    "QuotaShare",
    "RetryRule",
    "RetryStrategy",
    "Role",
    "Schedule",
    "ScheduleTarget",
    "SchedulingPolicy",
    "SecurityGroup",
    "SecurityGroupEgress",
    "SecurityGroupIngress",
    "ServiceEnvironment",
    "ServiceJobSubmission",
    "StateMachine",
    "Statement",
    "StoredSecret",
    "Submission",
    "Subnet",
    "Subscription",
    "TaskContainer",
    "Topic",
    "TopicPolicy",
    "Vpc",
    "VpcEndpoint",
]
