"""Alerts in chats: their format, and the rights of channels."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from batch_constructs import (
    ComputeEnvironmentAlerts,
    JobFailureAlerts,
    JobQueueBlockedAlerts,
    PreemptionPhase,
    ServiceJobPreemptionAlerts,
    SlackChannel,
    StuckJobAlerts,
    TeamsChannel,
)
from batch_constructs.local.events import transform
from tests.monitoring.samples import ALL, matches, sample

if TYPE_CHECKING:
    from collections.abc import Callable

    from aws_cdk import Stack

UUID = "11111111-2222-3333-4444-555555555555"


def slack(stack: Stack) -> SlackChannel:
    return SlackChannel(stack, "Slack", workspace_id="T0123ABCDEF", channel_id="C0123ABCDEF")


def test_every_alert_fits_a_chat(stack: Stack, synth: Callable[[], dict[str, dict[str, Any]]]) -> None:
    """Amazon Q accepts the card of every alert for every event, even with quotation marks."""
    channel = slack(stack)
    JobFailureAlerts(stack, "Failures", include_array_children=True, targets=[channel])
    JobQueueBlockedAlerts(stack, "Blocked", include_service_jobs=True, targets=[channel])
    StuckJobAlerts(stack, "Stuck", include_service_jobs=True, targets=[channel])
    ServiceJobPreemptionAlerts(stack, "Preempted", phases=list(PreemptionPhase), targets=[channel])
    ComputeEnvironmentAlerts(
        stack, "Environments", launch_failures=True, spot_interruptions=True, targets=[channel]
    )
    rules = [each["Properties"] for each in synth().values() if each["Type"] == "AWS::Events::Rule"]
    told = 0
    for rule in rules:
        [transformer] = [each["InputTransformer"] for each in rule["Targets"] if each["Id"] == "Target1"]
        for event in map(sample, ALL):
            if matches(rule["EventPattern"], event):
                card = json.loads(transform(transformer, event))
                assert (card["version"], card["source"]) == ("1.0", "custom")
                assert card["content"]["description"]
                assert "<" not in str(card)
                told += 1
    assert told == 21


def test_nobody_changes_anything_from_slack(stack: Stack, only: Callable[[str], dict[str, Any]]) -> None:
    """The channel's role has no rights, and its guardrail is set, since the default is AdministratorAccess."""
    slack(stack)
    role = only("AWS::IAM::Role")
    assert not {"ManagedPolicyArns", "Policies"} & set(role)
    [trust] = role["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": "chatbot.amazonaws.com"}
    channel = only("AWS::Chatbot::SlackChannelConfiguration")
    [guardrail] = channel["GuardrailPolicies"]
    assert guardrail["Fn::Join"][1][-1] == ":iam::aws:policy/ReadOnlyAccess"
    assert (channel["SlackWorkspaceId"], channel["SlackChannelId"]) == ("T0123ABCDEF", "C0123ABCDEF")


def test_the_topic_of_a_channel_is_as_safe_as_that_of_alerts(
    stack: Stack, only: Callable[[str], dict[str, Any]]
) -> None:
    """It is encrypted, over TLS only, for rules of this account only."""
    slack(stack)
    assert "Fn::GetAtt" in only("AWS::SNS::Topic")["KmsMasterKeyId"]
    deny, allow = only("AWS::SNS::TopicPolicy")["PolicyDocument"]["Statement"]
    assert deny["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert allow["Condition"] == {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}


def test_a_channel_of_teams_is_taken_as_its_link_has_it(
    stack: Stack, only: Callable[[str], dict[str, Any]]
) -> None:
    """The id may be encoded or not; AWS gets it encoded."""
    TeamsChannel(stack, "Teams", team_id=UUID, tenant_id=UUID, channel_id="19:abc@thread.tacv2")
    channel = only("AWS::Chatbot::MicrosoftTeamsChannelConfiguration")
    assert channel["TeamsChannelId"] == "19%3Aabc%40thread.tacv2"
    assert channel["SnsTopicArns"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"workspace_id": "acme", "channel_id": "C0123ABCDEF"}, "workspace_id must look like T0123ABCDEF"),
        ({"workspace_id": "T0123ABCDEF", "channel_id": "#ops"}, "it is not the channel's name"),
    ],
)
def test_fails_when_an_id_of_slack_is_a_name(stack: Stack, arguments: dict[str, str], message: str) -> None:
    """Fails for names in place of ids."""
    with pytest.raises(ValueError, match=message):
        SlackChannel(stack, "Slack", **arguments)


def test_fails_when_an_id_of_teams_is_none(stack: Stack) -> None:
    """Fails if none of the three ids has the right form, in one message."""
    with pytest.raises(ValueError, match=r"(?s)team_id.*tenant_id.*channel_id must look like 19:"):
        TeamsChannel(stack, "Teams", team_id="ops", tenant_id="acme", channel_id="general")
