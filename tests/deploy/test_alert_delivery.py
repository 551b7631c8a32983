"""A failing job's event goes all the way: rule, input transformer, topic, subscriber."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.deploy.cdk_cli import REGION
from tests.monitoring.samples import sample

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.deploy.cdk_cli import Clients, Deployment


@pytest.fixture
def queue(quickstart: Deployment, aws: Clients) -> str:
    [arn] = quickstart.ids(aws, "AWS::Batch::JobQueue")
    return arn


@pytest.fixture
def heard(quickstart: Deployment, aws: Clients, queue: str) -> Callable[..., list[str]]:
    """Puts an event on the account's bus, and gives what a subscriber of the quick start's topic got of it."""
    [topic] = quickstart.ids(aws, "AWS::SNS::Topic")
    sqs, sns = aws("sqs"), aws("sns")
    inbox = sqs.create_queue(QueueName="inbox")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=inbox, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes={"RawMessageDelivery": "true"})

    def put(name: str, **detail: Any) -> list[str]:
        event = sample(name, **{"jobQueue": queue, **detail})
        entry = {
            "Source": event["source"],
            "DetailType": event["detail-type"],
            "Detail": json.dumps(event["detail"]),
            "Time": event["time"],
        }
        aws("events").put_events(Entries=[entry])
        messages = sqs.receive_message(QueueUrl=inbox, MaxNumberOfMessages=10).get("Messages", [])
        for message in messages:
            sqs.delete_message(QueueUrl=inbox, ReceiptHandle=message["ReceiptHandle"])
        return [message["Body"] for message in messages]

    return put


def test_a_failed_job_is_told_in_words_that_help(heard: Callable[..., list[str]], queue: str) -> None:
    """The whole text, as a mail has it."""
    [text] = heard("job_failed")
    log = "group=BatchQuickstart-HelloLogGroup;stream=align/default/0f9d1c2b3a4958677685940312ab34cd"
    console = f"https://{REGION}.console.aws.amazon.com"
    assert [line.removeprefix('"').removesuffix('"') for line in text.splitlines()] == [
        "Job align-sample-17 failed at 2026-11-22T03:00:00Z.",
        "Reason: Essential container in task exited",
        "Of the container: OutOfMemoryError: Container killed due to memory usage",
        "Exit code: 1",
        "Failed children of an array: ",
        "Job: align-sample-17, 7f1c0d5e-5f3b-4a55-9d0e-1f6c2b8a9e10",
        f"Job queue: {queue}",
        "Job definition: arn:aws:batch:us-east-1:123456789012:job-definition/align:3",
        f"Log: {console}/cloudwatch/home?region={REGION}#logEventViewer:{log}",
        f"Console: {console}/batch/home?region={REGION}#jobs/detail/7f1c0d5e-5f3b-4a55-9d0e-1f6c2b8a9e10",
    ]


def test_quotation_marks_in_a_reason_do_not_swallow_the_alert(heard: Callable[..., list[str]]) -> None:
    """What Docker says of an image that it cannot pull has some."""
    [text] = heard("job_failed_before_it_started")
    assert 'CannotPullContainerError: Error response from daemon: Get "https://registry.example/v2/"' in text


def test_an_array_is_told_once(heard: Callable[..., list[str]]) -> None:
    """Its failed children say nothing, and are counted in what it says."""
    assert heard("array_child_failed") == []
    [text] = heard("array_failed")
    assert "Failed children of an array: 17" in text


def test_nothing_is_told_of_other_jobs(heard: Callable[..., list[str]], queue: str) -> None:
    """Neither of those that succeed or are tried again, nor of those of another queue."""
    assert heard("job_succeeded") == []
    assert heard("job_runnable_again") == []
    assert heard("job_failed", jobQueue=f"{queue}-other") == []
