"""A topic that rules, alarms or budgets may publish to: encrypted, over TLS only."""

from __future__ import annotations

from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns

from batch_constructs._border import cdk

if TYPE_CHECKING:
    from collections.abc import Sequence

    from constructs import Construct

    from batch_constructs.monitoring.receivers import TopicSubscriber

__all__ = ["encrypted_topic", "let_publish", "let_use_key", "let_use_key_of", "subscribe", "topic_for"]

EVENTS = "events.amazonaws.com"
ALARMS = "cloudwatch.amazonaws.com"
BUDGETS = "budgets.amazonaws.com"

# The services that may already use a topic's key: alerts share topics, and each statement costs four calls to Node.js.
_KEY_USERS: WeakKeyDictionary[sns.ITopic | sns.Topic, set[str]] = WeakKeyDictionary()


def topic_for(
    scope: Construct,
    topic: sns.ITopic | sns.Topic | None,
    emails: Sequence[str],
    subscribers: Sequence[TopicSubscriber] = (),
    *,
    service: str,
    about: str,
) -> tuple[sns.ITopic | sns.Topic, kms.Key | None]:
    """Return a topic that a service may publish to: the one that is given, else a new one, and its key if it is new.

    Args:
        scope: Where a new topic and the subscriptions belong.
        topic: The given topic, or ``None``.
        emails: Addresses that get an email.
        subscribers: Who else is notified.
        service: The service that publishes, such as ``cloudwatch.amazonaws.com``.
        about: The description of a new key.
    """
    key = None
    if topic is None:
        topic, key = encrypted_topic(scope, about, service)
    else:
        let_use_key_of(topic, service)
    topic_arn = topic.topic_arn
    let_publish(topic, topic_arn, service)
    subscribe(scope, topic_arn, emails, subscribers)
    return topic, key


def subscribe(
    scope: Construct, topic_arn: str, emails: Sequence[str], subscribers: Sequence[TopicSubscriber] = ()
) -> None:
    """Subscribe people to a topic.

    Args:
        scope: Where the subscriptions belong.
        topic_arn: The topic.
        emails: Addresses that get an email.
        subscribers: Who else is notified.
    """
    for number, address in enumerate(emails, start=1):
        sns.CfnSubscription(scope, f"Email{number}", topic_arn=topic_arn, protocol="email", endpoint=address)
    for number, each in enumerate(subscribers, start=1):
        protocol, endpoint = each.subscription()
        sns.CfnSubscription(
            scope, f"Subscriber{number}", topic_arn=topic_arn, protocol=protocol, endpoint=endpoint
        )


def encrypted_topic(scope: Construct, description: str, service: str = EVENTS) -> tuple[sns.Topic, kms.Key]:
    """Return a new topic and its key; with the key of AWS, no EventBridge rule, alarm or budget could publish.

    Args:
        scope: Where they belong.
        description: The description of the key.
        service: The service that publishes.
    """
    key = kms.Key(scope, "Key", enable_key_rotation=True, description=description)
    let_use_key(key, service)
    topic = sns.Topic(scope, "Topic", master_key=key, enforce_ssl=True)
    _KEY_USERS[topic] = {service}
    return topic, key


def let_use_key(key: kms.IKey | kms.Key, service: str) -> None:
    """Let a service encrypt what it publishes.

    There is no condition: Amazon SNS does not support ``aws:SourceAccount`` and ``aws:SourceArn`` in a key's policy for
    EventBridge, and silently drops such messages. The policy of the topic has the conditions, and nothing else uses
    the key.

    Args:
        key: The key of a topic.
        service: The service that publishes, such as ``events.amazonaws.com``.
    """
    key.add_to_resource_policy(
        iam.PolicyStatement(
            principals=[cdk.service_principal(service)],
            # Amazon SNS requires both: it creates data keys with and without plain text.
            actions=["kms:Decrypt", "kms:GenerateDataKey*"],
            # In a key's policy, * is the key itself.
            resources=["*"],
        )
    )


def let_use_key_of(topic: sns.ITopic | sns.Topic, service: str) -> None:
    """Let a service use the key of an existing topic, if the topic has one.

    Args:
        topic: The topic.
        service: The service that publishes.
    """
    users = _KEY_USERS.setdefault(topic, set())
    if service in users:
        return
    users.add(service)
    key = topic.master_key
    if key is not None:
        let_use_key(key, service)


def let_publish(topic: sns.ITopic | sns.Topic, topic_arn: str, service: str = EVENTS) -> None:
    """Let the rules, the alarms or the budgets of this account publish to a topic.

    This is for topics that several stacks share: naming each rule or alarm would make the stacks depend on each other.

    Args:
        topic: The topic.
        topic_arn: Its ARN.
        service: The service that publishes.
    """
    topic.add_to_resource_policy(
        iam.PolicyStatement(
            principals=[cdk.service_principal(service)],
            actions=["sns:Publish"],
            resources=[topic_arn],
            conditions={"StringEquals": {"aws:SourceAccount": cdk.account()}},
        )
    )
