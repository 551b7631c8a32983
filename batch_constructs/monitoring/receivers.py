"""The two kinds of those who hear of an alert: subscribers of its topic, and targets of its rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from aws_cdk import aws_events as events

from batch_constructs._tokens import known

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from constructs import Construct

    from batch_constructs._problems import Problems
    from batch_constructs.monitoring.messages import AlertMessage

    Render: TypeAlias = Callable[[AlertMessage, str], events.CfnRule.TargetProperty]
    AlertTarget: TypeAlias = "TopicSubscriber | RuleTarget | events.IRuleTarget"

__all__ = ["RuleTarget", "TopicSubscriber", "check_emails", "message_to"]


def check_emails(problems: Problems, emails: Sequence[str]) -> None:
    """Note addresses that are none, or are given twice."""
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
