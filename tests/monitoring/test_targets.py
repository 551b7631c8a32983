"""Receivers other than email: phones, webhooks, and event buses elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from batch_constructs import EventBusTarget, HttpsTarget, JobFailureAlerts, SmsTarget

if TYPE_CHECKING:
    from collections.abc import Callable

    from aws_cdk import Stack

BUS = "arn:aws:events:eu-west-1:111122223333:event-bus/operations"


def test_a_bus_elsewhere_gets_the_events_as_they_are(
    stack: Stack, only: Callable[[str], dict[str, Any]]
) -> None:
    """By a role that may put events only there; undelivered events are kept."""
    JobFailureAlerts(stack, "Alerts", targets=[EventBusTarget(event_bus_arn=BUS)])
    _, target = only("AWS::Events::Rule")["Targets"]
    assert target["Arn"] == BUS
    assert "InputTransformer" not in target
    assert {"RoleArn", "DeadLetterConfig"} <= set(target)
    [statement] = only("AWS::IAM::Policy")["PolicyDocument"]["Statement"]
    assert (statement["Action"], statement["Resource"]) == ("events:PutEvents", BUS)
    [trust] = only("AWS::IAM::Role")["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": "events.amazonaws.com"}
    assert trust["Condition"] == {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: SmsTarget(phone_number="0170 1234567"),
            r"must look like \+491701234567, got '0170 1234567'",
        ),
        (lambda: HttpsTarget(url="http://pager.example.com"), "must begin with https://"),
        (lambda: EventBusTarget(event_bus_arn="operations"), "event_bus_arn must look like arn:aws:events"),
    ],
)
def test_fails_when_a_target_is_none(make: Callable[[], object], message: str) -> None:
    """Fails for values that AWS would refuse, and for URLs without TLS."""
    with pytest.raises(ValueError, match=message):
        make()
