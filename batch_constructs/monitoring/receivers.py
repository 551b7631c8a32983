"""The two kinds of receivers of an alert: subscribers of its topic, and targets of its rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from aws_cdk import aws_events as events

from batch_constructs._border.tokens import known

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from aws_cdk import aws_sns as sns
    from constructs import Construct

    from batch_constructs._border.problems import Problems
    from batch_constructs.monitoring.messages import AlertMessage

    Render: TypeAlias = Callable[[AlertMessage, str], events.CfnRule.TargetProperty]
    AlertTarget: TypeAlias = "TopicSubscriber | RuleTarget | events.IRuleTarget"
    NoticeTarget: TypeAlias = "TopicSubscriber | Chat"

__all__ = [
    "Chat",
    "RuleTarget",
    "TopicSubscriber",
    "chats_in",
    "check_emails",
    "check_notice_targets",
    "message_to",
    "subscribers_in",
]


def check_emails(problems: Problems, emails: Sequence[str]) -> None:
    """Add a problem for each address that is invalid or given twice."""
    problems.check(
        not any("#{Token[" in address for address in emails),
        "emails must be a list whose length is known at synth, got one that is known at the deploy: give each address as "
        "a parameter of its own",
    )
    for address in emails:
        problems.check(
            not known(address) or address.count("@") == 1,
            f"emails must hold addresses such as ops@example.com, got {address!r}",
        )
    problems.check(len(set(emails)) == len(emails), "emails must be different ones, got one of them twice")


class TopicSubscriber:
    """A receiver that subscribes to the topic of the alerts."""

    __slots__ = ()

    def subscription(self) -> tuple[str, str]:
        """Return the protocol and the endpoint."""
        raise NotImplementedError


class RuleTarget:
    """A receiver that the rules of the alerts send to directly."""

    __slots__ = ()

    def attach(self, scope: Construct, id: str) -> Render:
        """Create what the target needs, and return how to render it in a rule.

        Args:
            scope: The alerts.
            id: The prefix of the ids of new constructs.
        """
        raise NotImplementedError


class Chat(RuleTarget):
    """A chat, which shows cards of alerts, and the messages that AWS writes about alarms and budgets."""

    __slots__ = ()

    def open_to(self, service: str) -> str:
        """Let a service publish to the topic of the chat, and return the topic's ARN.

        Args:
            service: The service that publishes, such as ``cloudwatch.amazonaws.com``.
        """
        raise NotImplementedError

    def notices(self) -> sns.Topic:
        """Return the chat's topic for messages that AWS writes itself, which others may subscribe to."""
        raise NotImplementedError

    def may_listen(self, topic: sns.ITopic | sns.Topic) -> bool:
        """Return whether the chat can listen to a topic without its stack depending on the topic's.

        Args:
            topic: A topic that is not the chat's own.
        """
        raise NotImplementedError

    def listen(self, topic: sns.ITopic | sns.Topic) -> None:
        """Show what services publish to another topic; messages in other formats are ignored.

        Args:
            topic: The topic; it must be one of those that the chat may listen to.
        """
        raise NotImplementedError

    def listens(self, topic: sns.ITopic | sns.Topic) -> bool:
        """Return whether the chat listens to another topic.

        Args:
            topic: The topic.
        """
        raise NotImplementedError


def chats_in(targets: Sequence[AlertTarget]) -> list[Chat]:
    """Return the chats among targets."""
    return [each for each in targets if isinstance(each, Chat)]


def subscribers_in(targets: Sequence[AlertTarget]) -> list[TopicSubscriber]:
    """Return the targets that subscribe to a topic."""
    return [each for each in targets if isinstance(each, TopicSubscriber)]


def check_notice_targets(problems: Problems, what: str, targets: Sequence[NoticeTarget]) -> None:
    """Add a problem for each target that alarms and budgets cannot notify, since they publish to topics only."""
    for number, each in enumerate(targets):
        problems.check(
            isinstance(each, TopicSubscriber | Chat),
            f"targets[{number}] cannot be notified by {what}, which publish to topics only, got {type(each).__name__}: "
            "give a SlackChannel, TeamsChannel, SmsTarget or HttpsTarget",
        )


def message_to(
    id: str, topic_arn: str, paths: dict[str, str], template: str, dead_letter_arn: str
) -> events.CfnRule.TargetProperty:
    """Return a topic as the target of a rule, with our message."""
    return events.CfnRule.TargetProperty(
        id=id,
        arn=topic_arn,
        input_transformer=events.CfnRule.InputTransformerProperty(
            input_paths_map=paths, input_template=template
        ),
        dead_letter_config=events.CfnRule.DeadLetterConfigProperty(arn=dead_letter_arn),
    )
