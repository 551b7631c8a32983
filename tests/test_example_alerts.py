"""Every alert of the examples notifies somebody: each topic of rules, alarms or budgets has a subscriber."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from batch_constructs.assembly.checks import check
from batch_constructs.assembly.template import model_of

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
GOLDEN = ROOT / "tests" / "golden"
EXAMPLES = sorted(path.parent.name for path in (ROOT / "examples").glob("*/app.py"))
PUBLISHERS = {
    "AWS::Events::Rule": lambda properties: [each["Arn"] for each in properties.get("Targets", ())],
    "AWS::CloudWatch::Alarm": lambda properties: properties.get("AlarmActions", []),
    "AWS::Budgets::Budget": lambda properties: [
        told["Address"]
        for each in properties["NotificationsWithSubscribers"]
        for told in each["Subscribers"]
        if told["SubscriptionType"] == "SNS"
    ],
}
READERS = {
    "AWS::SNS::Subscription": lambda properties: [properties["TopicArn"]],
    "AWS::Chatbot::SlackChannelConfiguration": lambda properties: properties["SnsTopicArns"],
    "AWS::Chatbot::MicrosoftTeamsChannelConfiguration": lambda properties: properties["SnsTopicArns"],
}


def templates(example: str) -> dict[str, dict[str, Any]]:
    """Return the reviewed templates of an example, by stack."""
    return {
        path.name.split(".")[1]: json.loads(path.read_text(encoding="utf-8"))
        for path in sorted(GOLDEN.glob(f"{example}.*.template.json"))
    }


def named(example: str, kinds: dict[str, Any]) -> Iterator[str]:
    """Return the topics in resources of some kinds, as STACK/LOGICAL ID, including exports of other stacks."""
    stacks = templates(example)
    topics = {
        f"{stack}/{name}"
        for stack, template in stacks.items()
        for name, resource in template["Resources"].items()
        if resource["Type"] == "AWS::SNS::Topic"
    }
    exports = {
        json.dumps(output["Export"]["Name"]): f"{stack}/{output['Value'].get('Ref')}"
        for stack, template in stacks.items()
        for output in template.get("Outputs", {}).values()
        if "Export" in output and isinstance(output["Value"], dict)
    }
    for stack, template in stacks.items():
        for resource in template["Resources"].values():
            if resource["Type"] in kinds:
                for arn in kinds[resource["Type"]](resource["Properties"]):
                    if isinstance(arn, dict):
                        where = exports.get(
                            json.dumps(arn.get("Fn::ImportValue")), f"{stack}/{arn.get('Ref')}"
                        )
                        if where in topics:
                            yield where


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_topic_of_an_example_has_a_reader(example: str) -> None:
    """Its README promises an email; a topic without subscribers sends none."""
    assert set(named(example, PUBLISHERS)) <= set(named(example, READERS))


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_rule_agrees(example: str) -> None:
    """The rule that warns users finds nothing in any stack."""
    for template in templates(example).values():
        assert [each.message for each in check(model_of(template), select=["EVT-08"], crash=True)] == []


def test_topics_are_found() -> None:
    """In all examples with alerts; otherwise the first test would check nothing."""
    published = {example: set(named(example, PUBLISHERS)) for example in EXAMPLES}
    alerting = {example for example, topics in published.items() if topics}
    assert {
        "genomics",
        "protein_folding",
        "media_transcoding",
        "private_network",
        "array_workflow",
    } <= alerting
    assert {"quickstart", "platform", "platform_stacks", "audit", "dashboard"} <= alerting
