"""Alerts that arrive: EventBridge may publish to the topic of a rule, and use its key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch_constructs.assembly.checks import Finding, Severity, rule
from batch_constructs.assembly.template import PartialText, known
from batch_constructs.assembly.template.permissions import may_allow, may_be_about
from batch_constructs.assembly.template.resources import EventRule, TopicPolicy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_constructs.assembly.template import BatchModel, Unknown
    from batch_constructs.assembly.template.resources import Statement, Topic
    from batch_constructs.assembly.template.resources.roles import PolicyDocument

ERROR, WARNING = Severity.ERROR, Severity.WARNING
_CHAPTER = "Tutorial: Sending Amazon Simple Notification Service Alerts for Failed Job Events"
_KEY_OF_AWS = "alias/aws/sns"
_KEY_ACTIONS = ("kms:Decrypt", "kms:GenerateDataKey")
_SOURCES = ("aws:sourceaccount", "aws:sourcearn")


@rule(
    "EVT-06",
    chapter=_CHAPTER,
    severity=ERROR,
    remedy="give the topic a policy that allows events.amazonaws.com sns:Publish: alerts of this library do",
    prevents="alerts that never arrive, without a word but FailedInvocations in the metrics",
)
def topic_takes_events(batch: BatchModel) -> Iterator[Finding]:
    """A topic that hears of AWS Batch lets EventBridge publish."""
    for topic in _topics(batch):
        documents = _policies(topic, batch)
        if documents is None:
            continue
        if not documents or _surely_lacks(documents, "sns:Publish"):
            got = "a policy without such a statement" if documents else "no policy"
            yield Finding(topic, f"{topic.logical_id} must let events.amazonaws.com publish, got {got}")


@rule(
    "EVT-07",
    chapter=_CHAPTER,
    severity=ERROR,
    remedy="use a key of your own, whose policy allows events.amazonaws.com kms:Decrypt and kms:GenerateDataKey*",
    prevents="alerts that never arrive, without a word but FailedInvocations in the metrics",
)
def key_serves_events(batch: BatchModel) -> Iterator[Finding]:
    """A topic that hears of AWS Batch is encrypted with a key that EventBridge may use, if it is."""
    at = "KmsMasterKeyId"
    for topic in _topics(batch):
        if _is_of_aws(topic.kms_master_key_id):
            yield Finding(topic, f"EventBridge cannot use the key that AWS manages, got {_KEY_OF_AWS}", at=at)
        key = topic.key
        if key is None:
            continue
        admitting = list(_admitting(key.document, "kms:GenerateDataKey"))
        lacking = [action for action in _KEY_ACTIONS if _surely_lacks([key.document], action)]
        if lacking:
            missing = " and ".join(lacking)
            yield Finding(
                topic, f"the policy of {key.logical_id} must allow events.amazonaws.com {missing}", at=at
            )
        elif admitting and all(map(_asks_for_source, admitting)):
            # One page of AWS says so, of EventBridge and Amazon SNS; others recommend such conditions.
            message = (
                f"Amazon SNS does not support conditions on the source in the policy of {key.logical_id}, "
                "got aws:SourceAccount or aws:SourceArn"
            )
            yield Finding(topic, message, at=at, severity=WARNING)


def _topics(batch: BatchModel) -> list[Topic]:
    """Those that rules on AWS Batch publish to, without a role; each once."""
    heard = {
        id(target.topic): target.topic
        for listener in batch.of(EventRule)
        if listener.hears_batch
        for target in listener.targets
        if target.topic is not None and target.lacks("RoleArn")
    }
    return list(heard.values())


def _policies(topic: Topic, batch: BatchModel) -> list[PolicyDocument] | None:
    """The policies of a topic; ``None`` if one of which nobody knows may be among them."""
    found = []
    for policy in batch.of(TopicPolicy):
        if policy.topic is topic or topic in policy.topics:
            found.append(policy.document)
        elif not policy.topics.complete or (policy.topic is None and not policy.lacks("TopicArn")):
            return None
    return found


def _surely_lacks(documents: list[PolicyDocument], action: str) -> bool:
    return all(
        document.statements.complete and not list(_admitting(document, action)) for document in documents
    )


def _admitting(document: PolicyDocument, action: str) -> Iterator[Statement]:
    """The statements that let EventBridge do something, or may do so."""
    for statement in document.statements:
        if may_be_about(statement, "events") and may_allow(statement, action):
            yield statement


def _asks_for_source(statement: Statement) -> bool:
    condition = statement.condition
    return isinstance(condition, dict) and any(
        isinstance(keys, dict) and any(str(key).lower() in _SOURCES for key in keys)
        for keys in condition.values()
    )


def _is_of_aws(key_id: str | Unknown | None) -> bool:
    text = key_id.suffix if isinstance(key_id, PartialText) else key_id
    return known(text) and text.endswith(_KEY_OF_AWS)
