"""JSON paths of the values in events, for input transformers and for parameters of triggered jobs."""

from __future__ import annotations

from enum import StrEnum

__all__ = ["ApiCallField", "JobEventField", "PreemptionEventField", "ServiceJobEventField"]


class JobEventField(StrEnum):
    """The fields of events about jobs and the queues that they block, as JSON paths.

    Not every event has all fields: a job that never started has no exit code, and only arrays have the last three. A
    missing field becomes an empty string. EventBridge also accepts other paths than these.

    Guide: AWS Batch Events.
    """

    EVENT_ID = "$.id"
    TIME = "$.time"
    ACCOUNT = "$.account"
    REGION = "$.region"
    JOB_ARN = "$.detail.jobArn"
    JOB_ID = "$.detail.jobId"
    JOB_NAME = "$.detail.jobName"
    JOB_QUEUE = "$.detail.jobQueue"
    JOB_DEFINITION = "$.detail.jobDefinition"
    STATUS = "$.detail.status"
    STATUS_REASON = "$.detail.statusReason"
    SHARE_IDENTIFIER = "$.detail.shareIdentifier"
    CREATED_AT = "$.detail.createdAt"
    STARTED_AT = "$.detail.startedAt"
    STOPPED_AT = "$.detail.stoppedAt"
    EXIT_CODE = "$.detail.container.exitCode"
    CONTAINER_REASON = "$.detail.container.reason"
    LOG_GROUP = "$.detail.container.logConfiguration.options.awslogs-group"
    LOG_STREAM = "$.detail.container.logStreamName"
    ARRAY_INDEX = "$.detail.arrayProperties.index"
    ARRAY_SIZE = "$.detail.arrayProperties.size"
    ARRAY_FAILED = "$.detail.arrayProperties.statusSummary.FAILED"


class ServiceJobEventField(StrEnum):
    """The fields of events about service jobs, as JSON paths.

    Guide: Service jobs (newer than the table of contents).
    """

    EVENT_ID = "$.id"
    TIME = "$.time"
    ACCOUNT = "$.account"
    REGION = "$.region"
    JOB_ARN = "$.detail.jobArn"
    JOB_ID = "$.detail.jobId"
    JOB_NAME = "$.detail.jobName"
    JOB_QUEUE = "$.detail.jobQueue"
    STATUS = "$.detail.status"
    STATUS_REASON = "$.detail.statusReason"
    SERVICE_JOB_TYPE = "$.detail.serviceJobType"
    CREATED_AT = "$.detail.createdAt"
    STARTED_AT = "$.detail.startedAt"
    STOPPED_AT = "$.detail.stoppedAt"
    SERVICE_RESOURCE = "$.detail.latestAttempt.serviceResourceId.value"


class PreemptionEventField(StrEnum):
    """The fields of events about preempted service jobs, as JSON paths.

    The event of a started preemption has a reason and no attempts; the event of a completed one has attempts.

    Guide: Service job preemption events (newer than the table of contents).
    """

    EVENT_ID = "$.id"
    TIME = "$.time"
    ACCOUNT = "$.account"
    REGION = "$.region"
    JOB_ARN = "$.detail.preemptedJobArn"
    STATUS = "$.detail.status"
    STATUS_REASON = "$.detail.statusReason"
    ATTEMPTS = "$.detail.preemptionSummary.preemptedAttemptCount"
    """The number of attempts that the job lost to preemption."""
    LAST_REASON = "$.detail.preemptionSummary.recentPreemptedAttempts[0].statusReason"
    SERVICE_RESOURCE = "$.detail.preemptionSummary.recentPreemptedAttempts[0].serviceResourceId.value"


class ApiCallField(StrEnum):
    """The fields of events about API calls, which CloudTrail sends, as JSON paths.

    Guide: Logging AWS Batch API Calls with AWS CloudTrail.
    """

    EVENT_ID = "$.id"
    TIME = "$.time"
    ACCOUNT = "$.account"
    REGION = "$.region"
    EVENT_NAME = "$.detail.eventName"
    CALLER = "$.detail.userIdentity.arn"
    SOURCE_IP_ADDRESS = "$.detail.sourceIPAddress"
    ERROR_CODE = "$.detail.errorCode"
    ERROR_MESSAGE = "$.detail.errorMessage"
    REQUEST_PARAMETERS = "$.detail.requestParameters"
