"""A budget that notifies before the money is spent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import aws_budgets as budgets

from batch_constructs._border.arguments import checked
from batch_constructs._border.places import check_place
from batch_constructs._border.problems import Problems
from batch_constructs._border.synth_checks import CheckedConstruct
from batch_constructs._border.tokens import known
from batch_constructs.monitoring.receivers import (
    chats_in,
    check_emails,
    check_notice_targets,
    subscribers_in,
)
from batch_constructs.monitoring.topics import BUDGETS, topic_for

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aws_cdk import aws_kms as kms
    from aws_cdk import aws_sns as sns
    from constructs import Construct
    from jsii import Number

    from batch_constructs.monitoring.receivers import NoticeTarget

__all__ = ["BatchBudget"]

_L1 = budgets.CfnBudget
# AWS's limits for a budget: notifications, and addresses for each.
_NOTIFICATIONS, _EMAILS = 10, 10


@checked
class BatchBudget(CheckedConstruct):
    """A budget for the costs of tagged resources, which notifies people when a part of it is spent, or will be.

    AWS Batch itself is free. Instances, tasks, disks, logs and traffic cost money, and are found by their
    tags: see `tag_costs`. A tag counts once it is activated as a *cost allocation tag* in the Billing console of the
    paying account, and only for later costs; CloudFormation cannot activate it. Costs show with a delay of hours up to a
    day, so a budget stops no spending: it is a smoke detector.

    A budget belongs to the whole account. Some Regions, mostly those that must be opted in to, cannot create budgets: put it
    into a stack of us-east-1 then.

    The first two budgets of an account are free, each further one costs about 0.60 USD a month.

    Guide: Tagging your AWS Batch Resources (newer than the table of contents).
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        monthly_limit: Number,
        tags: Mapping[str, str],
        emails: Sequence[str] = (),
        topic: sns.ITopic | sns.Topic | None = None,
        targets: Sequence[NoticeTarget] = (),
        alert_at_percent: Sequence[Number] = (50, 80, 100),
        alert_at_forecast_percent: Sequence[Number] = (100,),
        currency: str = "USD",
        budget_name: str | None = None,
    ) -> None:
        """Create the budget, and a topic if none is given.

        Args:
            scope: Where the budget belongs.
            id: Its name in that scope.
            monthly_limit: The limit for a month in the currency, more than 0.
            tags: The budget counts the costs of resources that have all of these tags. At least one.
            emails: Addresses that get an email; they need no confirmation. At most 10, AWS's limit for a notification. By
                default none.
            topic: A topic that is notified as well; other alerts can share theirs: ``alerts.topic``. By default a new one if
                ``targets`` need it.
            targets: Who else is notified: a `SlackChannel` or `TeamsChannel`, `SmsTarget`, `HttpsTarget`. A budget publishes to
                one topic. If ``topic`` is given, chats listen to it; it must be imported, or belong to their stack. By
                default nobody.
            alert_at_percent: Percentages of the limit that notify when they are spent, each more than 0. By default
                50, 80 and 100.
            alert_at_forecast_percent: Percentages of the limit that notify when AWS forecasts them for the month, which takes
                some weeks of history. By default 100. At most 10 together with ``alert_at_percent``.
            currency: The currency of the account; by default ``"USD"``.
            budget_name: 1 to 100 characters, no colon and no backslash. By default CloudFormation makes one.

        Raises:
            ValueError: nobody is notified, no tag is given, or a number is out of its range.
        """
        percents = [*alert_at_percent, *alert_at_forecast_percent]
        problems = Problems()
        problems.check(
            not known(monthly_limit) or monthly_limit > 0,
            f"monthly_limit must be more than 0, got {monthly_limit}",
        )
        problems.check(len(tags) > 0, "tags must name at least one: without, all costs of the account count")
        problems.check(
            bool(emails) or topic is not None or bool(targets),
            "emails, topic or targets must be given, or nobody is notified",
        )
        problems.check(
            len(emails) <= _EMAILS, f"emails must be at most {_EMAILS}, got {len(emails)}: use a topic"
        )
        problems.check(
            1 <= len(percents) <= _NOTIFICATIONS,
            f"alert_at_percent and alert_at_forecast_percent must be 1 to {_NOTIFICATIONS} together, got {len(percents)}",
        )
        for percent in percents:
            problems.check(
                not known(percent) or 0 < percent <= 1_000_000,
                f"percents must be more than 0 and at most 1,000,000, got {percent}",
            )
        check_emails(problems, emails)
        check_place(problems, scope, "topic", [topic], region=False)
        check_notice_targets(problems, "budgets", targets)
        for each in chats_in(targets):
            problems.check(
                topic is None or each.may_listen(topic),
                "targets must hold chats of the topic's own stack, got one of another: a budget has one topic, so "
                "leave topic out and give emails",
            )
        problems.raise_if_any()
        super().__init__(scope, id)
        self.topic: sns.ITopic | sns.Topic | None = topic
        self.key: kms.Key | None = None
        topic_arn = self._topic_arn(targets)
        subscribers = [
            _L1.SubscriberProperty(subscription_type="EMAIL", address=address) for address in emails
        ]
        if topic_arn is not None:
            subscribers.append(_L1.SubscriberProperty(subscription_type="SNS", address=topic_arn))
        self.cfn = _L1(
            self,
            "Resource",
            budget=_L1.BudgetDataProperty(
                budget_name=budget_name,
                budget_type="COST",
                time_unit="MONTHLY",
                budget_limit=_L1.SpendProperty(amount=monthly_limit, unit=currency),
                filter_expression=_filter(tags),
                metrics=["UnblendedCost"],
            ),
            notifications_with_subscribers=[
                _L1.NotificationWithSubscribersProperty(
                    notification=_L1.NotificationProperty(
                        notification_type=kind,
                        comparison_operator="GREATER_THAN",
                        threshold=percent,
                        threshold_type="PERCENTAGE",
                    ),
                    subscribers=subscribers,
                )
                for kind, percent in [
                    *(("ACTUAL", percent) for percent in alert_at_percent),
                    *(("FORECASTED", percent) for percent in alert_at_forecast_percent),
                ]
            ],
        )

    def _topic_arn(self, targets: Sequence[NoticeTarget]) -> str | None:
        """Return the one topic that a budget may publish to, which all targets listen to."""
        chats, subscribers = chats_in(targets), subscribers_in(targets)
        if self.topic is None and len(chats) == 1 and not subscribers:
            return chats[0].open_to(BUDGETS)
        if self.topic is None and chats:
            # The topic belongs to the stack of a chat: that stack may not depend on this one, which may depend on it.
            self.topic = chats[0].notices()
        if self.topic is None and not subscribers:
            return None
        self.topic, self.key = topic_for(
            self, self.topic, (), subscribers, service=BUDGETS, about="The budget of AWS Batch"
        )
        for each in chats:
            each.listen(self.topic)
        return self.topic.topic_arn

    @property
    def budget_name(self) -> str:
        """The budget's name."""
        return self.cfn.ref


def _filter(tags: Mapping[str, str]) -> budgets.CfnBudget.ExpressionProperty:
    parts = [
        _L1.ExpressionProperty(tags=_L1.TagValuesProperty(key=key, values=[value], match_options=["EQUALS"]))
        for key, value in tags.items()
    ]
    # AWS accepts an "and" only with two members or more.
    return parts[0] if len(parts) == 1 else _L1.ExpressionProperty(and_=parts)
