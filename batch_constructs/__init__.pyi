# Written by `make docs` from the table of names in __init__.py.
from collections.abc import Mapping

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
from batch_constructs.compute_environments.managed_instances_roles import ManagedInstancesInfrastructureRole, ManagedInstancesInstanceRole
from batch_constructs.compute_environments.spot import SpotComputeEnvironment
from batch_constructs.compute_environments.unmanaged import UnmanagedComputeEnvironment
from batch_constructs.compute_environments.unmanaged_eks import UnmanagedEksComputeEnvironment
from batch_constructs.compute_environments.update_policy import UpdatePolicy
from batch_constructs.facts.eks import DnsPolicy, EmptyDirMedium, ImagePullPolicy
from batch_constructs.facts.events import BlockedReason, PreemptionPhase
from batch_constructs.facts.instance_types import Architecture, InterfaceType
from batch_constructs.facts.job_environment import BatchEnv
from batch_constructs.facts.metrics import QueueMetric
from batch_constructs.facts.vocabulary import AccessEntryState, ArrayDependency, CapacityOption, ContainerInsights, DevicePermission, JobStatus, OperatingSystemFamily, ReservationPreference, ResourceSharing, RetryAction, TimeLimitReason, UlimitName, UserdataType
from batch_constructs.job_definitions.base import ImportedJobDefinition
from batch_constructs.job_definitions.ec2 import Ec2JobDefinition
from batch_constructs.job_definitions.ecs_multi_node import EcsMultiNodeParallelJobDefinition, EcsNodeGroup
from batch_constructs.job_definitions.eks import EksJobDefinition
from batch_constructs.job_definitions.eks_containers import EksContainer, EksSecurityContext
from batch_constructs.job_definitions.eks_multi_node import EksMultiNodeParallelJobDefinition, EksNodeGroup
from batch_constructs.job_definitions.eks_pods import EksPod
from batch_constructs.job_definitions.eks_volumes import EksEmptyDir, EksHostPath, EksMount, EksPersistentVolumeClaim, EksSecret
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
from batch_constructs.job_definitions.task_containers import DependencyCondition, FireLens, FirelensType, TaskContainer
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
from batch_constructs.monitoring.event_fields import ApiCallField, JobEventField, PreemptionEventField, ServiceJobEventField
from batch_constructs.monitoring.event_log import JobEventLog
from batch_constructs.monitoring.event_patterns import ApiCallPattern, JobQueueBlockedPattern
from batch_constructs.monitoring.job_failure_alerts import JobFailureAlerts
from batch_constructs.monitoring.job_metrics import JobMetrics
from batch_constructs.monitoring.job_pattern import ArrayJobs, JobPattern
from batch_constructs.monitoring.preemption_alerts import ServiceJobPreemptionAlerts
from batch_constructs.monitoring.queue_blocked_alerts import JobQueueBlockedAlerts, StuckJobAlerts
from batch_constructs.monitoring.queue_metrics import ComputeEnvironmentMetrics, JobDefinitionMetrics, JobQueueMetrics
from batch_constructs.monitoring.service_event_patterns import ServiceJobPattern, ServiceJobPreemptionPattern, ServiceJobQueueBlockedPattern
from batch_constructs.monitoring.targets import EventBusTarget, HttpsTarget, SmsTarget
from batch_constructs.monitoring.thresholds import CountThreshold, TimeThreshold
from batch_constructs.networking import BatchNetwork, EnvironmentKind
from batch_constructs.permissions.conditions import BatchConditionKey, RegistrationConditions
from batch_constructs.permissions.policies import allow_read, allow_register_job_definition, allow_submit_job, allow_submit_job_with_share_identifier, allow_submit_service_job, deny_register_job_definition_if_all, deny_register_job_definition_if_any
from batch_constructs.permissions.sagemaker_policies import allow_manage_sagemaker_jobs
from batch_constructs.permissions.tag_policies import allow_set_capacity_tags, allow_submit_job_with_tags, deny_set_capacity_tags
from batch_constructs.platform.batch_alerts import BatchAlerts
from batch_constructs.platform.batch_platform import BatchPlatform
from batch_constructs.platform.compute_stack import BatchComputeStack
from batch_constructs.platform.jobs_stack import BatchJobsStack
from batch_constructs.platform.network_stack import BatchNetworkStack
from batch_constructs.platform.observability_stack import BatchObservabilityStack
from batch_constructs.platform.pools import CpuPool, FargatePool, GpuPool, OwnPool, PlatformQueue
from batch_constructs.roles import BatchServiceRole, EcsInstanceRole, ExecutionRole, JobRole, SpotFleetRole
from batch_constructs.scheduling.consumable_resources import ConsumableResource, ImportedConsumableResource
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
from batch_constructs.submissions.overrides import ContainerOverrides, EksContainerOverrides, EksPodOverrides, NodeOverrides, NodePropertyOverride, TaskContainerOverrides
from batch_constructs.submissions.queued import QueuedJob
from batch_constructs.submissions.request import SubmitJobRequest
from batch_constructs.submissions.s3_triggered import S3TriggeredJob
from batch_constructs.submissions.scheduled import ScheduledJob
from batch_constructs.submissions.scheduled_chain import ScheduledJobChain
from batch_constructs.submissions.triggered import EventTriggeredJob

_NAMES: Mapping[str, str]
_HOMES: Mapping[str, str]

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
