"""What an alert says: the same words as a text for mails and as a card for chats."""

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
"""What all events about jobs have."""
JOB_LINK = f"Console: {_CONSOLE}/batch/home?region=<region>#jobs/detail/<id>"


def log_link(log_group: str = "<logGroup>") -> str:
    """Where the job's output is shown.

    The name of a log stream has slashes. The console's address of today wants them encoded twice, which no input
    transformer can do; the one from before takes them as they are, and leads to the same place.
    """
    return (
        f"Log: {_CONSOLE}/cloudwatch/home?region=<region>#logEventViewer:group={log_group};stream=<logStream>"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertMessage:
    """The words of an alert; ``<name>`` stands for a value of the event.

    A value that an event lacks leaves nothing.

    Attributes:
        title: One line, of values without quotation marks in them, such as names and ids.
        reason: The name of the value that says why. It may hold anything, but each event must have it.
        lines: What else helps, line by line.
        steps: What to do, and where to look, of values without quotation marks; for chats, too.
        paths: Where each value stands in the event.
    """

    title: str
    reason: str
    lines: Sequence[str]
    steps: Sequence[str]
    paths: Mapping[str, str]

    def text(self) -> str:
        """An input template for people: each line is a JSON string of its own, which is how EventBridge wants it.

        As a whole it is no JSON, so that EventBridge does not mind quotation marks in the values.
        """
        return "\n".join(json.dumps(line) for line in (self.title, *self.lines, *self.steps))

    def card(self) -> str:
        """An input template for Slack and Teams: Amazon Q (once AWS Chatbot) drops whatever has another form.

        The reason stands without quotation marks around it: EventBridge brings them, and escapes those inside.
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
    """A message about any event that has a job.

    Args:
        title: One line.
        steps: What to do.
        lines: What helps, beside job, queue and definition.
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
        lines: What helps, beside job and queue.
    """
    return AlertMessage(
        title=title,
        reason="reason",
        lines=["Reason: <reason>", *lines, "Service job: <job>, <id>", "Job queue: <queue>"],
        # The console has no address for a service job that AWS documents.
        steps=[*steps, "To look at it: aws batch describe-service-job --region <region> --job-id <id>"],
        paths={name: path for name, path in JOB_PATHS.items() if name != "definition"},
    )
