"""Makes the targets of a template at the upstream: topics, SQS queues, log groups, functions and state machines."""

from __future__ import annotations

import base64
import io
import json
import zipfile
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_constructs.local.plan import Plan
    from batch_constructs.local.upstream import Reply, Upstream

_SNS = "2010-03-31"
_EXISTS = b"AlreadyExists"
_FUNCTION_EXISTS = b"ResourceConflictException"
_IAM = "2010-05-08"
_TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "lambda.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
)
_FUNCTIONS = "/2015-03-31/functions"


def provision(plan: Plan, upstream: Upstream) -> Iterator[str]:
    """Make what rules and schedules of a template send to; yield a sentence for each resource that was refused.

    They get the names and ARNs of the plan. What the upstream has already is kept, except that a state machine gets
    its newest definition.
    """
    for label, reply in (
        *_topics(plan, upstream),
        *_queues(plan, upstream),
        *_log_groups(plan, upstream),
        *_functions(plan, upstream),
        *_state_machines(plan, upstream),
    ):
        if reply.status >= 400 and not _exists(reply):
            yield f"the upstream refuses {label}: {reply.body.decode('utf-8', 'replace')[:200]}"


def _exists(reply: Reply) -> bool:
    code = {name.lower(): value for name, value in reply.headers}.get("x-amzn-errortype", "")
    return _EXISTS in reply.body or _FUNCTION_EXISTS in reply.body or _FUNCTION_EXISTS.decode() in code


def _topics(plan: Plan, upstream: Upstream) -> Iterator[tuple[str, Reply]]:
    for resource, properties in plan.resources("AWS::SNS::Topic"):
        name, arn = plan.identities.name(resource), plan.identities.arn(resource)
        yield resource.label, upstream.query("sns", _SNS, "CreateTopic", Name=name)
        for each in properties.get("Subscription", ()):
            yield resource.label, _subscribed(upstream, arn, each)
    for resource, properties in plan.resources("AWS::SNS::Subscription"):
        yield resource.label, _subscribed(upstream, properties["TopicArn"], properties)


def _subscribed(upstream: Upstream, topic: str, subscription: dict[str, Any]) -> Reply:
    protocol, endpoint = subscription["Protocol"], subscription.get("Endpoint", "")
    return upstream.query("sns", _SNS, "Subscribe", TopicArn=topic, Protocol=protocol, Endpoint=endpoint)


def _queues(plan: Plan, upstream: Upstream) -> Iterator[tuple[str, Reply]]:
    for resource, _ in plan.resources("AWS::SQS::Queue"):
        request = {"QueueName": plan.identities.name(resource)}
        yield resource.label, upstream.send("sqs", "AmazonSQS.CreateQueue", "/", request)


def _log_groups(plan: Plan, upstream: Upstream) -> Iterator[tuple[str, Reply]]:
    for resource, _ in plan.resources("AWS::Logs::LogGroup"):
        request = {"logGroupName": plan.identities.name(resource)}
        yield resource.label, upstream.send("logs", "Logs_20140328.CreateLogGroup", "/", request)


def _functions(plan: Plan, upstream: Upstream) -> Iterator[tuple[str, Reply]]:
    """Make the functions whose code is in the template."""
    for resource, properties in plan.resources("AWS::Lambda::Function"):
        source = properties.get("Code", {}).get("ZipFile")
        if not isinstance(source, str):
            continue
        ending = "js" if str(properties.get("Runtime")).startswith("nodejs") else "py"
        members = ("Role", "Runtime", "Handler", "Timeout", "MemorySize", "Environment")
        request = {
            **{name: properties[name] for name in members if name in properties},
            "FunctionName": plan.identities.name(resource),
            "Code": {"ZipFile": _zipped(f"index.{ending}", source)},
        }
        role = str(properties.get("Role")).rpartition("/")[2]
        trust = {"RoleName": role, "AssumeRolePolicyDocument": _TRUST}
        # Permissions are not checked here, but a function must have a role that it may assume.
        yield resource.label, upstream.query("iam", _IAM, "CreateRole", **trust)
        yield resource.label, upstream.send("lambda", "", _FUNCTIONS, request)


def _zipped(name: str, source: str) -> str:
    """Return an archive of one file, as AWS Lambda takes it."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr(name, source)
    return base64.b64encode(archive.getvalue()).decode()


def _state_machines(plan: Plan, upstream: Upstream) -> Iterator[tuple[str, Reply]]:
    for resource, properties in plan.resources("AWS::StepFunctions::StateMachine"):
        definition = {"definition": _definition(properties), "roleArn": properties["RoleArn"]}
        request = {"name": plan.identities.name(resource), **definition}
        reply = upstream.send("states", "AWSStepFunctions.CreateStateMachine", "/", request)
        if _EXISTS in reply.body:
            update = {"stateMachineArn": plan.identities.arn(resource), **definition}
            reply = upstream.send("states", "AWSStepFunctions.UpdateStateMachine", "/", update)
        yield resource.label, reply


def _definition(properties: dict[str, Any]) -> str:
    text = str(properties.get("DefinitionString") or json.dumps(properties.get("Definition", {})))
    for name, value in properties.get("DefinitionSubstitutions", {}).items():
        text = text.replace(f"${{{name}}}", str(value))
    return text
