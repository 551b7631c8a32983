"""The event bus: events of jobs, the rules that match them, and what their targets get."""

from __future__ import annotations

import json
import time
import uuid
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from batch_constructs.facts.events import JOB_STATE_CHANGE, QUEUE_BLOCKED
from batch_constructs.local.api.calls import call
from batch_constructs.local.errors import ClientError
from batch_constructs.local.events.patterns import matches
from batch_constructs.local.events.transformers import transform, value_at
from batch_constructs.local.plan.identities import ACCOUNT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from batch_constructs.local.batch import LocalBatch
    from batch_constructs.local.engine import State
    from batch_constructs.local.jobs.records import JobRecord
    from batch_constructs.local.plan import Plan

Document = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule of the template.

    Attributes:
        label: What messages call it.
        pattern: Its event pattern.
        targets: Its targets, as CloudFormation spells them.
    """

    label: str
    pattern: Document
    targets: list[Document]


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What a target of a rule has received.

    Attributes:
        time: When, in seconds.
        rule: What messages call the rule.
        target: The target's ARN.
        message: What it got.
        recipients: Who subscribes to the target, if it is a topic.
        problem: Why nothing arrived; empty if it did.
    """

    time: float
    rule: str
    target: str
    message: str
    recipients: tuple[str, ...] = ()
    problem: str = ""


@dataclass(slots=True)
class Bus:
    """Hears of jobs, and delivers events to the targets of matching rules.

    Attributes:
        rules: The rules that are enabled.
        subscribers: Who subscribes to each topic, by its ARN.
        deliveries: What has been delivered so far.
        listeners: Called with each delivery.
    """

    batch: LocalBatch
    rules: list[Rule] = field(default_factory=list)
    subscribers: dict[str, list[str]] = field(default_factory=dict)
    deliveries: list[Delivery] = field(default_factory=list)
    listeners: list[Callable[[Delivery], None]] = field(default_factory=list)

    @classmethod
    def of(cls, batch: LocalBatch, plan: Plan) -> Bus:
        """Return the bus of a template; it listens to the jobs of a local Batch at once."""
        bus = cls(batch, list(_rules(plan)), _subscribers(plan))
        batch.history.listeners.append(bus.hear)
        batch.blocked.append(bus.hear_blocked)
        return bus

    def keep(self, file: Path) -> None:
        """Write each delivery to a file, one JSON object in a line."""

        def write(delivery: Delivery) -> None:
            with file.open("a", encoding="utf-8") as output:
                output.write(json.dumps(asdict(delivery)) + "\n")

        self.listeners.append(write)

    def hear(self, record: JobRecord, index: int | None, state: State) -> None:
        """Deliver the event of a job that has reached a state."""
        if not self.rules:
            return
        detail = {**record.describe(index), "status": state.name}
        self.put(self._event(JOB_STATE_CHANGE, [detail["jobArn"]], detail))

    def hear_blocked(self, record: JobRecord, index: int | None, reason: str) -> None:
        """Deliver the event of a queue that is blocked by a job."""
        detail = {**record.describe(index), "statusReason": reason}
        self.put(self._event(QUEUE_BLOCKED, [detail["jobArn"]], detail))

    def put(self, event: Document) -> None:
        """Deliver an event to the targets of all rules that match it."""
        for rule in self.rules:
            if matches(rule.pattern, event):
                for target in rule.targets:
                    self._deliver(rule, target, event)

    def _event(self, kind: str, resources: Iterable[str], detail: Document) -> Document:
        return {
            "version": "0",
            "id": str(uuid.uuid4()),
            "detail-type": kind,
            "source": "aws.batch",
            "account": ACCOUNT,
            "time": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "region": self.batch.region,
            "resources": list(resources),
            "detail": detail,
        }

    def _deliver(self, rule: Rule, target: Document, event: Document) -> None:
        message, problem = "", ""
        try:
            message = _message(target, event)
            if "BatchParameters" in target:
                self._submit(target, message)
        except (ValueError, ClientError) as error:
            problem = str(error)
        delivery = Delivery(
            time=time.time(),
            rule=rule.label,
            target=target["Arn"],
            message=message,
            recipients=tuple(self.subscribers.get(target["Arn"], ())),
            problem=problem,
        )
        self.deliveries.append(delivery)
        for listener in self.listeners:
            listener(delivery)

    def _submit(self, target: Document, message: str) -> None:
        """Submit the job of a target; only these members of the message count."""
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


def _overrides(message: Mapping[str, Any]) -> Document:
    """Return the members of SubmitJob that a message gives."""
    found: Document = {}
    if isinstance(parameters := message.get("Parameters"), dict):
        found["parameters"] = {name: str(value) for name, value in parameters.items()}
    if isinstance(overrides := message.get("ContainerOverrides"), dict):
        found["containerOverrides"] = _uncapitalized(overrides)
    return found


def _uncapitalized(value: Any) -> Any:
    if isinstance(value, dict):
        return {name[:1].lower() + name[1:]: _uncapitalized(each) for name, each in value.items()}
    return [_uncapitalized(each) for each in value] if isinstance(value, list) else value


def _message(target: Document, event: Document) -> str:
    """Return what a target gets of an event."""
    if "InputTransformer" in target:
        return transform(target["InputTransformer"], event)
    if "Input" in target:
        return str(target["Input"])
    return json.dumps(value_at(event, target["InputPath"]) if "InputPath" in target else event)


def _rules(plan: Plan) -> Iterable[Rule]:
    for resource, properties in plan.resources("AWS::Events::Rule"):
        if properties.get("EventPattern") and properties.get("State", "ENABLED") != "DISABLED":
            yield Rule(
                label=resource.label,
                pattern=properties["EventPattern"],
                targets=properties.get("Targets", []),
            )


def _subscribers(plan: Plan) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for resource, properties in plan.resources("AWS::SNS::Topic"):
        endpoints = [each["Endpoint"] for each in properties.get("Subscription", ())]
        found[plan.identities.arn(resource)] = endpoints
    for _, properties in plan.resources("AWS::SNS::Subscription"):
        found.setdefault(properties["TopicArn"], []).append(properties.get("Endpoint", ""))
    return found
