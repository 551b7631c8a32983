"""Sends messages of rules and schedules to their targets: the local Batch, or the upstream."""

from __future__ import annotations

import json
import re
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from batch_constructs.facts.operations import operations
from batch_constructs.local.api.calls import call
from batch_constructs.local.errors import ClientError
from batch_constructs.local.plan.identities import ACCOUNT
from batch_constructs.local.plan.spelling import as_request

if TYPE_CHECKING:
    from batch_constructs.local.batch import LocalBatch
    from batch_constructs.local.upstream import Reply, Upstream

Document = dict[str, Any]

NEEDS_UPSTREAM = "recorded only: --upstream URL would send it"
_UNIVERSAL = re.compile(r"arn:[a-z0-9-]+:scheduler:::aws-sdk:(?P<service>[a-z0-9]+):(?P<action>\w+)\Z")
_STREAM = "batch-constructs-local"


class NotDeliveredError(Exception):
    """A target got nothing; the message says why."""


@dataclass(frozen=True, slots=True)
class Targets:
    """The targets that the rules and schedules of a template can have."""

    batch: LocalBatch

    def send(self, target: Document, message: str) -> str:
        """Send a message to a target; return a note if it was only recorded.

        Raises:
            NotDeliveredError: The target refused it, or cannot be a target here.
        """
        try:
            if universal := _UNIVERSAL.match(target["Arn"]):
                return self._call_api(universal["service"], universal["action"], json.loads(message))
            if "BatchParameters" in target:
                self._submit(target, message)
                return ""
            if self.batch.upstream is None:
                return NEEDS_UPSTREAM
            return _to_upstream(self.batch.upstream, target, message)
        except (ValueError, OSError, ClientError) as error:
            raise NotDeliveredError(str(error)) from None

    def _call_api(self, service: str, action: str, request: Any) -> str:
        """Carry out the call of a universal target of EventBridge Scheduler."""
        if service == "batch":
            operation = action[0].upper() + action[1:]
            if operation not in operations():
                raise NotDeliveredError(f"AWS Batch has no operation {operation}")
            call(self.batch, operation, as_request(operations()[operation].input, request))
            return ""
        if service == "sfn" and action == "startExecution" and self.batch.upstream:
            started = {"stateMachineArn": request["StateMachineArn"], "input": request.get("Input", "{}")}
            return _answered(
                self.batch.upstream.send("states", "AWSStepFunctions.StartExecution", "/", started)
            )
        return f"recorded only: the local Batch does not call {action} of {service}"

    def _submit(self, target: Document, message: str) -> None:
        """Submit the job of a rule's target; only parameters and overrides of the message count."""
        parameters = target["BatchParameters"]
        request: Document = {
            "jobName": parameters["JobName"],
            "jobDefinition": parameters["JobDefinition"],
            "jobQueue": target["Arn"],
        }
        if size := parameters.get("ArrayProperties", {}).get("Size"):
            request["arrayProperties"] = {"size": int(size)}
        if attempts := parameters.get("RetryStrategy", {}).get("Attempts"):
            request["retryStrategy"] = {"attempts": int(attempts)}
        given = json.loads(message) if "Input" in target or "InputTransformer" in target else {}
        if isinstance(given, dict):
            request |= _overrides(given)
        call(self.batch, "SubmitJob", request)


def _overrides(message: Document) -> Document:
    """Return the members of SubmitJob that a message gives."""
    found: Document = {}
    if isinstance(parameters := message.get("Parameters"), dict):
        found["parameters"] = {name: str(value) for name, value in parameters.items()}
    if isinstance(overrides := message.get("ContainerOverrides"), dict):
        found["containerOverrides"] = as_request("ContainerOverrides", overrides)
    return found


def _to_upstream(upstream: Upstream, target: Document, message: str) -> str:
    arn = target["Arn"]
    service, name = arn.split(":")[2], arn.rpartition(":")[2].rpartition("/")[2]
    match service:
        case "sns":
            return _answered(upstream.query("sns", "2010-03-31", "Publish", TopicArn=arn, Message=message))
        case "sqs":
            request = {"QueueUrl": f"{upstream.url}/{ACCOUNT}/{name}", "MessageBody": message}
            if group := target.get("SqsParameters", {}).get("MessageGroupId"):
                request["MessageGroupId"] = group
            return _answered(upstream.send("sqs", "AmazonSQS.SendMessage", "/", request))
        case "states":
            started = {"stateMachineArn": arn, "input": message}
            return _answered(upstream.send("states", "AWSStepFunctions.StartExecution", "/", started))
        case "lambda":
            path = f"/2015-03-31/functions/{name}/invocations"
            return _answered(upstream.send("lambda", "", path, json.loads(message)))
        case "logs":
            return _put_log_event(upstream, arn.partition(":log-group:")[2].removesuffix(":*"), message)
    return f"recorded only: the local Batch does not send to {service}"


def _put_log_event(upstream: Upstream, group: str, message: str) -> str:
    stream = {"logGroupName": group, "logStreamName": _STREAM}
    upstream.ask("logs", "Logs_20140328.CreateLogStream", "/", stream)
    event = {"timestamp": int(time.time() * 1000), "message": message}
    reply = upstream.send("logs", "Logs_20140328.PutLogEvents", "/", {**stream, "logEvents": [event]})
    return _answered(reply)


def _answered(reply: Reply) -> str:
    """Return no note for an answer that says that the message has arrived.

    Raises:
        NotDeliveredError: It says something else.
    """
    if not 200 <= reply.status < 300:
        text = re.sub(r"<[^>]+>|\s+", " ", reply.body.decode("utf-8", "replace")).strip()
        raise NotDeliveredError(f"the upstream answers {reply.status}: {text[:300]}")
    return ""
