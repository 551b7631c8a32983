"""The ranges of numbers that AWS Batch accepts, named after the API's members.

Constructs raise errors with them, and rules report findings with them. Quotas, which differ between
accounts, are in ``quotas``, Fargate's sizes in ``fargate``, and the forms of names in ``patterns``.
"""

from __future__ import annotations

from batch_constructs.facts.ranges import Range
from batch_constructs.facts.sources import (
    API,
    CFN,
    EC2,
    EVENTBRIDGE,
    INFERENCE,
    OLD_GUIDE,
    PREFLIGHT,
    VPC,
    guide,
)

# Submitting a job; Automated Job Retries; Job Timeouts; Array Jobs; Job Dependencies
RETRY_ATTEMPTS = Range(1, 10, unit="", source=API, rule="RET-01", default=1)
EVALUATE_ON_EXIT = Range(0, 5, unit="conditions", source=API, rule="RET-02")
ATTEMPT_DURATION_SECONDS = Range(60, None, unit="seconds", source=API, rule="TMO-01")
FARGATE_ATTEMPT_DURATION_SECONDS = Range(
    60, 14 * 86_400, unit="seconds", source=guide("job_timeouts"), rule="FGT-09"
)
"""Fargate ends every job after 14 days; a longer timeout is legal but has no effect."""
ARRAY_SIZE = Range(2, 10_000, unit="children", source=API, rule="ARR-01")
DEPENDENCIES = Range(0, 20, unit="dependencies", source=API, rule="DEP-01")
SCHEDULING_PRIORITY = Range(0, 9_999, unit="", source=API)
CANCEL_REASON_LENGTH = Range(1, 1_024, unit="characters", source=API)
BULK_JOB_IDS = Range(1, 50, unit="job IDs", source=API)
CLIENT_TOKEN_LENGTH = Range(1, 64, unit="characters", source=API)

# Tags
TAGS = Range(0, 50, unit="tags", source=API, rule="TAG-01")
TAG_VALUE_LENGTH = Range(0, 256, unit="characters", source=API, rule="TAG-01")

# Job Definition Parameters
EC2_VCPUS = Range(1, None, unit="vCPUs", source=API, rule="JD-08")
WINDOWS_VCPUS = Range(1, None, unit="vCPUs", source=PREFLIGHT, whole=False)
EC2_MEMORY_MIB = Range(4, None, unit="MiB", source=API, rule="JD-09")
GPUS = Range(1, None, unit="GPUs", source=API, rule="GPU-02")
CPU_SHARES_PER_VCPU = 1_024
EPHEMERAL_STORAGE_GIB = Range(21, 200, unit="GiB", source=API, rule="FGT-08", default=20)
MAX_SWAP_MIB = Range(0, None, unit="MiB", source=API, rule="LNX-04")
TMPFS_MIB = Range(1, None, unit="MiB", source=API, rule="LNX-03")
SWAPPINESS = Range(0, 100, unit="", source=API, rule="LNX-05", default=60)
EFS_PORT = Range(0, 65_535, unit="", source=API)
EFS_ROOT_DIRECTORY_LENGTH = Range(1, 4_096, unit="characters", source=API)
STOP_SECONDS = 30
"""The seconds between SIGTERM and SIGKILL when a timeout ends a job."""

# Multi-container jobs (ecsProperties)
ECS_TASKS = Range(1, 1, unit="tasks", source=API, rule="ECS-01")
ECS_CONTAINERS = Range(1, 10, unit="containers", source=API, rule="ECS-02")
CONTAINER_TIMEOUT_SECONDS = Range(2, None, unit="seconds", source=API, rule="ECS-06", default=30)
FARGATE_CONTAINER_TIMEOUT_SECONDS = Range(2, 120, unit="seconds", source=API, rule="ECS-06", default=30)

# Multi-node Parallel Jobs
NODES = Range(1, None, unit="nodes", source=API, rule="MNP-02")
NODE_RANGES = Range(1, 5, unit="node ranges", source=API, rule="MNP-04")
NODE_RANGE_INSTANCE_TYPES = Range(0, 1, unit="instance types", source=API, rule="MNP-10")

# Jobs on Amazon EKS
EKS_CONTAINERS = Range(1, 10, unit="containers", source=API, rule="EKS-04")
EKS_NODE_IMAGES = Range(
    1, 10, unit="different images", source=guide("mnp-eks-running-mnp-jobs"), rule="EKS-04"
)
EKS_INIT_CONTAINERS = Range(0, 10, unit="init containers", source=API, rule="EKS-04")
EKS_CPU = Range(0.25, None, unit="vCPUs", source=API, rule="EKS-05", whole=False)
EKS_CPU_STEP = 0.25
EKS_MEMORY_MIB = Range(4, None, unit="MiB", source=API, rule="EKS-06")
EKS_GPUS = Range(1, None, unit="GPUs", source=API, rule="EKS-07")
EKS_USER_ID = Range(0, 2_147_483_647, unit="", source=API, rule="EKS-12")
EKS_EMPTY_DIR_MIB = Range(1, None, unit="MiB", source=API, rule="EKS-11")
EKS_ANNOTATION_VALUE_LENGTH = Range(0, 255, unit="characters", source=API, rule="EKS-14")

# Job Queue Parameters
QUEUE_PRIORITY = Range(0, 1_000, unit="", source=CFN, rule="JQ-07")
QUEUE_COMPUTE_ENVIRONMENTS = Range(1, None, unit="compute environments", source=API, rule="JQ-02")
"""The maximum is a quota: ``quotas.ENVIRONMENTS_PER_QUEUE``."""
QUEUE_SERVICE_ENVIRONMENTS = Range(0, 1, unit="service environments", source=API, rule="JQ-08")
JOB_STATE_TIME_LIMIT_SECONDS = Range(600, 86_400, unit="seconds", source=API, rule="JQ-09")

# Job Scheduling
SHARE_DECAY_SECONDS = Range(0, 604_800, unit="seconds", source=API, rule="SP-02", default=0)
COMPUTE_RESERVATION = Range(0, 99, unit="", source=API, rule="SP-03", default=0)
SHARES = Range(0, 500, unit="shares", source=PREFLIGHT)
WEIGHT_FACTOR = Range(0.0001, 999.9999, unit="", source=API, rule="SP-05", default=1.0, whole=False)

# Compute Environment Parameters
MIN_VCPUS = Range(0, None, unit="vCPUs", source=API, rule="CE-08", default=0)
MAX_VCPUS = Range(1, None, unit="vCPUs", source=OLD_GUIDE, rule="CE-08")
BID_PERCENTAGE = Range(0, 100, unit="percent", source=PREFLIGHT, rule="CE-05", default=100)
SCALE_DOWN_DELAY_MINUTES = Range(20, 10_080, unit="minutes", source=API, rule="CE-13", also=(0,), default=0)
UPDATE_TIMEOUT_MINUTES = Range(1, 7_200, unit="minutes", source=API, rule="CE-14", default=30)
FARGATE_SUBNETS = Range(1, 16, unit="subnets", source=API, rule="CE-11")
FARGATE_SECURITY_GROUPS = Range(1, 5, unit="security groups", source=API, rule="CE-09")
MULTI_NODE_SECURITY_GROUPS = Range(1, 5, unit="security groups", source=guide("mnp-ce"), rule="NET-03")
EC2_CONFIGURATIONS = Range(1, 2, unit="EC2 configurations", source=API, rule="AMI-03")
LAUNCH_TEMPLATE_OVERRIDES = Range(0, 10, unit="launch template overrides", source=API, rule="LT-07")
USER_DATA_BYTES = Range(0, 16 * 1_024, unit="bytes", source=EC2)
"""The size before base64. Batch adds its own part, so less is left for the user."""
VPC_PREFIX_LENGTH = Range(16, 28, unit="", source=VPC)

# Roles
MANAGED_POLICIES_PER_ROLE = Range(0, 25, unit="managed policies", source=PREFLIGHT, rule="IAM-25")
"""The highest value to which the quota of 20 can be raised."""

# ECS Managed Instances
PIPE_FILTERS = Range(0, 5, unit="filters", source=API)
SQS_MAXIMUM_RECEIVES = Range(1, 1_000, unit="times", source=EVENTBRIDGE)
UNMANAGED_VCPUS = Range(0, None, unit="vCPUs", source=API)
MANAGED_INSTANCES_STORAGE_GIB = Range(1, None, unit="GiB", source=API)
MANAGED_INSTANCES_SCALE_IN_SECONDS = Range(0, 3_600, unit="seconds", source=API, rule="MI-02", also=(-1,))

# Service environments, quota shares, consumable resources
SERVICE_CAPACITY_LIMITS = Range(1, 5, unit="capacity limits", source=PREFLIGHT, rule="SE-02")
SERVICE_MAX_CAPACITY = Range(1, None, unit="", source=PREFLIGHT, rule="SE-02")
QUOTA_SHARE_CAPACITY_LIMITS = Range(1, 5, unit="capacity limits", source=API, rule="QS-02")
QUOTA_SHARE_MAX_CAPACITY = Range(1, None, unit="", source=CFN, rule="QS-02")
QUOTA_SHARE_BORROW_LIMIT = Range(-1, None, unit="percent", source=CFN, rule="QS-03", default=-1)
CONSUMABLE_TOTAL = Range(0, None, unit="", source=API, rule="CR-01")
CONSUMABLES = Range(0, 5, unit="consumable resources", source=PREFLIGHT)
CONSUMABLE_QUANTITY = Range(1, None, unit="", source=INFERENCE, rule="CR-04")

# Events
EVENT_MAX_AGE_SECONDS = Range(60, 86_400, unit="seconds", source=EVENTBRIDGE, rule="EVT-05", default=86_400)
EVENT_RETRIES = Range(0, 185, unit="retries", source=EVENTBRIDGE, rule="EVT-05", default=185)

LOG_STREAM_NAME_LENGTH = 200
"""The number of characters of the job definition's name at the start of a log stream's name."""
INACTIVE_DEFINITION_DAYS = 180
"""The days after which a deregistered job definition is deleted."""
JOB_HISTORY_DAYS = 7
"""The days for which at least a finished job can be described."""
