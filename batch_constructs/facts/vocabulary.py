"""The closed sets of words in the API of AWS Batch.

CloudFormation takes most of them in any case (the CDK's own classes write ``managed``): compare with ``word_of``, never
with ``==``. Chapters: Job Definition, Job Queue and Compute Environment Parameters.
"""

from __future__ import annotations

from enum import StrEnum
from functools import cache
from typing import TypeVar

from batch_constructs.facts._data import load

_Words = TypeVar("_Words", bound=StrEnum)


class JobStatus(StrEnum):
    """Where a job stands; the last two are final. Service jobs also know SCHEDULED.

    Guide: Job States.
    """

    SUBMITTED = "SUBMITTED"
    PENDING = "PENDING"
    RUNNABLE = "RUNNABLE"
    STARTING = "STARTING"
    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"


SERVICE_JOB_SCHEDULED = "SCHEDULED"


class EnvironmentType(StrEnum):
    """Who launches the instances. ``Type`` of a compute environment."""

    MANAGED = "MANAGED"
    UNMANAGED = "UNMANAGED"


class ResourceKind(StrEnum):
    """What jobs run on. ``ComputeResources.Type``."""

    EC2 = "EC2"
    SPOT = "SPOT"
    FARGATE = "FARGATE"
    FARGATE_SPOT = "FARGATE_SPOT"
    ECS_MANAGED_INSTANCES = "ECS_MANAGED_INSTANCES"


class JobDefinitionType(StrEnum):
    """One container's host, or several nodes."""

    CONTAINER = "container"
    MULTINODE = "multinode"


class PlatformCapability(StrEnum):
    """What a job definition runs on."""

    EC2 = "EC2"
    FARGATE = "FARGATE"
    MANAGED_INSTANCES = "MANAGED_INSTANCES"


class JobQueueType(StrEnum):
    """What the environments of a queue are."""

    ECS = "ECS"
    ECS_FARGATE = "ECS_FARGATE"
    ECS_MANAGED_INSTANCES = "ECS_MANAGED_INSTANCES"
    EKS = "EKS"
    SAGEMAKER_TRAINING = "SAGEMAKER_TRAINING"


class State(StrEnum):
    """Of a queue, an environment, a quota share, and of switches such as ``assignPublicIp``."""

    ENABLED = "ENABLED"
    DISABLED = "DISABLED"


class ResourceRequirementType(StrEnum):
    """What a container asks for."""

    VCPU = "VCPU"
    MEMORY = "MEMORY"
    GPU = "GPU"


class RetryAction(StrEnum):
    """What follows when a condition of ``evaluateOnExit`` matches.

    Guide: Automated Job Retries.
    """

    RETRY = "RETRY"
    EXIT = "EXIT"


class DevicePermission(StrEnum):
    """What a container may do with a device; all three when omitted (LNX-02).

    Guide: Job Definition Parameters (linuxParameters).
    """

    READ = "READ"
    WRITE = "WRITE"
    MKNOD = "MKNOD"


class LogDriver(StrEnum):
    """The log drivers in the API's enum (LOG-01)."""

    AWSFIRELENS = "awsfirelens"
    AWSLOGS = "awslogs"
    FLUENTD = "fluentd"
    GELF = "gelf"
    JOURNALD = "journald"
    JSON_FILE = "json-file"
    SPLUNK = "splunk"
    SYSLOG = "syslog"


class FirelensType(StrEnum):
    """The log routers (ECS-09).

    Guide: Job Definition Parameters (ecsProperties; newer than its table of contents).
    """

    FLUENTBIT = "fluentbit"
    FLUENTD = "fluentd"


class DependencyCondition(StrEnum):
    """What a container waits for in another; the last two not in an essential one (ECS-05).

    Guide: Job Definition Parameters (ecsProperties; newer than its table of contents).
    """

    START = "START"
    COMPLETE = "COMPLETE"
    SUCCESS = "SUCCESS"


class ArrayDependency(StrEnum):
    """How the children of array jobs wait for each other (DEP-02, DEP-03).

    Guide: Job Dependencies; Array Jobs.
    """

    N_TO_N = "N_TO_N"
    SEQUENTIAL = "SEQUENTIAL"


class OperatingSystemFamily(StrEnum):
    """What a Fargate job runs on; LINUX when omitted (WIN-02).

    Guide: Job Definition Parameters (runtimePlatform).
    """

    LINUX = "LINUX"
    WINDOWS_SERVER_2019_CORE = "WINDOWS_SERVER_2019_CORE"
    WINDOWS_SERVER_2019_FULL = "WINDOWS_SERVER_2019_FULL"
    WINDOWS_SERVER_2022_CORE = "WINDOWS_SERVER_2022_CORE"
    WINDOWS_SERVER_2022_FULL = "WINDOWS_SERVER_2022_FULL"


class CpuArchitecture(StrEnum):
    """The processor of a Fargate job; X86_64 when omitted, and on Windows (WIN-03)."""

    X86_64 = "X86_64"
    ARM64 = "ARM64"


class TimeLimitAction(StrEnum):
    """What ends a job that stands too long: TERMINATE on SageMaker queues, else CANCEL (JQ-09)."""

    CANCEL = "CANCEL"
    TERMINATE = "TERMINATE"


class TimeLimitReason(StrEnum):
    """Why a job at the head of a queue cannot start, as a time limit names it (JQ-10).

    AWS Batch reports more reasons than it acts on. Queues with compute environments act on the first four, queues with
    a service environment on ``CAPACITY`` and the last two.

    Guide: Job Queue Parameters (``jobStateTimeLimitActions``).
    """

    CAPACITY = "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY"
    MAX_RESOURCE = "MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE"
    JOB_RESOURCE_REQUIREMENT = "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT"
    INSTANCE_CONFIGURATION = "MISCONFIGURATION:EC2_INSTANCE_CONFIGURATION_UNSUPPORTED"
    SERVICE_MAX_RESOURCE = "MISCONFIGURATION:SERVICE_ENVIRONMENT_MAX_RESOURCE"
    QUOTA_MANAGEMENT_LIMIT = "MISCONFIGURATION:QUOTA_MANAGEMENT_LIMIT_EXCEEDED"

    @classmethod
    def of_queue(cls, *, service_jobs: bool) -> tuple[TimeLimitReason, ...]:
        """Return the reasons that AWS Batch acts on in a queue for compute jobs, or in one for service jobs.

        Args:
            service_jobs: Whether the queue is one for service jobs.

        Guide: Job Queue Parameters (``jobStateTimeLimitActions``).
        """
        if service_jobs:
            return cls.CAPACITY, cls.SERVICE_MAX_RESOURCE, cls.QUOTA_MANAGEMENT_LIMIT
        return cls.CAPACITY, cls.MAX_RESOURCE, cls.JOB_RESOURCE_REQUIREMENT, cls.INSTANCE_CONFIGURATION


class ContainerInsights(StrEnum):
    """The metrics of an ECS environment; when omitted, the account's setting of Amazon ECS (CE-15).

    So say cloudwatch-container-insights and its page on the default; the API's text says DISABLED.

    Guide: Compute Environment Parameters (ecsSettings; newer than its table of contents).
    """

    ENABLED = "ENABLED"
    ENHANCED = "ENHANCED"
    DISABLED = "DISABLED"


class UserdataType(StrEnum):
    """How a node joins EKS whose launch template names its image; the first when omitted (LT-11).

    Guide: AWS Batch on Amazon EKS (newer than the table of contents); Launch Template Support.
    """

    EKS_BOOTSTRAP_SH = "EKS_BOOTSTRAP_SH"
    EKS_NODEADM = "EKS_NODEADM"


class AccessEntryState(StrEnum):
    """Whether Batch makes its access entry in an EKS cluster; the last when omitted (EKS-19).

    Guide: AWS Batch on Amazon EKS (newer than the table of contents).
    """

    ENABLED = "ENABLED"
    DISABLED = "DISABLED"
    INHERIT_FROM_CLUSTER = "INHERIT_FROM_CLUSTER"


class ResourceSharing(StrEnum):
    """What happens to the idle part of a quota share (QS-03).

    Guide: Quota management (newer than the table of contents).
    """

    RESERVE = "RESERVE"
    LEND = "LEND"
    LEND_AND_BORROW = "LEND_AND_BORROW"


class ConsumableType(StrEnum):
    """Whether a job gives back what it used (CR-01)."""

    REPLENISHABLE = "REPLENISHABLE"
    NON_REPLENISHABLE = "NON_REPLENISHABLE"


class ServiceEnvironmentType(StrEnum):
    """The services that service environments stand for (SE-01)."""

    SAGEMAKER_TRAINING = "SAGEMAKER_TRAINING"


class CapacityOption(StrEnum):
    """How ECS buys managed instances; the first when omitted (MI-02). RESERVED stands in CloudFormation's schema only.

    Guide: Amazon ECS Managed Instances compute environments (newer than the table of contents).
    """

    ON_DEMAND = "ON_DEMAND"
    SPOT = "SPOT"
    RESERVED = "RESERVED"


class ReservationPreference(StrEnum):
    """Which managed instances use capacity reservations (MI-02).

    Guide: Amazon ECS Managed Instances compute environments (newer than the table of contents).
    """

    RESERVATIONS_ONLY = "RESERVATIONS_ONLY"
    RESERVATIONS_FIRST = "RESERVATIONS_FIRST"
    RESERVATIONS_EXCLUDED = "RESERVATIONS_EXCLUDED"


class Monitoring(StrEnum):
    """The metrics of managed instances (MI-02)."""

    BASIC = "BASIC"
    DETAILED = "DETAILED"


class CapacityTagSource(StrEnum):
    """Where managed instances get tags from (MI-02)."""

    CAPACITY_PROVIDER = "CAPACITY_PROVIDER"
    NONE = "NONE"


class UlimitName(StrEnum):
    """The limits of the kernel that a container may have (LNX-01).

    Guide: Job Definition Parameters (ulimits).
    """

    CORE = "core"
    CPU = "cpu"
    DATA = "data"
    FSIZE = "fsize"
    LOCKS = "locks"
    MEMLOCK = "memlock"
    MSGQUEUE = "msgqueue"
    NICE = "nice"
    NOFILE = "nofile"
    NPROC = "nproc"
    RSS = "rss"
    RTPRIO = "rtprio"
    RTTIME = "rttime"
    SIGPENDING = "sigpending"
    STACK = "stack"


ULIMIT_NAMES: frozenset[str] = frozenset(UlimitName)

TMPFS_MOUNT_OPTIONS: frozenset[str] = frozenset(load("linux_parameters.json")["tmpfs_mount_options"])
"""LNX-03. What has a value is written ``mode=1777``: compare what stands before the sign."""

WINDOWS_REFUSED = (
    "efsVolumeConfiguration",
    "linuxParameters",
    "privileged",
    "readonlyRootFilesystem",
    "ulimits",
    "user",
)
"""Members of a container that Windows does not have (WIN-01)."""

RESERVED_ENVIRONMENT_PREFIX = "AWS_BATCH"
RESERVED_TAG_PREFIX = "aws:"
DEFAULT_LOG_GROUP = "/aws/batch/job"


@cache
def _by_folded_word(enum: type[_Words]) -> dict[str, _Words]:
    return {member.value.casefold(): member for member in enum}


def word_of(enum: type[_Words], text: str) -> _Words | None:
    """The word of a closed set that a text means, in any case; ``None`` when it means none."""
    return _by_folded_word(enum).get(text.casefold())
