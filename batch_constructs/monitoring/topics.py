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

# Who may use the key of a topic already: several alerts share one, and each statement is four trips to Node.
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
    """A topic that a service may publish to: the one that is given, else a new one and its key.

    Args:
        scope: Where a new one belongs, and the subscriptions.
        topic: The one that is given.
        emails: Who gets a mail.
        subscribers: Who else hears of it.
        service: Who publishes, such as ``cloudwatch.amazonaws.com``.
        about: What a new key is for.
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
    """Send what is published to people.

    Args:
        scope: Where the subscriptions belong.
        topic_arn: The topic.
        emails: Who gets a mail.
        subscribers: Who else hears of it.
    """
    for number, address in enumerate(emails, start=1):
        sns.CfnSubscription(scope, f"Email{number}", topic_arn=topic_arn, protocol="email", endpoint=address)
    for number, each in enumerate(subscribers, start=1):
        protocol, endpoint = each.subscription()
        sns.CfnSubscription(
            scope, f"Subscriber{number}", topic_arn=topic_arn, protocol=protocol, endpoint=endpoint
        )


def encrypted_topic(scope: Construct, description: str, service: str = EVENTS) -> tuple[sns.Topic, kms.Key]:
    """A topic and its key, for the key of AWS lets no EventBridge rule publish, nor an alarm or a budget.

    Args:
        scope: Where they belong.
        description: What the key is for.
        service: Who publishes.
    """
    key = kms.Key(scope, "Key", enable_key_rotation=True, description=description)
    let_use_key(key, service)
    topic = sns.Topic(scope, "Topic", master_key=key, enforce_ssl=True)
    _KEY_USERS[topic] = {service}
    return topic, key


def let_use_key(key: kms.IKey | kms.Key, service: str) -> None:
    """Let a service encrypt what it publishes.

    With no condition: Amazon SNS does not support ``aws:SourceAccount`` and ``aws:SourceArn`` in the policy of a key for
    EventBridge, and drops what comes without a word. The policy of the topic has the conditions, and nothing else uses
    the key.

    Args:
        key: The key of a topic.
        service: Who publishes, such as ``events.amazonaws.com``.
    """
    key.add_to_resource_policy(
        iam.PolicyStatement(
            principals=[cdk.service_principal(service)],
            # As Amazon SNS asks for them: it takes data keys with and without their plain text.
            actions=["kms:Decrypt", "kms:GenerateDataKey*"],
            # In the policy of a key, * is the key itself.
            resources=["*"],
        )
    )


def let_use_key_of(topic: sns.ITopic | sns.Topic, service: str) -> None:
    """Let a service use the key of somebody else's topic, if it has one of its own.

    Args:
        topic: The topic.
        service: Who publishes.
    """
    users = _KEY_USERS.setdefault(topic, set())
    if service in users:
        return
    users.add(service)
    key = topic.master_key
    if key is not None:
        let_use_key(key, service)


def let_publish(topic: sns.ITopic | sns.Topic, topic_arn: str, service: str = EVENTS) -> None:
    """Let the rules, the alarms or the budgets of this account publish.

    For topics that several stacks share: naming each rule or alarm would make the stacks depend on each other.

    Args:
        topic: The topic.
        topic_arn: Its ARN.
        service: Who publishes.
    """
    topic.add_to_resource_policy(
        iam.PolicyStatement(
            principals=[cdk.service_principal(service)],
            actions=["sns:Publish"],
            resources=[topic_arn],
            conditions={"StringEquals": {"aws:SourceAccount": cdk.account()}},
        )
    )
