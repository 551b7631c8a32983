"""A budget for tagged resources, and its receivers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.validate import ParamValidator

import batch_constructs as bc
from batch_constructs import BatchBudget

if TYPE_CHECKING:
    from collections.abc import Callable

    from aws_cdk import Stack


@pytest.fixture
def only(synth: Callable[[], dict[str, dict[str, Any]]]) -> Callable[[], dict[str, Any]]:
    def one() -> dict[str, Any]:
        [found] = [each for each in synth().values() if each["Type"] == "AWS::Budgets::Budget"]
        properties: dict[str, Any] = found["Properties"]
        return properties

    return one


def test_it_counts_what_is_tagged_and_tells_in_time(stack: Stack, only: Callable[[], dict[str, Any]]) -> None:
    """At 50 %, 80 %, 100 % and a forecast of 100 %; botocore accepts the request."""
    BatchBudget(stack, "Budget", monthly_limit=500, tags={"project": "genomics"}, emails=["ops@example.com"])
    properties = only()
    budget = properties["Budget"]
    assert budget["BudgetLimit"] == {"Amount": 500, "Unit": "USD"}
    assert (budget["TimeUnit"], budget["Metrics"]) == ("MONTHLY", ["UnblendedCost"])
    assert budget["FilterExpression"] == {
        "Tags": {"Key": "project", "Values": ["genomics"], "MatchOptions": ["EQUALS"]}
    }
    told = [each["Notification"] for each in properties["NotificationsWithSubscribers"]]
    assert [(each["NotificationType"], each["Threshold"]) for each in told] == [
        ("ACTUAL", 50),
        ("ACTUAL", 80),
        ("ACTUAL", 100),
        ("FORECASTED", 100),
    ]
    model = boto3.client("budgets", region_name="us-east-1").meta.service_model
    request = {
        "AccountId": "111122223333",
        "Budget": {"BudgetName": "name", **json.loads(json.dumps(budget))},
        "NotificationsWithSubscribers": properties["NotificationsWithSubscribers"],
    }
    request["Budget"]["BudgetLimit"]["Amount"] = str(request["Budget"]["BudgetLimit"]["Amount"])
    report = ParamValidator().validate(request, model.operation_model("CreateBudget").input_shape)
    assert not report.has_errors(), report.generate_report()


def test_several_tags_must_all_be_there(stack: Stack, only: Callable[[], dict[str, Any]]) -> None:
    """Resources must have all tags, not any of them."""
    tags = {"project": "genomics", "stage": "production"}
    BatchBudget(stack, "Budget", monthly_limit=1, tags=tags, emails=["ops@example.com"])
    parts = only()["Budget"]["FilterExpression"]["And"]
    assert [part["Tags"]["Key"] for part in parts] == ["project", "stage"]


def test_a_topic_lets_the_budget_in(stack: Stack, synth: Callable[[], dict[str, dict[str, Any]]]) -> None:
    """A shared topic and its key allow the budget."""
    alerts = bc.JobFailureAlerts(stack, "Alerts")
    budget = BatchBudget(stack, "Budget", monthly_limit=1, tags={"a": "b"}, topic=alerts.topic)
    assert budget.topic is alerts.topic
    resources = synth()
    service = {"Service": "budgets.amazonaws.com"}
    [key] = [each["Properties"] for each in resources.values() if each["Type"] == "AWS::KMS::Key"]
    assert [each["Action"] for each in key["KeyPolicy"]["Statement"] if each["Principal"] == service] == [
        ["kms:Decrypt", "kms:GenerateDataKey*"]
    ]
    [policy] = [each["Properties"] for each in resources.values() if each["Type"] == "AWS::SNS::TopicPolicy"]
    [publish] = [each for each in policy["PolicyDocument"]["Statement"] if each["Principal"] == service]
    assert publish["Condition"]["StringEquals"] == {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}
    [made] = [each["Properties"] for each in resources.values() if each["Type"] == "AWS::Budgets::Budget"]
    subscribers = made["NotificationsWithSubscribers"][0]["Subscribers"]
    assert [each["SubscriptionType"] for each in subscribers] == ["SNS"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"monthly_limit": 0}, "monthly_limit must be more than 0, got 0"),
        ({"tags": {}}, "all costs of the account count"),
        ({"emails": []}, "or nobody is notified"),
        ({"emails": [f"{n}@example.com" for n in range(11)]}, "at most 10, got 11"),
        ({"alert_at_percent": [], "alert_at_forecast_percent": []}, "1 to 10 together, got 0"),
        ({"alert_at_percent": range(1, 11)}, "1 to 10 together, got 11"),
        ({"alert_at_percent": [0]}, "more than 0"),
    ],
)
def test_an_impossible_budget_is_refused(stack: Stack, arguments: dict[str, Any], message: str) -> None:
    """Fails for impossible arguments, and adds nothing to the tree."""
    valid = {"monthly_limit": 1, "tags": {"a": "b"}, "emails": ["ops@example.com"]}
    with pytest.raises(ValueError, match=message):
        BatchBudget(stack, "Budget", **{**valid, **arguments})
    assert not stack.node.children
