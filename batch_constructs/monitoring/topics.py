"""A topic that rules may publish to: encrypted, over TLS only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns

from batch_constructs import _cfn

if TYPE_CHECKING:
    from constructs import Construct

__all__ = ["encrypted_topic", "let_own_rules_in"]


def encrypted_topic(scope: Construct, description: str) -> tuple[sns.Topic, kms.Key]:
    """A topic and its key, for the key of AWS lets no EventBridge rule publish.

    Args:
        scope: Where they belong.
        description: What the key is for.
    """
    key = kms.Key(scope, "Key", enable_key_rotation=True, description=description)
    let_use_key(key, "events.amazonaws.com")
    return sns.Topic(scope, "Topic", master_key=key, enforce_ssl=True), key


def let_use_key(key: kms.IKey, service: str) -> None:
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
            principals=[_cfn.service_principal(service)],
            actions=["kms:Decrypt", "kms:GenerateDataKey*"],
            # In the policy of a key, * is the key itself.
            resources=["*"],
        )
    )


def let_own_rules_in(topic: sns.ITopic | sns.Topic, topic_arn: str) -> None:
    """Let the rules of this account publish.

    For topics that rules of several stacks share: naming each rule would make the stacks depend on each other.

    Args:
        topic: The topic.
        topic_arn: Its ARN.
    """
    topic.add_to_resource_policy(
        iam.PolicyStatement(
            principals=[_cfn.service_principal("events.amazonaws.com")],
            actions=["sns:Publish"],
            resources=[topic_arn],
            conditions={"StringEquals": {"aws:SourceAccount": _cfn.account()}},
        )
    )
