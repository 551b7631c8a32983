"""What SubmitServiceJob and the services behind it require of a request.

Sources: the API's model (botocore 1.44.5) for SubmitServiceJob and for SageMaker's CreateTrainingJob; user guide, "Service
job payloads": AWS Batch passes the payload on without validation.
"""

from __future__ import annotations

REQUIRED = ("JobName", "JobQueue", "ServiceJobType", "ServiceRequestPayload")
"""The members that SubmitServiceJob requires, by their names in EventBridge Scheduler."""

TRAINING_JOB_REQUIRED = ("TrainingJobName", "RoleArn", "OutputDataConfig")
"""The members that CreateTrainingJob requires of every training job."""


def may_match_sagemaker(pattern: str, beginning: str) -> bool:
    """Return whether a pattern can match a reason of SageMaker AI, all of which have this beginning."""
    literal = pattern.partition("*")[0]
    return (
        pattern.startswith("*")
        or literal.startswith(beginning)
        or ("*" in pattern and beginning.startswith(literal))
    )
