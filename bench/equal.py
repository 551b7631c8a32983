"""Proves that twins are the same stack: their templates are equal except for names.

Logical ids are replaced by descriptions of the resources in both templates; any remaining difference fails.
"""

from __future__ import annotations

import json
from collections import Counter
from difflib import unified_diff
from hashlib import sha256
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Properties = dict[str, Any]
    Resources = Mapping[str, dict[str, Any]]


STACK_NAME = "BatchQuickstart"
"""The name of the quick start's stack on both sides; descriptions begin with it."""
PLATFORM_NAME = "Platform"
"""The name of the platform's stack on both sides."""
STACK_TAGS = {"team": "imaging"}
"""The tags of stacks with tags."""


def _environment(properties: Properties) -> None:
    """The L2 writes `managed`, which AWS Batch treats as `MANAGED`, and an empty UpdatePolicy."""
    properties["Type"] = properties["Type"].upper()
    if not properties.get("UpdatePolicy"):
        properties.pop("UpdatePolicy", None)


def _launch_template(properties: Properties) -> None:
    """The L2 names template, instances and volumes after its path in the tree, and tags all with the stack's tags."""
    for holder in (properties, properties["LaunchTemplateData"]):
        tags = holder.pop("TagSpecifications", [])
        assert {tag["Key"] for each in tags for tag in each["Tags"]} <= {"Name", *STACK_TAGS}, tags


def _job_definition(properties: Properties) -> None:
    """The L2 writes defaults and empty members, requires a name for log streams, and has another order."""
    container = properties["ContainerProperties"]
    for holder in (properties, container):
        for empty in [name for name, value in holder.items() if value in ({}, [])]:
            del holder[empty]
    assert container.pop("ReadonlyRootFilesystem", False) is False
    container["LogConfiguration"]["Options"].pop("awslogs-stream-prefix", None)
    container["ResourceRequirements"].sort(key=lambda each: each["Type"])


def _rule(properties: Properties) -> None:
    """The L2 writes the default state, and other names for targets and the fields of the message."""
    assert properties.pop("State", "ENABLED") == "ENABLED"
    for target in properties["Targets"]:
        del target["Id"]
        transformer = target["InputTransformer"]
        for name, path in transformer.pop("InputPathsMap").items():
            transformer["InputTemplate"] = transformer["InputTemplate"].replace(f"<{name}>", f"<{path}>")


def _queue_policy(properties: Properties) -> None:
    """The L2 gives the statement for the rule a name."""
    for statement in properties["PolicyDocument"]["Statement"]:
        statement.pop("Sid", None)


def _policy(properties: Properties) -> None:
    """A policy's name is its logical id."""
    del properties["PolicyName"]


def _schedule(properties: Properties) -> None:
    """The L2 writes the default state, retries and zone, and whole hours as hours."""
    assert properties.pop("State", "ENABLED") == "ENABLED"
    assert properties.pop("ScheduleExpressionTimezone", "Etc/UTC") == "Etc/UTC"
    if properties["ScheduleExpression"] == "rate(1 hour)":
        properties["ScheduleExpression"] = "rate(60 minutes)"
    retries = {"MaximumEventAgeInSeconds": 86400, "MaximumRetryAttempts": 185}
    assert properties["Target"].pop("RetryPolicy", retries) == retries


def _dashboard(properties: Properties) -> None:
    """The L2 writes widgets in another form; each shows the same metrics of the same queue, in the same place."""
    pieces = properties["DashboardBody"]["Fn::Join"][1]
    of = {json.dumps(piece, sort_keys=True): piece for piece in pieces if not isinstance(piece, str)}
    text = "".join(piece if isinstance(piece, str) else "{token}" for piece in pieces)
    properties["DashboardBody"] = {
        "widgets": [
            [
                [each[name] for name in ("x", "y", "width", "height")],
                each["properties"].get("title"),
                sorted(_shown(metric) for metric in each["properties"].get("metrics", ())),
            ]
            for each in json.loads(text)["widgets"]
        ],
        "of": [of[key] for key in sorted(of)],
    }


def _shown(metric: list[Any]) -> list[str]:
    *names, options = metric
    said = ("stat", "expression", "label") if options.get("visible", True) else ("stat",)
    return [*names[:3], *(str(options[name]) for name in said if name in options)]


TOLERATED: dict[str, Callable[[Properties], None]] = {
    "AWS::Batch::ComputeEnvironment": _environment,
    "AWS::EC2::LaunchTemplate": _launch_template,
    "AWS::Batch::JobDefinition": _job_definition,
    "AWS::Events::Rule": _rule,
    "AWS::SQS::QueuePolicy": _queue_policy,
    "AWS::IAM::Policy": _policy,
    "AWS::Scheduler::Schedule": _schedule,
    "AWS::CloudWatch::Dashboard": _dashboard,
}
"""The differences that are allowed, by type. Always allowed: logical ids, strings that begin with the stack's name (paths
in the tree), and the explicit deletion policy ``Delete``, CloudFormation's default."""
# Both names have the same value.
_REF_IS_ARN = "AWS::StepFunctions::StateMachine"


def check_equal(ours: dict[str, Any], theirs: dict[str, Any]) -> None:
    """Compare two templates.

    Raises:
        AssertionError: the stacks differ; the message has the difference.
    """
    if _canonical(ours) != _canonical(theirs):
        difference = list(unified_diff(_lines(ours), _lines(theirs), "ours", "theirs", lineterm="", n=8))
        raise AssertionError(
            "the twins differ:\n" + "\n".join(difference or ["only in which resource refers to which"])
        )


def _canonical(template: dict[str, Any]) -> dict[str, Any]:
    """Return the resources by names made of their content, of what they refer to, and of what refers to them."""
    resources = _resources(template)
    names = {logical_id: str(each["Type"]) for logical_id, each in resources.items()}
    users = {
        logical_id: [user for user, each in resources.items() if f'"{logical_id}"' in json.dumps(each)]
        for logical_id in resources
    }
    while True:
        refined = {
            logical_id: f"{each['Type']} "
            + _digest([_renamed(each, names), sorted(names[user] for user in users[logical_id])])
            for logical_id, each in resources.items()
        }
        settled = len(set(refined.values())) == len(set(names.values()))
        names = refined
        # The last round is one that distinguishes no more resources.
        if settled:
            break
    # If each resource has its own name, the renaming can be reversed: equal templates are isomorphic.
    assert len(set(names.values())) == len(resources), Counter(names.values()).most_common(3)
    return template | {
        "Resources": {names[logical_id]: _renamed(each, names) for logical_id, each in resources.items()},
        "Outputs": _renamed(template.get("Outputs", {}), names),
    }


def _resources(template: dict[str, Any]) -> Resources:
    resources: dict[str, dict[str, Any]] = json.loads(json.dumps(template["Resources"]))
    for each in resources.values():
        if tolerate := TOLERATED.get(each["Type"]):
            tolerate(each["Properties"])
        for policy in ("DeletionPolicy", "UpdateReplacePolicy"):
            if each.get(policy) == "Delete":
                del each[policy]
        if others := each.pop("DependsOn", None):
            # A reference already implies the dependency.
            referred = json.dumps(each["Properties"])
            each["DependsOn"] = [other for other in others if f'"{other}"' not in referred]
    return resources


def _renamed(value: Any, names: Mapping[str, str]) -> Any:
    match value:
        case {"Ref": str(logical_id)}:
            return {"Ref": names.get(logical_id, logical_id)}
        case {"Fn::GetAtt": [str(logical_id), "Arn"]} if names[logical_id].startswith(_REF_IS_ARN):
            return {"Ref": names[logical_id]}
        case {"Fn::GetAtt": [str(logical_id), attribute]}:
            return {"Fn::GetAtt": [names[logical_id], attribute]}
        case {"Type": str(), "DependsOn": list(others), **rest}:
            return {**_renamed(rest, names), "DependsOn": sorted(names[other] for other in others)}
        case dict():
            return {key: _renamed(item, names) for key, item in value.items()}
        case list():
            return [_renamed(item, names) for item in value]
        case str() if value.startswith((f"{STACK_NAME}/", f"{PLATFORM_NAME}/")):
            return "(path)"
        case _:
            return value


def _digest(value: Any) -> str:
    return sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:12]


def _lines(template: dict[str, Any]) -> list[str]:
    """Return lines for a readable difference: resources in order, references by type."""
    resources = _resources(template)
    names = {logical_id: str(each["Type"]) for logical_id, each in resources.items()}
    texts = sorted(json.dumps(_renamed(each, names), indent=1, sort_keys=True) for each in resources.values())
    return "\n".join(texts).splitlines()
