"""The events of AWS Batch, and jobs as their targets. Guide: AWS Batch Event Stream."""

from __future__ import annotations

from enum import StrEnum

SOURCE = "aws.batch"

JOB_STATE_CHANGE = "Batch Job State Change"
"""One event per transition except the first, SUBMITTED (EVT-02); delivered at least once, in any order."""
QUEUE_BLOCKED = "Batch Job Queue Blocked"
SERVICE_JOB_STATE_CHANGE = "Batch Service Job State Change"
SERVICE_QUEUE_BLOCKED = "Batch Service Job Queue Blocked"


class PreemptionPhase(StrEnum):
    """The two events of a preemption: AWS Batch starts to stop a service job, and has stopped it.

    Read on 2026-12-01 in the page "Service job preemption events". The events name the preempted job, but neither
    its queue nor its share.

    Guide: Service job preemption events (newer than the table of contents).
    """

    STARTED = "Batch Service Job Preemption Started"
    COMPLETED = "Batch Service Job Preemption Completed"
    """It has a summary of the lost attempts."""


class BlockedReason(StrEnum):
    """The reasons why a queue is blocked: prefixes of the event's status reason.

    Read on 2026-12-01 in the pages "Automatic remediation with jobStateTimeLimitActions", for compute jobs and for
    SageMaker jobs, and in those on jobs stuck in RUNNABLE.

    Guide: AWS Batch Events; Troubleshooting AWS Batch (jobs stuck in RUNNABLE).
    """

    CAPACITY = "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY"
    """AWS has no capacity for the job in any of the environments. Service queues have it, too."""
    MAX_RESOURCE = "MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE"
    """The job needs more vCPUs than any environment may have."""
    JOB_RESOURCE_REQUIREMENT = "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT"
    """No instance type of the environments is large enough."""
    INSTANCE_CONFIGURATION = "MISCONFIGURATION:EC2_INSTANCE_CONFIGURATION_UNSUPPORTED"
    """The instance types are incompatible with the zones or the launch template."""
    SERVICE_ROLE_PERMISSIONS = "MISCONFIGURATION:SERVICE_ROLE_PERMISSIONS"
    """The service role of every environment lacks rights."""
    INVALID_ENVIRONMENTS = "ACTION_REQUIRED"
    """All environments are INVALID: the only event that AWS Batch sends about it."""
    UNDETERMINED = "UNDETERMINED"
    """Blocked, and AWS Batch does not know why."""
    SERVICE_MAX_RESOURCE = "MISCONFIGURATION:SERVICE_ENVIRONMENT_MAX_RESOURCE"
    """The service job needs more instances than its service environment may have. Service queues only."""
    QUOTA_MANAGEMENT_LIMIT = "MISCONFIGURATION:QUOTA_MANAGEMENT_LIMIT_EXCEEDED"
    """The service job needs more than its quota share has and may borrow. Service queues only."""

    @classmethod
    def of_environments(cls) -> tuple[BlockedReason, ...]:
        """Return the reasons that are faults of an environment, not of a job."""
        return cls.INVALID_ENVIRONMENTS, cls.SERVICE_ROLE_PERMISSIONS, cls.INSTANCE_CONFIGURATION

    @classmethod
    def of_service_queues(cls) -> tuple[BlockedReason, ...]:
        """Return the reasons that block a queue of service jobs."""
        return cls.CAPACITY, cls.SERVICE_MAX_RESOURCE, cls.QUOTA_MANAGEMENT_LIMIT

    @classmethod
    def of_job_queues(cls) -> tuple[BlockedReason, ...]:
        """Return the reasons that block a queue of compute environments."""
        return tuple(each for each in cls if each not in cls.of_service_queues()[1:])

    @property
    def can_be_limited(self) -> bool:
        """Return whether a `JobStateTimeLimit` can end jobs that are stuck for this reason; otherwise a person must."""
        return self not in {self.SERVICE_ROLE_PERMISSIONS, self.INVALID_ENVIRONMENTS, self.UNDETERMINED}


TIME_LIMIT_REASON = "Canceled by JobStateTimeLimit action due to reason:"
"""The prefix of the status reason of a job that a time limit of its queue cancelled."""
SERVICE_TIME_LIMIT_REASON = "Terminated by JobStateTimeLimit action due to reason:"
"""The same prefix for a service job, which a time limit terminates."""

API_CALL = "AWS API Call via CloudTrail"
API_EVENT_SOURCE = "batch.amazonaws.com"
SERVICE_EVENT = "AWS Service Event via CloudTrail"

OWN_KINDS = (
    JOB_STATE_CHANGE,
    QUEUE_BLOCKED,
    SERVICE_JOB_STATE_CHANGE,
    SERVICE_QUEUE_BLOCKED,
    *(phase.value for phase in PreemptionPhase),
)
"""The detail types that only AWS Batch sends."""
KINDS = (*OWN_KINDS, API_CALL, SERVICE_EVENT)
"""The detail types of events with AWS Batch as their source (EVT-16)."""

OWN_SOURCE = "batch-constructs"
"""The source of events of this library; names that begin with ``aws.`` are reserved for AWS."""
ENVIRONMENT_INVALID = "Batch Compute Environment Invalid"
IMAGE_UPDATE_AVAILABLE = "Batch Compute Environment Image Update Available"
"""Two events that AWS Batch does not send."""

HEALTH_SOURCE = "aws.health"
HEALTH_EVENT = "AWS Health Event"
HEALTH_SERVICE = "BATCH"
HEALTH_PLANNED = "scheduledChange"
"""The category of planned lifecycle events: 90 or 180 days ahead, with the environments that must change by then."""

AUTO_SCALING_SOURCE = "aws.autoscaling"
LAUNCH_UNSUCCESSFUL = "EC2 Instance Launch Unsuccessful"
AUTO_SCALING_GROUP_PREFIX = "AWSBatch"
"""The policy of the service-linked role (BatchServiceRolePolicy) lets Batch create only groups with this prefix."""
CAPACITY_MESSAGES = ("*sufficient*capacity*", "*UnfulfillableCapacity*", "*InsufficientInstanceCapacity*")
"""Messages of Auto Scaling about missing capacity, as wildcards of an event pattern."""

EC2_SOURCE = "aws.ec2"
SPOT_INTERRUPTION = "EC2 Spot Instance Interruption Warning"
"""It comes two minutes before the interruption, and names the instance, but neither its tags nor its environment."""

ECS_SOURCE = "aws.ecs"
CONTAINER_INSTANCE = "ECS Container Instance State Change"
"""It comes when an instance joins or leaves a cluster, and at each start and end of a task on it."""
CLUSTERS = ("*:cluster/AWSBatch-*", "*:cluster/*_Batch_*")
"""The ARNs of AWS Batch's clusters, as wildcards: ``AWSBatch-NAME-UUID`` today, ``NAME_Batch_UUID`` before."""

PATTERN_LENGTH = 4096
"""The maximum length of an event pattern in the EventBridge API. The quota is 2,048 unless raised."""

CONTAINER_OVERRIDES = ("Command", "Environment", "InstanceType", "Memory", "ResourceRequirements", "Vcpus")
"""The members of container overrides in an input transformer: with capitals, unlike in SubmitJob (EVT-04)."""
