"""The alerts on events of the environment check and of AWS Health."""

from __future__ import annotations

from batch_constructs.facts import events as facts
from batch_constructs.monitoring.alerts_base import AlertRule
from batch_constructs.monitoring.messages import AlertMessage

__all__ = ["found_invalid", "found_outdated", "health", "planned"]

CONSOLE = "https://<region>.console.aws.amazon.com"
ENVIRONMENTS = f"Environments: {CONSOLE}/batch/home?region=<region>#compute-environments"
WHERE = {"time": "$.time", "region": "$.region"}
# An input transformer can take single items of a list, not the whole list.
_NAMED = 5
_AFFECTED = "Environments: " + " ".join(f"<affected{number}>" for number in range(_NAMED))
_SCHEDULED = (
    "All environments, each PENDING until it is changed or deleted: Scheduled changes in "
    "https://health.aws.amazon.com/health/home"
)
_BY_UPDATE = (
    "Any infrastructure update takes it, such as a changed instance tag; running jobs end with their instances after the "
    "time that the update policy gives them."
)
_BY_HAND = (
    "Or now: aws batch update-compute-environment --region <region> --compute-environment <name> "
    "--compute-resources updateToLatestImageVersion=true"
)
_HEALTH_PATHS = {
    "code": "$.detail.eventTypeCode",
    "reason": "$.detail.eventDescription[0].latestDescription",
    "start": "$.detail.startTime",
    "status": "$.detail.statusCode",
    "region": "$.region",
    **{f"affected{number}": f"$.detail.affectedEntities[{number}].entityValue" for number in range(_NAMED)},
}


def health() -> AlertRule:
    """Return the alert on AWS Health events about AWS Batch, except planned changes."""
    return AlertRule(
        id="Health",
        description="AWS Health events about AWS Batch",
        pattern={
            "source": [facts.HEALTH_SOURCE],
            "detail-type": [facts.HEALTH_EVENT],
            "detail": {
                "service": [facts.HEALTH_SERVICE],
                "eventTypeCategory": [{"anything-but": [facts.HEALTH_PLANNED]}],
            },
        },
        message=AlertMessage(
            title="AWS Health about AWS Batch: <code>.",
            reason="reason",
            lines=["<reason>", "Since: <start>", "Status: <status>", _AFFECTED],
            steps=["Dashboard: https://health.aws.amazon.com/health/home", ENVIRONMENTS],
            paths=_HEALTH_PATHS,
        ),
    )


def planned() -> AlertRule:
    """Return the alert on changes that AWS plans, such as the end of an image."""
    return AlertRule(
        id="Planned",
        description="Changes that AWS plans for AWS Batch",
        pattern={
            "source": [facts.HEALTH_SOURCE],
            "detail-type": [facts.HEALTH_EVENT],
            "detail": {
                "service": [facts.HEALTH_SERVICE],
                "eventTypeCategory": [facts.HEALTH_PLANNED],
            },
        },
        message=AlertMessage(
            title="AWS plans a change of AWS Batch for <start>, by which you may have to act.",
            reason="reason",
            lines=["<reason>", "Event: <code>", "Status: <status>", _AFFECTED],
            steps=[
                _SCHEDULED,
                ENVIRONMENTS,
            ],
            paths=_HEALTH_PATHS,
        ),
    )


def found_invalid() -> AlertRule:
    """Return the alert on environments that the check found INVALID."""
    return AlertRule(
        id="Invalid",
        description="Compute environments of AWS Batch that were found INVALID",
        pattern={"source": [facts.OWN_SOURCE], "detail-type": [facts.ENVIRONMENT_INVALID]},
        message=AlertMessage(
            title="The compute environment <name> is INVALID at <time>.",
            reason="reason",
            lines=["Reason: <reason>", "Environment: <arn>"],
            steps=[
                "Mend the cause, then update it: disable and enable it, if nothing else. Until then it runs no jobs.",
                ENVIRONMENTS,
            ],
            paths={
                **WHERE,
                "name": "$.detail.ComputeEnvironmentName",
                "arn": "$.detail.ComputeEnvironmentArn",
                "reason": "$.detail.StatusReason",
            },
        ),
    )


def found_outdated() -> AlertRule:
    """Return the alert on environments whose image has a newer version."""
    return AlertRule(
        id="Outdated",
        description="Compute environments of AWS Batch for which there is a newer image",
        pattern={"source": [facts.OWN_SOURCE], "detail-type": [facts.IMAGE_UPDATE_AVAILABLE]},
        message=AlertMessage(
            title="AWS has a newer image for the compute environment <name>.",
            reason="image",
            lines=["Image type: <image>", "Environment: <arn>", "Found: <time>"],
            steps=[
                _BY_UPDATE,
                _BY_HAND,
            ],
            paths={
                **WHERE,
                "name": "$.detail.ComputeEnvironmentName",
                "arn": "$.detail.ComputeEnvironmentArn",
                "image": "$.detail.Configuration.ImageType",
            },
        ),
    )
