"""Subscribers of alerts: the topics of rules, alarms and budgets need a subscription or another reader."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from batch_constructs.assembly.checks import Finding, Severity, rule
from batch_constructs.assembly.template import PartialText, Reference, Unknown, is_known
from batch_constructs.assembly.template.members import fully_resolved
from batch_constructs.assembly.template.resources import Alarm, Budget, EventRule, Subscription
from batch_constructs.assembly.template.unknown import Either

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from batch_constructs.assembly.template import BatchModel
    from batch_constructs.assembly.template.resources import Topic
    from batch_constructs.assembly.template.views import Resource

CHAPTER = "Tutorial: Sending Amazon Simple Notification Service Alerts for Failed Job Events"

# Types that name a topic to publish to it, or to allow publishing. Any other type may read the topic.
_WRITERS = frozenset(
    {
        "AWS::Budgets::Budget",
        "AWS::CloudWatch::Alarm",
        "AWS::CloudWatch::CompositeAlarm",
        "AWS::CloudWatch::Dashboard",
        "AWS::Events::Rule",
        "AWS::KMS::Key",
        "AWS::SNS::TopicInlinePolicy",
        "AWS::SNS::TopicPolicy",
    }
)
_NO_ACTIONS = ("AlarmActions", "OKActions", "InsufficientDataActions")
_SHOWN = 3


@rule(
    "EVT-08",
    severity=Severity.WARNING,
    remedy="give the construct emails=, targets= or topic=, or subscribe somebody to the topic",
    prevents="failed jobs, blocked queues and spent budgets that nobody is notified of",
)
def somebody_is_notified(batch: BatchModel) -> Iterator[Finding]:
    """Somebody must be notified of alerts, alarms and budgets: the topic needs a subscription, or the alarm an action."""
    published = _published(batch)
    topics = dict.fromkeys(topic for _, topics in published for topic in topics)
    silent = [topic for topic in topics if not _is_read(topic, batch)]
    for topic in silent:
        unheard = [publisher for publisher, own in published if topic in own and set(own) <= set(silent)]
        if unheard:
            message = (
                f"nobody is notified of {_names(unheard)}: {topic.label} must have a subscription, got none"
            )
            yield Finding(topic, message)
    idle = [alarm for alarm in batch.of(Alarm) if _does_nothing(alarm)]
    if idle and not _reacts_to_alarms(batch):
        yield Finding(
            idle[0],
            f"nobody is notified of {_names(idle)}: alarms must have an action, got none",
            at="AlarmActions",
        )


def _published(batch: BatchModel) -> list[tuple[Resource, list[Topic]]]:
    """Return the resources that publish only to topics of the assembly, each with its topics."""
    found: list[tuple[Resource, list[Topic]]] = []
    for listener in batch.of(EventRule):
        topics = [target.topic for target in listener.targets]
        if listener.hears_batch and listener.targets.complete:
            found += _only_topics(listener, topics)
    for alarm in batch.of(Alarm):
        if alarm.concerns_batch and alarm.topics.complete:
            found += _only_topics(alarm, list(alarm.topics))
    for budget in batch.of(Budget):
        subscribers = [one for notification in budget.notifications for one in notification.subscribers]
        complete = budget.notifications.complete and all(
            notification.subscribers.complete for notification in budget.notifications
        )
        if complete:
            found += _only_topics(budget, [one.topic for one in subscribers])
    return found


def _only_topics(publisher: Resource, topics: Sequence[Topic | None]) -> list[tuple[Resource, list[Topic]]]:
    here = [topic for topic in topics if topic is not None]
    return [(publisher, here)] if here and len(here) == len(topics) else []


def _is_read(topic: Topic, batch: BatchModel) -> bool:
    """Return whether somebody reads a topic, or may do so."""
    if topic.subscriptions or not topic.subscriptions.complete:
        return True
    for subscription in batch.of(Subscription):
        if subscription.topic is topic or (
            subscription.topic is None and not is_known(subscription.raw("TopicArn"))
        ):
            return True
    imported = {name for stack in batch.stacks for name in stack.imports()}
    return topic.stack.offers(topic, imported) or any(
        resource is not topic
        and resource.type not in _WRITERS
        and _refers_to(fully_resolved(resource, resource.node), topic)
        for resource in batch.resources
    )


def _refers_to(value: Any, topic: Topic) -> bool:
    match value:
        case Reference():
            return value.target is topic
        case PartialText():
            return any(_refers_to(part, topic) for part in value.parts)
        case Either():
            return any(_refers_to(option, topic) for option in value.options)
        case dict():
            return any(_refers_to(member, topic) for member in value.values())
        case list():
            return any(_refers_to(element, topic) for element in value)
        case str():
            return is_known(topic.name) and value.endswith(f":{topic.name}")
    return False


def _does_nothing(alarm: Alarm) -> bool:
    enabled = alarm.actions_enabled
    return (
        alarm.concerns_batch
        and all(alarm.omits(name) for name in _NO_ACTIONS)
        and not isinstance(enabled, Unknown)
        and enabled is not False
    )


def _reacts_to_alarms(batch: BatchModel) -> bool:
    """Return whether something reacts to alarms without being one of their actions."""
    if any(resource.type == "AWS::CloudWatch::CompositeAlarm" for resource in batch.resources):
        return True
    return any("aws.cloudwatch" in str(listener.pattern("source")) for listener in batch.of(EventRule))


def _names(resources: Sequence[Resource]) -> str:
    names = [each.label for each in resources]
    more = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
