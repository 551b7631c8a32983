"""The enumerations in the API of AWS Batch.

CloudFormation accepts most values in any case (the CDK's own classes write ``managed``): compare with ``word_of``, never
with ``==``. Guide: Job Definition, Job Queue and Compute Environment Parameters.
"""

from __future__ import annotations

from enum import StrEnum
from functools import cache
from typing import TypeVar

from batch_constructs.facts._data import load

_Words = TypeVar("_Words", bound=StrEnum)


class JobStatus(StrEnum):
    """The states of a job; the last two are final. Service jobs also have SCHEDULED.

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
    """``Type`` of a compute environment: whether AWS Batch or the user launches the instances."""

    MANAGED = "MANAGED"
    UNMANAGED = "UNMANAGED"


class ResourceKind(StrEnum):
    """``ComputeResources.Type``: the kind of capacity."""

    EC2 = "EC2"
    SPOT = "SPOT"
    FARGATE = "FARGATE"
    FARGATE_SPOT = "FARGATE_SPOT"
    ECS_MANAGED_INSTANCES = "ECS_MANAGED_INSTANCES"


class JobDefinitionType(StrEnum):
    """The types of job definitions: jobs on one host, or on several nodes."""

    CONTAINER = "container"
    MULTINODE = "multinode"


class PlatformCapability(StrEnum):
    """The platforms of a job definition."""

    EC2 = "EC2"
    FARGATE = "FARGATE"
    MANAGED_INSTANCES = "MANAGED_INSTANCES"


class JobQueueType(StrEnum):
    """The types of queues, by their environments."""

    ECS = "ECS"
    ECS_FARGATE = "ECS_FARGATE"
    ECS_MANAGED_INSTANCES = "ECS_MANAGED_INSTANCES"
    EKS = "EKS"
    SAGEMAKER_TRAINING = "SAGEMAKER_TRAINING"


class State(StrEnum):
    """The state of a queue, an environment or a quota share, and of switches such as ``assignPublicIp``."""

    ENABLED = "ENABLED"
    DISABLED = "DISABLED"


class ResourceRequirementType(StrEnum):
    """The resources that a container can require."""

    VCPU = "VCPU"
    MEMORY = "MEMORY"
    GPU = "GPU"


class RetryAction(StrEnum):
    """The action when a condition of ``evaluateOnExit`` matches.

    Guide: Automated Job Retries.
    """

    RETRY = "RETRY"
    EXIT = "EXIT"


class DevicePermission(StrEnum):
    """The permissions of a container on a device; by default all three (LNX-02).

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
    """The state of another container that a container waits for; the last two only for one that is not essential (ECS-05).

    Guide: Job Definition Parameters (ecsProperties; newer than its table of contents).
    """

    START = "START"
    COMPLETE = "COMPLETE"
    SUCCESS = "SUCCESS"


class ArrayDependency(StrEnum):
    """The dependencies between the children of array jobs (DEP-02, DEP-03).

    Guide: Job Dependencies; Array Jobs.
    """

    N_TO_N = "N_TO_N"
    SEQUENTIAL = "SEQUENTIAL"


class OperatingSystemFamily(StrEnum):
    """The operating system of a Fargate job; by default LINUX (WIN-02).

    Guide: Job Definition Parameters (runtimePlatform).
    """

    LINUX = "LINUX"
    WINDOWS_SERVER_2019_CORE = "WINDOWS_SERVER_2019_CORE"
    WINDOWS_SERVER_2019_FULL = "WINDOWS_SERVER_2019_FULL"
    WINDOWS_SERVER_2022_CORE = "WINDOWS_SERVER_2022_CORE"
    WINDOWS_SERVER_2022_FULL = "WINDOWS_SERVER_2022_FULL"


class CpuArchitecture(StrEnum):
    """The processor of a Fargate job; by default, and on Windows, X86_64 (WIN-03)."""

    X86_64 = "X86_64"
    ARM64 = "ARM64"


class TimeLimitAction(StrEnum):
    """The action on a job that waits too long: TERMINATE on SageMaker queues, else CANCEL (JQ-09)."""

    CANCEL = "CANCEL"
    TERMINATE = "TERMINATE"


class TimeLimitReason(StrEnum):
    """The reasons why a job at the head of a queue cannot start, as in a time limit (JQ-10).

    AWS Batch reports more reasons than a time limit can have. Queues with compute environments can have the first four,
    queues with a service environment ``CAPACITY`` and the last two.

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
        """Return the reasons that a time limit can have in a queue for compute jobs, or in one for service jobs.

        Args:
            service_jobs: Whether the queue is one for service jobs.

        Guide: Job Queue Parameters (``jobStateTimeLimitActions``).
        """
        if service_jobs:
            return cls.CAPACITY, cls.SERVICE_MAX_RESOURCE, cls.QUOTA_MANAGEMENT_LIMIT
        return cls.CAPACITY, cls.MAX_RESOURCE, cls.JOB_RESOURCE_REQUIREMENT, cls.INSTANCE_CONFIGURATION


class ContainerInsights(StrEnum):
    """The metrics of an ECS environment; by default the account's setting of Amazon ECS (CE-15).

    The default is that of the page cloudwatch-container-insights; the API's text says DISABLED.

    Guide: Compute Environment Parameters (ecsSettings; newer than its table of contents).
    """

    ENABLED = "ENABLED"
    ENHANCED = "ENHANCED"
    DISABLED = "DISABLED"


class UserdataType(StrEnum):
    """The way a node joins EKS if its launch template names the image; by default the first (LT-11).

    Guide: AWS Batch on Amazon EKS (newer than the table of contents); Launch Template Support.
    """

    EKS_BOOTSTRAP_SH = "EKS_BOOTSTRAP_SH"
    EKS_NODEADM = "EKS_NODEADM"


class AccessEntryState(StrEnum):
    """The creation of the access entry of AWS Batch in an EKS cluster; by default the last (EKS-19).

    Guide: AWS Batch on Amazon EKS (newer than the table of contents).
    """

    ENABLED = "ENABLED"
    DISABLED = "DISABLED"
    INHERIT_FROM_CLUSTER = "INHERIT_FROM_CLUSTER"


class ResourceSharing(StrEnum):
    """The use of the idle part of a quota share (QS-03).

    Guide: Quota management (newer than the table of contents).
    """

    RESERVE = "RESERVE"
    LEND = "LEND"
    LEND_AND_BORROW = "LEND_AND_BORROW"


class ConsumableType(StrEnum):
    """The types of consumable resources: a job returns its quantity, or uses it up (CR-01)."""

    REPLENISHABLE = "REPLENISHABLE"
    NON_REPLENISHABLE = "NON_REPLENISHABLE"


class ServiceEnvironmentType(StrEnum):
    """The services of service environments (SE-01)."""

    SAGEMAKER_TRAINING = "SAGEMAKER_TRAINING"


class CapacityOption(StrEnum):
    """The way ECS buys managed instances; by default the first (MI-02). RESERVED is in CloudFormation's schema only.

    Guide: Amazon ECS Managed Instances compute environments (newer than the table of contents).
    """

    ON_DEMAND = "ON_DEMAND"
    SPOT = "SPOT"
    RESERVED = "RESERVED"


class ReservationPreference(StrEnum):
    """The use of capacity reservations by managed instances (MI-02).

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
    """The source of the tags of managed instances (MI-02)."""

    CAPACITY_PROVIDER = "CAPACITY_PROVIDER"
    NONE = "NONE"


class UlimitName(StrEnum):
    """The kernel limits of a container (LNX-01).

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
"""The options of a tmpfs mount (LNX-03). An option with a value is ``mode=1777``: compare the part before the sign."""

WINDOWS_REFUSED = (
    "efsVolumeConfiguration",
    "linuxParameters",
    "privileged",
    "readonlyRootFilesystem",
    "ulimits",
    "user",
)
"""Members of a container that Windows does not have (WIN-01)."""

DEFAULT_LOG_GROUP = "/aws/batch/job"


@cache
def _by_folded_word(enum: type[_Words]) -> dict[str, _Words]:
    return {member.value.casefold(): member for member in enum}


def word_of(enum: type[_Words], text: str) -> _Words | None:
    """Return the member of an enumeration for a string in any case; ``None`` if there is none."""
    return _by_folded_word(enum).get(text.casefold())
