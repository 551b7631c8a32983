"""Budgets, and their subscribers."""

from __future__ import annotations

from batch_constructs.assembly.template.members import Keyword, Link, Structs, Text
from batch_constructs.assembly.template.resources.topics import Topic
from batch_constructs.assembly.template.views import Resource, View


class BudgetSubscriber(View):
    """A subscriber of a budget: an email address or a topic."""

    subscription_type = Keyword("SubscriptionType")
    address = Text("Address")
    topic = Link("Address", Topic)


class BudgetNotification(View):
    """A threshold of a budget, with its subscribers."""

    subscribers = Structs("Subscribers", BudgetSubscriber)


class Budget(Resource):
    """A monthly budget."""

    TYPES = ("AWS::Budgets::Budget",)

    notifications = Structs("NotificationsWithSubscribers", BudgetNotification)
