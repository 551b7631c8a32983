"""The two kinds of those who hear of an alert: subscribers of its topic, and targets of its rules."""

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
    """Note addresses that are none, or are given twice."""
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
    """Whatever gets the text from the topic of the alerts."""

    __slots__ = ()

    def subscription(self) -> tuple[str, str]:
        """The protocol and the endpoint."""
        raise NotImplementedError


class RuleTarget:
    """Whatever the rules of the alerts send to themselves."""

    __slots__ = ()

    def attach(self, scope: Construct, id: str) -> Render:
        """Create what it needs, and say how it stands in a rule.

        Args:
            scope: The alerts.
            id: What is new there begins with it.
        """
        raise NotImplementedError


class Chat(RuleTarget):
    """A chat, which shows cards from alerts, and by itself the notices that AWS writes of alarms and budgets."""

    __slots__ = ()

    def open_to(self, service: str) -> str:
        """Let a service publish to the topic of the chat, and return the topic's ARN.

        Args:
            service: Who publishes, such as ``cloudwatch.amazonaws.com``.
        """
        raise NotImplementedError

    def notices(self) -> sns.Topic:
        """Return a topic of the chat for notices of AWS alone, which others may subscribe to."""
        raise NotImplementedError

    def may_listen(self, topic: sns.ITopic | sns.Topic) -> bool:
        """Return whether the chat can listen to a topic without its stack waiting for the topic's.

        Args:
            topic: Somebody else's.
        """
        raise NotImplementedError

    def listen(self, topic: sns.ITopic | sns.Topic) -> None:
        """Show the notices that services publish to somebody else's topic; other texts are passed over.

        Args:
            topic: The topic; it must be one of those that the chat may listen to.
        """
        raise NotImplementedError

    def listens(self, topic: sns.ITopic | sns.Topic) -> bool:
        """Return whether the chat listens to somebody else's topic.

        Args:
            topic: The topic.
        """
        raise NotImplementedError


def chats_in(targets: Sequence[AlertTarget]) -> list[Chat]:
    """Return the chats among targets."""
    return [each for each in targets if isinstance(each, Chat)]


def subscribers_in(targets: Sequence[AlertTarget]) -> list[TopicSubscriber]:
    """Return those among targets that subscribe to a topic."""
    return [each for each in targets if isinstance(each, TopicSubscriber)]


def check_notice_targets(problems: Problems, what: str, targets: Sequence[NoticeTarget]) -> None:
    """Add a problem for each target that alarms and budgets cannot tell, since they publish to topics only."""
    for number, each in enumerate(targets):
        problems.check(
            isinstance(each, TopicSubscriber | Chat),
            f"targets[{number}] hears nothing of {what}, which publish to topics only, got {type(each).__name__}: "
            "give a SlackChannel, TeamsChannel, SmsTarget or HttpsTarget",
        )


def message_to(
    id: str, topic_arn: str, paths: dict[str, str], template: str, dead_letter_arn: str
) -> events.CfnRule.TargetProperty:
    """A topic as the target of a rule, with words of ours."""
    return events.CfnRule.TargetProperty(
        id=id,
        arn=topic_arn,
        input_transformer=events.CfnRule.InputTransformerProperty(
            input_paths_map=paths, input_template=template
        ),
        dead_letter_config=events.CfnRule.DeadLetterConfigProperty(arn=dead_letter_arn),
    )
