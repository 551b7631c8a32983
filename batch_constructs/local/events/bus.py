"""The event bus: events of jobs, the rules that match them, and what their targets get."""

from __future__ import annotations

import json
import time
import uuid
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from batch_constructs.facts.events import JOB_STATE_CHANGE, QUEUE_BLOCKED
from batch_constructs.local.events.patterns import matches
from batch_constructs.local.events.targets import NotDeliveredError, Targets
from batch_constructs.local.events.transformers import transform, value_at
from batch_constructs.local.files import private_file
from batch_constructs.local.plan.identities import ACCOUNT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
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
        label: Its name in messages.
        pattern: Its event pattern.
        targets: Its targets, as CloudFormation spells them.
    """

    label: str
    pattern: Document
    targets: list[Document]


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A message that a target of a rule has received.

    Attributes:
        time: When, in seconds.
        rule: The rule's name in messages.
        target: The target's ARN.
        message: What it got.
        recipients: Who subscribes to the target, if it is a topic.
        problem: Why nothing arrived; empty if it did.
        note: Why it was only recorded; empty if it was sent.
    """

    time: float
    rule: str
    target: str
    message: str
    recipients: tuple[str, ...] = ()
    problem: str = ""
    note: str = ""


@dataclass(slots=True)
class Bus:
    """The event bus: it delivers events of jobs to the targets of matching rules.

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
            with private_file(file, "a") as output:
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
                    self._transformed(rule.label, target, event)

    def deliver_schedule(self, label: str, arn: str, targets: list[Document], due: str) -> list[Delivery]:
        """Deliver the event of a rule with a schedule to its targets, and return what they got.

        Args:
            label: The rule's name in messages.
            arn: The rule's ARN.
            targets: Its targets.
            due: When it was due.
        """
        event = {**self._event("Scheduled Event", [arn], {}), "source": "aws.events", "time": due}
        return [self._transformed(label, target, event) for target in targets]

    def deliver(self, label: str, target: Document, message: str, problem: str = "") -> Delivery:
        """Send a message to a target, and return what came of it.

        Args:
            label: What the delivery calls the rule or the schedule.
            target: The target, as CloudFormation spells it.
            message: The message.
            problem: Why there is no message; then nothing is sent.
        """
        note = ""
        if not problem:
            try:
                note = Targets(self.batch).send(target, message)
            except NotDeliveredError as error:
                problem = str(error)
        delivery = Delivery(
            time=time.time(),
            rule=label,
            target=target["Arn"],
            message=message,
            recipients=tuple(self.subscribers.get(target["Arn"], ())),
            problem=problem,
            note=note,
        )
        self.deliveries.append(delivery)
        for listener in self.listeners:
            listener(delivery)
        return delivery

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

    def _transformed(self, label: str, target: Document, event: Document) -> Delivery:
        try:
            return self.deliver(label, target, _message(target, event))
        except ValueError as error:
            return self.deliver(label, target, "", problem=str(error))


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
