"""Typed CDK constructs for AWS Batch that prove at synth that the jobs will run.

Names load when they are first used (PEP 562): importing the package starts no Node.js, and a construct brings
only the parts of the CDK that it needs.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from batch_constructs._border.loading import loading
from batch_constructs._border.node import needs_node, prepare_node

if TYPE_CHECKING:
    from batch_constructs._border.arguments.calls import WrongArgumentError
    from batch_constructs.compute_environments.allocation import AllocationStrategy
    from batch_constructs.compute_environments.base import ImportedComputeEnvironment
    from batch_constructs.compute_environments.blue_green import BlueGreen
    from batch_constructs.compute_environments.ec2 import Ec2ComputeEnvironment
    from batch_constructs.compute_environments.efa import EfaComputeEnvironment
    from batch_constructs.compute_environments.eks import EksComputeEnvironment
    from batch_constructs.compute_environments.eks_namespace_access import EksNamespaceAccess
    from batch_constructs.compute_environments.eks_namespaces import EksNamespace
    from batch_constructs.compute_environments.eks_nodes import EksNodeRole
    from batch_constructs.compute_environments.eks_service_accounts import EksServiceAccount
    from batch_constructs.compute_environments.fargate import FargateComputeEnvironment
    from batch_constructs.compute_environments.gpu import GpuComputeEnvironment
    from batch_constructs.compute_environments.images import ImageType
    from batch_constructs.compute_environments.managed_instances import ManagedInstancesComputeEnvironment
    from batch_constructs.compute_environments.managed_instances_roles import (
        ManagedInstancesInfrastructureRole,
        ManagedInstancesInstanceRole,
    )
    from batch_constructs.compute_environments.spot import SpotComputeEnvironment
    from batch_constructs.compute_environments.unmanaged import UnmanagedComputeEnvironment
    from batch_constructs.compute_environments.unmanaged_eks import UnmanagedEksComputeEnvironment
    from batch_constructs.compute_environments.update_policy import UpdatePolicy
    from batch_constructs.facts.eks import DnsPolicy, EmptyDirMedium, ImagePullPolicy
    from batch_constructs.facts.events import BlockedReason, PreemptionPhase
    from batch_constructs.facts.instance_types import Architecture, InterfaceType
    from batch_constructs.facts.job_environment import BatchEnv
    from batch_constructs.facts.metrics import QueueMetric
    from batch_constructs.facts.vocabulary import (
        AccessEntryState,
        ArrayDependency,
        CapacityOption,
        ContainerInsights,
        DevicePermission,
        JobStatus,
        OperatingSystemFamily,
        ReservationPreference,
        ResourceSharing,
        RetryAction,
        TimeLimitReason,
        UlimitName,
        UserdataType,
    )
    from batch_constructs.job_definitions.base import ImportedJobDefinition
    from batch_constructs.job_definitions.ec2 import Ec2JobDefinition
    from batch_constructs.job_definitions.ecs_multi_node import (
        EcsMultiNodeParallelJobDefinition,
        EcsNodeGroup,
    )
    from batch_constructs.job_definitions.eks import EksJobDefinition
    from batch_constructs.job_definitions.eks_containers import EksContainer, EksSecurityContext
    from batch_constructs.job_definitions.eks_multi_node import (
        EksMultiNodeParallelJobDefinition,
        EksNodeGroup,
    )
    from batch_constructs.job_definitions.eks_pods import EksPod
    from batch_constructs.job_definitions.eks_volumes import (
        EksEmptyDir,
        EksHostPath,
        EksMount,
        EksPersistentVolumeClaim,
        EksSecret,
    )
    from batch_constructs.job_definitions.fargate import FargateJobDefinition
    from batch_constructs.job_definitions.fargate_tasks import FargateTask
    from batch_constructs.job_definitions.links import Access
    from batch_constructs.job_definitions.linux_parameters import Device, LinuxParameters, Tmpfs, Ulimit
    from batch_constructs.job_definitions.log_drivers import AwsLogs
    from batch_constructs.job_definitions.managed_instances import ManagedInstancesJobDefinition
    from batch_constructs.job_definitions.multi_container import IpcMode, MultiContainerJobDefinition, PidMode
    from batch_constructs.job_definitions.multi_node import MultiNodeParallelJobDefinition
    from batch_constructs.job_definitions.node_groups import NodeGroup, NodeRange
    from batch_constructs.job_definitions.retries import RetryRule, RetryStrategy
    from batch_constructs.job_definitions.task_containers import (
        DependencyCondition,
        FireLens,
        FirelensType,
        TaskContainer,
    )
    from batch_constructs.job_definitions.volumes import Efs, Host, S3Files
    from batch_constructs.job_queues.queues import ImportedJobQueue, JobQueue
    from batch_constructs.job_queues.time_limits import JobStateTimeLimit
    from batch_constructs.launch_templates.agent_config import EcsAgentConfig, ImagePullBehavior
    from batch_constructs.launch_templates.aws_cli import AwsCli
    from batch_constructs.launch_templates.capacity_reservations import CapacityReservation
    from batch_constructs.launch_templates.cloudwatch_agent import AgentMetrics, CloudWatchAgent
    from batch_constructs.launch_templates.launch_template import BatchLaunchTemplate
    from batch_constructs.launch_templates.mounts import EfsMount, FsxLustreMount, S3Mount
    from batch_constructs.launch_templates.network_interfaces import NetworkInterface, efa_interfaces
    from batch_constructs.launch_templates.node_config import EksNodeConfig
    from batch_constructs.launch_templates.overrides import LaunchTemplateOverride
    from batch_constructs.launch_templates.storage import InstanceStoreVolumes, ScratchVolume, Storage
    from batch_constructs.launch_templates.user_data import CloudConfig, ShellScript
    from batch_constructs.monitoring.alarms import BatchAlarms
    from batch_constructs.monitoring.api_trail import BatchApiTrail
    from batch_constructs.monitoring.budget import BatchBudget
    from batch_constructs.monitoring.chat import SlackChannel, TeamsChannel
    from batch_constructs.monitoring.compute_environment_alerts import ComputeEnvironmentAlerts
    from batch_constructs.monitoring.costs import tag_costs
    from batch_constructs.monitoring.dashboard import BatchDashboard
    from batch_constructs.monitoring.event_fields import (
        ApiCallField,
        JobEventField,
        PreemptionEventField,
        ServiceJobEventField,
    )
    from batch_constructs.monitoring.event_log import JobEventLog
    from batch_constructs.monitoring.event_patterns import (
        ApiCallPattern,
        JobQueueBlockedPattern,
    )
    from batch_constructs.monitoring.job_failure_alerts import JobFailureAlerts
    from batch_constructs.monitoring.job_metrics import JobMetrics
    from batch_constructs.monitoring.job_pattern import ArrayJobs, JobPattern
    from batch_constructs.monitoring.preemption_alerts import ServiceJobPreemptionAlerts
    from batch_constructs.monitoring.queue_blocked_alerts import JobQueueBlockedAlerts, StuckJobAlerts
    from batch_constructs.monitoring.queue_metrics import (
        ComputeEnvironmentMetrics,
        JobDefinitionMetrics,
        JobQueueMetrics,
    )
    from batch_constructs.monitoring.service_event_patterns import (
        ServiceJobPattern,
        ServiceJobPreemptionPattern,
        ServiceJobQueueBlockedPattern,
    )
    from batch_constructs.monitoring.targets import EventBusTarget, HttpsTarget, SmsTarget
    from batch_constructs.monitoring.thresholds import CountThreshold, TimeThreshold
    from batch_constructs.networking import BatchNetwork, EnvironmentKind
    from batch_constructs.permissions.conditions import BatchConditionKey, RegistrationConditions
    from batch_constructs.permissions.policies import (
        allow_read,
        allow_register_job_definition,
        allow_submit_job,
        allow_submit_job_with_share_identifier,
        allow_submit_service_job,
        deny_register_job_definition_if_all,
        deny_register_job_definition_if_any,
    )
    from batch_constructs.permissions.sagemaker_policies import allow_manage_sagemaker_jobs
    from batch_constructs.permissions.tag_policies import (
        allow_set_capacity_tags,
        allow_submit_job_with_tags,
        deny_set_capacity_tags,
    )
    from batch_constructs.platform.batch_alerts import BatchAlerts
    from batch_constructs.platform.batch_platform import BatchPlatform
    from batch_constructs.platform.compute_stack import BatchComputeStack
    from batch_constructs.platform.jobs_stack import BatchJobsStack
    from batch_constructs.platform.network_stack import BatchNetworkStack
    from batch_constructs.platform.observability_stack import BatchObservabilityStack
    from batch_constructs.platform.pools import CpuPool, FargatePool, GpuPool, OwnPool, PlatformQueue
    from batch_constructs.roles import (
        BatchServiceRole,
        EcsInstanceRole,
        ExecutionRole,
        JobRole,
        SpotFleetRole,
    )
    from batch_constructs.scheduling.consumable_resources import (
        ConsumableResource,
        ImportedConsumableResource,
    )
    from batch_constructs.scheduling.policies import FairSharePolicy, QuotaSharePolicy, Share
    from batch_constructs.service_jobs.environments import CapacityLimit, ServiceEnvironment
    from batch_constructs.service_jobs.queue_base import ImportedSageMakerJobQueue
    from batch_constructs.service_jobs.queues import QuotaShare, SageMakerJobQueue
    from batch_constructs.service_jobs.request import ServiceJobRequest, ServiceJobRetryRule
    from batch_constructs.submissions.chain import JobChain
    from batch_constructs.submissions.chain_state_machine import JobChainStateMachine
    from batch_constructs.submissions.dependencies import JobDependency
    from batch_constructs.submissions.nextflow import nextflow_config
    from batch_constructs.submissions.outputs import SubmissionOutputs
    from batch_constructs.submissions.overrides import (
        ContainerOverrides,
        EksContainerOverrides,
        EksPodOverrides,
        NodeOverrides,
        NodePropertyOverride,
        TaskContainerOverrides,
    )
    from batch_constructs.submissions.queued import QueuedJob
    from batch_constructs.submissions.request import SubmitJobRequest
    from batch_constructs.submissions.s3_triggered import S3TriggeredJob
    from batch_constructs.submissions.scheduled import ScheduledJob
    from batch_constructs.submissions.scheduled_chain import ScheduledJobChain
    from batch_constructs.submissions.triggered import EventTriggeredJob

# Where each public name lives. A new name stands here, above and in __all__; a test compares the three.
_HOMES = {
    "Access": "job_definitions.links",
    "AccessEntryState": "facts.vocabulary",
    "AgentMetrics": "launch_templates.cloudwatch_agent",
    "AllocationStrategy": "compute_environments.allocation",
    "ApiCallField": "monitoring.event_fields",
    "ApiCallPattern": "monitoring.event_patterns",
    "Architecture": "facts.instance_types",
    "ArrayDependency": "facts.vocabulary",
    "ArrayJobs": "monitoring.job_pattern",
    "AwsCli": "launch_templates.aws_cli",
    "AwsLogs": "job_definitions.log_drivers",
    "BatchAlarms": "monitoring.alarms",
    "BatchAlerts": "platform.batch_alerts",
    "BatchApiTrail": "monitoring.api_trail",
    "BatchBudget": "monitoring.budget",
    "BatchComputeStack": "platform.compute_stack",
    "BatchConditionKey": "permissions.conditions",
    "BatchDashboard": "monitoring.dashboard",
    "BatchEnv": "facts.job_environment",
    "BatchJobsStack": "platform.jobs_stack",
    "BatchLaunchTemplate": "launch_templates.launch_template",
    "BatchNetwork": "networking",
    "BatchNetworkStack": "platform.network_stack",
    "BatchObservabilityStack": "platform.observability_stack",
    "BatchPlatform": "platform.batch_platform",
    "BatchServiceRole": "roles",
    "BlockedReason": "facts.events",
    "BlueGreen": "compute_environments.blue_green",
    "CapacityLimit": "service_jobs.environments",
    "CapacityOption": "facts.vocabulary",
    "CapacityReservation": "launch_templates.capacity_reservations",
    "CloudConfig": "launch_templates.user_data",
    "CloudWatchAgent": "launch_templates.cloudwatch_agent",
    "ComputeEnvironmentAlerts": "monitoring.compute_environment_alerts",
    "ComputeEnvironmentMetrics": "monitoring.queue_metrics",
    "ConsumableResource": "scheduling.consumable_resources",
    "ContainerInsights": "facts.vocabulary",
    "ContainerOverrides": "submissions.overrides",
    "CountThreshold": "monitoring.thresholds",
    "CpuPool": "platform.pools",
    "DependencyCondition": "job_definitions.task_containers",
    "Device": "job_definitions.linux_parameters",
    "DevicePermission": "facts.vocabulary",
    "DnsPolicy": "facts.eks",
    "Ec2ComputeEnvironment": "compute_environments.ec2",
    "Ec2JobDefinition": "job_definitions.ec2",
    "EcsAgentConfig": "launch_templates.agent_config",
    "EcsInstanceRole": "roles",
    "EcsMultiNodeParallelJobDefinition": "job_definitions.ecs_multi_node",
    "EcsNodeGroup": "job_definitions.ecs_multi_node",
    "EfaComputeEnvironment": "compute_environments.efa",
    "Efs": "job_definitions.volumes",
    "EfsMount": "launch_templates.mounts",
    "EksComputeEnvironment": "compute_environments.eks",
    "EksContainer": "job_definitions.eks_containers",
    "EksContainerOverrides": "submissions.overrides",
    "EksEmptyDir": "job_definitions.eks_volumes",
    "EksHostPath": "job_definitions.eks_volumes",
    "EksJobDefinition": "job_definitions.eks",
    "EksMount": "job_definitions.eks_volumes",
    "EksMultiNodeParallelJobDefinition": "job_definitions.eks_multi_node",
    "EksNamespace": "compute_environments.eks_namespaces",
    "EksNamespaceAccess": "compute_environments.eks_namespace_access",
    "EksNodeConfig": "launch_templates.node_config",
    "EksNodeGroup": "job_definitions.eks_multi_node",
    "EksNodeRole": "compute_environments.eks_nodes",
    "EksPersistentVolumeClaim": "job_definitions.eks_volumes",
    "EksPod": "job_definitions.eks_pods",
    "EksPodOverrides": "submissions.overrides",
    "EksSecret": "job_definitions.eks_volumes",
    "EksSecurityContext": "job_definitions.eks_containers",
    "EksServiceAccount": "compute_environments.eks_service_accounts",
    "EmptyDirMedium": "facts.eks",
    "EnvironmentKind": "networking",
    "EventBusTarget": "monitoring.targets",
    "EventTriggeredJob": "submissions.triggered",
    "ExecutionRole": "roles",
    "FairSharePolicy": "scheduling.policies",
    "FargateComputeEnvironment": "compute_environments.fargate",
    "FargateJobDefinition": "job_definitions.fargate",
    "FargatePool": "platform.pools",
    "FargateTask": "job_definitions.fargate_tasks",
    "FireLens": "job_definitions.task_containers",
    "FirelensType": "job_definitions.task_containers",
    "FsxLustreMount": "launch_templates.mounts",
    "GpuComputeEnvironment": "compute_environments.gpu",
    "GpuPool": "platform.pools",
    "Host": "job_definitions.volumes",
    "HttpsTarget": "monitoring.targets",
    "ImagePullBehavior": "launch_templates.agent_config",
    "ImagePullPolicy": "facts.eks",
    "ImageType": "compute_environments.images",
    "ImportedComputeEnvironment": "compute_environments.base",
    "ImportedConsumableResource": "scheduling.consumable_resources",
    "ImportedJobDefinition": "job_definitions.base",
    "ImportedJobQueue": "job_queues.queues",
    "ImportedSageMakerJobQueue": "service_jobs.queue_base",
    "InstanceStoreVolumes": "launch_templates.storage",
    "InterfaceType": "facts.instance_types",
    "IpcMode": "job_definitions.multi_container",
    "JobChain": "submissions.chain",
    "JobChainStateMachine": "submissions.chain_state_machine",
    "JobDefinitionMetrics": "monitoring.queue_metrics",
    "JobDependency": "submissions.dependencies",
    "JobEventField": "monitoring.event_fields",
    "JobEventLog": "monitoring.event_log",
    "JobFailureAlerts": "monitoring.job_failure_alerts",
    "JobMetrics": "monitoring.job_metrics",
    "JobPattern": "monitoring.job_pattern",
    "JobQueue": "job_queues.queues",
    "JobQueueBlockedAlerts": "monitoring.queue_blocked_alerts",
    "JobQueueBlockedPattern": "monitoring.event_patterns",
    "JobQueueMetrics": "monitoring.queue_metrics",
    "JobRole": "roles",
    "JobStateTimeLimit": "job_queues.time_limits",
    "JobStatus": "facts.vocabulary",
    "LaunchTemplateOverride": "launch_templates.overrides",
    "LinuxParameters": "job_definitions.linux_parameters",
    "ManagedInstancesComputeEnvironment": "compute_environments.managed_instances",
    "ManagedInstancesInfrastructureRole": "compute_environments.managed_instances_roles",
    "ManagedInstancesInstanceRole": "compute_environments.managed_instances_roles",
    "ManagedInstancesJobDefinition": "job_definitions.managed_instances",
    "MultiContainerJobDefinition": "job_definitions.multi_container",
    "MultiNodeParallelJobDefinition": "job_definitions.multi_node",
    "NetworkInterface": "launch_templates.network_interfaces",
    "NodeGroup": "job_definitions.node_groups",
    "NodeOverrides": "submissions.overrides",
    "NodePropertyOverride": "submissions.overrides",
    "NodeRange": "job_definitions.node_groups",
    "OperatingSystemFamily": "facts.vocabulary",
    "OwnPool": "platform.pools",
    "PidMode": "job_definitions.multi_container",
    "PlatformQueue": "platform.pools",
    "PreemptionEventField": "monitoring.event_fields",
    "PreemptionPhase": "facts.events",
    "QueueMetric": "facts.metrics",
    "QueuedJob": "submissions.queued",
    "QuotaShare": "service_jobs.queues",
    "QuotaSharePolicy": "scheduling.policies",
    "RegistrationConditions": "permissions.conditions",
    "ReservationPreference": "facts.vocabulary",
    "ResourceSharing": "facts.vocabulary",
    "RetryAction": "facts.vocabulary",
    "RetryRule": "job_definitions.retries",
    "RetryStrategy": "job_definitions.retries",
    "S3Files": "job_definitions.volumes",
    "S3Mount": "launch_templates.mounts",
    "S3TriggeredJob": "submissions.s3_triggered",
    "SageMakerJobQueue": "service_jobs.queues",
    "ScheduledJob": "submissions.scheduled",
    "ScheduledJobChain": "submissions.scheduled_chain",
    "ScratchVolume": "launch_templates.storage",
    "ServiceEnvironment": "service_jobs.environments",
    "ServiceJobEventField": "monitoring.event_fields",
    "ServiceJobPattern": "monitoring.service_event_patterns",
    "ServiceJobPreemptionAlerts": "monitoring.preemption_alerts",
    "ServiceJobPreemptionPattern": "monitoring.service_event_patterns",
    "ServiceJobQueueBlockedPattern": "monitoring.service_event_patterns",
    "ServiceJobRequest": "service_jobs.request",
    "ServiceJobRetryRule": "service_jobs.request",
    "Share": "scheduling.policies",
    "ShellScript": "launch_templates.user_data",
    "SlackChannel": "monitoring.chat",
    "SmsTarget": "monitoring.targets",
    "SpotComputeEnvironment": "compute_environments.spot",
    "SpotFleetRole": "roles",
    "Storage": "launch_templates.storage",
    "StuckJobAlerts": "monitoring.queue_blocked_alerts",
    "SubmissionOutputs": "submissions.outputs",
    "SubmitJobRequest": "submissions.request",
    "TaskContainer": "job_definitions.task_containers",
    "TaskContainerOverrides": "submissions.overrides",
    "TeamsChannel": "monitoring.chat",
    "TimeLimitReason": "facts.vocabulary",
    "TimeThreshold": "monitoring.thresholds",
    "Tmpfs": "job_definitions.linux_parameters",
    "Ulimit": "job_definitions.linux_parameters",
    "UlimitName": "facts.vocabulary",
    "UnmanagedComputeEnvironment": "compute_environments.unmanaged",
    "UnmanagedEksComputeEnvironment": "compute_environments.unmanaged_eks",
    "UpdatePolicy": "compute_environments.update_policy",
    "UserdataType": "facts.vocabulary",
    "WrongArgumentError": "_border.arguments.calls",
    "allow_manage_sagemaker_jobs": "permissions.sagemaker_policies",
    "allow_read": "permissions.policies",
    "allow_register_job_definition": "permissions.policies",
    "allow_set_capacity_tags": "permissions.tag_policies",
    "allow_submit_job": "permissions.policies",
    "allow_submit_job_with_share_identifier": "permissions.policies",
    "allow_submit_job_with_tags": "permissions.tag_policies",
    "allow_submit_service_job": "permissions.policies",
    "deny_register_job_definition_if_all": "permissions.policies",
    "deny_register_job_definition_if_any": "permissions.policies",
    "deny_set_capacity_tags": "permissions.tag_policies",
    "efa_interfaces": "launch_templates.network_interfaces",
    "nextflow_config": "submissions.nextflow",
    "tag_costs": "monitoring.costs",
}

__all__ = [
    "Access",
    "AccessEntryState",
    "AgentMetrics",
    "AllocationStrategy",
    "ApiCallField",
    "ApiCallPattern",
    "Architecture",
    "ArrayDependency",
    "ArrayJobs",
    "AwsCli",
    "AwsLogs",
    "BatchAlarms",
    "BatchAlerts",
    "BatchApiTrail",
    "BatchBudget",
    "BatchComputeStack",
    "BatchConditionKey",
    "BatchDashboard",
    "BatchEnv",
    "BatchJobsStack",
    "BatchLaunchTemplate",
    "BatchNetwork",
    "BatchNetworkStack",
    "BatchObservabilityStack",
    "BatchPlatform",
    "BatchServiceRole",
    "BlockedReason",
    "BlueGreen",
    "CapacityLimit",
    "CapacityOption",
    "CapacityReservation",
    "CloudConfig",
    "CloudWatchAgent",
    "ComputeEnvironmentAlerts",
    "ComputeEnvironmentMetrics",
    "ConsumableResource",
    "ContainerInsights",
    "ContainerOverrides",
    "CountThreshold",
    "CpuPool",
    "DependencyCondition",
    "Device",
    "DevicePermission",
    "DnsPolicy",
    "Ec2ComputeEnvironment",
    "Ec2JobDefinition",
    "EcsAgentConfig",
    "EcsInstanceRole",
    "EcsMultiNodeParallelJobDefinition",
    "EcsNodeGroup",
    "EfaComputeEnvironment",
    "Efs",
    "EfsMount",
    "EksComputeEnvironment",
    "EksContainer",
    "EksContainerOverrides",
    "EksEmptyDir",
    "EksHostPath",
    "EksJobDefinition",
    "EksMount",
    "EksMultiNodeParallelJobDefinition",
    "EksNamespace",
    "EksNamespaceAccess",
    "EksNodeConfig",
    "EksNodeGroup",
    "EksNodeRole",
    "EksPersistentVolumeClaim",
    "EksPod",
    "EksPodOverrides",
    "EksSecret",
    "EksSecurityContext",
    "EksServiceAccount",
    "EmptyDirMedium",
    "EnvironmentKind",
    "EventBusTarget",
    "EventTriggeredJob",
    "ExecutionRole",
    "FairSharePolicy",
    "FargateComputeEnvironment",
    "FargateJobDefinition",
    "FargatePool",
    "FargateTask",
    "FireLens",
    "FirelensType",
    "FsxLustreMount",
    "GpuComputeEnvironment",
    "GpuPool",
    "Host",
    "HttpsTarget",
    "ImagePullBehavior",
    "ImagePullPolicy",
    "ImageType",
    "ImportedComputeEnvironment",
    "ImportedConsumableResource",
    "ImportedJobDefinition",
    "ImportedJobQueue",
    "ImportedSageMakerJobQueue",
    "InstanceStoreVolumes",
    "InterfaceType",
    "IpcMode",
    "JobChain",
    "JobChainStateMachine",
    "JobDefinitionMetrics",
    "JobDependency",
    "JobEventField",
    "JobEventLog",
    "JobFailureAlerts",
    "JobMetrics",
    "JobPattern",
    "JobQueue",
    "JobQueueBlockedAlerts",
    "JobQueueBlockedPattern",
    "JobQueueMetrics",
    "JobRole",
    "JobStateTimeLimit",
    "JobStatus",
    "LaunchTemplateOverride",
    "LinuxParameters",
    "ManagedInstancesComputeEnvironment",
    "ManagedInstancesInfrastructureRole",
    "ManagedInstancesInstanceRole",
    "ManagedInstancesJobDefinition",
    "MultiContainerJobDefinition",
    "MultiNodeParallelJobDefinition",
    "NetworkInterface",
    "NodeGroup",
    "NodeOverrides",
    "NodePropertyOverride",
    "NodeRange",
    "OperatingSystemFamily",
    "OwnPool",
    "PidMode",
    "PlatformQueue",
    "PreemptionEventField",
    "PreemptionPhase",
    "QueueMetric",
    "QueuedJob",
    "QuotaShare",
    "QuotaSharePolicy",
    "RegistrationConditions",
    "ReservationPreference",
    "ResourceSharing",
    "RetryAction",
    "RetryRule",
    "RetryStrategy",
    "S3Files",
    "S3Mount",
    "S3TriggeredJob",
    "SageMakerJobQueue",
    "ScheduledJob",
    "ScheduledJobChain",
    "ScratchVolume",
    "ServiceEnvironment",
    "ServiceJobEventField",
    "ServiceJobPattern",
    "ServiceJobPreemptionAlerts",
    "ServiceJobPreemptionPattern",
    "ServiceJobQueueBlockedPattern",
    "ServiceJobRequest",
    "ServiceJobRetryRule",
    "Share",
    "ShellScript",
    "SlackChannel",
    "SmsTarget",
    "SpotComputeEnvironment",
    "SpotFleetRole",
    "Storage",
    "StuckJobAlerts",
    "SubmissionOutputs",
    "SubmitJobRequest",
    "TaskContainer",
    "TaskContainerOverrides",
    "TeamsChannel",
    "TimeLimitReason",
    "TimeThreshold",
    "Tmpfs",
    "Ulimit",
    "UlimitName",
    "UnmanagedComputeEnvironment",
    "UnmanagedEksComputeEnvironment",
    "UpdatePolicy",
    "UserdataType",
    "WrongArgumentError",
    "allow_manage_sagemaker_jobs",
    "allow_read",
    "allow_register_job_definition",
    "allow_set_capacity_tags",
    "allow_submit_job",
    "allow_submit_job_with_share_identifier",
    "allow_submit_job_with_tags",
    "allow_submit_service_job",
    "deny_register_job_definition_if_all",
    "deny_register_job_definition_if_any",
    "deny_set_capacity_tags",
    "efa_interfaces",
    "nextflow_config",
    "tag_costs",
]


# Names that users look for here.
_OF_THE_CDK = {
    "App",
    "CfnOutput",
    "Duration",
    "Environment",
    "RemovalPolicy",
    "Size",
    "Stack",
    "Stage",
    "Tags",
}


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(_no_such_name(name))
    with loading(), needs_node():
        value = getattr(import_module(f"{__name__}.{home}"), name)
    globals()[name] = value
    return value


def _no_such_name(name: str) -> str:
    from difflib import get_close_matches  # noqa: PLC0415 - only on the way to an error message

    message = f"module {__name__!r} has no attribute {name!r}"
    if name in _OF_THE_CDK:
        return f"{message}: write from aws_cdk import {name}"
    # `SpotEnvironment` is nearer to `ServiceEnvironment` than to the name that begins and ends as it does.
    alike = [each for each in __all__ if each.startswith(name[:4]) and each.endswith(name[-4:])]
    alike += [each for each in __all__ if each.endswith(name)]
    close = alike[:4] or get_close_matches(name, __all__, n=1)
    return message + (f" (did you mean {' or '.join(close)}?)" if close else "")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


prepare_node()
