"""Targets and state machines of a template at an upstream, which is moto."""

from __future__ import annotations

import io
import json
import time
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from moto.awslambda.models import lambda_backends
from moto.core.config import default_user_config
from moto.server import ThreadedMotoServer
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service_batch import (
    StateTaskServiceBatch,
)

from batch_constructs.local.api import Server, call
from batch_constructs.local.events import provision
from batch_constructs.local.executors import RecordedExecutor, Recording
from batch_constructs.local.plan import plan
from batch_constructs.local.session import Session, open_session
from batch_constructs.local.upstream import Upstream

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

GOLDEN = Path(__file__).parents[1] / "golden"


class Opened:
    """A template that runs here, with moto for all other services."""

    def __init__(self, session: Session, url: str) -> None:
        self.session = session
        self._url = url

    def client(self, service: str) -> Any:
        """Return a client whose calls to AWS Batch stay here and whose other calls go on to moto."""
        return boto3.client(
            service,
            endpoint_url=self._url,
            region_name=self.session.plan.region,
            aws_access_key_id="local",
            aws_secret_access_key="local",
        )


@pytest.fixture
def opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Opened]]:
    """Open a golden template with moto as its upstream.

    moto does not convert the members of a state (``JobName``) to those of the call (``jobName``), though it has the
    code for it; this fixture does. Its state machines call AWS Batch at MOTO_PORT.
    """
    model = boto3.client("batch", region_name="us-east-1").meta.service_model

    def request(self: Any, parameters: dict[str, Any], *_: Any, **__: Any) -> None:
        self._to_boto_request(parameters, model.operation_model("SubmitJob").input_shape)

    def response(self: Any, response: Any, *_: Any, service_action_name: str = "submit_job") -> None:
        operation = "DescribeJobs" if service_action_name == "describe_jobs" else "SubmitJob"
        self._from_boto_response(response, model.operation_model(operation).output_shape)

    monkeypatch.setattr(StateTaskServiceBatch, "_normalise_parameters", request)
    monkeypatch.setattr(StateTaskServiceBatch, "_normalise_response", response)
    monkeypatch.setitem(default_user_config, "stepfunctions", {"execute_state_machine": True})
    moto = ThreadedMotoServer("localhost", 0, verbose=False)
    moto.start()
    port = moto.get_host_and_port()[1]
    # moto keeps its contents in the process, for all servers.
    Upstream(f"http://localhost:{port}", "us-east-1").forward("POST", "/moto-api/reset", {}, b"")
    closing: list[Callable[[], None]] = []

    def open_template(name: str, *recordings: Recording) -> Opened:
        template = plan(GOLDEN / f"{name}.template.json")
        session = open_session(template, RecordedExecutor(recordings), tmp_path, vcpus=64, memory=10**6)
        upstream = Upstream(f"http://localhost:{port}", template.region)
        server = Server(session.batch, 0, upstream)
        closing.extend([server.close, session.batch.close])
        monkeypatch.setenv("MOTO_PORT", server.url.rpartition(":")[2])
        assert list(provision(template, upstream)) == []
        return Opened(session, server.url)

    yield open_template
    for close in closing:
        close()
    moto.stop()


def ended(opened: Opened, queue: str, definition: str) -> None:
    """Run a job until it ends as the recording says."""
    session = opened.session
    names = {"jobQueue": session.queue(queue), "jobDefinition": session.definition(definition)}
    job_id = call(session.batch, "SubmitJob", {"jobName": "j", **names})["jobId"]
    assert session.batch.wait(job_id, 20)


def test_an_alert_reaches_the_subscribers_of_its_topic(opened: Callable[..., Opened]) -> None:
    """The topic of the upstream hands on what the rule of the template sends."""
    here = opened("quickstart.BatchQuickstart", Recording(exit_codes=(3,)))
    queue = here.client("sqs").create_queue(QueueName="hears")["QueueUrl"]
    [topic] = here.client("sns").list_topics()["Topics"]
    here.client("sns").subscribe(
        TopicArn=topic["TopicArn"], Protocol="sqs", Endpoint="arn:aws:sqs:us-east-1:123456789012:hears"
    )
    ended(here, "", "Hello")
    [delivery] = here.session.bus.deliveries
    assert (delivery.problem, delivery.note) == ("", "")
    [message] = here.client("sqs").receive_message(QueueUrl=queue)["Messages"]
    assert "Exit code: 3" in json.loads(message["Body"])["Message"]


def test_events_are_written_to_the_log_group_of_a_rule(opened: Callable[..., Opened]) -> None:
    """A queue whose events are kept has each state of a job in its log group."""
    here = opened("alerts.Alerts", Recording(exit_codes=(0,)))
    ended(here, "Queue", "Import")
    [target] = {each.target for each in here.session.bus.deliveries if each.rule == "Alerts/Events"}
    found = here.client("logs").filter_log_events(logGroupName=target.partition(":log-group:")[2])
    states = [json.loads(each["message"])["detail"]["status"] for each in found["events"]]
    assert states == ["RUNNABLE", "STARTING", "RUNNING", "SUCCEEDED"]


INLINE = """
Resources:
  Heard:
    Type: AWS::Lambda::Function
    Properties:
      FunctionName: heard
      Runtime: python3.13
      Handler: index.handler
      Role: arn:aws:iam::123456789012:role/heard
      Timeout: 7
      Environment: {Variables: {WORD: hello}}
      Code:
        ZipFile: |
          def handler(event, context):
              return "heard"
  FromAnAsset:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      Role: arn:aws:iam::123456789012:role/heard
      Code: {S3Bucket: assets, S3Key: code.zip}
"""


def test_a_function_with_its_code_in_the_template_is_made(
    opened: Callable[..., Opened], tmp_path: Path
) -> None:
    """It can be invoked there; a function whose code is an asset is left out. A second start keeps it."""
    here = opened("quickstart.BatchQuickstart")
    file = tmp_path / "inline.yaml"
    file.write_text(INLINE, encoding="utf-8")
    upstream = here.session.batch.upstream
    assert upstream is not None
    assert [list(provision(plan(file), upstream)) for _ in range(2)] == [[], []]
    [found] = here.client("lambda").list_functions()["Functions"]
    assert (found["FunctionName"], found["Timeout"]) == ("heard", 7)
    assert found["Environment"]["Variables"] == {"WORD": "hello"}
    [archive] = moto_functions()
    with zipfile.ZipFile(io.BytesIO(archive)) as content:
        assert content.read("index.py").startswith(b"def handler(event, context):")


def moto_functions() -> list[bytes]:
    """Return the archives of the functions that moto has."""
    region = lambda_backends["123456789012"]["us-east-1"]
    return [function.code_bytes for function in region.list_functions()]


def test_what_the_upstream_refuses_is_said(opened: Callable[..., Opened]) -> None:
    """A queue that is not there gets nothing, and the delivery has the upstream's reason."""
    here = opened("quickstart.BatchQuickstart")
    target = {"Arn": "arn:aws:sqs:us-east-1:123456789012:none"}
    assert here.session.bus.deliver("rule", target, "{}").problem.startswith("the upstream answers 400")


def test_the_array_workflow_runs_as_a_state_machine(opened: Callable[..., Opened]) -> None:
    """A, B[10,000], C[10,000], D[10] and E are all scheduled, in the order of their dependencies."""
    here = opened("array_workflow.ArrayWorkflow")
    states = here.client("stepfunctions")
    [machine] = states.list_state_machines()["stateMachines"]
    execution = states.start_execution(stateMachineArn=machine["stateMachineArn"], input="{}")
    deadline = time.monotonic() + 300
    while (found := states.describe_execution(executionArn=execution["executionArn"]))["status"] == "RUNNING":
        assert time.monotonic() < deadline
        time.sleep(0.2)
    assert found["status"] == "SUCCEEDED", found
    jobs = [each.describe() for each in here.session.batch.jobs.values()]
    sizes = [each.get("arrayProperties", {}).get("statusSummary", {}).get("SUCCEEDED") for each in jobs]
    assert [each["status"] for each in jobs] == ["SUCCEEDED"] * 5
    assert sizes == [None, 10_000, 10_000, 10, None]
    ends = [each["stoppedAt"] for each in jobs]
    assert ends == sorted(ends)
