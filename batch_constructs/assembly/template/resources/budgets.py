"""Budgets, and whom they tell."""

from __future__ import annotations

from batch_constructs.assembly.template.members import Keyword, Link, Structs, Text
from batch_constructs.assembly.template.resources.topics import Topic
from batch_constructs.assembly.template.views import Resource, View


class BudgetSubscriber(View):
    """Somebody who is told: an address, or a topic."""

    subscription_type = Keyword("SubscriptionType")
    address = Text("Address")
    topic = Link("Address", Topic)


class BudgetNotification(View):
    """When a budget tells somebody, and whom."""

    subscribers = Structs("Subscribers", BudgetSubscriber)


class Budget(Resource):
    """What a month may cost."""

    TYPES = ("AWS::Budgets::Budget",)

    notifications = Structs("NotificationsWithSubscribers", BudgetNotification)
