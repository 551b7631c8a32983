"""Names of resources and values in messages."""

from __future__ import annotations

from typing import Any

import pytest

from batch_constructs.assembly.checks import check
from batch_constructs.assembly.template import (
    Either,
    ImportedValue,
    ParameterValue,
    PartialText,
    Piece,
    Reference,
    Unknown,
    as_text,
    model_of,
)
from batch_constructs.assembly.template.unknown import DynamicReference, Pieces, WrongType


def queue(path: str = "") -> Any:
    """Return a queue under a construct path."""
    metadata = {"Metadata": {"aws:cdk:path": path}} if path else {}
    [resource] = model_of({"Resources": {"Q1": {"Type": "AWS::Batch::JobQueue", **metadata}}}).resources
    return resource


@pytest.mark.parametrize(
    ("path", "label"),
    [
        ("S/Queue/Resource", "S/Queue"),
        ("S/Queue/Default", "S/Queue"),
        ("S/Queue", "S/Queue"),
        ("", "Q1"),
    ],
)
def test_a_resource_goes_by_its_construct(path: str, label: str) -> None:
    """A label is the construct path without the L1 resource, or the logical id without the CDK."""
    assert queue(path).label == label


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (ParameterValue("Size", "1"), "${Size}"),
        (Either(("FARGATE", "EC2")), "FARGATE or EC2"),
        (Either((16, None)), "16 or nothing"),
        (Either((ParameterValue("A"), 3)), "${A} or 3"),
        (Either((1, 2, 3, 4)), "1, 2, 3 or 4"),
        (Either((1, 2, 3, 4, 5)), "1, 2, 3 or one of 2 others"),
        (Either(({"A": 1}, 2)), "{A: 1} or 2"),
        (Either((["m7i", {"Ref": "Type"}], {"A": {"Fn::Sub": "x"}})), "[m7i, ${Type}] or {A: ${Fn::Sub}}"),
        (ImportedValue("iam-role"), "import iam-role"),
        (ImportedValue(PartialText((ParameterValue("Stage"), "-role"))), "import ${Stage}-role"),
        (WrongType([True, None]), "[true, null]"),
        (DynamicReference("{{resolve:ssm:/key}}"), "{{resolve:ssm:/key}}"),
        (Pieces(ParameterValue("Names"), ","), "parts of ${Names}"),
        (Piece(ParameterValue("Names"), ",", 0), "part 1 of ${Names}"),
        (Unknown("Fn::Cidr"), "${Fn::Cidr}"),
        (PartialText(("a-", Either(("x", "y")), "-b")), "a-${x or y}-b"),
    ],
)
def test_an_unknown_is_said_in_the_words_of_the_template(value: Unknown, words: str) -> None:
    """Parameters are shown by name, a few options in full."""
    assert as_text(value) == words


def test_a_reference_names_its_construct() -> None:
    """A reference shows its construct, wherever it is in the value."""
    assert as_text(Reference(queue("S/Queue/Resource"), "JobQueueArn")) == "${S/Queue.JobQueueArn}"
    assert as_text(PartialText(("x/", Reference(queue("S/Queue/Resource"))))) == "x/${S/Queue}"


def test_messages_of_rules_name_constructs() -> None:
    """Messages of rules name constructs, which readers wrote, and not logical ids."""

    def entry(name: str, path: str, **properties: Any) -> dict[str, Any]:
        return {"Type": f"AWS::Batch::{name}", "Metadata": {"aws:cdk:path": path}, "Properties": properties}

    order = [
        {"Order": n, "ComputeEnvironment": {"Ref": name}} for n, name in enumerate(("SpotCDFF", "F0015"), 1)
    ]
    template = {
        "SpotCDFF": entry("ComputeEnvironment", "S/Spot/Resource", ComputeResources={"Type": "SPOT"}),
        "F0015": entry("ComputeEnvironment", "S/Fargate/Resource", ComputeResources={"Type": "FARGATE"}),
        "Queue4A": entry("JobQueue", "S/Queue/Resource", ComputeEnvironmentOrder=order),
    }
    [finding] = check(model_of({"Resources": template}), select=["JQ-03"])
    assert finding.message.endswith("got EC2 (S/Spot) and Fargate (S/Fargate)")


def test_a_remedy_has_the_number_where_it_is_known() -> None:
    """A remedy gives the number, not only the direction."""
    container = {
        "Image": "x",
        "ResourceRequirements": [{"Type": "VCPU", "Value": "2"}, {"Type": "MEMORY", "Value": "16384"}],
    }
    properties = {"Type": "container", "PlatformCapabilities": ["EC2"], "ContainerProperties": container}
    template = {"Job": {"Type": "AWS::Batch::JobDefinition", "Properties": properties}}
    [finding] = check(model_of({"Resources": template}), select=["MEM-01"])
    assert finding.remedy == "ask for a little less than an instance has installed, such as 15,000 MiB"
