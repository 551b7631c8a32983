"""The base of all alerts: rules, a topic with its subscribers, and a dead-letter queue."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aws_cdk import aws_events as events

from batch_constructs._border.dead_letters import dead_letter_queue, let_rule_in
from batch_constructs._border.places import check_place, same_stack
from batch_constructs._border.synth_checks import CheckedConstruct
from batch_constructs.monitoring.receivers import (
    RuleTarget,
    TopicSubscriber,
    check_emails,
    message_to,
    subscribers_in,
)
from batch_constructs.monitoring.topics import EVENTS, encrypted_topic, let_publish, let_use_key_of, subscribe

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aws_cdk import Duration
    from aws_cdk import aws_cloudwatch as cloudwatch
    from aws_cdk import aws_kms as kms
    from aws_cdk import aws_sns as sns
    from constructs import Construct

    from batch_constructs._border.problems import Problems
    from batch_constructs.monitoring.messages import AlertMessage
    from batch_constructs.monitoring.receivers import AlertTarget, Render

__all__ = ["AlertRule", "AlertsBase", "check_receivers", "check_watched"]

# EventBridge's limit for a rule.
_TARGETS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertRule:
    """One kind of event that alerts, and its message.

    Attributes:
        id: The rule's name in the alerts.
        description: The description of the events.
        pattern: The event pattern, as EventBridge writes it.
        message: The message.
    """

    id: str
    description: str
    pattern: Mapping[str, Any]
    message: AlertMessage


def check_receivers(problems: Problems, emails: Sequence[str], targets: Sequence[AlertTarget]) -> None:
    """Add a problem for each invalid address, and for more targets than a rule may have."""
    check_emails(problems, emails)
    direct = [each for each in targets if isinstance(each, RuleTarget)]
    problems.check(
        len(direct) < _TARGETS,
        f"targets must hold at most {_TARGETS - 1} chats and event buses, got {len(direct)}: share a topic",
    )


def check_watched(
    problems: Problems, scope: Construct, topic: sns.ITopic | sns.Topic | None, **watched: Sequence[object]
) -> None:
    """Add a problem for resources and topics in another Region or account, whose events do not arrive here.

    Args:
        problems: Where to add them.
        scope: Where the alerts belong.
        topic: The topic of the alerts. EventBridge publishes to topics of other accounts, but not of other Regions.
        watched: The watched resources, by the name of the argument.
    """
    for name, resources in watched.items():
        check_place(problems, scope, name, resources)
    check_place(problems, scope, "topic", [topic], account=False)


class AlertsBase(CheckedConstruct):
    """Rules that publish to a topic, and to further targets."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        rules: Sequence[AlertRule],
        emails: Sequence[str],
        topic: sns.ITopic | sns.Topic | None,
        targets: Sequence[AlertTarget],
    ) -> None:
        """Create the rules, their dead-letter queue, and an encrypted topic unless one is given.

        Args:
            scope: Where the alerts belong.
            id: Their name in that scope.
            rules: The rules, at least one.
            emails: Addresses that get an email.
            topic: Where to publish; ``None`` for a new topic.
            targets: Who else is notified.
        """
        super().__init__(scope, id)
        self.key: kms.Key | None = None
        if topic is None:
            topic, self.key = encrypted_topic(self, "Alerts of AWS Batch")
            own = True
        else:
            own = same_stack(topic, self)
            let_use_key_of(topic, EVENTS)
        self.topic = topic
        self.dead_letter_queue = dead_letter_queue(self)
        # Each ARN is read once: an attribute of a resource is a call to Node.js.
        topic_arn, dead_letter_arn = topic.topic_arn, self.dead_letter_queue.queue_arn
        renders = [_topic(topic_arn), *self._attached(targets)]
        self.rules = [
            self._rule(each, [render(each.message, dead_letter_arn) for render in renders]) for each in rules
        ]
        self.rule = self.rules[0]
        for rule in self.rules:
            rule_arn = rule.attr_arn
            if own:
                let_rule_in(topic, action="sns:Publish", arn=topic_arn, rule_arn=rule_arn)
            let_rule_in(
                self.dead_letter_queue, action="sqs:SendMessage", arn=dead_letter_arn, rule_arn=rule_arn
            )
        if not own:
            let_publish(topic, topic_arn)
        self._subscribe(topic_arn, emails, targets)
        self._send_to_the_cdks_own(rules, targets)

    def metric_alerts(self, *, period: Duration | None = None) -> cloudwatch.Metric:
        """Return the metric of events that alerted, for an alarm that notifies once instead of thousands of emails.

        Args:
            period: Over which to count, in whole minutes; by default 5.
        """
        from aws_cdk import Duration  # noqa: PLC0415 - few ask for it
        from aws_cdk import aws_cloudwatch as cloudwatch  # noqa: PLC0415

        return cloudwatch.Metric(
            namespace="AWS/Events",
            metric_name="TriggeredRules",
            dimensions_map={"RuleName": self.rule.ref},
            statistic="Sum",
            period=period or Duration.minutes(5),
        )

    def _rule(self, rule: AlertRule, targets: list[events.CfnRule.TargetProperty]) -> events.CfnRule:
        return events.CfnRule(
            self,
            rule.id,
            description=rule.description,
            event_pattern=dict(rule.pattern),
            targets=targets,
        )

    def _attached(self, targets: Sequence[AlertTarget]) -> list[Render]:
        direct = [each for each in targets if isinstance(each, RuleTarget)]
        return [each.attach(self, f"Target{number}") for number, each in enumerate(direct, start=1)]

    def _subscribe(self, topic_arn: str, emails: Sequence[str], targets: Sequence[AlertTarget]) -> None:
        subscribe(self, topic_arn, emails, subscribers_in(targets))

    def _send_to_the_cdks_own(self, rules: Sequence[AlertRule], targets: Sequence[AlertTarget]) -> None:
        own: list[Any] = [each for each in targets if not isinstance(each, TopicSubscriber | RuleTarget)]
        if not own:
            return
        # A target of the CDK needs a rule of the CDK. A second rule on the same events is free.
        for rule in rules:
            events.Rule(
                self,
                f"{rule.id}Targets",
                description=rule.description,
                event_pattern=events.EventPattern(
                    source=rule.pattern["source"],
                    detail_type=rule.pattern["detail-type"],
                    detail=rule.pattern.get("detail"),
                ),
                targets=own,
            )


def _topic(topic_arn: str) -> Render:
    return lambda message, dead_letter_arn: message_to(
        "Topic", topic_arn, dict(message.paths), message.text(), dead_letter_arn
    )
