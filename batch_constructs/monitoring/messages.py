"""The messages of alerts: as text for emails and as a card for chats."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from batch_constructs.monitoring.event_fields import JobEventField

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["AlertMessage", "about_a_job", "about_a_service_job"]

_CONSOLE = "https://<region>.console.aws.amazon.com"
JOB_PATHS: Mapping[str, str] = {
    "job": JobEventField.JOB_NAME,
    "id": JobEventField.JOB_ID,
    "queue": JobEventField.JOB_QUEUE,
    "definition": JobEventField.JOB_DEFINITION,
    "reason": JobEventField.STATUS_REASON,
    "time": JobEventField.TIME,
    "region": JobEventField.REGION,
}
"""The values that all events about jobs have."""
JOB_LINK = f"Console: {_CONSOLE}/batch/home?region=<region>#jobs/detail/<id>"


def log_link(log_group: str = "<logGroup>") -> str:
    """Return the link to the job's output.

    The name of a log stream has slashes. The current address of the console needs them encoded twice, which no input
    transformer can do. The old address takes them as they are and leads to the same page.
    """
    return (
        f"Log: {_CONSOLE}/cloudwatch/home?region=<region>#logEventViewer:group={log_group};stream=<logStream>"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertMessage:
    """The message of an alert; ``<name>`` is replaced by a value of the event, or by nothing if the event lacks it.

    Attributes:
        title: One line; its values must not contain quotation marks, as names and ids never do.
        reason: The name of the value that says why. It may contain anything, but each event must have it.
        lines: Further lines with details.
        steps: What to do, and where to look, for emails and chats; its values must not contain quotation marks.
        paths: The JSON path of each value in the event.
    """

    title: str
    reason: str
    lines: Sequence[str]
    steps: Sequence[str]
    paths: Mapping[str, str]

    def text(self) -> str:
        """Return an input template for people: EventBridge expects each line to be a JSON string.

        The whole is not JSON, so that EventBridge accepts quotation marks in the values.
        """
        return "\n".join(json.dumps(line) for line in (self.title, *self.lines, *self.steps))

    def card(self) -> str:
        """Return an input template for Slack and Teams; Amazon Q (formerly AWS Chatbot) drops messages in other formats.

        The reason has no quotation marks around it: EventBridge adds them, and escapes those inside.
        """
        content = {
            "textType": "client-markdown",
            "title": self.title,
            "description": f"<{self.reason}>",
            "nextSteps": list(self.steps),
            "keywords": ["AWS Batch"],
        }
        card = json.dumps({"version": "1.0", "source": "custom", "content": content})
        return card.replace(f'"<{self.reason}>"', f"<{self.reason}>")


def about_a_job(title: str, *steps: str, lines: Sequence[str] = ()) -> AlertMessage:
    """Return a message about any event that has a job.

    Args:
        title: One line.
        steps: What to do.
        lines: Details in addition to job, queue and definition.
    """
    return AlertMessage(
        title=title,
        reason="reason",
        lines=[
            "Reason: <reason>",
            *lines,
            "Job: <job>, <id>",
            "Job queue: <queue>",
            "Job definition: <definition>",
        ],
        steps=[*steps, JOB_LINK],
        paths=JOB_PATHS,
    )


def about_a_service_job(title: str, *steps: str, lines: Sequence[str] = ()) -> AlertMessage:
    """Return a message about any event that has a service job.

    Args:
        title: One line.
        steps: What to do.
        lines: Details in addition to job and queue.
    """
    return AlertMessage(
        title=title,
        reason="reason",
        lines=["Reason: <reason>", *lines, "Service job: <job>, <id>", "Job queue: <queue>"],
        # AWS documents no console address for a service job.
        steps=[*steps, "To look at it: aws batch describe-service-job --region <region> --job-id <id>"],
        paths={name: path for name, path in JOB_PATHS.items() if name != "definition"},
    )
