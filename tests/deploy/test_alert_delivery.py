"""A failing job's event goes all the way: rule, input transformer, topic, subscriber."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import boto3
import pytest

from tests.deploy.cdk_cli import REGION, Deployment
from tests.monitoring.samples import sample

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.deploy.cdk_cli import Cdk, Clients
    from tests.deploy.moto_server import MotoServer


@pytest.fixture
def queue(quickstart: Deployment, aws: Clients) -> str:
    [arn] = quickstart.ids(aws, "AWS::Batch::JobQueue")
    return arn


def inbox(aws: Clients, topic: str) -> str:
    """Return the URL of a queue of one's own that subscribes to a topic."""
    sqs = aws("sqs")
    url: str = sqs.create_queue(QueueName=uuid4().hex)["QueueUrl"]
    attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
    aws("sns").subscribe(
        TopicArn=topic,
        Protocol="sqs",
        Endpoint=attributes["QueueArn"],
        Attributes={"RawMessageDelivery": "true"},
    )
    return url


def read(sqs: Any, url: str, about: str) -> list[str]:
    """Return what a queue has about one job: other tests use the same rules and topics at the same time."""
    found: list[str] = []
    while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        found += [message["Body"] for message in messages if about in message["Body"]]
    return found


def put(aws: Clients, name: str, **detail: Any) -> str:
    """Put a documented event on the account's bus, and give what to know it again by."""
    mark = uuid4().hex
    known_by = {"StatusMessage": "vCPU limit " + mark} if name == "launch_unsuccessful" else {"jobId": mark}
    event = sample(name, **{**known_by, **detail})
    entry = {
        "Source": event["source"],
        "DetailType": event["detail-type"],
        "Detail": json.dumps(event["detail"]),
        "Time": event["time"],
    }
    aws("events").put_events(Entries=[entry])
    return mark


@pytest.fixture
def heard(quickstart: Deployment, aws: Clients, queue: str) -> Callable[..., list[str]]:
    """Puts an event on the account's bus, and gives what a subscriber of the quick start's topic got of it."""
    [topic] = quickstart.ids(aws, "AWS::SNS::Topic")
    url = inbox(aws, topic)

    def put_and_read(name: str, **detail: Any) -> list[str]:
        mark = put(aws, name, **{"jobQueue": queue, **detail})
        return [text.replace(mark, "ID") for text in read(aws("sqs"), url, mark)]

    return put_and_read


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
        "Job: align-sample-17, ID",
        f"Job queue: {queue}",
        "Job definition: arn:aws:batch:us-east-1:123456789012:job-definition/align:3",
        f"Log: {console}/cloudwatch/home?region={REGION}#logEventViewer:{log}",
        f"Console: {console}/batch/home?region={REGION}#jobs/detail/ID",
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


@pytest.fixture(scope="module")
def elsewhere(server: MotoServer) -> Clients:
    """Clients of the other account that the example of all alerts names."""
    session = boto3.Session("testing", "testing", region_name="eu-west-1")

    def client(service: str) -> Any:
        made = session.client(service, endpoint_url=server.url)
        made.meta.events.register(
            f"before-sign.{service}",
            lambda request, **_: request.headers.add_header("x-moto-account-id", "111122223333"),
        )
        return made

    return client


@pytest.fixture(scope="module")
def bus_elsewhere(server: MotoServer, elsewhere: Clients) -> str:
    """The URL of a queue there that gets all that the bus gets."""

    def make() -> str:
        sqs, events = elsewhere("sqs"), elsewhere("events")
        events.create_event_bus(Name="operations")
        url: str = sqs.create_queue(QueueName="operations")["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        pattern = json.dumps({"source": ["aws.batch"]})
        events.put_rule(Name="all", EventBusName="operations", EventPattern=pattern)
        events.put_targets(Rule="all", EventBusName="operations", Targets=[{"Id": "1", "Arn": arn}])
        return url

    made: str = server.once("operations", make)
    return made


@pytest.fixture(scope="module")
def alerts(server: MotoServer, cdk: Cdk, aws: Clients) -> Deployment:
    """The example of all alerts, deployed."""
    del cdk  # its bootstrap is what the template names
    found = Deployment.of_template("alerts.Alerts")
    server.once("alerts.Alerts", lambda: found.create(aws))
    return found


@pytest.fixture
def told(
    alerts: Deployment, aws: Clients, bus_elsewhere: str
) -> Callable[..., tuple[str, dict[str, list[str]]]]:
    """Puts an event on the account's bus, and gives its mark and what each topic of the example told of it."""
    del bus_elsewhere  # without it, moto could not send
    created = alerts.created(aws)
    topics = [name for name, kind in alerts.types().items() if kind == "AWS::SNS::Topic"]
    inboxes = {name.split("Topic")[0]: inbox(aws, created[name]) for name in topics}
    [queue] = alerts.ids(aws, "AWS::Batch::JobQueue")

    def put_and_read(name: str, **detail: Any) -> tuple[str, dict[str, list[str]]]:
        mark = put(aws, name, **{"jobQueue": queue, **detail})
        texts = {name: read(aws("sqs"), url, mark) for name, url in inboxes.items()}
        return mark, {name: found for name, found in texts.items() if found}

    return put_and_read


@pytest.mark.parametrize(
    ("event", "topic", "words"),
    [
        ("job_failed", "Failures", "Job align-sample-17 failed at"),
        ("job_queue_blocked", "Failures", "A job blocks its queue since"),
        ("job_cancelled_by_time_limit", "Failures", "never started, and was cancelled at"),
        ("job_queue_blocked_by_invalid_environments", "Environments", "No compute environment of a queue"),
        ("launch_unsuccessful", "Environments", "Reason: vCPU limit "),
    ],
)
def test_each_event_is_told_once_to_people_and_once_to_the_chat(
    told: Callable[..., tuple[str, dict[str, list[str]]]], event: str, topic: str, words: str
) -> None:
    """Four kinds of alerts at once, and nobody hears of anything twice."""
    _, heard = told(event)
    assert set(heard) == {topic, "Slack"}
    [text], [card] = heard[topic], heard["Slack"]
    assert words in text
    assert json.loads(card)["content"]["description"]


def test_what_is_to_be_ignored_is_not_told(told: Callable[..., tuple[str, dict[str, list[str]]]]) -> None:
    """An exit code that means "nothing to do"."""
    _, heard = told("job_failed", container={"exitCode": 3})
    assert heard == {}


def test_the_event_itself_reaches_a_queue_another_account_and_the_log(
    told: Callable[..., tuple[str, dict[str, list[str]]]],
    alerts: Deployment,
    aws: Clients,
    elsewhere: Clients,
    bus_elsewhere: str,
) -> None:
    """Targets of the CDK and buses get all of it, and the log keeps all that happens."""
    created = alerts.created(aws)
    mark, _ = told("job_failed")
    [tickets] = [name for name in created if name.startswith("Tickets")]
    [ticket] = read(aws("sqs"), created[tickets], mark)
    [foreign] = read(elsewhere("sqs"), bus_elsewhere, mark)
    [group] = [name for name in created if name.startswith("EventsLogGroup") and "Policy" not in name]
    kept = aws("logs").filter_log_events(logGroupName=created[group])["events"]
    [line] = [each["message"] for each in kept if mark in each["message"]]
    for event in (ticket, foreign, line):
        assert json.loads(event)["detail"]["jobId"] == mark
