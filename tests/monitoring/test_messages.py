"""The messages of alerts, as text and as a card, rendered like AWS's documented input transformer."""

from __future__ import annotations

import json
from typing import Any

import pytest

from batch_constructs.local.events import transform
from batch_constructs.monitoring.messages import about_a_job, log_link
from tests.monitoring.samples import sample

MESSAGE = about_a_job("Job <job> failed.", "Look at it.", lines=["At <time>."])
QUOTED = 'CannotPullContainerError: Get "https://registry.example/v2/"'


def text(event: dict[str, Any]) -> list[str]:
    lines = transform({"InputPathsMap": MESSAGE.paths, "InputTemplate": MESSAGE.text()}, event)
    return [line.removeprefix('"').removesuffix('"') for line in lines.splitlines()]


def card(event: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(
        transform({"InputPathsMap": MESSAGE.paths, "InputTemplate": MESSAGE.card()}, event)
    )
    return found


def test_a_text_has_a_line_for_each_thing() -> None:
    """The event, the reason, details, and the next steps."""
    event = sample("job_failed")
    assert text(event) == [
        "Job align-sample-17 failed.",
        "Reason: Essential container in task exited",
        "At 2026-11-22T03:00:00Z.",
        f"Job: align-sample-17, {event['detail']['jobId']}",
        f"Job queue: {event['detail']['jobQueue']}",
        f"Job definition: {event['detail']['jobDefinition']}",
        "Look at it.",
        "Console: https://us-east-1.console.aws.amazon.com/batch/home?region=us-east-1#jobs/detail/"
        + event["detail"]["jobId"],
    ]


@pytest.mark.parametrize("reason", [QUOTED, "a \\ backslash", "two\nlines", "<tag>"])
def test_any_reason_arrives(reason: str) -> None:
    """Quotation marks in a string of a card would make EventBridge drop the alert."""
    event = sample("job_failed", statusReason=reason)
    assert f"Reason: {reason}" in "\n".join(text(event))
    assert card(event)["content"]["description"] == reason


def test_a_card_has_the_form_that_chats_take() -> None:
    """It has at least version, source and description."""
    shown = card(sample("job_failed"))
    assert (shown["version"], shown["source"]) == ("1.0", "custom")
    assert shown["content"]["title"] == "Job align-sample-17 failed."
    assert shown["content"]["nextSteps"][0] == "Look at it."


def test_the_link_to_a_log_takes_slashes_as_they_are() -> None:
    """An input transformer cannot encode them."""
    assert log_link("/aws/batch/job").endswith("#logEventViewer:group=/aws/batch/job;stream=<logStream>")
