"""Receivers of alerts other than email: text messages, webhooks and event buses."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam

from batch_constructs._border import cdk
from batch_constructs._border.arguments import checked
from batch_constructs._border.problems import Problems
from batch_constructs._border.tokens import known
from batch_constructs.monitoring.receivers import RuleTarget, TopicSubscriber

if TYPE_CHECKING:
    from constructs import Construct

    from batch_constructs.monitoring.receivers import Render

__all__ = ["EventBusTarget", "HttpsTarget", "SmsTarget"]

_BUS = re.compile(r"arn:[a-z0-9-]+:events:[a-z0-9-]+:[0-9]{12}:event-bus/.+")
_PHONE = re.compile(r"\+[1-9][0-9]{6,14}")


@checked
@dataclass(frozen=True, slots=True, kw_only=True)
class SmsTarget(TopicSubscriber):
    """A text message to a phone. The account must have left the SMS sandbox, or have verified the number.

    Attributes:
        phone_number: The number with its country code: ``"+491701234567"``.

    Raises:
        ValueError: the number has another form.

    Guide: Tutorial: Sending Amazon Simple Notification Service Alerts for Failed Job Events.
    """

    phone_number: str

    def __post_init__(self) -> None:
        problems = Problems()
        problems.check(
            not known(self.phone_number) or _PHONE.fullmatch(self.phone_number) is not None,
            f"phone_number must look like +491701234567, got {self.phone_number!r}",
        )
        problems.raise_if_any()

    def subscription(self) -> tuple[str, str]:
        """Return the protocol and the endpoint."""
        return "sms", self.phone_number


@checked
@dataclass(frozen=True, slots=True, kw_only=True)
class HttpsTarget(TopicSubscriber):
    """A webhook. It must answer the request of Amazon SNS to confirm the subscription.

    Attributes:
        url: Where to post: ``"https://hooks.example.com/batch"``.

    Raises:
        ValueError: the URL does not begin with ``https://``, so that others could read the messages.

    Guide: Tutorial: Sending Amazon Simple Notification Service Alerts for Failed Job Events.
    """

    url: str

    def __post_init__(self) -> None:
        problems = Problems()
        problems.check(
            not known(self.url) or self.url.startswith("https://"),
            f"url must begin with https://, got {self.url!r}",
        )
        problems.raise_if_any()

    def subscription(self) -> tuple[str, str]:
        """Return the protocol and the endpoint."""
        return "https", self.url


@checked
@dataclass(frozen=True, slots=True, kw_only=True)
class EventBusTarget(RuleTarget):
    """An event bus of another account or Region, which gets the unchanged events.

    The bus must let this account put events. A rule there may then listen with the patterns of this library.

    Attributes:
        event_bus_arn: The ARN of the bus.

    Raises:
        ValueError: it is not the ARN of an event bus.

    Guide: AWS Batch Event Stream for CloudWatch Events.
    """

    event_bus_arn: str

    def __post_init__(self) -> None:
        problems = Problems()
        problems.check(
            not known(self.event_bus_arn) or _BUS.fullmatch(self.event_bus_arn) is not None,
            "event_bus_arn must look like arn:aws:events:REGION:ACCOUNT:event-bus/NAME, "
            f"got {self.event_bus_arn!r}",
        )
        problems.raise_if_any()

    def attach(self, scope: Construct, id: str) -> Render:
        """Create a role that may put events on this bus, and return how to render the bus in a rule.

        Args:
            scope: The alerts.
            id: The prefix of the ids of new constructs.
        """
        role = iam.Role(
            scope,
            f"{id}Role",
            assumed_by=cdk.guarded_principal(
                "events.amazonaws.com", {"StringEquals": {"aws:SourceAccount": cdk.account()}}
            ),
        )
        role.add_to_policy(iam.PolicyStatement(actions=["events:PutEvents"], resources=[self.event_bus_arn]))
        role_arn = role.role_arn
        return lambda _, dead_letter_arn: events.CfnRule.TargetProperty(
            id=id,
            arn=self.event_bus_arn,
            role_arn=role_arn,
            dead_letter_config=events.CfnRule.DeadLetterConfigProperty(arn=dead_letter_arn),
        )
