"""The events of AWS Batch, and jobs as their targets. Chapter: AWS Batch Event Stream."""

from __future__ import annotations

from enum import StrEnum

SOURCE = "aws.batch"

JOB_STATE_CHANGE = "Batch Job State Change"
"""One per transition, but none for the first SUBMITTED (EVT-02); at least once, in any order."""
QUEUE_BLOCKED = "Batch Job Queue Blocked"
SERVICE_JOB_STATE_CHANGE = "Batch Service Job State Change"
SERVICE_QUEUE_BLOCKED = "Batch Service Job Queue Blocked"


class BlockedReason(StrEnum):
    """Why a queue is blocked: how the status reason of the event begins.

    Guide: AWS Batch Events; Troubleshooting AWS Batch (jobs stuck in RUNNABLE).
    """

    CAPACITY = "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY"
    """AWS has no instance for the job, in none of the environments."""
    MAX_RESOURCE = "MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE"
    """The job wants more vCPUs than any environment may have."""
    JOB_RESOURCE_REQUIREMENT = "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT"
    """No instance type of the environments is large enough."""
    INSTANCE_CONFIGURATION = "MISCONFIGURATION:EC2_INSTANCE_CONFIGURATION_UNSUPPORTED"
    """The instance types do not go with the zones or the launch template."""
    SERVICE_ROLE_PERMISSIONS = "MISCONFIGURATION:SERVICE_ROLE_PERMISSIONS"
    """The service role of every environment lacks rights."""
    INVALID_ENVIRONMENTS = "ACTION_REQUIRED"
    """All environments are INVALID: the only event that AWS Batch sends about it."""
    UNDETERMINED = "UNDETERMINED"
    """Blocked, and AWS Batch does not know why."""

    @classmethod
    def of_environments(cls) -> tuple[BlockedReason, ...]:
        """The reasons for which an environment must be mended, not a job."""
        return cls.INVALID_ENVIRONMENTS, cls.SERVICE_ROLE_PERMISSIONS, cls.INSTANCE_CONFIGURATION


TIME_LIMIT_REASON = "Canceled by JobStateTimeLimit action due to reason:"
"""How the status reason of a job begins that a time limit of its queue has cancelled."""

API_CALL = "AWS API Call via CloudTrail"
API_EVENT_SOURCE = "batch.amazonaws.com"

OWN_SOURCE = "batch-constructs"
"""Of events of this library; AWS keeps names that begin with ``aws.`` for itself."""
ENVIRONMENT_INVALID = "Batch Compute Environment Invalid"
"""The event that AWS Batch does not send."""

HEALTH_SOURCE = "aws.health"
HEALTH_EVENT = "AWS Health Event"
HEALTH_SERVICE = "BATCH"

AUTO_SCALING_SOURCE = "aws.autoscaling"
LAUNCH_UNSUCCESSFUL = "EC2 Instance Launch Unsuccessful"
AUTO_SCALING_GROUP_PREFIX = "AWSBatch"
"""The policy of the service-linked role (BatchServiceRolePolicy) lets Batch make no other groups."""
CAPACITY_MESSAGES = ("*sufficient*capacity*", "*UnfulfillableCapacity*", "*InsufficientInstanceCapacity*")
"""How Auto Scaling says that AWS has no such instance just now, as wildcards of an event pattern."""

EC2_SOURCE = "aws.ec2"
SPOT_INTERRUPTION = "EC2 Spot Instance Interruption Warning"
"""Two minutes before; it names the instance, but neither its tags nor its compute environment."""

ECS_SOURCE = "aws.ecs"
CONTAINER_INSTANCE = "ECS Container Instance State Change"
"""When an instance joins or leaves a cluster, and at each start and end of a task on it."""
CLUSTERS = ("*:cluster/AWSBatch-*", "*:cluster/*_Batch_*")
"""The ARNs of the clusters that AWS Batch makes, as wildcards: ``AWSBatch-NAME-UUID`` today, ``NAME_Batch_UUID`` before."""

PATTERN_LENGTH = 4096
"""Characters of an event pattern, as the EventBridge API bounds them. The quota is 2,048 unless raised."""

CONTAINER_OVERRIDES = ("Command", "Environment", "InstanceType", "Memory", "ResourceRequirements", "Vcpus")
"""How an input transformer spells them: with capitals, unlike SubmitJob (EVT-04)."""
