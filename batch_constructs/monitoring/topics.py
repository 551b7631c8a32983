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
    # The key's policy cannot name the rule: the rule names the topic, and the topic names the key.
    key.add_to_resource_policy(
        iam.PolicyStatement(
            principals=[_cfn.service_principal("events.amazonaws.com")],
            actions=["kms:Decrypt", "kms:GenerateDataKey"],
            # In the policy of a key, * is the key itself.
            resources=["*"],
            conditions={"StringEquals": {"aws:SourceAccount": _cfn.account()}},
        )
    )
    return sns.Topic(scope, "Topic", master_key=key, enforce_ssl=True), key


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
