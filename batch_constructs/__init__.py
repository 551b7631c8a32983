"""Typed CDK constructs for AWS Batch that prove at synth that the jobs will run.

Names load when they are first used (PEP 562): importing the package starts no Node.js, and a construct brings
only the parts of the CDK that it needs. The stub beside this module has them for type checkers: ``make docs`` writes it.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from batch_constructs._border.loading import loading
from batch_constructs._border.node import needs_node, prepare_node

_NAMES = {
    "_border.arguments.calls": "WrongArgumentError",
    "compute_environments.allocation": "AllocationStrategy",
    "compute_environments.base": "ImportedComputeEnvironment",
    "compute_environments.blue_green": "BlueGreen",
    "compute_environments.ec2": "Ec2ComputeEnvironment",
    "compute_environments.efa": "EfaComputeEnvironment",
    "compute_environments.eks": "EksComputeEnvironment",
    "compute_environments.eks_namespace_access": "EksNamespaceAccess",
    "compute_environments.eks_namespaces": "EksNamespace",
    "compute_environments.eks_nodes": "EksNodeRole",
    "compute_environments.eks_service_accounts": "EksServiceAccount",
    "compute_environments.fargate": "FargateComputeEnvironment",
    "compute_environments.gpu": "GpuComputeEnvironment",
    "compute_environments.images": "ImageType",
    "compute_environments.managed_instances": "ManagedInstancesComputeEnvironment",
    "compute_environments.managed_instances_roles": (
        "ManagedInstancesInfrastructureRole ManagedInstancesInstanceRole"
    ),
    "compute_environments.spot": "SpotComputeEnvironment",
    "compute_environments.unmanaged": "UnmanagedComputeEnvironment",
    "compute_environments.unmanaged_eks": "UnmanagedEksComputeEnvironment",
    "compute_environments.update_policy": "UpdatePolicy",
    "facts.eks": "DnsPolicy EmptyDirMedium ImagePullPolicy",
    "facts.events": "BlockedReason PreemptionPhase",
    "facts.instance_types": "Architecture InterfaceType",
    "facts.job_environment": "BatchEnv",
    "facts.metrics": "QueueMetric",
    "facts.vocabulary": (
        "AccessEntryState ArrayDependency CapacityOption ContainerInsights DevicePermission JobStatus "
        "OperatingSystemFamily ReservationPreference ResourceSharing RetryAction TimeLimitReason "
        "UlimitName UserdataType"
    ),
    "job_definitions.base": "ImportedJobDefinition",
    "job_definitions.ec2": "Ec2JobDefinition",
    "job_definitions.ecs_multi_node": "EcsMultiNodeParallelJobDefinition EcsNodeGroup",
    "job_definitions.eks": "EksJobDefinition",
    "job_definitions.eks_containers": "EksContainer EksSecurityContext",
    "job_definitions.eks_multi_node": "EksMultiNodeParallelJobDefinition EksNodeGroup",
    "job_definitions.eks_pods": "EksPod",
    "job_definitions.eks_volumes": "EksEmptyDir EksHostPath EksMount EksPersistentVolumeClaim EksSecret",
    "job_definitions.fargate": "FargateJobDefinition",
    "job_definitions.fargate_tasks": "FargateTask",
    "job_definitions.links": "Access",
    "job_definitions.linux_parameters": "Device LinuxParameters Tmpfs Ulimit",
    "job_definitions.log_drivers": "AwsLogs",
    "job_definitions.managed_instances": "ManagedInstancesJobDefinition",
    "job_definitions.multi_container": "IpcMode MultiContainerJobDefinition PidMode",
    "job_definitions.multi_node": "MultiNodeParallelJobDefinition",
    "job_definitions.node_groups": "NodeGroup NodeRange",
    "job_definitions.retries": "RetryRule RetryStrategy",
    "job_definitions.task_containers": "DependencyCondition FireLens FirelensType TaskContainer",
    "job_definitions.volumes": "Efs Host S3Files",
    "job_queues.queues": "ImportedJobQueue JobQueue",
    "job_queues.time_limits": "JobStateTimeLimit",
    "launch_templates.agent_config": "EcsAgentConfig ImagePullBehavior",
    "launch_templates.aws_cli": "AwsCli",
    "launch_templates.capacity_reservations": "CapacityReservation",
    "launch_templates.cloudwatch_agent": "AgentMetrics CloudWatchAgent",
    "launch_templates.launch_template": "BatchLaunchTemplate",
    "launch_templates.mounts": "EfsMount FsxLustreMount S3Mount",
    "launch_templates.network_interfaces": "NetworkInterface efa_interfaces",
    "launch_templates.node_config": "EksNodeConfig",
    "launch_templates.overrides": "LaunchTemplateOverride",
    "launch_templates.storage": "InstanceStoreVolumes ScratchVolume Storage",
    "launch_templates.user_data": "CloudConfig ShellScript",
    "monitoring.alarms": "BatchAlarms",
    "monitoring.api_trail": "BatchApiTrail",
    "monitoring.budget": "BatchBudget",
    "monitoring.chat": "SlackChannel TeamsChannel",
    "monitoring.compute_environment_alerts": "ComputeEnvironmentAlerts",
    "monitoring.costs": "tag_costs",
    "monitoring.dashboard": "BatchDashboard",
    "monitoring.event_fields": "ApiCallField JobEventField PreemptionEventField ServiceJobEventField",
    "monitoring.event_log": "JobEventLog",
    "monitoring.event_patterns": "ApiCallPattern JobQueueBlockedPattern",
    "monitoring.job_failure_alerts": "JobFailureAlerts",
    "monitoring.job_metrics": "JobMetrics",
    "monitoring.job_pattern": "ArrayJobs JobPattern",
    "monitoring.preemption_alerts": "ServiceJobPreemptionAlerts",
    "monitoring.queue_blocked_alerts": "JobQueueBlockedAlerts StuckJobAlerts",
    "monitoring.queue_metrics": "ComputeEnvironmentMetrics JobDefinitionMetrics JobQueueMetrics",
    "monitoring.service_event_patterns": (
        "ServiceJobPattern ServiceJobPreemptionPattern ServiceJobQueueBlockedPattern"
    ),
    "monitoring.targets": "EventBusTarget HttpsTarget SmsTarget",
    "monitoring.thresholds": "CountThreshold TimeThreshold",
    "networking": "BatchNetwork EnvironmentKind",
    "permissions.conditions": "BatchConditionKey RegistrationConditions",
    "permissions.policies": (
        "allow_read allow_register_job_definition allow_submit_job allow_submit_job_with_share_identifier "
        "allow_submit_service_job deny_register_job_definition_if_all deny_register_job_definition_if_any"
    ),
    "permissions.sagemaker_policies": "allow_manage_sagemaker_jobs",
    "permissions.tag_policies": "allow_set_capacity_tags allow_submit_job_with_tags deny_set_capacity_tags",
    "platform.batch_alerts": "BatchAlerts",
    "platform.batch_platform": "BatchPlatform",
    "platform.compute_stack": "BatchComputeStack",
    "platform.jobs_stack": "BatchJobsStack",
    "platform.network_stack": "BatchNetworkStack",
    "platform.observability_stack": "BatchObservabilityStack",
    "platform.pools": "CpuPool FargatePool GpuPool OwnPool PlatformQueue",
    "roles": "BatchServiceRole EcsInstanceRole ExecutionRole JobRole SpotFleetRole",
    "scheduling.consumable_resources": "ConsumableResource ImportedConsumableResource",
    "scheduling.policies": "FairSharePolicy QuotaSharePolicy Share",
    "service_jobs.environments": "CapacityLimit ServiceEnvironment",
    "service_jobs.queue_base": "ImportedSageMakerJobQueue",
    "service_jobs.queues": "QuotaShare SageMakerJobQueue",
    "service_jobs.request": "ServiceJobRequest ServiceJobRetryRule",
    "submissions.chain": "JobChain",
    "submissions.chain_state_machine": "JobChainStateMachine",
    "submissions.dependencies": "JobDependency",
    "submissions.nextflow": "nextflow_config",
    "submissions.outputs": "SubmissionOutputs",
    "submissions.overrides": (
        "ContainerOverrides EksContainerOverrides EksPodOverrides NodeOverrides NodePropertyOverride "
        "TaskContainerOverrides"
    ),
    "submissions.queued": "QueuedJob",
    "submissions.request": "SubmitJobRequest",
    "submissions.s3_triggered": "S3TriggeredJob",
    "submissions.scheduled": "ScheduledJob",
    "submissions.scheduled_chain": "ScheduledJobChain",
    "submissions.triggered": "EventTriggeredJob",
}
_HOMES = dict(sorted((name, home) for home, names in _NAMES.items() for name in names.split()))

__all__ = list(_HOMES)

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
