"""Delivery of alerts: EventBridge and alarms must be allowed to publish to their topic and to use its key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch_constructs.assembly.checks import Finding, Severity, rule
from batch_constructs.assembly.template import PartialText, is_known
from batch_constructs.assembly.template.permissions import may_allow, may_name
from batch_constructs.assembly.template.resources import Alarm, Budget, EventRule, TopicPolicy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_constructs.assembly.template import BatchModel, Unknown
    from batch_constructs.assembly.template.resources import Statement, Topic
    from batch_constructs.assembly.template.resources.roles import PolicyDocument

CHAPTER = "Tutorial: Sending Amazon Simple Notification Service Alerts for Failed Job Events"

ERROR, WARNING = Severity.ERROR, Severity.WARNING
_KEY_OF_AWS = "alias/aws/sns"
_KEY_ACTIONS = ("kms:Decrypt", "kms:GenerateDataKey")
_SOURCES = ("aws:sourceaccount", "aws:sourcearn")


@rule(
    "EVT-06",
    severity=ERROR,
    remedy="add sns:Publish for the service to the topic's policy: alerts and alarms of this library do",
    prevents="alerts that never arrive; only the metric FailedInvocations shows it",
)
def topic_accepts_alerts(batch: BatchModel) -> Iterator[Finding]:
    """A topic must allow EventBridge and AWS Budgets to publish alerts; if it has a policy, also CloudWatch alarms."""
    for topic, service in _publishers(batch):
        documents = _policies(topic, batch)
        # Without a policy, a topic accepts messages from its own account. This includes alarms, but not EventBridge or Budgets.
        if documents is None or (not documents and service == "cloudwatch"):
            continue
        if not documents or _surely_lacks(documents, service, "sns:Publish"):
            got = "a policy without such a statement" if documents else "no policy"
            message = f"{topic.label} must let {service}.amazonaws.com publish, got {got}"
            # No error message of AWS is on record for budgets, only the documentation.
            yield Finding(topic, message, severity=WARNING if service == "budgets" else ERROR)


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
        key = topic.key
        if key is None:
            continue
        lacking = [action for action in _KEY_ACTIONS if _surely_lacks([key.document], service, action)]
        allowing = list(_allowing(key.document, service, "kms:GenerateDataKey"))
        if lacking:
            missing = " and ".join(lacking)
            message = f"the policy of {key.label} must allow {service}.amazonaws.com {missing}"
            yield Finding(topic, message, at=at)
        elif service == "events" and allowing and all(map(_asks_for_source, allowing)):
            # Amazon SNS says this of EventBridge only; EventBridge itself recommends such conditions for keys of event buses.
            message = (
                f"Amazon SNS supports no conditions on the source in the policy of {key.label} for EventBridge, "
                "got aws:SourceAccount or aws:SourceArn"
            )
            yield Finding(topic, message, at=at, severity=WARNING)


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


def _policies(topic: Topic, batch: BatchModel) -> list[PolicyDocument] | None:
    """Return the policies of a topic; ``None`` if there may be others."""
    found = []
    for policy in batch.of(TopicPolicy):
        if policy.topic is topic or topic in policy.topics:
            found.append(policy.document)
        elif not policy.topics.complete or (policy.topic is None and not policy.omits("TopicArn")):
            return None
    return found


def _surely_lacks(documents: list[PolicyDocument], service: str, action: str) -> bool:
    return all(
        document.statements.complete and not list(_allowing(document, service, action))
        for document in documents
    )


def _allowing(document: PolicyDocument, service: str, action: str) -> Iterator[Statement]:
    """Yield the statements that allow, or may allow, a service an action."""
    for statement in document.statements:
        if may_name(statement, service) and may_allow(statement, action):
            yield statement


def _asks_for_source(statement: Statement) -> bool:
    condition = statement.condition
    return isinstance(condition, dict) and any(
        isinstance(keys, dict) and any(str(key).lower() in _SOURCES for key in keys)
        for keys in condition.values()
    )


def _is_of_aws(key_id: str | Unknown | None) -> bool:
    text = key_id.suffix if isinstance(key_id, PartialText) else key_id
    return is_known(text) and text.endswith(_KEY_OF_AWS)
