"""Makes the targets of a template at the upstream: topics, SQS queues, log groups and state machines."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_constructs.local.plan import Plan
    from batch_constructs.local.upstream import Reply, Upstream

_SNS = "2010-03-31"
_EXISTS = b"AlreadyExists"


def provision(plan: Plan, upstream: Upstream) -> Iterator[str]:
    """Make what rules and schedules of a template send to; yield a sentence for each resource that was refused.

    They get the names and ARNs of the plan. What the upstream has already is kept, except that a state machine gets
    its newest definition.
    """
    for label, reply in (
        *_topics(plan, upstream),
        *_queues(plan, upstream),
        *_log_groups(plan, upstream),
        *_state_machines(plan, upstream),
    ):
        if reply.status >= 400 and _EXISTS not in reply.body:
            yield f"the upstream refuses {label}: {reply.body.decode('utf-8', 'replace')[:200]}"


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
