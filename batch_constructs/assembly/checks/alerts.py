"""Delivery of alerts: EventBridge and alarms must be allowed to publish to their topic and to use its key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch_constructs.assembly.checks import Finding, Severity, rule
from batch_constructs.assembly.checks._rights import Claim, Right, asked, unmet
from batch_constructs.assembly.may import RoleOf, Service, arn_of, policies_of, texts_of, thing_of
from batch_constructs.assembly.template import PartialText, is_known, is_one_of, literals
from batch_constructs.assembly.template.resources import Alarm, Budget, EventRule, Schedule
from batch_constructs.assembly.template.resources.topics import key_behind
from batch_constructs.facts import needs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_constructs.assembly.may import Principal
    from batch_constructs.assembly.template import BatchModel, Unknown
    from batch_constructs.assembly.template.resources import Key, Statement, Topic
    from batch_constructs.assembly.template.resources.events import EventTarget
    from batch_constructs.assembly.template.resources.schedules import ScheduleTarget

CHAPTER = "Tutorial: Sending Amazon Simple Notification Service Alerts for Failed Job Events"

ERROR, WARNING = Severity.ERROR, Severity.WARNING
_KEY_OF_AWS = "alias/aws/sns"
_SOURCES = ("aws:sourceaccount", "aws:sourcearn")


def _to_publish(batch: BatchModel) -> Iterator[Claim]:
    for topic, service in _publishers(batch):
        documents = list(policies_of(thing_of(topic), "sns:Publish", batch))
        # Without a policy, a topic accepts messages from its own account. This includes alarms, but not EventBridge or Budgets.
        if not documents and service == "cloudwatch":
            continue
        got = "a policy without such a statement" if documents else "no policy"
        yield Claim(
            where=topic,
            at="",
            principal=Service(service, topic.stack),
            rights=(Right(needs.PUBLISH, thing_of(topic)),),
            says=f"{topic.label} must let {service}.amazonaws.com publish, got {got}",
            # No error message of AWS is on record for budgets, only the documentation.
            severity=WARNING if service == "budgets" else ERROR,
        )


@rule(
    "EVT-06",
    severity=ERROR,
    remedy="add sns:Publish for the service to the topic's policy: alerts and alarms of this library do",
    prevents="alerts that never arrive; only the metric FailedInvocations shows it",
)
def topic_accepts_alerts(batch: BatchModel) -> Iterator[Finding]:
    """A topic must allow EventBridge and AWS Budgets to publish alerts; if it has a policy, also CloudWatch alarms."""
    yield from unmet(_to_publish(batch), batch)


@rule(
    "EVT-07",
    severity=ERROR,
    remedy="use your own key, with a policy that allows the service kms:Decrypt and kms:GenerateDataKey*",
    prevents="alerts that never arrive; only the metric FailedInvocations shows it",
)
def key_serves_alerts(batch: BatchModel) -> Iterator[Finding]:
    """If the topic of alerts is encrypted, EventBridge and CloudWatch must be able to use its key."""
    at = "KmsMasterKeyId"
    for topic, service in _publishers(batch):
        if _is_of_aws(topic.kms_master_key_id):
            message = f"{service}.amazonaws.com cannot use the key that AWS manages, got {_KEY_OF_AWS}"
            yield Finding(topic, message, at=at)
        key = key_behind(topic, topic.raw(at))
        if key is None:
            continue
        claim = Claim(
            where=topic,
            at=at,
            principal=Service(service, topic.stack),
            rights=(Right(needs.ENCRYPT_MESSAGES, thing_of(key)),),
            says=f"the policy of {key.label} must allow {{name}} {{rights}}",
        )
        findings = list(claim.findings(batch))
        yield from findings
        if service == "events" and not findings and _asks_for_source_only(key):
            # Amazon SNS says this of EventBridge only; EventBridge itself recommends such conditions for keys of event buses.
            message = (
                f"Amazon SNS supports no conditions on the source in the policy of {key.label} for EventBridge, "
                "got aws:SourceAccount or aws:SourceArn"
            )
            yield Finding(topic, message, at=at, severity=WARNING)


def _to_keep_dead_letters(target: EventTarget | ScheduleTarget, _: BatchModel) -> Iterator[Claim]:
    configuration = target.dead_letter_config
    queue = configuration.queue
    if queue is None or not target.concerns_batch:
        return
    rights = [Right(needs.SEND, thing_of(queue))]
    key = key_behind(queue, queue.raw("KmsMasterKeyId"))
    if key is not None:
        rights.append(Right(needs.ENCRYPT_MESSAGES, thing_of(key)))
    principal: Principal = Service("events", queue.stack)
    if isinstance(target.home, Schedule):
        # EventBridge Scheduler sends with the role of the schedule.
        if target.role is None:
            return
        principal = RoleOf(target.role)
    keys = () if isinstance(principal, RoleOf) else (("aws:sourcearn", arn_of(target.home)),)
    yield Claim(where=configuration, at="Arn", principal=principal, rights=tuple(rights), keys=keys)


@rule(
    "EVT-10",
    severity=ERROR,
    remedy="add sqs:SendMessage for events.amazonaws.com to the queue's policy, and the service to the policy of its key; "
    "for a schedule, allow its role to send",
    prevents="failed deliveries that are lost, although the target has a dead-letter queue",
    asks=asked(_to_keep_dead_letters),
)
def dead_letters_arrive(target: EventTarget | ScheduleTarget, batch: BatchModel) -> Iterator[Finding]:
    """The dead-letter queue of a target must let EventBridge send to it."""
    yield from unmet(_to_keep_dead_letters(target, batch), batch)


def _publishers(batch: BatchModel) -> list[tuple[Topic, str]]:
    """Return the topics of alerts, each once for each service that publishes without a role."""
    found = [
        (target.topic, "events")
        for listener in batch.of(EventRule)
        if listener.hears_batch
        for target in listener.targets
        if target.topic is not None and target.omits("RoleArn")
    ]
    found += [
        (topic, "cloudwatch") for alarm in batch.of(Alarm) if alarm.concerns_batch for topic in alarm.topics
    ]
    found += [
        (subscriber.topic, "budgets")
        for budget in batch.of(Budget)
        for notification in budget.notifications
        for subscriber in notification.subscribers
        if subscriber.topic is not None
    ]
    return list(dict.fromkeys(found))


def _asks_for_source_only(key: Key) -> bool:
    """Return whether each statement that may let EventBridge use a key has a condition on the source."""
    allowing = [
        statement
        for statement in key.document.statements
        if is_one_of(statement.effect, "Allow") and _names_events(statement)
    ]
    return bool(allowing) and all(map(_asks_for_source, allowing))


def _names_events(statement: Statement) -> bool:
    services = [each for text in statement.principals.services for each in texts_of(text, statement)]
    everybody = is_one_of(statement.principal, "*") or "*" in literals(statement.principals.aws)
    return everybody or any(each.startswith("events.") for each in services)


def _asks_for_source(statement: Statement) -> bool:
    condition = statement.condition
    return isinstance(condition, dict) and any(
        isinstance(keys, dict) and any(str(key).lower() in _SOURCES for key in keys)
        for keys in condition.values()
    )


def _is_of_aws(key_id: str | Unknown | None) -> bool:
    text = key_id.suffix if isinstance(key_id, PartialText) else key_id
    return is_known(text) and text.endswith(_KEY_OF_AWS)
